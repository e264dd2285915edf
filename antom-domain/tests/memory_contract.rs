//! The memory store, held to the contract of the storage ports.
//! Beyond it: how the store fails on demand, and that the suite forgets no story.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use antom_core::id::{PaymentId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId};
use antom_core::money::{Currency, Money};
use antom_core::time::Timestamp;
use antom_domain::order::{Event, Order, OrderPhase, Recorded};
use antom_domain::port::{Announced, Commit, CommitError, Inbox, OrderStore, Outbox, StoreError};
use antom_domain::testing::MemoryStore;
use antom_domain::testing::contract::Adapter;

async fn fresh() -> Adapter {
    let store = MemoryStore::new();
    let same = store.clone();
    Adapter::of(store.clone())
        .retaining(std::sync::Arc::new(store))
        .written_by_others(move |id, event, snapshot| same.write_stored(id, event, snapshot).unwrap())
}

antom_domain::contract_suite!(fresh);
antom_domain::retention_contract_suite!(fresh);

fn creation() -> Commit {
    let order_id = ReferenceOrderId::parse("A").unwrap();
    let at = Timestamp::from_epoch_millis(1_795_000_000_000);
    let event = Event::PaymentIdLearnt {
        payment_request_id: PaymentRequestId::parse("A-1").unwrap(),
        payment_id: PaymentId::parse("P").unwrap(),
    };
    Commit {
        order_id: order_id.clone(),
        expected: 0,
        events: vec![Recorded { at, event }],
        snapshot: Order {
            reference_order_id: order_id,
            amount: Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap(),
            description: "One coffee".to_owned(),
            reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").unwrap(),
            created_at: at,
            has_details: false,
            erased: None,
            attempts: Vec::new(),
            is_read_only: false,
        }
        .into(),
        phase: OrderPhase::Open,
        next_check_at: None,
        ids: Vec::new(),
        effects: Vec::new(),
        settles: None,
        inbox: None,
        announced: Announced::default(),
    }
}

#[test]
fn the_suite_runs_every_story() {
    let suite = include_str!("../src/testing/contract/suite.rs");
    let ports = [
        ("store", include_str!("../src/testing/contract/store.rs")),
        ("outbox", include_str!("../src/testing/contract/outbox.rs")),
        ("inbox", include_str!("../src/testing/contract/inbox.rs")),
        ("events", include_str!("../src/testing/contract/events.rs")),
        ("retention", include_str!("../src/testing/contract/retention.rs")),
    ];
    for (port, source) in ports {
        let (_, listed) = suite.split_once(&format!("$($given),+, {port}:")).unwrap();
        let (listed, _) = listed.split_once('}').unwrap();
        let listed: Vec<&str> = listed.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let told: Vec<&str> =
            source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next()).collect();
        assert!(!told.is_empty());
        assert_eq!(told, listed, "{port}");
    }
}

#[tokio::test]
async fn a_store_that_is_away_answers_nothing_and_comes_back_with_everything() {
    let store = MemoryStore::new();
    store.commit(creation()).await.unwrap();
    let id = creation().order_id;

    store.set_available(false);
    assert_eq!(store.load(&id).await, Err(StoreError::Unavailable));
    let again = Commit { expected: 1, ..creation() };
    assert_eq!(store.commit(again.clone()).await, Err(CommitError::Store(StoreError::Unavailable)));
    assert_eq!(store.next_due().await, Err(StoreError::Unavailable));
    assert_eq!(store.recent(1).await, Err(StoreError::Unavailable));

    store.set_available(true);
    assert_eq!(store.clone().load(&id).await.unwrap().unwrap().version, 1);
    assert_eq!(store.commit(again).await, Ok(2));
}

#[tokio::test]
async fn an_interrupted_commit_is_written_or_not_as_it_was_asked_for() {
    for is_written in [true, false] {
        let store = MemoryStore::new();
        store.interrupt_next_commit(is_written);

        assert_eq!(store.commit(creation()).await, Err(CommitError::OutcomeUnknown));

        assert_eq!(store.load(&creation().order_id).await.unwrap().is_some(), is_written);
        let next = Commit { expected: u64::from(is_written), ..creation() };
        assert!(store.commit(next).await.is_ok(), "only one commit is interrupted");
    }
}
