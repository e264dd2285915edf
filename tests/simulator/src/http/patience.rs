//! How long and how much a client may send: a limit for the head of a request, for its body, and for the body's size.
//! What a request means is for the routes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Body as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::answers::Problem;
use super::server::CloseConnection;
use super::wait::pause;

/// The largest body that is read, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

/// How long a client may take to send a request; a connection between two requests may be idle for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From the first byte of a request to the end of its headers; then the connection is closed.
    pub header: Duration,
    /// From the end of the headers to the end of the body; then the answer is 408.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { header: Duration::from_secs(5), body: Duration::from_secs(10) }
    }
}

/// Why there is no whole body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyProblem {
    TooLarge,
    TooSlow,
    /// The client has broken off, or what it sends is no HTTP.
    Broken,
}

impl BodyProblem {
    /// HTTP itself is broken here: the gateway's own answers begin with a whole request.
    pub(crate) fn answer(self) -> Response {
        match self {
            Self::TooLarge => closing(Problem::too_large(LARGEST_BODY)),
            Self::TooSlow => closing(Problem::too_slow()),
            Self::Broken => {
                let mut response = StatusCode::BAD_REQUEST.into_response();
                response.extensions_mut().insert(CloseConnection);
                response
            }
        }
    }
}

/// What is left of the body must not be taken for the next request.
fn closing(problem: Problem) -> Response {
    let mut response = problem.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

impl Patience {
    /// The whole body.
    pub(crate) async fn whole(self, body: hyper::body::Incoming) -> Result<Bytes, BodyProblem> {
        let largest = u64::try_from(LARGEST_BODY).unwrap_or(u64::MAX);
        if body.size_hint().lower() > largest {
            return Err(BodyProblem::TooLarge);
        }
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        tokio::select! {
            read = axum::body::to_bytes(Body::new(body), LARGEST_BODY) => read.map_err(|error| reason(&error)),
            () = pause(self.body) => Err(BodyProblem::TooSlow),
        }
    }
}

/// A body without a length shows only while it is read that it is too large.
fn reason(error: &axum::Error) -> BodyProblem {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.is::<hyper::Error>() {
            return BodyProblem::Broken;
        }
        source = error.source();
    }
    BodyProblem::TooLarge
}

/// How many requests have begun and ended on a connection, as its service tells it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<AtomicUsize>);

impl Progress {
    /// A request begins after its headers, or ends with its answer; each in turn.
    pub(crate) fn turn(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn turns(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection that ends if headers that have begun do not come to their end. (The limit of the HTTP library would end
/// idle connections too, and clients that keep some would meet broken ones.)
pub(crate) struct Timed<S> {
    stream: S,
    progress: Progress,
    header: Duration,
    /// The turns at the last look: a new one ends the time for headers.
    seen: usize,
    running: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<S> Timed<S> {
    pub(crate) fn new(stream: S, progress: Progress, header: Duration) -> Self {
        Self { stream, progress, header, seen: 0, running: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = &mut *self;
        let turns = this.progress.turns();
        if turns != this.seen {
            this.seen = turns;
            this.running = None;
        }
        let is_between_requests = turns.is_multiple_of(2);
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let has_begun = is_between_requests && buffer.filled().len() > before;
        if has_begun && this.running.is_none() {
            this.running = Some(Box::pin(pause(this.header)));
        }
        if read.is_pending()
            && let Some(running) = &mut this.running
            && running.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(std::io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
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

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
