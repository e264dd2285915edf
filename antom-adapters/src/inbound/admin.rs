//! The admin listener: is the process alive, can it work.
//! It listens apart from the merchant API and shows no order.

use antom_domain::port::OrderQuery;
use antom_domain::service::Books;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

/// The routes of the admin listener.
pub fn router(books: Books) -> Router {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready)).with_state(books)
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
