//! Retention over the database: rewriting what is personal in one transaction, and bodies that have had their time.
//! What is written where is told by `stored`. Rows that are replaced keep their words until the server vacuums them.

use antom_core::time::Timestamp;
use antom_domain::order::Erased;
use antom_domain::port::{
    DroppedBodies, EraseError, Erasure, RestingPage, RestingQuery, Retention, StoreError, Version,
};
use async_trait::async_trait;
use sqlx::postgres::PgConnection;

use super::commit;
use super::connections::transaction;
use super::error::Halt;
use super::store::PostgresStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, Arrival, BODIES, ErasureRows, RestingRow};

type Outcome<T> = Result<T, Halt<EraseError>>;

#[async_trait]
impl Retention for PostgresStore {
    async fn erase(&self, erasure: Erasure) -> Result<Version, EraseError> {
        let keys = self.keys().clone();
        let rows = ErasureRows::new(erasure, &keys)?;
        let digests = if rows.named.is_empty() { Vec::new() } else { self.naming(&rows).await? };
        self.work(move |connection| {
            Box::pin(transaction(connection, move |connection| {
                Box::pin(erase(connection, rows, digests, keys))
            }))
        })
        .await?
    }

    async fn resting(&self, query: &RestingQuery) -> Result<RestingPage, StoreError> {
        let (after, limit) = (stored::resting_after(query)?, stored::number(query.limit));
        let rows = self.run(move |connection| Box::pin(look(connection, after, limit))).await?;
        stored::resting(query, &rows)
    }

    async fn drop_bodies(
        &self,
        received_before: Timestamp,
        cursor: Option<String>,
    ) -> Result<DroppedBodies, StoreError> {
        let (after, before) = (Arrival::read(cursor.as_deref())?, received_before.epoch_millis());
        let page = self.run(move |connection| Box::pin(arrived(connection, after, before))).await?;
        let next = page.last().map(|row| row.arrival.cursor()).or(cursor);
        let has_more = stored::number(page.len()) >= BODIES;
        let digests: Vec<String> =
            page.into_iter().filter(|row| row.has_body).map(|row| row.digest).collect();
        let dropped = digests.len();
        if dropped > 0 {
            self.run(move |connection| {
                Box::pin(transaction(connection, move |connection| {
                    Box::pin(async move { Ok(drop_all(connection, &digests).await?) })
                }))
            })
            .await?;
        }
        Ok(DroppedBodies { dropped, next, has_more })
    }
}

impl PostgresStore {
    /// The notifications that name an id of the order, looked for page by page.
    async fn naming(&self, rows: &ErasureRows) -> Result<Vec<String>, StoreError> {
        let mut after = Arrival { at: rows.notified_since(), seq: -1 };
        let mut digests = Vec::new();
        loop {
            let page = self.run(move |connection| Box::pin(arrived(connection, after, i64::MAX))).await?;
            let Some(last) = page.last() else { return Ok(digests) };
            after = last.arrival;
            let named = page.iter().filter(|row| row.has_body && rows.is_named(&row.digest, &row.keys));
            digests.extend(named.map(|row| row.digest.clone()));
        }
    }
}

