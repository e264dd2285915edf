//! Verifies one notification from its raw parts and reads it: one call, no HTTP library.
//! Storing it, deciding about it and acknowledging it, in this order, is for the receiving service.

use std::fmt;

use antom_core::id::ClientId;
use antom_core::time::Timestamp;
use antom_core::wire::Notification;

use crate::canonical::canonical;
use crate::freshness::{Freshness, NotificationPolicy};
use crate::header::{HeaderError, KeyVersion, SignatureHeader};
use crate::keyring::{KeyChoiceError, KeyRing};
use crate::received::{self, HeaderFault, SignedHeaders};
use crate::verifier::Mismatch;

/// The only method with which the gateway notifies.
const METHOD: &str = "POST";

/// A notification whose signature is right.
#[derive(Clone)]
pub struct VerifiedNotification {
    client_id: ClientId,
    key_version: Option<KeyVersion>,
    request_time: String,
    made_at: Timestamp,
    freshness: Freshness,
    notification: Notification,
    /// The signed text; the body is its end, so that the body is copied once only.
    message: Vec<u8>,
    body_start: usize,
}

impl VerifiedNotification {
    /// The client id that it was signed for: one that is configured.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The key version that the header names, if it names one.
    #[must_use]
    pub fn key_version(&self) -> Option<KeyVersion> {
        self.key_version
    }

    /// The text of `request-time` as received.
    #[must_use]
    pub fn request_time(&self) -> &str {
        &self.request_time
    }

    /// When the gateway made it, read from `request-time`.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// Whether it may be believed as it is, or only leads to an inquiry.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness
    }

    /// The parsed message.
    #[must_use]
    pub fn notification(&self) -> &Notification {
        &self.notification
    }

    /// The body exactly as received.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.message.get(self.body_start..).unwrap_or_default()
    }

    /// Gives the parsed message and the raw body away.
    #[must_use]
    pub fn into_parts(mut self) -> (Notification, Vec<u8>) {
        self.message.drain(..self.body_start);
        (self.notification, self.message)
    }
}

impl fmt::Debug for VerifiedNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedNotification")
            .field("client_id", &self.client_id)
            .field("request_time", &self.request_time)
            .field("freshness", &self.freshness)
            .field("body", &format_args!("<{} bytes>", self.body().len()))
            .finish_non_exhaustive()
    }
}

/// Verifies a notification over the bytes received, then reads it and judges its age.
///
/// `path` is the *configured* path of the notify URL, not what a proxy made of it; it is what the gateway signed.
/// `headers` are all headers received, in any case and order; exactly one each of `client-id`, `request-time` and
/// `signature` must be among them. `body` is the body before any decoding. `now` is our own time.
///
/// A notification is never refused for its age: see [`VerifiedNotification::freshness`]. Duplicates verify again and again:
/// the protection against replay is that handling a notification twice adds nothing.
///
/// # Errors
/// [`NotificationRefused`] says what was wrong and what to check next. Nothing of a refused message may be used, and it must
/// not be acknowledged.
///
/// # Idempotency
/// A pure function of its arguments.
///
/// ```
/// use antom_core::Timestamp;
/// use antom_signing::{KeyRing, NotificationPolicy, acknowledgement, verify_notification};
///
/// /// HTTP status and body for one call of the notify URL.
/// fn receive(headers: &[(&str, &[u8])], body: &[u8], keys: &KeyRing, now: Timestamp) -> (u16, &'static str) {
///     let headers = headers.iter().copied();
///     let policy = NotificationPolicy::default();
///     match verify_notification("POST", "/notifications/antom", headers, body, keys, now, &policy) {
///         Err(refused) => {
///             eprintln!("{refused}: {}", refused.next_step());
///             (401, "")
///         }
///         Ok(verified) => {
///             // Store verified.body() durably here. A hint is stored as well, and leads to an inquiry.
///             let answer = acknowledgement();
///             (answer.status, answer.body)
///         }
///     }
/// }
///
/// let now = Timestamp::parse("2026-11-22T01:30:05Z")?;
/// assert_eq!(receive(&[], b"{}", &KeyRing::new(), now), (401, ""));
/// # Ok::<(), antom_core::TimeError>(())
/// ```
//= N-1
//= N-2
//= X-14
pub fn verify_notification<'a>(
    method: &str,
    path: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    body: &[u8],
    keys: &KeyRing,
    now: Timestamp,
    policy: &NotificationPolicy,
) -> Result<VerifiedNotification, NotificationRefused> {
    if method != METHOD {
        return Err(NotificationRefused::Method);
    }
    if body.len() > policy.max_body {
        return Err(NotificationRefused::BodyTooLarge { size: body.len(), max: policy.max_body });
    }
    let found = SignedHeaders::collect(headers, received::REQUEST_TIME)?;
    let client_text = found.client_id.ok_or(HeaderFault::Missing { name: received::CLIENT_ID })?;
    let time_text = found.time.ok_or(HeaderFault::Missing { name: received::REQUEST_TIME })?;
    let signature_text = found.signature.ok_or(HeaderFault::Missing { name: received::SIGNATURE })?;

    let header: SignatureHeader = signature_text.parse()?;
    // The signed text joins its parts with dots. A time that is really a time, and a client id that is really ours, leave
    // only one way to cut it, so nobody can shift bytes of a genuine message from one part to the next.
    let made_at = Timestamp::parse(time_text).map_err(|_| NotificationRefused::RequestTime)?;
    let key = keys.choose(client_text, header.key_version(), now)?;
    let (client_id, _) = keys.client(client_text).ok_or(KeyChoiceError::UnknownClient)?;

    let message = canonical(method, path, client_text, time_text, body);
    key.verify(&message, header.signature().as_bytes()).map_err(|mismatch| {
        NotificationRefused::Signature { mismatch, key_fingerprint: key.fingerprint(), path: path.to_owned() }
    })?;

    let notification = serde_json::from_slice(body)
        .map_err(|error| NotificationRefused::Body { line: error.line(), column: error.column() })?;
    Ok(VerifiedNotification {
        client_id: client_id.clone(),
        key_version: header.key_version(),
        request_time: time_text.to_owned(),
        made_at,
        freshness: policy.judge(made_at, now),
        notification,
        body_start: message.len() - body.len(),
        message,
    })
}

