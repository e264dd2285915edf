//! Stories of single orders: given what happened, when the gateway says this, then that is believed and done.
//! Laws over all stories are in `laws`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::outcome::CaptureMode::{Automatic, Manual};
use antom_domain::authorization::AuthorizationPhase;
use antom_domain::cancel::CancelPhase;
use antom_domain::capture::CapturePhase;
use antom_domain::order::{
    CallSubject, CancelWord, CaptureWord, Command, Fact, Integration, NotShippable, OrderPhase, PaymentWord,
    RefundWord, Refusal, Report, ReviewWord, Role, Source,
};
use antom_domain::payment::PaymentPhase;
use antom_domain::policy::WrongCapture;
use support::*;

//= A-1 test
//= A-5 test
#[test]
fn a_card_order_is_shippable_only_after_its_capture() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    assert_eq!(story.order.shippable().unwrap_err(), NotShippable::NotCaptured);
    assert_eq!(story.order.phase(), OrderPhase::Capturing);
    story.says(own_capture(1, CaptureWord::Success));
    assert_eq!(story.order.shippable().unwrap().amount(), usd(4_200));
    assert!(story.order.questions().is_empty(), "an order at rest asks nothing");
}

//= X-16 test
//= N-10 test
#[test]
fn a_capture_that_is_seen_before_its_payment_counts_once_the_payment_is_seen() {
    let mut story = Story::with_open_card(Automatic);
    story.says(own_capture(1, CaptureWord::Success));
    assert_eq!(story.order.shippable().unwrap_err(), NotShippable::NotPaid);
    story.says(inquired(1, PaymentWord::Success));
    assert!(story.order.shippable().is_ok());
}

//= X-1 test
#[test]
fn a_pending_payment_is_never_paid() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Pending));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Pending);
    assert!(story.order.shippable().is_err());
    assert!(!story.order.questions().is_empty(), "it is still polled");
}

//= B-5 test
#[test]
fn a_second_success_is_cancelled_and_refunded_only_after_the_cancel_was_refused() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Session, "CARD", Automatic);
    story.hand_out(2);
    story.says(notified(1, PaymentWord::Success));
    story.says(notified(2, PaymentWord::Success));
    assert_eq!(story.attempt(1).role, Role::Kept);
    assert_eq!(story.attempt(2).role, Role::Surplus);
    assert_eq!(story.called(), ["createPaymentSession", "createPaymentSession", "cancel"]);

    story.says(own_capture(2, CaptureWord::Success));
    story.says(cancel(2, CancelWord::Refused));
    assert_eq!(story.called().iter().filter(|api| **api == "refund").count(), 1);
    assert_eq!(story.attempt(2).refunds[0].amount, usd(4_200));

    story.says(refund(2, "PAY-2-surplus", RefundWord::Success, usd(4_200)));
    assert!(story.attempt(2).is_returned());
    story.says(own_capture(1, CaptureWord::Success));
    assert!(story.order.shippable().is_ok());
    assert!(story.order.questions().is_empty());
}

#[test]
fn a_refused_cancel_of_a_surplus_waits_for_the_capture_before_it_is_refunded() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Session, "CARD", Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(notified(2, PaymentWord::Success));
    story.says(cancel(2, CancelWord::Refused));
    assert!(!story.called().contains(&"refund"), "nothing is known to be captured");
    assert!(!story.order.questions().is_empty(), "the capture is still asked for");
    story.says(own_capture(2, CaptureWord::Success));
    assert!(story.called().contains(&"refund"));
}

//= X-6 test
#[test]
fn a_success_after_a_cancel_is_cancelled_once_more_and_never_paid() {
    let mut story = Story::with_open_card(Automatic);
    story.command(&cancel_command(1)).unwrap();
    story.says(cancel(1, CancelWord::Confirmed));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Cancelled);
    story.says(notified(1, PaymentWord::Success));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Cancelled);
    assert_eq!(story.attempt(1).cancels.len(), 2);
    assert!(story.order.shippable().is_err());
    assert!(
        story.says(cancel(1, CancelWord::Confirmed)).is_empty(),
        "the first cancel's answer says nothing of the second"
    );
    assert!(!story.attempt(1).is_returned());
    story.says(nth_cancel(1, 2, CancelWord::Confirmed));
    assert!(story.attempt(1).is_returned());
    assert!(!story.attempt(1).disputed, "the money went back: the dispute is over");
}

