//! Events: what we recorded, in the words of the log.
//! Folding them is `apply`'s; an event says what became so, never what to do.

use antom_core::id::{
    CaptureId, CaptureRequestId, PaymentId, PaymentRequestId, PaymentSessionId, ReferenceBuyerId,
    ReferenceOrderId, RefundRequestId,
};
use antom_core::money::Money;
use antom_core::outcome::CaptureMode;
use antom_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{CancelReason, RefundReason};
use super::details::Details;
use super::erasure::Erased;
use super::state::Integration;
use super::terms::{OrderDetails, ProductScene};

/// An event with its place in the log. How it is written, with the version of its form, is [`stored`](super::stored)'s.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// When we recorded it.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What the gateway gave for the buyer's client, whole and unchanged (S-4, H-3, T-7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Handout {
    /// For the client SDK.
    Session {
        /// The opaque session string.
        payment_session_data: String,
        /// The session's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payment_session_id: Option<PaymentSessionId>,
        /// Until when the buyer may begin to pay with it, as the gateway says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// For a redirect.
    Redirect {
        /// The page for browsers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        normal_url: Option<String>,
        /// The custom scheme for apps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scheme_url: Option<String>,
        /// The universal link for apps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        applink_url: Option<String>,
    },
}

/// What happened to an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all_fields = "camelCase")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields repeat the names that `state` documents")]
pub enum Event {
    /// The order exists.
    OrderCreated {
        reference_order_id: ReferenceOrderId,
        amount: Money,
        description: String,
        reference_buyer_id: ReferenceBuyerId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Box<OrderDetails>>,
    },
    /// An attempt to pay was decided.
    AttemptOpened {
        payment_request_id: PaymentRequestId,
        integration: Integration,
        payment_method_type: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture_mode: Option<CaptureMode>,
        token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idempotency_key: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_digest: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        storage_agreed_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product_scene: Option<ProductScene>,
        window_closes_at: Timestamp,
    },
    /// The opening call may have been received, without a readable answer.
    PaymentInDoubt { payment_request_id: PaymentRequestId },
    /// The gateway is ready for the buyer.
    PaymentAwaitsPayer { payment_request_id: PaymentRequestId },
    /// The gateway gave what the buyer's client needs.
    HandoutReceived { payment_request_id: PaymentRequestId, handout: Handout, window_closes_at: Timestamp },
    /// The buyer acted, the result is to come.
    PaymentPending { payment_request_id: PaymentRequestId },
    /// The gateway's id became known.
    PaymentIdLearnt { payment_request_id: PaymentRequestId, payment_id: PaymentId },
    /// The payment is confirmed.
    PaymentSucceeded { payment_request_id: PaymentRequestId },
    /// The payment failed for good.
    PaymentFailed {
        payment_request_id: PaymentRequestId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result_code: Option<String>,
    },
    /// The payment was cancelled.
    PaymentCancelled { payment_request_id: PaymentRequestId },
    /// Something about the card or its checks became known (I-6).
    DetailsLearnt { payment_request_id: PaymentRequestId, details: Details },
    /// The money is held.
    AuthorizationHeld {
        payment_request_id: PaymentRequestId,
        capture_before: Timestamp,
        /// A review approved it; `false` where nobody spoke of one.
        #[serde(default, skip_serializing_if = "super::state::is_false")]
        is_approved: bool,
    },
    /// The money is held, under review.
    ReviewPending { payment_request_id: PaymentRequestId, capture_before: Timestamp },
    /// The review refused the payment.
    ReviewRejected { payment_request_id: PaymentRequestId },
    /// The hold ended without a capture.
    AuthorizationReleased { payment_request_id: PaymentRequestId },
    /// The held money was captured.
    AuthorizationCaptured { payment_request_id: PaymentRequestId },
    /// This attempt is the order's one success.
    AttemptKept { payment_request_id: PaymentRequestId },
    /// This attempt is a success too many.
    AttemptSurplus { payment_request_id: PaymentRequestId },
    /// The gateway captures by itself.
    CaptureAwaited { payment_request_id: PaymentRequestId, amount: Money },
    /// We decided to capture.
    CaptureRequested {
        payment_request_id: PaymentRequestId,
        capture_request_id: CaptureRequestId,
        amount: Money,
        #[serde(default, skip_serializing_if = "super::state::is_false")]
        is_last: bool,
    },
    /// The capture call may have been received.
    CaptureInDoubt { payment_request_id: PaymentRequestId, capture: usize },
    /// The gateway has not finished the capture.
    CaptureProcessing { payment_request_id: PaymentRequestId, capture: usize },
    /// The money was taken.
    CaptureSucceeded {
        payment_request_id: PaymentRequestId,
        capture: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture_id: Option<CaptureId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        acquirer_reference_no: Option<String>,
    },
    /// The gateway's id of a capture became known after its success.
    CaptureIdLearnt { payment_request_id: PaymentRequestId, capture: usize, capture_id: CaptureId },
    /// Nothing was captured.
    CaptureFailed {
        payment_request_id: PaymentRequestId,
        capture: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result_code: Option<String>,
    },
    /// We decided to cancel.
    CancelRequested { payment_request_id: PaymentRequestId, reason: CancelReason },
    /// The cancel call had no final answer.
    CancelInDoubt { payment_request_id: PaymentRequestId },
    /// The gateway cancelled.
    CancelConfirmed { payment_request_id: PaymentRequestId },
    /// It is too late to cancel.
    CancelRefused {
        payment_request_id: PaymentRequestId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result_code: Option<String>,
    },
    /// We decided to refund.
    RefundRequested {
        payment_request_id: PaymentRequestId,
        refund_request_id: RefundRequestId,
        amount: Money,
        reason: RefundReason,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture: Option<usize>,
    },
    /// The refund call may have been received.
    RefundInDoubt { payment_request_id: PaymentRequestId, refund_request_id: RefundRequestId },
    /// The gateway has not finished the refund.
    RefundProcessing { payment_request_id: PaymentRequestId, refund_request_id: RefundRequestId },
    /// The money went back.
    RefundSucceeded { payment_request_id: PaymentRequestId, refund_request_id: RefundRequestId },
    /// Nothing was refunded.
    RefundFailed {
        payment_request_id: PaymentRequestId,
        refund_request_id: RefundRequestId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result_code: Option<String>,
    },
    /// The gateway named another amount or currency than ours (N-7, I-3).
    AmountMismatch { payment_request_id: PaymentRequestId, expected: Money, seen: String },
    /// The gateway contradicted a final answer.
    Contradicted { payment_request_id: PaymentRequestId, machine: String, recorded: String, seen: String },
    /// A surplus of a method without refunds can no longer be cancelled: somebody has to return it by hand (B-6).
    SurplusStuck { payment_request_id: PaymentRequestId, amount: Money },
    /// A verified notification of an unlikely age came: the gateway is asked.
    HintReceived { payment_request_id: PaymentRequestId, mark: String },
    /// A success was seen on a payment that had ended otherwise.
    LateSuccess { payment_request_id: PaymentRequestId },
    /// The time to capture held money is nearly over, and the merchant's systems are told.
    CaptureDeadlineNear { payment_request_id: PaymentRequestId, capture_before: Timestamp },
    /// The time to capture held money is over, nobody did, and the merchant's systems are told.
    CaptureDeadlinePassed { payment_request_id: PaymentRequestId, capture_before: Timestamp },
    /// The gateway, asked again, agrees with the record.
    DisputeSettled { payment_request_id: PaymentRequestId },
    /// Personal data of the order were erased, here and in the events before.
    PersonalDataErased { how_far: Erased },
}

