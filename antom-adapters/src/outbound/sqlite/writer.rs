//! The one thread that writes: it commits what is queued in one transaction.
//! What a piece of work writes is left to `commit`, `outbox` and `inbox`.
//!
//! One transaction costs one wait for the disk and pages of its own, however many steps it carries. While the disk is busy
//! the next steps queue up; while steps come in company, the thread also waits a moment for more (`gather`). A step that
//! is refused leaves its neighbours alone: nearly always it is refused before it wrote anything; where it had written, the
//! group is written anew, with a savepoint for each step, which costs as much as the step itself. Nobody is answered before
//! the transaction is durable.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::error::Halt;

/// The most steps in one transaction.
const LARGEST_GROUP: usize = 256;

/// The most steps that wait; beyond it, callers wait before they queue.
const LONGEST_QUEUE: usize = 1024;

/// The longest that steps in company wait for more. Measured with 32 payers at once: this saves a fifth of the thread's
/// time, and a longer wait little more.
const MOMENT: Duration = Duration::from_millis(1);

/// How much was written since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteCounts {
    /// Steps, claims and marks that became durable.
    pub commits: u64,
    /// The transactions that carried them.
    pub groups: u64,
}

/// Why a queued piece of work has no answer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing was written.
    NotWritten,
    /// Nobody can tell: the last word of the transaction failed.
    Unknown,
}

/// The handle of the writing thread. Dropping it waits until the queue is written and the connection closed.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

/// What the thread and its handle share.
#[derive(Debug, Default)]
struct Shared {
    commits: AtomicU64,
    groups: AtomicU64,
    /// The thread gathers, and is to be woken when so many steps are queued; 0 while it does not.
    wanted: AtomicUsize,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> io::Result<Writer> {
        let (queue, jobs) = mpsc::channel(LONGEST_QUEUE);
        let shared = Arc::new(Shared::default());
        let counted = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("antom-sqlite-writer".to_owned())
            .spawn(move || serve(connection, jobs, &counted))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread), shared })
    }

    /// Queues one piece of work and waits until its transaction is over. Then, before anybody is answered, `after` is
    /// told how it ended.
    ///
    /// Dropping the future leaves the work queued.
    pub(super) async fn write<T, E, W, A>(&self, work: W, after: A) -> Answer<T, E>
    where
        A: FnOnce(&Answer<T, E>) + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
        W: Fn(&Connection) -> Result<T, Halt<E>> + Send + 'static,
    {
        let (job, answer) = queued(work, after);
        let queue = self.queue.as_ref().ok_or(Loss::NotWritten)?;
        queue.send(job).await.map_err(|_| Loss::NotWritten)?;
        let wanted = self.shared.wanted.load(Ordering::SeqCst);
        if (1..=self.waiting()).contains(&wanted)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        answer.await.map_err(|_| Loss::Unknown)?
    }

    /// How many pieces of work are queued and not yet taken.
    pub(super) fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.max_capacity().saturating_sub(queue.capacity()))
    }

    pub(super) fn counts(&self) -> WriteCounts {
        WriteCounts {
            commits: self.shared.commits.load(Ordering::Relaxed),
            groups: self.shared.groups.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writing thread ended by a panic");
        }
    }
}

/// A queued piece of work, whatever it answers.
trait Job: Send {
    /// Does the work inside the transaction and says whether it is to be kept. It may be asked to do it again, in
    /// another one.
    fn apply(&mut self, transaction: &Connection) -> rusqlite::Result<bool>;
    /// Answers, once the transaction is over.
    fn answer(self: Box<Self>, end: Result<(), Loss>);
}

/// What the caller of a piece of work hears.
pub(super) type Answer<T, E> = Result<Result<T, E>, Loss>;

struct Queued<T, E, W, A> {
    work: W,
    after: A,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Answer<T, E>>,
}

fn queued<T, E, W, A>(work: W, after: A) -> (Box<dyn Job>, oneshot::Receiver<Answer<T, E>>)
where
    T: Send + 'static,
    E: Send + 'static,
    W: Fn(&Connection) -> Result<T, Halt<E>> + Send + 'static,
    A: FnOnce(&Answer<T, E>) + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Queued { work, after, outcome: None, reply }), answer)
}

