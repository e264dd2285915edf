//! The SQLite store with a data key: the same contract, nothing to be read in the file, no value in another's place, keys that
//! change; and what erasing leaves in the file, sealed or not.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "steps/canaries.rs"]
mod canaries;
#[path = "steps/other_program.rs"]
mod other_program;
mod steps;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use antom_adapters::outbound::data_keys::{DataKeys, SealFault};
use antom_adapters::outbound::sqlite::{OpenError, SqliteStore, compact};
use antom_domain::port::{Commit, OrderStore, Outbox, Retention, StoreError};
use antom_domain::testing::contract::Adapter;
use rusqlite::Connection;
use tempfile::TempDir;

use canaries::{CANARIES, assert_holds_canaries, creation, erasure, found_in, keys};
use other_program::write_beside;
use steps::*;

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    (folder, path)
}

async fn fresh_with(keys: DataKeys) -> Adapter {
    let (folder, path) = file();
    let store = SqliteStore::open_sealed(&path, keys).unwrap();
    let same = store.clone();
    Adapter::of(store.clone())
        .retaining(Arc::new(store))
        .written_by_others(move |id, event, snapshot| write_beside(&same, &path, id, event, snapshot))
        .keeping(folder)
}

async fn sealed() -> Adapter {
    fresh_with(keys(1, &[])).await
}

antom_domain::contract_suite!(sealed);
antom_domain::retention_contract_suite!(sealed);

mod clear {
    use super::*;

    async fn clear() -> Adapter {
        fresh_with(DataKeys::default()).await
    }

    antom_domain::retention_contract_suite!(clear);
}

/// The canaries in the file and in everything beside it.
fn found(folder: &TempDir) -> Vec<&'static str> {
    let files = fs::read_dir(folder.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    found_in(&files.collect::<Vec<_>>().concat())
}

