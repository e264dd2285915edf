//! One step, written: snapshot, events, ids, calls and mark inside one savepoint.
//! Grouping steps into transactions is left to `writer`.

use antom_core::time::Timestamp;
use antom_domain::order::{CallId, GatewayCall, stored};
use antom_domain::port::{Claim, Commit, CommitError, IdKey, InboxMark, StoreError, Version};
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::error::{Halt, unreadable};
use super::inbox;

type Written<T> = Result<T, Halt<CommitError>>;

/// A step turned into rows, so that the writing thread only writes.
pub(super) struct Prepared {
    order_id: String,
    expected: Version,
    version: Version,
    snapshot: String,
    phase: &'static str,
    next_check_at: Option<i64>,
    created_at: i64,
    events: Vec<EventRow>,
    ids: Vec<IdKey>,
    calls: Vec<CallRow>,
    settles: Option<Claim>,
    inbox: Option<InboxMark>,
}

struct EventRow {
    at: i64,
    name: String,
    body: String,
}

/// The name of an event, as it stands in its body.
#[derive(Deserialize)]
struct Named {
    event: String,
}

struct CallRow {
    id: CallId,
    subject: String,
    call: GatewayCall,
    due_at: i64,
}

impl Prepared {
    pub(super) fn new(commit: Commit) -> Result<Prepared, StoreError> {
        let order_id = commit.order_id.to_string();
        let events = commit
            .events
            .iter()
            .map(|recorded| EventRow::new(recorded).ok_or_else(|| unreadable("event", order_id.as_str())))
            .collect::<Result<Vec<_>, _>>()?;
        let snapshot =
            stored::snapshot_text(&commit.snapshot).map_err(|_| unreadable("snapshot", order_id.as_str()))?;
        let calls = commit
            .effects
            .into_iter()
            .map(|(call, due)| CallRow::new(call, due))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Prepared {
            order_id,
            expected: commit.expected,
            version: commit.expected.saturating_add(events.len() as Version),
            snapshot,
            phase: commit.phase.as_str(),
            next_check_at: commit.next_check_at.map(Timestamp::epoch_millis),
            created_at: commit.snapshot.created_at.epoch_millis(),
            events,
            ids: commit.ids,
            calls,
            settles: commit.settles,
            inbox: commit.inbox,
        })
    }

    /// Writes the step, or refuses it; the savepoint around it undoes what was written before a refusal.
    pub(super) fn write(&self, savepoint: &Connection) -> Written<Version> {
        self.write_order(savepoint)?;
        self.settle(savepoint)?;
        for key in &self.ids {
            self.write_id(savepoint, key)?;
        }
        for (seq, event) in (self.expected.saturating_add(1)..).zip(&self.events) {
            savepoint
                .prepare_cached(
                    "INSERT INTO order_events (order_id, seq, at, name, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![self.order_id, column(seq)?, event.at, event.name, event.body])?;
        }
        for row in &self.calls {
            row.write(savepoint, &self.order_id)?;
        }
        if let Some(mark) = &self.inbox {
            inbox::write(savepoint, mark)?;
        }
        Ok(self.version)
    }

    /// The version is checked by the statement that changes it.
    fn write_order(&self, savepoint: &Connection) -> Written<()> {
        let (expected, version) = (column(self.expected)?, column(self.version)?);
        let changed = if self.expected == 0 {
            let sql = "INSERT INTO orders (id, version, phase, next_check_at, created_at, snapshot) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING";
            savepoint.prepare_cached(sql)?.execute(params![
                self.order_id,
                version,
                self.phase,
                self.next_check_at,
                self.created_at,
                self.snapshot
            ])?
        } else {
            let sql = "UPDATE orders SET version = ?3, phase = ?4, next_check_at = ?5, snapshot = ?6 \
                       WHERE id = ?1 AND version = ?2";
            savepoint.prepare_cached(sql)?.execute(params![
                self.order_id,
                expected,
                version,
                self.phase,
                self.next_check_at,
                self.snapshot
            ])?
        };
        if changed == 1 { Ok(()) } else { Err(Halt::Refused(CommitError::Conflict)) }
    }

    /// Completes the outbox row that the step answers, if its claim still holds.
    fn settle(&self, savepoint: &Connection) -> Written<()> {
        let Some(Claim { call_id, fence }) = &self.settles else { return Ok(()) };
        let lost = || Halt::Refused(CommitError::LeaseLost);
        let fence = i64::try_from(*fence).map_err(|_| lost())?;
        let changed = match self.calls.iter().find(|row| row.id == *call_id) {
            None => savepoint
                .prepare_cached(
                    "DELETE FROM outbox WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL",
                )?
                .execute(params![call_id.as_str(), fence])?,
            // The bytes of a call never change (B-8), so a call that is wished again by its own answer keeps its row.
            Some(again) => savepoint
                .prepare_cached(
                    "UPDATE outbox SET due_at = ?3, lease_until = NULL \
                     WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL",
                )?
                .execute(params![call_id.as_str(), fence, again.due_at])?,
        };
        if changed == 1 { Ok(()) } else { Err(lost()) }
    }

    /// An own id is taken once; a gateway's id stays with the first order that it led to.
    //= T-2
    fn write_id(&self, savepoint: &Connection, key: &IdKey) -> Written<()> {
        let written = savepoint
            .prepare_cached(
                "INSERT INTO request_ids (kind, id, order_id) VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO NOTHING",
            )?
            .execute(params![key.kind(), key.value(), self.order_id])?;
        if written == 1 || key.is_gateway_made() {
            Ok(())
        } else {
            Err(Halt::Refused(CommitError::IdTaken(key.clone())))
        }
    }
}

impl EventRow {
    fn new(recorded: &antom_domain::order::Recorded) -> Option<EventRow> {
        let body = serde_json::to_string(recorded).ok()?;
        let Named { event } = serde_json::from_str(&body).ok()?;
        Some(EventRow { at: recorded.at.epoch_millis(), name: event, body })
    }
}

impl CallRow {
    fn new(call: GatewayCall, due: Timestamp) -> Result<CallRow, StoreError> {
        let id = call.id();
        let subject = serde_json::to_string(&call.subject).map_err(|_| unreadable("call", id.as_str()))?;
        Ok(CallRow { id, subject, call, due_at: due.epoch_millis() })
    }

    /// A call that waits already was decided before: its first bytes stay.
    //= B-8
    fn write(&self, savepoint: &Connection, order_id: &str) -> rusqlite::Result<()> {
        savepoint
            .prepare_cached(
                "INSERT INTO outbox (call_id, order_id, api, subject, body, due_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (call_id) DO NOTHING",
            )?
            .execute(params![
                self.id.as_str(),
                order_id,
                self.call.api.name(),
                self.subject,
                self.call.body.as_bytes(),
                self.due_at
            ])
            .map(|_| ())
    }
}

/// A version as the database takes it; one that it cannot hold was never stored.
fn column(version: Version) -> Written<i64> {
    i64::try_from(version).map_err(|_| Halt::Refused(CommitError::Conflict))
}
