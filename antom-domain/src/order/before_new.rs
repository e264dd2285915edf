//! What has to end before another attempt may begin: earlier ones whose money could go back by a cancel only.
//! Which methods those are is the policy's; whether the order is paid is left to `decide`.

use super::command::{CancelReason, Refusal};
use super::draft::Draft;
use super::event::Event;
use super::policy::Policy;
use super::request;
use super::state::Attempt;
use crate::cancel::{CancelPhase, CancelTable};
use crate::payment::PaymentTable;
use crate::verdict::Table;

/// Whether the order's money is of a method without refunds and its cancel is under way: not paid for good.
pub(super) fn is_on_its_way_back(holder: &Attempt, policy: &Policy) -> bool {
    let cancelling = holder.current_cancel().is_some_and(|cancel| !CancelTable::is_final(cancel.phase));
    cancelling && policy.knows_no_refunds(holder)
}

/// Cancels every earlier attempt of a method without refunds that may still take or hold money, each once, and says
/// why the new attempt waits for it. `None`: nothing stands in the way.
///
/// # Errors
/// The gateway refused such a cancel and the attempt has not ended: nothing is left to do but to wait for it, so that
/// nothing else is cancelled in vain.
//= B-6
pub(super) fn end_earlier_attempts(draft: &mut Draft<'_>) -> Result<Option<Refusal>, Refusal> {
    let policy = draft.policy;
    let in_the_way = |attempt: &&Attempt| policy.knows_no_refunds(attempt) && may_take_or_hold(attempt);
    let earlier: Vec<Attempt> = draft.order.attempts.iter().filter(in_the_way).cloned().collect();
    let refused = |attempt: &&Attempt| {
        attempt.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Refused)
    };
    if let Some(attempt) = earlier.iter().find(refused) {
        let payment_request_id = attempt.payment_request_id.clone();
        return Err(Refusal::EarlierAttemptNotCancellable { payment_request_id });
    }
    for attempt in earlier.iter().filter(|attempt| attempt.current_cancel().is_none()) {
        let payment_request_id = attempt.payment_request_id.clone();
        draft.record(Event::CancelRequested { payment_request_id, reason: CancelReason::BeforeNewAttempt });
        draft.wish(request::cancel(attempt, attempt.cancels.len().saturating_add(1)));
    }
    Ok(earlier.into_iter().next().map(|attempt| Refusal::EarlierAttemptBeingCancelled {
        payment_request_id: attempt.payment_request_id,
    }))
}

/// Anything but failed, cancelled or returned.
fn may_take_or_hold(attempt: &Attempt) -> bool {
    !PaymentTable::is_final(attempt.payment.phase) || attempt.holds_money()
}
