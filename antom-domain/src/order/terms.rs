//! What an order and a payment may ask for beside the money: goods, buyer, card features, settlement.
//! It goes into the requests as the gateway's documents say; no decision depends on it, so the state does not hold it.

use antom_core::money::Currency;
use antom_core::time::Timestamp;
use antom_core::wire::{Buyer, CardFeatures, CreditPayPlan, FieldErrors, FieldRule, Goods, PaymentMethod};
use serde::{Deserialize, Serialize};

use super::state::Integration;

/// What is known of an order for the gateway's risk control. It stays in the log, in the event that created the order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDetails {
    /// The buyer, beside the merchant's id of the buyer. Personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Buyer>,
    /// What is bought; at most 100 entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goods: Vec<Goods>,
}

impl OrderDetails {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == OrderDetails::default()
    }
}

/// What an attempt asks for beside integration, method and device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptTerms {
    /// What is known of the order. [`Orders`](crate::service::Orders) fills it from the log.
    pub order: Option<Box<OrderDetails>>,
    /// Card features; for cards only.
    pub card: Option<Box<CardTerms>>,
    /// In which currency this payment is settled, where it is another one than usual (S-3).
    pub settlement_currency: Option<Currency>,
    /// What the session is for; absent, it is for the client SDK's component of one method.
    pub product_scene: Option<ProductScene>,
    /// What the whole request is recognised by: the same idempotency key with another digest is another request (B-8).
    pub request_digest: Option<String>,
}

/// Which of the client SDK's classes a session is for, in the gateway's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProductScene {
    /// The web SDK's `AMSElement`.
    #[serde(rename = "ELEMENT_PAYMENT")]
    Element,
}

impl ProductScene {
    /// The value of `productScene`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Element => "ELEMENT_PAYMENT",
        }
    }
}

/// Features of a card payment (H-4), without any card data (P-1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardTerms {
    /// The stored card that is paid with, by its token.
    pub stored_card: Option<PaymentMethod>,
    /// Members of `paymentMethodMetaData`.
    pub features: CardFeatures,
    /// When the buyer agreed that the card is stored. Without it none is.
    pub storage_agreed_at: Option<Timestamp>,
    /// Instalments, which to the merchant count once, in full.
    pub credit_pay_plan: Option<CreditPayPlan>,
    /// Whether the buyer chooses instalments in the session's form.
    pub enable_installment_collection: Option<bool>,
}

impl CardTerms {
    /// Checks what depends on the integration and on other fields. The rest is checked in the request itself.
    //= H-4
    pub(super) fn check(&self, integration: Integration, is_card: bool) -> Result<(), FieldErrors> {
        let not_allowed = |field: &str| Err(FieldErrors::single(field, FieldRule::NotAllowed));
        if !is_card {
            return not_allowed("card");
        }
        if self.features.tokenize_mode.is_some() && self.storage_agreed_at.is_none() {
            return Err(FieldErrors::single("card.storeCard.agreedAt", FieldRule::Required));
        }
        match integration {
            // A buyer is there to use a session.
            Integration::Session if self.features.recurring_type.is_some() => {
                not_allowed("card.recurringType")
            }
            Integration::Hosted if self.enable_installment_collection.is_some() => {
                not_allowed("card.enableInstallmentCollection")
            }
            Integration::Session | Integration::Hosted => Ok(()),
        }
    }

    /// The method of a request. `pay` names the stored card itself; in a session the buyer chooses among stored cards.
    pub(super) fn method(&self, integration: Integration) -> PaymentMethod {
        let stored = self.stored_card.clone().filter(|_| integration == Integration::Hosted);
        let mut method = stored.unwrap_or_else(PaymentMethod::card);
        let mut features = self.features.clone();
        // The gateway's own SDK has this member beside the features and not among them.
        method.require_issuer_authentication = features.require_issuer_authentication.take();
        if features == CardFeatures::default() { method } else { method.with_card_features(features) }
    }

    /// The stored cards among which the buyer of a session chooses.
    pub(super) fn saved_methods(&self) -> Option<Vec<PaymentMethod>> {
        let stored = self.stored_card.as_ref()?;
        let mut saved = PaymentMethod::card();
        saved.payment_method_id.clone_from(&stored.payment_method_id);
        Some(vec![saved])
    }
}
