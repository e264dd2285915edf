//! The storage seen by those who run it: whether the server takes writes, the orders that wait longest, and what
//! one told. What follows from the answers is left to readiness, metrics and the dashboard.

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{Order, OrderPhase};
use antom_domain::port::{KeptEvent, StoreError};
use async_trait::async_trait;
use sqlx::postgres::PgConnection;

use super::error::Halt;
use super::events;
use super::orders::readable;
use super::store::PostgresStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::inspect::{Inspect, StoreUse};
use crate::outbound::stored;

/// The rows of the partial index are few: found first, so that the order of creation does not tempt the planner to read the
/// table from its beginning.
const OLDEST_OPEN: &str = "WITH waiting AS MATERIALIZED (SELECT seq FROM orders WHERE next_check_at IS NOT NULL)
    SELECT id, snapshot FROM orders WHERE seq IN (SELECT seq FROM waiting ORDER BY seq LIMIT $1) ORDER BY seq";
const OLDEST_IN: &str = "SELECT id, snapshot FROM orders WHERE phase = $2 ORDER BY seq LIMIT $1";
/// A standby, or a primary that was set to reading only, answers and takes no step.
const TAKES_WRITES: &str =
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'";
const OLDEST_EVENT: &str = "SELECT MIN(since) FROM merchant_events WHERE due_at IS NOT NULL";

#[async_trait]
impl Inspect for PostgresStore {
    async fn check_writable(&self) -> Result<(), StoreError> {
        let takes_writes = self.run(|connection| Box::pin(takes_writes(connection))).await?;
        if takes_writes { Ok(()) } else { Err(StoreError::Unavailable) }
    }

    async fn oldest_open(&self, limit: usize) -> Result<Vec<Order>, StoreError> {
        let keys = self.keys().clone();
        self.run(move |connection| Box::pin(oldest(connection, limit, None, keys))).await
    }

    async fn oldest_in(&self, phase: OrderPhase, limit: usize) -> Result<Vec<Order>, StoreError> {
        let keys = self.keys().clone();
        self.run(move |connection| Box::pin(oldest(connection, limit, Some(phase), keys))).await
    }

    async fn oldest_event(&self) -> Result<Option<Timestamp>, StoreError> {
        let since = self.run(|connection| Box::pin(oldest_event(connection))).await?;
        Ok(since.map(Timestamp::from_epoch_millis))
    }

    async fn events_of(&self, order: &ReferenceOrderId, limit: usize) -> Result<Vec<KeptEvent>, StoreError> {
        let (order, keys) = (order.clone(), self.keys().clone());
        self.run(move |connection| Box::pin(events::of_order(connection, order, limit, keys))).await
    }

    fn use_now(&self) -> StoreUse {
        let (connections_busy, connections) = self.connections_in_use();
        StoreUse { writes_waiting: self.writes_waiting(), connections_busy, connections }
    }
}

async fn takes_writes(connection: &mut PgConnection) -> Result<bool, Halt<StoreError>> {
    Ok(sqlx::query_scalar(TAKES_WRITES).fetch_one(connection).await?)
}

async fn oldest_event(connection: &mut PgConnection) -> Result<Option<i64>, Halt<StoreError>> {
    Ok(sqlx::query_scalar(OLDEST_EVENT).fetch_one(connection).await?)
}

async fn oldest(
    connection: &mut PgConnection,
    limit: usize,
    phase: Option<OrderPhase>,
    keys: DataKeys,
) -> Result<Vec<Order>, Halt<StoreError>> {
    let query = match phase {
        None => sqlx::query_as(OLDEST_OPEN).bind(stored::number(limit)),
        Some(phase) => sqlx::query_as(OLDEST_IN).bind(stored::number(limit)).bind(phase.as_str()),
    };
    let rows: Vec<(String, String)> = query.fetch_all(&mut *connection).await?;
    let mut orders = Vec::with_capacity(rows.len());
    for (id, snapshot) in &rows {
        orders.push(readable(connection, id, snapshot, &keys).await?);
    }
    Ok(orders)
}