impl<T, E, W, A> Job for Queued<T, E, W, A>
where
    T: Send,
    E: Send,
    W: Fn(&Connection) -> Result<T, Halt<E>> + Send,
    A: FnOnce(&Answer<T, E>) + Send,
{
    fn apply(&mut self, transaction: &Connection) -> rusqlite::Result<bool> {
        let outcome = match (self.work)(transaction) {
            Ok(value) => Ok(value),
            Err(Halt::Refused(refusal)) => Err(refusal),
            Err(Halt::Storage(error)) => return Err(error),
        };
        let is_kept = outcome.is_ok();
        self.outcome = Some(outcome);
        Ok(is_kept)
    }

    fn answer(self: Box<Self>, end: Result<(), Loss>) {
        let Queued { outcome, reply, after, .. } = *self;
        let answer = end.and_then(|()| outcome.ok_or(Loss::NotWritten));
        after(&answer);
        // A caller that went away needs no answer.
        let _gone = reply.send(answer);
    }
}

fn serve(mut connection: Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>, shared: &Shared) {
    let mut group = Vec::with_capacity(LARGEST_GROUP);
    let mut expected = 0;
    loop {
        gather(&jobs, expected, &shared.wanted, MOMENT);
        let taken = jobs.blocking_recv_many(&mut group, LARGEST_GROUP);
        if taken == 0 {
            return;
        }
        expected = expected_after(expected, taken);
        let end = write_group(&mut connection, &mut group).map(|kept| {
            shared.commits.fetch_add(kept, Ordering::Relaxed);
            shared.groups.fetch_add(1, Ordering::Relaxed);
        });
        for job in group.drain(..) {
            job.answer(end);
        }
    }
}

/// How many steps the next group may have, after one of so many: as many as the largest of the last ones, of which each
/// counts for less than the one after it. Whoever came alone waits for nobody.
fn expected_after(expected: usize, taken: usize) -> usize {
    if taken < 2 { 0 } else { taken.max(expected.saturating_sub(expected.div_ceil(8))) }
}

/// Lets as many steps come together as are expected, for a moment. Otherwise small groups follow each other, and each
/// writes the same pages and waits for the disk for a few steps only.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a thread waits for company is no business of the domain's clock"
)]
fn gather(jobs: &mpsc::Receiver<Box<dyn Job>>, expected: usize, wanted: &AtomicUsize, moment: Duration) {
    if expected < 2 {
        return;
    }
    wanted.store(expected, Ordering::SeqCst);
    let end = Instant::now() + moment;
    while jobs.len() < expected {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        thread::park_timeout(left);
    }
    wanted.store(0, Ordering::SeqCst);
}

