//! `inquiryRefund`: what has become of a refund.
//! `result` speaks of the inquiry only; `refundStatus` is the outcome.

use super::{AcquirerInfo, Amount, CustomizedInfo, FieldErrors, Quote, SplitDetail, validate};
use crate::id::{RefundId, RefundRequestId};
use crate::outcome::{GatewayResult, RefundStatus};
use crate::time::WireTime;

message! {
    /// Asks about a refund by either id; the gateway's id wins if both are given.
    pub struct InquiryRefundRequest {
        optional {
            /// The merchant's id of the refund.
            refund_request_id: RefundRequestId = "refundRequestId",
            /// The gateway's id of the refund.
            refund_id: RefundId = "refundId",
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

impl InquiryRefundRequest {
    /// Asks by the merchant's id, which is known even if the first answer was lost.
    pub fn by_request_id(refund_request_id: RefundRequestId) -> Self {
        Self { refund_request_id: Some(refund_request_id), ..Self::default() }
    }

    /// Asks by the gateway's id.
    pub fn by_refund_id(refund_id: RefundId) -> Self {
        Self { refund_id: Some(refund_id), ..Self::default() }
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        if self.refund_request_id.is_none() && self.refund_id.is_none() {
            check.require("refundRequestId");
        }
        check.finish()
    }
}

message! {
    /// Answer to [`InquiryRefundRequest`].
    pub struct InquiryRefundResponse {
        optional {
            /// How the inquiry went; says nothing about the refund.
            result: GatewayResult = "result",
            /// State of the refund; absent means unknown.
            refund_status: RefundStatus = "refundStatus",
            /// The merchant's id of the refund.
            refund_request_id: String = "refundRequestId",
            /// The gateway's id of the refund.
            refund_id: String = "refundId",
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
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// Acquirer reference number, by which the buyer's bank finds the refund.
            arn: String = "arn",
            /// Retrieval reference number.
            rrn: String = "rrn",
            /// The issuer's approval code.
            authorization_code: String = "authorizationCode",
            /// The merchant's own text.
            metadata: String = "metadata" hidden,
            /// The merchant's own texts.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
            /// Shares of a marketplace.
            split_details: Vec<SplitDetail> = "splitDetails",
        }
    }
}