//= X-5 test
#[test]
fn an_unknown_payment_fails_only_after_its_window_has_closed() {
    let mut story = Story::with_open_card(Automatic);
    story.later(600).says(inquired(1, PaymentWord::NotFound));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::AwaitingPayer);
    story.later(2 * 3_600).says(inquired(1, PaymentWord::NotFound));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Failed);
}

//= B-1 test
#[test]
fn our_own_time_to_pay_is_named_to_the_gateway_which_alone_ends_the_attempt() {
    let expiry_sent = |timeout: u64| {
        let mut story = Story::begin();
        story.policy.expiry.timeout = std::time::Duration::from_mins(timeout);
        story.open(1, Integration::Hosted, "CARD", Automatic);
        let sent: serde_json::Value = serde_json::from_slice(story.calls[0].body.as_bytes()).unwrap();
        (story, sent["paymentExpiryTime"].clone())
    };
    assert!(expiry_sent(14).1.is_null(), "the gateway's own timeout is not repeated");
    let (mut story, named) = expiry_sent(5);
    assert_eq!(named, at(300).to_rfc3339());
    story.later(86_400).says(inquired(1, PaymentWord::Processing));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::AwaitingPayer, "no clock of ours ends it");
    story.says(notified(1, PaymentWord::Failure));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Failed);
}

//= B-2 test
#[test]
fn a_call_that_may_have_been_sent_is_in_doubt_and_not_failed() {
    let mut story = Story::begin();
    story.open(1, Integration::Hosted, "CARD", Manual);
    let subject = CallSubject::Open { payment_request_id: request_id(1) };
    story.says(Fact::Report { subject, report: Report::MaybeSent });
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::InDoubt);
    assert!(story.order.wants(&story.calls[0]), "the same call is made again");
}

//= A-2 test
//= A-3 test
#[test]
fn a_manual_capture_takes_exactly_what_is_held_and_only_in_time() {
    let mut story = Story::with_open_card(Manual);
    assert_eq!(story.command(&capture_command(1, "CAP-1")).unwrap_err(), Refusal::NothingHeld);
    story.says(notified(1, PaymentWord::Success));
    let partial = Command::Capture {
        payment_request_id: request_id(1),
        capture_request_id: "CAP-1".parse().unwrap(),
        amount: Some(usd(4_199)),
        is_last: false,
    };
    assert_eq!(
        story.command(&partial).unwrap_err(),
        Refusal::WrongCapture(WrongCapture::Differs { authorized: usd(4_200) })
    );
    let mut late = story.clone();
    late.later(7 * 86_400);
    assert!(matches!(late.command(&capture_command(1, "CAP-1")), Err(Refusal::CaptureDeadlinePassed { .. })));
    assert!(
        late.order.questions().iter().any(|question| question.quick_since.is_none()),
        "the gateway is still asked"
    );

    story.command(&capture_command(1, "CAP-1")).unwrap();
    assert!(story.command(&capture_command(1, "CAP-2")).unwrap().is_empty(), "one capture is under way");
    story.says(capture(1, "CAP-1", CaptureWord::Success));
    assert_eq!(story.attempt(1).authorization.phase, AuthorizationPhase::Captured);
    assert!(story.order.shippable().is_ok());
}

//= A-4 test
#[test]
fn a_capture_in_doubt_is_repeated_only_under_its_id() {
    let mut story = Story::with_open_card(Manual);
    story.says(notified(1, PaymentWord::Success));
    story.command(&capture_command(1, "CAP-1")).unwrap();
    let call = story.calls.last().unwrap().clone();
    story.says(Fact::Report { subject: call.subject.clone(), report: Report::MaybeSent });
    assert_eq!(story.attempt(1).captures[0].phase, CapturePhase::InDoubt);
    assert!(story.order.wants(&call));
    assert!(story.command(&capture_command(1, "CAP-2")).unwrap().is_empty());
    story.says(capture(1, "CAP-1", CaptureWord::Processing));
    assert!(!story.order.wants(&call), "what the gateway works on is not sent again");
}

