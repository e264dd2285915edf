//! The `signature` header: `algorithm=RSA256,keyVersion=1,signature=<url-encoded base64>`.
//! Tolerant about how it is laid out, strict about what it says; the key ring decides what a key version means.

use std::fmt;
use std::str::FromStr;

use crate::signature::{Signature, SignatureTextError};

/// The one algorithm of the gateway: RSASSA-PKCS1-v1_5 with SHA-256.
const ALGORITHM: &str = "RSA256";

/// A header for an 8192-bit key needs 4.2 KB when every character is percent-encoded.
const MAX_LENGTH: usize = 8192;

/// The version number of a key pair, as the gateway's dashboard counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyVersion(u32);

impl KeyVersion {
    /// The version of a merchant's first key, and what every official SDK sends unless told otherwise.
    pub const FIRST: Self = Self(1);

    /// A version by its number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for KeyVersion {
    type Err = HeaderError;

    /// Reads digits without sign or leading zeros.
    fn from_str(text: &str) -> Result<Self, HeaderError> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (text.len() > 1 && text.starts_with('0')) {
            return Err(HeaderError::KeyVersion);
        }
        text.parse().map(Self).map_err(|_| HeaderError::KeyVersion)
    }
}

/// A parsed `signature` header.
///
/// Printing gives the form that the official SDKs send: no blanks, fixed order. Reading also takes blanks around members,
/// any order, members that we do not know, and a signature that was not percent-encoded.
///
/// ```
/// use antom_signing::SignatureHeader;
/// let header: SignatureHeader = "signature=AAA=, keyVersion=2 ,algorithm=RSA256, hint=x".parse()?;
/// assert_eq!(header.to_string(), "algorithm=RSA256,keyVersion=2,signature=AAA%3D");
/// # Ok::<(), antom_signing::HeaderError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeader {
    key_version: Option<KeyVersion>,
    signature: Signature,
}

impl SignatureHeader {
    /// A header for a signature made with the key of that version.
    #[must_use]
    pub fn new(key_version: Option<KeyVersion>, signature: Signature) -> Self {
        Self { key_version, signature }
    }

    /// The key version; absent means the newest key of that client.
    #[must_use]
    pub fn key_version(&self) -> Option<KeyVersion> {
        self.key_version
    }

    /// The signature bytes.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

impl fmt::Display for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "algorithm={ALGORITHM},")?;
        if let Some(version) = self.key_version {
            write!(f, "keyVersion={version},")?;
        }
        write!(f, "signature={}", self.signature.to_header_text())
    }
}

impl FromStr for SignatureHeader {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        if text.len() > MAX_LENGTH {
            return Err(HeaderError::TooLong { length: text.len() });
        }
        let mut members = Members::default();
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or(HeaderError::NotAMember)?;
            members.take(trim(name), trim(value))?;
        }
        members.finish()
    }
}

/// The three members that we know, each at most once.
#[derive(Default)]
struct Members<'a> {
    algorithm: Option<&'a str>,
    key_version: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Members<'a> {
    fn take(&mut self, name: &'a str, value: &'a str) -> Result<(), HeaderError> {
        let (slot, name) = match name {
            "" => return Err(HeaderError::NotAMember),
            "algorithm" => (&mut self.algorithm, "algorithm"),
            "keyVersion" => (&mut self.key_version, "keyVersion"),
            "signature" => (&mut self.signature, "signature"),
            _ => return Ok(()),
        };
        if slot.replace(value).is_some() { Err(HeaderError::Repeated { name }) } else { Ok(()) }
    }

    fn finish(self) -> Result<SignatureHeader, HeaderError> {
        match self.algorithm {
            None => return Err(HeaderError::Missing { name: "algorithm" }),
            Some(ALGORITHM) => {}
            Some(_) => return Err(HeaderError::Algorithm),
        }
        let key_version = self.key_version.map(str::parse).transpose()?;
        let text = self.signature.ok_or(HeaderError::Missing { name: "signature" })?;
        let signature = Signature::from_header_text(text).map_err(|error| match error {
            SignatureTextError::Empty => HeaderError::EmptySignature,
            SignatureTextError::PercentEncoding => HeaderError::PercentEncoding,
            SignatureTextError::Base64 => HeaderError::Base64,
        })?;
        Ok(SignatureHeader { key_version, signature })
    }
}

/// Only the blanks that HTTP allows around a value.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Why a `signature` header cannot be read. No variant carries any part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Longer than any honest header.
    #[error("the signature header has {length} characters; at most {MAX_LENGTH} are read")]
    TooLong {
        /// Length as received.
        length: usize,
    },
    /// A part between commas that is not `name=value`.
    #[error("the signature header has a part that is not name=value")]
    NotAMember,
    /// A member that must be there.
    #[error("the signature header has no member {name}")]
    Missing {
        /// Name of the member.
        name: &'static str,
    },
    /// A known member that comes twice: which one counts is not ours to guess.
    #[error("the signature header has the member {name} more than once")]
    Repeated {
        /// Name of the member.
        name: &'static str,
    },
    /// An algorithm other than RSA256.
    #[error("the signature header names an algorithm other than RSA256")]
    Algorithm,
    /// A key version that is not a plain number.
    #[error("the key version of the signature header is not a number")]
    KeyVersion,
    /// No signature after `signature=`.
    #[error("the signature in the signature header is empty")]
    EmptySignature,
    /// A percent sign without two hexadecimal digits.
    #[error("the signature in the signature header is not percent-encoded correctly")]
    PercentEncoding,
    /// Not the canonical standard base64 text of some bytes.
    #[error("the signature in the signature header is not standard base64")]
    Base64,
}
