//! Words about a refund.
//! A refund that we never asked for is not ours to believe: it stays in the inbox for reconciliation.

use antom_core::id::RefundRequestId;

use super::{amount_agrees, contradict};
use crate::order::draft::Draft;
use crate::order::event::Event;
use crate::order::fact::{RefundWord, Report, SeenAmount};
use crate::refund::{RefundInput, RefundPhase, RefundTable};
use crate::verdict::{Table, Verdict, consult};

pub(super) fn absorb_report(draft: &mut Draft<'_>, index: usize, id: &RefundRequestId, report: Report) {
    let input = match report {
        Report::NotSent => RefundInput::CallNotSent,
        Report::MaybeSent => RefundInput::CallMaybeSent,
    };
    step(draft, index, id, input, None);
}

pub(super) fn absorb(
    draft: &mut Draft<'_>,
    index: usize,
    id: &RefundRequestId,
    word: RefundWord,
    amount: &SeenAmount,
    result_code: Option<&str>,
) {
    let refund = draft
        .attempt(index)
        .and_then(|attempt| attempt.refunds.iter().find(|refund| refund.refund_request_id == *id));
    let Some(expected) = refund.map(|refund| refund.amount) else { return };
    let input = match word {
        RefundWord::Processing => RefundInput::SeenProcessing,
        RefundWord::Success if amount_agrees(draft, index, expected, amount) => RefundInput::SeenSuccess,
        RefundWord::Success | RefundWord::Unknown => RefundInput::SeenUnknown,
        RefundWord::Failure => RefundInput::SeenFailure,
    };
    step(draft, index, id, input, result_code);
}

fn step(
    draft: &mut Draft<'_>,
    index: usize,
    id: &RefundRequestId,
    input: RefundInput,
    result_code: Option<&str>,
) {
    let Some(attempt) = draft.attempt(index) else { return };
    let Some(refund) = attempt.refunds.iter().find(|refund| refund.refund_request_id == *id) else { return };
    let (payment_request_id, refund_request_id) = (attempt.payment_request_id.clone(), id.clone());
    let phase = refund.phase;
    match consult::<RefundTable>(phase, input) {
        Verdict::Go(RefundPhase::InDoubt) => {
            draft.record(Event::RefundInDoubt { payment_request_id, refund_request_id });
        }
        Verdict::Go(RefundPhase::Processing) => {
            draft.record(Event::RefundProcessing { payment_request_id, refund_request_id });
        }
        Verdict::Go(RefundPhase::Succeeded) => {
            draft.record(Event::RefundSucceeded { payment_request_id, refund_request_id });
        }
        Verdict::Go(RefundPhase::Failed) => draft.record(Event::RefundFailed {
            payment_request_id,
            refund_request_id,
            result_code: result_code.map(str::to_owned),
        }),
        Verdict::Contradict => {
            contradict(draft, index, RefundTable::NAME, format!("{phase:?}"), format!("{input:?}"));
        }
        Verdict::Go(RefundPhase::Requested) | Verdict::Stay | Verdict::Repeat | Verdict::Refuse => {}
    }
}
