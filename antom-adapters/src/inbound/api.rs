//! The merchant API: JSON over HTTP with bearer keys.
//! It translates commands and shows orders; what is allowed is decided by the domain.

mod auth;
mod body;
mod id;
mod notifications;
pub(super) mod offline;
mod orders;
mod payments;
mod problem;
mod view;

use std::time::Duration;

use antom_domain::service::Books;
use axum::Router;
use axum::routing::{get, post};

use crate::service::Keys;
use crate::worker::WorkerHandle;
use problem::Problem;

/// What the merchant API works with.
#[derive(Debug, Clone)]
pub struct Api {
    /// The orders.
    pub books: Books,
    /// Who makes the calls.
    pub worker: WorkerHandle,
    /// Who may call.
    pub keys: Keys,
    /// Whether the gateway is its sandbox (C-9).
    pub is_sandbox: bool,
    /// How long a request waits for the gateway before it answers that the outcome is in doubt.
    pub patience: Duration,
}

/// The routes of the merchant API.
pub fn router(api: Api) -> Router {
    Router::new()
        .route("/v1/orders", post(orders::create).get(orders::list))
        .route("/v1/orders/{id}", get(orders::show))
        .route("/v1/orders/{id}/shippable", get(orders::shippable))
        .route("/v1/orders/{id}/payments", post(payments::open))
        .route("/v1/payments/{id}", get(payments::show))
        .route("/v1/payments/{id}/inquire", post(payments::inquire))
        .route("/v1/payments/{id}/capture", post(payments::capture))
        .route("/v1/payments/{id}/cancel", post(payments::cancel))
        .route("/v1/payments/{id}/refunds", post(payments::refund).get(payments::refunds))
        .route("/v1/notifications", get(notifications::list))
        .route("/v1/notifications/{id}/replay", post(notifications::replay))
        .fallback(async || Problem::not_found("there is no such route"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(api)
}
