//! Notifications of every kind in one message, and their acknowledgement.
//! Verification is left to `antom-signing`, routing by `notifyType` to the domain.

use super::words::{DisputeAcceptReason, DisputeJudgedResult, DisputeNotificationType, VaultingStatus};
use super::{
    AcquirerInfo, Amount, CardInfo, CustomizedInfo, PaymentMethodDetail, PaymentResultInfo,
    PopRiskDecisionResultInfo, PromotionResult, PspCustomerInfo, Quote, RetryInfo,
};
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
            /// The merchant's own texts.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
            /// Promotions that the payment got.
            promotion_result: Vec<PromotionResult> = "promotionResult",
            /// Id of one charge of a subscription.
            subscription_order_id: String = "subscriptionOrderId",
            /// Tries of a charge that a subscription makes.
            retry_info: RetryInfo = "retryInfo",
            /// Id of a tax calculation.
            tax_calculation_id: String = "taxCalculationId",
            /// What the risk control decided.
            pop_risk_decision_result_info: PopRiskDecisionResultInfo = "popRiskDecisionResultInfo",
            /// The merchant's id of a storing.
            vaulting_request_id: String = "vaultingRequestId",
            /// State of a storing; absent means that `result` says it.
            vaulting_status: VaultingStatus = "vaultingStatus",
            /// What was stored, with its token.
            payment_method_detail: Box<PaymentMethodDetail> = "paymentMethodDetail",
            /// When it was stored.
            vaulting_create_time: WireTime = "vaultingCreateTime",
            /// The gateway's id of a dispute; at most 64 characters.
            dispute_id: String = "disputeId",
            /// What happened to the dispute.
            dispute_notification_type: DisputeNotificationType = "disputeNotificationType",
            /// When it began.
            dispute_time: WireTime = "disputeTime",
            /// What is disputed.
            dispute_amount: Amount = "disputeAmount",
            /// Why, as a code.
            dispute_reason_code: String = "disputeReasonCode",
            /// Why, for people; at most 256 characters.
            dispute_reason_msg: String = "disputeReasonMsg",
            /// Who disputes.
            dispute_source: String = "disputeSource",
            /// Chargeback, request for information ...
            dispute_type: String = "disputeType",
            /// When it was decided.
            dispute_judged_time: WireTime = "disputeJudgedTime",
            /// What was decided about.
            dispute_judged_amount: Amount = "disputeJudgedAmount",
            /// How it was decided.
            dispute_judged_result: DisputeJudgedResult = "disputeJudgedResult",
            /// The merchant's documents must be there before it.
            defense_due_time: WireTime = "defenseDueTime",
            /// Whether the merchant may defend.
            defendable: bool = "defendable",
            /// Why the gateway defends by itself.
            auto_defend_reason: String = "autoDefendReason",
            /// Why it counts as accepted.
            dispute_accept_reason: DisputeAcceptReason = "disputeAcceptReason",
            /// When it was accepted.
            dispute_accept_time: WireTime = "disputeAcceptTime",
        }
    }
}

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotificationKind {
    /// `PAYMENT_RESULT`.
    Payment,
    /// `PAYMENT_PENDING`: still in process, whatever the result says.
    PaymentPending,
    /// `CAPTURE_RESULT`.
    Capture,
    /// `REFUND_RESULT`.
    Refund,
    /// `UPDATE_AMOUNT_RESULT`.
    UpdateAmount,
    /// A payment method was stored, or not.
    Vaulting,
    /// A dispute began, moved or ended.
    Dispute,
    /// Nothing that is known here; kept as it came.
    Unknown,
}

impl Notification {
    /// What it is about.
    ///
    /// `notifyType` decides. The published models of vaulting and dispute notifications name no type, so that
    /// these two are also known by the id that only they carry; nothing that moves money is ever guessed.
    ///
    /// ```
    /// use antom_core::wire::{Notification, NotificationKind};
    ///
    /// let body = r#"{"disputeId":"d-1","disputeNotificationType":"DISPUTE_CREATED","paymentId":"p-1"}"#;
    /// let notification: Notification = serde_json::from_str(body)?;
    /// assert_eq!(notification.kind(), NotificationKind::Dispute);
    ///
    /// let silent: Notification = serde_json::from_str(r#"{"paymentId":"p-1","captureId":"c-1"}"#)?;
    /// assert_eq!(silent.kind(), NotificationKind::Unknown);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    //= N-8
    pub fn kind(&self) -> NotificationKind {
        match &self.notify_type {
            Some(NotifyType::PaymentResult) => NotificationKind::Payment,
            Some(NotifyType::PaymentPending) => NotificationKind::PaymentPending,
            Some(NotifyType::CaptureResult) => NotificationKind::Capture,
            Some(NotifyType::RefundResult) => NotificationKind::Refund,
            Some(NotifyType::UpdateAmountResult) => NotificationKind::UpdateAmount,
            Some(NotifyType::Unlisted(_)) | None if self.dispute_id.is_some() => NotificationKind::Dispute,
            Some(NotifyType::Unlisted(_)) | None if self.vaulting_request_id.is_some() => {
                NotificationKind::Vaulting
            }
            Some(NotifyType::Unlisted(_)) | None => NotificationKind::Unknown,
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
