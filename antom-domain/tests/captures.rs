//! Stories of captures in parts: one of a part, or several, as the contract allows.
//! Captures of everything at once are in `scenarios`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::id::CaptureId;
use antom_core::money::{Currency, Money, MoneyError};
use antom_core::outcome::CaptureMode::Manual;
use antom_domain::authorization::AuthorizationPhase;
use antom_domain::capture::CapturePhase;
use antom_domain::order::{
    CallSubject, CancelWord, CaptureWord, Command, Fact, NotShippable, OrderPhase, PaymentWord, RefundWord,
    Refusal, Report, ReviewWord, Source, TaskKind,
};
use antom_domain::policy::{CapturePolicy, WrongCapture};
use serde_json::{Value, json};
use support::*;

fn held(captures: CapturePolicy) -> Story {
    let mut story = Story::with_open_card(Manual);
    story.policy.captures = captures;
    story.says(notified(1, PaymentWord::Success));
    story
}

fn exceeds(minor: u64) -> Refusal {
    Refusal::WrongCapture(WrongCapture::Exceeds { left: usd(minor) })
}

fn sent(story: &Story) -> Value {
    serde_json::from_slice(story.calls.last().unwrap().body.as_bytes()).unwrap()
}

fn captured(story: &mut Story, id: &str, minor: u64) {
    story.says(capture_of(1, id, CaptureWord::Success, minor));
}

//= A-3 test
#[test]
fn several_captures_never_take_more_than_is_held_and_those_in_doubt_count() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    let subject = story.calls.last().unwrap().subject.clone();
    story.says(Fact::Report { subject, report: Report::MaybeSent });
    assert_eq!(story.attempt(1).captures[0].phase, CapturePhase::InDoubt);
    assert_eq!(story.command(&part_command(1, "B", 3_201, false)).unwrap_err(), exceeds(3_200));
    story.command(&part_command(1, "B", 3_000, false)).unwrap();
    assert_eq!(story.command(&part_command(1, "C", 201, false)).unwrap_err(), exceeds(200));

    story.says(capture_of(1, "A", CaptureWord::Failure, 1_000));
    assert_eq!(story.attempt(1).claimed(), usd(3_000), "what failed is free again");
    story.command(&capture_command(1, "C")).unwrap();
    assert_eq!(
        story.attempt(1).captures[2].amount,
        usd(1_200),
        "without an amount all that is left is taken"
    );
    assert_eq!(story.command(&capture_command(1, "D")).unwrap_err(), exceeds(0));
}

#[test]
fn a_capture_in_another_currency_or_of_nothing_is_refused() {
    let mut story = held(CapturePolicy::Multiple);
    let euros = Money::from_minor(Currency::parse("EUR").unwrap(), 100).unwrap();
    let command = Command::Capture {
        payment_request_id: request_id(1),
        capture_request_id: "A".parse().unwrap(),
        amount: Some(euros),
        is_last: false,
    };
    let refused = story.command(&command).unwrap_err();
    assert!(matches!(
        refused,
        Refusal::WrongCapture(WrongCapture::Amount(MoneyError::CurrencyMismatch { .. }))
    ));
    let nothing = story.command(&part_command(1, "A", 0, false)).unwrap_err();
    assert_eq!(nothing, Refusal::WrongCapture(WrongCapture::Amount(MoneyError::Zero)));
}

//= B-8 test
#[test]
fn the_same_capture_id_is_the_same_capture() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    assert!(story.command(&part_command(1, "A", 1_000, false)).unwrap().is_empty());
    assert!(story.command(&capture_command(1, "A")).unwrap().is_empty());
    assert_eq!(story.command(&part_command(1, "A", 999, false)).unwrap_err(), Refusal::CaptureIdReused);
    assert_eq!(story.command(&part_command(1, "A", 1_000, true)).unwrap_err(), Refusal::CaptureIdReused);
    captured(&mut story, "A", 1_000);
    assert!(story.command(&part_command(1, "A", 1_000, false)).unwrap().is_empty());

    story.command(&part_command(1, "B", 1_000, false)).unwrap();
    story.says(capture_of(1, "B", CaptureWord::Failure, 1_000));
    assert_eq!(story.command(&part_command(1, "B", 1_000, false)).unwrap_err(), Refusal::CaptureFailed);
    assert_eq!(story.called().iter().filter(|api| **api == "capture").count(), 2);
}

