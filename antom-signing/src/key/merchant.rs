//! The merchant's RSA private key, parsed once.
//! Signing with it is the local signer's business; reading files is the caller's.

use std::fmt;
use std::sync::Arc;

use antom_core::secret::Secret;
use ring::signature::{KeyPair as _, RsaKeyPair};

use super::shape::{self, Shape};
use super::text;
use super::{KeyError, PublicKey, public};

/// Largest private key that the crypto library signs with.
const MAX_BITS: usize = 4096;

/// The merchant's private key: RSA, 2048 to 4096 bits; cheap to clone.
///
/// Its numbers are checked against each other when it is read. Every copy of the text and of the structure that is made
/// on the way is wiped; the crypto library keeps the parsed numbers for as long as the key lives.
#[derive(Clone)]
pub struct MerchantKey {
    pair: Arc<RsaKeyPair>,
    public: PublicKey,
}

impl MerchantKey {
    /// Reads an unencrypted private key: PEM or bare base64 of PKCS#8 or PKCS#1.
    ///
    /// The text itself stays with the caller, who wipes it; [`from_secret`](Self::from_secret) does that.
    ///
    /// # Errors
    /// [`KeyError`] names what is wrong, a public key given by mistake included.
    //= G-3
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Self::parse_with(text, Self::from_pkcs1)
    }

    /// Hands the bare PKCS#1 structure of a private key to `read`, and wipes it afterwards.
    pub(crate) fn parse_with<T>(
        text: &str,
        read: impl FnOnce(&[u8]) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let der = text::decode(text)?;
        match shape::recognise(&der)? {
            Shape::RsaPrivate(pkcs1) => read(pkcs1),
            Shape::RsaPublic(_) => Err(KeyError::PublicWherePrivate),
        }
    }

    /// Reads a private key like [`parse`](Self::parse) and wipes its text afterwards.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); the text is wiped then, too.
    pub fn from_secret(text: Secret) -> Result<Self, KeyError> {
        let key = Self::parse(text.expose());
        drop(text);
        key
    }

    pub(crate) fn from_pkcs1(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let modulus = shape::private_modulus(pkcs1).ok_or(KeyError::NotAKey)?;
        public::require_size(modulus, MAX_BITS)?;
        let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| KeyError::Inconsistent)?;
        let public = PublicKey::from_pkcs1(pair.public_key().as_ref())?;
        Ok(Self { pair: Arc::new(pair), public })
    }

    /// The public half, as it is registered with the gateway.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn pair(&self) -> &RsaKeyPair {
        &self.pair
    }
}

impl fmt::Debug for MerchantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MerchantKey({} bits, public sha256:{})", self.public.bits(), self.public.fingerprint())
    }
}
