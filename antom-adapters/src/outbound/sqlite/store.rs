//! The handle of the store: opens the file, holds its lock, passes work on.
//! The ports are implemented in `orders`, `outbox`, `inbox` and `events`.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use antom_domain::port::StoreError;
use rusqlite::Connection;

use super::error::{Halt, OpenError};
use super::readers::Readers;
use super::recent::Recent;
use super::remembered::{Answers, Changes};
use super::writer::{Answer, WriteCounts, Writer};
use super::{schema, seal};
use crate::outbound::data_keys::DataKeys;

/// Orders, outbox, inbox and event queue in one SQLite file. Clones are handles of the same store.
///
/// Dropping the last handle waits until everything that is queued is written, closes the file and frees its lock.
///
/// Where the disk is full or read-only every write answers [`StoreError::Unavailable`], or, if the failure came with
/// the very last word of the transaction, [`CommitError::OutcomeUnknown`](antom_domain::port::CommitError). Nothing
/// needs to be done here once there is room again.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

/// Fields are dropped in this order: the lock is free only when the last connection is closed.
struct Shared {
    readers: Readers,
    writer: Writer,
    recent: Arc<Recent>,
    answers: Arc<Answers>,
    keys: DataKeys,
    path: PathBuf,
    _lock: File,
}

impl SqliteStore {
    /// As [`open_sealed`](SqliteStore::open_sealed), without a key: everything is stored as it is.
    ///
    /// # Errors
    /// As [`open_sealed`](SqliteStore::open_sealed).
    pub fn open(path: &Path) -> Result<SqliteStore, OpenError> {
        SqliteStore::open_sealed(path, DataKeys::default())
    }

    /// Opens the store in this file. What is written from now on is sealed with the key, where there is one; what was
    /// written before stays as it is, and is read as before. A missing file is created, readable by its owner only; an older schema is brought
    /// up to date. Leases that an earlier process left behind end here: the lock proves that it is gone.
    ///
    /// Blocks the thread; meant for the start of a process.
    ///
    /// # Errors
    /// [`OpenError::InUse`] while another store holds the file, [`OpenError::NewerSchema`] where a newer program wrote
    /// it, [`OpenError::NotAnOrderStore`] where it belongs to another program, [`OpenError::Sealed`] where the keys do not
    /// open what is stored; nothing is read or written then.
    pub fn open_sealed(path: &Path, keys: DataKeys) -> Result<SqliteStore, OpenError> {
        create(path).map_err(OpenError::file(path))?;
        // A link and its target are one file and must share one lock.
        let path = fs::canonicalize(path).map_err(OpenError::file(path))?;
        refuse_hard_links(&path)?;
        let lock = lock(&path)?;
        let writer = schema::open_writer(&path)?;
        seal::prove(&writer, &path, &keys)?;
        let readers = Readers::open(&path)?;
        let writer = Writer::start(writer).map_err(OpenError::file(&path))?;
        let (recent, answers) = (Arc::default(), Arc::default());
        Ok(SqliteStore {
            shared: Arc::new(Shared { readers, writer, recent, answers, keys, path, _lock: lock }),
        })
    }

    /// Opens the store in a file that is there, to read from it while no service runs: every write answers
    /// [`StoreError::Unavailable`]. The lock is held meanwhile, so that no service starts on the file.
    ///
    /// Blocks the thread.
    ///
    /// # Errors
    /// As [`open`](SqliteStore::open), and [`OpenError::OlderSchema`] where the schema must be brought up to date first.
    pub fn open_for_reading(path: &Path, keys: DataKeys) -> Result<SqliteStore, OpenError> {
        // A link and its target are one file and must share one lock.
        let path = fs::canonicalize(path).map_err(OpenError::file(path))?;
        refuse_hard_links(&path)?;
        let lock = lock(&path)?;
        let readers = Readers::open(&path)?;
        let writer = schema::open_reader(&path)?;
        schema::require_latest(&writer, &path)?;
        seal::check(&writer, &path, &keys)?;
        let writer = Writer::start(writer).map_err(OpenError::file(&path))?;
        let (recent, answers) = (Arc::default(), Arc::default());
        Ok(SqliteStore {
            shared: Arc::new(Shared { readers, writer, recent, answers, keys, path, _lock: lock }),
        })
    }

