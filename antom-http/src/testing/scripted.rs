//! A transport that plays a script and records what it was sent.
//! Signing the answers of a script is the test's business, with a test key.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFault};

type Reply = Box<dyn FnOnce(&HttpRequest) -> Result<HttpResponse, TransportError> + Send>;

/// Answers each request with the next reply of its script, and keeps every request. Clones share script and record.
///
/// When the script is at its end, requests are not sent.
#[derive(Clone, Default)]
pub struct ScriptedTransport {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
}

impl ScriptedTransport {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a reply that is made from the request.
    #[must_use]
    pub fn reply(
        self,
        reply: impl FnOnce(&HttpRequest) -> Result<HttpResponse, TransportError> + Send + 'static,
    ) -> Self {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).push_back(Box::new(reply));
        self
    }

    /// Adds a connection that is not made.
    #[must_use]
    pub fn refuse(self) -> Self {
        self.reply(|_| Err(TransportError::not_sent(TransportFault::Connect)))
    }

    /// Adds a request that may have arrived, and is never answered.
    #[must_use]
    pub fn never_answer(self) -> Self {
        self.reply(|_| Err(TransportError::maybe_sent(TransportFault::Deadline)))
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let reply = self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = match reply {
            Some(reply) => reply(&request),
            None => Err(TransportError::not_sent(TransportFault::Connect)),
        };
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        answer
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.replies.lock().unwrap_or_else(PoisonError::into_inner).len();
        write!(f, "ScriptedTransport({left} replies left)")
    }
}
