//! The order's state: the folded log.
//! Only `apply` changes it; texts that nobody decides on (session data, URLs) stay in the log.

use antom_core::id::{
    CaptureId, CaptureRequestId, PaymentId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId,
    RefundRequestId,
};
use antom_core::money::Money;
use antom_core::outcome::CaptureMode;
use antom_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{CancelReason, RefundReason};
use super::details::Details;
use super::erasure::Erased;
use super::terms::ProductScene;
use crate::authorization::AuthorizationPhase;
use crate::cancel::CancelPhase;
use crate::capture::{CapturePhase, CaptureTable};
use crate::payment::PaymentPhase;
use crate::refund::RefundPhase;
use crate::verdict::Table;

/// What a buyer owes for, with every attempt to pay it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The merchant's id of the order.
    pub reference_order_id: ReferenceOrderId,
    /// What is owed.
    pub amount: Money,
    /// What it is for, as the buyer reads it.
    pub description: String,
    /// The merchant's id of the buyer.
    pub reference_buyer_id: ReferenceBuyerId,
    /// When the order was created.
    pub created_at: Timestamp,
    /// Whether the event that created the order tells goods or more of the buyer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_details: bool,
    /// How far personal data were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
    /// The attempts, oldest first; at most 20.
    pub attempts: Vec<Attempt>,
    /// A newer program had a part in this order: here is what this one can read of it, and it only looks. It decides
    /// nothing, takes in no facts, makes no calls and ships nothing.
    #[serde(skip)]
    pub is_read_only: bool,
}

/// How the buyer reaches the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Integration {
    /// Through the client SDK with a payment session.
    Session,
    /// Through a redirect to the gateway's page.
    Hosted,
}

/// What an attempt is to its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Not decided: the attempt has not succeeded.
    Candidate,
    /// The one success of the order (B-5).
    Kept,
    /// A success too many: its money goes back (B-5).
    Surplus,
}

/// One attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Our id of the attempt, new for each.
    pub payment_request_id: PaymentRequestId,
    /// How the buyer reaches the gateway.
    pub integration: Integration,
    /// The payment method, `CARD` for cards.
    pub payment_method_type: String,
    /// Who captures; `None` where the method knows no capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_mode: Option<CaptureMode>,
    /// What this attempt is to charge: the order's amount.
    pub amount: Money,
    /// The unguessable token of the attempt's pages.
    pub token: String,
    /// The merchant's key of the request that opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// What that request is recognised by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_digest: Option<String>,
    /// When the buyer agreed that the card is stored (H-4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_agreed_at: Option<Timestamp>,
    /// What its session is for, where that is not the component of one method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_scene: Option<ProductScene>,
    /// When the attempt was opened.
    pub opened_at: Timestamp,
    /// When something was handed to the buyer's client, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_out_at: Option<Timestamp>,
    /// After this instant the gateway's "no such order" means that nobody tried.
    pub window_closes_at: Timestamp,
    /// What the attempt is to its order.
    pub role: Role,
    /// The payment.
    pub payment: Payment,
    /// The hold on a card.
    pub authorization: Authorization,
    /// Captures, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    /// Cancels, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancels: Vec<Cancel>,
    /// Refunds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// A success was seen where the payment had already ended otherwise, after this many cancels: the money must go
    /// back by a further one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_success_after: Option<usize>,
    /// Notifications of an unlikely age that led to an inquiry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// What the gateway said against the record, each said once: a repetition is no new contradiction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<String>,
    /// Money too much that neither a cancel nor a refund returns: somebody has to (B-6).
    #[serde(default, skip_serializing_if = "is_false")]
    pub surplus_stuck: bool,
    /// The gateway contradicted a final answer or named another amount: shipping is frozen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disputed: bool,
}

/// The payment of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Where it is.
    pub phase: PaymentPhase,
    /// The gateway's id, once it was learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The result code of the final answer, or of the last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_code: Option<String>,
    /// When it became final here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// What the gateway told about the card and its checks (I-6).
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

/// The hold on a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorization {
    /// Where it is.
    pub phase: AuthorizationPhase,
    /// The last instant for a capture, while the money is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_before: Option<Timestamp>,
    /// What the merchant's systems were told of that instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Reminded>,
}

