//! Verifies the bytes of one notification and leaves its body unread.
//! Reading is one step further: `NotificationHead` for what decides, `VerifiedNotification` for every member.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use antom_core::id::ClientId;
use antom_core::time::Timestamp;

use crate::canonical::canonical;
use crate::freshness::{Freshness, NotificationPolicy};
use crate::head::NotificationHead;
use crate::header::{KeyVersion, SignatureHeader};
use crate::keyring::{KeyChoiceError, KeyRing};
use crate::notification::{NotificationRefused, VerifiedNotification};
use crate::received::{self, HeaderFault, SignedHeaders};

/// The only method with which the gateway notifies.
const METHOD: &str = "POST";

/// A notification whose signature is right and whose body nobody has read yet.
///
/// For receivers that look at a few members before anything else, or that only store: [`head`](Self::head) borrows its texts
/// from the body, [`read`](Self::read) makes every member an owned value.
#[derive(Clone)]
pub struct UnreadNotification {
    client_id: Arc<ClientId>,
    key_version: Option<KeyVersion>,
    made_at: Timestamp,
    freshness: Freshness,
    /// The signed text. Time and body are parts of it, so that the body is copied once only.
    message: Vec<u8>,
    time: Range<usize>,
    body_start: usize,
}

impl UnreadNotification {
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
        // The range was made of a text, so it is one.
        self.message
            .get(self.time.clone())
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
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

    /// The body exactly as received.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.message.get(self.body_start..).unwrap_or_default()
    }

    /// The raw body, without another copy.
    #[must_use]
    pub fn into_body(mut self) -> Vec<u8> {
        self.message.drain(..self.body_start);
        self.message
    }

    /// Reads the members that decide what a notification is about and how it went. Each call reads the body anew.
    ///
    /// # Errors
    /// [`NotificationRefused::Body`] if the body is not a JSON object, or names one of those members twice.
    pub fn head(&self) -> Result<NotificationHead<'_>, NotificationRefused> {
        NotificationHead::read(self.body())
    }

    /// Reads every member.
    ///
    /// # Errors
    /// [`NotificationRefused::Body`] if the body is not a JSON object, or names any listed member twice.
    pub fn read(self) -> Result<VerifiedNotification, NotificationRefused> {
        VerifiedNotification::read(self)
    }

    pub(crate) fn print(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("client_id", &self.client_id)
            .field("request_time", &self.request_time())
            .field("freshness", &self.freshness)
            .field("body", &format_args!("<{} bytes>", self.body().len()))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UnreadNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print("UnreadNotification", f)
    }
}

/// Verifies a notification like [`verify_notification`](crate::verify_notification), and leaves its body unread.
///
/// # Errors
/// As [`verify_notification`](crate::verify_notification), but for the body.
///
/// # Idempotency
/// A pure function of its arguments.
//= N-1
//= N-2
//= X-14
pub fn verify_unread<'a>(
    method: &str,
    path: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    body: &[u8],
    keys: &KeyRing,
    now: Timestamp,
    policy: &NotificationPolicy,
) -> Result<UnreadNotification, NotificationRefused> {
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

    let body_start = message.len() - body.len();
    // One dot stands between time and body.
    let time_end = body_start - 1;
    Ok(UnreadNotification {
        client_id: Arc::clone(client_id),
        key_version: header.key_version(),
        made_at,
        freshness: policy.judge(made_at, now),
        message,
        time: time_end - time_text.len()..time_end,
        body_start,
    })
}
