//! The port that carries one request to the gateway and brings one answer back, as plain values.
//! What is sent, and what an answer means, is the client's business.

use std::error::Error;
use std::fmt::{self, Debug};
use std::time::Duration;

use async_trait::async_trait;

/// A POST request, ready to be sent as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Absolute URL.
    pub url: String,
    /// Header names in lower case, with their values; each name once.
    pub headers: Vec<(&'static str, String)>,
    /// The very bytes that were signed.
    pub body: Vec<u8>,
    /// How long the whole exchange may take, connecting and reading the answer included.
    pub deadline: Duration,
    /// Longest body of an answer that may be read into memory.
    pub max_response: usize,
}

/// An answer, complete.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// All headers as received, in any case; a name may come more than once.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body exactly as received: neither decompressed nor converted.
    pub body: Vec<u8>,
}

/// Carries requests to the gateway.
///
/// # Contract
/// `send` makes exactly one POST with the URL, headers and bytes as given, and answers with exactly what came back. It
/// follows no redirect, changes no encoding, adds no retry of its own once a byte of the request may have left, reads at most
/// `max_response` bytes of body, and ends within `deadline`. Certificates are always checked; plain http only reaches the
/// loopback interface.
///
/// # Errors
/// [`TransportError`] says how far the request got. Any HTTP status is an answer, not an error.
///
/// # Cancellation
/// Dropping the future means that the request may or may not have reached the gateway.
///
/// # For implementers
/// The mistake that loses money is to report `NotSent` when bytes may have left: the caller then repeats with new ids, and the
/// buyer pays twice. When unsure, report `MaybeSent`.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends one request.
    ///
    /// # Errors
    /// [`TransportError`] when there is no complete answer.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

const _: Option<&dyn Transport> = None;

/// Why there is no complete answer, by how far the request got.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No byte of the request left; repeating it is safe.
    #[error("the request was not sent: {fault}")]
    NotSent {
        /// What happened.
        fault: TransportFault,
        /// What the HTTP library says.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The gateway may have received the request.
    #[error("the request may have been sent: {fault}")]
    MaybeSent {
        /// What happened.
        fault: TransportFault,
        /// What the HTTP library says.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl TransportError {
    /// Not sent, without a cause.
    #[must_use]
    pub fn not_sent(fault: TransportFault) -> Self {
        Self::NotSent { fault, source: None }
    }

    /// Perhaps sent, without a cause.
    #[must_use]
    pub fn maybe_sent(fault: TransportFault) -> Self {
        Self::MaybeSent { fault, source: None }
    }
}

/// What happened on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TransportFault {
    /// No connection: name not found, refused, certificate not accepted.
    #[error("no connection")]
    Connect,
    /// The URL is not one that may be called.
    #[error("the url is not allowed")]
    ForbiddenUrl,
    /// The request cannot be built from these values.
    #[error("the request cannot be built")]
    InvalidRequest,
    /// The deadline passed.
    #[error("the deadline passed")]
    Deadline,
    /// The connection broke, or its bytes were no HTTP.
    #[error("the connection broke")]
    Broken,
    /// The answer ended before it was complete.
    #[error("the answer is incomplete")]
    Incomplete,
    /// The answer is larger than may be read.
    #[error("the answer is too large")]
    TooLarge,
}

impl Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("HttpRequest")
            .field("url", &self.url)
            .field("headers", &names)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish()
    }
}
