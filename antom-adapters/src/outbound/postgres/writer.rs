//! The writers: a few sessions that commit steps, each taking what is queued and writing it in one transaction.
//! What a step writes is left to `commit`; claims and marks without a step to `outbox` and `inbox`.
//!
//! One transaction costs its round trips and one wait for the disk, however many steps it carries. While all writers are
//! busy the next steps queue up, so groups grow with the load and no timer is needed. A group is written by statements
//! over all its steps, all or nothing: where one step is refused, each of them goes alone, and hears its own answer.
//! Nobody is answered before the transaction is durable.
//!
//! Grouping is worth its words: with 64 waiters three grouping sessions wrote 3.5 and 6.3 times as many steps a second as
//! sixteen that wrote one step a transaction (the ignored test `measured_steps`, two rounds on a busy machine).

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use antom_domain::port::{CommitError, Version};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;

use super::commit;
use super::connections::{WORK_TIMEOUT, connect};
use super::error::{Halt, ends_connection, gave_way};
use crate::outbound::stored::StepRows;

/// How many sessions write at the same time.
const WRITERS: usize = 3;

/// The most steps in one transaction.
const LARGEST_GROUP: usize = 64;

/// The most steps that wait; beyond it, callers wait before they queue.
const LONGEST_QUEUE: usize = 1024;

/// How much was written since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteCounts {
    /// Steps that became durable.
    pub commits: u64,
    /// The transactions that carried them.
    pub groups: u64,
}

/// Why a queued step has no answer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing was written.
    NotWritten,
    /// Nobody can tell: the connection was lost, or the server failed, after the last word was sent.
    Unknown,
}

/// What the caller of a step hears.
type Answer = Result<Result<Version, CommitError>, Loss>;

/// The queue in front of the writing tasks. They end when it is dropped and empty.
pub(super) struct Writers {
    queue: mpsc::Sender<Job>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    groups: AtomicU64,
}

struct Job {
    step: StepRows,
    reply: oneshot::Sender<Answer>,
}

impl Writers {
    /// Starts the writing tasks; each connects when it first has something to write.
    pub(super) fn start(options: &PgConnectOptions) -> Writers {
        let (queue, jobs) = mpsc::channel(LONGEST_QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let counters = Arc::new(Counters::default());
        for _ in 0..WRITERS {
            let session = Session { options: options.clone(), connection: None };
            tokio::spawn(serve(session, Arc::clone(&jobs), Arc::clone(&counters)));
        }
        Writers { queue, counters }
    }

    /// How many steps are queued and not yet taken.
    pub(super) fn waiting(&self) -> usize {
        self.queue.max_capacity().saturating_sub(self.queue.capacity())
    }

    /// Queues one step and waits until its transaction is over. Dropping the future leaves the step queued.
    pub(super) async fn write(&self, step: StepRows) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Job { step, reply }).await.map_err(|_| Loss::NotWritten)?;
        answer.await.map_err(|_| Loss::Unknown)?
    }

    pub(super) fn counts(&self) -> WriteCounts {
        WriteCounts {
            commits: self.counters.commits.load(Ordering::Relaxed),
            groups: self.counters.groups.load(Ordering::Relaxed),
        }
    }
}

async fn serve(mut session: Session, jobs: Arc<Mutex<mpsc::Receiver<Job>>>, counters: Arc<Counters>) {
    let mut waiting = Vec::new();
    loop {
        if waiting.is_empty() && jobs.lock().await.recv_many(&mut waiting, LARGEST_GROUP).await == 0 {
            return;
        }
        for job in write_group(&mut session, take_group(&mut waiting), &counters).await {
            let alone = [job];
            let end = session.write(&alone).await.map_err(Failure::alone);
            counters.count(&end, 1);
            answer(alone, &end);
        }
    }
}

/// Takes one step of each order, sorted by order, so that no two groups wait for each other's rows.
fn take_group(waiting: &mut Vec<Job>) -> Vec<Job> {
    let mut orders = HashSet::new();
    let mut group: Vec<Job> =
        waiting.extract_if(.., |job| orders.insert(job.step.order_id.clone())).collect();
    group.sort_by(|one, other| one.step.order_id.cmp(&other.step.order_id));
    group
}

