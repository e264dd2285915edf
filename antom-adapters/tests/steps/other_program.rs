//! What another program, older or newer, does to the tables of a SQLite file.
//! What a store makes of it is told by its suites.

use std::path::Path;

use rusqlite::Connection;

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
