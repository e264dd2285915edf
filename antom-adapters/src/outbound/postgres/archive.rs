//! Reports of reconciliations in the database.
//! What they say is left to those who make them.

use antom_domain::port::StoreError;
use async_trait::async_trait;
use sqlx::postgres::PgConnection;

use super::error::Halt;
use super::store::PostgresStore;
use super::text::storable;
use crate::outbound::archive::{Archive, KeptReport, LONGEST_LIST};
use crate::outbound::stored;

const KEEP: &str = "INSERT INTO reconciliations (id, at, summary, body) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, summary = excluded.summary, body = excluded.body";

#[async_trait]
impl Archive for PostgresStore {
    async fn keep(&self, report: &KeptReport) -> Result<(), StoreError> {
        let report = report.clone();
        self.run(|connection| Box::pin(keep(connection, report))).await
    }

    async fn report(&self, id: &str) -> Result<Option<KeptReport>, StoreError> {
        let id = id.to_owned();
        self.run(|connection| Box::pin(report(connection, id))).await
    }

    async fn list(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.run(move |connection| Box::pin(list(connection, limit))).await
    }
}

async fn keep(connection: &mut PgConnection, report: KeptReport) -> Result<(), Halt<StoreError>> {
    let query = sqlx::query(KEEP).bind(&report.id).bind(report.at.epoch_millis());
    query.bind(&report.summary).bind(&report.body).execute(connection).await?;
    Ok(())
}

async fn report(connection: &mut PgConnection, id: String) -> Result<Option<KeptReport>, Halt<StoreError>> {
    let found: Option<(i64, String, String)> =
        sqlx::query_as("SELECT at, summary, body FROM reconciliations WHERE id = $1")
            .bind(storable(&id))
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|(at, summary, body)| KeptReport { id, at: stored::time(at), summary, body }))
}

async fn list(connection: &mut PgConnection, limit: usize) -> Result<Vec<String>, Halt<StoreError>> {
    let limit = stored::number(limit.min(LONGEST_LIST));
    Ok(sqlx::query_scalar("SELECT summary FROM reconciliations ORDER BY at DESC, id DESC LIMIT $1")
        .bind(limit)
        .fetch_all(connection)
        .await?)
}
