//! What the gateway tells about the card and the verification of a payment.
//! Nothing here decides about money: it is kept and shown.

use super::CreditPayPlan;

//= I-5
message! {
    /// Result of 3-D Secure; its absence means that there was none.
    pub struct ThreeDsResult {
        optional {
            /// `1.0.2`, `2.1.0`, `2.2.0`.
            three_ds_version: String = "threeDSVersion",
            /// Empty means unknown.
            eci: String = "eci",
            /// Empty means unknown; see [`ThreeDsResult::cavv`].
            cavv: String = "cavv" hidden,
            /// How some messages spell `cavv`; printed as it was read.
            caav: String = "caav" hidden,
            /// Of versions 2.
            ds_transaction_id: String = "dsTransactionId" hidden,
            /// Of versions 1.
            xid: String = "xid" hidden,
            /// Why the verification ended as it did.
            three_ds_transaction_status_reason: String = "threeDStransactionStatusReason",
            /// Whether the buyer had to answer a challenge.
            challenged: bool = "challenged",
            /// Why the challenge was left, `01` to `08`.
            challenge_cancel: String = "challengeCancel",
            /// `dataOnly`, `lowValue` or `transactionRiskAnalysis`.
            exemption_type: String = "exemptionType",
            /// Whether 3-D Secure was offered at all.
            three_ds_offered: bool = "threeDSOffered",
        }
    }
}

impl ThreeDsResult {
    /// The cryptogram by either spelling; an empty one is absent.
    //= T-5
    pub fn cavv(&self) -> Option<&str> {
        [&self.cavv, &self.caav].into_iter().flatten().map(String::as_str).find(|cavv| !cavv.is_empty())
    }

    /// The ECI; an empty one is absent.
    pub fn eci(&self) -> Option<&str> {
        self.eci.as_deref().filter(|eci| !eci.is_empty())
    }
}

message! {
    /// What is known about the card and the issuer's checks.
    pub struct PaymentResultInfo {
        optional {
            /// Masked, for display; not checked.
            card_no: String = "cardNo" hidden,
            /// Brand of the card.
            card_brand: String = "cardBrand",
            /// First digits, at most 8.
            card_bin: String = "cardBin",
            /// Last four digits.
            last_four: String = "lastFour",
            /// Token of the stored card. A secret.
            card_token: String = "cardToken" hidden,
            /// ISO 3166.
            issuing_country: String = "issuingCountry",
            /// The issuer.
            issuer_name: String = "issuerName",
            /// `CREDIT`, `DEBIT` ...
            funding: String = "funding",
            /// Region of the payment method.
            payment_method_region: String = "paymentMethodRegion",
            /// `CONSUMER` or `COMMERCIAL`.
            card_category: String = "cardCategory",
            /// At most 64 characters.
            cardholder_name: String = "cardholderName" hidden,
            /// Two digits.
            expiry_month: String = "expiryMonth" hidden,
            /// Two digits.
            expiry_year: String = "expiryYear" hidden,
            /// Absent means that there was no 3-D Secure.
            three_ds_result: ThreeDsResult = "threeDSResult",
            /// Letter of the address check.
            avs_result_raw: String = "avsResultRaw",
            /// Letter of the code check.
            cvv_result_raw: String = "cvvResultRaw",
            /// The scheme's id, needed for later payments that the merchant initiates.
            network_transaction_id: String = "networkTransactionId",
            /// Instalments.
            credit_pay_plan: CreditPayPlan = "creditPayPlan",
            /// The issuer's own refusal code.
            refusal_code_raw: String = "refusalCodeRaw",
            /// The issuer's own words.
            refusal_reason_raw: String = "refusalReasonRaw",
            /// The scheme's advice about trying again.
            merchant_advice_code: String = "merchantAdviceCode",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// Account of other payment methods.
            account_no: String = "accountNo" hidden,
            /// Exemption that was asked for.
            exemption_requested: String = "exemptionRequested",
            /// `PAN` or `NETWORK_TOKEN`.
            credential_type_used: String = "credentialTypeUsed",
            /// Retrieval reference number.
            rrn: String = "rrn",
            /// State of the buyer's agreement.
            user_authorization_status: String = "userAuthorizationStatus",
            /// The issuer's approval code.
            authorization_code: String = "authorizationCode",
            /// Whether the authorized amount can be raised.
            incremental_authorization_available: bool = "incrementalAuthorizationAvailable",
            /// Whether the authorization can last longer.
            extended_authorization_available: bool = "extendedAuthorizationAvailable",
            /// Whether a refund is possible before the capture.
            refund_on_authorization_available: bool = "refundOnAuthorizationAvailable",
        }
    }
}

message! {
    /// The card of an inquired payment.
    pub struct CardInfo {
        optional {
            /// Masked, for display; not checked.
            card_no: String = "cardNo" hidden,
            /// Brand of the card.
            card_brand: String = "cardBrand",
            /// Token of the stored card. A secret.
            card_token: String = "cardToken" hidden,
            /// ISO 3166.
            issuing_country: String = "issuingCountry",
            /// `CREDIT`, `DEBIT` ...
            funding: String = "funding",
            /// Region of the payment method.
            payment_method_region: String = "paymentMethodRegion",
            /// Absent means that there was no 3-D Secure.
            three_ds_result: ThreeDsResult = "threeDSResult",
            /// Letter of the address check.
            avs_result_raw: String = "avsResultRaw",
            /// Letter of the code check.
            cvv_result_raw: String = "cvvResultRaw",
            /// The scheme's id, needed for later payments that the merchant initiates.
            network_transaction_id: String = "networkTransactionId",
        }
    }
}

message! {
    /// The acquirer behind the gateway; every text has at most 64 characters.
    pub struct AcquirerInfo {
        optional {
            /// Name of the acquirer.
            acquirer_name: String = "acquirerName",
            /// Id of the request at the acquirer.
            reference_request_id: String = "referenceRequestId",
            /// Id of the transaction at the acquirer.
            acquirer_transaction_id: String = "acquirerTransactionId",
            /// The merchant's id at the acquirer.
            acquirer_merchant_id: String = "acquirerMerchantId",
            /// The acquirer's own code.
            acquirer_result_code: String = "acquirerResultCode",
            /// The acquirer's own words.
            acquirer_result_message: String = "acquirerResultMessage",
            /// The merchant's name at the acquirer.
            acquirer_merchant_name: String = "acquirerMerchantName",
            /// The acquirer's explanation.
            acquirer_reason_description: String = "acquirerReasonDescription",
            /// Id at the terminal service provider.
            ptsp_transaction_id: String = "ptspTransactionId",
            /// The acquirer's token of the card. A secret.
            acquirer_card_token: String = "acquirerCardToken" hidden,
        }
    }
}

message! {
    /// The buyer's account at a wallet; every text has at most 64 characters.
    pub struct PspCustomerInfo {
        optional {
            /// The wallet.
            psp_name: String = "pspName",
            /// Id of the buyer there.
            psp_customer_id: String = "pspCustomerId" hidden,
            /// Id for display, mostly masked.
            display_customer_id: String = "displayCustomerId" hidden,
            /// Name for display.
            display_customer_name: String = "displayCustomerName" hidden,
            /// Id of the buyer at Alipay.
            customer_2088_id: String = "customer2088Id" hidden,
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}
