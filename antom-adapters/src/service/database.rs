//! The database without a service: its schema, copies of it, sealing it anew, and reading while nothing runs.
//! What is shown of it is left to the command line.

use std::path::Path;

use antom_domain::service::Books;

use super::config::{Config, DatabaseConfig};
use super::parts;
pub(crate) use super::parts::Storage;
use super::run::StartError;
#[cfg(feature = "postgres")]
use crate::outbound::postgres::PostgresStore;
#[cfg(feature = "sqlite")]
use crate::outbound::sqlite::{self, SqliteStore};

/// The schema versions of a database and of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Versions {
    /// That of the database; 0 where it is missing or empty.
    pub(crate) found: i64,
    /// That of this program.
    pub(crate) supported: i64,
}

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Copied {
    /// The version of its schema.
    pub(crate) schema: i64,
    /// The number of orders.
    pub(crate) orders: i64,
    /// The number of recorded events.
    pub(crate) events: i64,
}

/// Looks at the schema and changes nothing, also while a service runs.
pub(crate) async fn versions(config: &DatabaseConfig) -> Result<Versions, StartError> {
    match config {
        #[cfg(feature = "sqlite")]
        DatabaseConfig::Sqlite { path, .. } => {
            let versions = sqlite::schema_versions(path).map_err(|error| parts::not_opened(&error))?;
            Ok(Versions { found: versions.found, supported: versions.supported })
        }
        #[cfg(not(feature = "sqlite"))]
        DatabaseConfig::Sqlite { .. } => Err(parts::not_built("SQLite", "sqlite")),
        #[cfg(feature = "postgres")]
        DatabaseConfig::Postgres { url, .. } => {
            let versions = PostgresStore::schema_versions(url.expose()).await;
            let (found, supported) = versions.map_err(|error| parts::not_opened(&error))?;
            Ok(Versions { found, supported })
        }
        #[cfg(not(feature = "postgres"))]
        DatabaseConfig::Postgres { .. } => Err(parts::not_built("PostgreSQL", "postgres")),
    }
}

/// Brings the schema up to date, as a start of the service does, and tells what it was before.
pub(crate) async fn migrate(config: &DatabaseConfig) -> Result<Versions, StartError> {
    let before = versions(config).await?;
    parts::database(config).await?;
    Ok(before)
}

/// Opens the storage as the service does, with its schema brought up to date.
pub(crate) async fn open(config: &DatabaseConfig) -> Result<Storage, StartError> {
    parts::database(config).await
}

/// The books over a storage, with the gateway of a whole configuration, for a command that asks it.
pub(crate) fn books(config: &Config, storage: &Storage) -> Result<Books, StartError> {
    parts::books(config, storage)
}

/// Opens the storage of a service that does not run, without migrating it.
pub(crate) async fn open_for_reading(config: &DatabaseConfig) -> Result<Storage, StartError> {
    match config {
        #[cfg(feature = "sqlite")]
        DatabaseConfig::Sqlite { path, data_keys } => {
            let store = SqliteStore::open_for_reading(path, data_keys.clone());
            Ok(Storage::of(store.map_err(|error| parts::not_opened(&error))?))
        }
        #[cfg(not(feature = "sqlite"))]
        DatabaseConfig::Sqlite { .. } => Err(parts::not_built("SQLite", "sqlite")),
        DatabaseConfig::Postgres { .. } => {
            let Versions { found, supported } = versions(config).await?;
            if found < supported {
                return Err(StartError::Database(format!(
                    "it has schema version {found}, this program needs {supported}: run antom migrate"
                )));
            }
            parts::database(config).await
        }
    }
}

/// Seals every value with the current key, and tells how many were not.
pub(crate) async fn seal(config: &DatabaseConfig) -> Result<usize, StartError> {
    match config {
        #[cfg(feature = "sqlite")]
        DatabaseConfig::Sqlite { path, data_keys } => {
            let store = SqliteStore::open_sealed(path, data_keys.clone());
            let sealed =
                store.map_err(|error| parts::not_opened(&error))?.reseal().await.map_err(not_sealed)?;
            sqlite::compact(path).map_err(|error| parts::not_opened(&error))?;
            Ok(sealed)
        }
        #[cfg(not(feature = "sqlite"))]
        DatabaseConfig::Sqlite { .. } => Err(parts::not_built("SQLite", "sqlite")),
        #[cfg(feature = "postgres")]
        DatabaseConfig::Postgres { url, data_keys } => {
            let store = PostgresStore::open_sealed(url.expose(), data_keys.clone()).await;
            store.map_err(|error| parts::not_opened(&error))?.reseal().await.map_err(not_sealed)
        }
        #[cfg(not(feature = "postgres"))]
        DatabaseConfig::Postgres { .. } => Err(parts::not_built("PostgreSQL", "postgres")),
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn not_sealed(error: antom_domain::port::StoreError) -> StartError {
    StartError::Database(error.to_string())
}

/// Copies a SQLite database, also while a service uses it.
#[cfg(feature = "sqlite")]
pub(crate) fn back_up(path: &Path, copy: &Path) -> Result<Copied, StartError> {
    sqlite::back_up(path, copy).map(copied).map_err(|error| parts::not_opened(&error))
}

/// Makes a SQLite database out of a copy, where there is none.
#[cfg(feature = "sqlite")]
pub(crate) fn restore(copy: &Path, path: &Path) -> Result<Copied, StartError> {
    sqlite::restore(copy, path).map(copied).map_err(|error| parts::not_opened(&error))
}

#[cfg(feature = "sqlite")]
fn copied(contents: sqlite::Contents) -> Copied {
    Copied { schema: contents.schema, orders: contents.orders, events: contents.events }
}

/// There is no SQLite here to copy.
#[cfg(not(feature = "sqlite"))]
pub(crate) fn back_up(_: &Path, _: &Path) -> Result<Copied, StartError> {
    Err(parts::not_built("SQLite", "sqlite"))
}

/// There is no SQLite here to copy.
#[cfg(not(feature = "sqlite"))]
pub(crate) fn restore(_: &Path, _: &Path) -> Result<Copied, StartError> {
    Err(parts::not_built("SQLite", "sqlite"))
}
