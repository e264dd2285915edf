//! `createPaymentSession`: a session for the client SDK, or the gateway's checkout page.
//! A session is not a payment; its outcome is left to notifications and inquiries.

use super::words::Scope;
use super::{
    AgreementInfo, Amount, AutomaticTax, AvailablePaymentMethod, BillingSubscription, CreditPayPlan,
    CustomizedInfo, Env, FieldErrors, Order, PaymentFactor, PaymentMethod, ProductCode, Quote, RiskData,
    SettlementStrategy, SubscriptionInfo, SubscriptionPlan, validate,
};
use crate::id::PaymentRequestId;
use crate::money::Money;
use crate::outcome::GatewayResult;
use crate::time::WireTime;

message! {
    /// Asks for a payment session.
    pub struct CreatePaymentSessionRequest {
        required {
            /// `CASHIER_PAYMENT`.
            product_code: ProductCode = "productCode",
            /// A new one for each session.
            payment_request_id: PaymentRequestId = "paymentRequestId",
            /// The order that is paid.
            order: Order = "order",
            /// What the buyer pays.
            payment_amount: Amount = "paymentAmount",
            /// The merchant's result page; at most 2048 characters, custom schemes are taken.
            payment_redirect_url: String = "paymentRedirectUrl" hidden,
        }
        optional {
            /// The method; absent only where `product_scene` lets the gateway's page ask for it.
            payment_method: PaymentMethod = "paymentMethod",
            /// Where notifications go; wins over the dashboard's setting. At most 2048 characters.
            payment_notify_url: String = "paymentNotifyUrl",
            /// Authorization and capture; needed for cards.
            payment_factor: PaymentFactor = "paymentFactor",
            /// The currency of the settlement, wherever it is configured.
            settlement_strategy: SettlementStrategy = "settlementStrategy",
            /// At most one hour ahead, which is also the default.
            payment_session_expiry_time: WireTime = "paymentSessionExpiryTime",
            /// End of the time to pay.
            payment_expiry_time: WireTime = "paymentExpiryTime",
            /// The buyer's device.
            env: Env = "env",
            /// `CHECKOUT_PAYMENT` or `ELEMENT_PAYMENT`; at most 32 characters.
            product_scene: String = "productScene",
            /// At most 8 characters.
            locale: String = "locale",
            /// Two letters of ISO 3166.
            merchant_region: String = "merchantRegion",
            /// Two letters of ISO 3166.
            user_region: String = "userRegion",
            /// Needed where one client id has several locations; at most 32 characters.
            merchant_account_id: String = "merchantAccountId",
            /// Regions of the methods to offer.
            allowed_payment_method_regions: Vec<String> = "allowedPaymentMethodRegions",
            /// Methods that the buyer stored.
            saved_payment_methods: Vec<PaymentMethod> = "savedPaymentMethods" hidden,
            /// Which methods to show and in which order.
            available_payment_method: AvailablePaymentMethod = "availablePaymentMethod",
            /// Whether the buyer may choose instalments.
            enable_installment_collection: bool = "enableInstallmentCollection",
            /// Instalments.
            credit_pay_plan: CreditPayPlan = "creditPayPlan",
            /// The merchant's own text, returned as it is.
            metadata: String = "metadata" hidden,
            /// The merchant's own texts, returned as they are.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
            /// A rate that was inquired before.
            payment_quote: Quote = "paymentQuote",
            /// The amount in the currency that the method processes.
            processing_amount: Amount = "processingAmount",
            /// How often and how much the buyer agrees to be charged.
            subscription_plan: SubscriptionPlan = "subscriptionPlan",
            /// The subscription that the payment starts.
            subscription_info: Box<SubscriptionInfo> = "subscriptionInfo",
            /// The subscription that the billing product makes.
            subscription: Box<BillingSubscription> = "subscription",
            /// Whether the gateway works out the tax.
            automatic_tax: AutomaticTax = "automaticTax",
            /// What the buyer agrees to.
            scopes: Vec<Scope> = "scopes",
            /// Agreement to bind the wallet by this payment.
            agreement_info: AgreementInfo = "agreementInfo",
            /// The merchant's own knowledge, for the risk control.
            risk_data: Box<RiskData> = "riskData",
        }
    }
}

//= S-1
impl CreatePaymentSessionRequest {
    /// A session for one attempt to pay the order.
    pub fn new(
        payment_request_id: PaymentRequestId,
        order: Order,
        payment_amount: Money,
        payment_redirect_url: impl Into<String>,
    ) -> Self {
        Self::of_required(
            ProductCode::CashierPayment,
            payment_request_id,
            order,
            payment_amount.into(),
            payment_redirect_url.into(),
        )
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once, each with the path of the field and never with its value.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.amount("paymentAmount", &self.payment_amount, self.payment_method.as_ref());
        check.redirect_url("paymentRedirectUrl", &self.payment_redirect_url);
        check.notify_url("paymentNotifyUrl", self.payment_notify_url.as_deref());
        if self.payment_method.is_none() && self.product_scene.is_none() {
            check.require("paymentMethod");
        }
        if let Some(method) = &self.payment_method {
            check.method(method, self.payment_factor.as_ref());
        }
        check.finish()
    }
}

//= X-15
message! {
    /// Answer to [`CreatePaymentSessionRequest`].
    pub struct CreatePaymentSessionResponse {
        optional {
            /// How the call went; says nothing about a payment.
            result: GatewayResult = "result",
            /// For the client SDK, whole and unchanged: one opaque text of any length. A secret.
            payment_session_data: String = "paymentSessionData" hidden,
            /// The gateway's id of the session.
            payment_session_id: String = "paymentSessionId",
            /// After it the session cannot be used.
            payment_session_expiry_time: WireTime = "paymentSessionExpiryTime",
            /// The gateway's checkout page; at most 2048 characters.
            normal_url: String = "normalUrl" hidden,
            /// Another address, of newer products.
            url: String = "url" hidden,
            /// The gateway's id of the subscription.
            subscription_id: String = "subscriptionId",
            /// Id of the invoice.
            invoice_id: String = "invoiceId",
        }
    }
}
