//! A database with a data key: the same contract, nothing to be read in any table, no value in another's place, keys that
//! change, instances beside each other; and erasing.

use std::sync::Arc;

use antom_adapters::outbound::data_keys::{DataKeys, SealFault};
use antom_adapters::outbound::postgres::{OpenError, PostgresStore};
use antom_domain::order::Order;
use antom_domain::port::{OrderStore, Outbox, Retention, StoreError};
use antom_domain::testing::contract::Adapter;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::canaries::{CANARIES, assert_holds_canaries, creation, erasure, found_in, keys};
use super::schema::{Schema, beside, run, server_is_there};
use super::steps::*;
use super::write_stored;

async fn fresh_with(keys: DataKeys) -> Adapter {
    let schema = Schema::make().await.unwrap();
    let url = schema.url.clone();
    let store = PostgresStore::open_sealed(&url, keys).await.unwrap();
    Adapter::of(store.clone())
        .retaining(Arc::new(store))
        .written_by_others(move |id, event, snapshot| {
            let texts = [id.as_str(), event, snapshot].map(str::to_owned);
            beside(write_stored(url.clone(), texts)).unwrap();
        })
        .keeping(schema)
}

async fn sealed() -> Adapter {
    fresh_with(keys(1, &[])).await
}

antom_domain::contract_suite_by_port!(sealed, server_is_there);
antom_domain::retention_contract_suite_by_port!(sealed, server_is_there);

mod clear {
    use super::*;

    async fn clear() -> Adapter {
        fresh_with(DataKeys::default()).await
    }

    antom_domain::retention_contract_suite_by_port!(clear, server_is_there);
}

async fn open(schema: &Schema, keys: DataKeys) -> Result<PostgresStore, OpenError> {
    PostgresStore::open_sealed(&schema.url, keys).await
}

/// Everything that the tables hold, as a dump would have it.
async fn dump(shell: &mut PgConnection) -> Vec<u8> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()")
            .fetch_all(&mut *shell)
            .await
            .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let sql = format!("SELECT row::text FROM {table} AS row");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *shell).await.unwrap();
        all.extend(rows.concat().into_bytes());
    }
    // In the text of a row bytes are hexadecimal.
    for bytes in ["SELECT body FROM outbox", "SELECT body FROM inbox"] {
        let rows: Vec<Vec<u8>> = sqlx::query_scalar(bytes).fetch_all(&mut *shell).await.unwrap();
        all.extend(rows.concat());
    }
    all
}

#[tokio::test]
async fn nothing_personal_is_found_in_a_sealed_database_and_everything_comes_back() {
    let Some(schema) = Schema::make().await else { return };
    let mut shell = schema.shell().await;
    let clear = open(&schema, DataKeys::default()).await.unwrap();
    clear.commit(creation("A", true)).await.unwrap();
    assert_eq!(found_in(&dump(&mut shell).await), CANARIES, "the search finds what is there");
    drop(clear);

    let store = open(&schema, keys(1, &[])).await.unwrap();
    assert_eq!(store.history(&id("A")).await, Ok(creation("A", true).events), "it was written before");
    assert_eq!(store.reseal().await, Ok(5));
    store.commit(creation("B", true)).await.unwrap();

    assert_eq!(found_in(&dump(&mut shell).await), [""; 0]);
    drop(store);
    let store = open(&schema, keys(1, &[])).await.unwrap();
    assert_eq!(store.history(&id("A")).await, Ok(creation("A", true).events));
    assert_holds_canaries(&store, "B").await;
}