/// Writes all or nothing and answers, or gives back the steps that are to go alone.
async fn write_group(session: &mut Session, group: Vec<Job>, counters: &Counters) -> Vec<Job> {
    let end = match session.write(&group).await {
        Err(Failure::Refused(_) | Failure::Statement { .. }) if group.len() > 1 => return group,
        end => end.map_err(Failure::alone),
    };
    counters.count(&end, group.len());
    answer(group, &end);
    Vec::new()
}

fn answer(group: impl IntoIterator<Item = Job>, end: &Result<(), Result<CommitError, Loss>>) {
    for Job { step, reply } in group {
        let answer = match end {
            Ok(()) => Ok(Ok(step.version)),
            Err(Ok(refusal)) => Ok(Err(refusal.clone())),
            Err(Err(loss)) => Err(*loss),
        };
        // A caller that went away needs no answer.
        let _gone = reply.send(answer);
    }
}

impl Counters {
    fn count(&self, end: &Result<(), Result<CommitError, Loss>>, steps: usize) {
        if end.is_ok() {
            self.commits.fetch_add(steps as u64, Ordering::Relaxed);
            self.groups.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Why a group was not written.
enum Failure {
    /// A step was refused.
    Refused(CommitError),
    /// The server refused a statement and took the transaction back; another group may fare better.
    Statement { gave_way: bool },
    /// The server is away.
    Lost(Loss),
}

impl Failure {
    /// The answer to a step that had nobody beside it.
    fn alone(self) -> Result<CommitError, Loss> {
        match self {
            Failure::Refused(refusal) => Ok(refusal),
            // Another step came first: whoever decided loads and decides again.
            Failure::Statement { gave_way: true } => Ok(CommitError::Conflict),
            Failure::Statement { gave_way: false } => Err(Loss::NotWritten),
            Failure::Lost(loss) => Err(loss),
        }
    }
}

/// A connection that is opened again whenever it was lost.
struct Session {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
}

impl Session {
    /// Writes the steps in one transaction.
    async fn write(&mut self, group: &[Job]) -> Result<(), Failure> {
        let steps: Vec<&StepRows> = group.iter().map(|job| &job.step).collect();
        let mut connection = self.ready().await.map_err(|error| {
            tracing::error!(%error, waiting = steps.len(), "the database cannot be reached; steps were not written");
            Failure::Lost(Loss::NotWritten)
        })?;
        let written = timeout(WORK_TIMEOUT, commit::write(&mut connection, &steps)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(Halt::Refused(refusal))) => {
                if execute(&mut connection, "ROLLBACK").await.is_ok() {
                    self.connection = Some(connection);
                }
                return Err(Failure::Refused(refusal));
            }
            Ok(Err(Halt::Storage(error))) => {
                tracing::error!(%error, waiting = steps.len(), "steps were not written");
                if ends_connection(&error) {
                    return Err(Failure::Lost(Loss::NotWritten));
                }
                if execute(&mut connection, "ROLLBACK").await.is_ok() {
                    self.connection = Some(connection);
                }
                return Err(Failure::Statement { gave_way: gave_way(&error) });
            }
            Err(_) => {
                tracing::error!(
                    waiting = steps.len(),
                    "the database did not answer in time; steps were not written"
                );
                return Err(Failure::Lost(Loss::NotWritten));
            }
        }
        // The server may have flushed the transaction although the answer is an error or never comes.
        execute(&mut connection, "COMMIT").await.map_err(|error| {
            tracing::error!(%error, waiting = steps.len(), "nobody can tell whether steps were written");
            Failure::Lost(Loss::Unknown)
        })?;
        self.connection = Some(connection);
        Ok(())
    }

    /// A connection inside a new transaction. One that was lost since its last use is found out here, before anything
    /// is written.
    async fn ready(&mut self) -> Result<PgConnection, sqlx::Error> {
        if let Some(mut connection) = self.connection.take()
            && execute(&mut connection, "BEGIN").await.is_ok()
        {
            return Ok(connection);
        }
        let mut connection = connect(&self.options).await?;
        execute(&mut connection, "BEGIN").await?;
        Ok(connection)
    }
}

async fn execute(connection: &mut PgConnection, word: &'static str) -> Result<(), sqlx::Error> {
    let run = async { sqlx::raw_sql(word).execute(connection).await.map(|_| ()) };
    timeout(WORK_TIMEOUT, run).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
