//! What the store costs beside a bare writer with the same statements, how many commits share a wait for the disk, and
//! how long a single commit takes.
//!
//! Both sides write what card payments with automatic capture commit: orders, events, ids, calls, settled calls and
//! notifications. They take turns in one run; the raw rate of the disk is measured between them. CPU time is that of
//! the threads that work, without the time in which they wait for a core that others use.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a benchmark prints ratios, reads the clock and fails by panicking"
)]

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use antom_adapters::outbound::clock::SystemClock;
use antom_adapters::outbound::sqlite::SqliteStore;
use antom_domain::order::CallId;
use antom_domain::port::{Claim, Clock as _, Commit, OrderStore as _, Outbox as _};
use support::bare::{Bare, Rows, Spent};
use support::measure::{Disk, cpu_of, is_gate, median, micros_each, per_second};
use support::payments::{self, COMMITS, Payment};
use tokio::runtime::Runtime;

/// So many commits are under way at the same time.
const WAITERS: usize = 64;
const PAYMENTS_EACH: usize = 6;
const ROUNDS: usize = 9;
const SINGLES: u8 = 150;
/// Of the bare writer's rate.
const LEAST_RATE: f64 = 0.5;
/// Transactions, each with its wait for the disk, for one acknowledged commit.
const MOST_SYNCS: f64 = 0.125;
/// The threads that wait and the one that writes.
const THREADS: [&str; 2] = ["waiters", "antom-sqlite"];
/// Tells a second run of this program, under `strace`, to write one round only.
const TRACED: &str = "--traced";

fn main() -> ExitCode {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.thread_name(THREADS[0]).worker_threads(2).enable_all().build().unwrap();
    if std::env::args().any(|argument| argument == TRACED) {
        return traced(&runtime, folder.path());
    }
    let missed = [rates(&runtime, folder.path()), single(&runtime, folder.path()), traced_syncs()];
    if missed.contains(&true) && is_gate() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The store at 64 waiters beside the bare writer; whether a limit was missed.
fn rates(runtime: &Runtime, folder: &Path) -> bool {
    let disk = Disk::in_folder(folder);
    let store = Arc::new(SqliteStore::open(&folder.join("store.db")).unwrap());
    let mut bare = Bare::open(&folder.join("bare.db"));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut ratios, mut cpus, mut bare_cpus, mut raw) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut syncs = Vec::new();
    for round in 0..=ROUNDS {
        let payments = runtime.block_on(payments::payments(&format!("R{round}"), WAITERS * PAYMENTS_EACH));
        let count = payments.len() * COMMITS;
        let by_bare = write_bare(&mut bare, &payments);
        raw.extend(disk.syncs(20));
        let before = store.stats();
        let by_store = runtime.block_on(write_store(&store, payments));
        let counts = store.stats();
        if round == 0 {
            continue; // It fills the caches and the queues.
        }
        // Claims are groups as well, one each; they are no acknowledgements and are not counted on either side.
        let claims = claims_of(count / COMMITS) as u64;
        let groups = counts.groups - before.groups - claims;
        let commits = counts.commits - before.commits - claims;
        assert_eq!(commits, count as u64, "every commit was written");
        syncs.push(groups as f64 / commits as f64);
        ours.push(per_second(count, by_store.time));
        theirs.push(per_second(count, by_bare.time));
        ratios.push(per_second(count, by_store.time) / per_second(count, by_bare.time));
        cpus.push(micros_each(by_store.cpu, count));
        bare_cpus.push(micros_each(by_bare.cpu, count));
    }
    let (ratio, syncs, raw) = (median(&ratios), median(&syncs), median(&raw));
    println!(
        "store, {WAITERS} waiters: {:.0} commits/s; bare writer, 64 in a transaction: {:.0}/s; ratio {ratio:.2} (goal >= {LEAST_RATE}); raw fdatasync {:.0}/s",
        median(&ours),
        median(&theirs),
        1e3 / raw,
    );
    println!(
        "cpu per commit: {:.0} us; bare writer {:.0} us; ratio {:.2}",
        median(&cpus),
        median(&bare_cpus),
        median(&cpus) / median(&bare_cpus)
    );
    println!(
        "transactions per acknowledged commit: {syncs:.4} (goal <= {MOST_SYNCS}), counted by the store; each waits for the disk once"
    );
    assert!(syncs <= MOST_SYNCS, "counts do not depend on the machine: {syncs:.4}");
    ratio < LEAST_RATE
}

fn write_bare(bare: &mut Bare, payments: &[Payment]) -> Spent {
    let rows: Vec<Vec<Rows>> =
        payments.iter().map(|payment| payment.commits.iter().map(Rows::of).collect()).collect();
    let step = |number: usize| rows.iter().map(move |rows| &rows[number]);
    // In the order in which so many waiters bring them.
    let opened = bare.write(&step(0).chain(step(1)).collect::<Vec<_>>());
    bare.lease(&step(2).collect::<Vec<_>>());
    let rest = bare.write(&step(2).chain(step(3)).chain(step(4)).collect::<Vec<_>>());
    Spent { cpu: opened.cpu + rest.cpu, time: opened.time + rest.time }
}

