//! Retention over the database: rewriting what is personal in one transaction, and bodies that have had their time.
//! What is written where is told by `stored`. Pages that become free keep their words until they are used again.

use antom_core::time::Timestamp;
use antom_domain::order::Erased;
use antom_domain::port::{
    CommitError, DroppedBodies, EraseError, Erasure, RestingPage, RestingQuery, Retention, StoreError,
    Version,
};
use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::error::Halt;
use super::remembered::Changes;
use super::store::SqliteStore;
use super::writer::Loss;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, Arrival, BODIES, ErasureRows, RestingRow};

type Outcome<T> = Result<T, Halt<EraseError>>;

#[async_trait]
impl Retention for SqliteStore {
    async fn erase(&self, erasure: Erasure) -> Result<Version, EraseError> {
        let (keys, order) = (self.keys().clone(), erasure.commit.order_id.clone());
        let rows = ErasureRows::new(erasure, &keys)?;
        let (rows, digests) = match rows.named.is_empty() {
            true => (rows, Vec::new()),
            false => {
                self.read(move |connection| {
                    let digests = naming(connection, &rows)?;
                    Ok((rows, digests))
                })
                .await?
            }
        };
        let work = move |transaction: &Connection| erase(transaction, &rows, &digests, &keys);
        match self.write_then(Changes::Parked, work, move |recent, _| recent.forget_order(&order)).await {
            Ok(answer) => answer,
            Err(Loss::NotWritten) => Err(StoreError::Unavailable.into()),
            Err(Loss::Unknown) => Err(CommitError::OutcomeUnknown.into()),
        }
    }

    async fn resting(&self, query: &RestingQuery) -> Result<RestingPage, StoreError> {
        let after = stored::resting_after(query)?;
        let limit = stored::number(query.limit);
        let rows = self.read(move |connection| Ok(look(connection, after, limit)?)).await?;
        stored::resting(query, &rows)
    }

    async fn drop_bodies(
        &self,
        received_before: Timestamp,
        cursor: Option<String>,
    ) -> Result<DroppedBodies, StoreError> {
        let (after, before) = (Arrival::read(cursor.as_deref())?, received_before.epoch_millis());
        let page = self.read(move |connection| Ok(arrived(connection, after, before)?)).await?;
        let next = page.last().map(|(arrival, ..)| arrival.cursor()).or(cursor);
        let has_more = stored::number(page.len()) >= BODIES;
        let digests: Vec<String> =
            page.into_iter().filter_map(|(_, digest, has_body)| has_body.then_some(digest)).collect();
        let dropped = digests.len();
        if dropped > 0 {
            let work = move |savepoint: &Connection| -> Result<(), Halt<StoreError>> {
                Ok(drop_all(savepoint, &digests)?)
            };
            self.write(Changes::Parked, work).await.unwrap_or(Err(StoreError::Unavailable))?;
        }
        Ok(DroppedBodies { dropped, next, has_more })
    }
}

/// The notifications that name an id of the order.
fn naming(connection: &Connection, rows: &ErasureRows) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT digest, keys FROM inbox WHERE received_at >= ?1 AND length(body) > 0")?;
    let mut found = statement.query([rows.notified_since()])?;
    let mut digests = Vec::new();
    while let Some(row) = found.next()? {
        let digest: String = row.get(0)?;
        if rows.is_named(&digest, row.get_ref(1)?.as_str().unwrap_or_default()) {
            digests.push(digest);
        }
    }
    Ok(digests)
}

