//! A service over a storage of one's own: here orders in memory, with one line of audit for each step.
//! What a storage must promise is told by the ports; the contract suite below proves it in one line.
//!
//! `cargo run -p antom-adapters --features service --example own_store`, and as a test with `--example own_store` of
//! `cargo test`.

mod support;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antom_adapters::service::Builder;
use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEventId;
use antom_domain::order::{CallId, Recorded};
use antom_domain::port::{
    Claim, Claimed, ClaimedEvent, Commit, CommitError, EventClaim, EventEnd, EventPage, EventQuery,
    EventQueue, EventQueueError, IdKey, Inbox, InboxMark, InboxPage, InboxQuery, Keep, NotificationDigest,
    OrderPage, OrderQuery, OrderStore, Outbox, OutboxError, ReceivedNotification, StoreError, StoredOrder,
    Version,
};
use antom_domain::testing::MemoryStore;
use async_trait::async_trait;

/// Keeps orders somewhere (here: in memory), and who changed what in lines that only grow.
///
/// The four ports are one value, because one commit writes to all of them.
#[derive(Debug, Default)]
struct AuditedStore {
    kept: MemoryStore,
    audit: Mutex<Vec<String>>,
}

impl AuditedStore {
    fn audit(&self) -> Vec<String> {
        self.audit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl OrderStore for AuditedStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        self.kept.load(id).await
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        self.kept.find(key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        let (order_id, events) = (commit.order_id.clone(), commit.events.len());
        let version = self.kept.commit(commit).await?;
        // Only what was kept is audited. A storage on disks writes both in one transaction.
        let line = format!("{order_id}: {events} event(s), version {version}");
        self.audit.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        Ok(version)
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.kept.history(id).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        self.kept.list(query).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        self.kept.unresolved(after, limit).await
    }
}

#[async_trait]
impl Outbox for AuditedStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.kept.claim_due(now, lease, limit).await
    }

    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        self.kept.is_held(claim, now).await
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        self.kept.complete(claim).await
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        self.kept.postpone(claim, due).await
    }

    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError> {
        self.kept.hasten(id, now).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.kept.next_due().await
    }
}

#[async_trait]
impl Inbox for AuditedStore {
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError> {
        self.kept.record(mark).await
    }

    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError> {
        self.kept.parked(keys).await
    }

    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError> {
        self.kept.recent(limit).await
    }

    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        self.kept.notifications(query).await
    }

    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError> {
        self.kept.notification(digest).await
    }
}

#[async_trait]
impl EventQueue for AuditedStore {
    async fn claim_events(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<ClaimedEvent>, StoreError> {
        self.kept.claim_events(now, lease, limit).await
    }

    async fn settle(&self, claim: &EventClaim, end: EventEnd, now: Timestamp) -> Result<(), EventQueueError> {
        self.kept.settle(claim, end, now).await
    }

    async fn next_event_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.kept.next_event_due().await
    }

    async fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        self.kept.events(query).await
    }

    async fn resend(&self, id: &MerchantEventId, now: Timestamp) -> Result<bool, StoreError> {
        self.kept.resend(id, now).await
    }

    async fn forget(&self, keep: Keep) -> Result<usize, StoreError> {
        self.kept.forget(keep).await
    }
}

#[tokio::main]
async fn main() -> support::Outcome {
    show().await
}

/// Creates an order through the merchant API and finds it in the storage that was handed over.
async fn show() -> support::Outcome {
    let store = Arc::new(AuditedStore::default());
    let service = Builder::new(support::config()?).storage(store.clone()).start().await?;

    let (status, created) = support::post(service.listening, "/v1/orders", support::order()).await?;

    assert_eq!(
        (status, created.get("referenceOrderId").and_then(serde_json::Value::as_str)),
        (201, Some("ORDER-1"))
    );
    let id = ReferenceOrderId::parse("ORDER-1")?;
    assert_eq!(store.load(&id).await?.map(|stored| stored.version), Some(1), "the order is in our store");
    assert_eq!(store.audit(), ["ORDER-1: 1 event(s), version 1"]);
    service.stop().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use antom_domain::testing::contract::Adapter;

    use super::*;

    #[tokio::test]
    async fn the_service_keeps_its_orders_in_the_storage_that_it_is_given() {
        show().await.unwrap();
    }

    async fn fresh() -> Adapter {
        let store = AuditedStore::default();
        let same = store.kept.clone();
        Adapter::of(store)
            .written_by_others(move |id, event, snapshot| same.write_stored(id, event, snapshot).unwrap())
    }

    antom_domain::contract_suite!(fresh);
}