    /// How much was written since the store was opened.
    pub fn stats(&self) -> WriteCounts {
        self.shared.writer.counts()
    }

    /// How many steps are queued and not yet taken by the writer.
    pub(super) fn writes_waiting(&self) -> usize {
        self.shared.writer.waiting()
    }

    /// How many connections are reading, and how many there are.
    pub(super) fn readers_in_use(&self) -> (usize, usize) {
        self.shared.readers.in_use()
    }

    /// Reads a little, found by its key, on the thread that asks: the pages are nearly always in memory, and a lookup
    /// in them takes a fraction of the two changes of threads that [`read`](SqliteStore::read) needs.
    pub(super) async fn look_up<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Halt<StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let permit = self.shared.readers.permit().await?;
        self.shared.readers.read(permit, work)
    }

    /// Reads on a thread that may wait for the disk.
    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Halt<StoreError>> + Send + 'static,
    {
        let permit = self.shared.readers.permit().await?;
        let shared = Arc::clone(&self.shared);
        let reading = tokio::task::spawn_blocking(move || shared.readers.read(permit, work));
        reading.await.map_err(|_| StoreError::Unavailable)?
    }

    /// Writes with the next group. Whoever asks after this write gets new answers where it changes them.
    pub(super) async fn write<T, E, W>(&self, changes: Changes, work: W) -> Answer<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        W: Fn(&Connection) -> Result<T, Halt<E>> + Send + 'static,
    {
        self.write_then(changes, work, |_, _| ()).await
    }

    /// As [`write`](SqliteStore::write); `then` keeps what is known of orders in step with how it ended, also where nobody waits
    /// any more.
    pub(super) async fn write_then<T, E, W, A>(&self, changes: Changes, work: W, then: A) -> Answer<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        W: Fn(&Connection) -> Result<T, Halt<E>> + Send + 'static,
        A: FnOnce(&Recent, &Answer<T, E>) + Send + 'static,
    {
        // The writing thread must not hold the whole store: its last holder waits for that thread.
        let (recent, answers) = (Arc::clone(&self.shared.recent), Arc::clone(&self.shared.answers));
        let after = move |answer: &Answer<T, E>| {
            answers.forget(changes);
            then(&recent, answer);
        };
        self.shared.writer.write(work, after).await
    }

    /// What stored values are sealed with.
    pub(super) fn keys(&self) -> &DataKeys {
        &self.shared.keys
    }

    /// What was committed lately.
    pub(super) fn lately(&self) -> &Recent {
        &self.shared.recent
    }

    /// What is known without a look.
    pub(super) fn answers(&self) -> &Answers {
        &self.shared.answers
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

/// The lock is found by the file's name, so the file must have only one.
#[cfg(unix)]
fn refuse_hard_links(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::MetadataExt as _;
    let names = fs::metadata(path).map_err(OpenError::file(path))?.nlink();
    if names > 1 { Err(OpenError::Linked { path: path.to_owned() }) } else { Ok(()) }
}

#[cfg(not(unix))]
fn refuse_hard_links(_: &Path) -> Result<(), OpenError> {
    Ok(())
}

/// Creates the file where it is missing, and makes its name durable.
fn create(path: &Path) -> io::Result<()> {
    match private().create_new(true).open(path) {
        Ok(_) => sync_folder(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = OsString::from(path);
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = private().create(true).open(&name).map_err(OpenError::file(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenError::File { path: name, source }),
    }
}

/// Files hold orders and buyers' data: only their owner may read them.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
