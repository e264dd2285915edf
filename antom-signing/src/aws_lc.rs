//! Signer and verifier over `aws-lc-rs`, which signs faster than `ring` on CPUs with AVX-512.
//! Which backend is used is chosen by whoever wires the parts; signatures are the same bytes.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};

use crate::header::KeyVersion;
use crate::key::{KeyError, MerchantKey, PublicKey};
use crate::signature::Signature;
use crate::signer::{SignError, Signer};
use crate::verifier::{Mismatch, Verifier};

/// Signs in this process with `aws-lc-rs`, inline.
#[derive(Clone)]
pub struct AwsLcSigner {
    pair: Arc<KeyPair>,
    public: PublicKey,
    key_version: KeyVersion,
}

impl AwsLcSigner {
    /// Reads a private key in every form that [`MerchantKey::parse`] reads, with the same checks.
    ///
    /// # Errors
    /// As [`MerchantKey::parse`].
    pub fn parse(text: &str, key_version: KeyVersion) -> Result<Self, KeyError> {
        MerchantKey::parse_with(text, |pkcs1| {
            let public = MerchantKey::from_pkcs1(pkcs1)?.public_key().clone();
            let pair = KeyPair::from_der(pkcs1).map_err(|_| KeyError::Inconsistent)?;
            Ok(Self { pair: Arc::new(pair), public, key_version })
        })
    }

    /// The public half, as it is registered with the gateway.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

#[async_trait]
impl Signer for AwsLcSigner {
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        let mut bytes = vec![0_u8; self.public.signature_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut bytes)
            .map_err(|_| SignError::Refused { source: None })?;
        Ok(Signature::from_bytes(bytes))
    }

    fn key_version(&self) -> KeyVersion {
        self.key_version
    }
}

impl fmt::Debug for AwsLcSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsLcSigner({:?}, version {})", self.public, self.key_version)
    }
}

/// Checks signatures with `aws-lc-rs`; the key is parsed once.
#[derive(Clone)]
pub struct AwsLcVerifier {
    parsed: Arc<ParsedPublicKey>,
    public: PublicKey,
}

impl AwsLcVerifier {
    /// Prepares a key that was already read and checked.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`] if this backend does not take the key.
    pub fn new(public: PublicKey) -> Result<Self, KeyError> {
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.pkcs1());
        Ok(Self { parsed: Arc::new(parsed.map_err(|_| KeyError::NotAKey)?), public })
    }
}

impl Verifier for AwsLcVerifier {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Mismatch> {
        let expected = self.public.signature_len();
        if signature.len() != expected {
            return Err(Mismatch::Length { expected, found: signature.len() });
        }
        self.parsed.verify_sig(message, signature).map_err(|_| Mismatch::Signature)
    }

    fn fingerprint(&self) -> String {
        self.public.fingerprint()
    }
}

impl fmt::Debug for AwsLcVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsLcVerifier({:?})", self.public)
    }
}
