//! One step, written: snapshot, events, ids, calls, mark and merchant events inside one transaction.
//! Grouping steps into transactions is left to `writer`.

use antom_domain::port::{Claim, CommitError, IdKey, Version};
use rusqlite::{Connection, params};

use super::error::Halt;
use super::{events, inbox};
use crate::outbound::stored::{CallRow, StepRows};

type Outcome<T> = Result<T, Halt<CommitError>>;

/// A step that was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) version: Version,
    /// The ids that lead to the order since then.
    pub(super) led: Vec<IdKey>,
}

impl StepRows {
    /// Writes the step, or refuses it; whatever it wrote before a refusal is undone by whoever groups the steps.
    pub(super) fn write_with(&self, transaction: &Connection) -> Outcome<Written> {
        self.write_order(transaction)?;
        self.settle(transaction)?;
        let mut led = Vec::with_capacity(self.ids.len());
        for key in &self.ids {
            if self.write_id(transaction, key)? {
                led.push(key.clone());
            }
        }
        for (seq, event) in (self.expected.saturating_add(1)..).zip(&self.events) {
            transaction
                .prepare_cached(
                    "INSERT INTO order_events (order_id, seq, at, name, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![self.order_id, column(seq)?, event.at, event.name, event.body])?;
        }
        for row in &self.calls {
            row.write(transaction, &self.order_id)?;
        }
        if let Some(mark) = &self.inbox {
            inbox::write(transaction, mark)?;
        }
        events::write(transaction, self)?;
        Ok(Written { version: self.version, led })
    }

    /// The version is checked by the statement that changes it.
    fn write_order(&self, transaction: &Connection) -> Outcome<()> {
        let (expected, version) = (column(self.expected)?, column(self.version)?);
        let changed = if self.expected == 0 {
            let sql = "INSERT INTO orders (id, version, phase, next_check_at, created_at, snapshot, announced) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING";
            transaction.prepare_cached(sql)?.execute(params![
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
            transaction.prepare_cached(sql)?.execute(params![
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
    fn settle(&self, transaction: &Connection) -> Outcome<()> {
        let Some(Claim { call_id, fence }) = &self.settles else { return Ok(()) };
        let lost = || Halt::Refused(CommitError::LeaseLost);
        let fence = i64::try_from(*fence).map_err(|_| lost())?;
        let changed = match self.calls.iter().find(|row| row.id == *call_id) {
            None => transaction
                .prepare_cached(
                    "DELETE FROM outbox WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL",
                )?
                .execute(params![call_id.as_str(), fence])?,
            // The bytes of a call never change (B-8), so a call that is wished again by its own answer keeps its row.
            Some(again) => transaction
                .prepare_cached(
                    "UPDATE outbox SET due_at = ?3, lease_until = NULL \
                     WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL",
                )?
                .execute(params![call_id.as_str(), fence, again.due_at])?,
        };
        if changed == 1 { Ok(()) } else { Err(lost()) }
    }

    /// An own id is taken once; a gateway's id stays with the first order that it led to. Whether the id was new.
    //= T-2
    fn write_id(&self, transaction: &Connection, key: &IdKey) -> Outcome<bool> {
        let written = transaction
            .prepare_cached(
                "INSERT INTO request_ids (kind, id, order_id) VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO NOTHING",
            )?
            .execute(params![key.kind(), key.value(), self.order_id])?;
        if written == 1 || key.is_gateway_made() {
            Ok(written == 1)
        } else {
            Err(Halt::Refused(CommitError::IdTaken(key.clone())))
        }
    }
}

impl CallRow {
    /// A call that waits already was decided before: its first bytes stay.
    //= B-8
    fn write(&self, transaction: &Connection, order_id: &str) -> rusqlite::Result<()> {
        transaction
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
fn column(version: Version) -> Outcome<i64> {
    i64::try_from(version).map_err(|_| Halt::Refused(CommitError::Conflict))
}
