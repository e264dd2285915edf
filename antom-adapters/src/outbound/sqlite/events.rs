//! The event queue over the database: each order's events handed out one after the other, listed and forgotten.
//! Events of a step are written by `commit`, with the function below.

use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEventId;
use antom_domain::port::{
    ClaimedEvent, DeliveryState, EventClaim, EventEnd, EventPage, EventQuery, EventQueue, EventQueueError,
    Keep, KeptEvent, StoreError,
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::error::Halt;
use super::remembered::Changes;
use super::store::SqliteStore;
use super::writer::Loss;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, EndColumns, StepRows, StoredClaim, StoredEvent, unreadable};

const LARGEST_PAGE: usize = 200;
const COLUMNS: &str =
    "order_id, sequence, kind, at, payment_request_id, data, state, tries, due_at, settled_at, failure";

type Read<T> = Result<T, Halt<StoreError>>;

#[async_trait]
impl EventQueue for SqliteStore {
    async fn claim_events(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<ClaimedEvent>, StoreError> {
        // The worker is woken by every change, and most changes tell nothing: a look spares the writing thread a turn.
        if self.look_up(next_due).await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let (until, now) = (now.saturating_add(lease).epoch_millis(), now.epoch_millis());
        let claimed =
            self.write(Changes::Nothing, move |savepoint| claim(savepoint, now, until, limit)).await;
        Ok(stored::known_claims(claimed.unwrap_or(Err(StoreError::Unavailable))?, self.keys()))
    }

    async fn settle(&self, claim: &EventClaim, end: EventEnd, now: Timestamp) -> Result<(), EventQueueError> {
        let claim = stored::claim_columns(claim)?;
        let now = now.epoch_millis();
        self.write(Changes::Nothing, move |savepoint| settle(savepoint, &claim, &end, now))
            .await
            .unwrap_or_else(not_written)
    }

    async fn next_event_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.look_up(next_due).await
    }

    async fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        let after = match &query.cursor {
            None => 0,
            Some(cursor) => cursor.parse().map_err(|_| unreadable("cursor", cursor.as_str()))?,
        };
        let (query, keys) = (query.clone(), self.keys().clone());
        self.read(move |connection| page(connection, &query, after, &keys)).await
    }

    async fn resend(&self, id: &MerchantEventId, now: Timestamp) -> Result<bool, StoreError> {
        let (order_id, sequence) = id.parts();
        let Ok(sequence) = i64::try_from(sequence) else { return Ok(false) };
        let (order_id, now) = (order_id.to_string(), now.epoch_millis());
        let resent =
            self.write(Changes::Nothing, move |savepoint| resend(savepoint, &order_id, sequence, now)).await;
        resent.unwrap_or(Err(StoreError::Unavailable))
    }

    async fn forget(&self, keep: Keep) -> Result<usize, StoreError> {
        let (since, most) = (keep.since.epoch_millis(), i64::try_from(keep.most).unwrap_or(i64::MAX));
        let forgotten = self.write(Changes::Nothing, move |savepoint| forget(savepoint, since, most)).await;
        forgotten.unwrap_or(Err(StoreError::Unavailable))
    }
}

/// Writes what a step tells, in one statement. The first event becomes current where none of its order is.
pub(super) fn write(savepoint: &Connection, step: &StepRows) -> rusqlite::Result<()> {
    if step.told.is_empty() {
        return Ok(());
    }
    let current = "SELECT 1 FROM merchant_events WHERE order_id = ?1 AND due_at IS NOT NULL";
    let mut values: Vec<&dyn ToSql> = vec![&step.order_id, &step.told_state];
    let mut rows = Vec::with_capacity(step.told.len());
    for told in &step.told {
        let first = values.len().saturating_add(1);
        let [sequence, kind, at, payment, data] = std::array::from_fn(|place| first.saturating_add(place));
        let due = if rows.is_empty() {
            format!("CASE WHEN ?2 = 'waiting' AND NOT EXISTS ({current}) THEN ?{at} END")
        } else {
            "NULL".to_owned()
        };
        rows.push(format!("(?1, ?{sequence}, ?{kind}, ?{at}, ?{payment}, ?{data}, ?2, ?{at}, {due})"));
        let row: [&dyn ToSql; 5] =
            [&told.sequence, &told.kind, &told.at, &told.payment_request_id, &told.data];
        values.extend(row);
    }
    let sql = format!(
        "INSERT INTO merchant_events (order_id, sequence, kind, at, payment_request_id, data, state, since, due_at) \
         VALUES {}",
        rows.join(", ")
    );
    savepoint.prepare_cached(&sql)?.execute(values.as_slice()).map(|_| ())
}

