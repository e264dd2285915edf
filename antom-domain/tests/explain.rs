//! The account of an order: why it is where it is, what is awaited, and what somebody has to do.
//! What the phases mean is said by the tables.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::outcome::CaptureMode::{Automatic, Manual};
use antom_domain::capture::{CapturePhase, CaptureTable};
use antom_domain::order::{
    CancelWord, CaptureWord, DeadlineKind, Explanation, Integration, OrderPhase, PaymentWord, TaskKind,
};
use antom_domain::verdict::Table;
use support::*;

fn explain(story: &Story) -> Explanation {
    story.order.explain(story.now, &story.policy)
}

fn awaited(account: &Explanation) -> Vec<String> {
    account.awaited.iter().map(|awaited| awaited.call.to_string()).collect()
}

fn tasks(account: &Explanation) -> Vec<TaskKind> {
    account.tasks.iter().map(|task| task.kind).collect()
}

#[test]
fn an_attempt_that_was_just_opened_awaits_its_opening_and_its_result() {
    let mut story = Story::begin();
    story.open(1, Integration::Session, "CARD", Automatic);
    let account = explain(&story);
    assert_eq!(account.phase, "awaitingPayment");
    assert_eq!(awaited(&account), ["open:PAY-1", "inquire:PAY-1"]);
    assert_eq!(account.next_check_at, story.order.next_check_at(story.now, &story.policy));
    assert_eq!(account.deadlines[0].kind, DeadlineKind::WindowCloses);
    assert!(!account.deadlines[0].has_passed);

    story.later(2 * 3_600);
    assert!(explain(&story).deadlines[0].has_passed);
}

#[test]
fn an_order_at_rest_awaits_nothing_and_may_ship() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    let waiting = explain(&story);
    assert_eq!(waiting.not_shippable.as_ref().unwrap().code, "notCaptured");
    assert_eq!(awaited(&waiting), ["inquire:PAY-1"]);

    story.says(own_capture(1, CaptureWord::Success));
    let account = explain(&story);
    assert!(account.may_ship && account.not_shippable.is_none());
    assert!(account.awaited.is_empty() && account.deadlines.is_empty() && account.tasks.is_empty());
    assert_eq!(account.next_check_at, None);
    let capture = &account.attempts[0].machines[2];
    assert_eq!((capture.machine, capture.phase.as_str(), capture.is_final), ("capture", "captured", true));
    assert_eq!(capture.meaning, CaptureTable::explain(CapturePhase::Captured));
}

//= A-2 test
#[test]
fn a_hold_of_manual_capture_is_a_task_until_it_is_captured_or_too_late() {
    let mut story = Story::with_open_card(Manual);
    story.says(notified(1, PaymentWord::Success));
    let account = explain(&story);
    assert_eq!(account.phase, "authorized");
    assert_eq!(tasks(&account), [TaskKind::Capture]);
    assert_eq!(account.deadlines[0].kind, DeadlineKind::CaptureBefore);
    assert_eq!(account.deadlines[0].at, at(7 * 86_400));

    let mut late = story.clone();
    late.later(6 * 86_400);
    assert_eq!(tasks(&explain(&late)), [TaskKind::CaptureSoon], "a day before it is too late");
    late.later(86_400);
    assert_eq!(tasks(&explain(&late)), [TaskKind::CaptureMissed]);

    story.command(&capture_command(1, "CAP-1")).unwrap();
    let account = explain(&story);
    assert_eq!(tasks(&account), []);
    assert!(awaited(&account).contains(&"capture:CAP-1".to_owned()), "{:?}", account.awaited);
}

#[test]
fn a_capture_that_the_gateway_lost_and_a_dispute_are_tasks() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(own_capture(1, CaptureWord::Failure));
    assert_eq!(tasks(&explain(&story)), [TaskKind::CaptureLost]);

    let mut disputed = Story::with_open_card(Automatic);
    disputed.says(notified(1, PaymentWord::Failure));
    disputed.says(notified(1, PaymentWord::Success));
    let account = explain(&disputed);
    assert_eq!(account.phase, "onHold");
    assert_eq!(tasks(&account), [TaskKind::SettleDispute]);
    assert_eq!(account.tasks[0].contradictions, ["payment: SeenSuccess"]);
    let cancel = &account.attempts[0].machines.last().unwrap();
    assert_eq!((cancel.machine, cancel.reason.as_deref()), ("cancel", Some("lateSuccess")));
}

//= B-6 test
#[test]
fn a_surplus_that_nothing_returns_is_a_task_although_the_order_is_paid() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Session, NO_REFUNDS, Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(own_capture(1, CaptureWord::Success));
    story.says(notified(2, PaymentWord::Success));
    let before = explain(&story);
    assert!(awaited(&before).contains(&"cancel:PAY-2:1".to_owned()), "{:?}", before.awaited);
    assert_eq!(tasks(&before), []);

    story.says(cancel(2, CancelWord::Refused));
    let account = explain(&story);
    assert!(account.may_ship);
    assert_eq!(tasks(&account), [TaskKind::ReturnSurplus]);
    assert_eq!(account.tasks[0].payment_request_id, request_id(2));
}

#[test]
fn the_words_are_those_of_the_stored_form_and_the_members_camel_case() {
    let mut story = Story::with_open_card(Manual);
    story.says(notified(1, PaymentWord::Success));
    let attempt = serde_json::to_value(story.attempt(1)).unwrap();
    let account = serde_json::to_value(explain(&story)).unwrap();
    let machines = &account["attempts"][0]["machines"];
    assert_eq!(machines[0]["phase"], attempt["payment"]["phase"]);
    assert_eq!(machines[1]["phase"], attempt["authorization"]["phase"]);
    assert_eq!(account["tasks"][0]["kind"], "capture");
    assert_eq!(account["deadlines"][0]["hasPassed"], false);
    assert!(account["referenceOrderId"].is_string() && account["nextCheckAt"].is_string());
}

#[test]
fn every_phase_of_an_order_has_its_own_sentence() {
    let sentences: std::collections::BTreeSet<_> =
        OrderPhase::ALL.into_iter().map(OrderPhase::explain).collect();
    assert_eq!(sentences.len(), OrderPhase::ALL.len());
}
