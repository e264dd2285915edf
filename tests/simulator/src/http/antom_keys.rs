//! The gateway's own keys by version: one of them signs, and a rotation brings in another one.
//! What is signed, and what a fault makes of a signature, is decided where messages leave.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::crypto::{CryptoError, SigningKey};

/// The keys by version, and which of them signs.
#[derive(Debug)]
pub(crate) struct AntomKeys(RwLock<Versions>);

#[derive(Debug)]
struct Versions {
    known: BTreeMap<u32, Version>,
    current: u32,
    signing: Arc<SigningKey>,
}

#[derive(Debug)]
struct Version {
    key: Arc<SigningKey>,
    public_pem: String,
}

impl AntomKeys {
    /// With the key of the folder as version 1.
    pub(crate) fn new(key: Arc<SigningKey>, public_pem: String) -> Self {
        let known = BTreeMap::from([(1, Version { key: Arc::clone(&key), public_pem })]);
        Self(RwLock::new(Versions { known, current: 1, signing: key }))
    }

    /// With the key of the folder and those that a saved state brings.
    pub(crate) fn resumed(
        key: Arc<SigningKey>,
        public_pem: String,
        others: &BTreeMap<u32, String>,
        current: u32,
    ) -> Result<Self, CryptoError> {
        let keys = Self::new(key, public_pem);
        for (version, pem) in others {
            let key = SigningKey::from_pem(pem)?;
            let public_pem = key.public_pem()?;
            keys.add(key, public_pem, Some(*version));
        }
        keys.activate(current);
        Ok(keys)
    }

    /// The private keys that the folder does not hold, for the state.
    pub(crate) fn private_keys(&self) -> Result<BTreeMap<u32, String>, CryptoError> {
        let versions = self.read();
        let others = versions.known.iter().filter(|(version, _)| **version != 1);
        others.map(|(version, known)| Ok((*version, known.key.to_pem()?))).collect()
    }

    /// Signs with the version in use, which is told with the signature.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Result<(u32, Vec<u8>), CryptoError> {
        let (version, key) = {
            let versions = self.read();
            (versions.current, Arc::clone(&versions.signing))
        };
        Ok((version, key.sign(bytes)?))
    }

    /// Adds a key under this version, by default the one after the newest; `None` if the version is taken.
    pub(crate) fn add(&self, key: SigningKey, public_pem: String, version: Option<u32>) -> Option<u32> {
        let mut versions = self.write();
        let newest = versions.known.last_key_value().map_or(0, |(version, _)| *version);
        let version = version.unwrap_or(newest.saturating_add(1));
        if versions.known.contains_key(&version) {
            return None;
        }
        versions.known.insert(version, Version { key: Arc::new(key), public_pem });
        Some(version)
    }

    /// Signs with this version from now on; `false` if there is none.
    pub(crate) fn activate(&self, version: u32) -> bool {
        let mut versions = self.write();
        let Some(key) = versions.known.get(&version).map(|known| Arc::clone(&known.key)) else {
            return false;
        };
        versions.current = version;
        versions.signing = key;
        true
    }

    /// The version that signs.
    pub(crate) fn current(&self) -> u32 {
        self.read().current
    }

    /// All versions with their public keys, oldest first.
    pub(crate) fn public_keys(&self) -> Vec<(u32, String)> {
        let versions = self.read();
        versions.known.iter().map(|(version, known)| (*version, known.public_pem.clone())).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Versions> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Versions> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