//= A-5 test
#[test]
fn a_part_ships_nothing_and_the_last_capture_ships_what_was_captured() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    assert_eq!(sent(&story)["isLastCapture"], json!(false));
    assert_eq!(sent(&story)["captureType"], "NON_FINAL", "an absent word would mean the last one");
    captured(&mut story, "A", 1_000);
    assert_eq!(story.order.shippable().unwrap_err(), NotShippable::NotCaptured);
    assert_eq!(story.order.phase(), OrderPhase::PartlyCaptured);
    assert_eq!(story.attempt(1).authorization.phase, AuthorizationPhase::Held);

    story.command(&part_command(1, "B", 500, true)).unwrap();
    assert_eq!(
        (&sent(&story)["isLastCapture"], &sent(&story)["captureType"]),
        (&json!(true), &json!("FINAL"))
    );
    assert_eq!(story.order.phase(), OrderPhase::Capturing);
    assert_eq!(story.command(&part_command(1, "C", 1, false)).unwrap_err(), Refusal::LastCaptureMade);
    captured(&mut story, "B", 500);
    assert_eq!(story.order.shippable().unwrap().amount(), usd(1_500));
    assert_eq!(story.attempt(1).authorization.phase, AuthorizationPhase::Captured);
    assert!(story.order.questions().is_empty(), "the rest is let go: nothing is left to ask");
    assert_eq!(story.command(&part_command(1, "C", 1, false)).unwrap_err(), Refusal::NothingHeld);
}

#[test]
fn parts_that_reach_the_whole_amount_need_no_last_one() {
    let mut story = held(CapturePolicy::Multiple);
    for (id, minor) in [("A", 1_000), ("B", 3_200)] {
        story.command(&part_command(1, id, minor, false)).unwrap();
        assert!(story.order.shippable().is_err());
        captured(&mut story, id, minor);
    }
    assert_eq!(story.order.shippable().unwrap().amount(), usd(4_200));
}

#[test]
fn the_last_capture_waits_for_the_others_and_one_that_failed_was_not_the_last() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    assert_eq!(story.command(&part_command(1, "B", 500, true)).unwrap_err(), Refusal::CaptureUnderWay);
    captured(&mut story, "A", 1_000);
    story.command(&part_command(1, "B", 500, true)).unwrap();
    story.says(capture_of(1, "B", CaptureWord::Failure, 500));
    assert_eq!(story.order.phase(), OrderPhase::PartlyCaptured);
    story.command(&part_command(1, "C", 3_200, false)).unwrap();
    captured(&mut story, "C", 3_200);
    assert!(story.order.shippable().is_ok());
}

#[test]
fn a_single_capture_of_a_part_is_the_last_one() {
    let mut story = held(CapturePolicy::Single);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    assert_eq!(sent(&story)["isLastCapture"], json!(true));
    assert!(story.command(&part_command(1, "B", 1_000, false)).unwrap().is_empty(), "it is under way");
    let second = story.command(&part_command(1, "B", 1, false)).unwrap_err();
    assert_eq!(second, Refusal::CapturedOnce { amount: usd(1_000) });
    captured(&mut story, "A", 1_000);
    assert_eq!(story.order.shippable().unwrap().amount(), usd(1_000));
    assert!(story.order.questions().is_empty());
}

#[test]
fn a_capture_of_everything_goes_out_as_it_did_before_there_were_parts() {
    for policy in [CapturePolicy::Full, CapturePolicy::Single, CapturePolicy::Multiple] {
        let mut story = held(policy);
        story.command(&capture_command(1, "A")).unwrap();
        let amount = json!({"currency": "USD", "value": "4200"});
        assert_eq!(
            sent(&story),
            json!({"captureRequestId": "A", "paymentId": "GW-1", "captureAmount": amount}),
            "{policy:?}"
        );
    }
}

//= N-7 test
//= N-10 test
#[test]
fn each_result_settles_the_capture_that_it_names_in_that_captures_amount() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    story.command(&part_command(1, "B", 2_000, false)).unwrap();
    let phases = |story: &Story| -> Vec<CapturePhase> {
        story.attempt(1).captures.iter().map(|capture| capture.phase).collect()
    };
    captured(&mut story, "B", 2_000);
    assert_eq!(phases(&story), [CapturePhase::Requested, CapturePhase::Captured]);

    // Without our id it names the capture by the gateway's, or none: nobody guesses which of several it means.
    let bare = |id: Option<&str>, minor| match capture_of(1, "B", CaptureWord::Success, minor) {
        Fact::Capture { mut names, source, mut seen } => {
            names.capture_request_id = None;
            seen.key.capture_request_id = None;
            seen.key.capture_id = id.map(|id| CaptureId::parse(id).unwrap());
            Fact::Capture { names, source, seen }
        }
        other => other,
    };
    assert!(
        story.says(bare(Some("GW-B"), 2_000)).is_empty(),
        "a resent message about B settles no other capture"
    );
    assert!(story.says(bare(None, 1_000)).is_empty());
    assert_eq!(phases(&story)[0], CapturePhase::Requested);
    assert!(!story.order.questions().is_empty(), "the inquiry names them");

    story.says(capture_of(1, "A", CaptureWord::Success, 2_000));
    assert_eq!(phases(&story)[0], CapturePhase::Requested, "another amount is no success");
    assert_eq!(story.order.phase(), OrderPhase::OnHold);
}

