//! Commands: what the merchant wants, and why an order may refuse it.
//! Deciding is `decide`'s; who may command is left to the inbound adapters.

use antom_core::id::{
    CaptureRequestId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId, RefundRequestId,
};
use antom_core::money::{Currency, Money, MoneyError};
use antom_core::outcome::{CaptureMode, OsType, TerminalType};
use antom_core::time::Timestamp;
use antom_core::wire::FieldErrors;
use serde::{Deserialize, Serialize};

use super::state::Integration;
use super::terms::{AttemptTerms, OrderDetails};
use crate::policy::WrongCapture;

/// A new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The merchant's id of the order.
    pub reference_order_id: ReferenceOrderId,
    /// What is owed; more than zero.
    pub amount: Money,
    /// What it is for, as the buyer reads it: 1 to 256 characters, no Chinese ones (S-5).
    pub description: String,
    /// The merchant's id of the buyer.
    pub reference_buyer_id: ReferenceBuyerId,
    /// Goods, and what else is known of the buyer.
    pub details: OrderDetails,
}

/// A new attempt to pay.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAttempt {
    /// A fresh id.
    pub payment_request_id: PaymentRequestId,
    /// A fresh, unguessable token for the attempt's pages.
    pub token: String,
    /// How the buyer reaches the gateway.
    pub integration: Integration,
    /// The payment method, `CARD` for cards.
    pub payment_method_type: String,
    /// Who captures, for cards; the policy's default where absent.
    pub capture_mode: Option<CaptureMode>,
    /// What the buyer pays on; required in hosted mode.
    pub terminal_type: Option<TerminalType>,
    /// The device's system; required for APP and WAP.
    pub os_type: Option<OsType>,
    /// The buyer's address, as the merchant saw it.
    pub client_ip: Option<String>,
    /// The merchant's key: the same key is the same attempt (B-8).
    pub idempotency_key: Option<String>,
    /// What it asks for beside.
    pub terms: AttemptTerms,
}

/// What the merchant wants of an existing order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// Let the buyer try to pay.
    OpenAttempt(Box<OpenAttempt>),
    /// Take the money that a card authorization holds.
    Capture {
        /// The attempt.
        payment_request_id: PaymentRequestId,
        /// A fresh id for the capture.
        capture_request_id: CaptureRequestId,
        /// How much; all that is left of the authorized amount where absent.
        amount: Option<Money>,
        /// Whether nothing more will be captured: the gateway lets the rest go.
        is_last: bool,
    },
    /// Close, void or return a payment in full.
    Cancel {
        /// The attempt.
        payment_request_id: PaymentRequestId,
    },
    /// Give captured money back.
    Refund {
        /// The attempt.
        payment_request_id: PaymentRequestId,
        /// The refund's id: the same id is the same refund.
        refund_request_id: RefundRequestId,
        /// How much.
        amount: Money,
        /// Why, as the gateway's books show it; at most 256 characters.
        reason: Option<String>,
    },
}

/// Why a payment is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CancelReason {
    /// The merchant asked.
    Merchant,
    /// The order has another success (B-5).
    Surplus,
    /// A success arrived after the payment had ended.
    LateSuccess,
    /// The gateway's review refused the payment.
    ReviewRejected,
    /// The gateway's own capture failed: the hold is given back.
    CaptureFailed,
    /// The buyer wants to pay anew, and what this method takes cannot be refunded (B-6).
    BeforeNewAttempt,
}

/// Why money is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RefundReason {
    /// The merchant asked.
    Merchant,
    /// The order has another success, and this one could no longer be cancelled (B-5).
    Surplus,
}

