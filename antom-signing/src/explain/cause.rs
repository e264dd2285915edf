//! What can be wrong with a signed message, in words for an operator.
//! Finding it is left to `explain`.

use std::fmt;

use antom_core::ClientId;

use crate::header::{HeaderError, KeyVersion};
use crate::keyring::KeyChoiceError;

/// The likely cause of a signature that does not match. Printing it gives cause and remedy in one sentence, without keys,
/// signatures or bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing is wrong: the signature matches.
    Fits,
    /// The header cannot be read.
    Header(HeaderError),
    /// The header was decoded once too often or as a form: `+` became a blank, or `%25` stayed.
    HeaderDecodedWrongly,
    /// There is no key for the message.
    Key(KeyChoiceError),
    /// The merchant's own public key is configured where the gateway's belongs.
    OwnKeyConfigured,
    /// The message was signed with the merchant's own key.
    SignedByUs,
    /// Another configured key fits.
    OtherKey {
        /// Client id of the key that fits.
        client_id: ClientId,
        /// Its version.
        version: KeyVersion,
    },
    /// The message was signed for another client id.
    OtherClientId {
        /// Client id that was signed.
        signed: ClientId,
    },
    /// Another path was signed.
    OtherPath {
        /// Path that was signed.
        signed: String,
    },
    /// Another method was signed.
    OtherMethod {
        /// Method that was signed.
        signed: &'static str,
    },
    /// The text of the time was parsed and printed again.
    TimeRewritten {
        /// Text that was signed.
        signed: String,
    },
    /// The body is not the one that was signed.
    BodyChanged(BodyChange),
    /// None of the usual causes: most often the configured key belongs to somebody else.
    Unknown {
        /// Fingerprint of the key that was tried.
        key_fingerprint: String,
    },
}

/// What was done to a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyChange {
    /// A line end was added to or cut from its end.
    LineEnd,
    /// Its line ends were converted.
    LineEndsConverted,
    /// It was parsed and printed again.
    Reprinted,
    /// Slashes or other characters were escaped or unescaped.
    Escapes,
    /// A byte order mark was added or cut.
    ByteOrderMark,
    /// It was lost.
    Lost,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fits => f.write_str("the signature matches"),
            Self::Header(fault) => write!(f, "{fault}: look at what passes the header on"),
            Self::HeaderDecodedWrongly => {
                f.write_str("the signature header was url-decoded on the way: pass its value on as it came")
            }
            Self::Key(fault) => write!(f, "{fault}: {}", crate::notification::key_step(*fault)),
            Self::OwnKeyConfigured => f.write_str(
                "the merchant's own public key is configured: take the gateway's public key from its dashboard",
            ),
            Self::SignedByUs => {
                f.write_str("the message was signed with the merchant's own key: it does not come from the gateway")
            }
            Self::OtherKey { client_id, version } => write!(
                f,
                "the key of client id {client_id}, version {version}, fits instead: compare client id and key version"
            ),
            Self::OtherClientId { signed } => {
                write!(f, "the message was signed for client id {signed}: compare the client-id header")
            }
            Self::OtherPath { signed } => write!(f, "the path that was signed is {signed}: configure this path"),
            Self::OtherMethod { signed } => write!(f, "the method that was signed is {signed}"),
            Self::TimeRewritten { signed } => {
                write!(f, "the time that was signed is written {signed}: use the header's text as it came")
            }
            Self::BodyChanged(change) => write!(f, "{change}: verify the bytes as received"),
            Self::Unknown { key_fingerprint } => write!(
                f,
                "none of the usual causes: compare the fingerprint of the configured key, sha256:{key_fingerprint}, with \
                 that of the gateway's key, and ask whether anything on the way changes the body"
            ),
        }
    }
}

impl fmt::Display for BodyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineEnd => "a line end was added to the body or cut from it",
            Self::LineEndsConverted => "the line ends of the body were converted",
            Self::Reprinted => "the body was parsed and printed again",
            Self::Escapes => "characters of the body were escaped or unescaped",
            Self::ByteOrderMark => "a byte order mark was added to the body or cut from it",
            Self::Lost => "the body was lost",
        })
    }
}
