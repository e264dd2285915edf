//! The outbox over the database: claims with lease and fence, shared by all instances.
//! Rows are added and answered by `commit`.

use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::order::CallId;
use antom_domain::port::{Claim, Claimed, Outbox, OutboxError, StoreError};
use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use super::error::Halt;
use super::store::PostgresStore;
use crate::outbound::stored;

#[async_trait]
impl Outbox for PostgresStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let until = now.saturating_add(lease).epoch_millis();
        let (now, limit) = (now.epoch_millis(), stored::number(limit));
        understood(self.run(move |connection| Box::pin(claim(connection, now, until, limit))).await?)
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        let (call_id, fence) = columns(claim)?;
        self.work(move |connection| Box::pin(complete(connection, call_id, fence))).await?
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        let (call_id, fence) = columns(claim)?;
        let due = due.epoch_millis();
        self.work(move |connection| Box::pin(postpone(connection, call_id, fence, due))).await?
    }

    async fn hasten(&self, id: &CallId, now: Timestamp) -> Result<(), StoreError> {
        let (call_id, now) = (id.as_str().to_owned(), now.epoch_millis());
        self.run(move |connection| Box::pin(hasten(connection, call_id, now))).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.run(|connection| Box::pin(next_due(connection))).await
    }
}

/// A claimed row, not yet understood.
struct Taken {
    seq: i64,
    due_at: i64,
    call_id: String,
    order_id: String,
    api: String,
    subject: String,
    body: Vec<u8>,
    tries: i32,
    fence: i64,
}

/// One statement, which is its own transaction. A row that another instance is claiming at this very moment is passed
/// over; one that it has just claimed is looked at again under its lock and is no longer free.
async fn claim(
    connection: &mut PgConnection,
    now: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<Taken>, Halt<StoreError>> {
    let rows = sqlx::query(
        "WITH due AS MATERIALIZED ( \
             SELECT seq FROM outbox WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
             ORDER BY due_at, seq LIMIT $3 FOR UPDATE SKIP LOCKED) \
         UPDATE outbox SET lease_until = $2, fence = nextval('fences'), tries = tries + 1 \
         FROM due WHERE outbox.seq = due.seq \
         RETURNING outbox.seq, due_at, call_id, order_id, api, subject, body, tries, fence",
    )
    .bind(now)
    .bind(until)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let mut taken = rows.iter().map(Taken::read).collect::<Result<Vec<_>, _>>()?;
    taken.sort_by_key(|row| (row.due_at, row.seq));
    Ok(taken)
}

async fn complete(
    connection: &mut PgConnection,
    call_id: String,
    fence: i64,
) -> Result<(), Halt<OutboxError>> {
    let dropped =
        sqlx::query("DELETE FROM outbox WHERE call_id = $1 AND fence = $2 AND lease_until IS NOT NULL")
            .bind(call_id)
            .bind(fence)
            .execute(connection)
            .await?;
    if dropped.rows_affected() == 1 { Ok(()) } else { Err(Halt::Refused(OutboxError::LeaseLost)) }
}

async fn postpone(
    connection: &mut PgConnection,
    call_id: String,
    fence: i64,
    due: i64,
) -> Result<(), Halt<OutboxError>> {
    let given_back = sqlx::query(
        "UPDATE outbox SET due_at = $3, lease_until = NULL \
         WHERE call_id = $1 AND fence = $2 AND lease_until IS NOT NULL",
    )
    .bind(call_id)
    .bind(fence)
    .bind(due)
    .execute(connection)
    .await?;
    if given_back.rows_affected() == 1 { Ok(()) } else { Err(Halt::Refused(OutboxError::LeaseLost)) }
}

async fn hasten(connection: &mut PgConnection, call_id: String, now: i64) -> Result<(), Halt<StoreError>> {
    sqlx::query("UPDATE outbox SET due_at = $2 WHERE call_id = $1 AND due_at > $2 AND lease_until IS NULL")
        .bind(call_id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

async fn next_due(connection: &mut PgConnection) -> Result<Option<Timestamp>, Halt<StoreError>> {
    let next: Option<i64> = sqlx::query_scalar(
        "SELECT least((SELECT due_at FROM outbox WHERE lease_until IS NULL ORDER BY due_at LIMIT 1), \
                      (SELECT min(lease_until) FROM outbox WHERE lease_until IS NOT NULL))",
    )
    .fetch_one(connection)
    .await?;
    Ok(next.map(stored::time))
}

/// A row that cannot be read keeps its lease and stands back, so that it does not hold up the others. Where nothing else
/// is due, the caller hears of it.
fn understood(taken: Vec<Taken>) -> Result<Vec<Claimed>, StoreError> {
    let mut claimed = Vec::with_capacity(taken.len());
    let mut fault = None;
    for row in taken {
        match row.understand() {
            Ok(row) => claimed.push(row),
            Err(error) => {
                tracing::error!(%error, "a due call is left alone");
                fault = Some(error);
            }
        }
    }
    match fault {
        Some(error) if claimed.is_empty() => Err(error),
        _ => Ok(claimed),
    }
}

impl Taken {
    fn read(row: &PgRow) -> Result<Taken, sqlx::Error> {
        Ok(Taken {
            seq: row.try_get("seq")?,
            due_at: row.try_get("due_at")?,
            call_id: row.try_get("call_id")?,
            order_id: row.try_get("order_id")?,
            api: row.try_get("api")?,
            subject: row.try_get("subject")?,
            body: row.try_get("body")?,
            tries: row.try_get("tries")?,
            fence: row.try_get("fence")?,
        })
    }

    fn understand(self) -> Result<Claimed, StoreError> {
        let order_id = stored::order_id(&self.order_id)?;
        let call = stored::call(&self.call_id, &self.api, &self.subject, self.body)?;
        let claim = Claim { call_id: CallId::from_stored(self.call_id), fence: self.fence.unsigned_abs() };
        // The row counts this claim too.
        Ok(Claimed { claim, order_id, call, tries: self.tries.saturating_sub(1).unsigned_abs() })
    }
}

/// A fence that the database cannot hold was never given out.
fn columns(claim: &Claim) -> Result<(String, i64), OutboxError> {
    let fence = i64::try_from(claim.fence).map_err(|_| OutboxError::LeaseLost)?;
    Ok((claim.call_id.as_str().to_owned(), fence))
}
