//! The client: one skeleton for every call (build, sign, send, verify, read).
//! Operations have a small file each; when to call, and what an answer means, is the domain's business.

mod load;
mod repeat;
mod span;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use antom_core::{Api, GatewayResult, Secret, Timestamp};
use antom_signing::unsigned_hint;
use tracing::Instrument as _;

use crate::answer::{Answer, Head};
use crate::call_error::{CallError, MaybeSentReason, NotSentReason};
use crate::clock::Clock;
use crate::credential::{AnswerTrust, Credential, OutgoingCall};
use crate::endpoint::Endpoint;
use crate::metrics::Metrics;
use crate::operation::{Operation, prepare};
use crate::pace::PaceSettings;
use crate::pause::Waiting;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::trace_id::TraceId;
use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use load::Load;

/// How long a call may take unless told otherwise. A payment call that is given up earlier is needlessly unknown.
//= B-2
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);

/// Largest answer that is read into memory.
pub const MAX_RESPONSE: usize = 1024 * 1024;

const USER_AGENT: &str = concat!("antom-http/", env!("CARGO_PKG_VERSION"));

/// Calls the gateway; cheap to clone, made to be shared. Clones share pace and retry budget.
///
/// Every verified answer comes back as a value, whatever its result says: read `result`, and for inquiries the status of the
/// payment or refund. Errors are only [`CallError::NotSent`] and [`CallError::MaybeSent`].
#[derive(Clone)]
pub struct Client {
    endpoint: Endpoint,
    credential: Arc<dyn Credential>,
    transport: Arc<dyn Transport>,
    clock: Clock,
    deadline: Duration,
    agent_token: Option<Secret>,
    retry: RetryPolicy,
    waiting: Option<Waiting>,
    metrics: Option<Arc<dyn Metrics>>,
    load: Arc<Load>,
}

impl Client {
    /// A client from its parts. It repeats nothing until it is told how to wait.
    #[must_use]
    pub fn new(
        endpoint: Endpoint,
        credential: Arc<dyn Credential>,
        transport: Arc<dyn Transport>,
        clock: Clock,
    ) -> Self {
        Self {
            endpoint,
            credential,
            transport,
            clock,
            deadline: DEFAULT_DEADLINE,
            agent_token: None,
            retry: RetryPolicy::default(),
            waiting: None,
            metrics: None,
            load: Arc::default(),
        }
    }

    /// Sets the deadline of the typed methods: for the whole call, repetitions and waits included.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Calls on behalf of a merchant, as a service provider with that merchant's agent token.
    #[must_use]
    pub fn with_agent_token(mut self, token: Secret) -> Self {
        self.agent_token = Some(token);
        self
    }

    /// Lets the client wait: typed calls are repeated by the retry policy, and calls that the gateway finds too many take
    /// turns. Without it nothing is repeated, and a call whose turn has not come is not sent.
    #[must_use]
    pub fn with_waiting(mut self, waiting: Waiting) -> Self {
        self.waiting = Some(waiting);
        self
    }

