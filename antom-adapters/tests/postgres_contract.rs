//! The PostgreSQL store, held to the contract of the storage ports and to what a server adds: instances, groups, faults.
//! What a step means is left to the domain's own tests; two whole services on one database to `antom-tests`.
//!
//! A server comes from `ANTOM_TEST_POSTGRES_URL`, else from this machine's `initdb`; each test has a schema of its own in it.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(
    dead_code,
    unreachable_pub,
    reason = "a public module of `antom-tests`, which must not be linked here"
)]
#[path = "../../tests/src/postgres.rs"]
mod server;
#[allow(unreachable_pub, reason = "a public module of `antom-tests`, which must not be linked here")]
#[path = "../../tests/src/skip.rs"]
mod skip;
mod steps;

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use antom_adapters::outbound::postgres::{OpenError, PostgresStore};
use antom_domain::port::{
    Commit, CommitError, EventEnd, EventQueue, IdKey, Inbox, InboxMark, InboxVerdict, OrderQuery, OrderStore,
    Outbox, OutboxError, StoreError,
};
use antom_domain::testing::contract::Adapter;
use server::Cluster;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use steps::*;

/// The server of this test process; it ends with the process.
fn server_url() -> Option<&'static str> {
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

fn server_is_there() -> bool {
    let is_there = server_url().is_some();
    if !is_there {
        no_server();
    }
    is_there
}

fn no_server() {
    skip::note("PostgreSQL store: neither ANTOM_TEST_POSTGRES_URL nor initdb and pg_ctl").unwrap();
}

/// A schema that is gone after its test, in the process's server.
struct Schema {
    name: String,
    url: String,
}

impl Schema {
    async fn make() -> Option<Schema> {
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

    async fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url).await.unwrap()
    }

    /// A session beside the store, as a support engineer may have one.
    async fn shell(&self) -> PgConnection {
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
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.map(|_| ())
        };
        let dropped = beside(dropping);
        if !std::thread::panicking() {
            dropped.unwrap().unwrap();
        }
    }
}

/// Runs this to its end beside the test's own runtime, which may not wait here.
fn beside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> std::thread::Result<T> {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work)
    });
    thread.join()
}

async fn fresh() -> Adapter {
    let schema = Schema::make().await.unwrap();
    let url = schema.url.clone();
    Adapter::of(schema.open().await)
        .written_by_others(move |id, event, snapshot| {
            let texts = [id.as_str(), event, snapshot].map(str::to_owned);
            beside(write_stored(url.clone(), texts)).unwrap();
        })
        .keeping(schema)
}

/// What another program does to the same tables.
async fn write_stored(url: String, [id, event, snapshot]: [String; 3]) {
    let mut other = PgConnection::connect(&url).await.unwrap();
    let change = "UPDATE orders SET version = version + 1, snapshot = $2 WHERE id = $1";
    let changed = sqlx::query(change).bind(&id).bind(snapshot).execute(&mut other).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    let append = "INSERT INTO order_events (order_id, seq, at, name, body) \
                  SELECT id, version, 0, 'other', $2 FROM orders WHERE id = $1";
    sqlx::query(append).bind(&id).bind(event).execute(&mut other).await.unwrap();
}

antom_domain::contract_suite_by_port!(fresh, server_is_there);

async fn run(shell: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(shell).await.unwrap();
}

/// Runs futures as tasks and returns what they gave in their order.
async fn together<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

