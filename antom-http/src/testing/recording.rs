//! A transport around another one that keeps what went through it.
//! What it keeps holds signatures and buyers' data: it is for tests only.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// A request, and its answer unless there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent.
    pub request: HttpRequest,
    /// What came back.
    pub response: Option<HttpResponse>,
}

/// Sends through the transport that it is given, and keeps every exchange. Clones share the record.
#[derive(Clone)]
pub struct RecordingTransport<T> {
    inner: T,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl<T: Transport> RecordingTransport<T> {
    /// Records what goes through `inner`.
    #[must_use]
    pub fn new(inner: T) -> Self {
        Self { inner, exchanges: Arc::default() }
    }

    /// Every exchange that has ended, in the order of their ends.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl<T: Transport> Transport for RecordingTransport<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let outcome = self.inner.send(request.clone()).await;
        let exchange = Exchange { request, response: outcome.as_ref().ok().cloned() };
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        outcome
    }
}

impl<T: fmt::Debug> fmt::Debug for RecordingTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).len();
        write!(f, "RecordingTransport({:?}, {kept} exchanges)", self.inner)
    }
}
