//! The admin listener: is the process alive, can it work, and how the merchant API is spoken.
//! It listens apart from the merchant API and shows no order.

use antom_domain::port::OrderQuery;
use antom_domain::service::Books;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use super::openapi;

/// The routes of the admin listener.
pub fn router(books: Books) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/openapi.json", get(async || document()))
        .route("/docs", get(async || page()))
        .route("/docs/page.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], openapi::STYLES)))
        .with_state(books)
}

fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], openapi::TEXT)
}

fn page() -> impl IntoResponse {
    const POLICY: &str =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let head = [(CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (head, Html(openapi::html(&openapi::document())))
}

/// Ready means that the books can be read.
async fn ready(State(books): State<Books>) -> (StatusCode, &'static str) {
    match books.ports().store.list(&OrderQuery { limit: 1, ..OrderQuery::default() }).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database is not available\n")
        }
    }
}
