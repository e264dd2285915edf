//! A bare writer: the statements of the store with the same parameters, prepared, on one thread, in plain transactions.
//! The floor for what the store costs; it queues nothing, answers nobody and refuses nothing.

use std::path::Path;
use std::time::{Duration, Instant};

use antom_adapters::outbound::sqlite::SqliteStore;
use antom_core::time::Timestamp;
use antom_domain::port::{Commit, IdKey, InboxMark, Version};
use rusqlite::{Connection, TransactionBehavior, params};

use super::measure::cpu_of_this_thread;

/// How many steps share a transaction.
pub const IN_A_TRANSACTION: usize = 64;

/// A commit as parameters.
pub struct Rows {
    order_id: String,
    expected: Version,
    version: Version,
    phase: &'static str,
    next_check_at: Option<i64>,
    created_at: i64,
    snapshot: String,
    /// When, name, body.
    events: Vec<(i64, String, String)>,
    ids: Vec<IdKey>,
    /// Id, operation, subject, body, when due.
    calls: Vec<(String, &'static str, String, Vec<u8>, i64)>,
    settles: Option<(String, i64)>,
    mark: Option<(InboxMark, String)>,
    announced: i64,
    /// Sequence, kind, when, whose, data.
    told: Vec<(i64, String, i64, Option<String>, String)>,
}

impl Rows {
    pub fn of(commit: &Commit) -> Rows {
        let events = commit.events.iter().map(|recorded| {
            let body = serde_json::to_value(recorded).unwrap();
            let name = body["event"].as_str().unwrap().to_owned();
            (recorded.at.epoch_millis(), name, serde_json::to_string(recorded).unwrap())
        });
        let calls = commit.effects.iter().map(|(call, due)| {
            let subject = serde_json::to_string(&call.subject).unwrap();
            let id = call.id().as_str().to_owned();
            (id, call.api.name(), subject, call.body.as_bytes().to_vec(), due.epoch_millis())
        });
        let mark = commit.inbox.clone().map(|mark| {
            let keys: Vec<_> = mark.notification.keys.iter().map(|key| (key.kind(), key.value())).collect();
            let keys = serde_json::to_string(&keys).unwrap();
            (mark, keys)
        });
        let told = commit.announced.events.iter().cloned().map(|event| {
            let payment = event.payment_request_id.map(String::from);
            (
                column(event.sequence),
                event.kind.as_str().to_owned(),
                event.at.epoch_millis(),
                payment,
                event.data.into_text(),
            )
        });
        Rows {
            order_id: commit.order_id.to_string(),
            expected: commit.expected,
            version: commit.expected + commit.events.len() as Version,
            phase: commit.phase.as_str(),
            next_check_at: commit.next_check_at.map(Timestamp::epoch_millis),
            created_at: commit.snapshot.created_at.epoch_millis(),
            snapshot: serde_json::to_string(&commit.snapshot).unwrap(),
            events: events.collect(),
            ids: commit.ids.clone(),
            calls: calls.collect(),
            settles: commit
                .settles
                .as_ref()
                .map(|claim| (claim.call_id.as_str().to_owned(), i64::try_from(claim.fence).unwrap())),
            mark,
            announced: column(commit.announced.total),
            told: told.collect(),
        }
    }

