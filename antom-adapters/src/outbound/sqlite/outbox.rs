//! The outbox over the database: claims with lease and fence.
//! Rows are added and answered by `commit`.

use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::order::CallId;
use antom_domain::port::{Claim, Claimed, Outbox, OutboxError, StoreError};
use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::error::Halt;
use super::remembered::Changes;
use super::store::SqliteStore;
use super::writer::Loss;
use crate::outbound::stored::{self, Taken};

#[async_trait]
impl Outbox for SqliteStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        // The worker is woken by every change, and most changes wish no call: a look spares the writing thread a turn.
        if self.next_due().await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let (until, now) = (now.saturating_add(lease).epoch_millis(), now.epoch_millis());
        let claimed = self.write(Changes::Outbox, move |savepoint| claim(savepoint, now, until, limit)).await;
        stored::understood(claimed.unwrap_or(Err(StoreError::Unavailable))?, self.keys())
    }

    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        let Ok((call_id, fence)) = stored::columns(claim) else { return Ok(false) };
        let sql =
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE call_id = ?1 AND fence = ?2 AND lease_until > ?3)";
        let now = now.epoch_millis();
        self.look_up(|connection| {
            Ok(connection.prepare_cached(sql)?.query_row(params![call_id, fence, now], |row| row.get(0))?)
        })
        .await
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        let sql = "DELETE FROM outbox WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL";
        let (call_id, fence) = stored::columns(claim)?;
        let work = move |savepoint: &Connection| {
            let changed = savepoint.prepare_cached(sql)?.execute(params![call_id, fence])?;
            if changed == 1 { Ok(()) } else { Err(Halt::Refused(OutboxError::LeaseLost)) }
        };
        self.write(Changes::Outbox, work).await.unwrap_or_else(not_written)
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        let sql = "UPDATE outbox SET due_at = ?3, lease_until = NULL \
                   WHERE call_id = ?1 AND fence = ?2 AND lease_until IS NOT NULL";
        let (call_id, fence) = stored::columns(claim)?;
        let due = due.epoch_millis();
        let work = move |savepoint: &Connection| {
            let changed = savepoint.prepare_cached(sql)?.execute(params![call_id, fence, due])?;
            if changed == 1 { Ok(()) } else { Err(Halt::Refused(OutboxError::LeaseLost)) }
        };
        self.write(Changes::Outbox, work).await.unwrap_or_else(not_written)
    }

    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET due_at = ?2 WHERE call_id = ?1 AND due_at > ?2 AND lease_until IS NULL";
        let (call_id, now) = (id.as_str().to_owned(), now.epoch_millis());
        let work = move |savepoint: &Connection| -> Result<(), Halt<StoreError>> {
            savepoint.prepare_cached(sql)?.execute(params![call_id, now])?;
            Ok(())
        };
        self.write(Changes::Outbox, work).await.unwrap_or(Err(StoreError::Unavailable))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let answer = &self.answers().next_due;
        let asked = match answer.answer() {
            Ok(due) => return Ok(due),
            Err(asked) => asked,
        };
        let due = self.look_up(next_due).await?;
        answer.keep(due, asked);
        Ok(due)
    }
}

fn claim(savepoint: &Connection, now: i64, until: i64, limit: usize) -> Result<Vec<Taken>, Halt<StoreError>> {
    let mut due: Vec<(i64, Taken)> = savepoint
        .prepare_cached(
            "SELECT seq, call_id, order_id, api, subject, body, tries FROM outbox \
             WHERE due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1) ORDER BY due_at, seq",
        )?
        .query_map([now], |row| {
            let taken = Taken {
                call_id: row.get(1)?,
                order_id: row.get(2)?,
                api: row.get(3)?,
                subject: row.get(4)?,
                body: row.get(5)?,
                tries: row.get(6)?,
                fence: 0,
            };
            Ok((row.get(0)?, taken))
        })?
        // The index has this order, so no more is read. For a LIMIT that varies SQLite would plan the query each time.
        .take(limit)
        .collect::<Result<_, _>>()?;
    for (seq, taken) in &mut due {
        taken.fence = savepoint
            .prepare_cached("UPDATE fences SET last = last + 1 RETURNING last")?
            .query_row([], |row| row.get(0))?;
        savepoint
            .prepare_cached(
                "UPDATE outbox SET lease_until = ?2, fence = ?3, tries = tries + 1 WHERE seq = ?1",
            )?
            .execute(params![*seq, until, taken.fence])?;
    }
    Ok(due.into_iter().map(|(_, taken)| taken).collect())
}

fn next_due(connection: &Connection) -> Result<Option<Timestamp>, Halt<StoreError>> {
    let first = |sql| -> rusqlite::Result<Option<i64>> {
        connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
    };
    let free = first("SELECT (SELECT due_at FROM outbox WHERE lease_until IS NULL ORDER BY due_at LIMIT 1)")?;
    let held = first("SELECT min(lease_until) FROM outbox WHERE lease_until IS NOT NULL")?;
    Ok(free.into_iter().chain(held).min().map(stored::time))
}

/// Whether or not it was written, asking again is harmless: a used claim is refused.
fn not_written<T>(_loss: Loss) -> Result<T, OutboxError> {
    Err(OutboxError::Store(StoreError::Unavailable))
}
