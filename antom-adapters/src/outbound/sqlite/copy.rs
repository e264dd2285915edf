//! Copies of the database in a file: made while the service runs, looked at before they are used.
//! Where copies are kept, and for how long, is left to whoever makes them.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::OpenError;
use super::schema;
use super::store::{lock, private, sync_folder};

/// What a database file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// The version of its schema.
    pub schema: i64,
    /// The number of orders.
    pub orders: i64,
    /// The number of recorded events.
    pub events: i64,
}

/// The schema versions of a file and of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersions {
    /// That of the file; 0 where it is missing or empty.
    pub found: i64,
    /// That of this program.
    pub supported: i64,
}

/// The schema versions of a file and of this program. Nothing is changed, also where a service has the file open.
///
/// # Errors
/// [`OpenError`] where the file is no database of ours, or a newer program's.
pub fn schema_versions(path: &Path) -> Result<SchemaVersions, OpenError> {
    let supported = schema::supported();
    let is_missing = fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    let found = if is_missing { 0 } else { schema::version(&schema::open_reader(path)?, path)? };
    Ok(SchemaVersions { found, supported })
}

/// Writes a whole and consistent copy of the database into a new file, readable by its owner only, and looks at it. The
/// service may run meanwhile: the copy shows one instant between two transactions, and nobody waits for it.
///
/// Blocks the thread.
///
/// # Errors
/// [`OpenError::File`] where `copy` is there already or cannot be written, and what is wrong with either database; `copy` is
/// not there then.
pub fn back_up(path: &Path, copy: &Path) -> Result<Contents, OpenError> {
    let source = schema::open_for_copying(path)?;
    schema::version(&source, path)?;
    write_copy(&source, path, copy)
}

/// Makes the database at `path` out of a copy, after looking at the copy. The schema may be older than this program's: the
/// next start brings it up to date.
///
/// Blocks the thread.
///
/// # Errors
/// [`OpenError::File`] where there is a database at `path` already, or a part of one; [`OpenError::InUse`] where a service is
/// about to make one; [`OpenError::Damaged`], [`OpenError::NotAnOrderStore`] and [`OpenError::NewerSchema`] for the copy.
/// Nothing is changed then.
pub fn restore(copy: &Path, path: &Path) -> Result<Contents, OpenError> {
    inspect(copy)?;
    let path = &in_canonical_folder(path)?;
    let _lock = lock(path)?;
    // Its log would be played into the restored file.
    for rest in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal")] {
        if rest.symlink_metadata().is_ok() {
            return Err(exists(&rest));
        }
    }
    let source = schema::open_for_copying(copy)?;
    write_copy(&source, copy, path)
}

/// Writes the file anew, so that no free page of it holds what was erased or sealed since, while no service runs on it.
///
/// Blocks the thread. Needs room for a second copy meanwhile.
///
/// # Errors
/// [`OpenError::InUse`] while a service runs on it; otherwise what is wrong with the file.
pub fn compact(path: &Path) -> Result<(), OpenError> {
    let path = &fs::canonicalize(path).map_err(OpenError::file(path))?;
    let _lock = lock(path)?;
    let connection = schema::open_for_copying(path)?;
    schema::version(&connection, path)?;
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").map_err(OpenError::database(path))
}

/// Looks at a whole file: its owner, its schema, its pages, and that everything refers to something.
///
/// # Errors
/// What is wrong with it.
pub fn inspect(path: &Path) -> Result<Contents, OpenError> {
    let failed = OpenError::database(path);
    let connection = schema::open_for_copying(path)?;
    let schema = schema::version(&connection, path)?;
    if schema == 0 {
        return Err(OpenError::Damaged { path: path.to_owned(), finding: "it is empty".to_owned() });
    }
    let text = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0));
    let finding = text("PRAGMA integrity_check(1)").map_err(&failed)?;
    if finding != "ok" {
        return Err(OpenError::Damaged { path: path.to_owned(), finding });
    }
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(&failed);
    let dangling = number("SELECT count(*) FROM pragma_foreign_key_check")?;
    let gaps = number(
        "SELECT count(*) FROM orders WHERE version <> \
         (SELECT count(*) FROM order_events WHERE order_events.order_id = orders.id)",
    )?;
    for (count, what) in [(dangling, "rows of unknown orders"), (gaps, "orders whose log is not whole")] {
        if count > 0 {
            return Err(OpenError::Damaged { path: path.to_owned(), finding: format!("{count} {what}") });
        }
    }
    let (orders, events) =
        (number("SELECT count(*) FROM orders")?, number("SELECT count(*) FROM order_events")?);
    Ok(Contents { schema, orders, events })
}

/// Under another name until it is whole, durable and looked at; a name that is taken is never replaced.
fn write_copy(source: &Connection, source_path: &Path, target: &Path) -> Result<Contents, OpenError> {
    if target.symlink_metadata().is_ok() {
        return Err(exists(target));
    }
    let part = beside(target, ".part");
    private().create_new(true).open(&part).map_err(OpenError::file(&part))?;
    let made = fill(source, source_path, &part).and_then(|contents| {
        fs::hard_link(&part, target).map_err(OpenError::file(target))?;
        Ok(contents)
    });
    // Whole or not, the copy has its own name now or none.
    let _removed = fs::remove_file(&part);
    let contents = made?;
    sync_folder(target).map_err(OpenError::file(target))?;
    Ok(contents)
}

fn fill(source: &Connection, source_path: &Path, part: &Path) -> Result<Contents, OpenError> {
    // The file is there and empty, with its mode: SQLite fills it, by a name that it takes as text.
    let Some(name) = part.to_str() else {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "its name is not UTF-8");
        return Err(OpenError::File { path: part.to_owned(), source });
    };
    source.execute("VACUUM INTO ?1", [name]).map_err(OpenError::database(source_path))?;
    let contents = inspect(part)?;
    File::open(part).and_then(|file| file.sync_all()).map_err(OpenError::file(part))?;
    Ok(contents)
}

/// The name under which the service would lock the file, which is not there yet.
fn in_canonical_folder(path: &Path) -> Result<PathBuf, OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(OpenError::file(folder))?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

fn exists(path: &Path) -> OpenError {
    OpenError::File { path: path.to_owned(), source: io::ErrorKind::AlreadyExists.into() }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}