fn commit_of(store: &PostgresStore, step: Commit) -> impl Future<Output = Result<u64, CommitError>> + use<> {
    let store = store.clone();
    async move { store.commit(step).await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_on_one_database_share_the_work_and_never_a_call() {
    let Some(schema) = Schema::make().await else { return };
    let instances = [schema.open().await, schema.open().await];
    let names: Vec<String> = (0..120).map(|number| format!("ORDER-{number:03}")).collect();
    let wished = names.iter().zip(instances.iter().cycle()).map(|(name, instance)| {
        commit_of(instance, Commit { effects: vec![(cancel(name), at(0))], ..step(name, 0) })
    });
    assert_eq!(together(wished).await, vec![Ok(1); 120]);

    let workers = instances.iter().cycle().take(6).cloned().map(|instance| async move {
        let mut mine = Vec::new();
        loop {
            let claimed = instance.claim_due(at(1), LEASE, 3).await.unwrap();
            if claimed.is_empty() {
                return mine;
            }
            mine.extend(claimed);
        }
    });
    let claimed = together(workers).await.concat();

    let orders: BTreeSet<String> = claimed.iter().map(|row| row.order_id.to_string()).collect();
    assert_eq!(claimed.len(), 120, "no call was claimed twice");
    assert_eq!(orders, names.into_iter().collect(), "no call was passed over");
    let fences: BTreeSet<u64> = claimed.iter().map(|row| row.claim.fence).collect();
    assert_eq!(fences.len(), 120, "fences grow over all instances");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_steps_that_two_instances_decide_at_once_one_is_kept() {
    let Some(schema) = Schema::make().await else { return };
    let instances = [schema.open().await, schema.open().await];
    for version in 0..40 {
        let racing = instances.iter().map(|instance| commit_of(instance, step("A", version)));
        let mut answers = together(racing).await;
        answers.sort_by_key(Result::is_err);
        assert_eq!(answers, [Ok(version + 1), Err(CommitError::Conflict)]);
    }
    assert_eq!(instances[0].history(&id("A")).await.unwrap().len(), 40);
}

#[tokio::test]
async fn an_instance_that_slept_longer_than_its_lease_has_lost_its_call() {
    let Some(schema) = Schema::make().await else { return };
    let [slow, quick] = [schema.open().await, schema.open().await];
    slow.commit(Commit { effects: vec![(cancel("A"), at(0))], ..step("A", 0) }).await.unwrap();
    let old = slow.claim_due(at(0), LEASE, 1).await.unwrap().remove(0);
    assert_eq!(quick.claim_due(at(29), LEASE, 1).await, Ok(Vec::new()));
    let new = quick.claim_due(at(30), LEASE, 1).await.unwrap().remove(0);

    let answer = |claim| Commit { settles: Some(claim), ..step("A", 1) };
    assert_eq!(slow.commit(answer(old.claim.clone())).await, Err(CommitError::LeaseLost));
    assert_eq!(slow.postpone(&old.claim, at(90)).await, Err(OutboxError::LeaseLost));
    assert_eq!((new.tries, &new.call), (1, &old.call));
    assert_eq!(quick.commit(answer(new.claim)).await, Ok(2));
}

#[tokio::test]
async fn instances_that_start_at_once_on_an_empty_database_migrate_it_once() {
    let Some(schema) = Schema::make().await else { return };
    let url = schema.url.clone();
    let opening = (0..8).map(|_| {
        let url = url.clone();
        async move { PostgresStore::open(&url).await }
    });
    let stores: Vec<PostgresStore> = together(opening).await.into_iter().map(Result::unwrap).collect();

    for (number, store) in stores.iter().enumerate() {
        assert_eq!(store.commit(full_step(&format!("ORDER-{number}"))).await.err(), None);
    }
    assert_eq!(stores[0].unresolved(None, 99).await.unwrap().len(), 8);
    let mut shell = schema.shell().await;
    let versions: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM antom_schema").fetch_all(&mut shell).await.unwrap();
    assert_eq!(versions, [2]);
}

#[tokio::test]
async fn a_database_of_the_first_schema_keeps_its_orders_and_tells_from_then_on() {
    let Some(schema) = Schema::make().await else { return };
    schema.open().await.commit(full_step("A")).await.unwrap();
    let old = "DROP TABLE merchant_events; ALTER TABLE orders DROP COLUMN announced; UPDATE antom_schema SET version = 1;";
    run(&mut schema.shell().await, old).await;

    let store = schema.open().await;
    assert_holds_full_step(&store, "A").await;
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().announced, 0);
    store.commit(telling("A", 1, 1)).await.unwrap();
    assert_eq!(store.claim_events(at(9), LEASE, 9).await.unwrap().len(), 1);
}

/// Two instances add to orders while they settle what came before, and nothing is left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_instances_add_and_settle_at_once_are_all_handed_out_in_sequence() {
    const EVENTS: u64 = 12;
    let Some(schema) = Schema::make().await else { return };
    let instances = [schema.open().await, schema.open().await];
    let names: Vec<String> = (0..8).map(|number| format!("ORDER-{number}")).collect();
    let writers = names.iter().zip(instances.iter().cycle()).map(|(name, store)| {
        let (name, store) = (name.clone(), store.clone());
        tokio::spawn(async move {
            for version in 0..EVENTS {
                store.commit(telling(&name, version, version + 1)).await.unwrap();
            }
            Vec::new()
        })
    });
    let total = names.len() as u64 * EVENTS;
    let settled = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let senders = instances.iter().cycle().take(4).map(|store| {
        let (store, settled) = (store.clone(), settled.clone());
        tokio::spawn(async move {
            let mut seen = Vec::new();
            while settled.load(Ordering::SeqCst) < total {
                for claimed in store.claim_events(at(99), LEASE, 3).await.unwrap() {
                    seen.push((settled.fetch_add(1, Ordering::SeqCst), claimed.event.clone()));
                    store.settle(&claimed.claim, EventEnd::Delivered, at(99)).await.unwrap();
                }
            }
            seen
        })
    });
    let tasks: Vec<_> = writers.chain(senders).collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.extend(
            tokio::time::timeout(Duration::from_secs(60), task).await.expect("an event is stuck").unwrap(),
        );
    }
    seen.sort_by_key(|(turn, _)| *turn);
    for name in &names {
        let of_order = seen.iter().filter(|(_, event)| event.order_id == id(name));
        let sequences: Vec<u64> = of_order.map(|(_, event)| event.sequence).collect();
        assert_eq!(sequences, (1..=EVENTS).collect::<Vec<_>>(), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_left_alone() {
    let Some(schema) = Schema::make().await else { return };
    let mut shell = schema.shell().await;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";

    run(&mut shell, "CREATE TABLE orders (note text)").await;
    let refused = PostgresStore::open(&schema.url).await.unwrap_err();
    assert!(matches!(&refused, OpenError::NotAnOrderStore { table } if table == "orders"), "{refused:?}");
    assert_eq!(sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut shell).await.unwrap(), 1);
    run(&mut shell, "DROP TABLE orders").await;

    drop(schema.open().await);
    run(&mut shell, "UPDATE antom_schema SET version = 99").await;
    let refused = PostgresStore::open(&schema.url).await.unwrap_err();
    assert!(matches!(refused, OpenError::NewerSchema { found: 99, supported: 2 }), "{refused:?}");

    assert!(matches!(PostgresStore::open("postgres://[").await, Err(OpenError::Address)));
    let nobody = "postgres://antom:secret-word@127.0.0.1:1/nobody";
    let refused = PostgresStore::open(nobody).await.unwrap_err();
    assert!(matches!(refused, OpenError::Unreachable { .. }), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("secret-word"));
}

/// Keeps all writers waiting until it is dropped.
async fn blocker(schema: &Schema) -> PgConnection {
    let mut shell = schema.shell().await;
    run(&mut shell, "BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE").await;
    shell
}

#[tokio::test]
async fn steps_that_queue_up_share_transactions() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    let mut blocker = blocker(&schema).await;
    let names: Vec<String> = (0..64).map(|number| format!("ORDER-{number}")).collect();

    let running = names.iter().map(|name| queue(store.commit(full_step(name)))).collect();
    run(&mut blocker, "COMMIT").await;
    let answers = all(running).await;

    assert_eq!(answers, vec![Ok(1); 64]);
    let counts = store.stats();
    assert_eq!(counts.commits, 64);
    assert!(counts.groups <= 8, "{counts:?}");
    for name in &names {
        assert_eq!(store.load(&id(name)).await.unwrap().unwrap().version, 1);
    }
}

#[tokio::test]
async fn a_refusal_in_a_group_leaves_its_neighbours() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    store.commit(step("A", 0)).await.unwrap();
    let mut blocker = blocker(&schema).await;
    let token = |name, expected| Commit { ids: vec![IdKey::Token("t".to_owned())], ..step(name, expected) };

    let steps =
        [step("B", 0), step("A", 1), step("A", 1), step("C", 5), step("D", 0), token("E", 0), token("F", 0)];
    let running = steps.into_iter().map(|step| queue(store.commit(step))).collect();
    run(&mut blocker, "COMMIT").await;
    let answers = all(running).await;

    let conflict = Err(CommitError::Conflict);
    assert_eq!(answers[..5], [Ok(1), Ok(2), conflict.clone(), conflict, Ok(1)]);
    let taken = Err(CommitError::IdTaken(IdKey::Token("t".to_owned())));
    assert!(answers[5..] == [Ok(1), taken.clone()] || answers[5..] == [taken, Ok(1)], "{:?}", &answers[5..]);
    assert_eq!(store.history(&id("A")).await.unwrap().len(), 2);
    assert_eq!(store.load(&id("C")).await, Ok(None));
    assert_eq!(store.stats().commits, 5, "refused steps are not counted");
}

