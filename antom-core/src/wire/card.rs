//! Card features over `paymentMethodMetaData`, without any card data.
//! Card numbers, expiry dates and codes are left to the gateway's own pages: `validate` refuses them.

use serde_json::{Map, Value};

use super::{Address, PaymentMethod};
use crate::open_enum;
use crate::secret::Secret;
use crate::time::Timestamp;

open_enum! {
    /// Who decides when a stored card is charged without the buyer.
    pub enum RecurringType {
        /// By a schedule that the buyer agreed to.
        Scheduled = "SCHEDULED",
        /// Whenever the merchant has a reason that the buyer agreed to.
        Unscheduled = "UNSCHEDULED",
    }
}

/// The buyer's agreement to store a card, which the merchant has recorded: without it no card is stored.
///
/// ```
/// use antom_core::Timestamp;
/// use antom_core::wire::{CardFeatures, StorageAgreement};
///
/// let agreement = StorageAgreement::recorded_at(Timestamp::parse("2026-11-22T01:30:00Z")?);
/// let features = CardFeatures::default().storing_the_card(agreement);
/// assert_eq!(features.tokenize_mode.as_deref(), Some("ASKFORCONSENT"));
/// # Ok::<(), antom_core::TimeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageAgreement(Timestamp);

impl StorageAgreement {
    /// The agreement that was recorded at this time, and can be shown when it is asked for.
    pub const fn recorded_at(at: Timestamp) -> Self {
        Self(at)
    }

    /// When it was recorded.
    pub const fn at(self) -> Timestamp {
        self.0
    }
}

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
            /// Korean cards: the issuer verifies the buyer; automatic capture only.
            require_issuer_authentication: bool = "requireIssuerAuthentication",
            /// How 3-D Secure is asked for.
            request_3ds: String = "request3DS",
            /// Exemption from strong authentication that is asked for.
            sca_exemption_indicator: String = "scaExemptionIndicator",
            /// Of Brazilian buyers; at most 11 characters.
            cpf: String = "cpf" hidden,
            /// Of Brazilian, Chilean, Mexican and Peruvian buyers; at most 64 characters.
            payer_email: String = "payerEmail" hidden,
            /// `YYYY-MM-DD`, of holders of personal Korean cards.
            date_of_birth: String = "dateOfBirth" hidden,
            /// Ten digits, of holders of corporate Korean cards.
            business_no: String = "businessNo" hidden,
        }
    }
}

//= H-4
impl CardFeatures {
    /// With 3-D Secure, or expressly without.
    #[must_use]
    pub fn with_3ds(mut self, is_asked_for: bool) -> Self {
        self.is_3ds_authentication = Some(is_asked_for);
        self
    }

    /// The gateway may retry with 3-D Secure where the issuer asks for it, so that the payment is salvaged.
    #[must_use]
    pub fn with_authentication_upgrade(mut self) -> Self {
        self.enable_authentication_upgrade = Some("true".to_owned());
        self
    }

    /// With the address that AVS compares.
    #[must_use]
    pub fn billed_to(mut self, address: Address) -> Self {
        self.billing_address = Some(address);
        self
    }

    /// Stores the card; its token comes with the result and is a secret.
    #[must_use]
    pub fn storing_the_card(mut self, _agreement: StorageAgreement) -> Self {
        self.tokenize_mode = Some("ASKFORCONSENT".to_owned());
        self
    }

    /// With the brand that the buyer chose, of a co-badged card.
    #[must_use]
    pub fn with_brand(mut self, brand: impl Into<String>) -> Self {
        self.selected_card_brand = Some(brand.into());
        self
    }

    /// With the region in which the card is used: `GLOBAL`, `KR` ...
    #[must_use]
    pub fn used_in(mut self, payment_method_region: impl Into<String>) -> Self {
        self.payment_method_region = Some(payment_method_region.into());
        self
    }

    /// A Korean card of this brand, whose issuer verifies the buyer; automatic capture only.
    #[must_use]
    pub fn verified_by_korean_issuer(mut self, brand: impl Into<String>) -> Self {
        self.require_issuer_authentication = Some(true);
        self.with_brand(brand)
    }

    /// With a verification that another service made, and so without one by the gateway. Only for merchants
    /// that capture the card themselves: `validate` refuses it in hosted mode and in sessions.
    #[must_use]
    pub fn with_mpi_data(mut self, mpi_data: MpiData) -> Self {
        self.mpi_data = Some(mpi_data);
        self.with_3ds(false)
    }

    /// The features among the members of `paymentMethodMetaData`; all other members are in `unknown`.
    pub fn from_meta_data(meta_data: &Map<String, Value>) -> Option<Self> {
        serde_json::from_value(Value::Object(meta_data.clone())).ok()
    }

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

//= H-4
impl PaymentMethod {
    /// A stored card, which the buyer pays with again.
    ///
    /// ```
    /// use antom_core::Secret;
    /// use antom_core::wire::PaymentMethod;
    ///
    /// let method = PaymentMethod::stored_card(&Secret::new("ALIPAYtoken"));
    /// assert_eq!(method.card_features().and_then(|features| features.is_card_on_file), Some(true));
    /// assert!(!format!("{method:?}").contains("ALIPAYtoken"));
    /// ```
    pub fn stored_card(token: &Secret) -> Self {
        let mut method = Self::card()
            .with_card_features(CardFeatures { is_card_on_file: Some(true), ..Default::default() });
        method.payment_method_id = Some(token.expose().to_owned());
        method
    }

    /// A stored card that the merchant charges without the buyer, who has agreed to it before.
    ///
    /// `network_transaction_id` is that of the first payment, in which the buyer took part.
    pub fn merchant_initiated(
        token: &Secret,
        recurring_type: &RecurringType,
        network_transaction_id: Option<String>,
    ) -> Self {
        Self::stored_card(token).with_card_features(CardFeatures {
            recurring_type: Some(recurring_type.as_str().to_owned()),
            network_transaction_id,
            ..CardFeatures::default()
        })
    }

    /// The card features among the members of `paymentMethodMetaData`.
    pub fn card_features(&self) -> Option<CardFeatures> {
        self.payment_method_meta_data.as_ref().and_then(CardFeatures::from_meta_data)
    }
}