#[tokio::test]
async fn a_value_in_another_ones_place_is_unreadable() {
    let Some(schema) = Schema::make().await else { return };
    let store = open(&schema, keys(1, &[])).await.unwrap();
    for name in ["A", "B"] {
        store.commit(creation(name, true)).await.unwrap();
    }
    run(
        &mut schema.shell().await,
        "UPDATE orders SET snapshot = (SELECT snapshot FROM orders WHERE id = 'B') WHERE id = 'A';
         SET antom.rewriting = 'on';
         UPDATE order_events SET body = (SELECT body FROM order_events WHERE order_id = 'B') WHERE order_id = 'A';
         UPDATE outbox SET body = (SELECT body FROM outbox WHERE order_id = 'B') WHERE order_id = 'A';",
    )
    .await;

    let unreadable = |what, id: &str| StoreError::Unreadable { what, id: id.to_owned() };
    assert_eq!(store.load(&id("A")).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.history(&id("A")).await, Err(unreadable("event", "A 1")));
    let due = store.claim_due(at(3), LEASE, 9).await.unwrap();
    assert_eq!(due.iter().map(|row| row.order_id.as_str()).collect::<Vec<_>>(), ["B"]);
}

#[tokio::test]
async fn a_database_is_opened_by_the_keys_that_it_was_sealed_with_and_by_no_others() {
    let Some(schema) = Schema::make().await else { return };
    let instances = [open(&schema, keys(1, &[])).await.unwrap(), open(&schema, keys(1, &[])).await.unwrap()];
    instances[0].commit(creation("A", false)).await.unwrap();
    assert_eq!(
        instances[1].history(&id("A")).await,
        Ok(creation("A", false).events),
        "one key, two instances"
    );
    let key = keys(1, &[]).ids()[0].to_owned();

    for (wrong, fault) in [
        (DataKeys::default(), SealFault::NoKey { id: key.clone() }),
        (keys(2, &[]), SealFault::OtherKey { id: key.clone() }),
    ] {
        match open(&schema, wrong).await {
            Err(OpenError::Sealed(found)) => assert_eq!(found, fault),
            other => panic!("{other:?}"),
        }
    }
    let rotated = open(&schema, keys(2, &[1])).await.unwrap();
    rotated.commit(creation("B", false)).await.unwrap();
    assert_eq!(rotated.history(&id("A")).await, Ok(creation("A", false).events));
    assert!(matches!(open(&schema, keys(2, &[])).await, Err(OpenError::Sealed(_))), "the old one is needed");
    assert_eq!(rotated.reseal().await, Ok(4), "snapshot, event, notification and merchant event of A");
    let new = open(&schema, keys(2, &[])).await.unwrap();
    assert_eq!(new.history(&id("A")).await, Ok(creation("A", false).events));
}

#[tokio::test]
async fn what_is_erased_is_in_no_table_and_the_log_still_folds() {
    for data_keys in [DataKeys::default(), keys(1, &[])] {
        let Some(schema) = Schema::make().await else { return };
        let store = open(&schema, data_keys).await.unwrap();
        store.commit(creation("A", false)).await.unwrap();
        let stored = store.load(&id("A")).await.unwrap().unwrap();
        let log = store.history(&id("A")).await.unwrap();

        assert_eq!(store.erase(erasure(&stored.order, &log, 1)).await, Ok(2));

        assert_eq!(found_in(&dump(&mut schema.shell().await).await), [""; 0]);
        let order = store.load(&id("A")).await.unwrap().unwrap().order;
        assert_eq!(Order::fold(&store.history(&id("A")).await.unwrap()).as_ref(), Ok(&*order));
        assert_eq!(store.commit(step("A", 2)).await, Ok(3), "it goes on");
    }
}

#[tokio::test]
async fn what_happened_and_when_is_not_changed_even_by_what_rewrites() {
    let Some(schema) = Schema::make().await else { return };
    open(&schema, DataKeys::default()).await.unwrap().commit(step("A", 0)).await.unwrap();
    let mut shell = schema.shell().await;
    for rewriting in ["", "SET antom.rewriting = 'on'; "] {
        for act in ["SET name = 'x'", "SET at = 1", "SET seq = 7"] {
            let sql = format!("{rewriting}UPDATE order_events {act}");
            assert!(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut shell).await.is_err(), "{rewriting}{act}");
        }
    }
    assert!(sqlx::raw_sql("DELETE FROM order_events").execute(&mut shell).await.is_err());
    run(&mut shell, "SET antom.rewriting = 'on'; UPDATE order_events SET body = '{}'").await;
}