#[tokio::test]
async fn one_notification_in_two_steps_of_a_group_is_kept_once() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    let mut blocker = blocker(&schema).await;
    let absorbing = |name| Commit { inbox: Some(mark("N", InboxVerdict::Absorbed)), ..step(name, 0) };

    let running = ["A", "B", "C"].map(|name| queue(store.commit(absorbing(name)))).into_iter().collect();
    run(&mut blocker, "COMMIT").await;

    assert_eq!(all(running).await, vec![Ok(1); 3]);
    assert_eq!(store.recent(9).await, Ok(vec![mark("N", InboxVerdict::Absorbed)]));
}

#[tokio::test]
async fn a_database_opened_again_shows_everything() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    store.commit(full_step("A")).await.unwrap();
    drop(store);

    assert_holds_full_step(&schema.open().await, "A").await;
}

/// A table that forgets what its server lost is no help: the session asks for a flush whatever the database's default.
#[tokio::test]
async fn a_step_waits_for_the_disk_and_sees_what_was_committed_before() {
    let Some(schema) = Schema::make().await else { return };
    let store = PostgresStore::open(&format!("{}%20-csynchronous_commit%3Doff", schema.url)).await.unwrap();
    let mut shell = schema.shell().await;
    run(
        &mut shell,
        "CREATE TABLE seen (flush text, isolation text);
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO seen VALUES (current_setting('synchronous_commit'), current_setting('transaction_isolation'));
         RETURN NULL; END $$;
         CREATE TRIGGER see AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION see();",
    )
    .await;

    store.commit(step("A", 0)).await.unwrap();

    let seen: (String, String) = sqlx::query_as("SELECT * FROM seen").fetch_one(&mut shell).await.unwrap();
    assert_eq!(seen, ("on".to_owned(), "read committed".to_owned()));
}

