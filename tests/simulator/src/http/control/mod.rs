//! The control API under `/_simulator/`: for tests, for people, for the next request that must go wrong.
//! Every route changes or shows the gateway in `core`; nothing is decided here.

mod antom_keys;
mod clients;
mod clock;
mod contract;
mod events;
mod notifications;
mod payments;
mod scene;
mod settlement;
mod vaultings;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answered, Problem, ok};
use super::buyer::demo_routes;
use super::shell::Shell;
use crate::core::CompletionError;

/// The filter that every list takes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ByClient {
    #[serde(default)]
    client_id: Option<String>,
}

/// The routes, relative to `/_simulator`.
pub(crate) fn routes() -> Router<Arc<Shell>> {
    Router::new()
        .route("/health", get(health))
        .route("/openapi.json", get(openapi))
        .route("/events", get(events::show))
        .route("/clock", get(clock::show))
        .route("/clock/advance", post(clock::advance))
        .route("/payments", get(payments::list))
        .route("/payments/{payment_request_id}", get(payments::show))
        .route("/payments/{payment_request_id}/complete", post(payments::complete))
        .route("/payments/{payment_request_id}/late-success", post(payments::late_success))
        .route("/payments/{payment_request_id}/review", post(payments::review))
        .route(
            "/payments/{payment_request_id}/captures/{capture_request_id}/end",
            post(payments::end_capture),
        )
        .route("/payments/{payment_request_id}/refunds/{refund_request_id}/end", post(payments::end_refund))
        .route("/payments/{payment_request_id}/arrange", post(payments::arrange))
        .route("/vaultings", get(vaultings::list))
        .route("/vaultings/{vaulting_request_id}/complete", post(vaultings::complete))
        .route("/tokens", get(vaultings::tokens))
        .route("/notifications", get(notifications::list))
        .route("/notifications/trigger", post(notifications::trigger))
        .route("/notifications/{id}/resend", post(notifications::resend))
        .route("/faults", get(scene::faults).put(scene::set_faults).delete(scene::clear_faults))
        .route("/scenarios", post(scene::start_scenario).get(scene::scenarios).delete(scene::end_scenarios))
        .route("/scenarios/{name}", post(scene::start_named))
        .route("/timings", get(scene::timings).put(scene::set_timings))
        .route("/contract", get(contract::show).put(contract::change))
        .route("/clients", get(clients::list).post(clients::create))
        .route("/clients/{client_id}/keys", get(clients::keys).post(clients::add_key))
        .route("/clients/{client_id}/keys/{key}", delete(clients::revoke))
        .route("/antom-keys", get(antom_keys::show).post(antom_keys::rotate).put(antom_keys::activate))
        .route("/settlement", get(settlement::list).post(settlement::settle))
        .route("/settlement/{date}/{name}", get(settlement::show))
        .route("/ledger", get(scene::ledger))
        .merge(demo_routes())
        .route("/snapshot", get(scene::snapshots).post(scene::snapshot))
        .route("/restore", post(scene::restore))
        .route("/reset", post(scene::reset))
        .route("/journal", get(scene::journal))
        .route("/verdicts", get(scene::verdicts))
        .fallback(async || Problem::unknown("no such route of the control API"))
}

async fn health(State(shell): State<Arc<Shell>>) -> Answered {
    ok(&json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "clientId": shell.keys.client_id,
        "now": shell.clock.now().to_utc(),
        "verdicts": shell.look(crate::core::Gateway::verdicts_summary),
    }))
}

/// The document as it is written: the order in it is meant for readers.
async fn openapi() -> Response {
    let mut response = Response::new(Body::from(include_str!("../../../data/openapi.json")));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What an impossible act of the buyer is answered with.
pub(super) fn problem_of(error: CompletionError) -> Problem {
    match error {
        CompletionError::Unknown => Problem::unknown("no such payment"),
        CompletionError::Final => Problem::conflict("the payment is final or its session has expired"),
        CompletionError::Invalid(message) => Problem::invalid(message),
    }
}
