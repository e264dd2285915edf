//! An RSA public key that checks signatures.
//! Who owns it and for how long it counts is the key ring's business.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

use super::KeyError;
use super::shape::{self, Shape};
use super::text;
use crate::verifier::{Mismatch, Verifier};

const MIN_BITS: usize = 2048;
const MAX_BITS: usize = 8192;

/// An RSA public key of 2048 to 8192 bits; cheap to clone.
///
/// Checks RSASSA-PKCS1-v1_5 with SHA-256 only: the algorithm is fixed here and never taken from a message.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    parts: Arc<Parts>,
}

#[derive(PartialEq, Eq)]
struct Parts {
    pkcs1: Vec<u8>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    /// Reads a public key: PEM or bare base64 of SPKI, PKCS#1 or an X.509 certificate.
    ///
    /// A certificate is only unwrapped; neither its validity nor its issuer is judged.
    ///
    /// # Errors
    /// [`KeyError`] names what is wrong, a private key given by mistake included.
    //= G-3
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let der = text::decode(text)?;
        match shape::recognise(&der)? {
            Shape::RsaPublic(pkcs1) => Self::from_pkcs1(pkcs1),
            Shape::RsaPrivate(_) => Err(KeyError::PrivateWherePublic),
        }
    }

    pub(super) fn from_pkcs1(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let (modulus, exponent) = shape::public_numbers(pkcs1).ok_or(KeyError::NotAKey)?;
        require_size(modulus, MAX_BITS)?;
        // 65537 is what every key tool makes; 3 has a history of broken verifiers.
        let odd = exponent.last().is_some_and(|last| last % 2 == 1);
        if !odd || shape::bits(exponent) < 17 || shape::bits(exponent) > 33 {
            return Err(KeyError::BadExponent);
        }
        let (pkcs1, modulus, exponent) = (pkcs1.to_vec(), modulus.to_vec(), exponent.to_vec());
        Ok(Self { parts: Arc::new(Parts { pkcs1, modulus, exponent }) })
    }

    /// The bare PKCS#1 structure.
    #[cfg(feature = "aws-lc-rs")]
    pub(crate) fn pkcs1(&self) -> &[u8] {
        &self.parts.pkcs1
    }

    /// Length of a signature of this key in bytes.
    #[cfg(feature = "aws-lc-rs")]
    pub(crate) fn signature_len(&self) -> usize {
        self.parts.modulus.len()
    }

    /// Size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        shape::bits(&self.parts.modulus)
    }

    /// Lower-case hexadecimal SHA-256 of the SPKI structure, to compare keys by eye.
    ///
    /// The same as `openssl pkey -pubin -in key.pem -outform DER | sha256sum`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, &self.to_spki_der());
        digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
            for nibble in [byte >> 4, byte & 15] {
                hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
            hex
        })
    }

    /// The key as SubjectPublicKeyInfo bytes.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        shape::to_spki(&self.parts.pkcs1)
    }

    /// The key in the one-line form that the gateway's dashboard takes: base64 of SPKI without PEM lines.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.to_spki_der())
    }

    /// The key as PEM text with the label `PUBLIC KEY`.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let base64 = self.to_base64();
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        let mut rest = base64.as_str();
        while let Some((line, more)) = rest.split_at_checked(64) {
            pem.push_str(line);
            pem.push('\n');
            rest = more;
        }
        if !rest.is_empty() {
            pem.push_str(rest);
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }
}

/// Refuses a modulus outside what is safe and supported.
pub(super) fn require_size(modulus: &[u8], max: usize) -> Result<(), KeyError> {
    let bits = shape::bits(modulus);
    if bits < MIN_BITS {
        Err(KeyError::TooShort { bits })
    } else if bits > max {
        Err(KeyError::TooLong { bits, max })
    } else {
        Ok(())
    }
}

impl Verifier for PublicKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Mismatch> {
        let expected = self.parts.modulus.len();
        if signature.len() != expected {
            return Err(Mismatch::Length { expected, found: signature.len() });
        }
        let key = RsaPublicKeyComponents { n: &self.parts.modulus, e: &self.parts.exponent };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).map_err(|_| Mismatch::Signature)
    }

    fn fingerprint(&self) -> String {
        Self::fingerprint(self)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} bits, sha256:{})", self.bits(), self.fingerprint())
    }
}
