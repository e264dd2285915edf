//! The PostgreSQL store, held to the contract of the storage ports and to what a server adds: instances, groups, faults.
//! What a step means is left to the domain's own tests; two whole services on one database to `antom-tests`.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(feature = "service")]
#[path = "../archive_stories/mod.rs"]
mod archive_stories;
#[path = "../steps/canaries.rs"]
mod canaries;
mod events;
mod faults;
mod given;
mod groups;
mod instances;
mod schema;
mod sealed;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a public module of `antom-tests`, which must not be linked here"
)]
#[path = "../../../tests/src/postgres.rs"]
mod server;
#[allow(unreachable_pub, reason = "a public module of `antom-tests`, which must not be linked here")]
#[path = "../../../tests/src/skip.rs"]
mod skip;
#[path = "../steps/mod.rs"]
mod steps;
#[cfg(feature = "service")]
#[path = "../support/mod.rs"]
mod support;

use antom_adapters::outbound::postgres::PostgresStore;
use antom_domain::port::{
    Commit, Inbox, InboxMark, InboxVerdict, OrderQuery, OrderStore, Outbox, StoreError,
};
use antom_domain::testing::contract::Adapter;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use schema::{Schema, beside, run, server_is_there};
use steps::*;

async fn fresh() -> Adapter {
    let schema = Schema::make().await.unwrap();
    let url = schema.url.clone();
    Adapter::of(schema.open().await)
        .written_by_others(move |id, event, snapshot| {
            let texts = [id.as_str(), event, snapshot].map(str::to_owned);
            beside(write_stored(url.clone(), texts)).unwrap();
        })
        .keeping(schema)
}

/// What another program does to the same tables.
async fn write_stored(url: String, [id, event, snapshot]: [String; 3]) {
    let mut other = PgConnection::connect(&url).await.unwrap();
    let change = "UPDATE orders SET version = version + 1, snapshot = $2 WHERE id = $1";
    let changed = sqlx::query(change).bind(&id).bind(snapshot).execute(&mut other).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    let append = "INSERT INTO order_events (order_id, seq, at, name, body) \
                  SELECT id, version, 0, 'other', $2 FROM orders WHERE id = $1";
    sqlx::query(append).bind(&id).bind(event).execute(&mut other).await.unwrap();
}

antom_domain::contract_suite_by_port!(fresh, server_is_there);

//= N-3 test
#[cfg(feature = "service")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_texts_in_a_notification_are_acknowledged_and_kept() {
    let Some(schema) = Schema::make().await else { return };
    support::odd_notifications_are_kept(std::sync::Arc::new(schema.open().await)).await;
}

#[cfg(feature = "service")]
#[tokio::test]
async fn reports_of_reconciliations_are_kept_replaced_and_listed() {
    let Some(schema) = Schema::make().await else { return };
    archive_stories::reports_are_kept_replaced_and_listed(&schema.open().await).await;
}

#[tokio::test]
async fn a_database_opened_again_shows_everything() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    store.commit(full_step("A")).await.unwrap();
    drop(store);

    assert_holds_full_step(&schema.open().await, "A").await;
}

#[tokio::test]
async fn the_event_that_waits_longest_is_told_until_it_is_settled() {
    let Some(schema) = Schema::make().await else { return };
    assert_oldest_event_is_told(&schema.open().await).await;
}

#[tokio::test]
async fn the_events_of_one_order_are_told_with_what_became_of_them() {
    let Some(schema) = Schema::make().await else { return };
    assert_events_of_an_order_are_told(&schema.open().await).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_never_taken_for_nothing() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    store.commit(full_step("A")).await.unwrap();
    store.commit(step("B", 0)).await.unwrap();
    store.commit(Commit { effects: vec![(cancel("C"), at(4))], ..step("C", 0) }).await.unwrap();
    let mut shell = schema.shell().await;
    run(
        &mut shell,
        r#"UPDATE orders SET snapshot = '{}' WHERE id = 'A';
           DROP FUNCTION order_events_only_grow CASCADE;
           UPDATE order_events SET body = '{"at":"2026-11-22T00:00:00.000Z","event":"PaymentPending"}' WHERE order_id = 'A';
           UPDATE inbox SET verdict = 'later';
           UPDATE outbox SET api = 'later' WHERE order_id = 'A';"#,
    )
    .await;

    let unreadable = |what, id: &str| StoreError::Unreadable { what, id: id.to_owned() };
    assert_eq!(store.load(&id("A")).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.history(&id("A")).await, Err(unreadable("event", "A 1")));
    let everything = OrderQuery { limit: 9, ..OrderQuery::default() };
    assert_eq!(store.list(&everything).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.recent(9).await, Err(unreadable("notification", "A")));
    assert!(store.load(&id("B")).await.is_ok());
    let alone = store.claim_due(at(4), LEASE, 1).await;
    assert_eq!(alone, Err(unreadable("call", cancel("A").id().as_str())), "it stands back");
    let other = store.claim_due(at(4), LEASE, 1).await.unwrap();
    assert_eq!(other.into_iter().map(|row| row.call).collect::<Vec<_>>(), [cancel("C")]);
    let query = OrderQuery { cursor: Some("1 OR 1".to_owned()), limit: 9, phase: None };
    assert_eq!(store.list(&query).await, Err(unreadable("cursor", "1 OR 1")));
}

#[tokio::test]
async fn the_log_only_grows_and_deliveries_are_counted() {
    //= N-4 test
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    let first = mark("N", InboxVerdict::Parked);
    let mut second = first.clone();
    second.notification.received_at = at(120);
    for delivered in [&first, &first, &second] {
        store.record(delivered).await.unwrap();
    }
    let absorbed = InboxMark { verdict: InboxVerdict::Absorbed, ..first };
    store.commit(Commit { inbox: Some(absorbed), ..step("A", 0) }).await.unwrap();

    let mut shell = schema.shell().await;
    let row: (i64, i64, String) =
        sqlx::query_as("SELECT (SELECT count(*) FROM inbox), deliveries, verdict FROM inbox")
            .fetch_one(&mut shell)
            .await
            .unwrap();
    assert_eq!(row, (1, 2, "absorbed".to_owned()), "the same arrival written again is no delivery");
    for act in ["UPDATE order_events SET body = '{}'", "DELETE FROM order_events", "TRUNCATE order_events"] {
        assert!(sqlx::raw_sql(act).execute(&mut shell).await.is_err(), "{act}");
    }
}

#[tokio::test]
async fn the_handle_shows_neither_contents_nor_a_password() {
    let Some(schema) = Schema::make().await else { return };
    let url = schema.url.replacen("antom@", "antom:secret-word@", 1);
    let store = PostgresStore::open(&url).await.unwrap();
    store.commit(full_step("A")).await.unwrap();

    let shown = format!("{store:?}");

    assert!(shown.starts_with("PostgresStore { server: ") && !shown.contains("secret-word"), "{shown}");
}
