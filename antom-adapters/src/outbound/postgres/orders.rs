//! The order store over the database: reading orders, logs and pages.
//! What a commit writes is in `commit`.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_domain::order::{Order, OrderPhase, Recorded};
use antom_domain::port::{
    Commit, CommitError, IdKey, OrderPage, OrderQuery, OrderStore, StoreError, StoredOrder, Version,
};
use async_trait::async_trait;
use sqlx::postgres::PgConnection;

use super::error::Halt;
use super::store::PostgresStore;
use super::text::storable;
use super::writer::Loss;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, StepRows, unreadable};

const LARGEST_PAGE: usize = 200;

type Read<T> = Result<T, Halt<StoreError>>;

#[async_trait]
impl OrderStore for PostgresStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        let (id, keys) = (id.to_string(), self.keys().clone());
        self.run(|connection| Box::pin(load(connection, id, keys))).await
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        let key = key.clone();
        self.run(|connection| Box::pin(find(connection, key))).await
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        let step = StepRows::new(commit, self.keys())?;
        match self.write(step).await {
            Ok(answer) => answer,
            Err(Loss::NotWritten) => Err(CommitError::Store(StoreError::Unavailable)),
            Err(Loss::Unknown) => Err(CommitError::OutcomeUnknown),
        }
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        let (id, keys) = (id.to_string(), self.keys().clone());
        self.run(|connection| Box::pin(history(connection, id, keys))).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        let before = match &query.cursor {
            None => i64::MAX,
            Some(cursor) => cursor.parse().map_err(|_| unreadable("cursor", cursor.as_str()))?,
        };
        let (phase, limit, keys) = (query.phase, query.limit.min(LARGEST_PAGE), self.keys().clone());
        self.run(move |connection| Box::pin(page(connection, phase, before, limit, keys))).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        // Every id is longer than the empty text.
        let after = after.map(ReferenceOrderId::to_string).unwrap_or_default();
        self.run(move |connection| Box::pin(unresolved(connection, after, limit))).await
    }
}

async fn load(connection: &mut PgConnection, id: String, keys: DataKeys) -> Read<Option<StoredOrder>> {
    let row: Option<(i64, String, i64)> =
        sqlx::query_as("SELECT version, snapshot, announced FROM orders WHERE id = $1")
            .bind(&id)
            .fetch_optional(&mut *connection)
            .await?;
    let Some((version, snapshot, announced)) = row else { return Ok(None) };
    let version = Version::try_from(version).map_err(|_| unreadable("snapshot", id.as_str()))?;
    let order = Arc::new(readable(connection, &id, &snapshot, &keys).await?);
    Ok(Some(StoredOrder { order, version, announced: announced.unsigned_abs() }))
}

/// The order as far as this program can read it: its snapshot, or, where a newer program wrote that, the log up to the
/// first event of the newer one.
pub(super) async fn readable(
    connection: &mut PgConnection,
    id: &str,
    snapshot: &str,
    keys: &DataKeys,
) -> Read<Order> {
    if let Some(order) = stored::snapshot(id, snapshot, keys)? {
        return Ok(order);
    }
    let log = history(connection, id.to_owned(), keys.clone()).await?;
    Ok(stored::read_only(id, &log)?)
}

async fn find(connection: &mut PgConnection, key: IdKey) -> Read<Option<ReferenceOrderId>> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT order_id FROM request_ids WHERE kind = $1 AND id = $2")
            .bind(key.kind())
            .bind(storable(key.value()))
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|id| stored::order_id(&id)).transpose()?)
}

pub(super) async fn history(
    connection: &mut PgConnection,
    id: String,
    keys: DataKeys,
) -> Read<Vec<Recorded>> {
    let found: Vec<(i64, String)> =
        sqlx::query_as("SELECT seq, body FROM order_events WHERE order_id = $1 ORDER BY seq")
            .bind(&id)
            .fetch_all(connection)
            .await?;
    let mut log = Vec::with_capacity(found.len());
    for (seq, body) in &found {
        match stored::event(&id, *seq, body, &keys)? {
            Some(recorded) => log.push(recorded),
            None => break,
        }
    }
    Ok(log)
}

/// The cursor of a page is the number under which its last order was created.
async fn page(
    connection: &mut PgConnection,
    phase: Option<OrderPhase>,
    before: i64,
    limit: usize,
    keys: DataKeys,
) -> Read<OrderPage> {
    let one_more = stored::number(limit.saturating_add(1));
    let query = match phase {
        None => {
            sqlx::query_as("SELECT seq, id, snapshot FROM orders WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
                .bind(before)
                .bind(one_more)
        }
        Some(phase) => sqlx::query_as(
            "SELECT seq, id, snapshot FROM orders WHERE seq < $1 AND phase = $3 ORDER BY seq DESC LIMIT $2",
        )
        .bind(before)
        .bind(one_more)
        .bind(phase.as_str()),
    };
    let mut found: Vec<(i64, String, String)> = query.fetch_all(&mut *connection).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|(seq, ..)| seq.to_string());
    let mut orders = Vec::with_capacity(found.len());
    for (_, id, text) in &found {
        orders.push(readable(connection, id, text, &keys).await?);
    }
    Ok(OrderPage { orders, next })
}

async fn unresolved(
    connection: &mut PgConnection,
    after: String,
    limit: usize,
) -> Read<Vec<ReferenceOrderId>> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM orders WHERE next_check_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2",
    )
    .bind(&after)
    .bind(stored::number(limit))
    .fetch_all(connection)
    .await?;
    Ok(ids.iter().map(|id| stored::order_id(id)).collect::<Result<_, _>>()?)
}
