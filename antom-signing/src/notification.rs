//! Verifies one notification from its raw parts and reads it: one call, no HTTP library.
//! Storing it, deciding about it and acknowledging it, in this order, is for the receiving service.

use std::fmt;

use antom_core::id::ClientId;
use antom_core::time::Timestamp;
use antom_core::wire::{self, Notification};

use crate::freshness::{Freshness, NotificationPolicy};
use crate::header::{HeaderError, KeyVersion};
use crate::keyring::{KeyChoiceError, KeyRing};
use crate::received::HeaderFault;
use crate::unread::{UnreadNotification, verify_unread};
use crate::verifier::Mismatch;

/// A notification whose signature is right, with every member of its body read.
#[derive(Clone)]
pub struct VerifiedNotification {
    unread: UnreadNotification,
    notification: Notification,
}

impl VerifiedNotification {
    pub(crate) fn read(unread: UnreadNotification) -> Result<Self, NotificationRefused> {
        let notification = wire::read(unread.body()).map_err(NotificationRefused::body)?;
        Ok(Self { unread, notification })
    }

    /// The client id that it was signed for: one that is configured.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        self.unread.client_id()
    }

    /// The key version that the header names, if it names one.
    #[must_use]
    pub fn key_version(&self) -> Option<KeyVersion> {
        self.unread.key_version()
    }

    /// The text of `request-time` as received.
    #[must_use]
    pub fn request_time(&self) -> &str {
        self.unread.request_time()
    }

    /// When the gateway made it, read from `request-time`.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        self.unread.made_at()
    }

    /// Whether it may be believed as it is, or only leads to an inquiry.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.unread.freshness()
    }

    /// The parsed message.
    #[must_use]
    pub fn notification(&self) -> &Notification {
        &self.notification
    }

    /// The body exactly as received.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.unread.body()
    }

    /// Gives the parsed message and the raw body away.
    #[must_use]
    pub fn into_parts(self) -> (Notification, Vec<u8>) {
        (self.notification, self.unread.into_body())
    }
}

impl fmt::Debug for VerifiedNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unread.print("VerifiedNotification", f)
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
    verify_unread(method, path, headers, body, keys, now, policy)?.read()
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
    /// A verified body that cannot be read: only the place of the fault is kept, never a part of the text.
    pub(crate) fn body(error: serde_json::Error) -> Self {
        Self::Body { line: error.line(), column: error.column() }
    }

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
