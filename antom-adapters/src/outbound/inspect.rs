//! What those who run a storage ask of it, besides the domain's ports: can it be written, how busy is it, which orders wait,
//! what an order told. What the answers mean is left to readiness, metrics and the dashboard; a storage without these answers is only asked by its ports.

use std::fmt::Debug;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{Order, OrderPhase};
use antom_domain::port::{KeptEvent, StoreError};
use async_trait::async_trait;

/// Looks at a storage from the outside.
///
/// # Contract
/// Nothing here changes an order. Every question about orders is answered from an index, and reads at most the `limit`
/// orders or events that it answers with.
#[async_trait]
pub trait Inspect: Debug + Send + Sync + 'static {
    /// Whether a step could be made durable now; SQLite writes for it, a server is asked.
    async fn check_writable(&self) -> Result<(), StoreError>;
    /// Orders that are not at rest, those that were created first.
    async fn oldest_open(&self, limit: usize) -> Result<Vec<Order>, StoreError>;
    /// Orders in this phase, those that were created first.
    async fn oldest_in(&self, phase: OrderPhase, limit: usize) -> Result<Vec<Order>, StoreError>;
    /// The newest merchant events of this order that are still kept, oldest first.
    async fn events_of(&self, order: &ReferenceOrderId, limit: usize) -> Result<Vec<KeptEvent>, StoreError>;
    /// Since when the merchant event that waits longest is to be sent; `None` where none waits. This one reads the current
    /// event of every order that has one.
    async fn oldest_event(&self) -> Result<Option<Timestamp>, StoreError>;
    /// How busy the storage is.
    fn use_now(&self) -> StoreUse;
}

const _: fn(&dyn Inspect) = |_| {};

/// How busy a storage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreUse {
    /// Steps that are queued for a writer and not taken by one.
    pub writes_waiting: usize,
    /// Connections in use, those of the writers apart.
    pub connections_busy: usize,
    /// The most that can be in use.
    pub connections: usize,
}