/// A commit whose last word fails, and one whose connection is lost at the last word.
#[tokio::test]
async fn a_commit_whose_last_word_has_no_answer_is_unknown() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    let mut shell = schema.shell().await;
    for fault in ["RAISE EXCEPTION 'fault'", "PERFORM pg_terminate_backend(pg_backend_pid())"] {
        run(
            &mut shell,
            &format!(
                "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {fault}; RETURN NULL; END $$;
                 CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW EXECUTE FUNCTION fault();"
            ),
        )
        .await;

        assert_eq!(store.commit(step("A", 0)).await, Err(CommitError::OutcomeUnknown), "{fault}");
        assert_eq!(store.load(&id("A")).await, Ok(None), "the caller loads again and knows");

        run(&mut shell, "DROP FUNCTION fault CASCADE").await;
    }
    assert_eq!(store.commit(step("A", 0)).await, Ok(1));
}

#[tokio::test]
async fn a_storage_fault_acknowledges_nothing_and_heals_by_itself() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    store.commit(full_step("A")).await.unwrap();
    let claim = store.claim_due(at(3), LEASE, 1).await.unwrap().remove(0).claim;
    let mut shell = schema.shell().await;
    let tables = ["orders", "order_events", "inbox", "outbox"];
    run(
        &mut shell,
        "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$",
    )
    .await;
    for table in tables {
        let sql = format!(
            "CREATE TRIGGER fault BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION fault()"
        );
        run(&mut shell, &sql).await;
    }

    let away = StoreError::Unavailable;
    assert_eq!(store.commit(full_step("B")).await, Err(CommitError::Store(away.clone())));
    assert_eq!(store.record(&mark("N", InboxVerdict::Parked)).await, Err(away.clone()));
    assert_eq!(store.complete(&claim).await, Err(OutboxError::Store(away.clone())));
    assert_eq!(store.postpone(&claim, at(9)).await, Err(OutboxError::Store(away.clone())));
    assert_eq!(store.claim_due(at(99), LEASE, 1).await, Err(away));
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().version, 1, "reads go on");
    assert_eq!(store.load(&id("B")).await, Ok(None));

    run(&mut shell, "DROP FUNCTION fault CASCADE").await;
    assert_eq!(store.commit(full_step("B")).await, Ok(1));
    assert_eq!(store.complete(&claim).await, Ok(()));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_never_taken_for_nothing() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    store.commit(full_step("A")).await.unwrap();
    store.commit(step("B", 0)).await.unwrap();
    store.commit(Commit { effects: vec![(cancel("C"), at(4))], ..step("C", 0) }).await.unwrap();
    let mut shell = schema.shell().await;
    run(
        &mut shell,
        r#"UPDATE orders SET snapshot = '{}' WHERE id = 'A';
           DROP FUNCTION order_events_only_grow CASCADE;
           UPDATE order_events SET body = '{"at":"2026-11-22T00:00:00.000Z","event":"PaymentPending"}' WHERE order_id = 'A';
           UPDATE inbox SET verdict = 'later';
           UPDATE outbox SET api = 'later' WHERE order_id = 'A';"#,
    )
    .await;

    let unreadable = |what, id: &str| StoreError::Unreadable { what, id: id.to_owned() };
    assert_eq!(store.load(&id("A")).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.history(&id("A")).await, Err(unreadable("event", "A 1")));
    let everything = OrderQuery { limit: 9, ..OrderQuery::default() };
    assert_eq!(store.list(&everything).await, Err(unreadable("snapshot", "A")));
    assert_eq!(store.recent(9).await, Err(unreadable("notification", "A")));
    assert!(store.load(&id("B")).await.is_ok());
    let alone = store.claim_due(at(4), LEASE, 1).await;
    assert_eq!(alone, Err(unreadable("call", cancel("A").id().as_str())), "it stands back");
    let other = store.claim_due(at(4), LEASE, 1).await.unwrap();
    assert_eq!(other.into_iter().map(|row| row.call).collect::<Vec<_>>(), [cancel("C")]);
    let query = OrderQuery { cursor: Some("1 OR 1".to_owned()), limit: 9, phase: None };
    assert_eq!(store.list(&query).await, Err(unreadable("cursor", "1 OR 1")));
}

