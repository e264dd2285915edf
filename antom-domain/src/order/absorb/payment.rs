//! Words about a payment, and the hold that a card's success makes.
//! Captures, cancels and refunds have their own files.

use antom_core::id::PaymentId;
use antom_core::time::Timestamp;

use super::{amount_agrees, capture, contradict};
use crate::authorization::{AuthorizationInput, AuthorizationPhase, AuthorizationTable};
use crate::cancel::CancelPhase;
use crate::order::draft::Draft;
use crate::order::erasure::Erased;
use crate::order::event::{Event, Handout};
use crate::order::fact::{CancelWord, Names, PaymentSeen, PaymentWord, Report, ReviewWord, Source};
use crate::order::policy::SESSION_LIFETIME;
use crate::order::state::Attempt;
use crate::payment::{PaymentInput, PaymentPhase, PaymentTable};
use crate::verdict::{Table, Verdict, consult};

pub(super) fn absorb_handout(draft: &mut Draft<'_>, index: usize, handout: &Handout) {
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.handed_out_at.is_some() || PaymentTable::is_final(attempt.payment.phase) {
        return;
    }
    let payment_request_id = attempt.payment_request_id.clone();
    let window_closes_at = window_closes_at(draft, attempt, handout);
    draft.record(Event::HandoutReceived { payment_request_id, handout: handout.clone(), window_closes_at });
}

/// The buyer's window counts from what was handed out, which a slow opening may delay.
fn window_closes_at(draft: &Draft<'_>, attempt: &Attempt, handout: &Handout) -> Timestamp {
    let begins_by = match handout {
        Handout::Session { expires_at, .. } => {
            expires_at.unwrap_or_else(|| draft.at.saturating_add(SESSION_LIFETIME))
        }
        Handout::Redirect { .. } => draft.at,
    };
    draft.policy.expiry.window_closes_at(begins_by).max(attempt.window_closes_at)
}

pub(super) fn absorb_report(draft: &mut Draft<'_>, index: usize, report: Report) {
    let input = match report {
        Report::NotSent => PaymentInput::CallNotSent,
        Report::MaybeSent => PaymentInput::CallMaybeSent,
    };
    step(draft, index, input, None);
}

pub(super) fn absorb(draft: &mut Draft<'_>, index: usize, names: &Names, source: Source, seen: &PaymentSeen) {
    learn_id(draft, index, names.payment_id.as_ref());
    learn_details(draft, index, seen);
    let Some((expected, window_closes_at)) =
        draft.attempt(index).map(|attempt| (attempt.amount, attempt.window_closes_at))
    else {
        return;
    };
    let input = match seen.word {
        PaymentWord::Accepted => PaymentInput::Accepted,
        PaymentWord::Processing => PaymentInput::SeenProcessing,
        PaymentWord::Pending => PaymentInput::SeenPending,
        PaymentWord::Success if amount_agrees(draft, index, expected, &seen.amount) => {
            PaymentInput::SeenSuccess
        }
        PaymentWord::Success | PaymentWord::Unknown => PaymentInput::SeenUnknown,
        PaymentWord::Failure => PaymentInput::SeenFailure,
        PaymentWord::Cancelled => PaymentInput::SeenCancelled,
        PaymentWord::NotFound if draft.at >= window_closes_at => PaymentInput::NotFoundAfterWindow,
        PaymentWord::NotFound => PaymentInput::NotFound,
    };
    if input == PaymentInput::SeenCancelled && absorb_release(draft, index, source) {
        return;
    }
    step(draft, index, input, seen.result_code.as_deref());
    if input == PaymentInput::SeenSuccess {
        authorize(draft, index, seen);
        outlived_cancel(draft, index, source);
    }
}

/// The gateway, asked, says success of a payment whose late success was cancelled and confirmed: somebody must look.
fn outlived_cancel(draft: &mut Draft<'_>, index: usize, source: Source) {
    let Some(attempt) = draft.attempt(index) else { return };
    let cancelled = attempt.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Confirmed);
    if source == Source::Inquiry && attempt.late_success_after.is_some() && cancelled {
        contradict(
            draft,
            index,
            PaymentTable::NAME,
            "cancelled".to_owned(),
            "success after the cancel".to_owned(),
        );
    }
}

/// Learns the gateway's id. A second, different id is a contradiction.
pub(super) fn learn_id(draft: &mut Draft<'_>, index: usize, payment_id: Option<&PaymentId>) {
    let (Some(attempt), Some(payment_id)) = (draft.attempt(index), payment_id) else { return };
    match &attempt.payment.payment_id {
        None => {
            let payment_request_id = attempt.payment_request_id.clone();
            draft.record(Event::PaymentIdLearnt { payment_request_id, payment_id: payment_id.clone() });
        }
        Some(known) if known == payment_id => {}
        Some(known) => {
            let known = known.to_string();
            contradict(draft, index, "paymentId", known, payment_id.to_string());
        }
    }
}

//= I-6
fn learn_details(draft: &mut Draft<'_>, index: usize, seen: &PaymentSeen) {
    let Some(attempt) = draft.attempt(index) else { return };
    let mut details = attempt.payment.details.missing(&seen.details);
    if draft.order.erased == Some(Erased::Everything) {
        details = details.impersonal();
    }
    if !details.is_empty() {
        let payment_request_id = attempt.payment_request_id.clone();
        draft.record(Event::DetailsLearnt { payment_request_id, details });
    }
}