async fn write_store(store: &Arc<SqliteStore>, payments: Vec<Payment>) -> Spent {
    let mut opening = Vec::new();
    let mut settling = Vec::new();
    for payment in payments {
        let mut commits = payment.commits;
        settling.push(commits.split_off(2));
        opening.push(commits);
    }
    let opened = commit_all(store, opening).await;
    let claims = claim_all(store, settling.len()).await;
    for commits in &mut settling {
        let claim = commits[0].settles.as_mut().unwrap();
        *claim = claims[&claim.call_id].clone();
    }
    let rest = commit_all(store, settling).await;
    Spent { cpu: opened.cpu + rest.cpu, time: opened.time + rest.time }
}

/// As many waiters as there are to be, each with its payments one after the other.
async fn commit_all(store: &Arc<SqliteStore>, all: Vec<Vec<Commit>>) -> Spent {
    let mut shares: Vec<Vec<Commit>> = (0..WAITERS).map(|_| Vec::new()).collect();
    for (number, commits) in all.into_iter().enumerate() {
        shares[number % WAITERS].extend(commits);
    }
    let before = (cpu_of(&THREADS), Instant::now());
    let mut waiters = tokio::task::JoinSet::new();
    for share in shares {
        let store = store.clone();
        waiters.spawn(async move {
            for commit in share {
                store.commit(commit).await.unwrap();
            }
        });
    }
    while let Some(ended) = waiters.join_next().await {
        ended.unwrap();
    }
    Spent { cpu: cpu_of(&THREADS) - before.0, time: before.1.elapsed() }
}

/// Rows in one claim, as the worker takes them.
const CLAIMED_AT_ONCE: usize = 32;

fn claims_of(calls: usize) -> usize {
    calls.div_ceil(CLAIMED_AT_ONCE)
}

async fn claim_all(store: &SqliteStore, count: usize) -> HashMap<CallId, Claim> {
    let mut claims = HashMap::new();
    for _ in 0..claims_of(count) {
        let lease = Duration::from_secs(600);
        for claimed in store.claim_due(SystemClock.now(), lease, CLAIMED_AT_ONCE).await.unwrap() {
            claims.insert(claimed.claim.call_id.clone(), claimed.claim);
        }
    }
    assert_eq!(claims.len(), count);
    claims
}

/// One commit at a time, beside the raw disk; nothing is held against a limit but told.
fn single(runtime: &Runtime, folder: &Path) -> bool {
    let disk = Disk::in_folder(folder);
    let store = SqliteStore::open(&folder.join("single.db")).unwrap();
    let payments = runtime.block_on(payments::payments("single", usize::from(SINGLES)));
    let (mut commits, mut raw) = (Vec::new(), Vec::new());
    for (payment, content) in payments.into_iter().zip(0..SINGLES) {
        let commit = payment.commits.into_iter().next().unwrap();
        let before = Instant::now();
        runtime.block_on(store.commit(commit)).unwrap();
        commits.push(before.elapsed().as_secs_f64() * 1e3);
        raw.push(disk.sync(content));
    }
    let (commit, raw) = (median(&commits), median(&raw));
    println!(
        "one commit at a time: p50 {commit:.2} ms; raw fdatasync p50 {raw:.2} ms; ratio {:.1}",
        commit / raw
    );
    false
}

/// Counts the real fdatasyncs of a second run of this program where `strace` is at hand; whether the limit was missed.
fn traced_syncs() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    let mut tracer = Command::new("strace");
    tracer
        .args(["-f", "--seccomp-bpf", "-qq", "-e", "trace=fdatasync,fsync", "-e", "signal=none", "-o"])
        .arg(&log);
    let ran = tracer.arg(std::env::current_exe().unwrap()).arg(TRACED).output();
    let Some(output) = ran.ok().filter(|output| output.status.success()) else {
        println!("fdatasyncs of the process: not counted, strace cannot be used here");
        return false;
    };
    let commits: usize = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    let syncs = text.lines().filter(|line| line.contains("sync(") && !line.contains("resumed>")).count();
    let each = syncs as f64 / commits as f64;
    println!(
        "fdatasyncs and fsyncs per acknowledged commit: {each:.4} (goal <= {MOST_SYNCS}), counted by strace: {syncs} for {commits} commits, schema and checkpoints included"
    );
    assert!(each <= MOST_SYNCS, "counts do not depend on the machine: {each:.4}");
    false
}

/// One round with the store only; tells how many commits were acknowledged.
fn traced(runtime: &Runtime, folder: &Path) -> ExitCode {
    let payments = runtime.block_on(payments::payments("traced", 2 * WAITERS * PAYMENTS_EACH));
    let count = payments.len() * COMMITS;
    let store = Arc::new(SqliteStore::open(&folder.join("traced.db")).unwrap());
    runtime.block_on(write_store(&store, payments));
    println!("{count}");
    ExitCode::SUCCESS
}
