//! Several instances on one database: who gets a call, who keeps it, and what becomes of those of an instance that is gone.
//! Two whole services are left to `antom-tests`.

use std::collections::BTreeSet;
use std::time::Duration;

use antom_adapters::outbound::postgres::{OpenError, PostgresStore};
use antom_domain::port::{Claimed, Commit, CommitError, OrderStore, Outbox, OutboxError};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::schema::{Schema, commit_of, is, no_server, run, together, within};
use crate::server::Cluster;
use crate::steps::*;

/// The promise: what a killed instance left is taken up within this time.
const TEN_SECONDS: Duration = Duration::from_secs(10);
/// For beats of hearts, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

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
async fn a_call_that_somebody_is_claiming_holds_nobody_up() {
    let Some(schema) = Schema::make().await else { return };
    let store = schema.open().await;
    for name in ["A", "B"] {
        store.commit(wishing_cancel(name)).await.unwrap();
    }
    let mut shell = schema.shell().await;
    run(&mut shell, "BEGIN; SELECT FROM outbox WHERE order_id = 'A' FOR UPDATE").await;

    let claimed = store.claim_due(at(0), LEASE, 9).await.unwrap();

    assert_eq!(claimed.into_iter().map(|row| row.call).collect::<Vec<_>>(), [cancel("B")]);
    run(&mut shell, "ROLLBACK").await;
    assert_eq!(claim_one(&store, 0).await.unwrap().call, cancel("A"), "it was only passed over");
}

#[tokio::test]
async fn the_calls_of_an_instance_that_is_gone_are_taken_up_by_another_within_ten_seconds() {
    let Some(schema) = Schema::make().await else { return };
    let [gone, living] = [schema.open().await, schema.open().await];
    gone.commit(wishing_cancel("A")).await.unwrap();
    let old = claim_one(&gone, 0).await.unwrap();
    assert_eq!(claim_one(&living, 1).await, None);

    drop(gone);

    is_taken_up(&schema, &living, &old).await;
}

#[tokio::test]
async fn the_calls_of_the_only_instance_are_taken_up_by_its_successor_within_ten_seconds() {
    let Some(schema) = Schema::make().await else { return };
    let gone = schema.open().await;
    gone.commit(wishing_cancel("A")).await.unwrap();
    let old = claim_one(&gone, 0).await.unwrap();

    drop(gone);

    is_taken_up(&schema, &schema.open().await, &old).await;
}

/// One second into a lease of thirty.
async fn is_taken_up(schema: &Schema, by: &PostgresStore, old: &Claimed) {
    let mut shell = schema.shell().await;
    let new = within(TEN_SECONDS, "the call", &mut shell, async |_| claim_one(by, 1).await).await;

    assert_eq!((new.tries, &new.call), (1, &old.call));
    assert!(new.claim.fence > old.claim.fence);
    assert_eq!(by.is_held(&old.claim, at(1)).await, Ok(false));
    assert_eq!(by.is_held(&new.claim, at(1)).await, Ok(true));
    let answer = |claim| Commit { settles: Some(claim), ..step("A", 1) };
    assert_eq!(by.commit(answer(old.claim.clone())).await, Err(CommitError::LeaseLost));
    assert_eq!(by.commit(answer(new.claim)).await, Ok(2));
    assert!(is(&mut shell, "SELECT count(*) = 1 FROM instances").await, "the row of the other is gone too");
}

/// Six beats are more than a heart may stand still.
const SIX_BEATS: &str = "SELECT count(*) = 2 AND min(beats) >= 6 FROM instances";

#[tokio::test]
async fn a_living_instance_keeps_its_calls() {
    let Some(schema) = Schema::make().await else { return };
    let [holder, other] = [schema.open().await, schema.open().await];
    for name in ["A", "B"] {
        holder.commit(wishing_cancel(name)).await.unwrap();
    }
    let held = holder.claim_due(at(0), LEASE, 9).await.unwrap();
    let mut shell = schema.shell().await;
    // As a program claims that knows no instances.
    run(&mut shell, "UPDATE outbox SET holder = NULL WHERE order_id = 'B'").await;

    within(PATIENCE, "six beats", &mut shell, async |shell| is(shell, SIX_BEATS).await.then_some(())).await;

    assert_eq!(claim_one(&other, 29).await, None);
    for row in held {
        assert_eq!(holder.is_held(&row.claim, at(29)).await, Ok(true));
        assert_eq!(holder.complete(&row.claim).await, Ok(()));
    }
}