/// Why a command is not carried out. Nothing was recorded and nothing will be sent, but for what
/// [`Step::postponed`](super::Step::postponed) announces.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A newer program had a part in the order, and this one does not know all of it.
    #[error("the order was written by a newer program; this one only shows it")]
    WrittenByNewerProgram,
    /// What the request would need is erased.
    #[error("the personal data of this order were erased; create a new order")]
    Erased,
    /// A success already holds the order's money (B-4).
    #[error("the order is paid; show the buyer that it is completed")]
    OrderPaid,
    /// Another attempt has this id.
    #[error("the payment request id is taken by another attempt of the order")]
    AttemptExists,
    /// The merchant's key belongs to another request (B-8).
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// The configuration names other settlement currencies (S-3).
    #[error("{currency} is not among the settlement currencies of the configuration")]
    UnknownSettlementCurrency {
        /// The one that was asked for.
        currency: Currency,
    },
    /// The order has as many attempts as it may have.
    #[error("the order has reached its {limit} attempts; create a new order")]
    TooManyAttempts {
        /// The cap.
        limit: usize,
    },
    /// The order has no attempt with this id.
    #[error("the order has no such payment")]
    UnknownAttempt,
    /// A value breaks a rule of the gateway.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// An amount breaks a rule.
    #[error(transparent)]
    Amount(#[from] MoneyError),
    /// Nothing is authorized that could be captured.
    #[error("nothing is held for this payment; capture after its authorization succeeded")]
    NothingHeld,
    /// The gateway captures by itself.
    #[error("the gateway captures this payment by itself; wait for its result")]
    CapturedByGateway,
    /// The time to capture has passed.
    #[error("the authorization could be captured until {deadline}; ask the buyer to pay again")]
    CaptureDeadlinePassed {
        /// The last instant.
        deadline: Timestamp,
    },
    /// The contract does not allow a capture of this amount.
    #[error(transparent)]
    WrongCapture(#[from] WrongCapture),
    /// The same capture id with another content (B-8).
    #[error("the capture request id was used for another capture")]
    CaptureIdReused,
    /// This very capture failed.
    #[error("this capture failed; capture again under a new capture request id")]
    CaptureFailed,
    /// The contract allows one capture, and there is one.
    #[error(
        "{amount} of this payment is captured or being captured, and the contract allows no second capture"
    )]
    CapturedOnce {
        /// What it takes.
        amount: Money,
    },
    /// The last capture was asked for before.
    #[error("the last capture of this payment was asked for; the gateway lets the rest go")]
    LastCaptureMade,
    /// The attempt has as many captures as it may have.
    #[error("the payment has reached its {limit} captures")]
    TooManyCaptures {
        /// The cap.
        limit: usize,
    },
    /// The gateway reviews the payment.
    #[error("the gateway reviews this payment; wait for its decision")]
    UnderReview,
    /// The gateway contradicted itself about this payment.
    #[error(
        "the gateway's answers about this payment contradict each other; it is frozen until that is settled"
    )]
    Disputed,
    /// This success is one too many; its money is on its way back.
    #[error("this payment is a surplus of the order and is being returned")]
    Surplus,
    /// A cancel is under way or done.
    #[error("this payment is cancelled or being cancelled")]
    BeingCancelled,
    /// A capture is under way.
    #[error("a capture of this payment is under way; wait for its result")]
    CaptureUnderWay,
    /// The money was captured, a refund may give it back, or the gateway refused the cancel.
    #[error("this payment can no longer be cancelled; refund it")]
    TooLateToCancel,
    /// The payment failed: there is nothing to cancel.
    #[error("this payment failed; there is nothing to cancel")]
    NothingToCancel,
    /// Nothing was taken that could go back.
    #[error("nothing was taken for this payment; cancel it instead")]
    NothingTaken,
    /// More than can go back.
    #[error("at most {refundable} can be refunded")]
    RefundExceeds {
        /// What is left.
        refundable: Money,
    },
    /// More than can go back from a single capture.
    #[error("the payment was captured in parts; one refund can give back at most {refundable}")]
    RefundExceedsCapture {
        /// What is left of the capture that has most left.
        refundable: Money,
    },
    /// The gateway's id of the capture is not known yet.
    #[error("the gateway's id of the capture to refund is not known yet; inquire first")]
    CaptureIdUnknown,
    /// The same refund id with another amount (B-8).
    #[error("the refund request id was used with another amount")]
    RefundIdReused,
    /// The attempt has as many refunds as it may have.
    #[error("the payment has reached its {limit} refunds")]
    TooManyRefunds {
        /// The cap.
        limit: usize,
    },
    /// An earlier attempt of a method without refunds is cancelled first (B-6). This refusal comes with a step.
    #[error(
        "the earlier payment {payment_request_id} cannot be refunded and is being cancelled first; try again once its \
         cancel is confirmed"
    )]
    EarlierAttemptBeingCancelled {
        /// The earlier attempt.
        payment_request_id: PaymentRequestId,
    },
    /// An earlier attempt of a method without refunds may take or hold money, and the gateway refused its cancel (B-6).
    #[error(
        "the earlier payment {payment_request_id} can be neither cancelled nor refunded; wait for its result, and return \
         by hand what it took beyond the order"
    )]
    EarlierAttemptNotCancellable {
        /// The earlier attempt.
        payment_request_id: PaymentRequestId,
    },
    /// The payment's method knows no refunds (B-6).
    #[error("this payment method knows no refunds; cancel the payment, or return the money by another way")]
    MethodWithoutRefunds,
    /// The gateway's id of the payment is not known yet.
    #[error("the gateway's id of this payment is not known yet; inquire first")]
    PaymentIdUnknown,
}
