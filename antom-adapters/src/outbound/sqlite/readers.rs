//! A few connections that only read, each used by one piece of work at a time.
//! Writing is left to `writer`.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antom_domain::port::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Halt, OpenError};
use super::schema;

const CONNECTIONS: usize = 3;

/// The idle connections, and as many permits as there are connections.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Readers, OpenError> {
        let idle = (0..CONNECTIONS).map(|_| schema::open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Readers { idle: Mutex::new(idle), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// How many connections are reading, and how many there are.
    pub(super) fn in_use(&self) -> (usize, usize) {
        (CONNECTIONS.saturating_sub(self.permits.available_permits()), CONNECTIONS)
    }

    /// Waits until a connection is idle. The permit goes along with the reading, which outlives a caller that goes away.
    pub(super) async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Unavailable)
    }

    /// Reads with an idle connection, on a thread that may wait.
    pub(super) fn read<T>(
        &self,
        permit: OwnedSemaphorePermit,
        work: impl FnOnce(&Connection) -> Result<T, Halt<StoreError>>,
    ) -> Result<T, StoreError> {
        let connection = self.idle().pop().ok_or(StoreError::Unavailable)?;
        let answer = work(&connection);
        self.idle().push(connection);
        drop(permit);
        answer.map_err(|halt| match halt {
            Halt::Refused(error) => error,
            Halt::Storage(error) => {
                tracing::error!(%error, "the database could not be read");
                StoreError::Unavailable
            }
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
