//! Signature bytes and their text form in the header.
//! Whether a signature is right is for the verifier to say.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes of one RSA signature.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// Takes the bytes as a signer made them.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Standard base64 with padding, percent-encoded as the gateway writes it (`%2B`, `%2F`, `%3D`).
    #[must_use]
    pub fn to_header_text(&self) -> String {
        let base64 = STANDARD.encode(&self.0);
        let mut text = String::with_capacity(base64.len() + base64.len() / 8 + 8);
        for character in base64.chars() {
            match character {
                '+' => text.push_str("%2B"),
                '/' => text.push_str("%2F"),
                '=' => text.push_str("%3D"),
                plain => text.push(plain),
            }
        }
        text
    }

    /// Reads the text form, percent-encoded or not. `+` stays `+`: base64 knows no blank.
    ///
    /// One text form only is accepted per byte string, apart from percent-encoding: standard alphabet, padding as it
    /// must be, no stray bits at the end.
    pub(crate) fn from_header_text(text: &str) -> Result<Self, SignatureTextError> {
        let base64 = if text.contains('%') {
            Cow::Owned(percent_decode(text).ok_or(SignatureTextError::PercentEncoding)?)
        } else {
            Cow::Borrowed(text.as_bytes())
        };
        let bytes = STANDARD.decode(base64).map_err(|_| SignatureTextError::Base64)?;
        if bytes.is_empty() { Err(SignatureTextError::Empty) } else { Ok(Self(bytes)) }
    }
}

/// Why the text of a signature cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureTextError {
    Empty,
    PercentEncoding,
    Base64,
}

fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut parts = text.as_bytes().split(|byte| *byte == b'%');
    decoded.extend_from_slice(parts.next()?);
    for part in parts {
        let ([high, low], rest) = part.split_first_chunk()?;
        decoded.push((hex_digit(*high)? << 4) | hex_digit(*low)?);
        decoded.extend_from_slice(rest);
    }
    Some(decoded)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature(<{} bytes>)", self.0.len())
    }
}
