//! What another program, older or newer, does to the tables of a SQLite file, and how an open store comes to know.
//! What a store makes of it is told by its suites.

use std::path::Path;

use antom_adapters::outbound::sqlite::SqliteStore;
use antom_core::id::ReferenceOrderId;
use antom_domain::port::{CommitError, OrderStore as _};
use rusqlite::Connection;

use super::steps::step;

/// Writes as [`write_stored`], and has a step refused, which is how the store learns of it at once.
pub(crate) fn write_beside(
    store: &SqliteStore,
    path: &Path,
    id: &ReferenceOrderId,
    event: &str,
    snapshot: &str,
) {
    write_stored(path, id.as_str(), event, snapshot);
    let (store, id) = (store.clone(), id.clone());
    let refused = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.commit(step(id.as_str(), 0)))
    });
    assert_eq!(refused.join().unwrap(), Err(CommitError::Conflict));
}

/// Appends an event, and replaces the snapshot, both as these texts and without sealing.
pub(crate) fn write_stored(path: &Path, id: &str, event: &str, snapshot: &str) {
    let mut other = Connection::open(path).unwrap();
    let transaction = other.transaction().unwrap();
    let change = "UPDATE orders SET version = version + 1, snapshot = ?2 WHERE id = ?1";
    assert_eq!(transaction.execute(change, [id, snapshot]).unwrap(), 1);
    let append = "INSERT INTO order_events (order_id, seq, at, name, body) \
                  SELECT id, version, 0, 'other', ?2 FROM orders WHERE id = ?1";
    transaction.execute(append, [id, event]).unwrap();
    transaction.commit().unwrap();
}
