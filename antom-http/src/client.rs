//! The client: one skeleton for every call (build, sign, send, verify, read).
//! Operations have a small file each; when to call, and what an answer means, is the domain's business.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use antom_core::{Api, GatewayResult, Secret, Timestamp};
use antom_signing::unsigned_hint;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::answer::{Answer, Head};
use crate::call_error::{CallError, MaybeSentReason, NotSentReason};
use crate::credential::{AnswerTrust, Credential, OutgoingCall};
use crate::endpoint::Endpoint;
use crate::operation::{Operation, prepare};
use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// Tells the current time. The client itself reads no clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long a call may take unless told otherwise. A payment call that is given up earlier is needlessly unknown.
//= B-2
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);

/// Largest answer that is read into memory.
pub const MAX_RESPONSE: usize = 1024 * 1024;

const USER_AGENT: &str = concat!("antom-http/", env!("CARGO_PKG_VERSION"));

/// Calls the gateway; cheap to clone, made to be shared.
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
}

impl Client {
    /// A client from its parts.
    #[must_use]
    pub fn new(
        endpoint: Endpoint,
        credential: Arc<dyn Credential>,
        transport: Arc<dyn Transport>,
        clock: Clock,
    ) -> Self {
        Self { endpoint, credential, transport, clock, deadline: DEFAULT_DEADLINE, agent_token: None }
    }

    /// Sets the deadline of the typed methods.
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

    /// The deadline of the typed methods.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Sends one typed request and reads the operation's answer.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got. Fields that break rules are all listed, and nothing is sent.
    ///
    /// # Idempotency
    /// Repeating a request under the same ids asks for the same thing again; it does not do it twice.
    pub async fn send<O: Operation>(&self, request: &O) -> Result<O::Response, CallError> {
        let body = prepare(request)?;
        self.call(O::API, body, self.deadline).await?.parse()
    }

    /// Sends bytes that were prepared earlier, exactly as they are.
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
        let span = tracing::info_span!(
            "antom_call",
            api = api.name(),
            reach = Empty,
            result_status = Empty,
            result_code = Empty,
            reason = Empty
        );
        let call = async {
            let outcome = self.exchange(api, body, deadline).await;
            record(&outcome);
            outcome
        };
        call.instrument(span).await
    }

    async fn exchange(&self, api: Api, body: Vec<u8>, deadline: Duration) -> Result<Answer, CallError> {
        let not_sent = |reason| CallError::NotSent { api, reason };
        let sent = Head::of_request(&body).ok_or_else(|| not_sent(NotSentReason::Body))?;
        let path = self.endpoint.path(api, self.credential.is_sandbox());
        let request = self.build(path, body, deadline).await.map_err(not_sent)?;
        let body = request.body.clone();
        let response = self.transport.send(request).await.map_err(|error| lost(api, error))?;
        let now = (self.clock)();
        let call = OutgoingCall { path, body: &body, at: now, encrypted: self.endpoint.is_encrypted() };
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
        let call = OutgoingCall { path, body: &body, at: (self.clock)(), encrypted };
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
        let unknown = |reason, hint: Option<GatewayResult>| {
            Err(CallError::MaybeSent { api, reason, hint: hint.map(Box::new) })
        };
        let trust = self.credential.judge(call, &response, call.at);
        if response.status != 200 {
            let reason =
                MaybeSentReason::Status { status: response.status, retry_after: retry_after(&response) };
            return unknown(reason, trust.ok().and_then(|_| unsigned_hint(&response.body)));
        }
        match trust {
            Err(refused) => unknown(MaybeSentReason::Refused(refused), None),
            Ok(AnswerTrust::Verified) => {
                Answer::read(api, sent, response.body).or_else(|reason| unknown(reason, None))
            }
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
            CallError::MaybeSent { api, reason: MaybeSentReason::Transport(error), hint: None }
        }
    }
}

/// The wait in seconds that a busy gateway asks for; dates are left aside, since they would need a clock.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let (_, value) = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    let seconds = std::str::from_utf8(value).ok()?.trim().parse::<u32>().ok()?;
    Some(Duration::from_secs(u64::from(seconds)))
}

/// Fills the span: codes and reach only, never bodies, ids of people, signatures or tokens.
fn record(outcome: &Result<Answer, CallError>) {
    let span = tracing::Span::current();
    let (reach, result) = match outcome {
        Ok(answer) => ("answered", answer.result()),
        Err(error @ CallError::NotSent { .. }) => ("not_sent", error.hint()),
        Err(error @ CallError::MaybeSent { .. }) => ("maybe_sent", error.hint()),
    };
    span.record("reach", reach);
    if let Some(GatewayResult { result_code, result_status, .. }) = result {
        span.record("result_code", result_code.as_str());
        span.record("result_status", result_status.as_ref().map_or("", |status| status.as_str()));
    }
    match outcome {
        Ok(_) => tracing::debug!("answered"),
        Err(CallError::NotSent { reason, .. }) => {
            span.record("reason", tracing::field::display(reason));
            tracing::warn!("not sent");
        }
        Err(CallError::MaybeSent { reason, .. }) => {
            span.record("reason", tracing::field::display(reason));
            tracing::warn!("outcome unknown");
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint)
            .field("credential", &self.credential)
            .field("transport", &self.transport)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
