//! The card features of a payment (H-4) as the merchant names them: Antom's own words, and no card data.
//! What goes together is checked by the domain and, once the request is written, by the wire's own rules.

use antom_core::secret::Secret;
use antom_core::time::Timestamp;
use antom_core::wire::{Address, CardFeatures, CreditPayPlan, PaymentMethod, StorageAgreement};
use antom_domain::order::CardTerms;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::problem::Problem;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CardIn {
    card_token: Option<Secret>,
    recurring_type: Option<String>,
    network_transaction_id: Option<String>,
    #[serde(rename = "is3DSAuthentication")]
    is_3ds_authentication: Option<bool>,
    enable_authentication_upgrade: Option<bool>,
    billing_address: Option<AddressIn>,
    store_card: Option<StoreCardIn>,
    selected_card_brand: Option<String>,
    payment_method_region: Option<String>,
    require_issuer_authentication: Option<bool>,
    credit_pay_plan: Option<PlanIn>,
    enable_installment_collection: Option<bool>,
    mpi_data: Option<IgnoredAny>,
}

/// The billing address that AVS compares (C-8).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AddressIn {
    region: String,
    state: Option<String>,
    city: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    zip_code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoreCardIn {
    agreed_at: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlanIn {
    installment_num: i64,
}

impl CardIn {
    /// The features in the domain's words.
    //= H-4
    pub(super) fn terms(self, now: Timestamp) -> Result<CardTerms, Problem> {
        if self.mpi_data.is_some() {
            let message = "goes with card data only, which never passes here: let the gateway authenticate";
            return Err(Problem::field("card.mpiData", message));
        }
        let storage_agreed_at = self.store_card.map(|wish| wish.agreed(now)).transpose()?;
        let mut features = CardFeatures {
            is_3ds_authentication: self.is_3ds_authentication,
            recurring_type: self.recurring_type,
            network_transaction_id: self.network_transaction_id,
            selected_card_brand: self.selected_card_brand,
            payment_method_region: self.payment_method_region,
            require_issuer_authentication: self.require_issuer_authentication,
            billing_address: self.billing_address.map(AddressIn::wire),
            ..CardFeatures::default()
        };
        if self.enable_authentication_upgrade == Some(true) {
            features = features.with_authentication_upgrade();
        }
        if let Some(at) = storage_agreed_at {
            features = features.storing_the_card(StorageAgreement::recorded_at(at));
        }
        Ok(CardTerms {
            stored_card: self.card_token.as_ref().map(PaymentMethod::stored_card),
            features,
            storage_agreed_at,
            credit_pay_plan: self
                .credit_pay_plan
                .map(|plan| CreditPayPlan::installments(plan.installment_num)),
            enable_installment_collection: self.enable_installment_collection,
        })
    }
}

impl StoreCardIn {
    fn agreed(self, now: Timestamp) -> Result<Timestamp, Problem> {
        const FIELD: &str = "card.storeCard.agreedAt";
        let at = Timestamp::parse(&self.agreed_at)
            .map_err(|_| Problem::field(FIELD, "must be a time such as 2026-11-22T09:30:00Z"))?;
        if at > now {
            return Err(Problem::field(FIELD, "lies in the future: ask the buyer first"));
        }
        Ok(at)
    }
}

impl AddressIn {
    fn wire(self) -> Address {
        let mut address = Address::new(self.region);
        address.state = self.state;
        address.city = self.city;
        address.address1 = self.address1;
        address.address2 = self.address2;
        address.zip_code = self.zip_code;
        address
    }
}
