//! The port that checks a signature.
//! Which verifier belongs to a message is the key ring's business; what the message is, canonical text's.

use std::fmt::Debug;

/// Checks RSASSA-PKCS1-v1_5 with SHA-256 signatures of one key.
///
/// # Contract
/// `verify` answers `Ok` only if `signature` was made over exactly `message` with the private half of this key. The
/// algorithm is fixed. There is no implementation that always agrees, not even for tests: tests sign with a test key.
///
/// # Errors
/// [`Mismatch`], without a word about the message.
///
/// # For implementers
/// The mistake that loses money is an implementation that agrees when its back end is away: whoever can send to the
/// notify URL could then declare any order paid.
pub trait Verifier: Debug + Send + Sync + 'static {
    /// Checks one signature.
    ///
    /// # Errors
    /// [`Mismatch`] when the signature was not made with this key over this message.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Mismatch>;

    /// A name of the key that people can compare: the hexadecimal SHA-256 of its SPKI form.
    fn fingerprint(&self) -> String;
}

const _: Option<&dyn Verifier> = None;

/// A signature that does not belong to the message under the key that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// The signature is not as long as the key's modulus.
    #[error("the signature has {found} bytes where the key makes {expected}")]
    Length {
        /// Length that the key makes.
        expected: usize,
        /// Length that was given.
        found: usize,
    },
    /// Made with another key, or over other bytes.
    #[error("the signature does not match")]
    Signature,
}
