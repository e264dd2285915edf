//! The inbox over the database: every notification once, the parked ones by their ids.
//! Marks that go along with a step are written by `commit`, with the function below.

use antom_domain::port::{
    IdKey, Inbox, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest, ReceivedNotification,
    StoreError,
};
use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::connections::transaction;
use super::error::Halt;
use super::rows;
use super::store::PostgresStore;
use super::text::storable;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{self, unreadable};

const LARGEST_PAGE: usize = 200;

#[async_trait]
impl Inbox for PostgresStore {
    async fn record(&self, mark: &InboxMark) -> Result<(), StoreError> {
        let mark = stored::sealed_mark(mark.clone(), self.keys())?;
        // Whether or not it was written, recording again is harmless.
        self.run(|connection| Box::pin(record(connection, mark))).await
    }

    async fn parked(&self, keys: &[IdKey]) -> Result<Vec<ReceivedNotification>, StoreError> {
        let (keys, data_keys) = (keys.to_vec(), self.keys().clone());
        self.run(|connection| Box::pin(parked(connection, keys, data_keys))).await
    }

    async fn recent(&self, limit: usize) -> Result<Vec<InboxMark>, StoreError> {
        let keys = self.keys().clone();
        self.run(move |connection| Box::pin(recent(connection, limit, keys))).await
    }

    async fn notifications(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        let before = match &query.cursor {
            None => i64::MAX,
            Some(cursor) => cursor.parse().map_err(|_| unreadable("cursor", cursor.as_str()))?,
        };
        let (verdict, limit, keys) = (query.verdict, query.limit.min(LARGEST_PAGE), self.keys().clone());
        self.run(move |connection| Box::pin(page(connection, verdict, before, limit, keys))).await
    }

    async fn notification(&self, digest: &NotificationDigest) -> Result<Option<InboxMark>, StoreError> {
        let (digest, keys) = (digest.clone(), self.keys().clone());
        self.run(|connection| Box::pin(by_digest(connection, digest, keys))).await
    }
}

async fn record(connection: &mut PgConnection, mark: InboxMark) -> Result<(), Halt<StoreError>> {
    transaction(connection, move |connection| Box::pin(async move { Ok(write(connection, &[&mark]).await?) }))
        .await
}

