//! The buyer's side: the hosted page behind `normalUrl`, the bank's page, and what the web SDK talks to.
//! What a buyer's act leads to is decided in `core`.

mod assets;
mod challenge;
mod demo;
mod document;
mod form;
mod frame;
mod hosted;
mod language;
mod money;
mod session;
mod standing;
mod submission;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::shell::Shell;

/// The routes of the pages and of the web SDK.
pub(crate) fn routes() -> Router<Arc<Shell>> {
    const FRAME: &str = "/page/antom-web-checkout/src/component-app/{product}/{version}/{file}";
    Router::new()
        .route("/checkout/{payment_id}", get(hosted::show).post(hosted::submit))
        .route("/checkout/{payment_id}/{outcome}", post(hosted::act))
        .route("/app/{payment_id}", get(hosted::show_app).post(hosted::submit_app))
        .route("/checkout/3ds/{id}", get(challenge::show).post(challenge::answer))
        .route("/checkout/api/submit", post(frame::submit))
        .route("/checkout/api/status", get(frame::status))
        .route("/checkout/assets/{name}", get(assets::file))
        .route("/mgw.htm", post(session::query).options(session::preflight))
        .route(FRAME, get(frame::page))
        .route("/elements/{version}/pages/element_payment/index.html", get(frame::element))
        .route("/_simulator/ams-checkout.js", get(assets::stand_in))
        .route("/_simulator/logos/{name}", get(assets::logo))
}

/// The page to try the web SDK on, relative to `/_simulator`.
pub(crate) fn demo_routes() -> Router<Arc<Shell>> {
    Router::new().route("/demo", get(demo::show).post(demo::make)).route("/web-sdk.js", get(demo::official))
}