fn erase(
    transaction: &Connection,
    rows: &ErasureRows,
    digests: &[String],
    keys: &DataKeys,
) -> Outcome<Version> {
    let order = rows.step.order_id.as_str();
    let is_needed: bool = transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE order_id = ?1) \
             OR EXISTS (SELECT 1 FROM merchant_events WHERE order_id = ?1 AND state = 'waiting')",
        )?
        .query_row([order], |row| row.get(0))?;
    if is_needed {
        return Err(Halt::Refused(EraseError::StillNeeded));
    }
    let written = rows.step.write_with(transaction).map_err(|halt| match halt {
        Halt::Refused(refusal) => Halt::Refused(EraseError::Commit(refusal)),
        Halt::Storage(error) => Halt::Storage(error),
    })?;
    rewriting(transaction, |transaction| {
        let mut rewrite = transaction
            .prepare_cached("UPDATE order_events SET body = ?3 WHERE order_id = ?1 AND seq = ?2")?;
        for (seq, body) in &rows.rewritten {
            rewrite.execute(params![order, seq, body])?;
        }
        Ok(())
    })?;
    transaction
        .prepare_cached("UPDATE orders SET erased = ?2 WHERE id = ?1")?
        .execute([order, rows.how_far.as_str()])?;
    if rows.how_far == Erased::Everything {
        forget_in_events(transaction, rows, keys)?;
    }
    drop_all(transaction, digests)?;
    Ok(written.version)
}

/// Lets the words of events be rewritten meanwhile.
pub(super) fn rewriting<T>(
    transaction: &Connection,
    rewrite: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    transaction.prepare_cached("INSERT INTO rewriting (only) VALUES (1)")?.execute([])?;
    let rewritten = rewrite(transaction)?;
    transaction.prepare_cached("DELETE FROM rewriting")?.execute([])?;
    Ok(rewritten)
}

fn forget_in_events(transaction: &Connection, rows: &ErasureRows, keys: &DataKeys) -> Outcome<()> {
    let order = rows.step.order_id.as_str();
    let told: Vec<(i64, String)> = transaction
        .prepare_cached("SELECT sequence, data FROM merchant_events WHERE order_id = ?1")?
        .query_map([order], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (sequence, data) in told {
        let impersonal =
            rows.impersonal(sequence, data, keys).map_err(|error| Halt::Refused(error.into()))?;
        if let Some(data) = impersonal {
            transaction
                .prepare_cached("UPDATE merchant_events SET data = ?3 WHERE order_id = ?1 AND sequence = ?2")?
                .execute(params![order, sequence, data])?;
        }
    }
    Ok(())
}

/// A parked notification without a body is of no use to whoever finds it.
fn drop_all(savepoint: &Connection, digests: &[String]) -> rusqlite::Result<()> {
    for digest in digests {
        savepoint.prepare_cached("UPDATE inbox SET body = x'' WHERE digest = ?1")?.execute([digest])?;
        savepoint.prepare_cached("DELETE FROM inbox_keys WHERE digest = ?1")?.execute([digest])?;
    }
    Ok(())
}

fn look(connection: &Connection, after: i64, limit: i64) -> rusqlite::Result<Vec<RestingRow>> {
    let sql = "SELECT seq, id, created_at, next_check_at IS NULL, erased FROM orders WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(RestingRow {
            seq: row.get(0)?,
            id: row.get(1)?,
            created_at: row.get(2)?,
            is_at_rest: row.get(3)?,
            erased: row.get(4)?,
        })
    };
    connection.prepare_cached(sql)?.query_map([after, limit], read)?.collect()
}

/// Notifications in the order in which they came, each with its digest and whether it has a body.
fn arrived(
    connection: &Connection,
    after: Arrival,
    before: i64,
) -> rusqlite::Result<Vec<(Arrival, String, bool)>> {
    let sql = "SELECT received_at, seq, digest, length(body) > 0 FROM inbox \
               WHERE (received_at, seq) > (?1, ?2) AND received_at < ?3 ORDER BY received_at, seq LIMIT ?4";
    let read = |row: &rusqlite::Row<'_>| {
        Ok((Arrival { at: row.get(0)?, seq: row.get(1)? }, row.get(2)?, row.get(3)?))
    };
    connection.prepare_cached(sql)?.query_map([after.at, after.seq, before, BODIES], read)?.collect()
}
