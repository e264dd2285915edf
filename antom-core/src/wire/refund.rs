//! `refund`: gives money back.
//! How much may be given back is left to the domain.

use super::{AcquirerInfo, Amount, FieldErrors, Goods, Quote, validate};
use crate::id::{CaptureId, PaymentId, RefundRequestId};
use crate::money::Money;
use crate::outcome::GatewayResult;
use crate::time::WireTime;

message! {
    /// Asks for a refund.
    pub struct RefundRequest {
        required {
            /// The idempotency key: a repeat carries the same one.
            refund_request_id: RefundRequestId = "refundRequestId",
            /// The payment.
            payment_id: PaymentId = "paymentId",
            /// In the payment's currency.
            refund_amount: Amount = "refundAmount",
        }
        optional {
            /// Needed where the payment has several captures.
            capture_id: CaptureId = "captureId",
            /// The merchant's id of the return; at most 64 characters.
            reference_refund_id: String = "referenceRefundId",
            /// At most 256 characters.
            refund_reason: String = "refundReason",
            /// Where the notification goes; at most 1024 characters.
            refund_notify_url: String = "refundNotifyUrl",
            /// Whether the gateway may answer before the refund is done.
            is_async_refund: bool = "isAsyncRefund",
            /// What is returned.
            goods: Vec<Goods> = "goods",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
            /// The merchant's own text; at most 64 characters.
            metadata: String = "metadata" hidden,
        }
    }
}

impl RefundRequest {
    /// Gives so much of the payment back.
    pub fn new(refund_request_id: RefundRequestId, payment_id: PaymentId, refund_amount: Money) -> Self {
        Self::of_required(refund_request_id, payment_id, refund_amount.into())
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.amount("refundAmount", &self.refund_amount, None);
        check.notify_url("refundNotifyUrl", self.refund_notify_url.as_deref());
        check.length("metadata", self.metadata.as_deref(), 64);
        check.finish()
    }
}

message! {
    /// Answer to [`RefundRequest`].
    pub struct RefundResponse {
        optional {
            /// How the refund went; absent means unknown.
            result: GatewayResult = "result",
            /// Echo of the request; another one makes the outcome unknown.
            refund_request_id: String = "refundRequestId",
            /// The gateway's id of the refund.
            refund_id: String = "refundId",
            /// The payment.
            payment_id: String = "paymentId",
            /// What is given back.
            refund_amount: Amount = "refundAmount",
            /// What the buyer really gets.
            actual_refund_amount: Amount = "actualRefundAmount",
            /// When, as the gateway says.
            refund_time: WireTime = "refundTime",
            /// What is settled.
            gross_settlement_amount: Amount = "grossSettlementAmount",
            /// Rate of the settlement.
            settlement_quote: Quote = "settlementQuote",
            /// Part that coupons paid and the gateway does not guarantee.
            refund_non_guarantee_coupon_amount: Amount = "refundNonGuaranteeCouponAmount",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// Reference of the acquirer.
            acquirer_reference_no: String = "acquirerReferenceNo",
        }
    }
}
