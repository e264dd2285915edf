//! Stored cards: what a card token stands for, per client. Nothing else of the simulator keeps a card.
//! Who may store, change or delete one is decided where a buyer agrees, and by the vaulting operations.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// Tokens that there were.
    deleted: BTreeMap<String, BTreeSet<Name>>,
}

impl Tokens {
    /// Keeps a card under its token; a card that the token stood for before gives way.
    pub(crate) fn store(&mut self, client: &str, card: StoredCard) {
        self.by_client.entry(client.to_owned()).or_default().insert(card.token.clone(), card);
    }

    /// The card behind a token that has not expired at `now`.
    pub(crate) fn find(&self, client: &str, token: &str, now: Time) -> Option<&StoredCard> {
        let found = self.known(client, token)?;
        found.expires_at.is_none_or(|expiry| now < expiry).then_some(found)
    }

    /// The card behind a token, expired or not.
    pub(crate) fn known(&self, client: &str, token: &str) -> Option<&StoredCard> {
        self.by_client.get(client)?.get(token)
    }

    /// Changes the card behind a token, expired or not; `None` if there is no such token.
    pub(crate) fn update<T>(
        &mut self,
        client: &str,
        token: &str,
        change: impl FnOnce(&mut StoredCard) -> T,
    ) -> Option<T> {
        self.by_client.get_mut(client)?.get_mut(token).map(change)
    }

    /// Forgets a token; `false` if there was none.
    pub(crate) fn delete(&mut self, client: &str, token: &str) -> bool {
        let gone = self.by_client.get_mut(client).and_then(|cards| cards.remove(token));
        match gone {
            None => false,
            Some(stored) => self.deleted.entry(client.to_owned()).or_default().insert(stored.token),
        }
    }

    pub(crate) fn was_deleted(&self, client: &str, token: &str) -> bool {
        self.deleted.get(client).is_some_and(|tokens| tokens.contains(token))
    }

    fn views(&self, client: Option<&str>) -> Vec<Value> {
        let wanted =
            self.by_client.iter().filter(|(name, _)| client.is_none_or(|client| client == name.as_str()));
        wanted.flat_map(|(name, cards)| cards.values().map(|card| card.view(name))).collect()
    }
}

impl StoredCard {
    fn view(&self, client: &str) -> Value {
        json!({
            "clientId": client,
            "token": self.token,
            "cardBrand": self.card.brands.first(),
            "cardBin": self.card.bin(),
            "lastFour": self.card.last_four(),
            "issuingCountry": self.card.country,
            "expiryMonth": format!("{:02}", self.expiry.month),
            "expiryYear": format!("{:02}", self.expiry.year),
            "accountHolderName": self.holder,
            "email": self.email,
            "tokenExpiresAt": self.expires_at.map(Time::to_utc),
            "networkTransactionId": self.network_transaction_id.map(|id| format!("{id:015}")),
        })
    }
}

impl Gateway {
    /// The stored cards, of one client or of all; deleted ones are gone.
    pub fn token_views(&self, client: Option<&str>) -> Vec<Value> {
        self.tokens.views(client)
    }

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
