//! Mistakes in what is made durable, and in what is made of the store's answers.
//! The store itself stays right.

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{CallId, CallSubject, CancelReason, Event, Recorded, Role};
use antom_domain::port::{
    Claim, Claimed, Commit, CommitError, IdKey, Inbox, InboxMark, InboxPage, InboxQuery, InboxVerdict,
    NotificationDigest, OrderPage, OrderQuery, OrderStore, Outbox, OutboxError, PaymentGateway,
    ReceivedNotification, StoreError, StoredOrder, Version,
};
use antom_domain::service::Ports;
use async_trait::async_trait;

use super::Mistake;
use crate::world::World;

/// A store, outbox and inbox that make one mistake.
#[derive(Debug)]
pub(super) struct WrongStore {
    store: Arc<dyn OrderStore>,
    outbox: Arc<dyn Outbox>,
    inbox: Arc<dyn Inbox>,
    gateway: Arc<dyn PaymentGateway>,
    mistake: Mistake,
    world: Arc<World>,
    started_at: i64,
}

impl WrongStore {
    pub(super) fn new(ports: &Ports, mistake: Mistake, world: Arc<World>) -> WrongStore {
        WrongStore {
            store: Arc::clone(&ports.store),
            outbox: Arc::clone(&ports.outbox),
            inbox: Arc::clone(&ports.inbox),
            gateway: Arc::clone(&ports.gateway),
            mistake,
            started_at: world.handle.now(),
            world,
        }
    }

    /// The step as the mistake writes it.
    fn written(&self, mut commit: Commit) -> Commit {
        match self.mistake {
            Mistake::SurplusIsForgotten if cancels_surplus(&commit) => commit.effects.clear(),
            Mistake::SurplusIsKept => keep_every_success(&mut commit),
            Mistake::LogHasGaps if commit.events.len() > 1 => {
                commit.events.pop();
            }
            Mistake::NextCheckIsLost => commit.next_check_at = None,
            Mistake::MarkIsNotCommitted => commit.inbox = None,
            _ => {}
        }
        commit
    }
}

fn cancels_surplus(commit: &Commit) -> bool {
    commit.events.iter().any(|recorded| {
        matches!(recorded.event, Event::CancelRequested { reason: CancelReason::Surplus, .. })
    })
}

fn keep_every_success(commit: &mut Commit) {
    let is_surplus = |recorded: &Recorded| matches!(recorded.event, Event::AttemptSurplus { .. });
    if !commit.events.iter().any(is_surplus) {
        return;
    }
    commit.events.retain(|recorded| {
        !is_surplus(recorded)
            && !matches!(recorded.event, Event::CancelRequested { reason: CancelReason::Surplus, .. })
    });
    commit.effects.retain(|(call, _)| !matches!(call.subject, CallSubject::Cancel { .. }));
    let order = Arc::make_mut(&mut commit.snapshot);
    for attempt in order.attempts.iter_mut().filter(|attempt| attempt.role == Role::Surplus) {
        attempt.role = Role::Kept;
        attempt.cancels.clear();
    }
}

#[async_trait]
impl OrderStore for WrongStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        self.store.load(id).await
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        self.store.find(key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        let mut commit = self.written(commit);
        if self.mistake == Mistake::NoWriteAhead {
            for (call, _) in &commit.effects {
                // The answer is thrown away; the row will be made again.
                let _answer = self.gateway.call(call).await;
            }
        }
        if self.mistake == Mistake::VersionIsIgnored
            && commit.expected > 0
            && let Some(stored) = self.store.load(&commit.order_id).await?
        {
            commit.expected = stored.version;
        }
        let expected = commit.expected;
        match self.store.commit(commit).await {
            Err(CommitError::Conflict) if self.mistake == Mistake::ConflictIsWritten => Ok(expected),
            Err(CommitError::OutcomeUnknown) if self.mistake == Mistake::UnknownCommitIsWritten => {
                Ok(expected)
            }
            outcome => outcome,
        }
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.store.history(id).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        self.store.list(query).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        let found = self.store.unresolved(after, limit).await?;
        if self.mistake != Mistake::NothingIsResumed {
            return Ok(found);
        }
        let mut own = Vec::new();
        for id in found {
            let log = self.store.history(&id).await?;
            if log.last().is_some_and(|last| last.at.epoch_millis() >= self.started_at) {
                own.push(id);
            }
        }
        Ok(own)
    }
}

#[async_trait]
impl Outbox for WrongStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let lease = if self.mistake == Mistake::LeaseIsIgnored { Duration::from_millis(5) } else { lease };
        let claimed = self.outbox.claim_due(now, lease, limit).await?;
        if self.mistake == Mistake::RowDroppedBeforeCall {
            for one in &claimed {
                // Whoever drops the row before the call does not look whether it is there.
                let _dropped = self.outbox.complete(&one.claim).await;
            }
        }
        Ok(claimed)
    }

    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        // Whoever forgets about leases does not ask for them either.
        let asks = !matches!(self.mistake, Mistake::LeaseIsIgnored | Mistake::RowDroppedBeforeCall);
        Ok(!asks || self.outbox.is_held(claim, now).await?)
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        self.outbox.complete(claim).await
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        if self.mistake == Mistake::NoRetry {
            return self.outbox.complete(claim).await;
        }
        self.outbox.postpone(claim, due).await
    }

    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError> {
        self.outbox.hasten(id, now).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due = self.outbox.next_due().await?;
        // A worker that ignores leases looks again every now and then, not all the time.
        let pause = Timestamp::from_epoch_millis(self.world.handle.now().saturating_add(250));
        Ok(if self.mistake == Mistake::LeaseIsIgnored { due.map(|due| due.max(pause)) } else { due })
    }
}

#[async_trait]
impl Inbox for WrongStore {
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError> {
        if self.mistake == Mistake::UnknownIdIsDropped && mark.verdict == InboxVerdict::Parked {
            return Ok(());
        }
        self.inbox.record(mark).await
    }

    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError> {
        self.inbox.parked(keys).await
    }

    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError> {
        self.inbox.recent(limit).await
    }

    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        self.inbox.notifications(query).await
    }

    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError> {
        self.inbox.notification(digest).await
    }
}