/// What was told of the last instant for a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reminded {
    /// That it is near.
    Near,
    /// That it has passed.
    Passed,
}

/// One capture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capture {
    /// Our id; `None` where the gateway captures by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_request_id: Option<CaptureRequestId>,
    /// The gateway's id, once it was learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_id: Option<CaptureId>,
    /// How much.
    pub amount: Money,
    /// Whether it is the last one: the gateway lets go what it does not take.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_last: bool,
    /// Since when it is awaited or requested.
    pub since: Timestamp,
    /// Where it is.
    pub phase: CapturePhase,
    /// The acquirer's reference, where the gateway gives one (N-5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquirer_reference_no: Option<String>,
}

/// One cancel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancel {
    /// Why.
    pub reason: CancelReason,
    /// Where it is.
    pub phase: CancelPhase,
    /// The result code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_code: Option<String>,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    /// Our id.
    pub refund_request_id: RefundRequestId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: RefundReason,
    /// From which capture, by its place; `None` where the payment has only one, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<usize>,
    /// Since when it is requested.
    pub since: Timestamp,
    /// Where it is.
    pub phase: RefundPhase,
    /// The result code of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_code: Option<String>,
}

/// What one refund can give back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refundable {
    /// From which capture, by its place; `None` where there is only one, or none.
    pub(super) capture: Option<usize>,
    /// The gateway's id of that capture, where it is known.
    pub(super) capture_id: Option<CaptureId>,
    /// How much.
    pub(super) amount: Money,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Order {
    /// The attempt with this id.
    pub fn attempt(&self, id: &PaymentRequestId) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.payment_request_id == *id)
    }

    /// The attempt that a request with this idempotency key opened.
    pub fn attempt_by_key(&self, idempotency_key: Option<&str>) -> Option<&Attempt> {
        let key = idempotency_key?;
        self.attempts.iter().find(|attempt| attempt.idempotency_key.as_deref() == Some(key))
    }

    /// The one success that holds the order's money: kept, and neither released, returned nor beyond capture.
    pub fn holder(&self) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|attempt| attempt.role == Role::Kept && attempt.holds_money() && !attempt.capture_is_lost())
    }
}

impl Attempt {
    /// Whether the attempt pays by card, with an authorization and a capture.
    pub fn is_card(&self) -> bool {
        self.payment_method_type == "CARD"
    }

    /// Whether the gateway holds or has taken money for this attempt, as far as we know.
    pub fn holds_money(&self) -> bool {
        let succeeded = self.payment.phase == PaymentPhase::Succeeded || self.late_success_after.is_some();
        succeeded && !self.is_returned()
    }

