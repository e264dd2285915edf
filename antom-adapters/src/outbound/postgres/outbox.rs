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
use crate::outbound::stored::{self, Taken};

#[async_trait]
impl Outbox for PostgresStore {
    async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let until = now.saturating_add(lease).epoch_millis();
        let terms =
            Terms { now: now.epoch_millis(), until, limit: stored::number(limit), holder: self.instance() };
        stored::understood(self.run(move |connection| Box::pin(claim(connection, terms))).await?, self.keys())
    }

    async fn is_held(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        let Ok((call_id, fence)) = stored::columns(claim) else { return Ok(false) };
        let now = now.epoch_millis();
        self.run(move |connection| Box::pin(is_held(connection, call_id, fence, now))).await
    }

    async fn complete(&self, claim: &Claim) -> Result<(), OutboxError> {
        let (call_id, fence) = stored::columns(claim)?;
        self.work(move |connection| Box::pin(complete(connection, call_id, fence))).await?
    }

    async fn postpone(&self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        let (call_id, fence) = stored::columns(claim)?;
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

/// What a claim is made with.
struct Terms {
    now: i64,
    until: i64,
    limit: i64,
    holder: i64,
}

/// One statement, which is its own transaction. A row that another instance is claiming at this very moment is passed
/// over; one that it has just claimed is looked at again under its lock and is no longer free.
async fn claim(connection: &mut PgConnection, terms: Terms) -> Result<Vec<Taken>, Halt<StoreError>> {
    let rows = sqlx::query(
        "WITH due AS MATERIALIZED ( \
             SELECT seq FROM outbox WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
             ORDER BY due_at, seq LIMIT $3 FOR UPDATE SKIP LOCKED) \
         UPDATE outbox SET lease_until = $2, holder = $4, fence = nextval('fences'), tries = tries + 1 \
         FROM due WHERE outbox.seq = due.seq \
         RETURNING outbox.seq, due_at, call_id, order_id, api, subject, body, tries, fence",
    )
    .bind(terms.now)
    .bind(terms.until)
    .bind(terms.limit)
    .bind(terms.holder)
    .fetch_all(connection)
    .await?;
    let mut taken = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    taken.sort_by_key(|(order, _)| *order);
    Ok(taken.into_iter().map(|(_, row)| row).collect())
}

/// A claimed row and its place among the others.
fn read(row: &PgRow) -> Result<((i64, i64), Taken), sqlx::Error> {
    // The row counts this claim too.
    let tries = row.try_get::<i32, _>("tries")?.saturating_sub(1);
    let taken = Taken {
        call_id: row.try_get("call_id")?,
        order_id: row.try_get("order_id")?,
        api: row.try_get("api")?,
        subject: row.try_get("subject")?,
        body: row.try_get("body")?,
        tries: tries.unsigned_abs(),
        fence: row.try_get("fence")?,
    };
    Ok(((row.try_get("due_at")?, row.try_get("seq")?), taken))
}

async fn is_held(
    connection: &mut PgConnection,
    call_id: String,
    fence: i64,
    now: i64,
) -> Result<bool, Halt<StoreError>> {
    let held = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM outbox WHERE call_id = $1 AND fence = $2 AND lease_until > $3)",
    );
    Ok(held.bind(call_id).bind(fence).bind(now).fetch_one(connection).await?)
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
