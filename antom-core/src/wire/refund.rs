//! `refund`: gives money back.
//! How much may be given back is left to the domain.

use super::words::RefundFrom;
use super::{AcquirerInfo, Amount, CustomizedInfo, FieldErrors, Goods, Quote, UserName, validate};
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
            /// The merchant's own texts.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
            /// The buyer's bank account, where the method cannot take money back.
            refund_to_bank_info: RefundToBankInfo = "refundToBankInfo" hidden,
            /// Whose money it is taken from.
            refund_details: Vec<RefundDetail> = "refundDetails",
            /// The merchant's account that it is taken from.
            refund_source_account_no: String = "refundSourceAccountNo" hidden,
            /// What the buyer really gets.
            actual_refund_amount: Amount = "actualRefundAmount",
            /// Shares of a marketplace.
            split_details: Vec<SplitDetail> = "splitDetails",
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

message! {
    /// The buyer's bank account.
    pub struct RefundToBankInfo {
        optional {
            /// Code of the bank.
            bank_code: String = "bankCode",
            /// Holder of the account.
            account_holder_name: UserName = "accountHolderName" hidden,
            /// Number of the account.
            account_no: String = "accountNo" hidden,
        }
    }
}

message! {
    /// Whose money a part of the refund is taken from.
    pub struct RefundDetail {
        optional {
            /// That part.
            refund_amount: Amount = "refundAmount",
            /// Whose money.
            refund_from: RefundFrom = "refundFrom",
        }
    }
}

message! {
    /// One share of a marketplace's split.
    pub struct SplitDetail {
        optional {
            /// Who takes part: `SELLER`, `MARKETPLACE`, `PLATFORM` or `ISV`; at most 32 characters.
            split_to: String = "splitTo",
            /// What was asked.
            split_amount: Amount = "splitAmount",
            /// What it really was.
            actual_split_amount: Amount = "actualSplitAmount",
            /// For people.
            description: String = "description",
        }
    }
}
