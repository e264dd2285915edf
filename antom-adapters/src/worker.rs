//! The worker: makes durable calls and asks open questions, until it is told to stop.
//! What to call and what to ask is decided by the domain; here are only time, tasks and limits.

mod deadline;
mod dispatch;
mod poll;

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_domain::order::CallId;
use antom_domain::policy::Retry;
use antom_domain::service::{Books, Dispatcher, Inquiries};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};

/// How many calls are under way at the same time.
const CALLS_AT_ONCE: usize = 32;
/// How many inquiries are under way at the same time: fewer than calls, so that polls never crowd out payments.
const POLLS_AT_ONCE: usize = 8;
/// How long a claim is held: longer than any call may take, so that a living worker never loses one.
const LEASE: Duration = Duration::from_secs(30);

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
    changed: mpsc::UnboundedSender<ReferenceOrderId>,
    done: broadcast::Sender<CallId>,
}

/// Waits for calls to come back. Made before the command that wishes them, so that no answer is missed.
#[derive(Debug)]
pub struct Waiter {
    done: broadcast::Receiver<CallId>,
}

impl Worker {
    /// Starts the worker on the current runtime; it picks up everything that earlier processes left.
    pub fn start(books: &Books, retry: Retry) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let (changed, changes) = mpsc::unbounded_channel();
        let (done, _) = broadcast::channel(1_024);
        let handle = WorkerHandle { wake: Arc::new(Notify::new()), changed, done };
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
    /// Says that an order changed: its calls are made and its questions are scheduled anew.
    pub fn changed(&self, order_id: &ReferenceOrderId) {
        self.wake.notify_one();
        // A closed channel means that the service is stopping; the next process takes over.
        let _stopping = self.changed.send(order_id.clone());
    }

    /// Begins to listen for answers.
    pub fn waiter(&self) -> Waiter {
        Waiter { done: self.done.subscribe() }
    }
}

impl Waiter {
    /// Waits until all these calls came back, at most this long, and says whether there is nothing left to wait for.
    /// What came back is taken out of `open`; the caller reads the order to see what it brought.
    pub async fn wait(&mut self, open: &mut Vec<CallId>, time: Duration) -> bool {
        let all_back = async {
            while !open.is_empty() {
                match self.done.recv().await {
                    Ok(id) => open.retain(|call| *call != id),
                    // Answers were missed, or the service is ending.
                    Err(_) => return,
                }
            }
        };
        tokio::time::timeout(time, all_back).await.is_ok()
    }
}