/// Writes notifications with their verdicts, each of them once in the slice. One that is known counts one more delivery,
/// unless it is the same arrival written again; its verdict changes only where it leaves its parking place.
//= N-4, N-10
pub(super) async fn write(connection: &mut PgConnection, marks: &[&InboxMark]) -> Result<(), sqlx::Error> {
    let notifications = || marks.iter().map(|mark| &mark.notification);
    let keys: Vec<String> = notifications().map(|one| stored::keys_text(&one.keys)).collect();
    sqlx::query(
        "WITH written AS ( \
             INSERT INTO inbox \
             (digest, received_at, request_time, notify_type, keys, body, is_fact, verdict, deliveries) \
             SELECT *, 1 FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[], \
                                     $7::boolean[], $8::text[]) \
             ON CONFLICT (digest) DO UPDATE SET \
             deliveries = inbox.deliveries + (inbox.received_at <> excluded.received_at)::int, \
             verdict = CASE inbox.verdict WHEN 'parked' THEN excluded.verdict ELSE inbox.verdict END \
             RETURNING digest, verdict) \
         DELETE FROM inbox_keys USING written \
         WHERE inbox_keys.digest = written.digest AND written.verdict <> 'parked'",
    )
    .bind(notifications().map(|one| one.digest.0.as_str()).collect::<Vec<_>>())
    .bind(notifications().map(|one| one.received_at.epoch_millis()).collect::<Vec<_>>())
    .bind(notifications().map(|one| storable(&one.request_time)).collect::<Vec<_>>())
    .bind(notifications().map(|one| storable(&one.notify_type)).collect::<Vec<_>>())
    .bind(keys)
    .bind(notifications().map(|one| one.body.as_slice()).collect::<Vec<_>>())
    .bind(notifications().map(|one| one.is_fact).collect::<Vec<_>>())
    .bind(marks.iter().map(|mark| mark.verdict.as_str()).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    write_keys(connection, marks).await
}

/// Makes parked notifications findable, where they are still parked.
async fn write_keys(connection: &mut PgConnection, marks: &[&InboxMark]) -> Result<(), sqlx::Error> {
    let parked = marks.iter().filter(|mark| mark.verdict == InboxVerdict::Parked);
    let keys: Vec<(&IdKey, &str)> = parked
        .flat_map(|mark| mark.notification.keys.iter().map(|key| (key, mark.notification.digest.0.as_str())))
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO inbox_keys (kind, id, digest) \
         SELECT named.kind, named.id, named.digest \
         FROM unnest($1::text[], $2::text[], $3::text[]) AS named (kind, id, digest) \
         JOIN inbox ON inbox.digest = named.digest WHERE inbox.verdict = 'parked' ON CONFLICT DO NOTHING",
    )
    .bind(keys.iter().map(|(key, _)| key.kind()).collect::<Vec<_>>())
    .bind(keys.iter().map(|(key, _)| storable(key.value())).collect::<Vec<_>>())
    .bind(keys.iter().map(|(_, digest)| *digest).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

async fn parked(
    connection: &mut PgConnection,
    keys: Vec<IdKey>,
    data_keys: DataKeys,
) -> Result<Vec<ReceivedNotification>, Halt<StoreError>> {
    let found = sqlx::query(
        "SELECT digest, received_at, request_time, notify_type, keys, body, is_fact, verdict FROM inbox \
         WHERE verdict = 'parked' AND digest IN ( \
             SELECT inbox_keys.digest FROM inbox_keys \
             JOIN unnest($1::text[], $2::text[]) AS asked (kind, id) \
             ON inbox_keys.kind = asked.kind AND inbox_keys.id = asked.id) \
         ORDER BY received_at, seq",
    )
    .bind(keys.iter().map(IdKey::kind).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| storable(key.value())).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    let mut notifications = Vec::with_capacity(found.len());
    for row in &found {
        notifications.push(rows::mark(row)?.understand(&data_keys)?.notification);
    }
    Ok(notifications)
}

async fn recent(
    connection: &mut PgConnection,
    limit: usize,
    keys: DataKeys,
) -> Result<Vec<InboxMark>, Halt<StoreError>> {
    let found = sqlx::query(
        "SELECT digest, received_at, request_time, notify_type, keys, body, is_fact, verdict FROM inbox \
         ORDER BY received_at DESC, seq DESC LIMIT $1",
    )
    .bind(stored::number(limit))
    .fetch_all(connection)
    .await?;
    let mut marks = Vec::with_capacity(found.len());
    for row in &found {
        marks.push(rows::mark(row)?.understand(&keys)?);
    }
    Ok(marks)
}

/// The cursor of a page is the number under which its last notification was recorded.
async fn page(
    connection: &mut PgConnection,
    verdict: Option<InboxVerdict>,
    before: i64,
    limit: usize,
    keys: DataKeys,
) -> Result<InboxPage, Halt<StoreError>> {
    let mut found = sqlx::query(
        "SELECT digest, received_at, request_time, notify_type, keys, body, is_fact, verdict, seq FROM inbox \
         WHERE seq < $1 AND ($2::text IS NULL OR verdict = $2) ORDER BY seq DESC LIMIT $3",
    )
    .bind(before)
    .bind(verdict.map(InboxVerdict::as_str))
    .bind(stored::number(limit.saturating_add(1)))
    .fetch_all(connection)
    .await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let mut page = InboxPage::default();
    for row in &found {
        page.marks.push(rows::mark(row)?.understand(&keys)?);
        page.next = Some(row.try_get::<i64, _>("seq")?.to_string());
    }
    page.next = page.next.filter(|_| has_more);
    Ok(page)
}

async fn by_digest(
    connection: &mut PgConnection,
    digest: NotificationDigest,
    keys: DataKeys,
) -> Result<Option<InboxMark>, Halt<StoreError>> {
    let found = sqlx::query(
        "SELECT digest, received_at, request_time, notify_type, keys, body, is_fact, verdict FROM inbox \
         WHERE digest = $1",
    )
    .bind(storable(&digest.0))
    .fetch_optional(connection)
    .await?;
    match &found {
        None => Ok(None),
        Some(row) => Ok(Some(rows::mark(row)?.understand(&keys)?)),
    }
}