//= X-2 test
#[test]
fn a_payment_under_review_is_neither_captured_nor_shipped_and_a_rejection_cancels_it() {
    let mut story = Story::with_open_card(Manual);
    let reviewed = |review| {
        let mut seen = payment_seen(PaymentWord::Success);
        seen.review = review;
        Fact::Payment { names: names(1), source: Source::Inquiry, seen: Box::new(seen) }
    };
    story.says(reviewed(ReviewWord::Pending));
    assert_eq!(story.command(&capture_command(1, "CAP-1")).unwrap_err(), Refusal::UnderReview);
    assert_eq!(story.order.shippable().unwrap_err(), NotShippable::UnderReview);
    story.says(notified(1, PaymentWord::Success));
    assert_eq!(
        story.attempt(1).authorization.phase,
        AuthorizationPhase::UnderReview,
        "silence ends no review"
    );

    let mut approved = story.clone();
    approved.says(reviewed(ReviewWord::Approved));
    assert!(approved.command(&capture_command(1, "CAP-1")).is_ok());

    story.says(reviewed(ReviewWord::Rejected));
    assert_eq!(story.called().last(), Some(&"cancel"));
}

//= X-2 test
#[test]
fn a_review_that_is_told_of_late_holds_back_what_was_held_and_one_that_has_ended_does_not() {
    let mut story = Story::with_open_card(Manual);
    let reviewed = |review| {
        let mut seen = payment_seen(PaymentWord::Success);
        seen.review = review;
        Fact::Payment { names: names(1), source: Source::Inquiry, seen: Box::new(seen) }
    };
    story.says(notified(1, PaymentWord::Success));
    assert!(story.clone().command(&capture_command(1, "CAP-1")).is_ok(), "nobody has spoken of a review");

    story.says(reviewed(ReviewWord::Pending));
    assert_eq!(story.command(&capture_command(1, "CAP-1")).unwrap_err(), Refusal::UnderReview);

    story.says(reviewed(ReviewWord::Approved));
    story.says(reviewed(ReviewWord::Pending));
    assert_eq!(
        story.attempt(1).authorization.phase,
        AuthorizationPhase::Approved,
        "the later word was stale"
    );
    assert!(story.command(&capture_command(1, "CAP-1")).is_ok());
}

//= B-4 test
#[test]
fn a_paid_order_takes_no_further_attempt_and_a_failed_one_does() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Failure));
    story.open(2, Integration::Session, "CARD", Automatic);
    story.hand_out(2);
    story.says(notified(2, PaymentWord::Success));
    let third = open_attempt(3, Integration::Session, "CARD", Automatic);
    assert_eq!(story.command(&Command::OpenAttempt(Box::new(third))).unwrap_err(), Refusal::OrderPaid);
}

//= B-8 test
#[test]
fn an_idempotency_key_opens_one_attempt() {
    let mut story = Story::begin();
    let mut first = open_attempt(1, Integration::Session, "CARD", Automatic);
    first.idempotency_key = Some("key-1".to_owned());
    let mut again = first.clone();
    again.payment_request_id = request_id(2);
    story.command(&Command::OpenAttempt(Box::new(first))).unwrap();
    assert!(story.command(&Command::OpenAttempt(Box::new(again.clone()))).unwrap().is_empty());
    assert_eq!(story.order.attempts.len(), 1);
    again.integration = Integration::Hosted;
    let other = story.command(&Command::OpenAttempt(Box::new(again)));
    assert_eq!(other.unwrap_err(), Refusal::IdempotencyKeyReused);
}

#[test]
fn a_hold_that_the_gateway_failed_to_capture_is_given_back_and_the_buyer_may_pay_again() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(own_capture(1, CaptureWord::Failure));
    assert_eq!(story.called().last(), Some(&"cancel"));
    story.says(cancel(1, CancelWord::Confirmed));
    assert_eq!(story.attempt(1).cancels[0].phase, CancelPhase::Confirmed);
    assert_eq!(story.order.phase(), OrderPhase::Open);
    story.open(2, Integration::Session, "CARD", Automatic);
}

#[test]
fn refunds_never_exceed_what_was_captured_even_while_one_is_in_doubt() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    assert_eq!(story.command(&refund_command(1, "R-1", 100)).unwrap_err(), Refusal::NothingTaken);
    story.says(own_capture(1, CaptureWord::Success));
    story.command(&refund_command(1, "R-1", 4_000)).unwrap();
    let too_much = story.command(&refund_command(1, "R-2", 201)).unwrap_err();
    assert_eq!(too_much, Refusal::RefundExceeds { refundable: usd(200) });
    assert_eq!(story.command(&refund_command(1, "R-1", 3_999)).unwrap_err(), Refusal::RefundIdReused);
    story.says(refund(1, "R-1", RefundWord::Failure, usd(4_000)));
    story.command(&refund_command(1, "R-2", 4_200)).unwrap();
    story.says(refund(1, "R-2", RefundWord::Success, usd(4_200)));
    assert_eq!(story.order.phase(), OrderPhase::Refunded);
}

