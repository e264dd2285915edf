//! Verifies the gateway's answer to a call of ours, before anything of it is read.
//! What an answer that fails here means for the money (outcome unknown) is for the HTTP client to say.

use antom_core::id::ClientId;
use antom_core::outcome::{GatewayResult, ResultStatus};
use antom_core::time::Timestamp;
use antom_core::wire;
use serde::Deserialize;

use crate::canonical::canonical;
use crate::header::{HeaderError, SignatureHeader};
use crate::keyring::{KeyChoiceError, KeyRing};
use crate::notification::{key_step, mismatch_step};
use crate::received::{self, HeaderFault, SignedHeaders};
use crate::verifier::Mismatch;

/// What is known about who wrote an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum ResponseTrust {
    /// The gateway wrote exactly these bytes for our client id and this path.
    Verified {
        /// The text of `response-time` as received.
        response_time: String,
    },
    /// Neither `signature` nor `response-time`: anybody on the way can have written it.
    Unsigned,
}

/// Verifies an answer over the bytes received.
///
/// `method` and `path` are those of our request as it was sent, sandbox rewrite included. The answer is checked for
/// *our* client id: an answer that the gateway signed for somebody else is refused. An answer without both `signature` and
/// `response-time` is [`ResponseTrust::Unsigned`]; one without the other is refused.
///
/// A signature does not tie an answer to one request: the caller compares the ids in the body.
///
/// # Errors
/// [`ResponseRefused`]: the outcome of the call is unknown.
///
/// # Idempotency
/// A pure function of its arguments.
//= X-3
//= G-2
pub fn verify_response<'a>(
    method: &str,
    path: &str,
    client_id: &ClientId,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    body: &[u8],
    keys: &KeyRing,
    now: Timestamp,
) -> Result<ResponseTrust, ResponseRefused> {
    let found = SignedHeaders::collect(headers, received::RESPONSE_TIME)?;
    if found.client_id.is_some_and(|echoed| echoed != client_id.as_str()) {
        return Err(ResponseRefused::ForeignClientId);
    }
    let (signature_text, time_text) = match (found.signature, found.time) {
        (None, None) => return Ok(ResponseTrust::Unsigned),
        (Some(signature), Some(time)) => (signature, time),
        (Some(_), None) => return Err(HeaderFault::Missing { name: received::RESPONSE_TIME }.into()),
        (None, Some(_)) => return Err(HeaderFault::Missing { name: received::SIGNATURE }.into()),
    };
    let header: SignatureHeader = signature_text.parse()?;
    // As for notifications: a time that is really a time leaves only one way to cut the signed text.
    Timestamp::parse(time_text).map_err(|_| ResponseRefused::ResponseTime)?;
    let key = keys.choose(client_id.as_str(), header.key_version(), now)?;
    let message = canonical(method, path, client_id.as_str(), time_text, body);
    key.verify(&message, header.signature().as_bytes()).map_err(|mismatch| ResponseRefused::Signature {
        mismatch,
        key_fingerprint: key.fingerprint(),
        path: path.to_owned(),
    })?;
    Ok(ResponseTrust::Verified { response_time: time_text.to_owned() })
}

/// The result in an answer that nobody vouches for, if it may be kept as a hint.
///
/// Failures before the gateway knows us (unknown client, bad signature of ours) come unsigned, and their code says what to
/// repair. So F and U are kept, to lead to an inquiry, never as the outcome. An S, or no readable status, gives nothing:
/// a success without a signature can be written by anybody.
//= X-3
#[must_use]
pub fn unsigned_hint(body: &[u8]) -> Option<GatewayResult> {
    #[derive(Deserialize)]
    struct OnlyResult {
        result: Option<GatewayResult>,
    }
    let result = wire::read::<OnlyResult>(body).ok()?.result?;
    match result.result_status {
        Some(ResultStatus::Failure | ResultStatus::Unknown) => Some(result),
        _ => None,
    }
}

/// Why an answer cannot be believed. No variant carries body, signature or key text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseRefused {
    /// A signed header is missing beside the other, empty, doubled or unreadable.
    #[error(transparent)]
    Headers(#[from] HeaderFault),
    /// The `signature` header cannot be read.
    #[error(transparent)]
    SignatureHeader(#[from] HeaderError),
    /// `response-time` is not a time.
    #[error("the header response-time is not a time")]
    ResponseTime,
    /// The answer names another client id than the request did.
    #[error("the answer is for another client id")]
    ForeignClientId,
    /// There is no key for it.
    #[error(transparent)]
    Key(#[from] KeyChoiceError),
    /// The signature does not match.
    #[error("{mismatch} (path {path}, key sha256:{key_fingerprint})")]
    Signature {
        /// In which way.
        mismatch: Mismatch,
        /// Fingerprint of the key that was tried.
        key_fingerprint: String,
        /// Path that was taken as signed.
        path: String,
    },
}

impl ResponseRefused {
    /// What an operator should check next, as one sentence.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Headers(_) | Self::SignatureHeader(_) | Self::ResponseTime => {
                "check that the proxy on the way passes client-id, response-time and signature on unchanged, once each"
            }
            Self::ForeignClientId => {
                "check that the base URL leads to the gateway and not to another merchant's proxy"
            }
            Self::Key(reason) => key_step(*reason),
            Self::Signature { mismatch, .. } => mismatch_step(*mismatch),
        }
    }
}
