//! Retention: what is personal is taken out of stored orders and notifications, and everything else stays.
//! When that is due is decided by `service::Erasing`; what goes out of an event, by `order::erasure`.

use std::fmt::Debug;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use async_trait::async_trait;

use super::store::{Commit, CommitError, IdKey, StoreError, Version};
use crate::order::{Erased, Recorded};

/// Takes personal data out of what is stored.
///
/// # Contract
/// [`erase`](Retention::erase) commits its step as [`OrderStore::commit`](super::OrderStore::commit) does, and in the same
/// transaction puts the given events in the places of the recorded ones, takes personal data out of the order's merchant
/// events ([`EventData::without_personal_data`](crate::merchant_event::EventData::without_personal_data)) where everything is
/// erased, and drops the bodies of the notifications that name one of the given ids. Nothing else changes:
/// number, order, names and times of the events, ids, the verdicts and digests of the notifications.
///
/// # Durability
/// As [`OrderStore`](super::OrderStore). What was erased is found by no query afterwards; when the storage gives its pages
/// free, and what older copies hold, is told by the adapter.
///
/// # Ordering
/// None.
///
/// # Errors
/// [`EraseError::StillNeeded`] while a call of the order waits to be made, or an event to be told: their bytes must not
/// change. Nothing is changed then.
///
/// # Cancellation
/// Dropping the future may leave an erasure done or undone; doing it again is harmless.
///
/// # For implementers
/// The mistake that loses money is a body of a notification that is dropped and found as parked later: a parked notification
/// whose body is dropped must no longer be found by its ids.
#[async_trait]
pub trait Retention: Debug + Send + Sync + 'static {
    /// Erases, and returns the new version.
    async fn erase(&self, erasure: Erasure) -> Result<Version, EraseError>;
    /// One page of orders that have no `next_check_at`, were created at the instant or before, and of which less than that is
    /// erased, in the order of their creation.
    async fn resting(&self, query: &RestingQuery) -> Result<RestingPage, StoreError>;
    /// Looks at one page of notifications that were received before the instant, in the order in which they came, and drops
    /// their bodies.
    async fn drop_bodies(
        &self,
        received_before: Timestamp,
        cursor: Option<String>,
    ) -> Result<DroppedBodies, StoreError>;
}

const _: fn(&dyn Retention) = |_| {};

/// An erasure, ready to be made durable.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// The step that records it.
    pub commit: Commit,
    /// How far it goes.
    pub how_far: Erased,
    /// Events without what was personal in them, each with its number.
    pub rewritten: Vec<(Version, Recorded)>,
    /// Bodies of notifications that name one of these ids are dropped too.
    pub named: Vec<IdKey>,
}

/// Which orders to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestingQuery {
    /// Only orders of which less than this is erased.
    pub less_than: Erased,
    /// Only orders that were created then or before.
    pub created_until: Timestamp,
    /// Continue after this cursor of an earlier page.
    pub cursor: Option<String>,
    /// Look at so many orders.
    pub limit: usize,
}

/// Orders that may be due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestingPage {
    /// The orders.
    pub orders: Vec<ReferenceOrderId>,
    /// Where to go on; `None` where all were looked at.
    pub next: Option<String>,
}

/// What became of one page of notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DroppedBodies {
    /// How many lost their bodies.
    pub dropped: usize,
    /// Where to go on, now or later; `None` only where there is nothing yet.
    pub next: Option<String>,
    /// Whether there is more now.
    pub has_more: bool,
}

/// Nothing was erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// A call waits to be made, or an event to be told.
    #[error("a call of the order waits to be made, or an event to be told")]
    StillNeeded,
    /// The step was not made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<StoreError> for EraseError {
    fn from(error: StoreError) -> EraseError {
        EraseError::Commit(CommitError::Store(error))
    }
}
