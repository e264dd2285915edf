//! Stories of payment methods without refunds: the earlier attempt ends before another begins.
//! Laws over all stories are in `laws`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::outcome::CaptureMode::Automatic;
use antom_domain::cancel::CancelPhase;
use antom_domain::order::{
    CancelReason, CancelWord, Command, Integration, PaymentWord, RefundWord, Refusal, Role, Step,
};
use antom_domain::payment::PaymentPhase;
use support::*;

/// An order with an attempt of a method without refunds, which the buyer can pay.
fn with_open_bank_transfer() -> Story {
    let mut story = Story::begin();
    story.open(1, Integration::Hosted, NO_REFUNDS, Automatic);
    story.says(payment(1, antom_domain::order::Source::Answer, PaymentWord::Accepted));
    story
}

fn ask_for(story: &mut Story, number: usize, method: &str) -> Result<Step, Refusal> {
    let open = open_attempt(number, Integration::Session, method, Automatic);
    story.command(&Command::OpenAttempt(Box::new(open)))
}

fn being_cancelled() -> Refusal {
    Refusal::EarlierAttemptBeingCancelled { payment_request_id: request_id(1) }
}

fn not_cancellable() -> Refusal {
    Refusal::EarlierAttemptNotCancellable { payment_request_id: request_id(1) }
}

//= B-6 test
#[test]
fn a_new_attempt_first_cancels_the_earlier_one_and_opens_once_that_is_confirmed() {
    let mut story = with_open_bank_transfer();

    let step = ask_for(&mut story, 2, "CARD").unwrap();
    assert_eq!(step.postponed, Some(being_cancelled()));
    assert_eq!(step.effects.iter().map(|call| call.api.name()).collect::<Vec<_>>(), ["cancel"]);
    assert_eq!(story.attempt(1).cancels[0].reason, CancelReason::BeforeNewAttempt);
    assert_eq!(story.order.attempts.len(), 1);

    let again = ask_for(&mut story, 2, "CARD").unwrap();
    assert!(again.is_empty() && again.effects.is_empty(), "asked again, nothing more is done");
    assert_eq!(again.postponed, Some(being_cancelled()));

    story.says(cancel(1, CancelWord::Unknown));
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap().postponed, Some(being_cancelled()));

    story.says(cancel(1, CancelWord::Confirmed));
    let step = ask_for(&mut story, 2, "CARD").unwrap();
    assert_eq!(step.postponed, None);
    assert_eq!(story.order.attempts.len(), 2);
}

#[test]
fn a_method_with_refunds_does_not_hold_up_the_next_attempt() {
    let mut story = Story::with_open_card(Automatic);
    let step = ask_for(&mut story, 2, NO_REFUNDS).unwrap();
    assert_eq!(step.postponed, None);
    assert!(story.attempt(1).cancels.is_empty());
}

#[test]
fn a_faulty_request_cancels_nothing() {
    let mut story = with_open_bank_transfer();
    let mut open = open_attempt(2, Integration::Hosted, "ALIPAY_CN", Automatic);
    open.terminal_type = None;
    let refusal = story.command(&Command::OpenAttempt(Box::new(open))).unwrap_err();
    assert!(matches!(refusal, Refusal::Invalid(_)), "{refusal:?}");
    assert!(story.attempt(1).cancels.is_empty());
}

//= B-6 test
#[test]
fn when_the_cancel_is_refused_the_buyer_waits_for_the_earlier_attempt() {
    let mut story = with_open_bank_transfer();
    ask_for(&mut story, 2, "CARD").unwrap();
    story.says(cancel(1, CancelWord::Refused));
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap_err(), not_cancellable());
    assert!(!story.order.questions().is_empty(), "its result is asked for");

    let mut paid = story.clone();
    paid.says(notified(1, PaymentWord::Success));
    assert!(paid.order.shippable().is_ok(), "the earlier attempt pays the order");
    assert_eq!(ask_for(&mut paid, 2, "CARD").unwrap_err(), Refusal::OrderPaid);

    story.says(inquired(1, PaymentWord::Failure));
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap().postponed, None);
    assert_eq!(story.order.attempts.len(), 2);
}

#[test]
fn a_success_that_meets_the_cancel_pays_the_order_only_if_the_cancel_is_refused() {
    let mut story = with_open_bank_transfer();
    ask_for(&mut story, 2, "CARD").unwrap();
    story.says(notified(1, PaymentWord::Success));
    assert!(story.order.shippable().is_err(), "the cancel is under way");
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap().postponed, Some(being_cancelled()));

    let mut refused = story.clone();
    refused.says(cancel(1, CancelWord::Refused));
    assert_eq!(ask_for(&mut refused, 2, "CARD").unwrap_err(), Refusal::OrderPaid);
    assert!(refused.order.shippable().is_ok());

    story.says(cancel(1, CancelWord::Confirmed));
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap().postponed, None);
    assert_eq!(story.order.attempts.len(), 2);
}

//= B-6 test
#[test]
fn a_surplus_that_can_be_neither_cancelled_nor_refunded_is_reported_once_and_rests() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Session, NO_REFUNDS, Automatic);
    story.hand_out(2);
    story.says(notified(1, PaymentWord::Success));
    story.says(own_capture(1, antom_domain::order::CaptureWord::Success));
    story.says(notified(2, PaymentWord::Success));
    assert_eq!(story.attempt(2).role, Role::Surplus);

    story.says(cancel(2, CancelWord::Refused));
    assert!(!story.called().contains(&"refund"));
    assert!(story.attempt(2).surplus_stuck);
    story.later(7_200).says(notified(2, PaymentWord::Success));
    assert_eq!(story.events().iter().filter(|event| *event == "SurplusStuck").count(), 1);
    assert!(story.order.questions().is_empty(), "people have to act; asking again teaches nothing");
    assert!(story.order.shippable().is_ok(), "the order itself is paid");
}

//= B-6 test
#[test]
fn a_success_after_the_confirmed_cancel_bars_a_new_attempt_until_its_money_is_back() {
    let mut story = with_open_bank_transfer();
    ask_for(&mut story, 2, "CARD").unwrap();
    story.says(cancel(1, CancelWord::Confirmed));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Cancelled);
    story.says(notified(1, PaymentWord::Success));
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap().postponed, Some(being_cancelled()));

    let mut stuck = story.clone();
    stuck.says(nth_cancel(1, 2, CancelWord::Refused));
    assert!(stuck.attempt(1).surplus_stuck);
    assert_eq!(ask_for(&mut stuck, 2, "CARD").unwrap_err(), not_cancellable());

    story.says(nth_cancel(1, 2, CancelWord::Confirmed));
    assert_eq!(story.attempt(1).cancels[1].phase, CancelPhase::Confirmed);
    assert_eq!(ask_for(&mut story, 2, "CARD").unwrap().postponed, None);
}

//= B-6 test
#[test]
fn a_refund_that_the_merchant_asks_for_is_refused() {
    let mut story = with_open_bank_transfer();
    story.says(notified(1, PaymentWord::Success));
    let refusal = story.command(&refund_command(1, "R-1", 100)).unwrap_err();
    assert_eq!(refusal, Refusal::MethodWithoutRefunds);
    assert!(story.says(refund(1, "R-1", RefundWord::Success, usd(100))).is_empty());
}
