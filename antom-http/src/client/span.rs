//! The span of a call, with its listed fields: codes, reach and trace id.
//! Bodies, ids of people, signatures and tokens have no field.

use antom_core::{Api, GatewayResult};
use tracing::Span;
use tracing::field::{Empty, display};

use crate::answer::Answer;
use crate::call_error::CallError;

pub(super) fn of(api: Api) -> Span {
    tracing::info_span!(
        "antom_call",
        api = api.name(),
        reach = Empty,
        result_status = Empty,
        result_code = Empty,
        trace_id = Empty,
        reason = Empty
    )
}

/// Fills the current span from how the call ended.
pub(super) fn record(outcome: &Result<Answer, CallError>) {
    let span = Span::current();
    let (reach, result, trace_id) = match outcome {
        Ok(answer) => ("answered", answer.result(), answer.trace_id()),
        Err(error @ CallError::NotSent { .. }) => ("not_sent", error.hint(), None),
        Err(error @ CallError::MaybeSent { .. }) => ("maybe_sent", error.hint(), error.trace_id()),
    };
    span.record("reach", reach);
    if let Some(GatewayResult { result_code, result_status, .. }) = result {
        span.record("result_code", result_code.as_str());
        span.record("result_status", result_status.as_ref().map_or("", |status| status.as_str()));
    }
    if let Some(trace_id) = trace_id {
        span.record("trace_id", trace_id.as_str());
    }
    match outcome {
        Ok(_) => tracing::debug!("answered"),
        Err(CallError::NotSent { reason, .. }) => {
            span.record("reason", display(reason));
            tracing::warn!("not sent");
        }
        Err(CallError::MaybeSent { reason, .. }) => {
            span.record("reason", display(reason));
            tracing::warn!("outcome unknown");
        }
    }
}
