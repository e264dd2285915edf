//! One step, written: snapshot, events, ids, calls, mark and merchant events inside one savepoint.
//! Grouping steps into transactions is left to `writer`.

use antom_domain::port::{Claim, CommitError, IdKey, Version};
use rusqlite::{Connection, params};

use super::error::Halt;
use super::{events, inbox};
use crate::outbound::stored::{CallRow, StepRows};

type Written<T> = Result<T, Halt<CommitError>>;

impl StepRows {
    /// Writes the step, or refuses it; the savepoint around it undoes what was written before a refusal.
    pub(super) fn write_with(&self, savepoint: &Connection) -> Written<Version> {
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
        events::write(savepoint, self)?;
        Ok(self.version)
    }

    /// The version is checked by the statement that changes it.
    fn write_order(&self, savepoint: &Connection) -> Written<()> {
        let (expected, version) = (column(self.expected)?, column(self.version)?);
        let changed = if self.expected == 0 {
            let sql = "INSERT INTO orders (id, version, phase, next_check_at, created_at, snapshot, announced) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING";
            savepoint.prepare_cached(sql)?.execute(params![
                self.order_id,
                version,
                self.phase,
                self.next_check_at,
                self.created_at,
                self.snapshot,
                self.announced
            ])?
        } else {
            let sql = "UPDATE orders SET version = ?3, phase = ?4, next_check_at = ?5, snapshot = ?6, announced = ?7 \
                       WHERE id = ?1 AND version = ?2";
            savepoint.prepare_cached(sql)?.execute(params![
                self.order_id,
                expected,
                version,
                self.phase,
                self.next_check_at,
                self.snapshot,
                self.announced
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

impl CallRow {
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
