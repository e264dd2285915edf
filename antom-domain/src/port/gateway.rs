//! The gateway: one durable request in, one verified answer out.
//! Signing, transport and verification are the adapter's; the meaning of an answer is read in `reading`.

use std::fmt::Debug;

use antom_core::outcome::GatewayResult;
use antom_core::wire;
use async_trait::async_trait;

use crate::order::GatewayCall;

/// Sends calls to the Antom gateway.
///
/// # Contract
/// Sends exactly `call.body`, byte for byte, to the operation of the call, signed at the time of sending. Returns an
/// answer only if its signature was verified; whatever cannot be verified is a [`CallFailure`].
///
/// # Durability
/// None of its own: the caller made the call durable before it asks.
///
/// # Ordering
/// None. Calls may run at the same time and finish in any order.
///
/// # Errors
/// [`Reach::NotSent`] only where no byte of the request can have left this machine. Everything else is
/// [`Reach::MaybeSent`]. When unsure, say `MaybeSent`: a call that was sent and is reported as not sent makes the
/// domain believe that no money moved.
///
/// # Cancellation
/// Dropping the future may leave the request sent and unanswered; the caller treats it as `MaybeSent`.
///
/// # For implementers
/// Never retry inside: the retry policy counts attempts and keeps a budget. Never answer from a cache.
#[async_trait]
pub trait PaymentGateway: Debug + Send + Sync + 'static {
    /// Sends one call and returns its verified answer.
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure>;
}

const _: fn(&dyn PaymentGateway) = |_| {};

/// A verified answer, typed by operation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GatewayAnswer {
    /// Answer to `createPaymentSession`.
    CreatePaymentSession(Box<wire::CreatePaymentSessionResponse>),
    /// Answer to `pay`.
    Pay(Box<wire::PayResponse>),
    /// Answer to `inquiryPayment`.
    InquiryPayment(Box<wire::InquiryPaymentResponse>),
    /// Answer to `capture`.
    Capture(Box<wire::CaptureResponse>),
    /// Answer to `cancel`.
    Cancel(Box<wire::CancelResponse>),
    /// Answer to `refund`.
    Refund(Box<wire::RefundResponse>),
    /// Answer to `inquiryRefund`.
    InquiryRefund(Box<wire::InquiryRefundResponse>),
}

/// How far a call that has no verified answer got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// No byte of the request left this machine.
    NotSent,
    /// The gateway may have received the request and acted on it.
    MaybeSent,
}

/// A call without a verified answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("call to the gateway {}: {reason}", if *.reach == Reach::NotSent { "was not sent" } else { "may have been sent" })]
pub struct CallFailure {
    /// How far the call got.
    pub reach: Reach,
    /// Why there is no verified answer.
    pub reason: FailureReason,
    /// An unsigned F or U that came back: a hint that leads to an inquiry, never an outcome.
    pub hint: Option<GatewayResult>,
}

/// Why a call has no verified answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FailureReason {
    /// No connection could be made.
    #[error("no connection")]
    NoConnection,
    /// The deadline passed.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke while the answer was awaited or read.
    #[error("connection lost")]
    ConnectionLost,
    /// An HTTP status other than 200.
    #[error("unexpected http status {0}")]
    HttpStatus(u16),
    /// The signature is missing or wrong.
    #[error("answer not verified")]
    NotVerified,
    /// The verified body cannot be read.
    #[error("answer not readable")]
    NotReadable,
    /// The request could not be signed or built.
    #[error("request not signed")]
    NotSigned,
    /// The gateway's traffic limit was reached, and this call's turn has not come.
    #[error("held back by the traffic limit")]
    Paced,
    /// The process ended between sending and recording the answer.
    #[error("interrupted")]
    Interrupted,
}
