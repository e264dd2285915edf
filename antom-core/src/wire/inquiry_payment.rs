//! `inquiryPayment`: what has become of a payment.
//! `result` speaks of the inquiry only; reading the payment's state is left to the domain.

use super::{
    AcquirerInfo, Amount, CardInfo, CustomizedInfo, FieldErrors, PaymentResultInfo,
    PopRiskDecisionResultInfo, PromotionResult, PspCustomerInfo, Quote, RedirectActionForm, RetryInfo,
    Transaction, validate,
};
use crate::id::{PaymentId, PaymentRequestId};
use crate::outcome::{AuthReviewStatus, GatewayResult, PaymentStatus};
use crate::time::WireTime;

message! {
    /// Asks about a payment by either id; the gateway's id wins if both are given.
    pub struct InquiryPaymentRequest {
        optional {
            /// The merchant's id of the attempt.
            payment_request_id: PaymentRequestId = "paymentRequestId",
            /// The gateway's id of the payment.
            payment_id: PaymentId = "paymentId",
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

impl InquiryPaymentRequest {
    /// Asks by the merchant's id, which is known even if the first answer was lost.
    pub fn by_request_id(payment_request_id: PaymentRequestId) -> Self {
        Self { payment_request_id: Some(payment_request_id), ..Self::default() }
    }

    /// Asks by the gateway's id.
    pub fn by_payment_id(payment_id: PaymentId) -> Self {
        Self { payment_id: Some(payment_id), ..Self::default() }
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        if self.payment_request_id.is_none() && self.payment_id.is_none() {
            check.require("paymentRequestId");
        }
        check.finish()
    }
}

//= T-4
message! {
    /// Answer to [`InquiryPaymentRequest`].
    pub struct InquiryPaymentResponse {
        optional {
            /// How the inquiry went; says nothing about the payment.
            result: GatewayResult = "result",
            /// State of the payment; absent means unknown.
            payment_status: PaymentStatus = "paymentStatus",
            /// Why; at most 64 characters.
            payment_result_code: String = "paymentResultCode",
            /// Why, for people; at most 256 characters.
            payment_result_message: String = "paymentResultMessage",
            /// The merchant's id of the attempt.
            payment_request_id: String = "paymentRequestId",
            /// The gateway's id of the payment.
            payment_id: String = "paymentId",
            /// Of an authorization that this payment belongs to.
            auth_payment_id: String = "authPaymentId",
            /// Amount of the payment.
            payment_amount: Amount = "paymentAmount",
            /// What the buyer really paid; never replaces the amount of the payment.
            actual_payment_amount: Amount = "actualPaymentAmount",
            /// When the gateway made the payment.
            payment_create_time: WireTime = "paymentCreateTime",
            /// When it was paid; only of successful payments.
            payment_time: WireTime = "paymentTime",
            /// No capture after it.
            auth_expiry_time: WireTime = "authExpiryTime",
            /// A review that holds the payment back, whatever `payment_status` says.
            auth_review_status: AuthReviewStatus = "authReviewStatus",
            /// `ANTOM_SHIELD` or `PSP`.
            auth_review_source: String = "authReviewSource",
            /// Captures, refunds ...; null and absent are the same.
            transactions: Vec<Transaction> = "transactions",
            /// Card of the payment.
            card_info: CardInfo = "cardInfo",
            /// Card and checks.
            payment_result_info: PaymentResultInfo = "paymentResultInfo",
            /// At most 64 characters.
            payment_method_type: String = "paymentMethodType",
            /// Reference of the acquirer, in Singapore and Hong Kong.
            acquirer_reference_no: String = "acquirerReferenceNo",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// A form to post, while the payment is in process.
            redirect_action_form: RedirectActionForm = "redirectActionForm",
            /// Where the buyer goes on, while the payment is in process.
            normal_url: String = "normalUrl" hidden,
            /// Opens an app by its own scheme.
            scheme_url: String = "schemeUrl" hidden,
            /// Opens an app, or its page.
            applink_url: String = "applinkUrl" hidden,
            /// Echo of the merchant's result page.
            payment_redirect_url: String = "paymentRedirectUrl" hidden,
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
            /// When the money is settled at the earliest.
            earliest_settlement_time: WireTime = "earliestSettlementTime",
            /// The merchant's location.
            merchant_account_id: String = "merchantAccountId",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
            /// The merchant's own text.
            metadata: String = "metadata" hidden,
            /// The merchant's own texts.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
            /// Part that coupons paid and the gateway does not guarantee.
            non_guarantee_coupon_amount: Amount = "nonGuaranteeCouponAmount",
            /// Promotions that the payment got.
            promotion_results: Vec<PromotionResult> = "promotionResults",
            /// Tries of a charge that a subscription makes.
            retry_info: RetryInfo = "retryInfo",
            /// What the risk control decided.
            pop_risk_decision_result_info: PopRiskDecisionResultInfo = "popRiskDecisionResultInfo",
        }
    }
}