/// Why a notification was refused. No variant carries body, signature or key text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationRefused {
    /// Not sent with POST.
    #[error("the notification was not sent with POST")]
    Method,
    /// Larger than the policy allows.
    #[error("the notification has {size} bytes; at most {max} are read")]
    BodyTooLarge {
        /// Size received.
        size: usize,
        /// Size allowed.
        max: usize,
    },
    /// A signed header is missing, empty, doubled or unreadable.
    #[error(transparent)]
    Headers(#[from] HeaderFault),
    /// The `signature` header cannot be read.
    #[error(transparent)]
    SignatureHeader(#[from] HeaderError),
    /// `request-time` is not a time in any form that the gateway uses.
    #[error("the header request-time is not a time")]
    RequestTime,
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
    /// Signed by the gateway, but not a JSON object that we can read.
    #[error("the verified body is not a readable notification (line {line}, column {column})")]
    Body {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
    },
}

impl NotificationRefused {
    /// What an operator should check next, as one sentence.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Method => "the gateway notifies with POST only; look at who else calls this URL",
            Self::BodyTooLarge { .. } => {
                "look at who calls this URL; honest notifications have a few kilobytes"
            }
            Self::Headers(_) => {
                "check that the proxy in front passes client-id, request-time and signature on unchanged, once each"
            }
            Self::SignatureHeader(_) => "check that the proxy in front does not change the signature header",
            Self::RequestTime => "check that the proxy in front does not change the request-time header",
            Self::Key(reason) => key_step(*reason),
            Self::Signature { mismatch, .. } => mismatch_step(*mismatch),
            Self::Body { .. } => {
                "the signature is right, so the gateway sent this: keep the body and ask the gateway's support"
            }
        }
    }
}

/// What to check when there is no key for a message.
pub(crate) fn key_step(reason: KeyChoiceError) -> &'static str {
    match reason {
        KeyChoiceError::UnknownClient => {
            "compare client-id with the configured one; sandbox and production have different client ids and keys"
        }
        KeyChoiceError::UnknownVersion { .. } => {
            "add the gateway's public key of this version from its dashboard to the configuration"
        }
        KeyChoiceError::NotYetActive { .. }
        | KeyChoiceError::Retired { .. }
        | KeyChoiceError::NoActiveKey => {
            "compare the activation and retirement times of the configured keys with our clock"
        }
    }
}

/// What to check when a signature does not match.
pub(crate) fn mismatch_step(mismatch: Mismatch) -> &'static str {
    match mismatch {
        Mismatch::Length { .. } => {
            "the configured key has another size than the one that signed: is it really the gateway's public key?"
        }
        Mismatch::Signature => {
            "check in this order: is the gateway's public key configured, not our own? is the configured path the one that \
             the gateway calls? are the body's bytes verified as received, not parsed and printed again?"
        }
    }
}