#[tokio::test]
async fn the_log_only_grows_and_deliveries_are_counted() {
    //= N-4 test
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    let first = mark("N", InboxVerdict::Parked);
    let mut second = first.clone();
    second.notification.received_at = at(120);
    for delivered in [&first, &first, &second] {
        store.record(delivered).await.unwrap();
    }
    let absorbed = InboxMark { verdict: InboxVerdict::Absorbed, ..first };
    store.commit(Commit { inbox: Some(absorbed), ..step("A", 0) }).await.unwrap();

    let mut shell = schema.shell().await;
    let row: (i64, i64, String) =
        sqlx::query_as("SELECT (SELECT count(*) FROM inbox), deliveries, verdict FROM inbox")
            .fetch_one(&mut shell)
            .await
            .unwrap();
    assert_eq!(row, (1, 2, "absorbed".to_owned()), "the same arrival written again is no delivery");
    for act in ["UPDATE order_events SET body = '{}'", "DELETE FROM order_events", "TRUNCATE order_events"] {
        assert!(sqlx::raw_sql(act).execute(&mut shell).await.is_err(), "{act}");
    }
}

#[tokio::test]
async fn the_handle_shows_neither_contents_nor_a_password() {
    let Some(schema) = Schema::make().await else { return };
    let url = schema.url.replacen("antom@", "antom:secret-word@", 1);
    let store = PostgresStore::open(&url).await.unwrap();
    store.commit(full_step("A")).await.unwrap();

    let shown = format!("{store:?}");

    assert!(shown.starts_with("PostgresStore { server: ") && !shown.contains("secret-word"), "{shown}");
}

