//! The port that makes signatures, and the signer over a key in this process.
//! Limiting how many signatures are made at once is the business of whoever runs many calls.

use std::fmt::Debug;

use async_trait::async_trait;
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;

use crate::header::KeyVersion;
use crate::key::MerchantKey;
use crate::signature::Signature;

/// Signs with the merchant's private key, which may live in this process, in an HSM or behind a key service.
///
/// # Contract
/// `sign` gives the RSASSA-PKCS1-v1_5 signature with SHA-256 over exactly `message`, made with the key whose version
/// `key_version` names. The scheme is deterministic: the same message gives the same bytes.
///
/// # Errors
/// Any [`SignError`] means that nothing was signed and nothing was sent.
///
/// # Cancellation
/// Dropping the future gives up the signature; nothing else may depend on it.
///
/// # For implementers
/// Change key and version together: a request signed with the new key under the old version is refused by the gateway.
#[async_trait]
pub trait Signer: Debug + Send + Sync + 'static {
    /// Signs one message.
    ///
    /// # Errors
    /// [`SignError`] when there is no signature.
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;

    /// The version under which the gateway knows this key.
    fn key_version(&self) -> KeyVersion;
}

const _: Option<&dyn Signer> = None;

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The signer cannot be reached now; trying again may help.
    #[error("the signer is not available")]
    Unavailable {
        /// What the key service said, if anything.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The signer refuses; trying again does not help.
    #[error("the signer refused to sign")]
    Refused {
        /// What the key service said, if anything.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl SignError {
    /// Whether the same call may work later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Signs in this process with `ring`, inline: one signature takes 0.4 to 0.8 ms of one core.
#[derive(Debug, Clone)]
pub struct LocalSigner {
    key: MerchantKey,
    key_version: KeyVersion,
    random: SystemRandom,
}

impl LocalSigner {
    /// A signer over a key and the version under which the gateway knows it.
    #[must_use]
    pub fn new(key: MerchantKey, key_version: KeyVersion) -> Self {
        Self { key, key_version, random: SystemRandom::new() }
    }

    /// Signs without an async runtime.
    ///
    /// # Errors
    /// [`SignError::Refused`] when the system has no randomness for blinding.
    pub fn sign_now(&self, message: &[u8]) -> Result<Signature, SignError> {
        let pair = self.key.pair();
        let mut bytes = vec![0_u8; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut bytes)
            .map_err(|_| SignError::Refused { source: None })?;
        Ok(Signature::from_bytes(bytes))
    }
}

#[async_trait]
impl Signer for LocalSigner {
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        self.sign_now(message)
    }

    fn key_version(&self) -> KeyVersion {
        self.key_version
    }
}
