//! What a client's contract and dashboard settings say, beside the methods: how captures, refunds and notify URLs go.
//! The defaults follow the documents; where those leave a choice, the README says which was made.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::gateway::Gateway;
use super::methods;

/// When the refund of a card payment is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CardRefunds {
    #[default]
    Asynchronous,
    Synchronous,
}

/// The settings of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Contract {
    pub(crate) card_refunds: CardRefunds,
    /// How long an authorization can be captured; without it the timings decide.
    pub(crate) authorization_expiry_ms: Option<u64>,
    /// How long after the payment a refund is possible.
    pub(crate) refund_window_ms: u64,
    /// Methods that consult lists as disabled.
    pub(crate) disabled_methods: Vec<String>,
    /// Methods that consult recommends.
    pub(crate) preferred_methods: Vec<String>,
}

static STANDARD: LazyLock<Contract> = LazyLock::new(Contract::default);

impl Default for Contract {
    fn default() -> Self {
        Self {
            card_refunds: CardRefunds::default(),
            authorization_expiry_ms: None,
            refund_window_ms: 365 * 24 * 3_600_000,
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
        let contract = serde_json::from_value::<Contract>(merged).map_err(|error| error.to_string())?;
        contract.check()?;
        self.contracts.insert(client.to_owned(), contract);
        Ok(())
    }

    pub(crate) fn contract_of(&self, client: &str) -> &Contract {
        self.contracts.get(client).unwrap_or(&STANDARD)
    }
}
