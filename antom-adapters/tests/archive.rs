//! Reports of reconciliations in memory and in a SQLite file. The PostgreSQL store is held to the same in its own suite.
#![cfg(all(feature = "service", feature = "sqlite"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archive_stories;

use antom_adapters::outbound::archive::{Archive as _, MemoryArchive};
use antom_adapters::outbound::sqlite::SqliteStore;
use archive_stories::reports_are_kept_replaced_and_listed;

#[tokio::test]
async fn reports_in_memory_are_kept_replaced_and_listed() {
    reports_are_kept_replaced_and_listed(&MemoryArchive::default()).await;
}

#[tokio::test]
async fn reports_in_a_file_are_kept_replaced_and_listed_also_after_it_was_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    reports_are_kept_replaced_and_listed(&store).await;
    drop(store);

    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.list(9).await.unwrap().len(), 2);
}
