//! Words about a cancel.
//! What is done after a refusal is left to `settle`.

use super::{contradict, payment};
use crate::cancel::{CancelInput, CancelPhase, CancelTable};
use crate::order::draft::Draft;
use crate::order::event::Event;
use crate::order::fact::{CancelWord, Report};
use crate::payment::{PaymentInput, PaymentTable};
use crate::verdict::{Table, Verdict, consult};

pub(super) fn absorb_report(draft: &mut Draft<'_>, index: usize, report: Report) {
    let input = match report {
        Report::NotSent => CancelInput::CallNotSent,
        Report::MaybeSent => CancelInput::CallMaybeSent,
    };
    step(draft, index, input, None);
}

/// Whether this is the attempt's newest cancel: an older one's answer says nothing about it.
pub(super) fn is_newest(draft: &Draft<'_>, index: usize, number: u32) -> bool {
    draft.attempt(index).is_some_and(|attempt| usize::try_from(number) == Ok(attempt.cancels.len()))
}

pub(super) fn absorb(draft: &mut Draft<'_>, index: usize, word: CancelWord, result_code: Option<&str>) {
    let input = match word {
        CancelWord::Confirmed => CancelInput::SeenConfirmed,
        CancelWord::Refused => CancelInput::SeenRefused,
        CancelWord::Unknown => CancelInput::SeenUnknown,
    };
    step(draft, index, input, result_code);
}

fn step(draft: &mut Draft<'_>, index: usize, input: CancelInput, result_code: Option<&str>) {
    let Some(attempt) = draft.attempt(index) else { return };
    let Some(phase) = attempt.cancels.last().map(|cancel| cancel.phase) else { return };
    let payment_request_id = attempt.payment_request_id.clone();
    let has_ended = PaymentTable::is_final(attempt.payment.phase);
    match consult::<CancelTable>(phase, input) {
        Verdict::Go(CancelPhase::InDoubt) => draft.record(Event::CancelInDoubt { payment_request_id }),
        Verdict::Go(CancelPhase::Confirmed) => {
            draft.record(Event::CancelConfirmed { payment_request_id });
            if has_ended {
                payment::release(draft, index);
            } else {
                payment::step(draft, index, PaymentInput::SeenCancelled, None);
            }
        }
        Verdict::Go(CancelPhase::Refused) => draft
            .record(Event::CancelRefused { payment_request_id, result_code: result_code.map(str::to_owned) }),
        Verdict::Contradict => {
            contradict(draft, index, CancelTable::NAME, format!("{phase:?}"), format!("{input:?}"));
        }
        Verdict::Go(CancelPhase::Requested) | Verdict::Stay | Verdict::Repeat | Verdict::Refuse => {}
    }
}
