//! How the next notification of a type goes out: later than usual, or never.
//! How each send goes wrong is left to the fault rules.

use serde::{Deserialize, Deserializer, Serialize};

use super::super::gateway::Gateway;

/// What is arranged for one notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Dispatch {
    notify_type: String,
    /// Its first send comes so long after what it tells.
    #[serde(default)]
    pub(crate) after_ms: Option<u64>,
    /// It is never sent.
    #[serde(default)]
    pub(crate) never: bool,
}

/// The area `notifications`: an entry or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Dispatches(Vec<Dispatch>);

impl<'de> Deserialize<'de> for Dispatches {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::one_or_more(deserializer).map(Self)
    }
}

impl Dispatches {
    pub(super) fn check(&self) -> Result<(), String> {
        let unclear = |one: &&Dispatch| one.after_ms.is_some() == one.never;
        match self.0.iter().find(unclear) {
            None => Ok(()),
            Some(one) => Err(format!("notifications: {} has either afterMs or never: true", one.notify_type)),
        }
    }
}

impl Gateway {
    /// Takes what is arranged for the next notification of this type about a payment.
    pub(crate) fn next_dispatch(&mut self, index: usize, kind: &str) -> Option<Dispatch> {
        let payment = self.payments.get(index)?;
        let arranged = self.arrangements.of_mut(&payment.client, &payment.request_id)?;
        let place = arranged.notifications.0.iter().position(|one| one.notify_type == kind)?;
        Some(arranged.notifications.0.remove(place))
    }
}
