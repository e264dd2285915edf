//! The inbox: verified notifications, kept as they came.
//! Those that an order absorbs are marked by `OrderStore::commit`; here are the duplicates and the parked ones.

use std::fmt::{self, Debug};

use antom_core::time::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::store::{IdKey, StoreError};

/// Keeps every verified notification once.
///
/// # Contract
/// A notification is known by its digest. Recording it again counts one more delivery and changes neither body nor
/// verdict, except that a parked one may become anything else, once.
///
/// # Durability
/// When [`record`](Inbox::record) returns, the notification survives the loss of power: only then may it be
/// acknowledged.
///
/// # Ordering
/// None: notifications come late, twice and out of order.
///
/// # Errors
/// As [`OrderStore`](super::OrderStore): without storage there is no acknowledgement.
///
/// # Cancellation
/// A dropped `record` may have written; recording again is harmless.
///
/// # For implementers
/// The mistake that loses money is an acknowledgement of something that was not written: the gateway never sends it
/// again.
#[async_trait]
pub trait Inbox: Debug + Send + Sync + 'static {
    /// Stores the notification with its verdict, or counts one more delivery.
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError>;
    /// Parked notifications that name one of these ids, oldest first.
    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError>;
    /// The newest notifications with their verdicts, at most `limit`.
    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError>;
    /// One page of notifications, the last recorded first.
    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError>;
    /// The notification with this digest, or `None`.
    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError>;
}

const _: fn(&dyn Inbox) = |_| {};

/// What a notification is recognised by: SHA-256 over its body, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotificationDigest(pub String);

impl fmt::Display for NotificationDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A verified notification as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedNotification {
    /// What it is recognised by.
    pub digest: NotificationDigest,
    /// When it came.
    pub received_at: Timestamp,
    /// The `request-time` header as received.
    pub request_time: String,
    /// The `notifyType`, empty where it is missing.
    pub notify_type: String,
    /// The ids that it names, for parking.
    pub keys: Vec<IdKey>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// Whether its age allows it to be taken as a fact; otherwise it only leads to an inquiry.
    pub is_fact: bool,
}

impl Debug for ReceivedNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedNotification")
            .field("digest", &self.digest)
            .field("received_at", &self.received_at)
            .field("notify_type", &self.notify_type)
            .field("keys", &self.keys)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .field("is_fact", &self.is_fact)
            .finish_non_exhaustive()
    }
}

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InboxVerdict {
    /// An order took it in (perhaps with nothing new in it).
    Absorbed,
    /// No order knows its ids yet (N-10).
    Parked,
    /// Its type is not one that changes an order (N-8).
    Kept,
    /// Too old or too far in the future: it led to an inquiry only.
    Hint,
}

impl InboxVerdict {
    /// All verdicts.
    pub const ALL: [InboxVerdict; 4] =
        [InboxVerdict::Absorbed, InboxVerdict::Parked, InboxVerdict::Kept, InboxVerdict::Hint];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            InboxVerdict::Absorbed => "absorbed",
            InboxVerdict::Parked => "parked",
            InboxVerdict::Kept => "kept",
            InboxVerdict::Hint => "hint",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<InboxVerdict> {
        InboxVerdict::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }
}

/// Which notifications to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxQuery {
    /// Only notifications with this verdict.
    pub verdict: Option<InboxVerdict>,
    /// Continue after this cursor of an earlier page.
    pub cursor: Option<String>,
    /// At most this many; adapters cap it at 200.
    pub limit: usize,
}

/// One page of notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxPage {
    /// The notifications, the last recorded first.
    pub marks: Vec<InboxMark>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// A notification and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMark {
    /// The notification.
    pub notification: ReceivedNotification,
    /// What became of it.
    pub verdict: InboxVerdict,
}