impl Event {
    /// The attempt that the event is about, if it is about one.
    pub fn payment_request_id(&self) -> Option<&PaymentRequestId> {
        match self {
            Event::OrderCreated { .. } | Event::PersonalDataErased { .. } => None,
            Event::AttemptOpened { payment_request_id, .. }
            | Event::PaymentInDoubt { payment_request_id, .. }
            | Event::PaymentAwaitsPayer { payment_request_id, .. }
            | Event::HandoutReceived { payment_request_id, .. }
            | Event::PaymentPending { payment_request_id, .. }
            | Event::PaymentIdLearnt { payment_request_id, .. }
            | Event::PaymentSucceeded { payment_request_id, .. }
            | Event::PaymentFailed { payment_request_id, .. }
            | Event::PaymentCancelled { payment_request_id, .. }
            | Event::DetailsLearnt { payment_request_id, .. }
            | Event::AuthorizationHeld { payment_request_id, .. }
            | Event::ReviewPending { payment_request_id, .. }
            | Event::ReviewRejected { payment_request_id, .. }
            | Event::AuthorizationReleased { payment_request_id, .. }
            | Event::AuthorizationCaptured { payment_request_id, .. }
            | Event::AttemptKept { payment_request_id, .. }
            | Event::AttemptSurplus { payment_request_id, .. }
            | Event::CaptureAwaited { payment_request_id, .. }
            | Event::CaptureRequested { payment_request_id, .. }
            | Event::CaptureInDoubt { payment_request_id, .. }
            | Event::CaptureProcessing { payment_request_id, .. }
            | Event::CaptureSucceeded { payment_request_id, .. }
            | Event::CaptureIdLearnt { payment_request_id, .. }
            | Event::CaptureFailed { payment_request_id, .. }
            | Event::CancelRequested { payment_request_id, .. }
            | Event::CancelInDoubt { payment_request_id, .. }
            | Event::CancelConfirmed { payment_request_id, .. }
            | Event::CancelRefused { payment_request_id, .. }
            | Event::RefundRequested { payment_request_id, .. }
            | Event::RefundInDoubt { payment_request_id, .. }
            | Event::RefundProcessing { payment_request_id, .. }
            | Event::RefundSucceeded { payment_request_id, .. }
            | Event::RefundFailed { payment_request_id, .. }
            | Event::AmountMismatch { payment_request_id, .. }
            | Event::Contradicted { payment_request_id, .. }
            | Event::SurplusStuck { payment_request_id, .. }
            | Event::HintReceived { payment_request_id, .. }
            | Event::LateSuccess { payment_request_id, .. }
            | Event::CaptureDeadlineNear { payment_request_id, .. }
            | Event::CaptureDeadlinePassed { payment_request_id, .. }
            | Event::DisputeSettled { payment_request_id, .. } => Some(payment_request_id),
        }
    }
}
