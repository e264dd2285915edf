//! The order store: load an order, commit a step.
//! What is committed together is decided by the services; how it becomes durable is the adapter's.

use std::fmt::{self, Debug};
use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use async_trait::async_trait;

use super::inbox::InboxMark;
use super::outbox::Claim;
use crate::merchant_event::{MerchantEvent, Sequence};
use crate::order::{GatewayCall, Order, OrderPhase, Recorded};

/// Keeps orders: a snapshot with a version, the append-only log, and the index of ids.
///
/// # Contract
/// [`commit`](OrderStore::commit) applies a [`Commit`] whole or not at all: events, snapshot, id index, new outbox rows,
/// merchant events, the settled outbox row and the inbox mark stand or fall together. It fails with
/// [`CommitError::Conflict`] unless the stored version equals `expected` (0: the order does not exist yet); the new
/// version is `expected` plus the number of events.
///
/// What a newer program wrote is neither an error nor left out: [`load`](OrderStore::load) and
/// [`list`](OrderStore::list) show the order as [`is_read_only`](Order::is_read_only), folded up to the first event that
/// this program does not know, under the version that is stored; [`history`](OrderStore::history) ends before that event.
/// [`stored`](crate::order::stored) tells newer from damaged.
///
/// # Durability
/// When `commit` returns `Ok`, the step survives the loss of power.
///
/// # Ordering
/// A load that begins after a commit returned sees that commit.
///
/// # Errors
/// [`CommitError::OutcomeUnknown`] where the adapter cannot tell whether the commit happened: the caller loads again
/// before anything else. [`StoreError`] never hides a lost write behind an empty answer.
///
/// # Cancellation
/// Dropping the future may leave the commit done or undone; load to know.
///
/// # For implementers
/// The mistake that loses money is a commit that returns before it is durable: a call is then sent under an id that
/// nobody remembers. The second is a version check outside the transaction: two successes of one order are then both
/// kept.
#[async_trait]
pub trait OrderStore: Debug + Send + Sync + 'static {
    /// The order and its version, or `None`.
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError>;
    /// The order that owns this id, or `None`.
    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError>;
    /// Makes one step durable and returns the new version.
    async fn commit(&self, commit: Commit) -> Result<Version, CommitError>;
    /// All recorded events of the order that this program knows, oldest first, up to the first that it does not;
    /// empty for an unknown order.
    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError>;
    /// One page of orders, newest first.
    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError>;
    /// Orders whose `next_check_at` is set, ordered by id, after `after` where given.
    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError>;
}

const _: fn(&dyn OrderStore) = |_| {};

/// The number of events recorded for an order; 0 before the first.
pub type Version = u64;

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredOrder {
    /// The folded log. Whoever keeps it shares it.
    pub order: Arc<Order>,
    /// The number of events folded.
    pub version: Version,
    /// The number of merchant events that the order has had, forgotten ones included.
    pub announced: Sequence,
}

/// One step, ready to be made durable.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The order that changes.
    pub order_id: ReferenceOrderId,
    /// The version that the step was decided on; 0 creates the order.
    pub expected: Version,
    /// What happened, oldest first; the first gets number `expected + 1`. Never empty.
    pub events: Vec<Recorded>,
    /// The order after the events.
    pub snapshot: Arc<Order>,
    /// The order's phase, for listing.
    pub phase: OrderPhase,
    /// When somebody must look again at the latest; `None` when the order is at rest.
    pub next_check_at: Option<Timestamp>,
    /// Ids that lead to this order from now on. An own id that leads elsewhere fails the commit; a gateway's id that
    /// leads elsewhere stays where it is.
    pub ids: Vec<IdKey>,
    /// Calls to make once this is durable, each with the instant from which it is due.
    pub effects: Vec<(GatewayCall, Timestamp)>,
    /// The outbox row that this step answers: it must still be held by this claim, and is completed.
    pub settles: Option<Claim>,
    /// The notification that this step absorbs.
    pub inbox: Option<InboxMark>,
    /// What the merchant's own systems are told of this step.
    pub announced: Announced,
}

/// The merchant events of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Announced {
    /// The events, in the sequence of their order. Most steps have none.
    pub events: Vec<MerchantEvent>,
    /// How many merchant events the order has had, with these.
    pub total: Sequence,
    /// Whether they are to be sent; otherwise they are only kept.
    pub are_sent: bool,
}

/// An id that leads to an order. Ids are unique per kind, not over all kinds (T-2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum IdKey {
    /// Our `paymentRequestId`.
    PaymentRequest(String),
    /// Our `captureRequestId`.
    CaptureRequest(String),
    /// Our `refundRequestId`.
    RefundRequest(String),
    /// The gateway's `paymentId`.
    Payment(String),
    /// The public token of an attempt's pages.
    Token(String),
    /// The merchant's idempotency key.
    Idempotency(String),
}

impl IdKey {
    /// The kind, as it is stored.
    pub fn kind(&self) -> &'static str {
        match self {
            IdKey::PaymentRequest(_) => "paymentRequestId",
            IdKey::CaptureRequest(_) => "captureRequestId",
            IdKey::RefundRequest(_) => "refundRequestId",
            IdKey::Payment(_) => "paymentId",
            IdKey::Token(_) => "token",
            IdKey::Idempotency(_) => "idempotencyKey",
        }
    }

    /// The id itself.
    pub fn value(&self) -> &str {
        match self {
            IdKey::PaymentRequest(id)
            | IdKey::CaptureRequest(id)
            | IdKey::RefundRequest(id)
            | IdKey::Payment(id)
            | IdKey::Token(id)
            | IdKey::Idempotency(id) => id,
        }
    }

    /// Whether the gateway made this id: such an id is never trusted to be unique.
    pub fn is_gateway_made(&self) -> bool {
        matches!(self, IdKey::Payment(_))
    }
}

impl fmt::Display for IdKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.value())
    }
}

/// Which orders to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// Only orders in this phase.
    pub phase: Option<OrderPhase>,
    /// Continue after this cursor of an earlier page.
    pub cursor: Option<String>,
    /// At most this many; adapters cap it at 200.
    pub limit: usize,
}

/// One page of orders.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrderPage {
    /// The orders, newest first.
    pub orders: Vec<Order>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// The store cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database is away, full or read-only: nothing was read or written.
    #[error("the order store is not available")]
    Unavailable,
    /// What is stored cannot be read by this version of the program.
    #[error("stored {what} of {id} cannot be read")]
    Unreadable {
        /// Which part: `snapshot`, `event`, `call`, `notification`, or the `cursor` of a listing.
        what: &'static str,
        /// The row's id.
        id: String,
    },
}

/// A step was not made durable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Another step came first: load and decide again.
    #[error("the order changed in between")]
    Conflict,
    /// An id of the commit leads to another order or was used before.
    #[error("{0} is taken")]
    IdTaken(IdKey),
    /// The claim in `settles` is no longer held.
    #[error("the lease of the call was lost")]
    LeaseLost,
    /// Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The adapter cannot tell whether the step was written.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown,
}
