//! Folds events into the order.
//! It never judges: an event that was recorded has happened, whoever reads it.

use antom_core::id::PaymentRequestId;
use antom_core::time::Timestamp;

use super::event::{Event, Recorded};
use super::state::{Attempt, Authorization, Cancel, Capture, Order, Payment, Refund, Reminded, Role};
use crate::authorization::AuthorizationPhase;
use crate::cancel::CancelPhase;
use crate::capture::CapturePhase;
use crate::payment::PaymentPhase;
use crate::refund::RefundPhase;

/// A log that cannot be folded: its first event is not the creation of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log does not begin with the creation of an order")]
pub struct NotAnOrderLog;

impl Order {
    /// Folds a whole log.
    pub fn fold<'log>(log: impl IntoIterator<Item = &'log Recorded>) -> Result<Order, NotAnOrderLog> {
        let mut log = log.into_iter();
        let mut order = log.next().and_then(Order::born).ok_or(NotAnOrderLog)?;
        for recorded in log {
            order.apply(&recorded.event, recorded.at);
        }
        Ok(order)
    }

    pub(super) fn born(first: &Recorded) -> Option<Order> {
        let Event::OrderCreated { reference_order_id, amount, description, reference_buyer_id, details } =
            &first.event
        else {
            return None;
        };
        Some(Order {
            reference_order_id: reference_order_id.clone(),
            amount: *amount,
            description: description.clone(),
            reference_buyer_id: reference_buyer_id.clone(),
            created_at: first.at,
            has_details: details.is_some(),
            erased: None,
            attempts: Vec::new(),
            is_read_only: false,
        })
    }

    /// Takes in one more event.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::OrderCreated { .. } => {}
            Event::PersonalDataErased { how_far } => self.forget(*how_far),
            Event::AttemptOpened {
                payment_request_id,
                integration,
                payment_method_type,
                capture_mode,
                token,
                idempotency_key,
                request_digest,
                storage_agreed_at,
                product_scene,
                window_closes_at,
            } => self.attempts.push(Attempt {
                payment_request_id: payment_request_id.clone(),
                integration: *integration,
                payment_method_type: payment_method_type.clone(),
                capture_mode: capture_mode.clone(),
                amount: self.amount,
                token: token.clone(),
                idempotency_key: idempotency_key.clone(),
                request_digest: request_digest.clone(),
                storage_agreed_at: *storage_agreed_at,
                product_scene: *product_scene,
                opened_at: at,
                handed_out_at: None,
                window_closes_at: *window_closes_at,
                role: Role::Candidate,
                payment: Payment {
                    phase: PaymentPhase::Opening,
                    payment_id: None,
                    result_code: None,
                    settled_at: None,
                    details: super::details::Details::default(),
                },
                authorization: Authorization {
                    phase: AuthorizationPhase::Absent,
                    capture_before: None,
                    reminded: None,
                },
                captures: Vec::new(),
                cancels: Vec::new(),
                refunds: Vec::new(),
                late_success_after: None,
                hints: Vec::new(),
                contradictions: Vec::new(),
                surplus_stuck: false,
                disputed: false,
            }),
            other => {
                if let Some(attempt) = other.payment_request_id().and_then(|id| self.attempt_mut(id)) {
                    attempt.apply(other, at);
                }
            }
        }
    }

    fn attempt_mut(&mut self, id: &PaymentRequestId) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.payment_request_id == *id)
    }
}

impl Attempt {
    fn apply(&mut self, event: &Event, at: Timestamp) {
        self.apply_to_payment(event, at);
        self.apply_to_authorization(event);
        self.apply_to_captures(event, at);
        self.apply_to_cancels(event);
        self.apply_to_refunds(event, at);
    }