//= X-2 test
#[test]
fn what_was_captured_in_parts_goes_back_by_one_refund_for_each_capture() {
    let mut story = held(CapturePolicy::Multiple);
    for (id, minor) in [("A", 1_000), ("B", 2_000)] {
        story.command(&part_command(1, id, minor, false)).unwrap();
        captured(&mut story, id, minor);
    }
    let mut rejected = payment_seen(PaymentWord::Success);
    rejected.review = ReviewWord::Rejected;
    story.says(Fact::Payment { names: names(1), source: Source::Inquiry, seen: Box::new(rejected) });
    story.says(cancel(1, CancelWord::Refused));
    let refunds: Vec<Value> = story
        .calls
        .iter()
        .filter(|call| call.api.name() == "refund")
        .map(|call| serde_json::from_slice(call.body.as_bytes()).unwrap())
        .collect();
    let told: Vec<_> = refunds
        .iter()
        .map(|sent| (&sent["refundRequestId"], &sent["captureId"], &sent["refundAmount"]["value"]))
        .collect();
    let (first, second) = (json!("PAY-1-surplus"), json!("PAY-1-surplus-2"));
    let wanted = [(&first, &json!("GW-A"), &json!("1000")), (&second, &json!("GW-B"), &json!("2000"))];
    assert_eq!(told, wanted);

    story.says(refund(1, "PAY-1-surplus", RefundWord::Success, usd(1_000)));
    story.says(refund(1, "PAY-1-surplus-2", RefundWord::Success, usd(2_000)));
    assert!(!story.attempt(1).is_returned(), "the rest is still held");
    story.says(rest_released(&["A"]));
    assert!(story.attempt(1).is_returned());
    assert!(story.order.questions().is_empty());
}

#[test]
fn a_refund_takes_from_one_capture_and_names_it() {
    let mut story = held(CapturePolicy::Multiple);
    for (id, minor, is_last) in [("A", 1_000, false), ("B", 2_000, true)] {
        story.command(&part_command(1, id, minor, is_last)).unwrap();
        captured(&mut story, id, minor);
    }
    let too_much = story.command(&refund_command(1, "R-1", 3_001)).unwrap_err();
    assert_eq!(too_much, Refusal::RefundExceeds { refundable: usd(3_000) });
    let over_two = story.command(&refund_command(1, "R-1", 2_001)).unwrap_err();
    assert_eq!(over_two, Refusal::RefundExceedsCapture { refundable: usd(2_000) });
    for (id, minor, from) in [("R-1", 600, "GW-A"), ("R-2", 600, "GW-B"), ("R-3", 1_400, "GW-B")] {
        story.command(&refund_command(1, id, minor)).unwrap();
        assert_eq!(sent(&story)["captureId"], from, "{id}");
    }
    let last = story.command(&refund_command(1, "R-4", 401)).unwrap_err();
    assert_eq!(last, Refusal::RefundExceeds { refundable: usd(400) });
    assert!(story.order.shippable().is_ok(), "something is left that is paid");
    story.command(&refund_command(1, "R-4", 400)).unwrap();
    assert_eq!(story.order.phase(), OrderPhase::Returning);
}

#[test]
fn a_capture_whose_id_at_the_gateway_is_unknown_is_refunded_once_it_was_learnt() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    let nameless = match capture_of(1, "A", CaptureWord::Success, 1_000) {
        Fact::Capture { names, source, mut seen } => {
            seen.key.capture_id = None;
            Fact::Capture { names, source, seen }
        }
        other => other,
    };
    story.says(nameless);
    story.command(&part_command(1, "B", 2_000, false)).unwrap();
    captured(&mut story, "B", 2_000);
    assert_eq!(story.command(&refund_command(1, "R-1", 500)).unwrap_err(), Refusal::CaptureIdUnknown);
    captured(&mut story, "A", 1_000);
    story.command(&refund_command(1, "R-1", 500)).unwrap();
    assert_eq!(sent(&story)["captureId"], "GW-A");
}

