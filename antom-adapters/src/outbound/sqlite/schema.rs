//! Makes a connection fit for the store: its settings, the owner of the file, the migrations.
//! The lock on the file is left to `store`.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::error::OpenError;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("schema/0001.sql")),
    M::up(include_str!("schema/0002.sql")),
    M::up(include_str!("schema/0003.sql")),
    M::up(include_str!("schema/0004.sql")),
];

/// "Antm", as the first migration writes it.
const APPLICATION_ID: i64 = 0x416e_746d;

/// How long a statement waits for somebody else's transaction: a backup, a support engineer's shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than the number of different statements, so that each is parsed once for each connection.
const CACHED_STATEMENTS: usize = 64;

/// Enough for the upper levels of every tree and for what a large group changes. The rest is in the system's cache, from
/// where a page comes in a microsecond.
const WRITER_CACHE_KIB: i64 = 8 * 1024;
/// Every commit empties the caches of those who read, so that a large one would only hold memory.
const READER_CACHE_KIB: i64 = 1024;
const CHECKPOINT_PAGES: i64 = 10_000;

/// Opens the one connection that writes, and brings the schema up to date.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let failed = OpenError::database(path);
    let mut connection = connect(path).map_err(&failed)?;
    check_owner(&connection, path)?;
    if configure_writer(&connection).map_err(&failed)? != "wal" {
        return Err(OpenError::NoWriteAheadLog { path: path.to_owned() });
    }
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).map_err(OpenError::database(path))?;
    // The lock on the file proves that no earlier holder lives: its calls and events need not wait for their leases.
    connection
        .execute("UPDATE outbox SET lease_until = NULL WHERE lease_until IS NOT NULL", [])
        .map_err(&failed)?;
    connection
        .execute(
            "UPDATE merchant_events SET due_at = since, is_held = 0 WHERE due_at IS NOT NULL AND is_held = 1",
            [],
        )
        .map_err(&failed)?;
    Ok(connection)
}

/// Opens one more connection, which cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = connect(path)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
        Ok(connection)
    };
    open().map_err(OpenError::database(path))
}

/// Opens a connection that copies a file which is there; it writes nothing into it.
pub(super) fn open_for_copying(path: &Path) -> Result<Connection, OpenError> {
    connect(path).map_err(OpenError::database(path))
}

/// The newest schema version that this program knows.
pub(super) fn supported() -> i64 {
    MIGRATIONS.len() as i64
}

/// Refuses a file that [`open_writer`] would change.
pub(super) fn require_latest(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let (found, supported) = (version(connection, path)?, supported());
    if found < supported {
        return Err(OpenError::OlderSchema { path: path.to_owned(), found, supported });
    }
    Ok(())
}

/// The schema version of the file, which must be ours and not newer than this program; 0 where it is empty.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, OpenError> {
    check_owner(connection, path)?;
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(OpenError::database(path))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Looks at the file before anything in it is changed.
fn check_owner(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let number =
        |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(OpenError::database(path));
    let is_empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
    if !is_empty && number("PRAGMA application_id")? != APPLICATION_ID {
        return Err(OpenError::NotAnOrderStore { path: path.to_owned() });
    }
    let (found, supported) = (number("PRAGMA user_version")?, supported());
    if found > supported {
        return Err(OpenError::NewerSchema { path: path.to_owned(), found, supported });
    }
    Ok(())
}

/// The settings of the writing connection; returns the journal mode, which stays what it was where the file system cannot
/// hold a write-ahead log.
fn configure_writer(connection: &Connection) -> rusqlite::Result<String> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    // FULL: a commit returns after it reached the disk, so that it survives the loss of power.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    // What a savepoint would undo is kept meanwhile: a file for that doubles what is written.
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    Ok(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(connection: &Connection, name: &str) -> String {
        let text = |row: &rusqlite::Row<'_>| Ok(String::from(row.get_ref(0)?.as_str().unwrap_or_default()));
        let number = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map(|number| number.to_string());
        connection.query_row(&format!("PRAGMA {name}"), [], |row| number(row).or_else(|_| text(row))).unwrap()
    }

    #[test]
    fn the_writer_waits_for_the_disk_and_checks_references() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        std::fs::File::create(&path).unwrap();

        let writer = open_writer(&path).unwrap();

        assert_eq!(setting(&writer, "journal_mode"), "wal");
        assert_eq!(setting(&writer, "synchronous"), "2", "FULL");
        assert_eq!(setting(&writer, "foreign_keys"), "1");
        assert_eq!(setting(&writer, "cache_size"), "-8192", "8 MiB");
        assert_eq!(setting(&writer, "wal_autocheckpoint"), "10000");
        assert_eq!(setting(&writer, "temp_store"), "2", "memory");
        assert_eq!(setting(&writer, "busy_timeout"), "5000");
    }

    #[test]
    fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        std::fs::File::create(&path).unwrap();
        let _writer = open_writer(&path).unwrap();

        let reader = open_reader(&path).unwrap();

        assert!(reader.execute("UPDATE fences SET last = 9", []).is_err());
    }

    #[test]
    fn the_migrations_are_valid() {
        assert_eq!(Migrations::from_slice(MIGRATIONS).validate(), Ok(()));
    }
}