/// What is answered is true, whatever happens to the connections meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_connections_lose_nothing_that_was_answered() {
    // A server of its own: connections of other tests must not be killed.
    let Some(cluster) = Cluster::start().unwrap() else { return no_server() };
    let store = PostgresStore::open(&cluster.url()).await.unwrap();
    let writers = store.clone();
    let writing = (0..16).map(move |number| {
        let (store, name) = (writers.clone(), format!("ORDER-{number}"));
        async move { write_through_faults(&store, &name, 40).await }
    });
    let writing = tokio::spawn(together(writing));
    let mut shell = PgConnection::connect(&cluster.url()).await.unwrap();
    let mut killed = 0;
    while !writing.is_finished() {
        killed += sqlx::query_scalar::<_, i64>(
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
             WHERE application_name = 'antom' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) victims",
        )
        .fetch_one(&mut shell)
        .await
        .unwrap();
        sqlx::query("SELECT pg_sleep(0.005)").execute(&mut shell).await.unwrap();
    }
    let lost: u64 = writing.await.unwrap().into_iter().sum();

    assert!(killed > 5 && lost > 0, "{killed} connections were killed, {lost} answers were lost");
}

/// Brings an order to this version; returns how many answers were errors. Every answer is compared with the store.
async fn write_through_faults(store: &PostgresStore, name: &str, versions: u64) -> u64 {
    let (mut version, mut lost) = (0, 0);
    while version < versions {
        let answer = store.commit(step(name, version)).await;
        let stored = load_through_faults(store, name).await;
        match answer {
            Ok(written) => assert_eq!((written, stored), (version + 1, version + 1), "{name}"),
            Err(CommitError::OutcomeUnknown) => assert!(stored == version || stored == version + 1, "{name}"),
            Err(CommitError::Store(StoreError::Unavailable)) => assert_eq!(stored, version, "{name}"),
            Err(other) => panic!("{name} at {version}: {other}"),
        }
        lost += u64::from(answer.is_err());
        version = stored;
    }
    assert_eq!(history_through_faults(store, name).await as u64, versions);
    lost
}