    /// Whether what this attempt took or held has gone back, or was never taken. Where a part was captured and went
    /// back, the rest may still be held.
    pub fn is_returned(&self) -> bool {
        let cancelled = self.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Confirmed);
        let released = self.authorization.phase == AuthorizationPhase::Released;
        let refunded = self.is_all_refunded() && !self.has_open_refund();
        cancelled || released || refunded
    }

    /// Whether refunds were asked for of everything that was taken or may still be taken.
    fn is_all_refunded(&self) -> bool {
        !self.is_held() && self.refundable().is_some_and(|rest| rest.is_zero())
    }

    /// Whether a card's money is held and not, or not all of it, captured.
    pub fn is_held(&self) -> bool {
        self.authorization.phase.holds_money()
    }

    /// Whether nothing more is to be captured: the last capture is confirmed, or all of the money is taken.
    //= A-3
    pub fn is_captured(&self) -> bool {
        let is_confirmed = |capture: &Capture| capture.is_last && capture.phase == CapturePhase::Captured;
        self.taken() == Some(self.amount) || self.captures.iter().any(is_confirmed)
    }

    /// What captures took, or may still take: those without a final answer count like those that succeeded.
    //= A-3
    pub fn claimed(&self) -> Money {
        let alive = self.captures.iter().filter(|capture| capture.phase != CapturePhase::Failed);
        let none = Money::zero(self.amount.currency());
        // A sum that cannot be told leaves nothing to be captured.
        alive.fold(none, |sum, capture| sum.checked_add(capture.amount).unwrap_or(self.amount))
    }

    /// Whether a capture has no final answer yet.
    pub fn has_open_capture(&self) -> bool {
        self.captures.iter().any(|capture| !CaptureTable::is_final(capture.phase))
    }

    /// What was taken, and could go back: captured for cards, paid for other methods. `None` where nothing was taken.
    pub fn taken(&self) -> Option<Money> {
        if !self.is_card() {
            return (self.payment.phase == PaymentPhase::Succeeded || self.late_success_after.is_some())
                .then_some(self.amount);
        }
        let mut captured = self.captures.iter().filter(|capture| capture.phase == CapturePhase::Captured);
        let first = captured.next()?.amount;
        captured.try_fold(first, |sum, capture| sum.checked_add(capture.amount).ok())
    }

    /// What can still be refunded: taken, less what went back or may have.
    pub fn refundable(&self) -> Option<Money> {
        let taken = self.taken()?;
        self.refunds
            .iter()
            .filter(|refund| refund.phase != RefundPhase::Failed)
            .try_fold(taken, |rest, refund| rest.checked_sub(refund.amount).ok())
    }

    /// Whether a refund has no final answer yet.
    pub fn has_open_refund(&self) -> bool {
        self.refunds
            .iter()
            .any(|refund| !matches!(refund.phase, RefundPhase::Succeeded | RefundPhase::Failed))
    }

    /// The cancel that answers what is held now: one from before a late success does not count.
    pub fn current_cancel(&self) -> Option<&Cancel> {
        self.cancels.iter().skip(self.late_success_after.unwrap_or(0)).last()
    }

    /// Whether the gateway's review refused the payment, whatever became of it afterwards.
    pub fn is_rejected(&self) -> bool {
        self.authorization.phase == AuthorizationPhase::Rejected
            || self.cancels.iter().any(|cancel| cancel.reason == CancelReason::ReviewRejected)
    }

    /// Whether a cancel, or a refund of everything, is under way or done.
    pub fn is_being_returned(&self) -> bool {
        let cancelling = self.current_cancel().is_some_and(|cancel| cancel.phase != CancelPhase::Refused);
        cancelling || self.is_all_refunded()
    }

    /// What one refund each can give back: what is left of each capture, or of a payment without captures.
    pub(super) fn refundable_parts(&self) -> Vec<Refundable> {
        if !self.is_card() {
            let whole = |amount| Refundable { capture: None, capture_id: None, amount };
            return self.refundable().map(whole).into_iter().collect();
        }
        let captured = |capture: &Capture| capture.phase == CapturePhase::Captured;
        let first = self.captures.iter().position(captured);
        let parts = self.captures.iter().enumerate().filter(|(_, capture)| captured(capture));
        parts
            .filter_map(|(place, capture)| {
                let of_it = |refund: &&Refund| refund.capture.or(first) == Some(place);
                let alive = self.refunds.iter().filter(|refund| refund.phase != RefundPhase::Failed);
                let amount = alive
                    .filter(of_it)
                    .try_fold(capture.amount, |rest, refund| rest.checked_sub(refund.amount).ok())?;
                // Only a part can have others beside it; the gateway's documents ask for a name only then.
                let is_part = capture.amount != self.amount;
                Some(Refundable {
                    capture: is_part.then_some(place),
                    capture_id: capture.capture_id.clone().filter(|_| is_part),
                    amount,
                })
            })
            .collect()
    }

    /// Whether a refund of this part reaches the right capture: it is named, or there is no other.
    pub(super) fn can_name(&self, part: &Refundable) -> bool {
        let alive = self.captures.iter().filter(|capture| capture.phase != CapturePhase::Failed);
        part.capture.is_none() || part.capture_id.is_some() || alive.count() == 1
    }

    /// The newest capture.
    pub fn capture(&self) -> Option<&Capture> {
        self.captures.last()
    }

    /// Whether the gateway's own capture failed: nobody can capture this authorization any more.
    pub fn capture_is_lost(&self) -> bool {
        self.capture_mode == Some(CaptureMode::Automatic)
            && !self.captures.is_empty()
            && self.captures.iter().all(|capture| capture.phase == CapturePhase::Failed)
    }
}
