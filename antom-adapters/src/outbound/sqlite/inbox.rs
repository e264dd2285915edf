//! The inbox over the database: every notification once, the parked ones by their ids.
//! Marks that go along with a step are written by `commit`, with the function below.

use std::collections::BTreeMap;

use antom_domain::port::{
    IdKey, Inbox, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest, ReceivedNotification,
    StoreError,
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::error::Halt;
use super::remembered::Changes;
use super::rows::{self, MARK_COLUMNS};
use super::store::SqliteStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, unreadable};

const LARGEST_PAGE: usize = 200;

#[async_trait]
impl Inbox for SqliteStore {
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError> {
        let kept = stored::sealed_mark(mark.clone(), self.keys())?;
        let work = move |savepoint: &Connection| -> Result<(), Halt<StoreError>> {
            write(savepoint, &kept)?;
            Ok(())
        };
        let changes = match mark.verdict {
            InboxVerdict::Parked => Changes::Parked,
            _ => Changes::Nothing,
        };
        // Whether or not it was written, recording again is harmless.
        self.write(changes, work).await.unwrap_or(Err(StoreError::Unavailable))
    }

    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError> {
        let answer = &self.answers().is_any_parked;
        let asked = match answer.answer() {
            Ok(false) => return Ok(Vec::new()),
            Ok(true) => None,
            Err(asked) => Some(asked),
        };
        let (is_any, found) = self
            .look_up(|connection| Ok((is_any_parked(connection)?, parked(connection, keys, self.keys())?)))
            .await?;
        asked.into_iter().for_each(|asked| answer.keep(is_any, asked));
        Ok(found)
    }

    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError> {
        let keys = self.keys().clone();
        self.read(move |connection| recent(connection, limit, &keys)).await
    }

    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        let before = match &query.cursor {
            None => i64::MAX,
            Some(cursor) => cursor.parse().map_err(|_| unreadable("cursor", cursor.as_str()))?,
        };
        let (verdict, limit, keys) = (query.verdict, query.limit.min(LARGEST_PAGE), self.keys().clone());
        self.read(move |connection| page(connection, verdict, before, limit, &keys)).await
    }

    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError> {
        self.look_up(|connection| by_digest(connection, digest, self.keys())).await
    }
}

/// Writes a notification with its verdict. One that is known counts one more delivery, unless it is the same arrival
/// written again; its verdict changes only where it leaves its parking place.
//= N-4, N-10
pub(super) fn write(savepoint: &Connection, mark: &InboxMark) -> rusqlite::Result<()> {
    let InboxMark { notification, verdict } = mark;
    let digest = &notification.digest.0;
    let stored: String = savepoint
        .prepare_cached(
            "INSERT INTO inbox \
             (digest, received_at, request_time, notify_type, keys, body, is_fact, verdict, deliveries) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) \
             ON CONFLICT (digest) DO UPDATE SET \
             deliveries = deliveries + (received_at <> excluded.received_at), \
             verdict = iif(verdict = 'parked', excluded.verdict, verdict) \
             RETURNING verdict",
        )?
        .query_row(
            params![
                digest,
                notification.received_at.epoch_millis(),
                notification.request_time,
                notification.notify_type,
                stored::keys_text(&notification.keys),
                notification.body,
                notification.is_fact,
                verdict.as_str()
            ],
            |row| row.get(0),
        )?;
    if stored != InboxVerdict::Parked.as_str() {
        savepoint.prepare_cached("DELETE FROM inbox_keys WHERE digest = ?1")?.execute([digest])?;
        return Ok(());
    }
    for key in &notification.keys {
        savepoint
            .prepare_cached(
                "INSERT INTO inbox_keys (kind, id, digest) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute([key.kind(), key.value(), digest])?;
    }
    Ok(())
}

fn is_any_parked(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM inbox_keys)")?.query_row([], |row| row.get(0))
}

fn parked(
    connection: &Connection,
    keys: &[IdKey],
    data_keys: &DataKeys,
) -> Result<Vec<ReceivedNotification>, Halt<StoreError>> {
    let sql = format!(
        "SELECT {MARK_COLUMNS}, inbox.seq FROM inbox_keys JOIN inbox ON inbox.digest = inbox_keys.digest \
         WHERE inbox_keys.kind = ?1 AND inbox_keys.id = ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = BTreeMap::new();
    for key in keys {
        let mut marks = statement.query([key.kind(), key.value()])?;
        while let Some(row) = marks.next()? {
            let mark = rows::mark(row)?.understand(data_keys)?;
            let seq: i64 = row.get("seq")?;
            found.insert((mark.notification.received_at, seq), mark.notification);
        }
    }
    Ok(found.into_values().collect())
}

fn recent(
    connection: &Connection,
    limit: usize,
    keys: &DataKeys,
) -> Result<Vec<InboxMark>, Halt<StoreError>> {
    let sql = format!("SELECT {MARK_COLUMNS} FROM inbox ORDER BY received_at DESC, seq DESC LIMIT ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([stored::number(limit)])?;
    let mut marks = Vec::new();
    while let Some(row) = found.next()? {
        marks.push(rows::mark(row)?.understand(keys)?);
    }
    Ok(marks)
}

/// The cursor of a page is the number under which its last notification was recorded.
fn page(
    connection: &Connection,
    verdict: Option<InboxVerdict>,
    before: i64,
    limit: usize,
    keys: &DataKeys,
) -> Result<InboxPage, Halt<StoreError>> {
    let sql = format!(
        "SELECT {MARK_COLUMNS}, inbox.seq FROM inbox WHERE seq < ?1 AND (?2 IS NULL OR verdict = ?2) \
         ORDER BY seq DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let one_more = stored::number(limit.saturating_add(1));
    let mut given = statement.query(params![before, verdict.map(InboxVerdict::as_str), one_more])?;
    let mut found = Vec::new();
    while let Some(row) = given.next()? {
        found.push((row.get::<_, i64>("seq")?, rows::mark(row)?));
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|(seq, _)| seq.to_string());
    let marks = found.into_iter().map(|(_, mark)| mark.understand(keys)).collect::<Result<_, _>>()?;
    Ok(InboxPage { marks, next })
}

fn by_digest(
    connection: &Connection,
    digest: &NotificationDigest,
    keys: &DataKeys,
) -> Result<Option<InboxMark>, Halt<StoreError>> {
    let sql = format!("SELECT {MARK_COLUMNS} FROM inbox WHERE digest = ?1");
    let found = connection.prepare_cached(&sql)?.query_row([&digest.0], rows::mark).optional()?;
    Ok(found.map(|mark| mark.understand(keys)).transpose()?)
}