//= X-7 test
#[test]
fn a_refund_in_process_is_inquired_and_never_sent_again() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(own_capture(1, CaptureWord::Success));
    story.command(&refund_command(1, "R-1", 4_200)).unwrap();
    let call = story.calls.last().unwrap().clone();
    story.says(refund(1, "R-1", RefundWord::Processing, usd(4_200)));
    assert!(!story.order.wants(&call));
    let asked: Vec<_> = story.order.questions().iter().map(|question| question.call().api.name()).collect();
    assert_eq!(asked, ["inquiryRefund"]);
}

//= X-10 test
#[test]
fn a_payment_whose_refund_may_give_the_money_back_is_not_cancelled_as_well() {
    let mut story = Story::begin();
    story.open(1, Integration::Session, "ALIPAY_CN", Automatic);
    story.hand_out(1);
    story.says(notified(1, PaymentWord::Success));
    story.command(&refund_command(1, "R-1", 4_200)).unwrap();
    assert_eq!(story.command(&cancel_command(1)).unwrap_err(), Refusal::TooLateToCancel);
    story.says(refund(1, "R-1", RefundWord::Failure, usd(4_200)));
    story.command(&cancel_command(1)).unwrap();
    assert_eq!(story.called().last(), Some(&"cancel"));
}

#[test]
fn an_order_whose_money_is_on_its_way_back_is_not_shippable() {
    let mut story = Story::begin();
    story.open(1, Integration::Session, "ALIPAY_CN", Automatic);
    story.hand_out(1);
    story.says(notified(1, PaymentWord::Success));
    assert!(story.order.shippable().is_ok(), "a wallet payment needs no capture");
    let mut refunding = story.clone();
    story.command(&cancel_command(1)).unwrap();
    assert_eq!(story.order.shippable().unwrap_err(), NotShippable::BeingReturned);
    assert_eq!(story.order.phase(), OrderPhase::Returning);
    story.says(cancel(1, CancelWord::Refused));
    assert!(story.order.shippable().is_ok(), "the money stayed");

    refunding.command(&refund_command(1, "R-1", 4_200)).unwrap();
    assert_eq!(refunding.order.shippable().unwrap_err(), NotShippable::BeingReturned);
}

//= X-2 test
#[test]
fn a_rejected_payment_that_is_captured_all_the_same_is_never_shippable_and_goes_back() {
    let mut story = Story::with_open_card(Manual);
    story.says(notified(1, PaymentWord::Success));
    story.command(&capture_command(1, "CAP-1")).unwrap();
    let mut seen = payment_seen(PaymentWord::Success);
    seen.review = ReviewWord::Rejected;
    story.says(Fact::Payment { names: names(1), source: Source::Inquiry, seen: Box::new(seen) });
    assert_eq!(story.called().last(), Some(&"cancel"));
    story.says(capture(1, "CAP-1", CaptureWord::Success));
    story.says(cancel(1, CancelWord::Refused));
    assert!(story.order.shippable().is_err());
    assert_eq!(story.called().last(), Some(&"refund"));
}

#[test]
fn a_hold_that_the_gateway_let_go_frees_the_order() {
    let mut story = Story::with_open_card(Manual);
    story.says(notified(1, PaymentWord::Success));
    story.command(&capture_command(1, "CAP-1")).unwrap();
    story.says(capture(1, "CAP-1", CaptureWord::Failure));
    story.says(inquired(1, PaymentWord::Cancelled));
    assert_eq!(story.attempt(1).authorization.phase, AuthorizationPhase::Released);
    assert_eq!(story.order.phase(), OrderPhase::Open);
    assert!(story.order.questions().is_empty());
    story.open(2, Integration::Session, "CARD", Automatic);
}

#[test]
fn a_capture_on_a_payment_that_failed_gives_the_money_back() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Failure));
    story.says(own_capture(1, CaptureWord::Success));
    assert_eq!(story.called().last(), Some(&"cancel"));
    story.says(cancel(1, CancelWord::Refused));
    assert_eq!(story.called().last(), Some(&"refund"));
    assert!(story.order.shippable().is_err());
}