    /// Sets when typed calls are repeated; [`RetryPolicy::off`] makes each of them once.
    #[must_use]
    pub fn with_retries(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how the client slows down when the gateway finds its calls too many, and how many repetitions it may afford.
    /// The client and its later clones share a new pace and a new budget.
    #[must_use]
    pub fn with_load(mut self, pace: PaceSettings, budget: RetryBudget) -> Self {
        self.load = Arc::new(Load::new(pace, budget));
        self
    }

    /// Tells calls and waits to a counter.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<dyn Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// The deadline of the typed methods.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Sends one typed request and reads the operation's answer; repeats it as the retry policy allows.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got. Fields that break rules are all listed, and nothing is sent.
    ///
    /// # Idempotency
    /// Repeating a request under the same ids asks for the same thing again; it does not do it twice.
    pub async fn send<O: Operation>(&self, request: &O) -> Result<O::Response, CallError> {
        let body = prepare(request)?;
        self.call_repeating(O::API, body, self.deadline).await?.parse()
    }

    /// Sends bytes that were prepared earlier, exactly as they are, and exactly once.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// The same bytes are the same request for the gateway, however often and from wherever they are sent.
    ///
    /// # Cancellation
    /// Dropping the future leaves the outcome unknown.
    pub async fn call(&self, api: Api, body: Vec<u8>, deadline: Duration) -> Result<Answer, CallError> {
        let call = async {
            let outcome = match self.take_turn(api, deadline).await {
                Ok(left) => self.timed_exchange(api, body, left).await,
                Err(held_back) => Err(held_back),
            };
            span::record(&outcome);
            outcome
        };
        call.instrument(span::of(api)).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The skeleton of every call.
    async fn exchange(&self, api: Api, body: Vec<u8>, deadline: Duration) -> Result<Answer, CallError> {
        let not_sent = |reason| CallError::NotSent { api, reason };
        let sent = Head::of_request(&body).ok_or_else(|| not_sent(NotSentReason::Body))?;
        let path = self.endpoint.path(api, self.credential.is_sandbox());
        let request = self.build(path, body, deadline).await.map_err(not_sent)?;
        let body = request.body.clone();
        let response = self.transport.send(request).await.map_err(|error| lost(api, error))?;
        let call =
            OutgoingCall { path, body: &body, at: self.now(), encrypted: self.endpoint.is_encrypted() };
        self.accept(api, call, &sent, response)
    }

    /// Builds and signs the request.
    //= G-2
    async fn build(
        &self,
        path: &str,
        body: Vec<u8>,
        deadline: Duration,
    ) -> Result<HttpRequest, NotSentReason> {
        let encrypted = self.endpoint.is_encrypted();
        let call = OutgoingCall { path, body: &body, at: self.now(), encrypted };
        let mut headers = self.credential.authorize(call).await.map_err(NotSentReason::Credential)?;
        headers.push(("content-type", "application/json; charset=UTF-8".to_owned()));
        headers.push(("user-agent", USER_AGENT.to_owned()));
        if let Some(token) = &self.agent_token {
            headers.push(("agent-token", token.expose().to_owned()));
        }
        let url = format!("{}{path}", self.endpoint.base_url());
        Ok(HttpRequest { url, headers, body, deadline, max_response: MAX_RESPONSE })
    }

    /// Verifies an answer, and reads it only then.
    //= X-3
    //= G-2
    fn accept(
        &self,
        api: Api,
        call: OutgoingCall<'_>,
        sent: &Head,
        response: HttpResponse,
    ) -> Result<Answer, CallError> {
        let trace_id = TraceId::of(response.headers.iter().map(|(name, value)| (name.as_str(), &value[..])));
        let unknown = |reason, hint: Option<GatewayResult>| {
            let trace_id = trace_id.clone();
            Err(CallError::MaybeSent { api, reason, hint: hint.map(Box::new), trace_id })
        };
        let trust = self.credential.judge(call, &response, call.at);
        if response.status != 200 {
            let reason =
                MaybeSentReason::Status { status: response.status, retry_after: retry_after(&response) };
            return unknown(reason, trust.ok().and_then(|_| unsigned_hint(&response.body)));
        }
        match trust {
            Err(refused) => unknown(MaybeSentReason::Refused(refused), None),
            Ok(AnswerTrust::Verified) => Answer::read(api, sent, response.body, trace_id.clone())
                .or_else(|reason| unknown(reason, None)),
            Ok(AnswerTrust::Unsigned) => unknown(MaybeSentReason::Unsigned, unsigned_hint(&response.body)),
        }
    }
}

/// No complete answer: the reach is what the transport says.
//= B-2
fn lost(api: Api, error: TransportError) -> CallError {
    match error {
        TransportError::NotSent { .. } => CallError::NotSent { api, reason: NotSentReason::Transport(error) },
        TransportError::MaybeSent { .. } => {
            let reason = MaybeSentReason::Transport(error);
            CallError::MaybeSent { api, reason, hint: None, trace_id: None }
        }
    }
}

/// The wait in seconds that a busy gateway asks for; dates are left aside, since they would need a clock.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let (_, value) = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    let seconds = std::str::from_utf8(value).ok()?.trim().parse::<u32>().ok()?;
    Some(Duration::from_secs(u64::from(seconds)))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint)
            .field("credential", &self.credential)
            .field("transport", &self.transport)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}
