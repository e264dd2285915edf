//! Captures that the merchant asks for: whether, how much, and whether one is the last.
//! Which amounts a contract allows is the policy's; what became of a capture comes back through `absorb`.

use antom_core::id::{CaptureRequestId, PaymentRequestId};
use antom_core::money::Money;
use antom_core::outcome::CaptureMode;

use super::find;
use crate::authorization::AuthorizationPhase;
use crate::cancel::CancelPhase;
use crate::capture::{CaptureInput, CapturePhase, CaptureTable};
use crate::order::command::Refusal;
use crate::order::draft::Draft;
use crate::order::event::Event;
use crate::order::request;
use crate::order::state::{Attempt, Capture, Order, Role};
use crate::policy::{CapturePolicy, CaptureTime};
use crate::verdict::{Verdict, consult};

/// What the merchant wants to be captured.
pub(super) struct CaptureWish<'a> {
    pub(super) id: &'a CaptureRequestId,
    pub(super) amount: Option<Money>,
    pub(super) is_last: bool,
}

//= A-2, A-3, X-2
pub(super) fn decide(
    draft: &mut Draft<'_>,
    order: &Order,
    id: &PaymentRequestId,
    wish: &CaptureWish<'_>,
) -> Result<(), Refusal> {
    let attempt = find(order, id)?;
    let policy = draft.policy.captures;
    let is_last = policy.is_last(wish.is_last);
    if let Some(known) =
        attempt.captures.iter().find(|known| known.capture_request_id.as_ref() == Some(wish.id))
    {
        return repeated(known, wish.amount, is_last);
    }
    if policy == CapturePolicy::Full {
        // Another amount is wrong whatever became of the payment.
        policy.amount(attempt.amount, Money::zero(attempt.amount.currency()), wish.amount)?;
    }
    let is_theirs = attempt.captures.iter().any(|capture| capture.capture_request_id.is_none());
    if policy != CapturePolicy::Multiple
        && let Some(latest) = attempt.capture()
        && consult::<CaptureTable>(latest.phase, CaptureInput::Request) == Verdict::Repeat
    {
        let all = (policy == CapturePolicy::Full).then_some(attempt.amount);
        let is_same = wish.amount.or(all).is_none_or(|amount| amount == latest.amount);
        return if is_same { Ok(()) } else { Err(Refusal::CapturedOnce { amount: latest.amount }) };
    }
    if is_theirs || attempt.capture_mode == Some(CaptureMode::Automatic) {
        return Err(Refusal::CapturedByGateway);
    }
    may_capture(draft, attempt)?;
    may_follow(draft, attempt, is_last)?;
    let amount = policy.amount(attempt.amount, attempt.claimed(), wish.amount)?;
    let payment_id = attempt.payment.payment_id.clone().ok_or(Refusal::PaymentIdUnknown)?;
    draft.record_last(Event::CaptureRequested {
        payment_request_id: attempt.payment_request_id.clone(),
        capture_request_id: wish.id.clone(),
        amount,
        is_last,
    });
    draft.wish(request::capture(attempt, &payment_id, wish.id, amount, is_last));
    Ok(())
}

/// The same id is the same capture (B-8).
//= B-8
fn repeated(known: &Capture, amount: Option<Money>, is_last: bool) -> Result<(), Refusal> {
    if known.is_last != is_last || amount.is_some_and(|amount| amount != known.amount) {
        return Err(Refusal::CaptureIdReused);
    }
    match consult::<CaptureTable>(known.phase, CaptureInput::Request) {
        Verdict::Refuse => Err(Refusal::CaptureFailed),
        Verdict::Repeat | Verdict::Stay | Verdict::Go(_) | Verdict::Contradict => Ok(()),
    }
}

fn may_capture(draft: &Draft<'_>, attempt: &Attempt) -> Result<(), Refusal> {
    if attempt.disputed {
        return Err(Refusal::Disputed);
    }
    if attempt.role == Role::Surplus {
        return Err(Refusal::Surplus);
    }
    if attempt.current_cancel().is_some_and(|cancel| cancel.phase != CancelPhase::Refused) {
        return Err(Refusal::BeingCancelled);
    }
    match attempt.authorization.phase {
        AuthorizationPhase::Held | AuthorizationPhase::Approved => {}
        AuthorizationPhase::UnderReview | AuthorizationPhase::Rejected => return Err(Refusal::UnderReview),
        AuthorizationPhase::Absent | AuthorizationPhase::Captured | AuthorizationPhase::Released => {
            return Err(Refusal::NothingHeld);
        }
    }
    let policy = &draft.policy.capture_deadline;
    match attempt.authorization.capture_before {
        Some(deadline) if policy.stand(deadline, draft.at) == CaptureTime::Passed => {
            Err(Refusal::CaptureDeadlinePassed { deadline })
        }
        _ => Ok(()),
    }
}

/// Whether there may be one more capture. The last one waits for all others, so that what it lets go is known: a capture
/// that failed meanwhile would be lost with the rest.
fn may_follow(draft: &Draft<'_>, attempt: &Attempt, is_last: bool) -> Result<(), Refusal> {
    if attempt.captures.iter().any(|capture| capture.is_last && capture.phase != CapturePhase::Failed) {
        return Err(Refusal::LastCaptureMade);
    }
    if is_last && attempt.has_open_capture() {
        return Err(Refusal::CaptureUnderWay);
    }
    let limit = draft.policy.max_captures;
    if attempt.captures.len() >= limit {
        return Err(Refusal::TooManyCaptures { limit });
    }
    Ok(())
}