#[test]
fn a_refused_refund_of_a_surplus_is_tried_again_under_a_new_id_after_a_pause() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Session, "CARD", Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(notified(2, PaymentWord::Success));
    story.says(own_capture(2, CaptureWord::Success));
    story.says(cancel(2, CancelWord::Refused));
    story.says(refund(2, "PAY-2-surplus", RefundWord::Failure, usd(4_200)));
    story.says(inquired(2, PaymentWord::Success));
    assert_eq!(story.attempt(2).refunds.len(), 1, "not at once");
    assert!(!story.order.questions().is_empty(), "the surplus stays watched");
    story.later(3_600).says(inquired(2, PaymentWord::Success));
    assert_eq!(story.attempt(2).refunds[1].refund_request_id.as_str(), "PAY-2-surplus-2");
}

#[test]
fn a_window_counts_from_what_was_handed_out_and_not_from_a_slow_opening() {
    let mut story = Story::begin();
    story.open(1, Integration::Session, "CARD", Automatic);
    let decided = story.attempt(1).window_closes_at;
    story.later(1_800);
    let Fact::Handout { names, .. } = session(1) else { unreachable!() };
    let handout = antom_domain::order::Handout::Session {
        payment_session_data: "a&&b&&c&&ZA==".to_owned(),
        payment_session_id: None,
        expires_at: Some(at(1_800 + 3_600)),
    };
    story.facts(&[payment(1, Source::Answer, PaymentWord::Accepted), Fact::Handout { names, handout }]);
    assert_eq!(story.attempt(1).window_closes_at.since(decided).as_secs(), 1_800);
}

#[test]
fn a_cancel_of_an_attempt_that_never_arrived_ends_with_the_attempt() {
    let mut story = Story::begin();
    story.open(1, Integration::Session, "CARD", Automatic);
    story.command(&cancel_command(1)).unwrap();
    let call = story.calls.last().unwrap().clone();
    story.says(cancel(1, CancelWord::Unknown));
    assert!(story.order.wants(&call));
    story.later(2 * 3_600).says(inquired(1, PaymentWord::NotFound));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Failed);
    assert!(!story.order.wants(&call));
    assert!(story.order.questions().is_empty());
}

#[test]
fn a_cancel_in_doubt_is_confirmed_by_an_inquiry_that_says_cancelled() {
    let mut story = Story::with_open_card(Automatic);
    story.command(&cancel_command(1)).unwrap();
    story.says(cancel(1, CancelWord::Unknown));
    assert_eq!(story.attempt(1).cancels[0].phase, CancelPhase::InDoubt);
    story.says(inquired(1, PaymentWord::Cancelled));
    assert_eq!(story.attempt(1).cancels[0].phase, CancelPhase::Confirmed);
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Cancelled);
    assert!(story.order.questions().is_empty());
}

//= X-6 test
#[test]
fn an_order_with_a_late_success_that_was_cancelled_comes_to_rest_though_an_old_answer_speaks_against_it() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Failure));
    story.says(notified(1, PaymentWord::Success));
    story.says(cancel(1, CancelWord::Confirmed));
    // Asked before the cancel, answered after it.
    story.says(inquired(1, PaymentWord::Success));
    assert_eq!(story.order.phase(), OrderPhase::OnHold);
    story.says(inquired(1, PaymentWord::Cancelled));
    assert!(story.order.questions().is_empty(), "the gateway agrees: the payment is cancelled");
    assert_ne!(story.order.phase(), OrderPhase::OnHold);
}

//= B-5 test
#[test]
fn what_a_failed_refund_of_the_merchant_leaves_of_a_surplus_goes_back_too() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Hosted, "CARD", Automatic);
    story.hand_out(2);
    for number in [1, 2] {
        story.says(notified(number, PaymentWord::Success));
        story.says(own_capture(number, CaptureWord::Success));
    }
    story.says(cancel(2, CancelWord::Refused));
    story.says(refund(2, "PAY-2-surplus", RefundWord::Failure, usd(4_200)));
    story.command(&refund_command(2, "R-1", 40)).unwrap();
    story.later(3_600).says(refund(2, "R-1", RefundWord::Processing, usd(40)));
    story.says(refund(2, "PAY-2-surplus-2", RefundWord::Success, usd(4_160)));
    assert!(!story.attempt(2).is_returned(), "forty are still on their way");

    story.says(refund(2, "R-1", RefundWord::Failure, usd(40)));
    let last = story.attempt(2).refunds.last().unwrap();
    assert_eq!((last.refund_request_id.as_str(), last.amount), ("PAY-2-surplus-3", usd(40)));
    story.says(refund(2, "PAY-2-surplus-3", RefundWord::Success, usd(40)));
    assert!(story.attempt(2).is_returned());
}
