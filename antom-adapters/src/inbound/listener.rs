//! Accepts connections and serves a router on each, with limits for whoever sends slowly, little or nothing.
//! How large a body may be, and what a request means, is left to the routes.

mod crowd;
mod stage;

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) use crowd::Crowd;
use crowd::Guest;
use stage::Observed;

/// The most that the head of a request may take.
const LARGEST_HEAD: usize = 64 * 1024;
/// After a failed accept, as when the process has no file descriptors left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// How long and how many clients may keep the service busy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// From the first byte of a request to the end of its headers; then the connection is closed.
    pub header: Duration,
    /// From the end of a notification's headers to the end of its body.
    pub body: Duration,
    /// How long a notification may take to be stored; then it is not acknowledged, and comes again.
    pub handler: Duration,
    /// How many connections are open at once. Beyond it, one that waits for a request makes room for a new one.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            header: Duration::from_secs(5),
            body: super::intake::BODY_WITHIN,
            handler: Duration::from_secs(10),
            connections: 512,
        }
    }
}

/// Serves whom the crowd has room for until `stopped`; then no connection is accepted any more, and the task ends when those that are busy have
/// answered.
pub(crate) fn serve(
    listener: TcpListener,
    router: Router,
    crowd: Crowd,
    header: Duration,
    mut stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // An error means that the sender is gone: the service is ending.
                _ = stopped.wait_for(|stopped| *stopped) => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    pause(ACCEPT_AGAIN).await;
                    continue;
                }
            };
            let guest = tokio::select! {
                guest = crowd.admit() => guest,
                _ = stopped.wait_for(|stopped| *stopped) => break,
            };
            connections.spawn(attend(stream, guest, router.clone(), header, stopped.clone()));
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    })
}

/// One connection, to its end.
async fn attend(
    stream: TcpStream,
    guest: Guest,
    router: Router,
    header: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    // Without it an acknowledgement would wait for the client's delayed answer to our last packet.
    let _kept = stream.set_nodelay(true);
    let progress = guest.progress();
    let inner = TowerToHyperService::new(router);
    let service = service_fn(|request| {
        let answer = inner.call(request);
        let request = progress.begin();
        async move {
            let answer = answer.await;
            request.end();
            answer
        }
    });
    let io = TokioIo::new(Observed::new(stream, progress.clone()));
    let connection = http1::Builder::new().max_buf_size(LARGEST_HEAD).serve_connection(io, service);
    let mut connection = pin!(connection);
    let mut is_ending = false;
    loop {
        tokio::select! {
            // First the connection, which moves on, then whoever looks how far it came.
            biased;
            // However it ended, there is nobody left to answer.
            _ended = connection.as_mut() => return,
            () = progress.overdue(header) => return,
            () = guest.asked_to_leave() => return,
            _ = stopped.wait_for(|stopped| *stopped), if !is_ending => {
                is_ending = true;
                if progress.is_untouched() {
                    return;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the listener waits until descriptors may be free again")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
