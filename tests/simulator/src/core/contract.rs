//! What a client's contract and dashboard settings say, beside the methods: how captures, refunds and notify URLs go.
//! The defaults follow the documents; where those leave a choice, the README says which was made.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::gateway::Gateway;
use super::methods;
use super::traffic::RateLimit;

/// How an authorization may be captured (rules 10.5, C3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Captures {
    /// Once, the authorized amount and no other.
    Full,
    /// Once, any part; the rest is released.
    Single,
    /// In several parts.
    #[default]
    Multiple,
}

/// When the refund of a card payment is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CardRefunds {
    #[default]
    Asynchronous,
    Synchronous,
}

/// Whether the merchant's balance covers what is sent back to buyers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Balance {
    #[default]
    Enough,
    Empty,
}

/// The settings of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Contract {
    pub(crate) captures: Captures,
    pub(crate) card_refunds: CardRefunds,
    /// Whether a refund that is done at once is told by a notification as well (C6).
    pub(crate) notify_synchronous_refunds: bool,
    /// The `result` of a REFUND_RESULT whose refundStatus is FAIL speaks of the refund; else of the notification (C7).
    pub(crate) failed_refund_is_failed_result: bool,
    /// Whether REFUND_RESULT goes to the payment's URL where the refund names none (C7).
    pub(crate) refunds_to_payment_url: bool,
    /// How long an authorization can be captured; without it the timings decide.
    pub(crate) authorization_expiry_ms: Option<u64>,
    /// How long after the payment a refund is possible.
    pub(crate) refund_window_ms: u64,
    pub(crate) balance: Balance,
    /// Whether captures and refunds of cards carry the acquirer's reference number (Singapore and Hong Kong).
    pub(crate) acquirer_reference_no: bool,
    /// Where notifications go whose request named no URL: the dashboard's settings.
    pub(crate) payment_notify_url: Option<String>,
    pub(crate) refund_notify_url: Option<String>,
    /// How many requests the gateway takes from the client; any number if absent.
    pub(crate) rate_limit: Option<RateLimit>,
    /// Methods that consult lists as disabled.
    pub(crate) disabled_methods: Vec<String>,
    /// Methods that consult recommends.
    pub(crate) preferred_methods: Vec<String>,
}

static STANDARD: LazyLock<Contract> = LazyLock::new(Contract::default);

impl Default for Contract {
    fn default() -> Self {
        Self {
            captures: Captures::default(),
            card_refunds: CardRefunds::default(),
            notify_synchronous_refunds: false,
            failed_refund_is_failed_result: true,
            refunds_to_payment_url: false,
            authorization_expiry_ms: None,
            refund_window_ms: 365 * 24 * 3_600_000,
            balance: Balance::default(),
            acquirer_reference_no: true,
            payment_notify_url: None,
            refund_notify_url: None,
            rate_limit: None,
            disabled_methods: Vec::new(),
            preferred_methods: vec!["CARD".to_owned()],
        }
    }
}

impl Contract {
    fn check(&self) -> Result<(), String> {
        let named = self.disabled_methods.iter().chain(&self.preferred_methods);
        for kind in named {
            if methods::find(kind).is_none() {
                return Err(format!("{kind} is no method of the contract; consult lists those that are"));
            }
        }
        for (name, url, longest) in [
            ("paymentNotifyUrl", &self.payment_notify_url, 2_048),
            ("refundNotifyUrl", &self.refund_notify_url, 1_024),
        ] {
            if url.as_ref().is_some_and(|url| url.is_empty() || url.chars().count() > longest) {
                return Err(format!("{name} is not a URL of 1 to {longest} characters; null removes it"));
            }
        }
        if self.rate_limit.is_some_and(|limit| limit.per_ms == 0) {
            return Err("rateLimit.perMs is at least 1; rateLimit null removes the limit".to_owned());
        }
        Ok(())
    }
}

impl Gateway {
    /// The contract of a client, with the defaults where nothing was set.
    pub fn contract_view(&self, client: &str) -> Value {
        json!(self.contract_of(client))
    }

    /// Changes the settings that are named; the others stay. A mistake changes nothing.
    pub fn set_contract(&mut self, client: &str, changes: &Value) -> Result<(), String> {
        let changes = changes.as_object().ok_or_else(|| "a contract is an object".to_owned())?;
        let mut merged = json!(self.contract_of(client));
        if let Some(members) = merged.as_object_mut() {
            members.extend(changes.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        let contract = super::reading::read_named::<Contract>(merged)?;
        contract.check()?;
        self.journal.note(self.now, || json!({"kind": "contract", "clientId": client, "settings": contract}));
        self.contracts.insert(client.to_owned(), contract);
        Ok(())
    }

    pub(crate) fn contract_of(&self, client: &str) -> &Contract {
        self.contracts.get(client).unwrap_or(&STANDARD)
    }
}
