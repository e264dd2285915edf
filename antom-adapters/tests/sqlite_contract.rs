//! The SQLite store, held to the contract of the storage ports and to what a file adds: groups, locks, restarts, faults.
//! What a step means is left to the domain's own tests.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "steps/other_program.rs"]
mod other_program;
mod steps;

use std::fs;
use std::path::{Path, PathBuf};

use antom_adapters::outbound::sqlite::{OpenError, SqliteStore};
use antom_domain::port::{
    Commit, CommitError, EventEnd, EventQueue, EventQueueError, Inbox, InboxMark, InboxVerdict, OrderQuery,
    OrderStore, Outbox, OutboxError, StoreError,
};
use antom_domain::testing::contract::Adapter;
use rusqlite::Connection;
use tempfile::TempDir;

use other_program::write_beside;
use steps::*;

async fn fresh() -> Adapter {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    let same = store.clone();
    Adapter::of(store)
        .written_by_others(move |id, event, snapshot| write_beside(&same, &path, id, event, snapshot))
        .keeping(folder)
}

antom_domain::contract_suite!(fresh);

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    (folder, path)
}

/// Keeps the writing thread waiting until it is dropped, as a backup or a support engineer's shell may.
fn blocker(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[tokio::test]
async fn steps_that_queue_up_share_transactions() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let names: Vec<String> = (0..64).map(|number| format!("ORDER-{number}")).collect();
    let blocker = blocker(&path);

    let running = names.iter().map(|name| queue(store.commit(step(name, 0)))).collect();
    drop(blocker);
    let answers = all(running).await;

    assert_eq!(answers, vec![Ok(1); 64]);
    let counts = store.stats();
    assert_eq!(counts.commits, 64);
    assert!(counts.groups <= 2, "the first may go alone, the others go together: {counts:?}");
    for name in &names {
        assert_eq!(store.load(&id(name)).await.unwrap().unwrap().version, 1);
    }
}

#[tokio::test]
async fn a_conflict_in_a_group_leaves_its_neighbours() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(step("A", 0)).await.unwrap();
    let blocker = blocker(&path);

    let running = [("B", 0), ("A", 1), ("A", 1), ("C", 5), ("D", 0)]
        .map(|(name, expected)| queue(store.commit(step(name, expected))))
        .into_iter()
        .collect();
    drop(blocker);
    let answers = all(running).await;

    let conflict = Err(CommitError::Conflict);
    assert_eq!(answers, [Ok(1), Ok(2), conflict.clone(), conflict, Ok(1)]);
    assert_eq!(store.history(&id("A")).await.unwrap().len(), 2);
    assert_eq!(store.load(&id("C")).await, Ok(None));
    assert_eq!(store.stats().commits, 4, "refused steps are not counted");
}

#[tokio::test]
async fn a_step_whose_caller_went_away_is_written_whole_before_the_store_closes() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let blocker = blocker(&path);
    let calls = vec![(cancel("A"), at(0))];

    drop(queue(store.commit(Commit { effects: calls, ..step("A", 0) })));
    drop(blocker);
    drop(store);

    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().version, 1);
    assert_eq!(store.claim_due(at(0), LEASE, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reopened_file_shows_everything() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();
    drop(store);

    assert_holds_full_step(&SqliteStore::open(&path).unwrap(), "A").await;
}

/// The files as they are while the process still runs are what the next process finds after this one was killed.
#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let (folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();

    let after_crash = folder.path().join("after-crash.db");
    fs::copy(&path, &after_crash).unwrap();
    fs::copy(folder.path().join("orders.db-wal"), folder.path().join("after-crash.db-wal")).unwrap();

    assert_holds_full_step(&SqliteStore::open(&after_crash).unwrap(), "A").await;
}

#[tokio::test]
async fn leases_of_an_earlier_process_end_when_the_file_is_opened() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();
    let old = store.claim_due(at(3), LEASE, 9).await.unwrap().remove(0);
    drop(store);

    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.complete(&old.claim).await, Err(OutboxError::LeaseLost));
    let new = store.claim_due(at(4), LEASE, 9).await.unwrap().remove(0);

    assert_eq!((new.tries, &new.call), (1, &old.call));
    assert!(new.claim.fence > old.claim.fence, "fences grow over restarts");
    let answer = |claim| Commit { settles: Some(claim), ..step("A", 1) };
    assert_eq!(store.commit(answer(old.claim)).await, Err(CommitError::LeaseLost));
    assert_eq!(store.commit(answer(new.claim)).await, Ok(2));
}

#[tokio::test]
async fn an_event_that_an_earlier_process_was_sending_is_sent_again_when_the_file_is_opened() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(telling("A", 0, 1)).await.unwrap();
    let old = store.claim_events(at(3), LEASE, 9).await.unwrap().remove(0);
    drop(store);

    let store = SqliteStore::open(&path).unwrap();
    let lost = Err(EventQueueError::LeaseLost);
    assert_eq!(store.settle(&old.claim, EventEnd::Delivered, at(4)).await, lost);
    let new = store.claim_events(at(4), LEASE, 9).await.unwrap().remove(0);

    assert_eq!((&new.event, new.tries), (&old.event, 1));
    assert_eq!(store.settle(&old.claim, EventEnd::Delivered, at(4)).await, lost);
    assert_eq!(store.settle(&new.claim, EventEnd::Delivered, at(4)).await, Ok(()));
}