#[test]
fn a_part_that_went_back_leaves_the_rest_held_and_the_order_taken() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    captured(&mut story, "A", 1_000);
    story.command(&refund_command(1, "R-1", 1_000)).unwrap();
    story.says(refund(1, "R-1", RefundWord::Success, usd(1_000)));
    assert!(story.attempt(1).holds_money());
    let other = open_attempt(2, antom_domain::order::Integration::Session, "CARD", Manual);
    let refused = story.command(&Command::OpenAttempt(Box::new(other))).unwrap_err();
    assert_eq!(refused, Refusal::OrderPaid, "nobody pays twice while money is held");
    assert_eq!(story.command(&cancel_command(1)).unwrap_err(), Refusal::TooLateToCancel);
    story.command(&part_command(1, "B", 3_200, false)).unwrap();
    captured(&mut story, "B", 3_200);
    assert_eq!(story.order.phase(), OrderPhase::Paid);
}

/// The gateway, asked, lists these captures and that the rest was let go.
fn rest_released(listed: &[&str]) -> Fact {
    let listed = listed.iter().map(|id| id.parse().unwrap()).collect();
    Fact::RestReleased { names: names(1), listed }
}

//= I-4 test
#[test]
fn a_capture_that_is_not_listed_beside_a_rest_that_was_let_go_took_nothing() {
    let phases =
        |story: &Story| -> Vec<_> { story.attempt(1).captures.iter().map(|capture| capture.phase).collect() };
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    captured(&mut story, "A", 1_000);
    story.command(&part_command(1, "B", 2_000, false)).unwrap();
    story.says(rest_released(&["A", "B"]));
    assert_eq!(phases(&story), [CapturePhase::Captured, CapturePhase::Requested], "its own entry settles it");
    story.says(rest_released(&["A"]));
    assert_eq!(phases(&story), [CapturePhase::Captured, CapturePhase::Failed]);
    assert!(story.order.questions().is_empty());
}

//= A-2 test
#[test]
fn a_rest_that_the_gateway_let_go_ends_the_questions_and_is_a_matter_for_people() {
    let mut story = held(CapturePolicy::Multiple);
    story.command(&part_command(1, "A", 1_000, false)).unwrap();
    assert!(story.says(rest_released(&["A"])).is_empty(), "not while a capture is open");
    captured(&mut story, "A", 1_000);
    let tasks = |story: &Story| -> Vec<TaskKind> {
        story.order.explain(story.now, &story.policy).tasks.iter().map(|task| task.kind).collect()
    };
    assert_eq!(tasks(&story), [TaskKind::CaptureRest]);
    story.later(7 * 86_400);
    assert!(matches!(
        story.command(&part_command(1, "B", 1, false)),
        Err(Refusal::CaptureDeadlinePassed { .. })
    ));
    assert!(!story.order.questions().is_empty(), "no clock of ours ends the hold");
    story.says(rest_released(&["A"]));
    assert!(story.order.questions().is_empty());
    assert_eq!(story.order.phase(), OrderPhase::PartlyCaptured);
    assert_eq!(story.order.shippable().unwrap_err(), NotShippable::NotCaptured);
    assert_eq!(tasks(&story), [TaskKind::CaptureEndedShort]);
}

//= A-4 test
#[test]
fn each_capture_in_doubt_is_repeated_under_its_own_id() {
    let mut story = held(CapturePolicy::Multiple);
    for id in ["A", "B"] {
        story.command(&part_command(1, id, 1_000, false)).unwrap();
        let subject = CallSubject::Capture {
            payment_request_id: request_id(1),
            capture_request_id: id.parse().unwrap(),
        };
        story.says(Fact::Report { subject, report: Report::MaybeSent });
    }
    let calls: Vec<_> = story.calls.iter().filter(|call| call.api.name() == "capture").cloned().collect();
    assert!(calls.iter().all(|call| story.order.wants(call)));
    captured(&mut story, "A", 1_000);
    assert_eq!(calls.iter().map(|call| story.order.wants(call)).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn an_attempt_has_no_more_captures_than_its_cap() {
    let mut story = held(CapturePolicy::Multiple);
    story.policy.max_captures = 2;
    for id in ["A", "B"] {
        story.command(&part_command(1, id, 1, false)).unwrap();
    }
    assert_eq!(
        story.command(&part_command(1, "C", 1, false)).unwrap_err(),
        Refusal::TooManyCaptures { limit: 2 }
    );
}
