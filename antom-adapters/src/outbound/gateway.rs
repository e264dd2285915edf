//! The gateway port over `antom-http`: sends the bytes of a durable call and types its verified answer.
//! Reading the answer's meaning is left to the domain, retrying to its policy.

mod signer;

use std::time::Duration;

use antom_core::outcome::{Api, ResultStatus};
use antom_core::wire::{self, ConsultRequest, ConsultResponse};
use antom_domain::order::GatewayCall;
use antom_domain::port::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway, Reach};
use antom_http::{
    Answer, CallError, Client, MaybeSentReason, NotSentReason, TraceId, TransportError, TransportFault,
};
use async_trait::async_trait;
use tokio::time::Instant;

pub use signer::PooledSigner;

/// The gateway, called with one client.
#[derive(Debug, Clone)]
pub struct HttpGateway {
    client: Client,
}

impl HttpGateway {
    /// A gateway port over this client; its deadline is the client's.
    pub fn new(client: Client) -> HttpGateway {
        HttpGateway { client }
    }

    /// Which payment methods may be offered. It belongs to no order and changes nothing, so that it is no durable call.
    ///
    /// # Errors
    /// [`CallFailure`] where there is no verified answer.
    pub async fn consult(&self, request: &ConsultRequest) -> Result<ConsultResponse, CallFailure> {
        self.client.consult(request).await.map_err(|error| failure(&error))
    }
}

#[async_trait]
impl PaymentGateway for HttpGateway {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let body = call.body.as_bytes().to_vec();
        let begun = Instant::now();
        let answer = self.client.call(call.api, body, self.client.deadline()).await;
        tell(call, &answer, begun.elapsed());
        answer.and_then(|answer| typed(call.api, &answer)).map_err(|error| failure(&error))
    }
}

/// One line for each call. The gateway's support asks for `traceId`; the merchant's order is named by the span around it.
fn tell(call: &GatewayCall, answer: &Result<Answer, CallError>, took: Duration) {
    let (result, trace_id) = match answer {
        Ok(answer) => (answer.result(), answer.trace_id()),
        Err(error) => (error.hint(), error.trace_id()),
    };
    tracing::info!(
        api = call.api.name(),
        paymentRequestId = %call.subject.payment_request_id(),
        resultStatus = result.and_then(|result| result.result_status.as_ref()).map(ResultStatus::as_str),
        resultCode = result.map(|result| result.result_code.as_str()),
        failure = answer.as_ref().err().map(tracing::field::display),
        durationMs = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        traceId = trace_id.map(TraceId::as_str),
        "gateway called"
    );
}

fn typed(api: Api, answer: &Answer) -> Result<GatewayAnswer, CallError> {
    Ok(match api {
        Api::CreatePaymentSession => GatewayAnswer::CreatePaymentSession(Box::new(answer.parse()?)),
        Api::Pay => GatewayAnswer::Pay(Box::new(answer.parse()?)),
        Api::Capture => GatewayAnswer::Capture(Box::new(answer.parse()?)),
        Api::Cancel => GatewayAnswer::Cancel(Box::new(answer.parse()?)),
        Api::Refund => GatewayAnswer::Refund(Box::new(answer.parse()?)),
        Api::InquiryRefund => GatewayAnswer::InquiryRefund(Box::new(answer.parse()?)),
        // The domain makes no other calls; what it asks besides is an inquiry.
        _ => GatewayAnswer::InquiryPayment(Box::new(answer.parse::<wire::InquiryPaymentResponse>()?)),
    })
}

/// The domain's words for a call without a verified answer. When unsure, the call may have been sent.
//= B-2, G-2
fn failure(error: &CallError) -> CallFailure {
    let (reach, reason) = match error {
        CallError::NotSent { reason: NotSentReason::Transport(_), .. } => {
            (Reach::NotSent, FailureReason::NoConnection)
        }
        CallError::NotSent { reason: NotSentReason::Paced { .. }, .. } => {
            (Reach::NotSent, FailureReason::Paced)
        }
        CallError::NotSent { .. } => (Reach::NotSent, FailureReason::NotSigned),
        CallError::MaybeSent { reason, .. } => (Reach::MaybeSent, reason_of(reason)),
        _ => (Reach::MaybeSent, FailureReason::Interrupted),
    };
    CallFailure { reach, reason, hint: error.hint().cloned() }
}

fn reason_of(reason: &MaybeSentReason) -> FailureReason {
    match reason {
        MaybeSentReason::Transport(
            TransportError::MaybeSent { fault: TransportFault::Deadline, .. }
            | TransportError::NotSent { fault: TransportFault::Deadline, .. },
        ) => FailureReason::Timeout,
        MaybeSentReason::Status { status, .. } => FailureReason::HttpStatus(*status),
        MaybeSentReason::Refused(_) | MaybeSentReason::Unsigned => FailureReason::NotVerified,
        MaybeSentReason::Unreadable { .. } | MaybeSentReason::ForeignId { .. } => FailureReason::NotReadable,
        _ => FailureReason::ConnectionLost,
    }
}
