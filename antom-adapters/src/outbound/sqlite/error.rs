//! What can go wrong with the database: at opening, and inside a piece of work.
//! The ports' own errors are the domain's.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use crate::outbound::data_keys::SealFault;

/// The database file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another store in this one, has the file open.
    #[error("{} is in use: only one process may open it", path.display())]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The file has a second name: two programs could open it side by side and destroy it.
    #[error("{} has more than one name (hard links); remove the others", path.display())]
    Linked {
        /// The database file.
        path: PathBuf,
    },
    /// A newer program wrote the file; opening it with this one would lose what the newer one knows.
    #[error("{} has schema version {found}, this program knows versions up to {supported}", path.display())]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The schema version of the file.
        found: i64,
        /// The newest schema version of this program.
        supported: i64,
    },
    /// An older program wrote the file, and this time it must not be changed.
    #[error("{} has schema version {found}, this program needs {supported}: run antom migrate", path.display())]
    OlderSchema {
        /// The database file.
        path: PathBuf,
        /// The schema version of the file; 0 where it is empty.
        found: i64,
        /// The schema version of this program.
        supported: i64,
    },
    /// The file is damaged.
    #[error("{} is damaged: {finding}", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// The first thing that is wrong.
        finding: String,
    },
    /// The file is a database of another program.
    #[error("{} belongs to another program", path.display())]
    NotAnOrderStore {
        /// The database file.
        path: PathBuf,
    },
    /// The file or its lock cannot be created or opened.
    #[error("{} cannot be created or opened", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file system cannot hold a write-ahead log, or somebody else keeps the file from changing to one.
    #[error("{} cannot have a write-ahead log", path.display())]
    NoWriteAheadLog {
        /// The database file.
        path: PathBuf,
    },
    /// The keys at hand do not open what is stored.
    #[error(transparent)]
    Sealed(#[from] SealFault),
    /// The file is damaged or no database.
    #[error("{} cannot be used as a database", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What the database says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl OpenError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
        move |source| OpenError::File { path: path.to_owned(), source }
    }

    pub(super) fn database<E: Error + Send + Sync + 'static>(path: &Path) -> impl Fn(E) -> OpenError {
        move |source| OpenError::Database { path: path.to_owned(), source: Box::new(source) }
    }
}

/// Why a piece of work stopped: it was refused by what is stored, or the storage failed.
#[derive(Debug)]
pub(super) enum Halt<E> {
    /// The answer to the one who asked; nobody else is concerned.
    Refused(E),
    /// The storage failed, for everybody in the same transaction.
    Storage(rusqlite::Error),
}

impl<E> From<rusqlite::Error> for Halt<E> {
    fn from(error: rusqlite::Error) -> Halt<E> {
        Halt::Storage(error)
    }
}
