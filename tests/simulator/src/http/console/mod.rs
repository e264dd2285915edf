//! The web console at `/`: the control API for people, with the call behind every button.
//! It is files of the build and nothing else; all that it does goes through the control API.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::answers::Problem;
use super::shell::Shell;

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! script {
    ($name:literal) => {
        ($name, SCRIPT, include_str!(concat!("assets/", $name)))
    };
}

/// Name, type and text of every file beside the page.
const FILES: [(&str, &str, &str); 25] = [
    ("console.css", "text/css; charset=utf-8", include_str!("assets/console.css")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
    script!("api-view.js"),
    script!("api.js"),
    script!("cards.js"),
    script!("clients.js"),
    script!("clock.js"),
    script!("console.js"),
    script!("dock.js"),
    script!("dom.js"),
    script!("faults.js"),
    script!("format.js"),
    script!("forms.js"),
    script!("journal.js"),
    script!("ledger.js"),
    script!("live.js"),
    script!("notifications.js"),
    script!("payment.js"),
    script!("payments.js"),
    script!("scenarios.js"),
    script!("settings.js"),
    script!("settlement.js"),
    script!("snapshots.js"),
    script!("timeline.js"),
    script!("verdicts.js"),
];

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the page and its files.
pub(crate) fn routes() -> Router<Arc<Shell>> {
    Router::new().route("/", get(page)).route("/console/{name}", get(file))
}

async fn page() -> Response {
    served("text/html; charset=utf-8", include_str!("assets/console.html"))
}

async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, content)) => served(kind, content),
        None => Problem::unknown("no such file of the console").into_response(),
    }
}

fn served(kind: &'static str, content: &'static str) -> Response {
    let mut response = Response::new(Body::from(content));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Another version of the simulator may listen on the same port next time.
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
