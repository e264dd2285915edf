//! A schema for each test, in the server of the test process; and shells beside the store.
//! What is stored is left to the tests.
//!
//! A server comes from `ANTOM_TEST_POSTGRES_URL`, else from this machine's `initdb`. Schemas have names of their own over all
//! processes and threads, so that tests on one server do not meet.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use antom_adapters::outbound::postgres::PostgresStore;
use antom_domain::port::{Commit, CommitError, OrderStore};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::server::Cluster;
use crate::skip;

/// The server of this test process; it ends with the process.
pub(crate) fn server_url() -> Option<&'static str> {
    static SERVER: OnceLock<Option<(Option<Cluster>, String)>> = OnceLock::new();
    let server = SERVER.get_or_init(|| match given_url() {
        Some(url) => Some((None, url)),
        None => Cluster::start().unwrap().map(|cluster| {
            let url = cluster.url();
            (Some(cluster), url)
        }),
    });
    server.as_ref().map(|(_, url)| url.as_str())
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests names the server by the environment")]
fn given_url() -> Option<String> {
    std::env::var("ANTOM_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

pub(crate) fn server_is_there() -> bool {
    let is_there = server_url().is_some();
    if !is_there {
        no_server();
    }
    is_there
}

pub(crate) fn no_server() {
    skip::note("PostgreSQL store: neither ANTOM_TEST_POSTGRES_URL nor initdb and pg_ctl").unwrap();
}

/// A schema that is gone after its test, in the process's server.
pub(crate) struct Schema {
    name: String,
    pub(crate) url: String,
}

impl Schema {
    pub(crate) async fn make() -> Option<Schema> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Some(server) = server_url() else {
            no_server();
            return None;
        };
        let name = format!("antom_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&mut connection).await.unwrap();
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-csearch_path%3D{name}");
        Some(Schema { name, url })
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url).await.unwrap()
    }

    /// A session beside the store, as a support engineer may have one.
    pub(crate) async fn shell(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }
}

impl Drop for Schema {
    /// A server that was made for the tests goes as a whole.
    fn drop(&mut self) {
        let Some(url) = given_url() else { return };
        let sql = format!("SET client_min_messages = error; DROP SCHEMA {} CASCADE", self.name);
        let dropping = async move {
            let mut connection = PgConnection::connect(&url).await?;
            // The last beat of a store that has just gone may hold a lock against us; the server then lets one of both go.
            for _ in 0..3 {
                if sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await.is_ok() {
                    return Ok(());
                }
            }
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.map(|_| ())
        };
        let dropped = beside(dropping);
        if !std::thread::panicking() {
            dropped.unwrap().unwrap();
        }
    }
}

/// Runs this to its end beside the test's own runtime, which may not wait here.
pub(crate) fn beside<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> std::thread::Result<T> {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work)
    });
    thread.join()
}

pub(crate) async fn run(shell: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(shell).await.unwrap();
}

/// Runs futures as tasks and returns what they gave in their order.
pub(crate) async fn together<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

pub(crate) fn commit_of(
    store: &PostgresStore,
    step: Commit,
) -> impl Future<Output = Result<u64, CommitError>> + use<> {
    let store = store.clone();
    async move { store.commit(step).await }
}

/// Looks again and again until something is there.
pub(crate) async fn within<T>(
    time: Duration,
    what: &str,
    shell: &mut PgConnection,
    mut look: impl AsyncFnMut(&mut PgConnection) -> Option<T>,
) -> T {
    let looking = async {
        loop {
            if let Some(found) = look(shell).await {
                return found;
            }
            run(shell, "SELECT pg_sleep(0.05)").await;
        }
    };
    match tokio::time::timeout(time, looking).await {
        Ok(found) => found,
        Err(_) => panic!("{what} did not come within {time:?}"),
    }
}

/// Whether this is so.
pub(crate) async fn is(shell: &mut PgConnection, sql: &str) -> bool {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(shell).await.unwrap()
}
