//! The account of an order at one instant, in words for programs and sentences for people.
//! Writing it is left to `explain`.

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::time::Timestamp;
use serde::Serialize;

use super::call::CallId;
use super::state::Role;

/// An account of an order at one instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The order.
    pub reference_order_id: ReferenceOrderId,
    /// The instant that the account is of.
    pub at: Timestamp,
    /// Where the order is, in the word of [`OrderPhase::as_str`](super::OrderPhase::as_str).
    pub phase: &'static str,
    /// What that means.
    pub meaning: &'static str,
    /// Whether it may be shipped.
    pub may_ship: bool,
    /// Why it must not be shipped, in a word for programs and a sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_shippable: Option<Reason>,
    /// Every attempt, oldest first.
    pub attempts: Vec<AttemptAccount>,
    /// What an answer of the gateway is awaited for; empty when the order is at rest.
    pub awaited: Vec<Awaited>,
    /// When the gateway is asked again at the latest; `None` at rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// Instants after which something changes.
    pub deadlines: Vec<Deadline>,
    /// What somebody has to do, because the system will not.
    pub tasks: Vec<Task>,
}

/// A word for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The word.
    pub code: String,
    /// The sentence.
    pub meaning: String,
}

/// Where one attempt is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptAccount {
    /// The attempt.
    pub payment_request_id: PaymentRequestId,
    /// Its payment method.
    pub payment_method_type: String,
    /// What it is to the order.
    pub role: Role,
    /// The payment and whatever else has begun: hold, captures, cancels, refunds, oldest first.
    pub machines: Vec<MachineAccount>,
}

/// Where one machine of an attempt is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineAccount {
    /// The machine, by the name of its table.
    pub machine: &'static str,
    /// Its phase, in the word of the stored form.
    pub phase: String,
    /// What the phase means, as its table says.
    pub meaning: &'static str,
    /// Whether nothing leaves this phase any more.
    pub is_final: bool,
    /// Why we began it, for cancels and refunds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The gateway's result code, where it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_code: Option<String>,
}

/// A call whose answer is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Awaited {
    /// The call's id, as the outbox and the logs name it.
    pub call: CallId,
    /// The attempt that it is about.
    pub payment_request_id: PaymentRequestId,
    /// Whether it only asks; if not, it is repeated with the same id and bytes.
    pub is_question: bool,
    /// Since when somebody waits, so that it is asked in the quick rhythm first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_since: Option<Timestamp>,
}

/// What an instant ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DeadlineKind {
    /// From then on the gateway's "no such order" means that nobody paid.
    WindowCloses,
    /// Until then the held money can be captured.
    CaptureBefore,
}

/// An instant after which something changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadline {
    /// What it ends.
    pub kind: DeadlineKind,
    /// The attempt.
    pub payment_request_id: PaymentRequestId,
    /// The instant.
    pub at: Timestamp,
    /// Whether it lies behind.
    pub has_passed: bool,
}

/// What somebody has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TaskKind {
    /// Capture the held money, or cancel the payment.
    Capture,
    /// The time to capture is nearly over: capture now, or cancel.
    CaptureSoon,
    /// A part was captured: capture the rest, and mark the last capture.
    CaptureRest,
    /// A part was captured, and the time for the rest has passed or the gateway let it go: refund, or settle it with
    /// the buyer.
    CaptureEndedShort,
    /// The time to capture has passed: ask the buyer to pay again.
    CaptureMissed,
    /// The gateway's own capture failed: ask the buyer to pay again.
    CaptureLost,
    /// The gateway contradicts itself: settle it with the gateway's support.
    SettleDispute,
    /// Neither a cancel nor a refund returned a surplus: return it by hand.
    ReturnSurplus,
}

/// Something for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// What.
    pub kind: TaskKind,
    /// The attempt.
    pub payment_request_id: PaymentRequestId,
    /// What the gateway said against the record, for a dispute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<String>,
}
