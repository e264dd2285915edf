//! Notifications of every kind in one message, and their acknowledgement.
//! Verification is left to `antom-signing`, routing by `notifyType` to the domain.

use super::{AcquirerInfo, Amount, CardInfo, PaymentResultInfo, PspCustomerInfo, Quote};
use crate::outcome::{AuthReviewStatus, GatewayResult, NotifyType, RefundStatus, ResultStatus};
use crate::time::WireTime;

message! {
    /// A notification: every member may be absent, and only `notify_type` says which ones to expect.
    ///
    /// Notifications of types that are not listed here are read as well; their members are in `unknown`.
    pub struct Notification {
        optional {
            /// What it is about; `PAYMENT_PENDING` comes with a result of success and is none.
            notify_type: NotifyType = "notifyType",
            /// How it went; of a refund `refund_status` decides instead.
            result: GatewayResult = "result",
            /// The merchant's id of the attempt.
            payment_request_id: String = "paymentRequestId",
            /// The gateway's id of the payment; absent in refund notifications.
            payment_id: String = "paymentId",
            /// Amount of the payment.
            payment_amount: Amount = "paymentAmount",
            /// What the buyer really paid; never replaces the amount of the payment.
            actual_payment_amount: Amount = "actualPaymentAmount",
            /// When the gateway made the payment.
            payment_create_time: WireTime = "paymentCreateTime",
            /// When it was paid.
            payment_time: WireTime = "paymentTime",
            /// No capture after it.
            auth_expiry_time: WireTime = "authExpiryTime",
            /// A review that holds the payment back.
            auth_review_status: AuthReviewStatus = "authReviewStatus",
            /// `ANTOM_SHIELD` or `PSP`.
            auth_review_source: String = "authReviewSource",
            /// The merchant's id of the capture, or one that the gateway made for an automatic capture.
            capture_request_id: String = "captureRequestId",
            /// The gateway's id of the capture; present in failures as well.
            capture_id: String = "captureId",
            /// What was, or was to be, captured.
            capture_amount: Amount = "captureAmount",
            /// When; it may lie before the payment's time.
            capture_time: WireTime = "captureTime",
            /// The merchant's id of the refund.
            refund_request_id: String = "refundRequestId",
            /// The gateway's id of the refund.
            refund_id: String = "refundId",
            /// What is given back.
            refund_amount: Amount = "refundAmount",
            /// What the buyer really gets.
            actual_refund_amount: Amount = "actualRefundAmount",
            /// The outcome of a refund.
            refund_status: RefundStatus = "refundStatus",
            /// When the refund happened.
            refund_time: WireTime = "refundTime",
            /// Acquirer reference number, by which the buyer's bank finds the refund.
            arn: String = "arn",
            /// The issuer's approval code.
            authorization_code: String = "authorizationCode",
            /// The merchant's id of a raised amount.
            update_request_id: String = "updateRequestId",
            /// Card of the payment.
            card_info: CardInfo = "cardInfo",
            /// Card and checks.
            payment_result_info: PaymentResultInfo = "paymentResultInfo",
            /// The payment method.
            payment_method_type: String = "paymentMethodType",
            /// Reference of the acquirer, in Singapore and Hong Kong.
            acquirer_reference_no: String = "acquirerReferenceNo",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// The buyer's account at a wallet.
            psp_customer_info: PspCustomerInfo = "pspCustomerInfo" hidden,
            /// What is settled.
            gross_settlement_amount: Amount = "grossSettlementAmount",
            /// Rate of the settlement.
            settlement_quote: Quote = "settlementQuote",
            /// Rate of the payment.
            payment_quote: Quote = "paymentQuote",
            /// The amount in the currency that the method processes.
            processing_amount: Amount = "processingAmount",
            /// Amount for customs.
            customs_declaration_amount: Amount = "customsDeclarationAmount",
            /// The merchant's own text.
            metadata: String = "metadata" hidden,
        }
    }
}

message! {
    /// What the gateway expects as answer to a notification; anything else makes it send again.
    pub struct Acknowledgement {
        required {
            /// Success, whatever the notification says.
            result: GatewayResult = "result",
        }
        optional {}
    }
}

impl Acknowledgement {
    /// Says that the notification has been stored; to be sent with HTTP status 200, unsigned.
    ///
    /// ```
    /// let body = serde_json::to_string(&antom_core::wire::Acknowledgement::success())?;
    /// assert_eq!(
    ///     body,
    ///     r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn success() -> Self {
        Self::of_required(GatewayResult::new("SUCCESS", ResultStatus::Success, "success"))
    }
}