fn claim(
    savepoint: &Connection,
    now: i64,
    until: i64,
    limit: usize,
) -> Result<Vec<StoredClaim>, Halt<StoreError>> {
    let sql =
        format!("SELECT {COLUMNS}, since, seq FROM merchant_events WHERE due_at <= ?1 ORDER BY due_at, seq");
    let due: Vec<(StoredClaim, i64)> = savepoint
        .prepare_cached(&sql)?
        .query_map([now], |row| {
            let mut event = event(row)?;
            event.tries = event.tries.saturating_add(1);
            Ok((StoredClaim { event, since: row.get("since")? }, row.get("seq")?))
        })?
        // As for the outbox: read in the order of the index, and planned once.
        .take(limit)
        .collect::<Result<_, _>>()?;
    for (_, seq) in &due {
        savepoint
            .prepare_cached(
                "UPDATE merchant_events SET due_at = ?2, is_held = 1, tries = tries + 1 WHERE seq = ?1",
            )?
            .execute([*seq, until])?;
    }
    Ok(due.into_iter().map(|(claim, _)| claim).collect())
}

fn settle(
    savepoint: &Connection,
    (order_id, sequence, fence): &(String, i64, i64),
    end: &EventEnd,
    now: i64,
) -> Result<(), Halt<EventQueueError>> {
    let EndColumns { state, due, settled_at, failure } = EndColumns::of(end, now);
    let changed = savepoint
        .prepare_cached(
            "UPDATE merchant_events SET state = ?4, due_at = ?5, settled_at = ?6, failure = ?7, is_held = 0 \
             WHERE order_id = ?1 AND sequence = ?2 AND tries = ?3 AND is_held = 1",
        )?
        .execute(params![order_id, sequence, fence, state, due, settled_at, failure])?;
    if changed != 1 {
        return Err(Halt::Refused(EventQueueError::LeaseLost));
    }
    advance(savepoint, order_id, now)?;
    Ok(())
}

/// Makes the order's first waiting event current, where none is.
fn advance(savepoint: &Connection, order_id: &str, due: i64) -> rusqlite::Result<()> {
    savepoint
        .prepare_cached(
            "UPDATE merchant_events SET due_at = ?2 \
             WHERE seq = (SELECT seq FROM merchant_events WHERE order_id = ?1 AND state = 'waiting' \
                          ORDER BY sequence LIMIT 1) \
             AND NOT EXISTS (SELECT 1 FROM merchant_events WHERE order_id = ?1 AND due_at IS NOT NULL)",
        )?
        .execute(params![order_id, due])
        .map(|_| ())
}

fn next_due(connection: &Connection) -> Read<Option<Timestamp>> {
    let next: Option<i64> = connection
        .prepare_cached("SELECT min(due_at) FROM merchant_events WHERE due_at IS NOT NULL")?
        .query_row([], |row| row.get(0))?;
    Ok(next.map(stored::time))
}

/// The cursor of a page is the number under which its last event was written.
fn page(connection: &Connection, query: &EventQuery, after: i64, keys: &DataKeys) -> Read<EventPage> {
    let limit = query.limit.min(LARGEST_PAGE);
    let one_more = stored::number(limit.saturating_add(1));
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>("seq")?, event(row)?));
    let select = format!("SELECT {COLUMNS}, seq FROM merchant_events WHERE seq > ?1");
    let mut found: Vec<(i64, StoredEvent)> = match &query.kind {
        None => connection
            .prepare_cached(&format!("{select} ORDER BY seq LIMIT ?2"))?
            .query_map([after, one_more], read)?
            .collect::<Result<_, _>>()?,
        Some(kind) => connection
            .prepare_cached(&format!("{select} AND kind = ?3 ORDER BY seq LIMIT ?2"))?
            .query_map(params![after, one_more, kind.as_str()], read)?
            .collect::<Result<_, _>>()?,
    };
    if found.is_empty() && after > newest(connection)? {
        return Err(unreadable("cursor", query.cursor.as_deref().unwrap_or_default()).into());
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|(seq, _)| seq.to_string()).or_else(|| query.cursor.clone());
    let events = found.into_iter().map(|(_, row)| row.understand(keys)).collect::<Result<_, _>>()?;
    Ok(EventPage { events, next, has_more })
}

