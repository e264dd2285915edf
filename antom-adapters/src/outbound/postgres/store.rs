//! The handle of the store: opens the database, passes work on.
//! The ports are implemented in `orders`, `outbox`, `inbox` and `events`.

use std::fmt;
use std::sync::Arc;

use antom_domain::port::{CommitError, StoreError, Version};
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::connections::{Connections, Running, connect};
use super::error::OpenError;
use super::instances::Instance;
use super::writer::{Loss, WriteCounts, Writers};
use super::{schema, seal};
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::StepRows;

/// Orders, outbox, inbox and event queue in one PostgreSQL database. Clones are handles of the same store; any number of stores, in
/// any number of processes, may be open on one database.
///
/// Where the server is away every call answers [`StoreError::Unavailable`], or, if the connection was lost after the
/// last word of a transaction, [`CommitError::OutcomeUnknown`]. Nothing needs to be done here once it is back.
#[derive(Clone)]
pub struct PostgresStore {
    shared: Arc<Shared>,
}

struct Shared {
    connections: Arc<Connections>,
    writers: Writers,
    instance: Instance,
    keys: DataKeys,
    server: String,
}

impl PostgresStore {
    /// As [`open_sealed`](PostgresStore::open_sealed), without a key: everything is stored as it is.
    ///
    /// # Errors
    /// As [`open_sealed`](PostgresStore::open_sealed).
    pub async fn open(url: &str) -> Result<PostgresStore, OpenError> {
        PostgresStore::open_sealed(url, DataKeys::default()).await
    }

    /// Opens the store behind an address such as `postgres://user:password@host/database`. Missing tables are created,
    /// an older schema is brought up to date, by one instance while the others wait. What is written from now on is sealed
    /// with the key, where there is one; what was written before stays as it is, and is read as before.
    ///
    /// Must be called inside a Tokio runtime, which carries the store's tasks.
    ///
    /// # Errors
    /// [`OpenError::Unreachable`] where the server does not answer, [`OpenError::NewerSchema`] where a newer program
    /// migrated the database, [`OpenError::NotAnOrderStore`] where it belongs to another program, [`OpenError::Sealed`]
    /// where the keys do not open what is stored; nothing is read or written then.
    pub async fn open_sealed(url: &str, keys: DataKeys) -> Result<PostgresStore, OpenError> {
        let options = options(url)?;
        let database = options.get_database().unwrap_or_else(|| options.get_username());
        let server = format!("{}:{}/{database}", options.get_host(), options.get_port());
        let mut connection = connect(&options).await.map_err(OpenError::unreachable)?;
        schema::bring_up_to_date(&mut connection).await?;
        seal::prove(&mut connection, &keys).await?;
        if !schema::waits_for_disk(&mut connection).await? {
            tracing::warn!(
                server,
                "this server does not wait for its disk (fsync is off): steps may be lost with its power"
            );
        }
        let instance = Instance::join(&options, &mut connection).await?;
        let writers = Writers::start(&options);
        let connections = Arc::new(Connections::new(options, connection));
        Ok(PostgresStore { shared: Arc::new(Shared { connections, writers, instance, keys, server }) })
    }

    /// The schema version of the database, 0 where it is empty, and that of this program. Nothing is changed.
    ///
    /// # Errors
    /// As [`open`](PostgresStore::open).
    pub async fn schema_versions(url: &str) -> Result<(i64, i64), OpenError> {
        let mut connection = connect(&options(url)?).await.map_err(OpenError::unreachable)?;
        schema::versions(&mut connection).await
    }

    /// How much was written since the store was opened.
    pub fn stats(&self) -> WriteCounts {
        self.shared.writers.counts()
    }

    /// What stored values are sealed with.
    pub(super) fn keys(&self) -> &DataKeys {
        &self.shared.keys
    }

    /// Under which number this instance claims.
    pub(super) fn instance(&self) -> i64 {
        self.shared.instance.number()
    }

    /// How many steps are queued and not yet taken by a writer.
    pub(super) fn writes_waiting(&self) -> usize {
        self.shared.writers.waiting()
    }

    /// How many connections are in use, and how many there may be.
    pub(super) fn connections_in_use(&self) -> (usize, usize) {
        self.shared.connections.in_use()
    }

    /// Does a piece of work whose refusals are the store's own.
    pub(super) async fn run<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut PgConnection) -> Running<'c, T, StoreError> + Send + 'static,
    {
        self.work(work).await?
    }

    /// Does a piece of work that may be refused.
    pub(super) async fn work<T, E, W>(&self, work: W) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
        W: for<'c> FnOnce(&'c mut PgConnection) -> Running<'c, T, E> + Send + 'static,
    {
        self.shared.connections.run(work).await
    }

    /// Writes a step with the next group.
    pub(super) async fn write(&self, step: StepRows) -> Result<Result<Version, CommitError>, Loss> {
        self.shared.writers.write(step).await
    }
}

fn options(url: &str) -> Result<PgConnectOptions, OpenError> {
    let options: PgConnectOptions = url.parse().map_err(|_| OpenError::Address)?;
    Ok(options.application_name("antom"))
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("server", &self.shared.server).finish_non_exhaustive()
    }
}
