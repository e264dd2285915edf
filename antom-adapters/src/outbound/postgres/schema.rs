//! Brings the database up to date, once, however many instances start at the same time.
//! Settings of sessions are left to `connections`.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::error::OpenError;

const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
];

/// "Antm": only one instance at a time looks at the schema and changes it.
const LOCK: i64 = 0x416e_746d;

/// The tables that the migrations make.
const TABLES: [&str; 10] = [
    "orders",
    "order_events",
    "request_ids",
    "outbox",
    "inbox",
    "inbox_keys",
    "instances",
    "merchant_events",
    "data_keys",
    "reconciliations",
];

/// Migrates where needed, in one transaction: a failed migration leaves everything as it was.
pub(super) async fn bring_up_to_date(connection: &mut PgConnection) -> Result<(), OpenError> {
    let supported = MIGRATIONS.len() as i64;
    let mut transaction = connection.begin().await?;
    // Another instance's migration may take longer than any other statement.
    sqlx::raw_sql("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let found = version(&mut transaction).await?;
    if found > supported {
        return Err(OpenError::NewerSchema { found, supported });
    }
    let missing = MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default());
    for script in missing {
        sqlx::raw_sql(AssertSqlSafe(*script)).execute(&mut *transaction).await?;
    }
    if found < supported {
        sqlx::query("UPDATE antom_schema SET version = $1")
            .bind(supported)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The version that the database has, and the one that this program needs.
pub(super) async fn versions(connection: &mut PgConnection) -> Result<(i64, i64), OpenError> {
    let (found, supported) = (version(connection).await?, MIGRATIONS.len() as i64);
    if found > supported { Err(OpenError::NewerSchema { found, supported }) } else { Ok((found, supported)) }
}

/// The version of the schema; 0 where there is none yet.
async fn version(connection: &mut PgConnection) -> Result<i64, OpenError> {
    let is_ours: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables \
         WHERE schemaname = current_schema() AND tablename = 'antom_schema')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if is_ours {
        let version = sqlx::query_scalar("SELECT version FROM antom_schema");
        return Ok(version.fetch_one(connection).await?);
    }
    let foreign: Option<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_catalog.pg_tables \
         WHERE schemaname = current_schema() AND tablename = ANY ($1) LIMIT 1",
    )
    .bind(&TABLES[..])
    .fetch_optional(connection)
    .await?;
    match foreign {
        Some(table) => Err(OpenError::NotAnOrderStore { table }),
        None => Ok(0),
    }
}

/// Whether the server waits for its disk. Only its operator can change that.
pub(super) async fn waits_for_disk(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT current_setting('fsync') = 'on'").fetch_one(connection).await
}
