//! A span and a count for every request. The span names the route, never the path: paths of pages hold tokens.
//! What a request does is left to its route.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::metrics::{RequestCounts, Surface};

/// The longest id of ours or the merchant's; a longer text in a path is none.
const LONGEST_ID: usize = 64;

/// The routes, each request in a span and counted.
pub(crate) fn observed(router: Router, surface: Surface, counts: RequestCounts) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let counts = counts.clone();
        let span = span_of(&request, surface);
        let subject = subject_of(&request);
        async move {
            let answer: Response = next.run(request).await;
            counts.answered(surface, &answer);
            // Whoever mixes up fields sends a card's number, or a key, as an id: only what was found is one.
            if let Some((field, id)) = subject.filter(|_| answer.status().is_success()) {
                Span::current().record(field, id);
            }
            Span::current().record("status", answer.status().as_u16());
            tracing::debug!("answered");
            answer
        }
        .instrument(span)
    }))
}

fn span_of(request: &Request, surface: Surface) -> Span {
    let route = route_of(request);
    let span = tracing::info_span!(
        "request",
        surface = surface.as_str(),
        method = %request.method(),
        route,
        referenceOrderId = Empty,
        paymentRequestId = Empty,
        traceId = Empty,
        status = Empty
    );
    if let Some(trace) = trace_id(request.headers()) {
        span.record("traceId", trace);
    }
    #[cfg(feature = "otel")]
    crate::service::trace_context::continue_trace(&span, request.headers());
    span
}

fn route_of(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

fn subject_of(request: &Request) -> Option<(&'static str, String)> {
    let (field, id) = subject(route_of(request), request.uri().path())?;
    Some((field, id.to_owned()))
}

/// The id in the path of the merchant API. The paths of pages hold tokens, which are secrets.
fn subject<'a>(route: &str, path: &'a str) -> Option<(&'static str, &'a str)> {
    let field = if route.starts_with("/v1/orders/{") {
        "referenceOrderId"
    } else if route.starts_with("/v1/payments/{") {
        "paymentRequestId"
    } else {
        return None;
    };
    let id = path.split('/').nth(3)?;
    (id.len() <= LONGEST_ID).then_some((field, id))
}

/// The trace that the caller is in, from a well-formed `traceparent`: 32 hexadecimal digits behind the version.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = text.split('-');
    let (_version, trace) = (parts.next().filter(|version| version.len() == 2)?, parts.next()?);
    let is_hex = trace.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let is_some = trace.bytes().any(|byte| byte != b'0');
    (trace.len() == 32 && is_hex && is_some).then_some(trace)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_paths_of_the_merchant_api_tell_an_id() {
        assert_eq!(
            subject("/v1/orders/{id}/payments", "/v1/orders/O-1/payments"),
            Some(("referenceOrderId", "O-1"))
        );
        assert_eq!(subject("/v1/payments/{id}", "/v1/payments/P-1"), Some(("paymentRequestId", "P-1")));
        assert_eq!(subject("/v1/orders", "/v1/orders"), None);
        assert_eq!(subject("/status/{token}", "/status/secret/secret"), None);
        let long = format!("/v1/payments/{}", "9".repeat(65));
        assert_eq!(subject("/v1/payments/{id}", &long), None, "no id is that long");
    }

    #[test]
    fn a_trace_is_taken_over_only_from_a_well_formed_header() {
        let of = |text: &'static str| {
            let headers =
                HeaderMap::from_iter([("traceparent".parse().unwrap(), HeaderValue::from_static(text))]);
            trace_id(&headers).map(str::to_owned)
        };
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").as_deref(), Some(trace));
        for odd in [
            "",
            "00",
            "00-4bf9-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }
}
