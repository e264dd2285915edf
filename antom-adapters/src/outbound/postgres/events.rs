//! The event queue over the database: each order's events handed out one after the other, whichever instance sends them.
//! Events of steps are written by `commit`, with the function below.
//!
//! A commit that adds an event and a settlement of its predecessor exclude each other by the order's row: a commit has
//! changed it, a settlement locks it. Whichever comes second sees the first and makes the event current.

use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEventId;
use antom_domain::port::{
    ClaimedEvent, DeliveryState, EventClaim, EventEnd, EventPage, EventQuery, EventQueue, EventQueueError,
    Keep, KeptEvent, StoreError,
};
use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row as _};

use super::connections::transaction;
use super::error::Halt;
use super::store::PostgresStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, EndColumns, StepRows, StoredClaim, StoredEvent, ToldRow, unreadable};

const LARGEST_PAGE: usize = 200;
const COLUMNS: &str = "merchant_events.order_id, merchant_events.sequence, kind, at, payment_request_id, data, state, \
                       tries, due_at, settled_at, failure";

#[async_trait]
impl EventQueue for PostgresStore {
    async fn claim_events(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<ClaimedEvent>, StoreError> {
        let until = now.saturating_add(lease).epoch_millis();
        let (now, limit) = (now.epoch_millis(), stored::number(limit));
        let taken = self.run(move |connection| Box::pin(claim(connection, now, until, limit))).await?;
        Ok(stored::known_claims(taken, self.keys()))
    }

    async fn settle(&self, claim: &EventClaim, end: EventEnd, now: Timestamp) -> Result<(), EventQueueError> {
        let claim = stored::claim_columns(claim)?;
        let now = now.epoch_millis();
        self.work(move |connection| {
            Box::pin(transaction(connection, move |connection| Box::pin(settle(connection, claim, end, now))))
        })
        .await?
    }

    async fn next_event_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.run(|connection| Box::pin(next_due(connection))).await
    }

    async fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        let after = Place::read(query.cursor.as_deref())?;
        let (query, keys) = (query.clone(), self.keys().clone());
        self.run(move |connection| Box::pin(page(connection, query, after, keys))).await
    }

    async fn resend(&self, id: &MerchantEventId, now: Timestamp) -> Result<bool, StoreError> {
        let (order_id, sequence) = id.parts();
        let Ok(sequence) = i64::try_from(sequence) else { return Ok(false) };
        let (order_id, now) = (order_id.to_string(), now.epoch_millis());
        self.run(move |connection| {
            Box::pin(transaction(connection, move |connection| {
                Box::pin(resend(connection, order_id, sequence, now))
            }))
        })
        .await
    }

    async fn forget(&self, keep: Keep) -> Result<usize, StoreError> {
        let (since, most) = (keep.since.epoch_millis(), i64::try_from(keep.most).unwrap_or(i64::MAX));
        self.run(move |connection| Box::pin(forget(connection, since, most))).await
    }
}

