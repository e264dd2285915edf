//! How a payment is made and settled.
//! The data of a card payment is left to `card`.

use serde_json::{Map, Value};

use super::CardFeatures;
use crate::money::Currency;
use crate::open_enum;
use crate::outcome::CaptureMode;

open_enum! {
    /// The product under contract.
    pub enum ProductCode {
        /// The buyer pays at a checkout.
        CashierPayment = "CASHIER_PAYMENT",
        /// The buyer agreed to be charged.
        AgreementPayment = "AGREEMENT_PAYMENT",
        /// The buyer pays in a shop.
        InStorePayment = "IN_STORE_PAYMENT",
    }
}

message! {
    /// The payment method.
    pub struct PaymentMethod {
        required {
            /// `CARD`, `ALIPAY_CN`, `GCASH` ...; at most 64 characters.
            payment_method_type: String = "paymentMethodType",
        }
        optional {
            /// Token of a stored card; at most 2048 characters. A secret.
            payment_method_id: String = "paymentMethodId" hidden,
            /// Features of the method; for cards see [`CardFeatures`].
            payment_method_meta_data: Map<String, Value> = "paymentMethodMetaData" hidden,
            /// The gateway's id of the customer.
            customer_id: String = "customerId",
            /// `CREDIT`, `DEBIT` ...
            funding: String = "funding",
            /// Korean cards: the issuer verifies the buyer; automatic capture only.
            require_issuer_authentication: bool = "requireIssuerAuthentication",
            /// JSON as text; at most 2048 characters.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

impl PaymentMethod {
    /// The method of this `paymentMethodType`.
    pub fn new(payment_method_type: impl Into<String>) -> Self {
        Self::of_required(payment_method_type.into())
    }

    /// A card, whose data the buyer gives to the gateway.
    pub fn card() -> Self {
        Self::new("CARD")
    }

    /// Whether the rules for cards apply.
    pub fn is_card(&self) -> bool {
        self.payment_method_type == "CARD"
    }

    /// The method with these card features, beside what is already in `paymentMethodMetaData`.
    #[must_use]
    pub fn with_card_features(mut self, features: CardFeatures) -> Self {
        let mut meta_data = self.payment_method_meta_data.take().unwrap_or_default();
        meta_data.extend(features.into_meta_data());
        self.payment_method_meta_data = Some(meta_data);
        self
    }
}

message! {
    /// Authorization and capture.
    pub struct PaymentFactor {
        optional {
            /// True for every card payment: the money is reserved first and captured after.
            is_authorization: bool = "isAuthorization",
            /// Who captures; absent or empty means that the gateway does.
            capture_mode: CaptureMode = "captureMode",
            /// Whether the payment is only evaluated.
            is_payment_evaluation: bool = "isPaymentEvaluation",
            /// `BUNDLE`, `TILE` or `UNIFIED`.
            presentment_mode: String = "presentmentMode",
            /// For payments in a shop.
            in_store_payment_scenario: String = "inStorePaymentScenario",
        }
    }
}

//= S-2
impl PaymentFactor {
    /// What a card payment must send: authorization, captured as said.
    pub fn card(capture_mode: CaptureMode) -> Self {
        Self { is_authorization: Some(true), capture_mode: Some(capture_mode), ..Self::default() }
    }
}

message! {
    /// The currency in which the merchant is paid.
    pub struct SettlementStrategy {
        optional {
            /// Three letters of ISO 4217; may differ from the payment's currency.
            settlement_currency: String = "settlementCurrency",
        }
    }
}

impl From<Currency> for SettlementStrategy {
    fn from(currency: Currency) -> Self {
        Self { settlement_currency: Some(currency.code().to_owned()), ..Self::default() }
    }
}

message! {
    /// Payment by instalments; to the merchant it counts once, in full.
    pub struct CreditPayPlan {
        optional {
            /// Number of instalments, 2 to 36.
            installment_num: i64 = "installmentNum",
            /// Time between two of them.
            interval: String = "interval",
            /// `PERCENTAGE`.
            credit_pay_fee_type: String = "creditPayFeeType",
            /// Share of the fee that the merchant pays, 0 to 100.
            fee_percentage: i64 = "feePercentage",
            /// Numbers of instalments to leave out; at most 100 entries.
            filtered_installment_periods: Vec<i64> = "filteredInstallmentPeriods",
            /// At most 16 characters.
            interest_rate: String = "interestRate",
        }
    }
}

//= H-4
impl CreditPayPlan {
    /// So many instalments, 2 to 36.
    pub fn installments(installment_num: i64) -> Self {
        Self { installment_num: Some(installment_num), ..Self::default() }
    }
}

message! {
    /// Which methods the gateway's page shows, and in which order.
    pub struct AvailablePaymentMethod {
        optional {
            /// Features of the methods.
            payment_method_meta_data: Map<String, Value> = "paymentMethodMetaData" hidden,
            /// The methods.
            payment_method_type_list: Vec<PaymentMethodTypeItem> = "paymentMethodTypeList",
        }
    }
}

message! {
    /// One method that the gateway's page shows.
    pub struct PaymentMethodTypeItem {
        optional {
            /// At most 64 characters.
            payment_method_type: String = "paymentMethodType",
            /// Its place; the smallest comes first.
            payment_method_order: i64 = "paymentMethodOrder",
            /// Whether it is shown above the others.
            express_checkout: bool = "expressCheckout",
        }
    }
}
