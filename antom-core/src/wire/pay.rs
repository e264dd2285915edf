//! `pay`: starts a payment in hosted mode.
//! Where the buyer goes next, and how it ends, is left to the domain.

use super::{
    AcquirerInfo, AgreementInfo, Amount, ChallengeActionForm, CreditPayPlan, CustomizedInfo, Env,
    FieldErrors, Merchant, Order, OrderCodeForm, PaymentFactor, PaymentMethod, PaymentResultInfo,
    PaymentVerificationData, ProductCode, PromotionResult, PspCustomerInfo, Quote, RedirectActionForm,
    SettlementStrategy, SubscriptionInfo, validate,
};
use crate::id::PaymentRequestId;
use crate::money::Money;
use crate::outcome::{GatewayResult, TerminalType};
use crate::time::WireTime;

message! {
    /// Asks for a payment.
    pub struct PayRequest {
        required {
            /// `CASHIER_PAYMENT`.
            product_code: ProductCode = "productCode",
            /// A new one for each attempt; the idempotency key.
            payment_request_id: PaymentRequestId = "paymentRequestId",
            /// The order that is paid.
            order: Order = "order",
            /// What the buyer pays.
            payment_amount: Amount = "paymentAmount",
            /// How the buyer pays.
            payment_method: PaymentMethod = "paymentMethod",
            /// The merchant's result page; at most 2048 characters, custom schemes are taken.
            payment_redirect_url: String = "paymentRedirectUrl" hidden,
            /// The buyer's device; `terminal_type` is needed.
            env: Env = "env",
        }
        optional {
            /// Where notifications go; wins over the dashboard's setting. At most 2048 characters.
            payment_notify_url: String = "paymentNotifyUrl",
            /// Authorization and capture; needed for cards.
            payment_factor: PaymentFactor = "paymentFactor",
            /// The currency of the settlement, wherever it is configured.
            settlement_strategy: SettlementStrategy = "settlementStrategy",
            /// End of the time to pay, with offset; 14 minutes ahead by default. Its bound is the gateway's.
            payment_expiry_time: WireTime = "paymentExpiryTime",
            /// Instalments.
            credit_pay_plan: CreditPayPlan = "creditPayPlan",
            /// Needed with `MINI_APP`; at most 32 characters.
            app_id: String = "appId",
            /// Two letters of ISO 3166.
            merchant_region: String = "merchantRegion",
            /// Two letters of ISO 3166.
            user_region: String = "userRegion",
            /// Needed where one client id has several locations; at most 32 characters.
            merchant_account_id: String = "merchantAccountId",
            /// At most 8 characters.
            locale: String = "locale",
            /// JSON as text; at most 2048 characters.
            extend_info: String = "extendInfo" hidden,
            /// The merchant's own text, returned as it is.
            metadata: String = "metadata" hidden,
            /// The merchant's own texts, returned as they are.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
            /// A rate that was inquired before.
            payment_quote: Quote = "paymentQuote",
            /// The amount in the currency that the method processes.
            processing_amount: Amount = "processingAmount",
            /// Agreement to bind the wallet by this payment.
            agreement_info: AgreementInfo = "agreementInfo",
            /// The subscription that the payment starts or belongs to.
            subscription_info: Box<SubscriptionInfo> = "subscriptionInfo",
            /// The gateway's id of the subscription.
            subscription_id: String = "subscriptionId",
            /// Who receives, where it is not the merchant of the contract.
            pay_to_method: PaymentMethod = "payToMethod",
            /// Older place of `paymentFactor.isAuthorization`; not sent by the constructors.
            is_authorization: bool = "isAuthorization",
            /// The merchant behind the payment, of a marketplace.
            merchant: Box<Merchant> = "merchant",
            /// A one-time password that the buyer entered.
            payment_verification_data: PaymentVerificationData = "paymentVerificationData",
            /// Whether buyer and shop are both offline.
            dual_offline_payment: bool = "dualOfflinePayment",
            /// Id of a tax calculation.
            tax_calculation_id: String = "taxCalculationId",
        }
    }
}

//= H-2
impl PayRequest {
    /// One attempt to pay the order.
    pub fn new(
        payment_request_id: PaymentRequestId,
        order: Order,
        payment_amount: Money,
        payment_method: PaymentMethod,
        payment_redirect_url: impl Into<String>,
        env: Env,
    ) -> Self {
        Self::of_required(
            ProductCode::CashierPayment,
            payment_request_id,
            order,
            payment_amount.into(),
            payment_method,
            payment_redirect_url.into(),
            env,
        )
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once, each with the path of the field and never with its value.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.amount("paymentAmount", &self.payment_amount, Some(&self.payment_method));
        check.redirect_url("paymentRedirectUrl", &self.payment_redirect_url);
        check.notify_url("paymentNotifyUrl", self.payment_notify_url.as_deref());
        check.method(&self.payment_method, self.payment_factor.as_ref());
        check.env(&self.env);
        if self.env.terminal_type == Some(TerminalType::MiniApp) && self.app_id.is_none() {
            check.require("appId");
        }
        check.finish()
    }
}

message! {
    /// Answer to [`PayRequest`]: mostly `U` with `PAYMENT_IN_PROCESS` and an address for the buyer.
    pub struct PayResponse {
        optional {
            /// How the call went.
            result: GatewayResult = "result",
            /// Echo of the request; another one makes the outcome unknown.
            payment_request_id: String = "paymentRequestId",
            /// The gateway's id of the payment.
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
            /// Where the buyer goes on in a browser; at most 2048 characters.
            normal_url: String = "normalUrl" hidden,
            /// Opens an app by its own scheme; at most 2048 characters.
            scheme_url: String = "schemeUrl" hidden,
            /// Opens an app, or its page; at most 2048 characters.
            applink_url: String = "applinkUrl" hidden,
            /// Package of the app; at most 128 characters.
            app_identifier: String = "appIdentifier",
            /// A code to show.
            order_code_form: OrderCodeForm = "orderCodeForm",
            /// A form to post.
            redirect_action_form: RedirectActionForm = "redirectActionForm",
            /// A question to the buyer.
            challenge_action_form: ChallengeActionForm = "challengeActionForm",
            /// Text for a client SDK; at most 20000 characters.
            payment_data: String = "paymentData" hidden,
            /// Text for a client SDK.
            payment_action_form: String = "paymentActionForm" hidden,
            /// Card and checks.
            payment_result_info: PaymentResultInfo = "paymentResultInfo",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// Reference of the acquirer, in Singapore and Hong Kong.
            acquirer_reference_no: String = "acquirerReferenceNo",
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
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
            /// Part that coupons paid and the gateway does not guarantee.
            non_guarantee_coupon_value: Amount = "nonGuaranteeCouponValue",
            /// Promotions that the payment got.
            promotion_result: Vec<PromotionResult> = "promotionResult",
            /// The gateway's id of the subscription.
            subscription_id: String = "subscriptionId",
            /// Id of the invoice.
            invoice_id: String = "invoiceId",
            /// State of the subscription; says nothing about the payment.
            status: String = "status",
            /// Start of the present period.
            current_period_start: WireTime = "currentPeriodStart",
            /// End of the present period.
            current_period_end: WireTime = "currentPeriodEnd",
        }
    }
}
