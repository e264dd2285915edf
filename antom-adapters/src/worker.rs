//! The worker: makes durable calls, asks open questions, tells merchant events and erases what has had its time, until it is
//! told to stop.
//! What to call and what to ask is decided by the domain; here are only time, tasks and limits.

mod dispatch;
mod poll;
mod publish;
mod returns;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_domain::policy::Retry;
use antom_domain::port::StoredOrder;
use antom_domain::service::{Books, Dispatcher, Inquiries};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};

pub use publish::{EventRetention, EventWorker};
use returns::Returns;
pub use returns::Waiter;
pub use sweep::Sweeper;

/// How many calls are under way at the same time.
const CALLS_AT_ONCE: usize = 32;
/// How many inquiries are under way at the same time: fewer than calls, so that polls never crowd out payments.
const POLLS_AT_ONCE: usize = 8;
/// How long a claim is held: longer than any call may take, so that a living worker never loses one.
const LEASE: Duration = Duration::from_secs(30);

/// Nobody sleeps longer: other processes leave work, and the clock that due times are told by may be set meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The running worker.
#[derive(Debug)]
pub struct Worker {
    handle: WorkerHandle,
    stop: watch::Sender<bool>,
    dispatching: JoinHandle<()>,
    polling: JoinHandle<()>,
}

/// Tells whether the worker's tasks run.
#[derive(Debug, Clone)]
pub(crate) struct Pulse([AbortHandle; 2]);

impl Pulse {
    /// Whether neither task has ended.
    pub(crate) fn is_beating(&self) -> bool {
        !self.0.iter().any(AbortHandle::is_finished)
    }
}

/// How the inbound adapters talk to the worker.
#[derive(Debug, Clone)]
pub struct WorkerHandle {
    wake: Arc<Notify>,
    /// Wakes the publish loop.
    told: Arc<Notify>,
    changed: mpsc::UnboundedSender<Change>,
    returns: Returns,
}

/// An order that changed.
#[derive(Debug)]
enum Change {
    /// Whoever changed it does not know how it stands now.
    Unread(ReferenceOrderId),
    /// How it stood after the change.
    Read(Box<StoredOrder>),
}

impl Worker {
    /// Starts the worker on the current runtime; it picks up everything that earlier processes left.
    pub fn start(books: &Books, retry: Retry) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let (changed, changes) = mpsc::unbounded_channel();
        let handle =
            WorkerHandle { wake: Arc::default(), told: Arc::default(), changed, returns: Returns::default() };
        let dispatcher = Dispatcher::new(books.clone(), retry);
        let dispatching =
            tokio::spawn(dispatch::run(books.clone(), dispatcher, handle.clone(), stopped.clone()));
        let inquiries = Inquiries::new(books.clone());
        let polling = tokio::spawn(poll::run(books.clone(), inquiries, handle.clone(), changes, stopped));
        Worker { handle, stop, dispatching, polling }
    }

    /// How to talk to the worker.
    pub fn handle(&self) -> WorkerHandle {
        self.handle.clone()
    }

    /// How to see from afar whether it still works.
    pub(crate) fn pulse(&self) -> Pulse {
        Pulse([self.dispatching.abort_handle(), self.polling.abort_handle()])
    }

    /// Stops claiming and waits until the calls that are under way came back.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.handle.wake.notify_one();
        for task in [self.dispatching, self.polling] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a worker task ended badly");
            }
        }
    }
}

impl WorkerHandle {
    /// Says that an order changed: its calls are made, its events told, and its questions scheduled anew.
    pub fn changed(&self, order_id: &ReferenceOrderId) {
        self.tell(Change::Unread(order_id.clone()));
    }

    /// As [`changed`](WorkerHandle::changed), by whoever knows how the order stands now: nobody has to read it again.
    pub fn changed_to(&self, order: StoredOrder) {
        self.tell(Change::Read(Box::new(order)));
    }

    fn tell(&self, change: Change) {
        self.wake.notify_one();
        self.told.notify_one();
        // A closed channel means that the service is stopping; the next process takes over.
        let _stopping = self.changed.send(change);
    }

    /// Begins to listen for answers.
    pub fn waiter(&self) -> Waiter {
        self.returns.waiter()
    }
}

#[expect(clippy::disallowed_methods, reason = "the worker is where the service waits")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