/// The payment ended as cancelled: by our own cancel, which that confirms, or because the gateway let a hold go that was
/// not captured (after its time, or by hand).
fn absorb_release(draft: &mut Draft<'_>, index: usize, source: Source) -> bool {
    let Some(attempt) = draft.attempt(index) else { return false };
    if matches!(attempt.payment.phase, PaymentPhase::Failed | PaymentPhase::Cancelled) {
        return false;
    }
    if attempt.current_cancel().is_some_and(|cancel| cancel.phase != CancelPhase::Refused) {
        super::cancel::absorb(draft, index, CancelWord::Confirmed, None);
        return true;
    }
    if attempt.payment.phase != PaymentPhase::Succeeded {
        return false;
    }
    let let_go = source == Source::Inquiry && attempt.is_held() && attempt.taken().is_none();
    let was_let_go = attempt.authorization.phase == AuthorizationPhase::Released;
    if let_go {
        release(draft, index);
    }
    let_go || was_let_go
}

/// Ends the hold where there is one.
pub(super) fn release(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.authorization.phase == AuthorizationPhase::Absent {
        return;
    }
    let (phase, payment_request_id) = (attempt.authorization.phase, attempt.payment_request_id.clone());
    match consult::<AuthorizationTable>(phase, AuthorizationInput::ReleaseConfirmed) {
        Verdict::Go(_) => {
            capture::fail_open_captures(draft, index);
            draft.record(Event::AuthorizationReleased { payment_request_id });
        }
        Verdict::Contradict => contradict(
            draft,
            index,
            AuthorizationTable::NAME,
            format!("{phase:?}"),
            format!("{:?}", AuthorizationInput::ReleaseConfirmed),
        ),
        Verdict::Stay | Verdict::Repeat | Verdict::Refuse => {}
    }
}

/// Moves the payment by the table.
pub(super) fn step(draft: &mut Draft<'_>, index: usize, input: PaymentInput, result_code: Option<&str>) {
    let Some(attempt) = draft.attempt(index) else { return };
    let payment_request_id = attempt.payment_request_id.clone();
    let phase = attempt.payment.phase;
    match consult::<PaymentTable>(phase, input) {
        Verdict::Go(PaymentPhase::InDoubt) => draft.record(Event::PaymentInDoubt { payment_request_id }),
        Verdict::Go(PaymentPhase::AwaitingPayer) => {
            draft.record(Event::PaymentAwaitsPayer { payment_request_id })
        }
        Verdict::Go(PaymentPhase::Pending) => draft.record(Event::PaymentPending { payment_request_id }),
        Verdict::Go(PaymentPhase::Succeeded) => draft.record(Event::PaymentSucceeded { payment_request_id }),
        Verdict::Go(PaymentPhase::Failed) => draft
            .record(Event::PaymentFailed { payment_request_id, result_code: result_code.map(str::to_owned) }),
        Verdict::Go(PaymentPhase::Cancelled) => draft.record(Event::PaymentCancelled { payment_request_id }),
        Verdict::Contradict if input == PaymentInput::SeenSuccess => late_success(draft, index),
        Verdict::Contradict => {
            contradict(draft, index, PaymentTable::NAME, format!("{phase:?}"), format!("{input:?}"));
        }
        Verdict::Go(PaymentPhase::Opening) | Verdict::Stay | Verdict::Repeat | Verdict::Refuse => {}
    }
}

/// A success after another end: recorded, and the money goes back (by the rules of `settle`).
//= X-6
pub(super) fn late_success(draft: &mut Draft<'_>, index: usize) {
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.late_success_after.is_some() {
        return;
    }
    let (phase, payment_request_id) = (attempt.payment.phase, attempt.payment_request_id.clone());
    contradict(draft, index, PaymentTable::NAME, format!("{phase:?}"), "SeenSuccess".to_owned());
    draft.record(Event::LateSuccess { payment_request_id });
}

/// A card's success holds its money: capturable, or under review.
fn authorize(draft: &mut Draft<'_>, index: usize, seen: &PaymentSeen) {
    let Some(attempt) = draft.attempt(index) else { return };
    if !attempt.is_card() || attempt.payment.phase != PaymentPhase::Succeeded {
        return;
    }
    let input = match seen.review {
        ReviewWord::None => AuthorizationInput::Granted,
        ReviewWord::Approved => AuthorizationInput::ReviewApproved,
        ReviewWord::Pending => AuthorizationInput::ReviewPending,
        ReviewWord::Rejected => AuthorizationInput::ReviewRejected,
    };
    let (phase, payment_request_id) = (attempt.authorization.phase, attempt.payment_request_id.clone());
    let capture_before = draft.policy.capture_deadline.of(draft.at, seen.auth_expiry_time);
    match consult::<AuthorizationTable>(phase, input) {
        Verdict::Go(held @ (AuthorizationPhase::Held | AuthorizationPhase::Approved)) => {
            let is_approved = held == AuthorizationPhase::Approved;
            draft.record(Event::AuthorizationHeld { payment_request_id, capture_before, is_approved });
        }
        Verdict::Go(AuthorizationPhase::UnderReview) => {
            draft.record(Event::ReviewPending { payment_request_id, capture_before });
        }
        Verdict::Go(AuthorizationPhase::Rejected) => {
            draft.record(Event::ReviewRejected { payment_request_id })
        }
        Verdict::Contradict => {
            contradict(draft, index, AuthorizationTable::NAME, format!("{phase:?}"), format!("{input:?}"));
        }
        Verdict::Go(_) | Verdict::Stay | Verdict::Repeat | Verdict::Refuse => {}
    }
}