async fn load_through_faults(store: &PostgresStore, name: &str) -> u64 {
    for _ in 0..1_000 {
        match store.load(&id(name)).await {
            Ok(stored) => return stored.map_or(0, |stored| stored.version),
            Err(error) => assert_eq!(error, StoreError::Unavailable),
        }
    }
    panic!("{name} cannot be loaded any more");
}

async fn history_through_faults(store: &PostgresStore, name: &str) -> usize {
    for _ in 0..1_000 {
        if let Ok(log) = store.history(&id(name)).await {
            return log.len();
        }
    }
    panic!("{name} cannot be read any more");
}

/// Every port of the store: whether a read, a claim and a step succeed now.
async fn works(store: &PostgresStore, name: &str) -> [bool; 3] {
    let read = store.load(&id("A")).await;
    let claim = store.claim_due(at(0), LEASE, 0).await;
    let step = store.commit(step(name, 0)).await;
    for error in [read.as_ref().err(), claim.as_ref().err()].into_iter().flatten() {
        assert_eq!(*error, StoreError::Unavailable);
    }
    [read.is_ok(), claim.is_ok(), step.is_ok()]
}

#[tokio::test]
async fn a_server_that_was_away_is_used_again_by_itself() {
    let Some(mut cluster) = Cluster::start().unwrap() else { return no_server() };
    let store = PostgresStore::open(&cluster.url()).await.unwrap();
    assert_eq!(works(&store, "A").await, [true; 3]);

    cluster.stop().unwrap();
    assert_eq!(works(&store, "B").await, [false; 3], "the server is away");
    assert_eq!(store.record(&mark("N", InboxVerdict::Parked)).await, Err(StoreError::Unavailable));
    cluster.start_again().unwrap();
    assert_eq!(works(&store, "C").await, [true; 3], "nobody had to help");

    cluster.stop().unwrap();
    cluster.start_again().unwrap();
    let recovery = async {
        let mut tries = 1;
        while works(&store, &format!("D-{tries}")).await != [true; 3] {
            tries += 1;
        }
        tries
    };
    let tries = tokio::time::timeout(Duration::from_secs(10), recovery).await.unwrap();
    assert!(tries <= 2, "broken connections are dropped together: {tries}");
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().version, 1, "what was answered is there");
    assert_eq!(store.load(&id("B")).await, Ok(None), "what was refused is not");
}

/// What a step costs, alone and with 64 waiters, on a server that waits for the disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement; run it on a quiet machine with --release and --no-capture"]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
async fn measured_steps() {
    use std::time::Instant;
    let Some(cluster) = Cluster::start_durable().unwrap() else { return no_server() };
    let store = PostgresStore::open(&cluster.url()).await.unwrap();
    let step = |name: &str, version| Commit {
        inbox: Some(mark(&format!("{name}-{version}"), InboxVerdict::Absorbed)),
        ..step(name, version)
    };
    for version in 0..50 {
        store.commit(step("WARM", version)).await.unwrap();
    }
    let mut alone = Vec::new();
    for version in 0..400 {
        let begun = Instant::now();
        store.commit(step("ALONE", version)).await.unwrap();
        alone.push(begun.elapsed());
    }
    alone.sort();
    let (before, begun) = (store.stats(), Instant::now());
    let waiters = (0..64).map(|number| {
        let (store, name) = (store.clone(), format!("ORDER-{number}"));
        let steps: Vec<Commit> = (0..100).map(|version| step(&name, version)).collect();
        async move {
            for step in steps {
                store.commit(step).await.unwrap();
            }
        }
    });
    together(waiters).await;
    let (after, took) = (store.stats(), begun.elapsed());
    let commits = after.commits - before.commits;
    eprintln!(
        "alone: p50 {:?}, p99 {:?}; 64 waiters: {} steps/s, {} steps a transaction",
        alone[200],
        alone[396],
        u128::from(commits) * 1_000_000 / took.as_micros(),
        commits / (after.groups - before.groups)
    );
}