/// The newest events of one order, oldest first.
pub(super) fn of_order(
    connection: &Connection,
    order: &ReferenceOrderId,
    limit: usize,
    keys: &DataKeys,
) -> Read<Vec<KeptEvent>> {
    let sql =
        format!("SELECT {COLUMNS} FROM merchant_events WHERE order_id = ?1 ORDER BY sequence DESC LIMIT ?2");
    let found: Vec<StoredEvent> = connection
        .prepare_cached(&sql)?
        .query_map(params![order.as_str(), stored::number(limit)], event)?
        .collect::<Result<_, _>>()?;
    Ok(found.into_iter().rev().map(|row| row.understand(keys)).collect::<Result<_, _>>()?)
}

/// No page ever ended behind the newest event.
fn newest(connection: &Connection) -> Read<i64> {
    let sql = "SELECT ifnull(max(seq), 0) FROM merchant_events";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn resend(savepoint: &Connection, order_id: &str, sequence: i64, now: i64) -> Result<bool, Halt<StoreError>> {
    let state: Option<String> = savepoint
        .prepare_cached("SELECT state FROM merchant_events WHERE order_id = ?1 AND sequence = ?2")?
        .query_row(params![order_id, sequence], |row| row.get(0))
        .optional()?;
    match state {
        None => return Ok(false),
        Some(state) if state == DeliveryState::Waiting.as_str() => return Ok(true),
        Some(_) => {}
    }
    savepoint
        .prepare_cached(
            "UPDATE merchant_events SET state = 'waiting', since = ?3, settled_at = NULL, failure = NULL \
             WHERE order_id = ?1 AND sequence = ?2",
        )?
        .execute(params![order_id, sequence, now])?;
    // What is being sent is not disturbed; what only waits stands back.
    savepoint
        .prepare_cached(
            "UPDATE merchant_events SET due_at = NULL WHERE order_id = ?1 AND due_at IS NOT NULL AND is_held = 0",
        )?
        .execute([order_id])?;
    advance(savepoint, order_id, now)?;
    Ok(true)
}

/// The newest event stays, so that numbers are never used again and cursors stay true.
fn forget(savepoint: &Connection, since: i64, most: i64) -> Result<usize, Halt<StoreError>> {
    let newest: Option<i64> =
        savepoint.prepare_cached("SELECT max(seq) FROM merchant_events")?.query_row([], |row| row.get(0))?;
    let Some(newest) = newest else { return Ok(0) };
    let dropped = savepoint
        .prepare_cached(
            "DELETE FROM merchant_events WHERE seq IN ( \
                 SELECT seq FROM (SELECT seq, state, at FROM merchant_events ORDER BY seq LIMIT 1000) \
                 WHERE state <> 'waiting' AND seq < ?3 AND (at < ?1 OR seq <= ?2))",
        )?
        .execute([since, newest.saturating_sub(most), newest])?;
    Ok(dropped)
}

fn event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        order_id: row.get(0)?,
        sequence: row.get(1)?,
        kind: row.get(2)?,
        at: row.get(3)?,
        payment_request_id: row.get(4)?,
        data: row.get(5)?,
        state: row.get(6)?,
        tries: row.get(7)?,
        due_at: row.get(8)?,
        settled_at: row.get(9)?,
        failure: row.get(10)?,
    })
}

/// Whether or not it was written, settling again is harmless: a used claim is refused.
fn not_written<T>(_loss: Loss) -> Result<T, EventQueueError> {
    Err(EventQueueError::Store(StoreError::Unavailable))
}
