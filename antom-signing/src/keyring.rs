//! Which key checks a message: by client id and key version, within the time that the key counts.
//! Where keys are configured, and when they are read again, is the caller's business.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use antom_core::id::ClientId;
use antom_core::time::Timestamp;

use crate::header::KeyVersion;
use crate::verifier::Verifier;

/// One key with the time in which it counts.
#[derive(Debug, Clone)]
pub struct KeyEntry {
    version: KeyVersion,
    verifier: Arc<dyn Verifier>,
    activates_at: Option<Timestamp>,
    retires_at: Option<Timestamp>,
}

impl KeyEntry {
    /// A key that counts always.
    #[must_use]
    pub fn new(version: KeyVersion, verifier: impl Verifier) -> Self {
        Self { version, verifier: Arc::new(verifier), activates_at: None, retires_at: None }
    }

    /// Lets the key count from `at` on.
    #[must_use]
    pub fn activates_at(mut self, at: Timestamp) -> Self {
        self.activates_at = Some(at);
        self
    }

    /// Lets the key count until just before `at`.
    ///
    /// Retire an old key no earlier than 25 hours after the gateway began to use the new one: a notification is sent
    /// again for 24 h 22 min, and nobody states that it is signed anew.
    #[must_use]
    pub fn retires_at(mut self, at: Timestamp) -> Self {
        self.retires_at = Some(at);
        self
    }

    pub(crate) fn version(&self) -> KeyVersion {
        self.version
    }

    pub(crate) fn verifier(&self) -> &dyn Verifier {
        &*self.verifier
    }

    fn counts(&self, now: Timestamp) -> Result<(), KeyChoiceError> {
        let version = self.version;
        if self.activates_at.is_some_and(|from| now < from) {
            Err(KeyChoiceError::NotYetActive { version })
        } else if self.retires_at.is_some_and(|until| now >= until) {
            Err(KeyChoiceError::Retired { version })
        } else {
            Ok(())
        }
    }
}

/// The public keys of the gateway, by client id and key version. A value: it does not change once built.
///
/// Whether a key counts is judged by *our* now, never by a time that a message claims: whoever holds a retired key could
/// claim any time.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    clients: BTreeMap<Arc<ClientId>, Vec<KeyEntry>>,
}

impl KeyRing {
    /// A ring without keys: it refuses everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key. The same version twice for one client replaces the first.
    //= G-3
    #[must_use]
    pub fn with(mut self, client_id: ClientId, entry: KeyEntry) -> Self {
        let entries = self.clients.entry(Arc::new(client_id)).or_default();
        entries.retain(|present| present.version != entry.version);
        entries.push(entry);
        self
    }

    /// The key for a message of `client_id` at our time `now`.
    ///
    /// Without a version it is the newest key that counts: the one activated last, then the highest version. A version that
    /// is not there is refused; other keys are never tried instead.
    ///
    /// # Errors
    /// [`KeyChoiceError`] says which part did not fit.
    //= G-3
    pub fn choose(
        &self,
        client_id: &str,
        version: Option<KeyVersion>,
        now: Timestamp,
    ) -> Result<&Arc<dyn Verifier>, KeyChoiceError> {
        let (_, entries) = self.client(client_id).ok_or(KeyChoiceError::UnknownClient)?;
        let entry = match version {
            Some(version) => entries
                .iter()
                .find(|entry| entry.version == version)
                .ok_or(KeyChoiceError::UnknownVersion { version })?,
            None => entries
                .iter()
                .filter(|entry| entry.counts(now).is_ok())
                .max_by_key(|entry| (entry.activates_at, entry.version))
                .ok_or(KeyChoiceError::NoActiveKey)?,
        };
        entry.counts(now)?;
        Ok(&entry.verifier)
    }

    /// The configured client id that equals `text` byte for byte, with its keys.
    pub(crate) fn client(&self, text: &str) -> Option<(&Arc<ClientId>, &[KeyEntry])> {
        let found = self.clients.iter().find(|(client_id, _)| client_id.as_str() == text);
        found.map(|(client_id, entries)| (client_id, entries.as_slice()))
    }

    pub(crate) fn client_ids(&self) -> impl Iterator<Item = &ClientId> {
        self.clients.keys().map(|client_id| &**client_id)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&ClientId, &KeyEntry)> {
        self.clients
            .iter()
            .flat_map(|(client_id, entries)| entries.iter().map(move |entry| (&**client_id, entry)))
    }
}

/// Why there is no key for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyChoiceError {
    /// No key is configured for that client id.
    #[error("no key is configured for this client id")]
    UnknownClient,
    /// The client has keys, but none of that version.
    #[error("no key of version {version} is configured for this client id")]
    UnknownVersion {
        /// Version that the message names.
        version: KeyVersion,
    },
    /// The key's time has not come.
    #[error("the key of version {version} is not active yet")]
    NotYetActive {
        /// Version that the message names.
        version: KeyVersion,
    },
    /// The key's time is over.
    #[error("the key of version {version} is retired")]
    Retired {
        /// Version that the message names.
        version: KeyVersion,
    },
    /// The message names no version, and no key counts now.
    #[error("no key of this client id is active now")]
    NoActiveKey,
}

/// A key ring that can be replaced while others read it; clones share it.
#[derive(Debug, Clone, Default)]
pub struct SharedKeyRing {
    current: Arc<RwLock<Arc<KeyRing>>>,
}

impl SharedKeyRing {
    /// Shares a first ring.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self { current: Arc::new(RwLock::new(Arc::new(ring))) }
    }

    /// The ring as it is now. Take it once per message, so that one message sees one ring.
    #[must_use]
    pub fn current(&self) -> Arc<KeyRing> {
        // The lock guards one pointer; a thread that panicked while holding it cannot have left it half written.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the whole ring; messages that are being checked keep the one that they took.
    pub fn replace(&self, ring: KeyRing) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }
}
