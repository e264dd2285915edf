//! Where a connection is: waiting for a request, reading its head, or answering it.
//! What follows from it for the connection is decided by the listener.

use std::future::{Future as _, Pending, pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Timeout, timeout_at};

/// Where a connection is. Requests are numbered, so that two heads in a row are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing of the next request has come.
    Waiting { since: Instant, request: u64 },
    /// Bytes came, and the head is not complete.
    Head { since: Instant, request: u64 },
    /// The head is complete, the answer is not.
    Answering { request: u64 },
}

/// The stage of one connection, shared by all who look at it; the connection's own task changes it.
#[derive(Debug, Clone)]
pub(super) struct Progress(Arc<Mutex<Stage>>);

/// A request whose head is complete.
pub(super) struct Begun(Progress);

/// Ends by its time, and never before.
type Timer = Pin<Box<Timeout<Pending<()>>>>;

impl Progress {
    pub(super) fn new() -> Progress {
        Progress(Arc::new(Mutex::new(Stage::Waiting { since: Instant::now(), request: 0 })))
    }

    /// The head of a request is complete.
    pub(super) fn begin(&self) -> Begun {
        let mut stage = self.stage();
        *stage = Stage::Answering { request: stage.request() };
        drop(stage);
        Begun(self.clone())
    }

    /// Since when the connection has waited for a request or for the rest of its head; `None` while one is answered.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        match *self.stage() {
            Stage::Waiting { since, .. } | Stage::Head { since, .. } => Some(since),
            Stage::Answering { .. } => None,
        }
    }

    /// Whether nothing has ever come.
    pub(super) fn is_untouched(&self) -> bool {
        matches!(*self.stage(), Stage::Waiting { request: 0, .. })
    }

    /// Returns when a head that began has not come to its end in time, and not before. Nobody is told when the stage
    /// changes: this is polled in the same task as the connection, after it.
    pub(super) async fn overdue(&self, limit: Duration) {
        let mut timer: Option<(u64, Timer)> = None;
        let passed = poll_fn(|context| {
            let Stage::Head { since, request } = *self.stage() else { return Poll::Pending };
            if timer.as_ref().is_none_or(|(of, _)| *of != request) {
                timer = Some((request, Box::pin(timeout_at(since + limit, pending::<()>()))));
            }
            let Some((_, time)) = &mut timer else { return Poll::Pending };
            time.as_mut().poll(context).map(drop)
        });
        passed.await;
    }

    fn arrived(&self) {
        let mut stage = self.stage();
        if let Stage::Waiting { request, .. } = *stage {
            *stage = Stage::Head { since: Instant::now(), request };
        }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Begun {
    /// The answer is made; the next bytes belong to another request.
    pub(super) fn end(self) {
        let mut stage = self.0.stage();
        *stage = Stage::Waiting { since: Instant::now(), request: stage.request().saturating_add(1) };
    }
}

impl Stage {
    fn request(self) -> u64 {
        match self {
            Stage::Waiting { request, .. } | Stage::Head { request, .. } | Stage::Answering { request } => {
                request
            }
        }
    }
}

/// A stream that tells when bytes arrive.
#[derive(Debug)]
pub(super) struct Observed<S> {
    stream: S,
    progress: Progress,
}

impl<S> Observed<S> {
    pub(super) fn new(stream: S, progress: Progress) -> Observed<S> {
        Observed { stream, progress }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Observed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.progress.arrived();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Observed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(20);
    const PATIENT: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn only_a_head_that_began_is_ever_overdue() {
        let progress = Progress::new();
        assert!(tokio::time::timeout(PATIENT, progress.overdue(LIMIT)).await.is_err(), "nothing has come");

        progress.arrived();
        progress.begin().end();
        assert!(
            tokio::time::timeout(PATIENT, progress.overdue(LIMIT)).await.is_err(),
            "the head was complete"
        );

        progress.arrived();
        let began = Instant::now();
        progress.overdue(LIMIT).await;
        assert!(began.elapsed() >= LIMIT / 2);
    }

    #[tokio::test]
    async fn further_bytes_of_a_head_win_no_time() {
        let progress = Progress::new();
        progress.arrived();
        let drip = async {
            loop {
                progress.arrived();
                tokio::task::yield_now().await;
            }
        };
        tokio::select! { () = progress.overdue(LIMIT) => {} () = drip => {} }
    }

    #[test]
    fn a_connection_waits_until_a_head_is_complete_and_again_after_the_answer() {
        let progress = Progress::new();
        assert!(progress.is_untouched() && progress.waiting_since().is_some());
        progress.arrived();
        assert!(progress.waiting_since().is_some(), "a head may stay incomplete");
        let request = progress.begin();
        assert_eq!(progress.waiting_since(), None);
        request.end();
        assert!(progress.waiting_since().is_some() && !progress.is_untouched());
    }
}
