//! Disputes: what is said against the record, when it is news, and when the gateway has settled it.
//! What is recorded for one is left to the machines; a dispute freezes shipping (`shippable`).

use crate::cancel::CancelPhase;
use crate::capture::{CapturePhase, CaptureTable};
use crate::order::apply::contradiction;
use crate::order::draft::Draft;
use crate::order::event::Event;
use crate::order::fact::{CaptureSeen, CaptureWord, Fact, PaymentWord, Source};
use crate::order::state::Attempt;
use crate::payment::PaymentPhase;
use crate::verdict::Table;

/// Notes an objection against the record, and tells whether it is to be recorded: the first time that it is said, and
/// when the gateway, asked again, still says it after the dispute had been settled. A resent notification is no news.
pub(super) fn is_news(draft: &mut Draft<'_>, index: usize, machine: &str, seen: &str) -> bool {
    draft.objections.insert(index);
    let Some(attempt) = draft.attempt(index) else { return false };
    let is_known = attempt.contradictions.contains(&contradiction(machine, seen));
    !is_known || (draft.is_inquiry && !attempt.disputed)
}

/// Ends the disputes about which the gateway, asked, agrees with the record in everything.
pub(super) fn settle(draft: &mut Draft<'_>, facts: &[Fact]) {
    for fact in facts {
        let Fact::Payment { names, source: Source::Inquiry, seen } = fact else { continue };
        let Some(index) = draft.order.locate(names).filter(|index| !draft.objections.contains(index)) else {
            continue;
        };
        let Some(attempt) = draft.attempt(index) else { continue };
        let captures: Vec<&CaptureSeen> = facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Capture { names, seen, .. } if draft.order.locate(names) == Some(index) => {
                    Some(&**seen)
                }
                _ => None,
            })
            .collect();
        if attempt.disputed && payment_agrees(attempt, seen.word) && captures_agree(attempt, &captures) {
            let payment_request_id = attempt.payment_request_id.clone();
            draft.record(Event::DisputeSettled { payment_request_id });
        }
    }
}

fn payment_agrees(attempt: &Attempt, word: PaymentWord) -> bool {
    let cancelled = attempt.cancels.last().is_some_and(|cancel| cancel.phase == CancelPhase::Confirmed);
    match attempt.payment.phase {
        PaymentPhase::Succeeded => {
            let gone = cancelled || attempt.is_returned();
            word == PaymentWord::Success && !cancelled || word == PaymentWord::Cancelled && gone
        }
        // What was paid too late keeps its end here; once it went back the gateway may call it by either.
        PaymentPhase::Failed | PaymentPhase::Cancelled
            if attempt.late_success_after.is_some() && attempt.is_returned() =>
        {
            matches!(word, PaymentWord::Success | PaymentWord::Cancelled)
        }
        PaymentPhase::Failed => matches!(word, PaymentWord::Failure | PaymentWord::NotFound),
        PaymentPhase::Cancelled => word == PaymentWord::Cancelled,
        PaymentPhase::Opening
        | PaymentPhase::InDoubt
        | PaymentPhase::AwaitingPayer
        | PaymentPhase::Pending => false,
    }
}

/// Every capture with a final answer must be confirmed: a silent inquiry settles nothing about it.
fn captures_agree(attempt: &Attempt, seen: &[&CaptureSeen]) -> bool {
    let settled = attempt.captures.iter().filter(|capture| CaptureTable::is_final(capture.phase));
    settled.into_iter().all(|capture| {
        let wanted = match capture.phase {
            CapturePhase::Captured => CaptureWord::Success,
            _ if attempt.is_returned() => return true,
            _ => CaptureWord::Failure,
        };
        seen.iter().any(|seen| {
            let is_it = capture.capture_request_id.is_none()
                || (seen.key.capture_request_id.is_none() && attempt.captures.len() == 1)
                || seen.key.capture_request_id == capture.capture_request_id;
            is_it && seen.word == wanted
        })
    })
}
