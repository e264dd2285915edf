//! The order store over the database: reading orders, logs and pages.
//! What a commit writes is in `commit`.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_domain::order::{Order, OrderPhase, Recorded};
use antom_domain::port::{
    Commit, CommitError, IdKey, OrderPage, OrderQuery, OrderStore, StoreError, StoredOrder, Version,
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::commit::Written;
use super::error::Halt;
use super::recent::Recent;
use super::remembered::Changes;
use super::store::SqliteStore;
use super::writer::{Answer, Loss};
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, StepRows, unreadable};

const LARGEST_PAGE: usize = 200;

type Read<T> = Result<T, Halt<StoreError>>;

impl From<StoreError> for Halt<StoreError> {
    fn from(error: StoreError) -> Halt<StoreError> {
        Halt::Refused(error)
    }
}

#[async_trait]
impl OrderStore for SqliteStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        match self.lately().order(id) {
            Some(stored) => Ok(Some(stored)),
            None => self.look_up(|connection| load(connection, id, self.lately(), self.keys())).await,
        }
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        if let Some(order_id) = self.lately().owner(key) {
            return Ok(Some(order_id));
        }
        let found = self.look_up(|connection| find(connection, key)).await?;
        if let Some(order_id) = &found {
            self.lately().keep_id(key.clone(), order_id.clone());
        }
        Ok(found)
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        let (id, order) = (commit.order_id.clone(), Arc::clone(&commit.snapshot));
        let announced = commit.announced.total;
        let step = StepRows::new(commit, self.keys())?;
        let text = step.snapshot.clone();
        let changes =
            if step.calls.is_empty() && step.settles.is_none() { Changes::Nothing } else { Changes::Outbox };
        let remember = move |recent: &Recent, answer: &Answer<Written, CommitError>| match answer {
            Ok(Ok(Written { version, led })) => {
                led.iter().for_each(|key| recent.keep_id(key.clone(), id.clone()));
                recent.keep_order(id, StoredOrder { order, version: *version, announced }, text);
            }
            _ => recent.forget_order(&id),
        };
        match self.write_then(changes, move |transaction| step.write_with(transaction), remember).await {
            Ok(written) => written.map(|Written { version, .. }| version),
            Err(Loss::NotWritten) => Err(CommitError::Store(StoreError::Unavailable)),
            Err(Loss::Unknown) => Err(CommitError::OutcomeUnknown),
        }
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.look_up(|connection| history(connection, id.as_str(), self.keys())).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        let before = match &query.cursor {
            None => i64::MAX,
            Some(cursor) => cursor.parse().map_err(|_| unreadable("cursor", cursor.as_str()))?,
        };
        let (phase, limit, keys) = (query.phase, query.limit.min(LARGEST_PAGE), self.keys().clone());
        self.read(move |connection| page(connection, phase, before, limit, &keys)).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        // Every id is longer than the empty text.
        let after = after.map(ReferenceOrderId::to_string).unwrap_or_default();
        self.read(move |connection| unresolved(connection, &after, limit)).await
    }
}

fn load(
    connection: &Connection,
    id: &ReferenceOrderId,
    recent: &Recent,
    keys: &DataKeys,
) -> Read<Option<StoredOrder>> {
    let damaged = || unreadable("snapshot", id.as_str());
    let mut statement =
        connection.prepare_cached("SELECT version, snapshot, announced FROM orders WHERE id = ?1")?;
    let mut found = statement.query([id.as_str()])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let version = Version::try_from(row.get::<_, i64>(0)?).map_err(|_| damaged())?;
    let text = row.get_ref(1)?.as_bytes().map_err(|_| damaged())?;
    let announced = row.get::<_, i64>(2)?.unsigned_abs();
    let order = match recent.meaning(id, text) {
        Some(order) => order,
        None => {
            let text = str::from_utf8(text).map_err(|_| damaged())?;
            Arc::new(readable(connection, id.as_str(), text, keys)?)
        }
    };
    Ok(Some(StoredOrder { order, version, announced }))
}

/// The order as far as this program can read it: its snapshot, or, where a newer program wrote that, the log up to the
/// first event of the newer one.
pub(super) fn readable(connection: &Connection, id: &str, snapshot: &str, keys: &DataKeys) -> Read<Order> {
    if let Some(order) = stored::snapshot(id, snapshot, keys)? {
        return Ok(order);
    }
    Ok(stored::read_only(id, &history(connection, id, keys)?)?)
}

fn find(connection: &Connection, key: &IdKey) -> Read<Option<ReferenceOrderId>> {
    let found: Option<String> = connection
        .prepare_cached("SELECT order_id FROM request_ids WHERE kind = ?1 AND id = ?2")?
        .query_row([key.kind(), key.value()], |row| row.get(0))
        .optional()?;
    Ok(found.map(|id| stored::order_id(&id)).transpose()?)
}

pub(super) fn history(connection: &Connection, id: &str, keys: &DataKeys) -> Read<Vec<Recorded>> {
    let mut statement =
        connection.prepare_cached("SELECT seq, body FROM order_events WHERE order_id = ?1 ORDER BY seq")?;
    let mut found = statement.query([id])?;
    let mut log = Vec::new();
    while let Some(row) = found.next()? {
        let body: String = row.get(1)?;
        match stored::event(id, row.get(0)?, &body, keys)? {
            Some(recorded) => log.push(recorded),
            None => break,
        }
    }
    Ok(log)
}

/// The cursor of a page is the number under which its last order was created.
fn page(
    connection: &Connection,
    phase: Option<OrderPhase>,
    before: i64,
    limit: usize,
    keys: &DataKeys,
) -> Read<OrderPage> {
    let one_more = stored::number(limit.saturating_add(1));
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut found: Vec<(i64, String, String)> = match phase {
        None => connection
            .prepare_cached("SELECT seq, id, snapshot FROM orders WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")?
            .query_map([before, one_more], read)?
            .collect::<Result<_, _>>()?,
        Some(phase) => connection
            .prepare_cached(
                "SELECT seq, id, snapshot FROM orders WHERE phase = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
            )?
            .query_map(params![phase.as_str(), before, one_more], read)?
            .collect::<Result<_, _>>()?,
    };
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|(seq, ..)| seq.to_string());
    let orders =
        found.iter().map(|(_, id, text)| readable(connection, id, text, keys)).collect::<Result<_, _>>()?;
    Ok(OrderPage { orders, next })
}

fn unresolved(connection: &Connection, after: &str, limit: usize) -> Read<Vec<ReferenceOrderId>> {
    let ids: Vec<String> = connection
        .prepare_cached(
            "SELECT id FROM orders WHERE next_check_at IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2",
        )?
        .query_map(params![after, stored::number(limit)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(ids.iter().map(|id| stored::order_id(id)).collect::<Result<_, _>>()?)
}