fn shell(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn nothing_personal_is_found_in_a_sealed_file_and_everything_comes_back() {
    let (folder, path) = file();
    let store = SqliteStore::open_sealed(&path, keys(1, &[])).unwrap();
    store.commit(creation("A", true)).await.unwrap();

    assert_eq!(found(&folder), [""; 0], "while it is open, its log included");
    drop(store);
    assert_eq!(found(&folder), [""; 0]);

    let store = SqliteStore::open_sealed(&path, keys(1, &[])).unwrap();
    assert_holds_canaries(&store, "A").await;
}

/// A search that finds nothing anywhere would prove nothing.
#[tokio::test]
async fn without_a_key_the_same_search_finds_all_of_it() {
    let (folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(creation("A", true)).await.unwrap();
    drop(store);

    assert_eq!(found(&folder), CANARIES);
    assert_holds_canaries(&SqliteStore::open(&path).unwrap(), "A").await;
}

#[tokio::test]
async fn a_value_in_another_ones_place_is_unreadable() {
    let (_folder, path) = file();
    let store = SqliteStore::open_sealed(&path, keys(1, &[])).unwrap();
    for name in ["A", "B"] {
        store.commit(creation(name, true)).await.unwrap();
    }
    let swap = |table: &str, column: &str, key: &str| {
        format!(
            "UPDATE {table} SET {column} = (SELECT other.{column} FROM {table} AS other WHERE other.{key} LIKE '%B%') \
             WHERE {key} LIKE '%A%' AND {key} NOT LIKE '%B%';"
        )
    };
    shell(&path, &swap("orders", "snapshot", "id"));
    shell(
        &path,
        &format!("DROP TRIGGER order_events_are_not_changed; {}", swap("order_events", "body", "order_id")),
    );
    shell(&path, &swap("outbox", "body", "order_id"));
    drop(store);
    let store = SqliteStore::open_sealed(&path, keys(1, &[])).unwrap();

    let unreadable = |what, id: &str| StoreError::Unreadable { what, id: id.to_owned() };
    assert_eq!(store.load(&id("A")).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.history(&id("A")).await, Err(unreadable("event", "A 1")));
    let due = store.claim_due(at(3), LEASE, 9).await.unwrap();
    assert_eq!(
        due.iter().map(|row| row.order_id.as_str()).collect::<Vec<_>>(),
        ["B"],
        "the call of A stands back"
    );
    assert!(store.load(&id("B")).await.is_ok());
}

#[tokio::test]
async fn a_file_is_opened_by_the_keys_that_it_was_sealed_with_and_by_no_others() {
    let (_folder, path) = file();
    let store = SqliteStore::open_sealed(&path, keys(1, &[])).unwrap();
    store.commit(creation("A", true)).await.unwrap();
    drop(store);
    let key = keys(1, &[]).ids()[0].to_owned();

    let fault = |keys: DataKeys| match SqliteStore::open_sealed(&path, keys.clone()) {
        Err(OpenError::Sealed(fault)) => {
            let reading = SqliteStore::open_for_reading(&path, keys);
            assert!(matches!(reading, Err(OpenError::Sealed(_))), "nor is it only read");
            fault
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(DataKeys::default()), SealFault::NoKey { id: key.clone() });
    assert_eq!(fault(keys(2, &[])), SealFault::OtherKey { id: key.clone() });
    for fault in [fault(DataKeys::default()), fault(keys(2, &[]))] {
        assert!(fault.to_string().starts_with("database.data_key"), "{fault}");
    }
    assert_holds_canaries(&SqliteStore::open_sealed(&path, keys(1, &[])).unwrap(), "A").await;
}

#[tokio::test]
async fn a_new_key_reads_what_the_old_one_sealed_until_everything_is_sealed_anew() {
    let (folder, path) = file();
    let clear = SqliteStore::open(&path).unwrap();
    clear.commit(creation("CLEAR", true)).await.unwrap();
    drop(clear);
    let old = SqliteStore::open_sealed(&path, keys(1, &[])).unwrap();
    old.commit(creation("OLD", true)).await.unwrap();
    drop(old);
    let rotated = SqliteStore::open_sealed(&path, keys(2, &[1])).unwrap();
    rotated.commit(creation("NEW", true)).await.unwrap();
    for name in ["CLEAR", "OLD", "NEW"] {
        assert_eq!(rotated.history(&id(name)).await, Ok(creation(name, true).events), "{name}");
    }
    drop(rotated);
    let opened = SqliteStore::open_sealed(&path, keys(2, &[]));
    assert!(matches!(opened, Err(OpenError::Sealed(SealFault::OtherKey { .. }))), "the old one is needed");

    let store = SqliteStore::open_sealed(&path, keys(2, &[1])).unwrap();
    assert_eq!(store.reseal().await, Ok(2 * 5), "five values each of the two older orders");
    assert_eq!(store.reseal().await, Ok(0));
    assert!(matches!(compact(&path), Err(OpenError::InUse { .. })));
    drop(store);
    compact(&path).unwrap();

    assert_eq!(found(&folder), [""; 0], "free pages included");
    let store = SqliteStore::open_sealed(&path, keys(2, &[])).unwrap();
    for name in ["CLEAR", "OLD", "NEW"] {
        let again = SqliteStore::clone(&store);
        assert_eq!(again.history(&id(name)).await, Ok(creation(name, true).events), "{name}");
    }
    assert_eq!(store.claim_due(at(3), LEASE, 9).await.unwrap().len(), 3);
}

#[tokio::test]
async fn without_a_key_nothing_is_sealed_anew() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(creation("A", true)).await.unwrap();
    assert_eq!(store.reseal().await, Err(StoreError::Unavailable));
    assert_holds_canaries(&store, "A").await;
}

#[tokio::test]
async fn what_is_erased_is_gone_from_a_clear_file_that_was_compacted() {
    for data_keys in [DataKeys::default(), keys(1, &[])] {
        let (folder, path) = file();
        let store = SqliteStore::open_sealed(&path, data_keys.clone()).unwrap();
        store.commit(creation("A", false)).await.unwrap();
        store.commit(creation("B", false)).await.unwrap();
        let log = store.history(&id("A")).await.unwrap();
        let stored = store.load(&id("A")).await.unwrap().unwrap();

        assert_eq!(store.erase(erasure(&stored.order, &log, 1)).await, Ok(2));

        let log = store.history(&id("A")).await.unwrap();
        let order = store.load(&id("A")).await.unwrap().unwrap().order;
        assert_eq!(antom_domain::order::Order::fold(&log).as_ref(), Ok(&*order));
        assert_eq!(store.history(&id("B")).await, Ok(creation("B", false).events), "another order stays");
        assert_eq!(store.commit(Commit { expected: 2, ..step("A", 2) }).await, Ok(3), "it goes on");
        let b = store.load(&id("B")).await.unwrap().unwrap();
        assert_eq!(store.erase(erasure(&b.order, &store.history(&id("B")).await.unwrap(), 1)).await, Ok(2));
        drop(store);
        compact(&path).unwrap();
        assert_eq!(found(&folder), [""; 0], "{data_keys:?}");
    }
}

#[tokio::test]
async fn what_happened_and_when_is_not_changed_even_by_what_rewrites() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(step("A", 0)).await.unwrap();
    let connection = Connection::open(&path).unwrap();
    for act in ["body = '{}'", "name = 'x'", "at = 1", "seq = 7", "order_id = 'B'"] {
        assert!(connection.execute(&format!("UPDATE order_events SET {act}"), []).is_err(), "{act}");
    }
    connection
        .execute_batch("BEGIN; INSERT INTO rewriting VALUES (1); UPDATE order_events SET body = '{}';")
        .unwrap();
    for act in ["name = 'x'", "at = 1", "seq = 7"] {
        assert!(connection.execute(&format!("UPDATE order_events SET {act}"), []).is_err(), "{act}");
    }
    assert!(connection.execute("DELETE FROM order_events", []).is_err());
}
