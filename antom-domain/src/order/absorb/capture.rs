//! Words about a capture.
//! A capture that nobody announced is the gateway's own: it gets an entry when it is first seen.

use antom_core::id::CaptureRequestId;

use super::{amount_agrees, contradict, payment};
use crate::authorization::{AuthorizationInput, AuthorizationTable};
use crate::capture::{CaptureInput, CapturePhase, CaptureTable};
use crate::order::draft::Draft;
use crate::order::event::Event;
use crate::order::fact::{CaptureKey, CaptureSeen, CaptureWord, Report};
use crate::order::state::{Attempt, Capture};
use crate::payment::PaymentPhase;
use crate::verdict::{Table, Verdict, consult};

pub(super) fn absorb_report(draft: &mut Draft<'_>, index: usize, id: &CaptureRequestId, report: Report) {
    let Some(attempt) = draft.attempt(index) else { return };
    let entry = attempt.captures.iter().position(|capture| capture.capture_request_id.as_ref() == Some(id));
    let Some(entry) = entry else { return };
    let input = match report {
        Report::NotSent => CaptureInput::CallNotSent,
        Report::MaybeSent => CaptureInput::CallMaybeSent,
    };
    step(draft, index, entry, input, None);
}

//= N-5, N-10
pub(super) fn absorb(draft: &mut Draft<'_>, index: usize, seen: &CaptureSeen) {
    let Some(entry) = entry_for(draft, index, &seen.key, seen.word) else { return };
    let Some(attempt) = draft.attempt(index) else { return };
    let expected = attempt.captures.get(entry).map_or(attempt.amount, |capture| capture.amount);
    let input = match seen.word {
        CaptureWord::Processing => CaptureInput::SeenProcessing,
        CaptureWord::Success if amount_agrees(draft, index, expected, &seen.amount) => {
            CaptureInput::SeenSuccess
        }
        CaptureWord::Success | CaptureWord::Unknown => CaptureInput::SeenUnknown,
        CaptureWord::Failure => CaptureInput::SeenFailure,
    };
    step(draft, index, entry, input, Some(seen));
}

/// The entry that a message speaks of: ours by its id, else the gateway's own.
fn entry_for(draft: &mut Draft<'_>, index: usize, key: &CaptureKey, word: CaptureWord) -> Option<usize> {
    let attempt = draft.attempt(index)?;
    let ours = |id: &CaptureRequestId| {
        attempt.captures.iter().position(|capture| capture.capture_request_id.as_ref() == Some(id))
    };
    if let Some(entry) = key.capture_request_id.as_ref().and_then(ours) {
        return Some(entry);
    }
    let own = attempt.captures.iter().position(|capture| capture.capture_request_id.is_none());
    if own.is_some() {
        return own;
    }
    if !attempt.captures.is_empty() {
        let Some(foreign) = &key.capture_request_id else { return without_our_id(attempt, key) };
        contradict(draft, index, CaptureTable::NAME, "our own capture".to_owned(), foreign.to_string());
        return None;
    }
    // A capture before the payment's own result, or one that we never asked for.
    if !attempt.is_card() || word == CaptureWord::Unknown {
        return None;
    }
    let (payment_request_id, amount) = (attempt.payment_request_id.clone(), attempt.amount);
    draft.record(Event::CaptureAwaited { payment_request_id, amount });
    Some(0)
}

/// A message without our id speaks of the only capture, or of the one whose id at the gateway it names. It is not
/// guessed which of several it means: a resent message about one must not settle another. The inquiry names them.
fn without_our_id(attempt: &Attempt, key: &CaptureKey) -> Option<usize> {
    let named = |capture: &Capture| key.capture_id.is_some() && capture.capture_id == key.capture_id;
    let only = || (attempt.captures.len() == 1).then_some(0);
    attempt.captures.iter().position(named).or_else(only)
}

