//! Traces for an OpenTelemetry collector: our spans, in the trace that the caller began, sent as OTLP over HTTP.
//! Which spans there are, and which fields they have, is left to those who make them.

use std::sync::Arc;
use std::time::Duration;

use antom_http::{HttpRequest, ReqwestOptions, ReqwestTransport, Transport as _};
use async_trait::async_trait;
use axum::http::{HeaderMap, header};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::run::StartError;

/// How long a batch of spans may take; a collector that is away costs spans, and nothing else.
const DEADLINE: Duration = Duration::from_secs(5);
/// An answer says little.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Spans on their way to the collector.
#[derive(Debug)]
pub(super) struct Traces(SdkTracerProvider);

/// Begins to send spans to the collector at this address, from a thread of the exporter's own; called inside a runtime.
///
/// The transport is the one that calls the gateway, with its rules: https anywhere, plain http to this machine only.
pub(super) fn start(collector: &str) -> Result<(SdkTracer, Traces), StartError> {
    let fault = |reason: String| StartError::Config { key: "log.otlp", reason };
    let transport =
        ReqwestTransport::new(&ReqwestOptions::default()).map_err(|error| fault(error.to_string()))?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector { transport: Arc::new(transport), runtime: Handle::current() })
        .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
        .with_timeout(DEADLINE)
        .build()
        .map_err(|error| fault(error.to_string()))?;
    let resource = Resource::builder_empty().with_service_name("antom").build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    Ok((provider.tracer("antom"), Traces(provider)))
}

/// The layer that makes OpenTelemetry spans of ours.
pub(super) fn layer<S>(tracer: SdkTracer) -> OpenTelemetryLayer<S, SdkTracer>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false)
}

/// Puts the span into the trace that `traceparent` names, if it names one.
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap) {
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Without a collector there is no trace to be in.
    let _unwatched = span.set_parent(caller);
}

impl Traces {
    /// Sends what is left.
    pub(super) async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(DEADLINE)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans did not reach the collector");
        }
    }
}

/// The collector, reached by the client that also calls the gateway.
#[derive(Debug)]
struct Collector {
    transport: Arc<ReqwestTransport>,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Collector {
    /// The exporter's thread belongs to no runtime; sockets live in ours.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let form = head.headers.get(header::CONTENT_TYPE).and_then(|form| form.to_str().ok());
        let request = HttpRequest {
            url: head.uri.to_string(),
            headers: form.map(|form| ("content-type", form.to_owned())).into_iter().collect(),
            body: body.to_vec(),
            deadline: DEADLINE,
            max_response: LONGEST_ANSWER,
        };
        let transport = Arc::clone(&self.transport);
        let answer = self.runtime.spawn(async move { transport.send(request).await }).await??;
        Ok(Response::builder().status(answer.status).body(Bytes::from(answer.body))?)
    }
}
