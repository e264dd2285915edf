//! The books: load an order, take a step, make it durable, and begin again where another step came first.
//! Every service writes through here, so that state, log, calls and marks always stand or fall together.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;

use crate::merchant_event::{Sequence, announce};
use crate::order::{Event, Fact, Order, Policy, Recorded, Step};
use crate::port::{
    Announced, Claim, Clock, Commit, CommitError, IdKey, IdSource, Inbox, InboxMark, Jitter, OrderStore,
    Outbox, PaymentGateway, StoreError, StoredOrder, Version,
};

use super::queues::Queues;

/// How often a step is decided again after another one came first.
const MAX_CONFLICTS: usize = 5;

/// Everything that the services ask of the outside world.
#[derive(Debug, Clone)]
pub struct Ports {
    /// The gateway.
    pub gateway: Arc<dyn PaymentGateway>,
    /// Orders.
    pub store: Arc<dyn OrderStore>,
    /// Durable calls.
    pub outbox: Arc<dyn Outbox>,
    /// Notifications.
    pub inbox: Arc<dyn Inbox>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Chance for retries.
    pub jitter: Arc<dyn Jitter>,
}

/// The order books of one merchant.
#[derive(Debug, Clone)]
pub struct Books {
    ports: Ports,
    policy: Arc<Policy>,
    queues: Arc<Queues>,
}

/// A step could not be made durable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BooksError {
    /// There is no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// A newer program had a part in the order, and this one only shows it.
    #[error("the order was written by a newer program; this one only shows it")]
    WrittenByNewerProgram,
    /// Other steps kept coming first.
    #[error("the order kept changing; try again")]
    Busy,
    /// An id of the step is in use.
    #[error("{0} is taken")]
    IdTaken(IdKey),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store cannot tell whether the step is durable.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown,
}

/// What goes along with a step.
#[derive(Debug, Clone, Default)]
pub(super) struct Along {
    /// The outbox row that the step answers.
    pub(super) settles: Option<Claim>,
    /// The notification that the step absorbs.
    pub(super) inbox: Option<InboxMark>,
}

/// A step that was taken, or found to be empty.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// The order after the step.
    pub(super) order: Arc<Order>,
    /// The version after the step.
    pub(super) version: Version,
    /// How many merchant events the order has had.
    pub(super) announced: Sequence,
    /// The step.
    pub(super) step: Step,
}

impl Books {
    /// Opens the books.
    pub fn new(ports: Ports, policy: Arc<Policy>) -> Books {
        Books { ports, policy, queues: Arc::new(Queues::default()) }
    }

    /// The ports below.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The policy that steps follow.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The current instant.
    pub(super) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// The order as it stands.
    pub async fn load(&self, id: &ReferenceOrderId) -> Result<StoredOrder, BooksError> {
        self.ports.store.load(id).await?.ok_or(BooksError::UnknownOrder)
    }

    /// Takes in facts and makes what follows durable. An empty step writes nothing and leaves `along` to the caller.
    ///
    /// Facts about an order that a newer program wrote are not taken in, and the caller hears of it: a notification is
    /// then not acknowledged, so that it comes again until an instance of the newer program takes it.
    pub(super) async fn absorb(
        &self,
        id: &ReferenceOrderId,
        facts: &[Fact],
        along: impl Fn(&Order) -> Along,
    ) -> Result<Taken, BooksError> {
        let absorb = |order: &Order, at| match order.is_read_only {
            true => Err(BooksError::WrittenByNewerProgram),
            false => Ok(order.absorb(facts, at, &self.policy)),
        };
        self.step(id, absorb, along).await
    }

