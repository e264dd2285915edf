//! `consult`: which payment methods may be offered.
//! What to show when it fails is left to the configured list.

use std::collections::BTreeMap;

use super::{
    Amount, Buyer, Env, FieldErrors, Installment, Merchant, PaymentFactor, PaymentMethod, ProductCode,
    PromotionInfo, SettlementStrategy, validate,
};
use crate::money::Money;
use crate::outcome::GatewayResult;

message! {
    /// Asks for the payment methods of an amount, terminal and region.
    pub struct ConsultRequest {
        required {
            /// `CASHIER_PAYMENT`.
            product_code: ProductCode = "productCode",
            /// What would be paid.
            payment_amount: Amount = "paymentAmount",
            /// The buyer's device; `terminal_type` is needed.
            env: Env = "env",
        }
        optional {
            /// The currency of the settlement.
            settlement_strategy: SettlementStrategy = "settlementStrategy",
            /// Two letters of ISO 3166.
            user_region: String = "userRegion",
            /// Two letters of ISO 3166.
            merchant_region: String = "merchantRegion",
            /// Regions of the methods to list; each at most 6 characters.
            allowed_payment_method_regions: Vec<String> = "allowedPaymentMethodRegions",
            /// Only these methods.
            allowed_payment_methods: Vec<String> = "allowedPaymentMethods",
            /// None of these methods.
            blocked_payment_methods: Vec<String> = "blockedPaymentMethods",
            /// Authorization and capture.
            payment_factor: PaymentFactor = "paymentFactor",
            /// The buyer.
            buyer: Buyer = "buyer",
            /// Id of the buyer.
            reference_user_id: String = "referenceUserId",
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
            /// Methods to evaluate rather than to list.
            payment_evaluation: PaymentEvaluation = "paymentEvaluation",
            /// Older name of `user_region`.
            region: String = "region",
            /// The gateway's id of the customer.
            customer_id: String = "customerId",
            /// The merchant behind the payment, of a marketplace.
            merchant: Box<Merchant> = "merchant",
            /// Regions of wallets.
            allowed_psp_regions: Vec<String> = "allowedPspRegions",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

impl ConsultRequest {
    /// Asks what a buyer with this terminal can pay the amount with.
    pub fn new(payment_amount: Money, env: Env) -> Self {
        Self::of_required(ProductCode::CashierPayment, payment_amount.into(), env)
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.amount("paymentAmount", &self.payment_amount, None);
        check.env(&self.env);
        check.finish()
    }
}

message! {
    /// Answer to [`ConsultRequest`].
    pub struct ConsultResponse {
        optional {
            /// How the call went.
            result: GatewayResult = "result",
            /// The methods, disabled ones included.
            payment_options: Vec<PaymentOption> = "paymentOptions",
            /// Older form of the methods.
            payment_method_infos: Vec<PaymentMethodInfo> = "paymentMethodInfos",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

message! {
    /// One payment method.
    pub struct PaymentOption {
        optional {
            /// At most 64 characters.
            payment_method_type: String = "paymentMethodType",
            /// `CARD`, `WALLET`, `BANK_TRANSFER` ...
            payment_method_category: String = "paymentMethodCategory",
            /// Regions; each at most 6 characters.
            payment_method_region: Vec<String> = "paymentMethodRegion",
            /// Whether it can be used now.
            enabled: bool = "enabled",
            /// Whether it should come first.
            preferred: bool = "preferred",
            /// Why it cannot be used.
            disable_reason: String = "disableReason",
            /// Currencies that it takes.
            supported_currencies: Vec<String> = "supportedCurrencies",
            /// Card brands, banks and kinds of funding.
            payment_option_detail: PaymentOptionDetail = "paymentOptionDetail",
            /// Picture and name.
            logo: Logo = "logo",
            /// Names of promotions; each at most 512 characters.
            promo_names: Vec<String> = "promoNames",
            /// Promotions that it offers.
            promotion_infos: Vec<PromotionInfo> = "promotionInfos",
            /// Instalment plans.
            installment: Installment = "installment",
            /// `QR`, `REDIRECT`, `PUSH` ...
            interaction_type: String = "interactionType",
            /// Code of the bank.
            bank_identifier_code: String = "bankIdentifierCode",
            /// Limits by currency.
            amount_limit_info_map: BTreeMap<String, AmountLimitInfo> = "amountLimitInfoMap",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

message! {
    /// What a method supports.
    pub struct PaymentOptionDetail {
        optional {
            /// Brands, to be shown for Korean cards.
            support_card_brands: Vec<SupportCardBrand> = "supportCardBrands",
            /// `CREDIT`, `DEBIT` ...
            funding: Vec<String> = "funding",
            /// Banks.
            support_banks: Vec<SupportBank> = "supportBanks",
            /// Ways of interaction.
            interaction_types: Vec<String> = "interactionTypes",
        }
    }
}

message! {
    /// A card brand with its picture.
    pub struct SupportCardBrand {
        optional {
            /// The brand; an open set.
            card_brand: String = "cardBrand",
            /// Picture and name.
            logo: Logo = "logo",
        }
    }
}

message! {
    /// Picture and name of a method or brand.
    pub struct Logo {
        optional {
            /// At most 12 characters.
            logo_name: String = "logoName",
            /// At most 2048 characters.
            logo_url: String = "logoUrl",
        }
    }
}

message! {
    /// A bank with its picture.
    pub struct SupportBank {
        optional {
            /// Code of the bank.
            bank_identifier_code: String = "bankIdentifierCode",
            /// Short name.
            bank_short_name: String = "bankShortName",
            /// Picture and name.
            bank_logo: Logo = "bankLogo",
        }
    }
}

message! {
    /// Limits of a method in one currency.
    pub struct AmountLimitInfo {
        optional {
            /// Of one payment.
            single_limit: AmountLimit = "singleLimit",
            /// Of a day.
            day_limit: AmountLimit = "dayLimit",
            /// Of a month.
            month_limit: AmountLimit = "monthLimit",
        }
    }
}

message! {
    /// One limit.
    pub struct AmountLimit {
        optional {
            /// Most.
            max_amount: Amount = "maxAmount",
            /// Least.
            min_amount: Amount = "minAmount",
            /// What is left.
            remain_amount: Amount = "remainAmount",
        }
    }
}

message! {
    /// Methods to evaluate.
    pub struct PaymentEvaluation {
        optional {
            /// The methods.
            payment_methods: Vec<PaymentMethod> = "paymentMethods",
        }
    }
}

message! {
    /// Older form of a method.
    pub struct PaymentMethodInfo {
        optional {
            /// At most 64 characters.
            payment_method_type: String = "paymentMethodType",
            /// JSON as text.
            payment_method_detail: String = "paymentMethodDetail" hidden,
            /// Whether it can be used now.
            enabled: bool = "enabled",
            /// Whether it should come first.
            preferred: bool = "preferred",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}
