//! Stories of words that are not believed as they stand: another amount, an unlikely age, a final answer that changes.
//! What is believed is told in `scenarios`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::outcome::CaptureMode::Automatic;
use antom_domain::capture::CapturePhase;
use antom_domain::order::{
    CaptureWord, Event, Fact, NotShippable, OrderPhase, PaymentWord, SeenAmount, Source,
};
use antom_domain::payment::PaymentPhase;
use support::*;

//= N-7 test
//= I-3 test
#[test]
fn a_success_in_another_amount_is_no_success_and_is_inquired() {
    for source in [Source::Notification, Source::Inquiry, Source::Answer] {
        let mut story = Story::with_open_card(Automatic);
        let mut seen = payment_seen(PaymentWord::Success);
        seen.amount = SeenAmount::Read(usd(4_100));
        let step = story.says(Fact::Payment { names: names(1), source, seen: Box::new(seen) });
        assert!(
            step.events
                .iter()
                .any(|event| matches!(event, Event::AmountMismatch { seen, .. } if seen == "USD 41.00")),
            "{source:?}: {:?}",
            step.events
        );
        assert_eq!(story.attempt(1).payment.phase, PaymentPhase::AwaitingPayer);
        assert_eq!(story.order.shippable().unwrap_err(), NotShippable::Disputed);
        assert_eq!(step.effects[0].api.name(), "inquiryPayment");
        // The gateway, asked again, names our amount.
        story.says(inquired(1, PaymentWord::Success));
        assert_eq!(story.order.shippable().unwrap_err(), NotShippable::NotCaptured);
    }
}

#[test]
fn a_success_without_an_amount_is_unknown() {
    let mut story = Story::with_open_card(Automatic);
    let mut seen = payment_seen(PaymentWord::Success);
    seen.amount = SeenAmount::Absent;
    story.says(Fact::Payment { names: names(1), source: Source::Notification, seen: Box::new(seen) });
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::AwaitingPayer);
}

#[test]
fn a_final_answer_that_is_contradicted_stays_and_freezes_the_order() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Success));
    story.says(own_capture(1, CaptureWord::Success));
    let step = story.says(own_capture(1, CaptureWord::Failure));
    assert_eq!(story.attempt(1).captures[0].phase, CapturePhase::Captured);
    assert_eq!(story.order.phase(), OrderPhase::OnHold);
    assert_eq!(step.effects[0].api.name(), "inquiryPayment");
    assert!(story.says(own_capture(1, CaptureWord::Failure)).is_empty(), "said twice, recorded once");
    story.says(inquired(1, PaymentWord::Success));
    assert_eq!(
        story.order.phase(),
        OrderPhase::OnHold,
        "a word about the payment says nothing about the capture"
    );
    story.facts(&[inquired(1, PaymentWord::Success), inquired_capture(1, CaptureWord::Failure)]);
    assert_eq!(story.order.phase(), OrderPhase::OnHold, "the gateway, asked again, still contradicts");
    story.facts(&[inquired(1, PaymentWord::Success), inquired_capture(1, CaptureWord::Success)]);
    assert!(story.order.shippable().is_ok(), "the gateway, asked again, agrees with the record");
    assert!(story.says(own_capture(1, CaptureWord::Failure)).is_empty(), "a resent notification is no news");
    story.facts(&[inquired(1, PaymentWord::Success), inquired_capture(1, CaptureWord::Failure)]);
    assert_eq!(story.order.phase(), OrderPhase::OnHold, "what the gateway says when asked is");
}

#[test]
fn a_dispute_about_an_attempt_that_then_failed_does_not_freeze_the_order_for_ever() {
    let mut story = Story::with_open_card(Automatic);
    let mut seen = payment_seen(PaymentWord::Success);
    seen.amount = SeenAmount::Read(usd(4_100));
    story.says(Fact::Payment { names: names(1), source: Source::Notification, seen: Box::new(seen) });
    assert_eq!(story.order.phase(), OrderPhase::OnHold);
    story.says(inquired(1, PaymentWord::Failure));
    assert_eq!(story.order.phase(), OrderPhase::Open, "the gateway, asked, says that nothing was paid");
}

//= X-4 test
#[test]
fn a_hint_about_an_order_at_rest_leads_to_one_inquiry() {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Failure));
    assert!(story.order.questions().is_empty());
    let hint = Fact::Hint { names: names(1), mark: "mark".to_owned() };
    let step = story.says(hint.clone());
    assert_eq!(step.effects[0].api.name(), "inquiryPayment");
    assert!(story.order.wants(&step.effects[0]));
    assert_eq!(story.attempt(1).payment.phase, PaymentPhase::Failed, "a hint is not believed");
    assert!(story.says(hint).is_empty());
}
