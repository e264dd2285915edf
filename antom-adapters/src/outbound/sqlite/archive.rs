//! Reports of reconciliations in the database.
//! What they say is left to those who make them.

use antom_domain::port::StoreError;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::error::Halt;
use super::remembered::Changes;
use super::store::SqliteStore;
use crate::outbound::archive::{Archive, KeptReport, LONGEST_LIST};
use crate::outbound::stored;

const KEEP: &str = "INSERT INTO reconciliations (id, at, summary, body) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, summary = excluded.summary, body = excluded.body";

#[async_trait]
impl Archive for SqliteStore {
    async fn keep(&self, report: &KeptReport) -> Result<(), StoreError> {
        let report = report.clone();
        let work = move |savepoint: &Connection| -> Result<(), Halt<StoreError>> {
            let KeptReport { id, at, summary, body } = &report;
            savepoint.prepare_cached(KEEP)?.execute(params![id, at.epoch_millis(), summary, body])?;
            Ok(())
        };
        // Whether or not it was written, keeping it again is harmless.
        self.write(Changes::Nothing, work).await.unwrap_or(Err(StoreError::Unavailable))
    }

    async fn report(&self, id: &str) -> Result<Option<KeptReport>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT at, summary, body FROM reconciliations WHERE id = ?1")?;
            let found = statement.query_row([&id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            Ok(found.optional()?.map(|(at, summary, body)| KeptReport {
                id,
                at: stored::time(at),
                summary,
                body,
            }))
        })
        .await
    }

    async fn list(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        let limit = stored::number(limit.min(LONGEST_LIST));
        self.read(move |connection| {
            let mut statement = connection
                .prepare_cached("SELECT summary FROM reconciliations ORDER BY at DESC, id DESC LIMIT ?1")?;
            let rows = statement.query_map([limit], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