    /// Takes one step: load, decide, commit; again from the start where another process came first.
    pub(super) async fn step<E: From<BooksError>>(
        &self,
        id: &ReferenceOrderId,
        decide: impl Fn(&Order, Timestamp) -> Result<Step, E>,
        along: impl Fn(&Order) -> Along,
    ) -> Result<Taken, E> {
        let queue = self.queues.of(id);
        let _turn = queue.lock().await;
        let mut holds_claim = true;
        let mut exhausted = BooksError::Busy;
        for _ in 0..MAX_CONFLICTS {
            let stored = self.load(id).await?;
            let at = self.now();
            let step = decide(&stored.order, at)?;
            if step.is_empty() {
                let StoredOrder { order, version, announced } = stored;
                return Ok(Taken { order, version, announced, step });
            }
            let mut commit = self.commit_of(&stored, &step, at, &along);
            commit.settles = commit.settles.filter(|_| holds_claim);
            let (order, announced) = (Arc::clone(&commit.snapshot), commit.announced.total);
            match self.ports.store.commit(commit).await {
                Ok(version) => return Ok(Taken { order, version, announced, step }),
                Err(CommitError::Conflict) => exhausted = BooksError::Busy,
                // A full disk may fail every commit at its very last word: that is no quarrel over the order.
                Err(CommitError::OutcomeUnknown) => exhausted = BooksError::OutcomeUnknown,
                // The answer was heard all the same: what it says is recorded without the claim.
                Err(CommitError::LeaseLost) => holds_claim = false,
                Err(CommitError::IdTaken(key)) => return Err(BooksError::IdTaken(key).into()),
                Err(CommitError::Store(error)) => return Err(BooksError::Store(error).into()),
            }
        }
        Err(exhausted.into())
    }

    /// Makes a new order durable.
    pub(super) async fn create(
        &self,
        order: Arc<Order>,
        step: &Step,
        at: Timestamp,
    ) -> Result<(), CommitError> {
        let commit = Commit {
            order_id: order.reference_order_id.clone(),
            expected: 0,
            events: recorded(step, at),
            phase: order.phase(),
            next_check_at: order.next_check_at(at, &self.policy),
            snapshot: order,
            ids: Vec::new(),
            effects: Vec::new(),
            settles: None,
            inbox: None,
            announced: Announced::default(),
        };
        self.ports.store.commit(commit).await.map(|_| ())
    }

    /// Steps of the order wait until the turn is over.
    pub(super) async fn turn(&self, id: &ReferenceOrderId) -> async_lock::MutexGuardArc<()> {
        self.queues.of(id).lock_arc().await
    }

    pub(super) fn commit_of(
        &self,
        before: &StoredOrder,
        step: &Step,
        at: Timestamp,
        along: &impl Fn(&Order) -> Along,
    ) -> Commit {
        let mut order = Order::clone(&before.order);
        for event in &step.events {
            order.apply(event, at);
        }
        let Along { settles, inbox } = along(&order);
        let announced = self.announced(before, step, &order, at);
        Commit {
            order_id: order.reference_order_id.clone(),
            expected: before.version,
            events: recorded(step, at),
            phase: order.phase(),
            next_check_at: order.next_check_at(at, &self.policy),
            snapshot: Arc::new(order),
            ids: step.events.iter().flat_map(ids_of).collect(),
            effects: step.effects.iter().map(|call| (call.clone(), at)).collect(),
            settles,
            inbox,
            announced,
        }
    }

    /// What the merchant's own systems are told of the step.
    fn announced(&self, before: &StoredOrder, step: &Step, after: &Order, at: Timestamp) -> Announced {
        let events = announce(&before.order, &step.events, after, at, before.announced);
        let total = events.last().map_or(before.announced, |last| last.sequence);
        Announced { events, total, are_sent: self.policy.sends_events }
    }
}

fn recorded(step: &Step, at: Timestamp) -> Vec<Recorded> {
    step.events.iter().map(|event| Recorded { at, event: event.clone() }).collect()
}

/// The ids that an event makes known.
fn ids_of(event: &Event) -> Vec<IdKey> {
    match event {
        Event::AttemptOpened { payment_request_id, token, idempotency_key, .. } => {
            let own = [IdKey::PaymentRequest(payment_request_id.to_string()), IdKey::Token(token.clone())];
            own.into_iter().chain(idempotency_key.clone().map(IdKey::Idempotency)).collect()
        }
        Event::CaptureRequested { capture_request_id, .. } => {
            vec![IdKey::CaptureRequest(capture_request_id.to_string())]
        }
        Event::RefundRequested { refund_request_id, .. } => {
            vec![IdKey::RefundRequest(refund_request_id.to_string())]
        }
        Event::PaymentIdLearnt { payment_id, .. } => vec![IdKey::Payment(payment_id.to_string())],
        _ => Vec::new(),
    }
}
