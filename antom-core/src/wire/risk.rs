//! What the merchant knows about the risk of a payment, and what the risk control decided.
//! Judging it is left to the gateway; nothing here decides about money.

message! {
    /// The merchant's own knowledge, for the risk control.
    pub struct RiskData {
        optional {
            /// About the order.
            order: RiskOrder = "order",
            /// About the buyer.
            buyer: RiskBuyer = "buyer",
            /// About the device.
            env: RiskEnv = "env",
            /// The merchant's own verdict.
            risk_signal: RiskSignal = "riskSignal",
            /// About addresses.
            address: RiskAddress = "address",
            /// Checks of the card that the merchant had made.
            card_verification_result: CardVerificationResult = "cardVerificationResult",
        }
    }
}

message! {
    /// Risk of the order.
    pub struct RiskOrder {
        optional {
            /// Kind of order.
            order_type: String = "orderType",
            /// Where the buyer came from.
            referring_site: String = "referringSite" hidden,
        }
    }
}

message! {
    /// Risk of the buyer.
    pub struct RiskBuyer {
        optional {
            /// The buyer's words to the merchant.
            note_to_merchant: String = "noteToMerchant" hidden,
            /// The buyer's words about shipping.
            note_to_shipping: String = "noteToShipping" hidden,
            /// Orders of the last hour.
            order_count_in_1h: i64 = "orderCountIn1H",
            /// Orders of the last day.
            order_count_in_24h: i64 = "orderCountIn24H",
        }
    }
}

message! {
    /// Risk of the device.
    pub struct RiskEnv {
        optional {
            /// Kind of the buyer's network.
            ip_address_type: String = "ipAddressType",
        }
    }
}

message! {
    /// The merchant's own verdict.
    pub struct RiskSignal {
        optional {
            /// Code of the verdict.
            risk_code: String = "riskCode",
            /// Why.
            risk_reason: String = "riskReason",
        }
    }
}

message! {
    /// Risk of addresses; distances are in the gateway's own unit.
    pub struct RiskAddress {
        optional {
            /// Kind of the receiver's telephone.
            shipping_phone_type: String = "shippingPhoneType",
            /// Whether billing and shipping lie in the same state.
            is_bill_ship_state_same: bool = "isBillShipStateSame",
            /// Whether the state is that of earlier orders.
            is_previous_state_same: bool = "isPreviousStateSame",
            /// From the buyer's place to the receiver's.
            loc_to_ship_distance: i64 = "locToShipDistance",
            /// From earlier receivers' places to the billing address.
            min_previous_ship_to_bill_distance: i64 = "minPreviousShipToBillDistance",
        }
    }
}

message! {
    /// Checks of the card that the merchant had made.
    pub struct CardVerificationResult {
        optional {
            /// Kind of verification.
            authentication_type: String = "authenticationType",
            /// How the buyer was verified.
            authentication_method: String = "authenticationMethod",
            /// Letter of the code check.
            cvv_result: String = "cvvResult",
            /// Letter of the address check.
            avs_result: String = "avsResult",
            /// The issuer's approval code.
            authorization_code: String = "authorizationCode",
            /// Result of 3-D Secure.
            three_ds_result: RiskThreeDsResult = "threeDSResult",
        }
    }
}

message! {
    /// Result of a 3-D Secure verification that the merchant had made.
    pub struct RiskThreeDsResult {
        optional {
            /// `1.0.2`, `2.1.0`, `2.2.0`.
            three_ds_version: String = "threeDSVersion",
            /// With a challenge or without.
            three_ds_interaction_mode: String = "threeDSInteractionMode",
            /// Electronic commerce indicator.
            eci: String = "eci",
            /// Cryptogram of the verification.
            cavv: String = "cavv" hidden,
        }
    }
}

message! {
    /// What the risk control of the orchestration product decided.
    pub struct PopRiskDecisionResultInfo {
        optional {
            /// About the verification of the buyer.
            risk_auth_decision: String = "riskAuthDecision",
            /// About the payment.
            risk_decision: String = "riskDecision",
            /// After the authorization.
            post_risk_decision: String = "postRiskDecision",
        }
    }
}
