//! Stored cards: what a card token stands for, per client. Nothing else of the simulator keeps a card.
//! Who may store, change or delete one is decided where a buyer agrees, and by the vaulting operations.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::card_use::Expiry;
use super::cards::{self, Card};
use super::gateway::Gateway;
use super::names::Name;
use super::terms::Terms;
use super::time::Time;

/// A card that a buyer agreed to have stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredCard {
    pub(crate) token: Name,
    #[serde(with = "cards::number")]
    pub(crate) card: &'static Card,
    pub(crate) expiry: Expiry,
    /// The holder's name as it was given, the members of a `UserName`.
    pub(crate) holder: Option<Value>,
    pub(crate) email: Option<String>,
    /// After this the token stands for nothing; `None` if it never expires.
    pub(crate) expires_at: Option<Time>,
    /// The first payment's id in the card network, where a chain of payments began with one (rules 15.5).
    pub(crate) network_transaction_id: Option<u64>,
}

impl StoredCard {
    /// Whether the card may be charged on these terms: without the buyer only a global card, and only in the chain of
    /// payments that it belongs to (rules 15.5).
    pub(crate) fn admits(&self, terms: &Terms) -> Result<(), &'static str> {
        let Some(on_file) = &terms.on_file else { return Ok(()) };
        let is_global = self.card.brands.iter().any(|brand| self.card.region(brand) == "GLOBAL");
        if on_file.is_merchant_initiated() && !is_global {
            return Err("CARD_NOT_SUPPORTED");
        }
        let begun = self.network_transaction_id.map(|id| format!("{id:015}"));
        match (&on_file.network_transaction_id, begun) {
            (Some(given), Some(begun)) if **given != *begun => Err("INVALID_PAYMENT_METHOD_META_DATA"),
            _ => Ok(()),
        }
    }
}

/// The stored cards of all clients; a token means nothing to another client.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    by_client: BTreeMap<String, BTreeMap<Name, StoredCard>>,
}

impl Tokens {
    /// Keeps a card under its token; a card that the token stood for before gives way.
    pub(crate) fn store(&mut self, client: &str, card: StoredCard) {
        self.by_client.entry(client.to_owned()).or_default().insert(card.token.clone(), card);
    }

    /// The card behind a token that has not expired at `now`.
    pub(crate) fn find(&self, client: &str, token: &str, now: Time) -> Option<&StoredCard> {
        let found = self.by_client.get(client)?.get(token)?;
        found.expires_at.is_none_or(|expiry| now < expiry).then_some(found)
    }

    /// Changes the card behind a token, expired or not; `None` if there is no such token.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the vaulting operations"))]
    pub(crate) fn update<T>(
        &mut self,
        client: &str,
        token: &str,
        change: impl FnOnce(&mut StoredCard) -> T,
    ) -> Option<T> {
        self.by_client.get_mut(client)?.get_mut(token).map(change)
    }

    /// Forgets a token; `false` if there was none.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the vaulting operations"))]
    pub(crate) fn delete(&mut self, client: &str, token: &str) -> bool {
        self.by_client.get_mut(client).is_some_and(|cards| cards.remove(token).is_some())
    }
}

impl Gateway {
    /// A token that nobody had before.
    pub(crate) fn new_token(&mut self) -> Name {
        format!("TOKEN{}", self.new_id()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(token: &str, expires_at: Option<Time>) -> StoredCard {
        StoredCard {
            token: token.into(),
            card: Card::DEFAULT,
            expiry: Expiry { year: 30, month: 12 },
            holder: None,
            email: None,
            expires_at,
            network_transaction_id: None,
        }
    }

    #[test]
    fn a_token_is_its_clients_own_and_ends_when_it_expires_or_is_deleted() {
        let (now, later) = (Time::from_epoch_millis(10), Time::from_epoch_millis(20));
        let mut tokens = Tokens::default();
        tokens.store("one", stored("t", Some(later)));
        assert!(tokens.find("one", "t", now).is_some());
        assert!(tokens.find("another", "t", now).is_none());
        assert!(tokens.find("one", "t", later).is_none());
        assert_eq!(tokens.update("one", "t", |card| card.expires_at = None), Some(()));
        assert_eq!(tokens.update("another", "t", |_| ()), None);
        assert!(tokens.find("one", "t", later).is_some());
        assert!(!tokens.delete("another", "t") && tokens.delete("one", "t") && !tokens.delete("one", "t"));
        assert!(tokens.find("one", "t", now).is_none());
    }
}