#[tokio::test]
async fn a_file_of_the_first_schema_keeps_its_orders_and_tells_from_then_on() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();
    drop(store);
    let old = "DROP TABLE reconciliations; DROP TABLE merchant_events; ALTER TABLE orders DROP COLUMN announced; \
         ALTER TABLE orders DROP COLUMN erased; DROP TABLE data_keys; DROP TRIGGER order_events_are_not_changed; \
         DROP TABLE rewriting; CREATE TRIGGER order_events_are_not_changed BEFORE UPDATE ON order_events \
         BEGIN SELECT RAISE(ABORT, 'the log only grows'); END; PRAGMA user_version = 1;";
    Connection::open(&path).unwrap().execute_batch(old).unwrap();

    let store = SqliteStore::open(&path).unwrap();
    assert_holds_full_step(&store, "A").await;
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().announced, 0);
    store.commit(telling("A", 1, 1)).await.unwrap();
    assert_eq!(store.claim_events(at(9), LEASE, 9).await.unwrap().len(), 1);
}

/// What a step that tells nothing costs: not one statement on the table of events.
#[tokio::test]
async fn a_step_that_tells_nothing_leaves_the_events_alone() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let fault =
        "CREATE TRIGGER fault BEFORE INSERT ON merchant_events BEGIN SELECT RAISE(FAIL, 'fault'); END";
    Connection::open(&path).unwrap().execute_batch(fault).unwrap();

    assert_eq!(store.commit(full_step("A")).await, Ok(1));
    let away = Err(CommitError::Store(StoreError::Unavailable));
    assert_eq!(store.commit(telling("A", 1, 1)).await, away);
    assert_eq!(
        store.load(&id("A")).await.unwrap().unwrap().version,
        1,
        "step and events stand or fall together"
    );
}