async fn erase(
    connection: &mut PgConnection,
    rows: ErasureRows,
    digests: Vec<String>,
    keys: DataKeys,
) -> Outcome<Version> {
    let order = rows.step.order_id.as_str();
    // First the order's row: nobody adds a call or an event until the transaction ends.
    commit::write(connection, &[&rows.step]).await.map_err(|halt| match halt {
        Halt::Refused(refusal) => Halt::Refused(EraseError::Commit(refusal)),
        Halt::Storage(error) => Halt::Storage(error),
    })?;
    let is_needed: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE order_id = $1) \
         OR EXISTS (SELECT 1 FROM merchant_events WHERE order_id = $1 AND state = 'waiting')",
    )
    .bind(order)
    .fetch_one(&mut *connection)
    .await?;
    if is_needed {
        return Err(Halt::Refused(EraseError::StillNeeded));
    }
    let (seqs, bodies): (Vec<i64>, Vec<&str>) =
        rows.rewritten.iter().map(|(seq, body)| (*seq, body.as_str())).unzip();
    rewriting(connection).await?;
    sqlx::query(
        "UPDATE order_events SET body = anew.body FROM unnest($2::bigint[], $3::text[]) AS anew (seq, body) \
         WHERE order_events.order_id = $1 AND order_events.seq = anew.seq",
    )
    .bind(order)
    .bind(seqs)
    .bind(bodies)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE orders SET erased = $2 WHERE id = $1")
        .bind(order)
        .bind(rows.how_far.as_str())
        .execute(&mut *connection)
        .await?;
    if rows.how_far == Erased::Everything {
        forget_in_events(connection, &rows, &keys).await?;
    }
    drop_all(connection, &digests).await?;
    Ok(rows.step.version)
}

/// Lets the words of events be rewritten until the transaction ends.
pub(super) async fn rewriting(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SET LOCAL antom.rewriting = 'on'").execute(connection).await.map(|_| ())
}

async fn forget_in_events(connection: &mut PgConnection, rows: &ErasureRows, keys: &DataKeys) -> Outcome<()> {
    let order = rows.step.order_id.as_str();
    let told: Vec<(i64, String)> =
        sqlx::query_as("SELECT sequence, data FROM merchant_events WHERE order_id = $1")
            .bind(order)
            .fetch_all(&mut *connection)
            .await?;
    for (sequence, data) in told {
        let impersonal =
            rows.impersonal(sequence, data, keys).map_err(|error| Halt::Refused(error.into()))?;
        if let Some(data) = impersonal {
            sqlx::query("UPDATE merchant_events SET data = $3 WHERE order_id = $1 AND sequence = $2")
                .bind(order)
                .bind(sequence)
                .bind(data)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// A parked notification without a body is of no use to whoever finds it.
async fn drop_all(connection: &mut PgConnection, digests: &[String]) -> Result<(), sqlx::Error> {
    for sql in [
        "UPDATE inbox SET body = '' WHERE digest = ANY ($1)",
        "DELETE FROM inbox_keys WHERE digest = ANY ($1)",
    ] {
        sqlx::query(sql).bind(digests).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn look(
    connection: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<RestingRow>, Halt<StoreError>> {
    let rows: Vec<(i64, String, i64, bool, Option<String>)> = sqlx::query_as(
        "SELECT seq, id, created_at, next_check_at IS NULL, erased FROM orders WHERE seq > $1 ORDER BY seq LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let row =
        |(seq, id, created_at, is_at_rest, erased)| RestingRow { seq, id, created_at, is_at_rest, erased };
    Ok(rows.into_iter().map(row).collect())
}

/// A notification as the sweep sees it.
struct Arrived {
    arrival: Arrival,
    digest: String,
    keys: String,
    has_body: bool,
}

/// Notifications in the order in which they came.
async fn arrived(
    connection: &mut PgConnection,
    after: Arrival,
    before: i64,
) -> Result<Vec<Arrived>, Halt<StoreError>> {
    let rows: Vec<(i64, i64, String, String, bool)> = sqlx::query_as(
        "SELECT received_at, seq, digest, keys, length(body) > 0 FROM inbox \
         WHERE (received_at, seq) > ($1, $2) AND received_at < $3 ORDER BY received_at, seq LIMIT $4",
    )
    .bind(after.at)
    .bind(after.seq)
    .bind(before)
    .bind(BODIES)
    .fetch_all(connection)
    .await?;
    let row =
        |(at, seq, digest, keys, has_body)| Arrived { arrival: Arrival { at, seq }, digest, keys, has_body };
    Ok(rows.into_iter().map(row).collect())
}