    fn apply_to_payment(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::PaymentInDoubt { .. } => self.payment.phase = PaymentPhase::InDoubt,
            Event::PaymentAwaitsPayer { .. } => self.payment.phase = PaymentPhase::AwaitingPayer,
            Event::PaymentPending { .. } => self.payment.phase = PaymentPhase::Pending,
            Event::HandoutReceived { window_closes_at, .. } => {
                self.handed_out_at = Some(at);
                self.window_closes_at = *window_closes_at;
            }
            Event::HintReceived { mark, .. } => self.hints.push(mark.clone()),
            Event::PaymentIdLearnt { payment_id, .. } => self.payment.payment_id = Some(payment_id.clone()),
            Event::PaymentSucceeded { .. } => self.settle_payment(PaymentPhase::Succeeded, at),
            Event::PaymentFailed { result_code, .. } => {
                self.settle_payment(PaymentPhase::Failed, at);
                self.payment.result_code.clone_from(result_code);
            }
            Event::PaymentCancelled { .. } => self.settle_payment(PaymentPhase::Cancelled, at),
            Event::DetailsLearnt { details, .. } => self.payment.details.fill(details),
            Event::AttemptKept { .. } => self.role = Role::Kept,
            Event::AttemptSurplus { .. } => self.role = Role::Surplus,
            Event::AmountMismatch { seen, .. } => self.dispute(contradiction("amount", seen)),
            Event::Contradicted { machine, seen, .. } => self.dispute(contradiction(machine, seen)),
            Event::SurplusStuck { .. } => self.surplus_stuck = true,
            Event::DisputeSettled { .. } => self.disputed = false,
            Event::LateSuccess { .. } => self.late_success_after = Some(self.cancels.len()),
            _ => {}
        }
    }

    fn dispute(&mut self, contradiction: String) {
        self.disputed = true;
        if !self.contradictions.contains(&contradiction) {
            self.contradictions.push(contradiction);
        }
    }

    fn settle_payment(&mut self, phase: PaymentPhase, at: Timestamp) {
        self.payment.phase = phase;
        self.payment.settled_at = Some(at);
    }

    fn apply_to_authorization(&mut self, event: &Event) {
        match event {
            Event::AuthorizationHeld { capture_before, is_approved, .. } => {
                let phase =
                    if *is_approved { AuthorizationPhase::Approved } else { AuthorizationPhase::Held };
                self.begin_hold(phase, *capture_before);
            }
            Event::ReviewPending { capture_before, .. } => {
                self.begin_hold(AuthorizationPhase::UnderReview, *capture_before);
            }
            Event::ReviewRejected { .. } => self.authorization.phase = AuthorizationPhase::Rejected,
            Event::AuthorizationReleased { .. } => self.end_hold(AuthorizationPhase::Released),
            Event::AuthorizationCaptured { .. } => self.end_hold(AuthorizationPhase::Captured),
            Event::CaptureDeadlineNear { .. } => self.authorization.reminded = Some(Reminded::Near),
            Event::CaptureDeadlinePassed { .. } => self.authorization.reminded = Some(Reminded::Passed),
            _ => {}
        }
    }

    /// Of another last instant the merchant is told anew.
    fn begin_hold(&mut self, phase: AuthorizationPhase, capture_before: Timestamp) {
        let is_same = self.authorization.capture_before == Some(capture_before);
        let reminded = self.authorization.reminded.filter(|_| is_same);
        self.authorization = Authorization { phase, capture_before: Some(capture_before), reminded };
    }

    /// Nothing is held any more, so nothing is left to be captured in time.
    fn end_hold(&mut self, phase: AuthorizationPhase) {
        self.authorization = Authorization { phase, capture_before: None, reminded: None };
    }

    fn apply_to_captures(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::CaptureAwaited { amount, .. } => {
                self.captures.push(capture_entry(None, *amount, CapturePhase::Awaited, at));
            }
            Event::CaptureRequested { capture_request_id, amount, is_last, .. } => {
                let id = Some(capture_request_id.clone());
                let entry = capture_entry(id, *amount, CapturePhase::Requested, at);
                self.captures.push(Capture { is_last: *is_last, ..entry });
            }
            Event::CaptureInDoubt { capture, .. } => self.move_capture(*capture, CapturePhase::InDoubt),
            Event::CaptureProcessing { capture, .. } => self.move_capture(*capture, CapturePhase::Processing),
            Event::CaptureFailed { capture, .. } => self.move_capture(*capture, CapturePhase::Failed),
            Event::CaptureSucceeded { capture, capture_id, acquirer_reference_no, .. } => {
                self.move_capture(*capture, CapturePhase::Captured);
                if let Some(entry) = self.captures.get_mut(*capture) {
                    entry.capture_id.clone_from(capture_id);
                    entry.acquirer_reference_no.clone_from(acquirer_reference_no);
                }
            }
            Event::CaptureIdLearnt { capture, capture_id, .. } => {
                if let Some(entry) = self.captures.get_mut(*capture) {
                    entry.capture_id = Some(capture_id.clone());
                }
            }
            _ => {}
        }
    }

    fn move_capture(&mut self, index: usize, phase: CapturePhase) {
        if let Some(entry) = self.captures.get_mut(index) {
            entry.phase = phase;
        }
    }

    fn apply_to_cancels(&mut self, event: &Event) {
        if let Event::CancelRequested { reason, .. } = event {
            self.cancels.push(Cancel { reason: *reason, phase: CancelPhase::Requested, result_code: None });
            return;
        }
        let Some(cancel) = self.cancels.last_mut() else { return };
        match event {
            Event::CancelInDoubt { .. } => cancel.phase = CancelPhase::InDoubt,
            Event::CancelConfirmed { .. } => cancel.phase = CancelPhase::Confirmed,
            Event::CancelRefused { result_code, .. } => {
                cancel.phase = CancelPhase::Refused;
                cancel.result_code.clone_from(result_code);
            }
            _ => {}
        }
    }

    fn apply_to_refunds(&mut self, event: &Event, at: Timestamp) {
        let (id, phase) = match event {
            Event::RefundRequested { refund_request_id, amount, reason, capture, .. } => {
                self.refunds.push(Refund {
                    refund_request_id: refund_request_id.clone(),
                    amount: *amount,
                    reason: *reason,
                    capture: *capture,
                    since: at,
                    phase: RefundPhase::Requested,
                    result_code: None,
                });
                return;
            }
            Event::RefundInDoubt { refund_request_id, .. } => (refund_request_id, RefundPhase::InDoubt),
            Event::RefundProcessing { refund_request_id, .. } => (refund_request_id, RefundPhase::Processing),
            Event::RefundSucceeded { refund_request_id, .. } => (refund_request_id, RefundPhase::Succeeded),
            Event::RefundFailed { refund_request_id, .. } => (refund_request_id, RefundPhase::Failed),
            _ => return,
        };
        if let Some(refund) = self.refunds.iter_mut().find(|refund| refund.refund_request_id == *id) {
            refund.phase = phase;
            if let Event::RefundFailed { result_code, .. } = event {
                refund.result_code.clone_from(result_code);
            }
        }
    }
}

/// How a contradiction is remembered.
pub(super) fn contradiction(machine: &str, seen: &str) -> String {
    format!("{machine}: {seen}")
}

fn capture_entry(
    capture_request_id: Option<antom_core::id::CaptureRequestId>,
    amount: antom_core::money::Money,
    phase: CapturePhase,
    since: Timestamp,
) -> Capture {
    Capture {
        capture_request_id,
        capture_id: None,
        amount,
        is_last: false,
        since,
        phase,
        acquirer_reference_no: None,
    }
}
