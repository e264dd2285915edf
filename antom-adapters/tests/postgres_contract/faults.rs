//! A server that fails, ends connections, or is away: what is answered is true, and nobody has to help.
//! Instances that are gone are in `instances`.

use std::time::Duration;

use antom_adapters::outbound::postgres::PostgresStore;
use antom_domain::port::{CommitError, Inbox, InboxVerdict, OrderStore, Outbox, OutboxError, StoreError};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::schema::{Schema, no_server, run, together};
use crate::server::Cluster;
use crate::steps::*;

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
