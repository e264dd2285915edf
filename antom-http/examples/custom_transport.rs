//! One's own HTTP client under the typed client: here `ureq`, which blocks, in thirty lines.
//! The contract suite of the feature `testing` proves it; run it against yours.
//!
//! `cargo run -p antom-http --all-features --example custom_transport -- ./keys http://127.0.0.1:4010`

mod support;

use antom_core::PaymentRequestId;
use antom_core::wire::InquiryPaymentRequest;
use antom_http::{Endpoint, HttpRequest, HttpResponse, Transport, TransportError, TransportFault};
use async_trait::async_trait;

/// A blocking client on the runtime's threads for blocking work.
#[derive(Debug, Clone)]
pub struct UreqTransport(ureq::Agent);

impl Default for UreqTransport {
    /// No redirects, and every status is an answer: the two settings that a client must not be without.
    fn default() -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).proxy(None);
        Self(config.build().into())
    }
}

#[async_trait]
impl Transport for UreqTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let agent = self.0.clone();
        let call = tokio::task::spawn_blocking(move || exchange(&agent, &request));
        call.await.unwrap_or_else(|_| Err(TransportError::maybe_sent(TransportFault::Broken)))
    }
}

fn exchange(agent: &ureq::Agent, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
    if !Endpoint::allows(&request.url) {
        return Err(TransportError::not_sent(TransportFault::ForbiddenUrl));
    }
    let mut call = agent.post(&request.url).config().timeout_global(Some(request.deadline)).build();
    for (name, value) in &request.headers {
        call = call.header(*name, value);
    }
    let (head, body) = call.send(request.body.as_slice()).map_err(|error| lost(&error))?.into_parts();
    // This client takes its limit as the first length that is too long.
    let limit = u64::try_from(request.max_response).unwrap_or(u64::MAX).saturating_add(1);
    let body = body.into_with_config().limit(limit).read_to_vec();
    let body = body.map_err(|_| TransportError::maybe_sent(TransportFault::Incomplete))?;
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    Ok(HttpResponse { status: head.status.as_u16(), headers, body })
}

/// Only what surely failed before a byte left is not sent; when unsure, it may have been.
fn lost(error: &ureq::Error) -> TransportError {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            TransportError::not_sent(TransportFault::Connect)
        }
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            TransportError::not_sent(TransportFault::Connect)
        }
        ureq::Error::Timeout(_) => TransportError::maybe_sent(TransportFault::Deadline),
        _ => TransportError::maybe_sent(TransportFault::Broken),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Outcome {
    let client = support::client(UreqTransport::default())?;
    let request = InquiryPaymentRequest::by_request_id(PaymentRequestId::parse("no-such-payment")?);
    let answer = client.inquiry_payment(&request).await?;
    support::say(&format!("{:?}", answer.result));
    Ok(())
}
