//! What can go wrong with the database: at opening, and inside a piece of work.
//! The ports' own errors are the domain's.

use std::error::Error;

use antom_domain::port::StoreError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::outbound::data_keys::SealFault;

/// The database cannot be used. No variant holds the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address of the database cannot be understood.
    #[error("the address of the database must be like postgres://user@host/database")]
    Address,
    /// The server cannot be reached, or refuses us.
    #[error("the database server cannot be reached")]
    Unreachable {
        /// What the connection says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A newer program migrated the database; using it with this one would lose what the newer one knows.
    #[error("the database has schema version {found}, this program knows versions up to {supported}")]
    NewerSchema {
        /// The schema version of the database.
        found: i64,
        /// The newest schema version of this program.
        supported: i64,
    },
    /// A table of another program bears one of our names.
    #[error("the database holds a table `{table}` of another program; use a database of its own")]
    NotAnOrderStore {
        /// The table.
        table: String,
    },
    /// The keys at hand do not open what is stored.
    #[error(transparent)]
    Sealed(#[from] SealFault),
    /// The database refuses what the store needs.
    #[error("the database cannot be used")]
    Database {
        /// What the database says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl OpenError {
    pub(super) fn unreachable(source: sqlx::Error) -> OpenError {
        OpenError::Unreachable { source: Box::new(source) }
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(source: sqlx::Error) -> OpenError {
        OpenError::Database { source: Box::new(source) }
    }
}

/// Why a piece of work stopped: it was refused by what is stored, or the storage failed.
#[derive(Debug)]
pub(super) enum Halt<E> {
    /// The answer to the one who asked; nobody else is concerned.
    Refused(E),
    /// The storage failed.
    Storage(sqlx::Error),
}

impl<E> From<sqlx::Error> for Halt<E> {
    fn from(error: sqlx::Error) -> Halt<E> {
        Halt::Storage(error)
    }
}

impl From<StoreError> for Halt<StoreError> {
    fn from(error: StoreError) -> Halt<StoreError> {
        Halt::Refused(error)
    }
}

/// Whether the connection is of no use after this error: it broke, the server ended it, or the server only reads.
pub(super) fn ends_connection(error: &sqlx::Error) -> bool {
    const READ_ONLY: &str = "25006";
    match server_error(error) {
        None => true,
        Some(error) => {
            matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic) || error.code() == READ_ONLY
        }
    }
}

/// Whether the server took the transaction back in favour of another one: a deadlock or a serialization failure.
pub(super) fn gave_way(error: &sqlx::Error) -> bool {
    const ROLLED_BACK: &str = "40";
    server_error(error).is_some_and(|error| error.code().starts_with(ROLLED_BACK))
}

fn server_error(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()
}
