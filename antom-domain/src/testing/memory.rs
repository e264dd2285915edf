//! Orders, outbox, inbox and event queue in memory, held to the same contract as a database.
//! Nothing survives the process: durability is left to real adapters.

mod events;
mod inbox;
mod orders;
mod outbox;
mod retention;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use async_trait::async_trait;

use self::events::Events;
use self::inbox::Marks;
use self::orders::Orders;
use self::outbox::Rows;
use crate::merchant_event::MerchantEventId;
use crate::order::{CallId, Recorded};
use crate::port::{
    Claim, Claimed, ClaimedEvent, Commit, CommitError, EventClaim, EventEnd, EventPage, EventQuery,
    EventQueue, EventQueueError, IdKey, Inbox, InboxMark, InboxPage, InboxQuery, Keep, NotificationDigest,
    OrderPage, OrderQuery, OrderStore, Outbox, OutboxError, ReceivedNotification, StoreError, StoredOrder,
    Version,
};

/// An order store, outbox, inbox and event queue in memory, for tests and trials. Clones share the same contents.
///
/// It can be told to fail as a database fails: [`set_available`](MemoryStore::set_available) and
/// [`interrupt_next_commit`](MemoryStore::interrupt_next_commit).
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    orders: Orders,
    outbox: Rows,
    inbox: Marks,
    events: Events,
    is_away: bool,
    interruption: Option<Interruption>,
}

#[derive(Debug)]
struct Interruption {
    is_written: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Takes the store away, or brings it back with all that it held. While it is away every operation answers
    /// [`StoreError::Unavailable`] and does nothing.
    pub fn set_available(&self, is_available: bool) {
        self.change(|state| state.is_away = !is_available);
    }

    /// The next commit answers [`CommitError::OutcomeUnknown`], whether or not it is written. A commit that would be
    /// refused is refused as ever and leaves the interruption for the next.
    pub fn interrupt_next_commit(&self, is_written: bool) {
        self.change(|state| state.interruption = Some(Interruption { is_written }));
    }

    /// Appends an event to an order that exists and replaces its snapshot, both as stored texts, as another program
    /// writes them: an older one, or a newer one whose words this one does not know.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where there is no such order, or a text is damaged.
    pub fn write_stored(&self, id: &ReferenceOrderId, event: &str, snapshot: &str) -> Result<(), StoreError> {
        self.change(|state| state.orders.write_stored(id, event, snapshot))
    }

    fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn ask<T>(&self, act: impl FnOnce(&mut State) -> T) -> Result<T, StoreError> {
        self.change(|state| if state.is_away { Err(StoreError::Unavailable) } else { Ok(act(state)) })
    }
}

impl State {
    /// Every check comes before the first change, so that a refused step leaves no trace.
    fn commit(&mut self, commit: Commit) -> Result<Version, CommitError> {
        self.orders.check(&commit)?;
        if commit.settles.as_ref().is_some_and(|claim| !self.outbox.has(claim)) {
            return Err(CommitError::LeaseLost);
        }
        let interruption = self.interruption.take();
        if interruption.as_ref().is_some_and(|interruption| !interruption.is_written) {
            return Err(CommitError::OutcomeUnknown);
        }
        self.outbox.step(&commit);
        if let Some(mark) = &commit.inbox {
            self.inbox.record(mark);
        }
        self.events.step(&commit);
        let version = self.orders.apply(commit);
        if interruption.is_some() { Err(CommitError::OutcomeUnknown) } else { Ok(version) }
    }
}

#[async_trait]
impl OrderStore for MemoryStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        self.ask(|state| state.orders.load(id))
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        self.ask(|state| state.orders.find(key))
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        self.ask(|state| state.commit(commit))?
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.ask(|state| state.orders.history(id))
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        self.ask(|state| state.orders.list(query))?
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        self.ask(|state| state.orders.unresolved(after, limit))
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.ask(|state| state.outbox.claim_due(now, lease, limit))
    }

    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        self.ask(|state| state.outbox.is_held(claim, now))
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        self.ask(|state| state.outbox.complete(claim))?
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        self.ask(|state| state.outbox.postpone(claim, due))?
    }

    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError> {
        self.ask(|state| state.outbox.hasten(id, now))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.ask(|state| state.outbox.next_due())
    }
}

#[async_trait]
impl Inbox for MemoryStore {
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError> {
        self.ask(|state| state.inbox.record(mark))
    }

    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError> {
        self.ask(|state| state.inbox.parked(keys))
    }

    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError> {
        self.ask(|state| state.inbox.recent(limit))
    }

    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        self.ask(|state| state.inbox.page(query))?
    }

    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError> {
        self.ask(|state| state.inbox.by_digest(digest))
    }
}

#[async_trait]
impl EventQueue for MemoryStore {
    async fn claim_events(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<ClaimedEvent>, StoreError> {
        self.ask(|state| state.events.claim(now, lease, limit))
    }

    async fn settle(&self, claim: &EventClaim, end: EventEnd, now: Timestamp) -> Result<(), EventQueueError> {
        self.ask(|state| state.events.settle(claim, end, now))?
    }

    async fn next_event_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.ask(|state| state.events.next_due())
    }

    async fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        self.ask(|state| state.events.page(query))?
    }

    async fn resend(&self, id: &MerchantEventId, now: Timestamp) -> Result<bool, StoreError> {
        self.ask(|state| state.events.resend(id, now))
    }

    async fn forget(&self, keep: Keep) -> Result<usize, StoreError> {
        self.ask(|state| state.events.forget(keep))
    }
}
