//! The rules over all attempts of an order, run after each fact: one success, and every other one goes back.
//! What a single machine concludes is left to `absorb`.

use std::time::Duration;

use antom_core::id::{IdError, RefundRequestId};
use antom_core::money::Money;
use antom_core::outcome::CaptureMode;
use antom_core::time::Timestamp;

use super::command::{CancelReason, RefundReason};
use super::draft::Draft;
use super::event::Event;
use super::request;
use super::state::{Attempt, Refund, Refundable, Role};
use crate::cancel::CancelPhase;
use crate::payment::PaymentPhase;
use crate::refund::RefundPhase;

/// Before the refund of a surplus that was refused for good is tried under a new id.
const COMPENSATION_PAUSE: Duration = Duration::from_hours(1);
/// How many refunds of one surplus are tried.
const COMPENSATIONS: usize = 5;

/// Applies each rule once to each attempt, in an order in which a rule only enables later ones.
///
/// Each rule makes itself inapplicable by the event that it records: one role, one awaited capture, one cancel for what
/// is held now, and one refund at a time.
pub(super) fn settle(draft: &mut Draft<'_>) {
    for index in 0..draft.order.attempts.len() {
        choose_role(draft, index);
        await_capture(draft, index);
        cancel_what_must_go_back(draft, index);
        refund_what_cannot_be_cancelled(draft, index);
        settle_dispute(draft, index);
    }
}

/// The first success is kept, each further one is a surplus.
//= B-5
fn choose_role(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.role != Role::Candidate || !attempt.holds_money() {
        return;
    }
    let payment_request_id = attempt.payment_request_id.clone();
    if attempt.late_success_after.is_none() && draft.order.holder().is_none() {
        draft.record(Event::AttemptKept { payment_request_id });
    } else {
        draft.record(Event::AttemptSurplus { payment_request_id });
    }
}

/// After an authorization with automatic capture the gateway's capture is followed to its end.
//= A-1
fn await_capture(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    let due = attempt.capture_mode == Some(CaptureMode::Automatic)
        && attempt.authorization.phase.is_capturable()
        && attempt.captures.is_empty();
    if due {
        let (payment_request_id, amount) = (attempt.payment_request_id.clone(), attempt.amount);
        draft.record(Event::CaptureAwaited { payment_request_id, amount });
    }
}

/// A surplus, a late success, a payment that the review refused and a hold that the gateway failed to capture are
/// cancelled, once.
//= B-5, X-6, X-2
fn cancel_what_must_go_back(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    let Some(reason) = reason_to_return(attempt) else { return };
    if attempt.current_cancel().is_some() || !attempt.holds_money() {
        return;
    }
    let payment_request_id = attempt.payment_request_id.clone();
    let call = request::cancel(attempt, attempt.cancels.len().saturating_add(1));
    draft.record(Event::CancelRequested { payment_request_id, reason });
    draft.wish(call);
}

/// Captured money of a surplus goes back by a refund, only after the verified refusal of its cancel.
//= B-5
fn refund_what_cannot_be_cancelled(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    let refused = attempt.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Refused);
    if reason_to_return(attempt).is_none() || !refused {
        return;
    }
    let Some(amount) = attempt.refundable().filter(|amount| !amount.is_zero()) else { return };
    if draft.policy.knows_no_refunds(attempt) {
        report_stuck(draft, index, amount);
        return;
    }
    for part in attempt.refundable_parts() {
        refund_part(draft, index, &part);
    }
}

/// Gives back what is left of one capture: each has its own refund.
fn refund_part(draft: &mut Draft<'_>, index: usize, part: &Refundable) {
    let Some(attempt) = draft.attempt(index) else { return };
    if part.amount.is_zero() || !attempt.can_name(part) || !may_compensate(attempt, part.capture, draft.at) {
        return;
    }
    let Some(payment_id) = attempt.payment.payment_id.clone() else { return };
    let number = attempt.refunds.iter().filter(|refund| refund.reason == RefundReason::Surplus).count();
    let Ok(refund_request_id) = compensation_id(attempt, number.saturating_add(1)) else { return };
    let call = request::refund(attempt, &payment_id, &refund_request_id, part, None, draft.policy);
    let payment_request_id = attempt.payment_request_id.clone();
    draft.record(Event::RefundRequested {
        payment_request_id,
        refund_request_id,
        amount: part.amount,
        reason: RefundReason::Surplus,
        capture: part.capture,
    });
    draft.wish(call);
}

/// What no call can return is a matter for people, told once.
//= B-6
fn report_stuck(draft: &mut Draft<'_>, index: usize, amount: Money) {
    let Some(attempt) = draft.attempt(index) else { return };
    if !attempt.surplus_stuck {
        let payment_request_id = attempt.payment_request_id.clone();
        draft.record(Event::SurplusStuck { payment_request_id, amount });
    }
}

/// A dispute about money is over when the money went back.
fn settle_dispute(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.disputed && draft.has_just_returned(index) {
        let payment_request_id = attempt.payment_request_id.clone();
        draft.record(Event::DisputeSettled { payment_request_id });
    }
}

fn reason_to_return(attempt: &Attempt) -> Option<CancelReason> {
    if attempt.late_success_after.is_some() {
        Some(CancelReason::LateSuccess)
    } else if attempt.role == Role::Surplus {
        Some(CancelReason::Surplus)
    } else if attempt.is_rejected() && attempt.payment.phase == PaymentPhase::Succeeded {
        Some(CancelReason::ReviewRejected)
    } else if attempt.capture_is_lost() {
        Some(CancelReason::CaptureFailed)
    } else {
        None
    }
}

/// Whether a refund of this capture's surplus is due: the first one; an hour after the gateway refused one for good (for
/// want of balance, say), the next under a new id; and one more where a refund that the merchant had asked for failed
/// after ours returned the rest. After the last of them somebody has to look.
fn may_compensate(attempt: &Attempt, capture: Option<usize>, at: Timestamp) -> bool {
    compensations(attempt, capture).last().is_none_or(|last| {
        let is_due = match last.phase {
            RefundPhase::Succeeded => true,
            RefundPhase::Failed => at.since(last.since) >= COMPENSATION_PAUSE,
            RefundPhase::Requested | RefundPhase::InDoubt | RefundPhase::Processing => false,
        };
        is_due && compensations(attempt, capture).count() < COMPENSATIONS
    })
}

/// The refunds of a surplus that were made of one capture, oldest first.
fn compensations(attempt: &Attempt, capture: Option<usize>) -> impl Iterator<Item = &Refund> {
    let of_it = move |refund: &&Refund| refund.reason == RefundReason::Surplus && refund.capture == capture;
    attempt.refunds.iter().filter(of_it)
}

/// Whether the last refund of a surplus that is tried was refused for good too: somebody has to look.
pub(super) fn is_out_of_compensations(attempt: &Attempt) -> bool {
    attempt.refundable_parts().iter().any(|part| {
        let made = compensations(attempt, part.capture);
        made.filter(|refund| refund.phase == RefundPhase::Failed).count() >= COMPENSATIONS
    })
}

/// The compensation's id follows from the attempt's, so that deciding again wishes the same call (B-8).
fn compensation_id(attempt: &Attempt, number: usize) -> Result<RefundRequestId, IdError> {
    let id = &attempt.payment_request_id;
    RefundRequestId::parse(if number == 1 {
        format!("{id}-surplus")
    } else {
        format!("{id}-surplus-{number}")
    })
}