/// Writes all or nothing, and returns how many pieces of work were kept.
fn write_group(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<u64, Loss> {
    let waiting = group.len();
    apply_group(connection, group).map_err(|(loss, error)| {
        tracing::error!(%error, ?loss, waiting, "a group of steps was not written");
        loss
    })
}

fn apply_group(
    connection: &mut Connection,
    group: &mut [Box<dyn Job>],
) -> Result<u64, (Loss, rusqlite::Error)> {
    let not_written = |error| (Loss::NotWritten, error);
    if !connection.is_autocommit() {
        // An earlier rollback failed as well; without this no transaction could ever begin again.
        connection.execute_batch("ROLLBACK").map_err(not_written)?;
    }
    let mut transaction = begin(connection).map_err(not_written)?;
    let kept = match apply_together(&transaction, group).map_err(not_written)? {
        Some(kept) => kept,
        None => {
            transaction.rollback().map_err(not_written)?;
            transaction = begin(connection).map_err(not_written)?;
            apply_apart(&mut transaction, group).map_err(not_written)?
        }
    };
    // The last page may have reached the disk although the answer is an error.
    transaction.commit().map_err(|error| (Loss::Unknown, error))?;
    Ok(kept)
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Without savepoints; `None` where a step was refused that had written before.
fn apply_together(transaction: &Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<Option<u64>> {
    let mut kept = 0;
    for job in group {
        let written = transaction.total_changes();
        if job.apply(transaction)? {
            kept += 1;
        } else if transaction.total_changes() != written {
            return Ok(None);
        }
    }
    Ok(Some(kept))
}

/// A savepoint for each step undoes what it wrote before it was refused.
fn apply_apart(transaction: &mut Transaction<'_>, group: &mut [Box<dyn Job>]) -> rusqlite::Result<u64> {
    let mut kept = 0;
    for job in group {
        let savepoint = transaction.savepoint()?;
        if job.apply(&savepoint)? {
            savepoint.commit()?;
            kept += 1;
        } else {
            savepoint.finish()?;
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Receiver = oneshot::Receiver<Answer<(), &'static str>>;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON;
                 CREATE TABLE parents (name TEXT PRIMARY KEY) STRICT;
                 CREATE TABLE rows (name TEXT NOT NULL REFERENCES parents DEFERRABLE INITIALLY DEFERRED) STRICT;
                 INSERT INTO parents VALUES ('known');
                 VACUUM;",
            )
            .unwrap();
        connection
    }

    /// Runs the SQL statements, one piece of work each, as one group, and then refuses where they say so.
    fn run(connection: &mut Connection, group: &[&'static str]) -> Vec<Answer<(), &'static str>> {
        let (mut jobs, answers): (Vec<Box<dyn Job>>, Vec<Receiver>) =
            group.iter().map(|&sql| queued(move |savepoint| work(savepoint, sql), |_| ())).unzip();
        let end = write_group(connection, &mut jobs).map(|_| ());
        jobs.into_iter().for_each(|job| job.answer(end));
        answers.into_iter().map(|answer| answer.blocking_recv().unwrap()).collect()
    }

    fn work(savepoint: &Connection, sql: &'static str) -> Result<(), Halt<&'static str>> {
        savepoint.execute_batch(sql)?;
        if sql.ends_with("-- refused") { Err(Halt::Refused("refused")) } else { Ok(()) }
    }

    fn count(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap()
    }

    const KEPT: &str = "INSERT INTO rows VALUES ('known')";
    const REFUSED: &str = "INSERT INTO rows VALUES ('known') -- refused";

    #[test]
    fn a_refused_step_leaves_its_neighbours_and_no_trace() {
        let mut connection = database();

        let answers = run(&mut connection, &[KEPT, REFUSED, KEPT]);

        assert_eq!(answers, [Ok(Ok(())), Ok(Err("refused")), Ok(Ok(()))]);
        assert_eq!(count(&connection), 2);
    }

    #[test]
    fn only_a_step_that_wrote_before_it_was_refused_costs_its_group_a_second_try() {
        let tries_beside = |refused| {
            let (mut connection, tries) = (database(), Arc::new(AtomicU64::new(0)));
            let counted = Arc::clone(&tries);
            let keep = move |transaction: &Connection| {
                counted.fetch_add(1, Ordering::Relaxed);
                work(transaction, KEPT)
            };
            let mut group =
                [queued(keep, |_| ()).0, queued(move |it: &Connection| work(it, refused), |_| ()).0];
            assert_eq!(write_group(&mut connection, &mut group), Ok(1));
            assert_eq!(count(&connection), 1);
            tries.load(Ordering::Relaxed)
        };
        assert_eq!(tries_beside("DELETE FROM rows WHERE name = 'nobody' -- refused"), 1);
        assert_eq!(tries_beside(REFUSED), 2);
    }

    #[test]
    fn a_failing_statement_fails_every_waiter_of_the_group() {
        let mut connection = database();

        let answers = run(&mut connection, &[KEPT, REFUSED, "INSERT INTO nowhere VALUES (1)", KEPT]);

        assert_eq!(answers, vec![Err(Loss::NotWritten); 4]);
        assert_eq!(count(&connection), 0);
        assert_eq!(run(&mut connection, &[KEPT]), [Ok(Ok(()))], "the next group is not concerned");
    }

    #[test]
    fn a_failing_commit_leaves_every_waiter_in_doubt() {
        let mut connection = database();

        let answers = run(&mut connection, &[KEPT, REFUSED, "INSERT INTO rows VALUES ('unknown')"]);

        assert_eq!(answers, vec![Err(Loss::Unknown); 3]);
        assert_eq!(count(&connection), 0);
        assert_eq!(run(&mut connection, &[KEPT]), [Ok(Ok(()))], "the next group is not concerned");
    }

    #[test]
    fn a_full_disk_acknowledges_nothing_and_heals_by_itself() {
        let mut connection = database();
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let limit = |connection: &Connection, pages: i64| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        let large = "INSERT INTO parents VALUES (printf('%.100000c', 'x'))";

        limit(&connection, pages);
        assert_eq!(run(&mut connection, &[KEPT, large]), vec![Err(Loss::NotWritten); 2]);
        assert_eq!(count(&connection), 0);

        limit(&connection, 1_000_000);
        assert_eq!(run(&mut connection, &[KEPT, large]), vec![Ok(Ok(())); 2]);
        assert_eq!(count(&connection), 1);
    }

    #[test]
    fn a_transaction_left_open_does_not_block_the_next_group() {
        let mut connection = database();
        connection.execute_batch("BEGIN; INSERT INTO rows VALUES ('known')").unwrap();

        assert_eq!(run(&mut connection, &[KEPT]), [Ok(Ok(()))]);
        assert_eq!(count(&connection), 1);
    }

    #[test]
    fn what_is_queued_is_written_before_the_thread_ends() {
        let (queue, jobs) = mpsc::channel(LONGEST_QUEUE);
        let mut answers = Vec::new();
        for _ in 0..300 {
            let (job, answer) = queued(move |savepoint| work(savepoint, KEPT), |_| ());
            assert!(queue.try_send(job).is_ok());
            answers.push(answer);
        }
        drop(queue);
        let shared = Shared::default();

        serve(database(), jobs, &shared);

        assert!(answers.into_iter().all(|answer| answer.blocking_recv() == Ok(Ok(Ok(())))));
        assert_eq!(shared.commits.into_inner(), 300);
        assert_eq!(shared.groups.into_inner(), 2, "256 in the first, the rest in the second");
    }

    #[test]
    fn whoever_comes_alone_waits_for_nobody_and_company_is_expected_to_come_again() {
        assert_eq!(expected_after(0, 1), 0);
        assert_eq!(expected_after(64, 1), 0, "the others went away");
        assert_eq!(expected_after(0, 2), 2);
        assert_eq!(expected_after(64, 64), 64);
        assert_eq!(expected_after(64, 10), 56, "one small group says little");
        let after_many = (0..100).fold(64, |expected, _| expected_after(expected, 10));
        assert_eq!(after_many, 10, "many say that there are no more");
    }

    #[tokio::test]
    async fn a_gathering_thread_is_woken_by_the_step_that_completes_the_company() {
        const FOR_EVER: Duration = Duration::from_secs(60);
        let (queue, jobs) = mpsc::channel(LONGEST_QUEUE);
        let shared = Arc::new(Shared::default());
        let counted = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            gather(&jobs, 3, &counted.wanted, FOR_EVER);
            serve(database(), jobs, &counted);
        });
        let writer = Writer { queue: Some(queue), thread: Some(thread), shared };

        let step = || writer.write(move |it: &Connection| work(it, KEPT), |_| ());
        let company = async {
            // A step that is queued before the thread gathers needs to wake nobody.
            while writer.shared.wanted.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            tokio::join!(step(), step(), step())
        };
        let answers = tokio::time::timeout(Duration::from_secs(20), company).await.unwrap();

        assert_eq!(answers, (Ok(Ok(())), Ok(Ok(())), Ok(Ok(()))));
        assert_eq!(writer.counts(), WriteCounts { commits: 3, groups: 1 });
    }
}
