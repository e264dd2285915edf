//! Card features over `paymentMethodMetaData`, without any card data.
//! Card numbers, expiry dates and codes are left to the gateway's own pages: `validate` refuses them.

use serde_json::{Map, Value};

use super::Address;

message! {
    /// What a merchant may ask of a card payment; printed into `paymentMethodMetaData`.
    pub struct CardFeatures {
        optional {
            /// Whether 3-D Secure is asked for.
            is_3ds_authentication: bool = "is3DSAuthentication",
            /// Whether the gateway may retry with 3-D Secure where the issuer asks for it.
            enable_authentication_upgrade: String = "enableAuthenticationUpgrade",
            /// The address that AVS compares.
            billing_address: Address = "billingAddress" hidden,
            /// `ASKFORCONSENT`: the card is stored if the buyer agrees.
            tokenize_mode: String = "tokenizeMode",
            /// Whether the card of the payment is a stored one.
            is_card_on_file: bool = "isCardOnFile",
            /// `SCHEDULED` or `UNSCHEDULED`: initiated by the merchant.
            recurring_type: String = "recurringType",
            /// Id of the first transaction that the buyer took part in. At most 256 characters.
            network_transaction_id: String = "networkTransactionId",
            /// The brand that the buyer chose; at most 64 characters.
            selected_card_brand: String = "selectedCardBrand",
            /// Region in which a co-badged card is used; at most 6 characters.
            payment_method_region: String = "paymentMethodRegion",
            /// Result of a verification that another service made.
            mpi_data: MpiData = "mpiData" hidden,
        }
    }
}

impl CardFeatures {
    /// The features as members of `paymentMethodMetaData`.
    pub fn into_meta_data(self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(meta_data)) => meta_data,
            // Texts, booleans and objects of them always become an object.
            Ok(_) | Err(_) => Map::new(),
        }
    }
}

message! {
    /// Result of a 3-D Secure verification by another service.
    pub struct MpiData {
        required {
            /// `1.0.2`, `2.1.0` or `2.2.0`.
            three_ds_version: String = "threeDSVersion",
            /// `00`, `01`, `02`, `05`, `06` or `07`.
            eci: String = "eci",
        }
        optional {
            /// At most 64 characters.
            cavv: String = "cavv" hidden,
            /// Of versions 2; at most 64 characters.
            ds_transaction_id: String = "dsTransactionId" hidden,
            /// Kind of credential that was verified.
            credential_type: String = "credentialType",
        }
    }
}

impl MpiData {
    /// A verification with its version and its ECI.
    pub fn new(three_ds_version: impl Into<String>, eci: impl Into<String>) -> Self {
        Self::of_required(three_ds_version.into(), eci.into())
    }
}
