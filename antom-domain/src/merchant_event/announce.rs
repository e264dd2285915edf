//! Which merchant events a step leads to: a function of the step and of the order before and after it.
//! Keeping them is left to the store.

use antom_core::time::Timestamp;

use super::data::{Data, OrderData};
use super::{EventData, MerchantEvent, MerchantEventKind, Sequence};
use crate::order::{Attempt, Event, Order, OrderPhase};
use crate::payment::PaymentPhase;

/// What the merchant's own systems are told of a step, in the order in which it happened.
///
/// `before` and `after` are the order around the step's `events`, `announced` is how many merchant events the order had.
/// First come those about attempts, each showing the order as the whole step left it, then what the step did to the order.
/// Most steps lead to none.
pub fn announce(
    before: &Order,
    events: &[Event],
    after: &Order,
    at: Timestamp,
    announced: Sequence,
) -> Vec<MerchantEvent> {
    let shipping = shipping_changed(before, after);
    let mut told = events.iter().filter_map(|event| Some((event, kind_of(before, event)?))).peekable();
    if told.peek().is_none() && shipping.is_none() {
        return Vec::new();
    }
    let order = OrderData::of(after);
    let about_attempts = told.filter_map(|(event, kind)| {
        let attempt = after.attempt(event.payment_request_id()?)?;
        Some((kind, Some(attempt), Data::of_event(order, attempt, event)))
    });
    let about_order = shipping.map(|kind| (kind, None, Data::of_order(order)));
    let numbered = about_attempts.chain(about_order).zip(announced.saturating_add(1)..);
    numbered
        .filter_map(|((kind, attempt, data), sequence)| {
            Some(MerchantEvent {
                order_id: after.reference_order_id.clone(),
                sequence,
                kind,
                at,
                payment_request_id: attempt.map(|attempt: &Attempt| attempt.payment_request_id.clone()),
                // Plain members: it does not fail.
                data: EventData::from_stored(serde_json::to_string(&data).ok()?),
            })
        })
        .collect()
}

/// What the step did to the permission to ship.
fn shipping_changed(before: &Order, after: &Order) -> Option<MerchantEventKind> {
    match (before.phase() == OrderPhase::Paid, after.phase() == OrderPhase::Paid) {
        (false, true) => Some(MerchantEventKind::OrderPaid),
        (true, false) => Some(MerchantEventKind::OrderShippingStopped),
        _ => None,
    }
}

/// The kind that a recorded event is told as; `None` where only we care for it.
fn kind_of(before: &Order, event: &Event) -> Option<MerchantEventKind> {
    use MerchantEventKind as Kind;
    Some(match event {
        Event::PaymentSucceeded { .. } => Kind::PaymentSucceeded,
        Event::PaymentFailed { .. } => Kind::PaymentFailed,
        Event::PaymentCancelled { .. } => Kind::PaymentCancelled,
        Event::DetailsLearnt { payment_request_id, .. } => {
            // Earlier details stand in the events that tell of the payment.
            let attempt = before.attempt(payment_request_id)?;
            if attempt.payment.phase != PaymentPhase::Succeeded {
                return None;
            }
            Kind::PaymentDetails
        }
        Event::LateSuccess { .. } => Kind::PaymentLateSuccess,
        Event::AttemptSurplus { .. } => Kind::SurplusFound,
        Event::SurplusStuck { .. } => Kind::SurplusStuck,
        Event::AuthorizationHeld { .. } => Kind::AuthorizationHeld,
        Event::ReviewPending { .. } => Kind::AuthorizationUnderReview,
        Event::ReviewRejected { .. } => Kind::AuthorizationRejected,
        Event::AuthorizationReleased { .. } => Kind::AuthorizationReleased,
        Event::CaptureDeadlineNear { .. } => Kind::DeadlineNear,
        Event::CaptureDeadlinePassed { .. } => Kind::DeadlinePassed,
        Event::CaptureSucceeded { .. } => Kind::CaptureSucceeded,
        Event::CaptureFailed { .. } => Kind::CaptureFailed,
        Event::CancelConfirmed { .. } => Kind::CancelSucceeded,
        Event::CancelRefused { .. } => Kind::CancelFailed,
        Event::RefundSucceeded { .. } => Kind::RefundSucceeded,
        Event::RefundFailed { .. } => Kind::RefundFailed,
        Event::AmountMismatch { .. } | Event::Contradicted { .. } => Kind::ContradictionFound,
        Event::DisputeSettled { .. } => Kind::ContradictionSettled,
        Event::OrderCreated { .. }
        | Event::PersonalDataErased { .. }
        | Event::AttemptOpened { .. }
        | Event::PaymentInDoubt { .. }
        | Event::PaymentAwaitsPayer { .. }
        | Event::HandoutReceived { .. }
        | Event::PaymentPending { .. }
        | Event::PaymentIdLearnt { .. }
        | Event::AuthorizationCaptured { .. }
        | Event::AttemptKept { .. }
        | Event::CaptureAwaited { .. }
        | Event::CaptureRequested { .. }
        | Event::CaptureInDoubt { .. }
        | Event::CaptureProcessing { .. }
        | Event::CaptureIdLearnt { .. }
        | Event::CancelRequested { .. }
        | Event::CancelInDoubt { .. }
        | Event::RefundRequested { .. }
        | Event::RefundInDoubt { .. }
        | Event::RefundProcessing { .. }
        | Event::HintReceived { .. } => return None,
    })
}
