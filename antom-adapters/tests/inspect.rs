//! A storage seen from the outside: which orders wait longest, whether it can be written, how busy it is.
//! What is made of the answers is tested beside readiness and metrics.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod steps;

use antom_adapters::outbound::inspect::{Inspect, StoreUse};
use antom_adapters::outbound::sqlite::SqliteStore;
use antom_domain::order::{Order, OrderPhase};
use antom_domain::port::{Commit, OrderStore};
use rusqlite::Connection;

use steps::*;

fn names(orders: &[Order]) -> Vec<&str> {
    orders.iter().map(|order| order.reference_order_id.as_str()).collect()
}

/// Orders are created in another order than that of their ids, and some come to rest.
async fn some_orders(store: &SqliteStore) {
    for (name, phase, is_open) in [
        ("Z", OrderPhase::Authorized, true),
        ("M", OrderPhase::Paid, false),
        ("A", OrderPhase::Authorized, true),
        ("B", OrderPhase::AwaitingPayment, true),
    ] {
        let next_check_at = is_open.then(|| at(60));
        store.commit(Commit { phase, next_check_at, ..step(name, 0) }).await.unwrap();
    }
}

#[tokio::test]
async fn the_orders_that_wait_longest_come_first_and_no_more_than_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("orders.db")).unwrap();
    some_orders(&store).await;
    assert_eq!(names(&store.oldest_open(9).await.unwrap()), ["Z", "A", "B"]);
    assert_eq!(names(&store.oldest_open(2).await.unwrap()), ["Z", "A"]);
    assert_eq!(names(&store.oldest_in(OrderPhase::Authorized, 1).await.unwrap()), ["Z"]);
    assert_eq!(names(&store.oldest_in(OrderPhase::OnHold, 9).await.unwrap()), [""; 0]);
}

#[tokio::test]
async fn the_event_that_waits_longest_is_told_until_it_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    assert_oldest_event_is_told(&SqliteStore::open(&folder.path().join("orders.db")).unwrap()).await;
}

#[tokio::test]
async fn the_events_of_one_order_are_told_with_what_became_of_them() {
    let folder = tempfile::tempdir().unwrap();
    assert_events_of_an_order_are_told(&SqliteStore::open(&folder.path().join("orders.db")).unwrap()).await;
}

#[tokio::test]
async fn trying_the_disk_leaves_every_fence_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    let fence = || {
        let other = Connection::open(&path).unwrap();
        other.query_row("SELECT last FROM fences", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = fence();
    store.check_writable().await.unwrap();
    assert_eq!(fence(), before);
    assert_eq!(store.stats().commits, 1, "it went the way of a step");
}

#[tokio::test]
async fn steps_in_the_queue_are_seen_until_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    let idle = StoreUse { writes_waiting: 0, connections_busy: 0, connections: 3 };
    assert_eq!(store.use_now(), idle);

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first = queue(store.commit(step("FIRST", 0)));
    // The writer takes the first and waits for the other connection; what comes now stays in the queue.
    while store.use_now().writes_waiting > 0 {
        tokio::task::yield_now().await;
    }
    let waiting = vec![queue(store.commit(step("SECOND", 0))), queue(store.commit(step("THIRD", 0)))];
    assert_eq!(store.use_now().writes_waiting, 2);
    other.execute_batch("ROLLBACK").unwrap();
    assert!(first.await.is_ok());
    assert!(all(waiting).await.into_iter().all(|written| written.is_ok()));
    assert_eq!(store.use_now(), idle);
}
