//! What an order still has to learn, and until when it may sleep.
//! Waking is the worker's; nothing here concludes anything from the time alone.

use antom_core::id::PaymentRequestId;
use antom_core::time::Timestamp;

use super::call::{CallSubject, GatewayCall};
use super::policy::Policy;
use super::request;
use super::state::{Attempt, Order, Role};
use crate::authorization::AuthorizationPhase;
use crate::cancel::{CancelPhase, CancelTable};
use crate::capture::{CapturePhase, CaptureTable};
use crate::payment::{PaymentPhase, PaymentTable};
use crate::refund::{RefundPhase, RefundTable};
use crate::verdict::Table;

/// Something that the gateway is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What to ask about.
    pub subject: CallSubject,
    /// From when on somebody waits for the answer: the quick rhythm starts here. `None`: the slow sweep is enough.
    pub quick_since: Option<Timestamp>,
}

impl Question {
    /// How the attempt stands, whether or not something is open about it: before goods leave it is asked again (B-7).
    pub fn about(payment_request_id: PaymentRequestId) -> Question {
        Question { subject: CallSubject::Inquire { payment_request_id }, quick_since: None }
    }

    /// The call that asks it.
    pub fn call(&self) -> GatewayCall {
        match &self.subject {
            CallSubject::InquireRefund { payment_request_id, refund_request_id } => {
                request::inquiry_refund(payment_request_id, refund_request_id)
            }
            other => request::inquiry(other.payment_request_id()),
        }
    }
}

impl Order {
    /// Everything that the gateway is still to be asked. Empty only when the order is at rest.
    //= I-2
    pub fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        for attempt in &self.attempts {
            if let Some(quick_since) = attempt.payment_question() {
                let payment_request_id = attempt.payment_request_id.clone();
                questions
                    .push(Question { subject: CallSubject::Inquire { payment_request_id }, quick_since });
            }
            let open = attempt.refunds.iter().filter(|refund| !RefundTable::is_final(refund.phase));
            questions.extend(open.map(|refund| Question {
                subject: CallSubject::InquireRefund {
                    payment_request_id: attempt.payment_request_id.clone(),
                    refund_request_id: refund.refund_request_id.clone(),
                },
                quick_since: Some(refund.since),
            }));
        }
        questions
    }

    /// When somebody must look at the order again at the latest; `None` when it is at rest.
    pub fn next_check_at(&self, at: Timestamp, policy: &Policy) -> Option<Timestamp> {
        (!self.questions().is_empty()).then(|| at.saturating_add(policy.polling.sweep))
    }

    /// Whether the call is still worth making: its answer is not known by another way.
    pub fn wants(&self, call: &GatewayCall) -> bool {
        self.wants_answer_to(&call.subject)
    }

    /// Whether a call about this still lacks its answer.
    pub fn wants_answer_to(&self, subject: &CallSubject) -> bool {
        let Some(attempt) = self.attempt(subject.payment_request_id()) else { return false };
        match subject {
            CallSubject::Open { .. } => attempt.wants_opening(),
            CallSubject::Capture { capture_request_id, .. } => attempt.captures.iter().any(|capture| {
                capture.capture_request_id.as_ref() == Some(capture_request_id)
                    && matches!(capture.phase, CapturePhase::Requested | CapturePhase::InDoubt)
            }),
            CallSubject::Cancel { number, .. } => {
                usize::try_from(*number).is_ok_and(|number| number == attempt.cancels.len())
                    && attempt.has_open_cancel()
            }
            CallSubject::Refund { refund_request_id, .. } => attempt.refunds.iter().any(|refund| {
                refund.refund_request_id == *refund_request_id
                    && matches!(refund.phase, RefundPhase::Requested | RefundPhase::InDoubt)
            }),
            // A question that was wished is asked once, also about an attempt at rest.
            CallSubject::Inquire { .. } => true,
            CallSubject::InquireRefund { refund_request_id, .. } => attempt.refunds.iter().any(|refund| {
                refund.refund_request_id == *refund_request_id && !RefundTable::is_final(refund.phase)
            }),
        }
    }
}

impl Attempt {
    /// The opening call is repeated, with the same bytes, until the buyer's client has what it needs.
    fn wants_opening(&self) -> bool {
        self.handed_out_at.is_none()
            && self.cancels.is_empty()
            && matches!(
                self.payment.phase,
                PaymentPhase::Opening | PaymentPhase::InDoubt | PaymentPhase::AwaitingPayer
            )
    }

    /// Whether the payment is to be inquired, and since when somebody waits for it.
    fn payment_question(&self) -> Option<Option<Timestamp>> {
        if !PaymentTable::is_final(self.payment.phase) {
            return Some(Some(self.handed_out_at.unwrap_or(self.opened_at)));
        }
        if self.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Confirmed) {
            return self.disputed.then_some(None);
        }
        let open_capture = self.captures.iter().find(|capture| !CaptureTable::is_final(capture.phase));
        if let Some(capture) = open_capture {
            return Some(Some(capture.since));
        }
        if self.authorization.phase == AuthorizationPhase::UnderReview {
            return Some(self.payment.settled_at);
        }
        let phase = self.authorization.phase;
        let is_held = phase.is_capturable() || phase == AuthorizationPhase::Rejected;
        let held = is_held && !self.is_given_up();
        let is_too_much = self.role == Role::Surplus || self.late_success_after.is_some();
        let must_go_back = (is_too_much || self.is_rejected()) && self.holds_money() && !self.surplus_stuck;
        (self.disputed || held || must_go_back || self.has_open_cancel()).then_some(None)
    }

    /// Whether a cancel is still to be answered. Once the payment ended without money there is nothing left to cancel.
    fn has_open_cancel(&self) -> bool {
        let ended_without_money =
            matches!(self.payment.phase, PaymentPhase::Failed | PaymentPhase::Cancelled)
                && self.late_success_after.is_none();
        !ended_without_money && self.cancels.last().is_some_and(|cancel| !CancelTable::is_final(cancel.phase))
    }

    /// The gateway failed to capture and refused to cancel: nothing more can be learnt.
    fn is_given_up(&self) -> bool {
        self.capture_is_lost()
            && self.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Refused)
    }
}
