//! Paying with a stored card, with the buyer or without (rules 15.4 and 15.5).
//! What a token stands for is in `tokens`.

use serde::{Deserialize, Serialize};

use super::Meta;
use crate::core::fields::Fields;

/// `isCardOnFile` and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OnFile {
    /// `recurringType`; without one the buyer is there.
    recurring: Option<Recurring>,
    /// The id in the card network of the payment that began the chain.
    pub(crate) network_transaction_id: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Recurring {
    Scheduled,
    Unscheduled,
}

impl OnFile {
    pub(super) fn read(fields: &mut Fields<'_>, meta: Meta) -> Option<Self> {
        let is_on_file = fields.flag(&meta.member("isCardOnFile")).unwrap_or(false);
        let recurring = match fields.one_of(&meta.member("recurringType"), &["SCHEDULED", "UNSCHEDULED"]) {
            Some("SCHEDULED") => Some(Recurring::Scheduled),
            Some("UNSCHEDULED") => Some(Recurring::Unscheduled),
            _ => None,
        };
        if !is_on_file && recurring.is_none() {
            return None;
        }
        if !is_on_file {
            fields.fault(format!("{} is not true with recurringType", meta.member("isCardOnFile")));
        }
        let has_token = fields.at("paymentMethod.paymentMethodId").is_some_and(|id| id != "");
        if !has_token && !meta.has(fields, "cardNo") {
            fields.fault("paymentMethod.paymentMethodId is missing: which card is on file?".to_owned());
        }
        let network_transaction_id = fields.text(&meta.member("networkTransactionId"), 256).map(Into::into);
        Some(Self { recurring, network_transaction_id })
    }

    pub(crate) fn is_merchant_initiated(&self) -> bool {
        self.recurring.is_some()
    }
}
