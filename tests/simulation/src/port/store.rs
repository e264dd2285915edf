//! The store behind faults: away, slow, or silent about whether a commit was written.
//! What it holds is the domain's own memory store, which every instance shares.

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{CallId, Event, Recorded};
use antom_domain::port::{
    Claim, Claimed, Commit, CommitError, IdKey, Inbox, InboxMark, InboxPage, InboxQuery, NotificationDigest,
    OrderPage, OrderQuery, OrderStore, Outbox, OutboxError, ReceivedNotification, StoreError, StoredOrder,
    Version,
};
use async_trait::async_trait;
use serde_json::Value;

use crate::world::{World, fingerprint};

/// The store as one instance reaches it.
#[derive(Debug)]
pub struct SimulatedStore {
    world: Arc<World>,
}

impl SimulatedStore {
    /// The store of this world.
    pub fn new(world: Arc<World>) -> SimulatedStore {
        SimulatedStore { world }
    }

    async fn reach(&self) -> Result<(), StoreError> {
        let profile = self.world.profile();
        if self.world.strikes(profile.store_slow) {
            self.world.handle.sleep(self.world.random.between(1, 2_000)).await;
        }
        if self.world.strikes(profile.store_away) { Err(StoreError::Unavailable) } else { Ok(()) }
    }
}

/// What a commit makes durable, for the judge.
struct Durable {
    calls: Vec<(String, u64)>,
    notification: Option<String>,
}

impl Durable {
    fn of(commit: &Commit) -> Durable {
        let calls = commit.effects.iter();
        Durable {
            calls: calls
                .map(|(call, _)| (call.id().to_string(), fingerprint(call.body.as_bytes())))
                .collect(),
            notification: commit.inbox.as_ref().map(|mark| mark.notification.digest.to_string()),
        }
    }

    fn enter(self, world: &World) {
        let mut seen = world.seen();
        for (id, hash) in self.calls {
            seen.durable_calls.entry(id).or_insert(hash);
        }
        seen.durable_notifications.extend(self.notification);
    }
}

/// A notification that names another amount never leads to a success.
fn judge_amount(world: &World, commit: &Commit) {
    let Some(mark) = &commit.inbox else { return };
    let succeeded =
        |event: &Event| matches!(event, Event::PaymentSucceeded { .. } | Event::CaptureSucceeded { .. });
    if !commit.events.iter().any(|recorded| succeeded(&recorded.event)) {
        return;
    }
    let body: Value = serde_json::from_slice(&mark.notification.body).unwrap_or_default();
    let price = commit.snapshot.amount.minor_units();
    let capture = body.get("captureRequestId").and_then(Value::as_str);
    let asked = capture.and_then(|id| world.seen().asked.get(id).and_then(|asked| asked.minor));
    for (name, expected) in [("paymentAmount", price), ("captureAmount", asked.unwrap_or(price))] {
        let seen = body.get(name).and_then(|amount| amount.get("value")).and_then(Value::as_str);
        if seen.is_some_and(|seen| seen != expected.to_string()) {
            world.violation(format!("{} is a success by a notification of another amount", commit.order_id));
        }
    }
}

#[async_trait]
impl OrderStore for SimulatedStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        self.reach().await?;
        self.world.store.load(id).await
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        self.reach().await?;
        self.world.store.find(key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        self.reach().await?;
        let profile = self.world.profile();
        if self.world.strikes(profile.commit_unknown_lost) {
            return Err(CommitError::OutcomeUnknown);
        }
        judge_amount(&self.world, &commit);
        let durable = Durable::of(&commit);
        let phase = commit.phase.as_str();
        let order_id = commit.order_id.clone();
        let events = commit.events.len();
        match self.world.store.commit(commit).await {
            Ok(version) => {
                durable.enter(&self.world);
                self.world.note("commit", order_id.as_str(), phase);
                for instance in self.world.instances().values() {
                    instance.wake();
                }
                debug_assert!(events > 0, "an empty step is not committed");
                if self.world.strikes(profile.commit_unknown_written) {
                    return Err(CommitError::OutcomeUnknown);
                }
                Ok(version)
            }
            Err(error) => {
                self.world.note("no commit", order_id.as_str(), "");
                Err(error)
            }
        }
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.reach().await?;
        self.world.store.history(id).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        self.reach().await?;
        self.world.store.list(query).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        self.reach().await?;
        self.world.store.unresolved(after, limit).await
    }
}

#[async_trait]
impl Outbox for SimulatedStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.reach().await?;
        self.world.store.claim_due(now, lease, limit).await
    }

    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        self.reach().await?;
        self.world.store.is_held(claim, now).await
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        self.reach().await?;
        self.world.store.complete(claim).await
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        self.reach().await?;
        self.world.store.postpone(claim, due).await
    }

    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError> {
        self.reach().await?;
        self.world.store.hasten(id, now).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.reach().await?;
        self.world.store.next_due().await
    }
}

#[async_trait]
impl Inbox for SimulatedStore {
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError> {
        self.reach().await?;
        self.world.store.record(mark).await?;
        self.world.seen().durable_notifications.insert(mark.notification.digest.to_string());
        Ok(())
    }

    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError> {
        self.reach().await?;
        self.world.store.parked(keys).await
    }

    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError> {
        self.reach().await?;
        self.world.store.recent(limit).await
    }

    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        self.reach().await?;
        self.world.store.notifications(query).await
    }

    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError> {
        self.reach().await?;
        self.world.store.notification(digest).await
    }
}
