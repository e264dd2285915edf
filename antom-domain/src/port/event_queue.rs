//! The event queue: merchant events that wait to be sent, and those that were.
//! Events are added by `OrderStore::commit`; here they are handed out, settled, listed and forgotten.

use std::fmt::Debug;
use std::time::Duration;

use antom_core::time::Timestamp;
use async_trait::async_trait;

use super::store::StoreError;
use crate::merchant_event::{MerchantEvent, MerchantEventId, MerchantEventKind};

/// Hands out merchant events, each order's one after the other, and remembers what became of them.
///
/// # Contract
/// Of each order at most one event is current: the first in the order's sequence that waits. Only current events are handed
/// out, once their time has come, and while the lease of one runs nobody gets it, or any other of its order, again.
/// [`settle`](EventQueue::settle) acts only for the newest claim of the event; an older one gets
/// [`EventQueueError::LeaseLost`] and changes nothing. Once an event is delivered or given up, the next of its order is
/// current and due at once.
///
/// # Durability
/// What returned survives a restart. An event that was handed out and not settled is handed out again.
///
/// # Ordering
/// Within an order by sequence; [`resend`](EventQueue::resend) is the one exception: an event that was settled before is
/// sent once more, before those that still wait. Orders are independent of each other.
///
/// # Errors
/// As [`OrderStore`](super::OrderStore).
///
/// # Cancellation
/// A dropped claim is freed by its lease.
///
/// # For implementers
/// The mistake that loses events is an event that waits while none of its order is current: it is never handed out. It
/// comes from a commit that adds an event at the instant at which its predecessor is settled; both must exclude each other.
#[async_trait]
pub trait EventQueue: Debug + Send + Sync + 'static {
    /// Claims up to `limit` current events that are due, of as many orders.
    async fn claim_events(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<ClaimedEvent>, StoreError>;
    /// Records what became of a claimed event at `now`.
    async fn settle(&self, claim: &EventClaim, end: EventEnd, now: Timestamp) -> Result<(), EventQueueError>;
    /// When the earliest current event is due, or its lease runs out; `None` where nothing waits.
    async fn next_event_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// One page of all events, oldest first. Whoever reads on from a page's end misses nothing: an event may come to the list
    /// a little later than its commit, but never in front of one that was listed before.
    async fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError>;
    /// Lets an event that does not wait be sent once more, as if it had been recorded at `now`. `false`: there is no such
    /// event. One that waits already is left as it is.
    async fn resend(&self, id: &MerchantEventId, now: Timestamp) -> Result<bool, StoreError>;
    /// Drops events that do not wait and that were recorded before `keep.since`, or that about `keep.most` newer ones follow;
    /// at most a thousand of the oldest are looked at, and the very newest always stays. Answers how many were dropped.
    async fn forget(&self, keep: Keep) -> Result<usize, StoreError>;
}

const _: fn(&dyn EventQueue) = |_| {};

/// The right to settle a claimed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventClaim {
    /// The event.
    pub event: MerchantEventId,
    /// Grows with each claim of the event.
    pub fence: u64,
}

/// A claimed event.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedEvent {
    /// The right to settle it.
    pub claim: EventClaim,
    /// The event.
    pub event: MerchantEvent,
    /// Since when it is to be sent: when it was recorded, or was asked for again.
    pub since: Timestamp,
    /// How often it was claimed before this time.
    pub tries: u32,
}

/// What became of a claimed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventEnd {
    /// The receiver has it.
    Delivered,
    /// It waits for another attempt.
    Postponed {
        /// Until then.
        due: Timestamp,
        /// Why.
        failure: String,
    },
    /// It is not sent any more, unless somebody asks for it.
    GivenUp {
        /// Why the last attempt failed.
        failure: String,
    },
}

/// Where an event is on its way to the merchant's systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It was recorded while no receiver was configured, and is only kept.
    Kept,
    /// It waits to be sent, for the first time or again, or is being sent.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// It was given up.
    GivenUp,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [DeliveryState; 4] =
        [DeliveryState::Kept, DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::GivenUp];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Kept => "kept",
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::GivenUp => "givenUp",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<DeliveryState> {
        DeliveryState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// An event with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptEvent {
    /// The event.
    pub event: MerchantEvent,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was handed out to be sent.
    pub tries: u32,
    /// When it is due, or the lease of whoever is sending it ends; only for the current event of its order.
    pub due: Option<Timestamp>,
    /// When it was delivered or given up.
    pub settled_at: Option<Timestamp>,
    /// Why the last attempt failed, where the event is not delivered since.
    pub failure: Option<String>,
}

/// Which events to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only events of this kind.
    pub kind: Option<MerchantEventKind>,
    /// Continue after this cursor of an earlier page.
    pub cursor: Option<String>,
    /// At most this many; adapters cap it at 200.
    pub limit: usize,
}

/// One page of events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPage {
    /// The events, oldest first.
    pub events: Vec<KeptEvent>,
    /// Where to read on, also after the last page: events come after it. `None` only where there is nothing yet.
    pub next: Option<String>,
    /// Whether there is more already.
    pub has_more: bool,
}

/// Which events to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Those recorded since then.
    pub since: Timestamp,
    /// About so many of the newest.
    pub most: u64,
}

/// A claim could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventQueueError {
    /// The event was claimed by somebody else in between, or is settled.
    #[error("the lease of the event was lost")]
    LeaseLost,
    /// Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
