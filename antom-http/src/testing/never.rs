//! A transport whose calls never end, for tests of cancellation and of timeouts around a call.
//! A deadline that the transport keeps is played by the scripted one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// Takes every request and never answers; it breaks the contract on purpose. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct NeverAnsweringTransport {
    taken: Arc<AtomicUsize>,
}

impl NeverAnsweringTransport {
    /// Nothing taken yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many requests it took.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Transport for NeverAnsweringTransport {
    async fn send(&self, _request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}
