//! The merchants that the gateway knows: their public keys by version and their API keys.
//! Each is a namespace of its own in the books of `core`; reading credentials off a request is left to `gateway_api`.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::{Deserialize, Serialize};

use super::api_keys::{ApiKey, NewApiKey, Presented};
use super::crypto::{CheckingKey, CryptoError};

/// Who may call, shared by all connections.
#[derive(Debug, Default)]
pub(crate) struct Clients(RwLock<Registry>);

/// All that is known of the clients; it is saved with the state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registry {
    /// The public keys of each client by version, with the text they were given in.
    keys: BTreeMap<String, BTreeMap<u32, PublicKey>>,
    /// API keys by their identity, which no two share.
    api_keys: BTreeMap<String, Owned>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct PublicKey {
    text: String,
    key: CheckingKey,
}

impl PublicKey {
    /// Reads PEM or bare base64.
    pub(crate) fn from_text(text: &str) -> Result<Self, CryptoError> {
        Ok(Self { key: CheckingKey::from_text(text)?, text: text.to_owned() })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Owned {
    client: String,
    key: ApiKey,
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.text
    }
}

impl TryFrom<String> for PublicKey {
    type Error = CryptoError;

    fn try_from(text: String) -> Result<Self, CryptoError> {
        Self::from_text(&text)
    }
}

/// What is known of a client's key.
#[derive(Debug)]
pub(crate) enum ClientLookup {
    Key(CheckingKey),
    UnknownClient,
    UnknownKey,
}

impl Clients {
    /// The clients that were known before.
    pub(crate) fn of(registry: Registry) -> Self {
        Self(RwLock::new(registry))
    }

    /// All that is known, for the state.
    pub(crate) fn registry(&self) -> Registry {
        self.read().clone()
    }

    /// The key that a signature names; without a version the newest one (rules 1.6).
    pub(crate) fn key(&self, client: &str, version: Option<u32>) -> ClientLookup {
        let registry = self.read();
        let Some(keys) = registry.keys.get(client) else { return ClientLookup::UnknownClient };
        let key = match version {
            Some(version) => keys.get(&version),
            None => keys.last_key_value().map(|(_, key)| key),
        };
        key.map_or(ClientLookup::UnknownKey, |found| ClientLookup::Key(found.key.clone()))
    }

    /// The client and the API key behind what a request shows.
    pub(crate) fn with_api_key(&self, presented: &Presented) -> Option<(String, ApiKey)> {
        let registry = self.read();
        let owned = registry.api_keys.get(&presented.identity)?;
        owned.key.is(presented).then(|| (owned.client.clone(), owned.key.clone()))
    }

    pub(crate) fn contains(&self, client: &str) -> bool {
        self.read().keys.contains_key(client)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.read().keys.keys().cloned().collect()
    }

    /// Adds a client with its first key version; `false` if there is such a client.
    pub(crate) fn add(&self, client: &str, key: PublicKey) -> bool {
        let mut registry = self.write();
        if registry.keys.contains_key(client) {
            return false;
        }
        registry.keys.insert(client.to_owned(), BTreeMap::from([(1, key)]));
        true
    }

    /// Adds a key version, by default the one after the newest; `None` if it is taken or the client unknown.
    pub(crate) fn add_key(&self, client: &str, version: Option<u32>, key: PublicKey) -> Option<u32> {
        let mut registry = self.write();
        let keys = registry.keys.get_mut(client)?;
        let newest = keys.last_key_value().map_or(0, |(version, _)| *version);
        let version = version.unwrap_or(newest.saturating_add(1));
        if keys.contains_key(&version) {
            return None;
        }
        keys.insert(version, key);
        Some(version)
    }

    pub(crate) fn add_api_key(&self, client: &str, new: NewApiKey) {
        let owned = Owned { client: client.to_owned(), key: new.key };
        self.write().api_keys.insert(new.identity, owned);
    }

    /// Takes a key version away; `false` if there was none.
    pub(crate) fn revoke_key(&self, client: &str, version: u32) -> bool {
        self.write().keys.get_mut(client).is_some_and(|keys| keys.remove(&version).is_some())
    }

    /// Takes an API key away; `false` if this client has none of that identity.
    pub(crate) fn revoke_api_key(&self, client: &str, identity: &str) -> bool {
        let mut registry = self.write();
        let is_theirs = registry.api_keys.get(identity).is_some_and(|owned| owned.client == client);
        is_theirs && registry.api_keys.remove(identity).is_some()
    }

    /// The public keys of a client by version.
    pub(crate) fn keys_of(&self, client: &str) -> Vec<(u32, String)> {
        let registry = self.read();
        let keys = registry.keys.get(client).into_iter().flatten();
        keys.map(|(version, key)| (*version, key.text.clone())).collect()
    }

    /// The API keys of a client by identity.
    pub(crate) fn api_keys_of(&self, client: &str) -> Vec<(String, ApiKey)> {
        let registry = self.read();
        let theirs = registry.api_keys.iter().filter(|(_, owned)| owned.client == client);
        theirs.map(|(identity, owned)| (identity.clone(), owned.key.clone())).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Registry> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