    fn write(&self, to: &Connection) -> rusqlite::Result<()> {
        let Rows { order_id, phase, next_check_at, snapshot, .. } = self;
        let (expected, version) = (column(self.expected), column(self.version));
        let changed = if self.expected == 0 {
            to.prepare_cached(
                "INSERT INTO orders (id, version, phase, next_check_at, created_at, snapshot, announced) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                order_id,
                version,
                phase,
                next_check_at,
                self.created_at,
                snapshot,
                self.announced
            ])?
        } else {
            to.prepare_cached(
                "UPDATE orders SET version = ?3, phase = ?4, next_check_at = ?5, snapshot = ?6, announced = ?7 \
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![order_id, expected, version, phase, next_check_at, snapshot, self.announced])?
        };
        assert_eq!(changed, 1);
        if let Some((call_id, fence)) = &self.settles {
            let deleted = to
                .prepare_cached(
                    "DELETE FROM outbox WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL",
                )?
                .execute(params![call_id, fence])?;
            assert_eq!(deleted, 1);
        }
        for key in &self.ids {
            to.prepare_cached(
                "INSERT INTO request_ids (kind, id, order_id) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (kind, id) DO NOTHING",
            )?
            .execute(params![key.kind(), key.value(), order_id])?;
        }
        for (seq, (at, name, body)) in (expected + 1..).zip(&self.events) {
            to.prepare_cached(
                "INSERT INTO order_events (order_id, seq, at, name, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![order_id, seq, at, name, body])?;
        }
        for (id, api, subject, body, due) in &self.calls {
            to.prepare_cached(
                "INSERT INTO outbox (call_id, order_id, api, subject, body, due_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (call_id) DO NOTHING",
            )?
            .execute(params![id, order_id, api, subject, body, due])?;
        }
        self.mark.iter().try_for_each(|(mark, keys)| write_mark(to, mark, keys))?;
        self.told.iter().try_for_each(|(sequence, kind, at, payment, data)| {
            to.prepare_cached(
                "INSERT INTO merchant_events \
                 (order_id, sequence, kind, at, payment_request_id, data, state, since, due_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'kept', ?4, NULL)",
            )?
            .execute(params![order_id, sequence, kind, at, payment, data])
            .map(|_| ())
        })
    }
}

fn write_mark(to: &Connection, mark: &InboxMark, keys: &str) -> rusqlite::Result<()> {
    let InboxMark { notification, verdict } = mark;
    let digest = &notification.digest.0;
    let _verdict: String = to
        .prepare_cached(
            "INSERT INTO inbox \
             (digest, received_at, request_time, notify_type, keys, body, is_fact, verdict, deliveries) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) \
             ON CONFLICT (digest) DO UPDATE SET \
             deliveries = deliveries + (received_at <> excluded.received_at), \
             verdict = iif(verdict = 'parked', excluded.verdict, verdict) \
             RETURNING verdict",
        )?
        .query_row(
            params![
                digest,
                notification.received_at.epoch_millis(),
                notification.request_time,
                notification.notify_type,
                keys,
                notification.body,
                notification.is_fact,
                verdict.as_str()
            ],
            |row| row.get(0),
        )?;
    to.prepare_cached("DELETE FROM inbox_keys WHERE digest = ?1")?.execute([digest])?;
    Ok(())
}

/// What writing took.
#[derive(Clone, Copy, Default)]
pub struct Spent {
    pub cpu: u64,
    pub time: Duration,
}

/// A database with the store's schema and settings.
pub struct Bare(Connection);

impl Bare {
    pub fn open(path: &Path) -> Bare {
        drop(SqliteStore::open(path).unwrap());
        let connection = Connection::open(path).unwrap();
        connection.set_prepared_statement_cache_capacity(64);
        let settings = "PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = ON; \
                        PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 10000;";
        connection.execute_batch(settings).unwrap();
        Bare(connection)
    }

    /// Writes them, so many in each transaction.
    pub fn write(&mut self, all: &[&Rows]) -> Spent {
        let before = (cpu_of_this_thread(), Instant::now());
        for some in all.chunks(IN_A_TRANSACTION) {
            let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
            some.iter().for_each(|rows| rows.write(&transaction).unwrap());
            transaction.commit().unwrap();
        }
        Spent { cpu: cpu_of_this_thread() - before.0, time: before.1.elapsed() }
    }

    /// Leases every call under the fence with which its answer comes.
    pub fn lease(&mut self, answers: &[&Rows]) {
        let transaction = self.0.transaction().unwrap();
        for (call_id, fence) in answers.iter().filter_map(|rows| rows.settles.as_ref()) {
            transaction
                .prepare_cached(
                    "UPDATE outbox SET lease_until = due_at + 30000, fence = ?2, tries = tries + 1 WHERE call_id = ?1",
                )
                .unwrap()
                .execute(params![call_id, fence])
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}

fn column(version: Version) -> i64 {
    i64::try_from(version).unwrap()
}
