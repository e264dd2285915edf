//! The outbox: durable calls that wait to be made.
//! Rows are added by `OrderStore::commit`; here they are claimed, postponed and dropped.

use std::fmt::Debug;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use async_trait::async_trait;

use super::store::StoreError;
use crate::order::{CallId, GatewayCall};

/// Hands out due calls, each to one worker at a time.
///
/// # Contract
/// A claimed row is leased until `now + lease` and carries a fence that grows with each claim of that row. While a
/// lease runs nobody else gets the row. [`complete`](Outbox::complete) and [`postpone`](Outbox::postpone) act only for
/// the current fence; an older one gets [`OutboxError::LeaseLost`] and changes nothing.
///
/// A lease may end before its time where the storage learns that its holder is gone. A holder that is taken for gone by
/// mistake, since it was stopped for a while, is told so by [`is_held`](Outbox::is_held): it asks before each call.
///
/// # Durability
/// A claim, a completion and a postponement survive a restart once they returned.
///
/// # Ordering
/// Rows come by due time. Rows of different orders are independent.
///
/// # Errors
/// As [`OrderStore`](super::OrderStore).
///
/// # Cancellation
/// A dropped claim is freed by its lease, or earlier, with its process.
///
/// # For implementers
/// The bytes of a call come back exactly as they were committed. A row that is sent with other bytes under the same id
/// is answered REPEAT_REQ_INCONSISTENT and its outcome is lost. An `is_held` that answers from memory, and not from where
/// claims are decided, lets two workers make one call at the same time.
#[async_trait]
pub trait Outbox: Debug + Send + Sync + 'static {
    /// Claims up to `limit` due rows.
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError>;
    /// Whether the call may begin under this claim: its lease runs at `now`, and nobody else has claimed the row.
    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError>;
    /// Drops a row whose call is no longer wanted or was answered without changing the order.
    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError>;
    /// Gives the row back, due again at `due`.
    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError>;
    /// Makes a waiting row due now, where it still exists and nobody holds it.
    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError>;
    /// When the earliest row that nobody holds is due, or a lease runs out; `None` when the outbox is empty.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
}

const _: fn(&dyn Outbox) = |_| {};

/// The right to act on one outbox row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The row.
    pub call_id: CallId,
    /// Grows with each claim of the row.
    pub fence: u64,
}

/// A claimed row.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The right to act on it.
    pub claim: Claim,
    /// The order that wished the call.
    pub order_id: ReferenceOrderId,
    /// The call, byte for byte as it was committed.
    pub call: GatewayCall,
    /// How often it was claimed before this time.
    pub tries: u32,
}

/// A claim could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// The row was claimed by somebody else in between, or is gone.
    #[error("the lease of the call was lost")]
    LeaseLost,
    /// Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
