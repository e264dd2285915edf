//! The storage seen by those who run it: a write to try the disk, the orders that wait longest, and what one
//! told. What follows from the answers is left to readiness, metrics and the dashboard.

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{Order, OrderPhase};
use antom_domain::port::{KeptEvent, StoreError};
use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::error::Halt;
use super::events;
use super::orders::readable;
use super::remembered::Changes;
use super::store::SqliteStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::inspect::{Inspect, StoreUse};
use crate::outbound::stored;

/// The rows of the partial index are few; sorted by their number of creation, the first lead to their orders.
const OLDEST_OPEN: &str = "SELECT id, snapshot FROM orders WHERE seq IN (
        SELECT seq FROM orders INDEXED BY orders_unresolved WHERE next_check_at IS NOT NULL ORDER BY seq LIMIT ?1
    ) ORDER BY seq";
const OLDEST_IN: &str = "SELECT id, snapshot FROM orders WHERE phase = ?2 ORDER BY seq LIMIT ?1";
const OLDEST_EVENT: &str = "SELECT MIN(since) FROM merchant_events WHERE due_at IS NOT NULL";

#[async_trait]
impl Inspect for SqliteStore {
    /// Changes a row and changes it back: one page of the log, synced like a step. A full or read-only disk fails it. A row
    /// that stays as it is would not be written.
    async fn check_writable(&self) -> Result<(), StoreError> {
        let work = |savepoint: &Connection| -> Result<(), Halt<StoreError>> {
            for change in ["UPDATE fences SET last = last + 1", "UPDATE fences SET last = last - 1"] {
                savepoint.prepare_cached(change)?.execute([])?;
            }
            Ok(())
        };
        self.write(Changes::Nothing, work).await.unwrap_or(Err(StoreError::Unavailable))
    }

    async fn oldest_open(&self, limit: usize) -> Result<Vec<Order>, StoreError> {
        let keys = self.keys().clone();
        self.read(move |connection| oldest(connection, OLDEST_OPEN, params![stored::number(limit)], &keys))
            .await
    }

    async fn oldest_in(&self, phase: OrderPhase, limit: usize) -> Result<Vec<Order>, StoreError> {
        let keys = self.keys().clone();
        self.read(move |connection| {
            oldest(connection, OLDEST_IN, params![stored::number(limit), phase.as_str()], &keys)
        })
        .await
    }

    async fn events_of(&self, order: &ReferenceOrderId, limit: usize) -> Result<Vec<KeptEvent>, StoreError> {
        let (order, keys) = (order.clone(), self.keys().clone());
        self.read(move |connection| events::of_order(connection, &order, limit, &keys)).await
    }

    async fn oldest_event(&self) -> Result<Option<Timestamp>, StoreError> {
        let since: Option<i64> = self
            .read(|connection| {
                Ok(connection.prepare_cached(OLDEST_EVENT)?.query_row([], |row| row.get(0))?)
            })
            .await?;
        Ok(since.map(Timestamp::from_epoch_millis))
    }

    fn use_now(&self) -> StoreUse {
        let (connections_busy, connections) = self.readers_in_use();
        StoreUse { writes_waiting: self.writes_waiting(), connections_busy, connections }
    }
}

fn oldest(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    keys: &DataKeys,
) -> Result<Vec<Order>, Halt<StoreError>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    rows.iter().map(|(id, snapshot)| readable(connection, id, snapshot, keys)).collect()
}
