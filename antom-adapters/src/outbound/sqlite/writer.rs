//! The one thread that writes: it commits what is queued in one transaction.
//! What a piece of work writes is left to `commit`, `outbox` and `inbox`.
//!
//! One transaction costs one wait for the disk, however many steps it carries. While the disk is busy the next steps
//! queue up, so groups grow with the load and no timer is needed. Each step has its own savepoint: one that is refused
//! leaves its neighbours alone. Nobody is answered before the transaction is durable.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::error::Halt;

/// The most steps in one transaction.
const LARGEST_GROUP: usize = 256;

/// The most steps that wait; beyond it, callers wait before they queue.
const LONGEST_QUEUE: usize = 1024;

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
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    commits: AtomicU64,
    groups: AtomicU64,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> io::Result<Writer> {
        let (queue, jobs) = mpsc::channel(LONGEST_QUEUE);
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let thread = thread::Builder::new()
            .name("antom-sqlite-writer".to_owned())
            .spawn(move || serve(connection, jobs, &counted))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread), counters })
    }

    /// Queues one piece of work and waits until its transaction is over.
    ///
    /// The work may run again only if it is queued again; dropping the future leaves it queued.
    pub(super) async fn write<T, E, W>(&self, work: W) -> Result<Result<T, E>, Loss>
    where
        T: Send + 'static,
        E: Send + 'static,
        W: Fn(&Connection) -> Result<T, Halt<E>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Queued { work, outcome: None, reply });
        let queue = self.queue.as_ref().ok_or(Loss::NotWritten)?;
        queue.send(job).await.map_err(|_| Loss::NotWritten)?;
        answer.await.map_err(|_| Loss::Unknown)?
    }

    pub(super) fn counts(&self) -> WriteCounts {
        WriteCounts {
            commits: self.counters.commits.load(Ordering::Relaxed),
            groups: self.counters.groups.load(Ordering::Relaxed),
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
    /// Does the work inside its savepoint and says whether it is to be kept.
    fn apply(&mut self, savepoint: &Connection) -> rusqlite::Result<bool>;
    /// Answers, once the transaction is over.
    fn answer(self: Box<Self>, end: Result<(), Loss>);
}

struct Queued<T, E, W> {
    work: W,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<Result<T, E>, Loss>>,
}

impl<T, E, W> Job for Queued<T, E, W>
where
    T: Send,
    E: Send,
    W: Fn(&Connection) -> Result<T, Halt<E>> + Send,
{
    fn apply(&mut self, savepoint: &Connection) -> rusqlite::Result<bool> {
        let outcome = match (self.work)(savepoint) {
            Ok(value) => Ok(value),
            Err(Halt::Refused(refusal)) => Err(refusal),
            Err(Halt::Storage(error)) => return Err(error),
        };
        let is_kept = outcome.is_ok();
        self.outcome = Some(outcome);
        Ok(is_kept)
    }

    fn answer(self: Box<Self>, end: Result<(), Loss>) {
        let answer = end.and_then(|()| self.outcome.ok_or(Loss::NotWritten));
        // A caller that went away needs no answer.
        let _gone = self.reply.send(answer);
    }
}

fn serve(mut connection: Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>, counters: &Counters) {
    let mut group = Vec::with_capacity(LARGEST_GROUP);
    while jobs.blocking_recv_many(&mut group, LARGEST_GROUP) > 0 {
        let end = write_group(&mut connection, &mut group).map(|kept| {
            counters.commits.fetch_add(kept, Ordering::Relaxed);
            counters.groups.fetch_add(1, Ordering::Relaxed);
        });
        for job in group.drain(..) {
            job.answer(end);
        }
    }
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
    let mut transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(not_written)?;
    let mut kept = 0;
    for job in group {
        let savepoint = transaction.savepoint().map_err(not_written)?;
        if job.apply(&savepoint).map_err(not_written)? {
            savepoint.commit().map_err(not_written)?;
            kept += 1;
        } else {
            savepoint.finish().map_err(not_written)?;
        }
    }
    // The last page may have reached the disk although the answer is an error.
    transaction.commit().map_err(|error| (Loss::Unknown, error))?;
    Ok(kept)
}
