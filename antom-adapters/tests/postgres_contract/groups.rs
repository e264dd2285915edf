//! Steps that queue up and share transactions: what each of them hears, and what a step costs.
//! Faults of the server are in `faults`.

use antom_adapters::outbound::postgres::PostgresStore;
use antom_domain::port::{Commit, CommitError, IdKey, Inbox, InboxVerdict, OrderStore};
use sqlx::postgres::PgConnection;

use crate::schema::{Schema, no_server, run, together};
use crate::server::Cluster;
use crate::steps::*;

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