/// As an instance finds things that was stopped for a while and wakes.
#[tokio::test]
async fn an_instance_that_was_taken_for_dead_has_lost_its_calls_and_joins_again() {
    let Some(schema) = Schema::make().await else { return };
    let [woken, other] = [schema.open().await, schema.open().await];
    for name in ["A", "B"] {
        woken.commit(wishing_cancel(name)).await.unwrap();
    }
    let old = claim_one(&woken, 0).await.unwrap();
    let mut shell = schema.shell().await;
    run(&mut shell, "DELETE FROM instances USING outbox WHERE number = holder").await;

    let lost =
        async |_: &mut PgConnection| (woken.is_held(&old.claim, at(1)).await == Ok(false)).then_some(());
    within(PATIENCE, "the end of the lease", &mut shell, lost).await;
    assert_eq!(woken.postpone(&old.claim, at(9)).await, Err(OutboxError::LeaseLost));
    let new = claim_one(&other, 1).await.unwrap();
    assert_eq!((new.tries, &new.call), (1, &old.call));

    let both = "SELECT count(*) = 2 AND min(beats) >= 1 FROM instances";
    within(PATIENCE, "the woken one", &mut shell, async |shell| is(shell, both).await.then_some(())).await;
    let kept = claim_one(&woken, 1).await.unwrap();
    assert_eq!(kept.call, cancel("B"));
    within(PATIENCE, "six beats", &mut shell, async |shell| is(shell, SIX_BEATS).await.then_some(())).await;
    for (holder, claim) in [(&woken, &kept.claim), (&other, &new.claim)] {
        assert_eq!(holder.is_held(claim, at(29)).await, Ok(true));
    }
}

#[tokio::test]
async fn nobody_dies_of_a_server_that_was_away() {
    let Some(mut cluster) = Cluster::start().unwrap() else { return no_server() };
    let [holder, other] = [
        PostgresStore::open(&cluster.url()).await.unwrap(),
        PostgresStore::open(&cluster.url()).await.unwrap(),
    ];
    holder.commit(wishing_cancel("A")).await.unwrap();
    let held = claim_one(&holder, 0).await.unwrap();

    cluster.stop().unwrap();
    time_passes(Duration::from_secs(6)).await;
    cluster.start_again().unwrap();

    let mut shell = PgConnection::connect(&cluster.url()).await.unwrap();
    run(&mut shell, "CREATE TABLE before AS SELECT * FROM instances").await;
    let six_more = "SELECT count(*) = 2 AND min(instances.beats - before.beats) >= 6 \
                    FROM instances JOIN before USING (number)";
    within(PATIENCE, "six beats", &mut shell, async |shell| is(shell, six_more).await.then_some(())).await;
    // The connection that broke is noticed by whoever uses it first.
    let is_held = async |_: &mut PgConnection| holder.is_held(&held.claim, at(29)).await.ok();
    assert!(within(PATIENCE, "an answer", &mut shell, is_held).await, "the lease is kept");
    let claimed = async |_: &mut PgConnection| other.claim_due(at(29), LEASE, 1).await.ok();
    assert_eq!(within(PATIENCE, "an answer", &mut shell, claimed).await, []);
}

fn wishing_cancel(name: &str) -> Commit {
    Commit { effects: vec![(cancel(name), at(0))], ..step(name, 0) }
}

async fn claim_one(store: &PostgresStore, second: u64) -> Option<Claimed> {
    store.claim_due(at(second), LEASE, 1).await.unwrap().pop()
}

#[expect(clippy::disallowed_methods, reason = "how long the server is away is what is tested")]
async fn time_passes(time: Duration) {
    tokio::time::sleep(time).await;
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
    assert_eq!(versions, [5]);
}

/// What an earlier version of the program left, with a call in the hands of an instance that has no row.
#[tokio::test]
async fn a_database_of_the_first_schema_is_brought_up_to_date_with_its_calls() {
    let Some(schema) = Schema::make().await else { return };
    let mut shell = schema.shell().await;
    run(&mut shell, include_str!("../../src/outbound/postgres/schema/0001.sql")).await;
    run(
        &mut shell,
        "UPDATE antom_schema SET version = 1;
         INSERT INTO orders VALUES (DEFAULT, 'A', 1, 'open', NULL, 0, '{}');
         INSERT INTO outbox (call_id, order_id, api, subject, body, due_at, lease_until, fence, tries) VALUES
         ('c', 'A', 'cancel', '{\"about\":\"cancel\",\"paymentRequestId\":\"P\",\"number\":1}', 'x', 0, 30000, 7, 1);
         ALTER SEQUENCE fences RESTART WITH 8",
    )
    .await;

    let store = schema.open().await;

    let millis = |millis| antom_core::time::Timestamp::from_epoch_millis(millis);
    assert_eq!(store.claim_due(millis(29_999), LEASE, 1).await, Ok(Vec::new()), "its lease ends by time");
    let taken = store.claim_due(millis(30_000), LEASE, 1).await.unwrap().remove(0);
    assert_eq!((taken.claim.fence, taken.tries), (8, 1));
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
    assert!(matches!(refused, OpenError::NewerSchema { found: 99, supported: 5 }), "{refused:?}");

    assert!(matches!(PostgresStore::open("postgres://[").await, Err(OpenError::Address)));
    let nobody = "postgres://antom:secret-word@127.0.0.1:1/nobody";
    let refused = PostgresStore::open(nobody).await.unwrap_err();
    assert!(matches!(refused, OpenError::Unreachable { .. }), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("secret-word"));
}