fn step(draft: &mut Draft<'_>, index: usize, entry: usize, input: CaptureInput, seen: Option<&CaptureSeen>) {
    let Some(attempt) = draft.attempt(index) else { return };
    let Some(phase) = attempt.captures.get(entry).map(|capture| capture.phase) else { return };
    let payment_request_id = attempt.payment_request_id.clone();
    match consult::<CaptureTable>(phase, input) {
        Verdict::Go(CapturePhase::InDoubt) => {
            draft.record(Event::CaptureInDoubt { payment_request_id, capture: entry });
        }
        Verdict::Go(CapturePhase::Processing) => {
            draft.record(Event::CaptureProcessing { payment_request_id, capture: entry });
        }
        Verdict::Go(CapturePhase::Captured) => {
            draft.record(Event::CaptureSucceeded {
                payment_request_id,
                capture: entry,
                capture_id: seen.and_then(|seen| seen.key.capture_id.clone()),
                acquirer_reference_no: seen.and_then(|seen| seen.acquirer_reference_no.clone()),
            });
            authorization_captured(draft, index);
            captured_after_the_end(draft, index);
        }
        Verdict::Go(CapturePhase::Failed) => draft.record(Event::CaptureFailed {
            payment_request_id,
            capture: entry,
            result_code: seen.and_then(|seen| seen.result_code.clone()),
        }),
        Verdict::Repeat if phase == CapturePhase::Captured => learn_id(draft, index, entry, seen),
        Verdict::Contradict => {
            contradict(draft, index, CaptureTable::NAME, format!("{phase:?}"), format!("{input:?}"));
        }
        Verdict::Go(CapturePhase::Awaited | CapturePhase::Requested)
        | Verdict::Stay
        | Verdict::Repeat
        | Verdict::Refuse => {}
    }
}

/// A refund of one of several captures names it, so its id is learnt where the success came without it.
fn learn_id(draft: &mut Draft<'_>, index: usize, entry: usize, seen: Option<&CaptureSeen>) {
    let Some(capture_id) = seen.and_then(|seen| seen.key.capture_id.clone()) else { return };
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.captures.get(entry).is_some_and(|capture| capture.capture_id.is_none()) {
        let payment_request_id = attempt.payment_request_id.clone();
        draft.record(Event::CaptureIdLearnt { payment_request_id, capture: entry, capture_id });
    }
}

/// Money was taken for a payment that had ended otherwise: it goes back, by the rules for a late success.
fn captured_after_the_end(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    if matches!(attempt.payment.phase, PaymentPhase::Failed | PaymentPhase::Cancelled) {
        payment::late_success(draft, index);
    }
}

/// Nothing is held any more: what was not captured by now never will be.
pub(super) fn fail_open_captures(draft: &mut Draft<'_>, index: usize) {
    fail_captures(draft, index, |capture| !CaptureTable::is_final(capture.phase));
}

/// The gateway let go what was not captured, after its time or because the contract has it so: what was taken stays.
///
/// A capture of ours that it does not even list was refused, or never arrived, and finds nothing any more. One that it
/// lists is settled by what is said of it: while it is open nothing is concluded, and the next inquiry tells again.
//= I-4
pub(super) fn absorb_rest_released(draft: &mut Draft<'_>, index: usize, listed: &[CaptureRequestId]) {
    let Some(attempt) = draft.attempt(index) else { return };
    if !attempt.is_held() || attempt.taken().is_none() {
        return;
    }
    fail_captures(draft, index, |capture| {
        let is_unlisted = capture.capture_request_id.as_ref().is_some_and(|id| !listed.contains(id));
        is_unlisted && !CaptureTable::is_final(capture.phase)
    });
    if draft.attempt(index).is_some_and(|attempt| !attempt.has_open_capture()) {
        end_captures(draft, index);
    }
}

fn fail_captures(draft: &mut Draft<'_>, index: usize, which: impl Fn(&Capture) -> bool) {
    let Some(attempt) = draft.attempt(index) else { return };
    let id = attempt.payment_request_id.clone();
    let failed = attempt.captures.iter().enumerate().filter(|(_, one)| which(one));
    for entry in failed.map(|(entry, _)| entry).collect::<Vec<_>>() {
        let payment_request_id = id.clone();
        draft.record(Event::CaptureFailed { payment_request_id, capture: entry, result_code: None });
    }
}

fn authorization_captured(draft: &mut Draft<'_>, index: usize) {
    if draft.attempt(index).is_some_and(Attempt::is_captured) {
        end_captures(draft, index);
    }
}

/// Nothing is left to be captured.
fn end_captures(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    let (phase, payment_request_id) = (attempt.authorization.phase, attempt.payment_request_id.clone());
    match consult::<AuthorizationTable>(phase, AuthorizationInput::CaptureConfirmed) {
        Verdict::Go(_) => {
            draft.record(Event::AuthorizationCaptured { payment_request_id });
        }
        Verdict::Contradict => {
            let seen = format!("{:?}", AuthorizationInput::CaptureConfirmed);
            contradict(draft, index, AuthorizationTable::NAME, format!("{phase:?}"), seen);
        }
        Verdict::Stay | Verdict::Repeat | Verdict::Refuse => {}
    }
}
