//! Connections to the server: how a session is set up, and a few sessions that are shared by pieces of work.
//! The sessions that only commit steps are left to `writer`.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_domain::port::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::error::{Halt, ends_connection};

/// How many pieces of work use the server at the same time, beside the writers.
const CONNECTIONS: usize = 8;
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one piece of work may take: a server that is silent is treated as away. Longer than the server's own limit
/// for a statement, which leaves the connection usable.
pub(super) const WORK_TIMEOUT: Duration = Duration::from_secs(8);

/// What every session is told.
///
/// - A step that is answered was flushed by the server: `off` is not accepted from the server's defaults.
/// - A statement sees what was committed before it began, which the version check relies on.
/// - A process that is stopped in the middle of a transaction loses it, and the locks with it, after a while.
/// - Every statement has an index to use. Without this the planner reads young tables, of which it has no statistics,
///   from end to end, and keeps that plan while they grow. It also makes groups lock rows in the order of their steps.
const SESSION: &str = "\
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
    SET default_transaction_isolation = 'read committed';
    SET statement_timeout = '5s';
    SET idle_in_transaction_session_timeout = '10s';
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET client_min_messages = warning;";

/// A piece of work on a connection.
pub(super) type Running<'c, T, E> = Pin<Box<dyn Future<Output = Result<T, Halt<E>>> + Send + 'c>>;

/// Opens one session.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let connect = async {
        let mut connection = options.connect().await?;
        sqlx::raw_sql(SESSION).execute(&mut connection).await?;
        Ok(connection)
    };
    timeout(CONNECT_TIMEOUT, connect).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// The idle connections, and as many permits as there may be connections.
pub(super) struct Connections {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    permits: Semaphore,
}

impl Connections {
    /// Starts with one connection that is open already.
    pub(super) fn new(options: PgConnectOptions, first: PgConnection) -> Connections {
        Connections { options, idle: Mutex::new(vec![first]), permits: Semaphore::new(CONNECTIONS) }
    }

    /// How many connections are in use, and how many there may be.
    pub(super) fn in_use(&self) -> (usize, usize) {
        (CONNECTIONS.saturating_sub(self.permits.available_permits()), CONNECTIONS)
    }

    /// Does the work in a task of its own: a caller that goes away never leaves a connection in the middle of an answer.
    pub(super) async fn run<T, E, W>(self: &Arc<Self>, work: W) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
        W: for<'c> FnOnce(&'c mut PgConnection) -> Running<'c, T, E> + Send + 'static,
    {
        let shared = Arc::clone(self);
        tokio::spawn(async move { shared.run_here(work).await }).await.map_err(|_| StoreError::Unavailable)?
    }

    async fn run_here<T, E, W>(&self, work: W) -> Result<Result<T, E>, StoreError>
    where
        W: for<'c> FnOnce(&'c mut PgConnection) -> Running<'c, T, E>,
    {
        let _permit = self.permits.acquire().await.map_err(|_| StoreError::Unavailable)?;
        let kept = self.idle().pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => connect(&self.options).await.map_err(|error| {
                tracing::error!(%error, "the database cannot be reached");
                StoreError::Unavailable
            })?,
        };
        match timeout(WORK_TIMEOUT, work(&mut connection)).await {
            Ok(Ok(value)) => {
                self.idle().push(connection);
                Ok(Ok(value))
            }
            Ok(Err(Halt::Refused(refusal))) => {
                self.idle().push(connection);
                Ok(Err(refusal))
            }
            Ok(Err(Halt::Storage(error))) => {
                tracing::error!(%error, "the database could not be read or written");
                if ends_connection(&error) {
                    // The server went away or was restarted: the idle connections are no better.
                    self.idle().clear();
                } else {
                    self.idle().push(connection);
                }
                Err(StoreError::Unavailable)
            }
            Err(_) => {
                tracing::error!("the database did not answer in time");
                Err(StoreError::Unavailable)
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the work in one transaction, which is taken back unless the work is done.
pub(super) async fn transaction<T, E, W>(connection: &mut PgConnection, work: W) -> Result<T, Halt<E>>
where
    W: for<'c> FnOnce(&'c mut PgConnection) -> Running<'c, T, E>,
{
    let mut transaction = connection.begin().await?;
    match work(&mut transaction).await {
        Ok(value) => {
            transaction.commit().await?;
            Ok(value)
        }
        Err(halt) => {
            // Where even this fails, the connection is dropped and the server takes the transaction back.
            transaction.rollback().await?;
            Err(halt)
        }
    }
}
