//! Details of a payment method that is stored: card, wallet, account, coupon or discount.
//! Raw card data is left out on purpose: the gateway's own pages collect it.

use super::words::PaymentMethodDetailType;
use super::{Address, Amount, MpiData, UserName};
use crate::time::WireTime;

message! {
    /// What is to be stored, or was.
    pub struct PaymentMethodDetail {
        optional {
            /// Which of the members below is meant.
            payment_method_detail_type: PaymentMethodDetailType = "paymentMethodDetailType",
            /// `CARD`, `GCASH` ...; at most 64 characters.
            payment_method_type: String = "paymentMethodType",
            /// A card.
            card: Box<VaultingCard> = "card",
            /// A wallet.
            wallet: Wallet = "wallet",
            /// An account elsewhere.
            external_account: ExternalAccount = "externalAccount",
            /// A discount.
            discount: DiscountDetail = "discount",
            /// A coupon.
            coupon: CouponDetail = "coupon",
            /// `QR`, `REDIRECT`, `PUSH` ...
            interaction_type: String = "interactionType",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

impl PaymentMethodDetail {
    /// Details of a method of this type, which the buyer completes at the gateway.
    pub fn new(payment_method_type: impl Into<String>) -> Self {
        Self { payment_method_type: Some(payment_method_type.into()), ..Self::default() }
    }

    /// The token under which the method was stored. A secret: it charges the buyer.
    pub fn token(&self) -> Option<&str> {
        let of_card = || self.card.as_ref()?.card_token.as_deref();
        let of_wallet = || self.wallet.as_ref()?.token.as_deref();
        let of_account = || self.external_account.as_ref()?.asset_token.as_deref();
        of_card().or_else(of_wallet).or_else(of_account)
    }
}

message! {
    /// A stored card. Number, code and dates are the gateway's to collect: a request with them is refused, and
    /// what an answer tells of them is masked or meant for display.
    pub struct VaultingCard {
        optional {
            /// Brands of a co-badged card.
            supported_brands: Vec<String> = "supportedBrands",
            /// Token of the stored card; at most 2048 characters. A secret.
            card_token: String = "cardToken" hidden,
            /// In answers only, and masked there.
            card_no: String = "cardNo" hidden,
            /// `VISA`, `MASTERCARD` ...; an open set.
            brand: String = "brand",
            /// The brand that the buyer chose.
            selected_card_brand: String = "selectedCardBrand",
            /// The issuer.
            card_issuer: String = "cardIssuer",
            /// Where it was issued.
            country_issue: String = "countryIssue",
            /// The buyer's name at the issuer.
            inst_user_name: UserName = "instUserName" hidden,
            /// In answers only: two digits, for display.
            expiry_year: String = "expiryYear" hidden,
            /// In answers only: two digits, for display.
            expiry_month: String = "expiryMonth" hidden,
            /// The address that AVS compares.
            billing_address: Address = "billingAddress" hidden,
            /// How the number is masked.
            mask: String = "mask" hidden,
            /// Last four digits.
            last4: String = "last4",
            /// JSON as text.
            payment_method_detail_metadata: String = "paymentMethodDetailMetadata" hidden,
            /// Masked number; at most 64 characters.
            masked_card_no: String = "maskedCardNo" hidden,
            /// The same for every token of one card.
            fingerprint: String = "fingerprint" hidden,
            /// How the buyer is verified.
            authentication_flow: String = "authenticationFlow",
            /// The gateway's own text.
            value: String = "value" hidden,
            /// `CREDIT`, `DEBIT` ...
            funding: String = "funding",
            /// Letter of the address check.
            avs_result_raw: String = "avsResultRaw",
            /// Letter of the code check.
            cvv_result_raw: String = "cvvResultRaw",
            /// First digits.
            bin: String = "bin",
            /// The issuer.
            issuer_name: String = "issuerName",
            /// ISO 3166.
            issuing_country: String = "issuingCountry",
            /// Last four digits.
            last_four: String = "lastFour",
            /// Name on the card.
            cardholder_name: UserName = "cardholderName" hidden,
            /// `YYYY-MM-DD`, of holders of personal Korean cards.
            date_of_birth: String = "dateOfBirth" hidden,
            /// Ten digits, of holders of corporate Korean cards.
            business_no: String = "businessNo" hidden,
            /// Eleven digits, of Brazilian buyers.
            cpf: String = "cpf" hidden,
            /// At most 64 characters.
            payer_email: String = "payerEmail" hidden,
            /// Id of the first transaction that the buyer took part in.
            network_transaction_id: String = "networkTransactionId",
            /// Whether 3-D Secure is asked for.
            is_3ds_authentication: bool = "is3DSAuthentication",
            /// How 3-D Secure is asked for.
            request_3ds: String = "request3DS",
            /// Exemption from strong authentication that is asked for.
            sca_exemption_indicator: String = "scaExemptionIndicator",
            /// Whether the gateway may retry with 3-D Secure where the issuer asks for it.
            enable_authentication_upgrade: String = "enableAuthenticationUpgrade",
            /// Result of a verification that another service made.
            mpi_data: MpiData = "mpiData" hidden,
        }
    }
}

message! {
    /// A stored wallet.
    pub struct Wallet {
        optional {
            /// Account of the buyer.
            account_no: String = "accountNo" hidden,
            /// Its holder.
            account_holder_name: UserName = "accountHolderName" hidden,
            /// Telephone number.
            phone_no: String = "phoneNo" hidden,
            /// E-mail address.
            email: String = "email" hidden,
            /// Address.
            billing_address: Address = "billingAddress" hidden,
            /// Token of the wallet. A secret.
            token: String = "token" hidden,
            /// Until when the token can be used.
            token_expiry_time: WireTime = "tokenExpiryTime",
        }
    }
}

message! {
    /// An account elsewhere.
    pub struct ExternalAccount {
        optional {
            /// Token of the account. A secret.
            asset_token: String = "assetToken" hidden,
            /// Name for display.
            account_display_name: String = "accountDisplayName" hidden,
            /// Why it cannot be used.
            disable_reason: String = "disableReason",
            /// JSON as text.
            payment_method_detail_metadata: String = "paymentMethodDetailMetadata" hidden,
        }
    }
}

message! {
    /// A discount that a method grants.
    pub struct DiscountDetail {
        optional {
            /// Id of the discount.
            discount_id: String = "discountId",
            /// What is left of it.
            available_amount: Amount = "availableAmount",
            /// Name of the discount.
            discount_name: String = "discountName",
            /// For the buyer to read.
            discount_description: String = "discountDescription",
            /// JSON as text.
            payment_method_detail_metadata: String = "paymentMethodDetailMetadata" hidden,
        }
    }
}

message! {
    /// A coupon that a method grants.
    pub struct CouponDetail {
        optional {
            /// Id of the coupon.
            coupon_id: String = "couponId",
            /// What is left of it.
            available_amount: Amount = "availableAmount",
            /// Name of the coupon.
            coupon_name: String = "couponName",
            /// For the buyer to read.
            coupon_description: String = "couponDescription",
            /// Until when it can be used.
            coupon_expire_time: WireTime = "couponExpireTime",
            /// JSON as text.
            payment_method_detail_metadata: String = "paymentMethodDetailMetadata" hidden,
        }
    }
}
