//! The tasks of one simulator: all of them end with it, whatever they wait for.
//! What they do is up to those who start them.

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Starts tasks and ends them. Every task holds a receiver, so that the last one's end can be waited for.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// Where the simulator was started; its methods may be called from threads that know of no runtime.
    runtime: Handle,
    ending: watch::Sender<bool>,
}

impl Tasks {
    /// For tasks on the runtime that this is called in.
    pub(crate) fn new() -> Self {
        Self { runtime: Handle::current(), ending: watch::Sender::new(false) }
    }

    /// Starts a task; its handle tells `None` if the simulator ended first.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Option<T>> {
        let mut ending = self.ending.subscribe();
        self.runtime.spawn(async move {
            tokio::select! {
                biased;
                // The sender outlives every task: they are what holds the shell that owns it.
                _ended = ending.wait_for(|ending| *ending) => None,
                done = work => Some(done),
            }
        })
    }

    /// Lets every task end at its next moment of waiting.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Completes when no task is left; only after `end`.
    pub(crate) async fn ended(&self) {
        self.ending.closed().await;
    }
}