/// Writes what steps of different orders tell, in one statement. The first event of each becomes current where none of its
/// order is.
pub(super) async fn write(connection: &mut PgConnection, steps: &[&StepRows]) -> Result<(), sqlx::Error> {
    let told: Vec<(&StepRows, bool, &ToldRow)> = steps
        .iter()
        .flat_map(|step| step.told.iter().enumerate().map(move |(place, told)| (*step, place == 0, told)))
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO merchant_events \
         (order_id, sequence, kind, at, payment_request_id, data, state, since, due_at) \
         SELECT told.order_id, sequence, kind, at, payment_request_id, data, state, at, \
                CASE WHEN state = 'waiting' AND is_first AND NOT EXISTS ( \
                    SELECT 1 FROM merchant_events AS current \
                    WHERE current.order_id = told.order_id AND current.due_at IS NOT NULL) THEN at END \
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], \
                     $8::boolean[]) \
         AS told (order_id, sequence, kind, at, payment_request_id, data, state, is_first)",
    )
    .bind(told.iter().map(|(step, ..)| step.order_id.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., row)| row.sequence).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., row)| row.kind.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., row)| row.at).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., row)| row.payment_request_id.as_deref()).collect::<Vec<_>>())
    .bind(told.iter().map(|(.., row)| row.data.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(step, ..)| step.told_state).collect::<Vec<_>>())
    .bind(told.iter().map(|(_, is_first, _)| *is_first).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// One statement, which is its own transaction. An event that another instance is claiming at this very moment is passed
/// over; one that it has just claimed is looked at again under its lock and is no longer due.
async fn claim(
    connection: &mut PgConnection,
    now: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<StoredClaim>, Halt<StoreError>> {
    let sql = format!(
        "WITH due AS MATERIALIZED ( \
             SELECT order_id, sequence FROM merchant_events WHERE due_at <= $1 \
             ORDER BY due_at, seq LIMIT $3 FOR UPDATE SKIP LOCKED) \
         UPDATE merchant_events SET due_at = $2, is_held = true, tries = tries + 1 \
         FROM due WHERE merchant_events.order_id = due.order_id AND merchant_events.sequence = due.sequence \
         RETURNING {COLUMNS}, since"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(now).bind(until).bind(limit).fetch_all(connection).await?;
    let read = |row: &PgRow| Ok(StoredClaim { event: event(row)?, since: row.try_get("since")? });
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}

async fn settle(
    connection: &mut PgConnection,
    (order_id, sequence, fence): (String, i64, i64),
    end: EventEnd,
    now: i64,
) -> Result<(), Halt<EventQueueError>> {
    let EndColumns { state, due, settled_at, failure } = EndColumns::of(&end, now);
    hold(connection, &order_id).await?;
    let changed = sqlx::query(
        "UPDATE merchant_events SET state = $4, due_at = $5, settled_at = $6, failure = $7, is_held = false \
         WHERE order_id = $1 AND sequence = $2 AND tries = $3 AND is_held",
    )
    .bind(&order_id)
    .bind(sequence)
    .bind(fence)
    .bind(state)
    .bind(due)
    .bind(settled_at)
    .bind(failure)
    .execute(&mut *connection)
    .await?;
    if changed.rows_affected() != 1 {
        return Err(Halt::Refused(EventQueueError::LeaseLost));
    }
    advance(connection, &order_id, now).await?;
    Ok(())
}

/// Keeps commits and settlements of this order away until the transaction ends.
async fn hold(connection: &mut PgConnection, order_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT 1 FROM orders WHERE id = $1 FOR NO KEY UPDATE")
        .bind(order_id)
        .execute(connection)
        .await
        .map(|_| ())
}

/// Makes the order's first waiting event current, where none is.
async fn advance(connection: &mut PgConnection, order_id: &str, due: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE merchant_events SET due_at = $2 WHERE order_id = $1 \
         AND sequence = (SELECT min(sequence) FROM merchant_events WHERE order_id = $1 AND state = 'waiting') \
         AND NOT EXISTS (SELECT 1 FROM merchant_events WHERE order_id = $1 AND due_at IS NOT NULL)",
    )
    .bind(order_id)
    .bind(due)
    .execute(connection)
    .await
    .map(|_| ())
}

async fn next_due(connection: &mut PgConnection) -> Result<Option<Timestamp>, Halt<StoreError>> {
    let next: Option<i64> =
        sqlx::query_scalar("SELECT min(due_at) FROM merchant_events WHERE due_at IS NOT NULL")
            .fetch_one(connection)
            .await?;
    Ok(next.map(stored::time))
}

/// Where a page ended: the transaction of its last event, and its number.
struct Place {
    txid: u64,
    seq: i64,
}

impl Place {
    fn read(cursor: Option<&str>) -> Result<Place, StoreError> {
        let Some(cursor) = cursor else { return Ok(Place { txid: 0, seq: 0 }) };
        let place = cursor
            .split_once('-')
            .and_then(|(txid, seq)| Some(Place { txid: txid.parse().ok()?, seq: seq.parse().ok()? }));
        place.ok_or_else(|| unreadable("cursor", cursor))
    }
}

async fn page(
    connection: &mut PgConnection,
    query: EventQuery,
    after: Place,
    keys: DataKeys,
) -> Result<EventPage, Halt<StoreError>> {
    let limit = query.limit.min(LARGEST_PAGE);
    let sql = format!(
        "SELECT {COLUMNS}, txid::text || '-' || seq AS place FROM merchant_events \
         WHERE (txid, seq) > ($1::text::xid8, $2) AND txid < pg_snapshot_xmin(pg_current_snapshot()) \
         AND ($3::text IS NULL OR kind = $3) ORDER BY txid, seq LIMIT $4"
    );
    let mut found = sqlx::query(AssertSqlSafe(sql))
        .bind(after.txid.to_string())
        .bind(after.seq)
        .bind(query.kind.as_ref().map(|kind| kind.as_str().to_owned()))
        .bind(stored::number(limit.saturating_add(1)))
        .fetch_all(connection)
        .await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last: Option<String> = found.last().map(|row| row.try_get("place")).transpose()?;
    let mut events = Vec::with_capacity(found.len());
    for row in &found {
        events.push(event(row)?.understand(&keys)?);
    }
    Ok(EventPage { events, next: last.or(query.cursor), has_more })
}

/// The newest events of one order, oldest first.
pub(super) async fn of_order(
    connection: &mut PgConnection,
    order: ReferenceOrderId,
    limit: usize,
    keys: DataKeys,
) -> Result<Vec<KeptEvent>, Halt<StoreError>> {
    let sql =
        format!("SELECT {COLUMNS} FROM merchant_events WHERE order_id = $1 ORDER BY sequence DESC LIMIT $2");
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(order.as_str())
        .bind(stored::number(limit))
        .fetch_all(connection)
        .await?;
    let mut events = Vec::with_capacity(found.len());
    for row in found.iter().rev() {
        events.push(event(row)?.understand(&keys)?);
    }
    Ok(events)
}

async fn resend(
    connection: &mut PgConnection,
    order_id: String,
    sequence: i64,
    now: i64,
) -> Result<bool, Halt<StoreError>> {
    hold(connection, &order_id).await?;
    let state: Option<String> =
        sqlx::query_scalar("SELECT state FROM merchant_events WHERE order_id = $1 AND sequence = $2")
            .bind(&order_id)
            .bind(sequence)
            .fetch_optional(&mut *connection)
            .await?;
    match state {
        None => return Ok(false),
        Some(state) if state == DeliveryState::Waiting.as_str() => return Ok(true),
        Some(_) => {}
    }
    sqlx::query(
        "UPDATE merchant_events SET state = 'waiting', since = $3, settled_at = NULL, failure = NULL \
         WHERE order_id = $1 AND sequence = $2",
    )
    .bind(&order_id)
    .bind(sequence)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    // What is being sent is not disturbed; what only waits stands back.
    sqlx::query(
        "UPDATE merchant_events SET due_at = NULL WHERE order_id = $1 AND due_at IS NOT NULL AND NOT is_held",
    )
    .bind(&order_id)
    .execute(&mut *connection)
    .await?;
    advance(connection, &order_id, now).await?;
    Ok(true)
}

/// What is asked for again at this very moment is looked at again under its lock, and stays.
async fn forget(connection: &mut PgConnection, since: i64, most: i64) -> Result<usize, Halt<StoreError>> {
    let dropped = sqlx::query(
        "WITH newest AS MATERIALIZED (SELECT txid, seq FROM merchant_events ORDER BY txid DESC, seq DESC LIMIT 1), \
         oldest AS MATERIALIZED ( \
             SELECT order_id, sequence, txid, seq FROM merchant_events ORDER BY txid, seq LIMIT 1000) \
         DELETE FROM merchant_events USING oldest, newest \
         WHERE merchant_events.order_id = oldest.order_id AND merchant_events.sequence = oldest.sequence \
         AND merchant_events.state <> 'waiting' AND oldest.seq <> newest.seq \
         AND (merchant_events.at < $1 OR oldest.seq <= newest.seq - $2)",
    )
    .bind(since)
    .bind(most)
    .execute(connection)
    .await?;
    Ok(usize::try_from(dropped.rows_affected()).unwrap_or(usize::MAX))
}

fn event(row: &PgRow) -> Result<StoredEvent, sqlx::Error> {
    Ok(StoredEvent {
        order_id: row.try_get("order_id")?,
        sequence: row.try_get("sequence")?,
        kind: row.try_get("kind")?,
        at: row.try_get("at")?,
        payment_request_id: row.try_get("payment_request_id")?,
        data: row.try_get("data")?,
        state: row.try_get("state")?,
        tries: row.try_get("tries")?,
        due_at: row.try_get("due_at")?,
        settled_at: row.try_get("settled_at")?,
        failure: row.try_get("failure")?,
    })
}