#[tokio::test]
async fn one_file_is_opened_by_one_store_at_a_time() {
    let (folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let other_handle = store.clone();

    for _ in 0..2 {
        let refused = SqliteStore::open(&path).unwrap_err();
        assert!(matches!(&refused, OpenError::InUse { .. }), "{refused:?}");
        assert!(refused.to_string().contains("orders.db is in use"), "{refused}");
    }
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(SqliteStore::open(&link), Err(OpenError::InUse { .. })), "a link is the same file");
        let second_name = folder.path().join("second_name.db");
        fs::hard_link(&path, &second_name).unwrap();
        assert!(matches!(SqliteStore::open(&second_name), Err(OpenError::Linked { .. })));
        fs::remove_file(&second_name).unwrap();
    }
    drop(store);
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::InUse { .. })), "another handle holds it");
    drop(other_handle);
    assert!(SqliteStore::open(&path).is_ok(), "{folder:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();

    let mut seen = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        seen.push(entry.file_name().into_string().unwrap());
    }
    seen.sort();
    assert_eq!(seen, ["orders.db", "orders.db-shm", "orders.db-wal", "orders.db.lock"]);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (_folder, path) = file();
    drop(SqliteStore::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();

    let refused = SqliteStore::open(&path).unwrap_err();

    assert!(matches!(refused, OpenError::NewerSchema { found: 99, supported: 4, .. }), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_file_of_another_program_is_refused_and_left_alone() {
    let (_folder, path) = file();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    let before = fs::read(&path).unwrap();

    assert!(matches!(SqliteStore::open(&path), Err(OpenError::NotAnOrderStore { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let (folder, path) = file();
    fs::write(&path, "orders\n".repeat(1_000)).unwrap();

    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Database { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "orders\n".repeat(1_000));
    let nowhere = folder.path().join("nowhere").join("orders.db");
    assert!(matches!(SqliteStore::open(&nowhere), Err(OpenError::File { .. })));
}

#[tokio::test]
async fn a_storage_fault_acknowledges_nothing_and_heals_by_itself() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();
    let claim = store.claim_due(at(3), LEASE, 1).await.unwrap().remove(0).claim;
    let fault = Connection::open(&path).unwrap();
    let tables = ["orders", "order_events", "inbox", "outbox"];
    for table in tables {
        for act in ["INSERT", "UPDATE", "DELETE"] {
            let sql = format!(
                "CREATE TRIGGER fault_{table}_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(FAIL, 'fault'); END"
            );
            fault.execute_batch(&sql).unwrap();
        }
    }

    let away = StoreError::Unavailable;
    assert_eq!(store.commit(full_step("B")).await, Err(CommitError::Store(away.clone())));
    assert_eq!(store.record(&mark("N", InboxVerdict::Parked)).await, Err(away.clone()));
    assert_eq!(store.complete(&claim).await, Err(OutboxError::Store(away.clone())));
    assert_eq!(store.postpone(&claim, at(9)).await, Err(OutboxError::Store(away.clone())));
    assert_eq!(store.claim_due(at(99), LEASE, 1).await, Err(away));
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().version, 1, "reads go on");
    assert_eq!(store.load(&id("B")).await, Ok(None));

    for table in tables {
        for act in ["INSERT", "UPDATE", "DELETE"] {
            fault.execute_batch(&format!("DROP TRIGGER fault_{table}_{act}")).unwrap();
        }
    }
    assert_eq!(store.commit(full_step("B")).await, Ok(1));
    assert_eq!(store.complete(&claim).await, Ok(()));
}

#[tokio::test]
async fn a_failing_commit_statement_leaves_the_outcome_unknown() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let fault = Connection::open(&path).unwrap();
    fault
        .execute_batch(
            "CREATE TABLE fault (id TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER fault_at_commit AFTER INSERT ON orders BEGIN INSERT INTO fault VALUES ('nobody'); END",
        )
        .unwrap();

    assert_eq!(store.commit(step("A", 0)).await, Err(CommitError::OutcomeUnknown));
    assert_eq!(store.load(&id("A")).await, Ok(None), "the caller loads again and knows");

    fault.execute_batch("DROP TRIGGER fault_at_commit").unwrap();
    assert_eq!(store.commit(step("A", 0)).await, Ok(1));
}

#[tokio::test]
async fn a_step_that_nobody_waited_for_is_seen_by_whoever_loads_the_order() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(step("A", 0)).await.unwrap();
    let blocker = blocker(&path);

    drop(queue(store.commit(step("A", 1))));
    drop(blocker);
    store.commit(step("B", 0)).await.unwrap();

    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_never_taken_for_nothing() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();
    store.commit(step("B", 0)).await.unwrap();
    let damage = Connection::open(&path).unwrap();
    damage
        .execute_batch(
            "UPDATE orders SET snapshot = '{}' WHERE id = 'A';
             DROP TRIGGER order_events_are_not_changed;
             UPDATE order_events SET body = '{\"at\":\"2026-11-22T00:00:00.000Z\",\"event\":\"PaymentPending\"}' WHERE order_id = 'A';
             UPDATE inbox SET verdict = 'later';",
        )
        .unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();

    let unreadable = |what, id: &str| StoreError::Unreadable { what, id: id.to_owned() };
    assert_eq!(store.load(&id("A")).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.history(&id("A")).await, Err(unreadable("event", "A 1")));
    let everything = OrderQuery { limit: 9, ..OrderQuery::default() };
    assert_eq!(store.list(&everything).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.recent(9).await, Err(unreadable("notification", "A")));
    assert!(store.load(&id("B")).await.is_ok());
}

#[tokio::test]
async fn a_call_that_cannot_be_read_does_not_hold_up_the_others() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    for name in ["A", "B"] {
        store.commit(Commit { effects: vec![(cancel(name), at(0))], ..step(name, 0) }).await.unwrap();
    }
    Connection::open(&path)
        .unwrap()
        .execute("UPDATE outbox SET api = 'later' WHERE order_id = 'A'", [])
        .unwrap();

    let alone = store.claim_due(at(0), LEASE, 1).await;
    assert_eq!(alone, Err(StoreError::Unreadable { what: "call", id: cancel("A").id().to_string() }));
    let other = store.claim_due(at(0), LEASE, 1).await.unwrap();
    assert_eq!(other.into_iter().map(|row| row.call).collect::<Vec<_>>(), [cancel("B")]);
}

#[tokio::test]
async fn a_cursor_of_somebody_else_is_refused() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let query = OrderQuery { cursor: Some("1 OR 1".to_owned()), limit: 9, phase: None };

    let refused = StoreError::Unreadable { what: "cursor", id: "1 OR 1".to_owned() };
    assert_eq!(store.list(&query).await, Err(refused));
}

#[tokio::test]
async fn the_log_only_grows() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(step("A", 0)).await.unwrap();
    let other = Connection::open(&path).unwrap();

    assert!(other.execute("UPDATE order_events SET body = '{}'", []).is_err());
    assert!(other.execute("DELETE FROM order_events", []).is_err());
    let name: String = other.query_row("SELECT name FROM order_events", [], |row| row.get(0)).unwrap();
    assert_eq!(name, "PaymentIdLearnt");
}

#[tokio::test]
async fn deliveries_of_a_notification_are_counted() {
    //= N-4 test
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let first = mark("N", InboxVerdict::Parked);
    let mut second = first.clone();
    second.notification.received_at = at(120);

    for delivered in [&first, &first, &second] {
        store.record(delivered).await.unwrap();
    }
    let absorbed = InboxMark { verdict: InboxVerdict::Absorbed, ..first };
    store.commit(Commit { inbox: Some(absorbed), ..step("A", 0) }).await.unwrap();

    let row = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*), deliveries, verdict FROM inbox", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(row, (1, 2, "absorbed".to_owned()), "the same arrival written again is no delivery");
}

#[tokio::test]
async fn the_handle_shows_no_contents() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    store.commit(full_step("A")).await.unwrap();

    let shown = format!("{store:?}");

    assert!(shown.starts_with("SqliteStore { path: ") && shown.ends_with("orders.db\", .. }"), "{shown}");
}
