//! The dashboard for the people who run the service: orders, alerts, charts, and buttons.
//! What a button may do is left to the merchant API, which is asked with the key of whoever signed in.

mod act;
mod alerts;
mod answer;
mod chart;
mod figures;
mod form;
mod lists;
mod order;
mod orders;
mod overview;
mod page;
mod reports;
mod session;
mod sign;
mod timeline;
mod visit;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use super::api::{Api, MerchantApi};
use crate::outbound::inspect::Inspect;
use figures::LastFigures;
use session::Sessions;

/// What the dashboard works with.
#[derive(Debug)]
pub(crate) struct Dashboard {
    api: Api,
    merchant_api: MerchantApi,
    inspect: Option<Arc<dyn Inspect>>,
    sessions: Sessions,
    figures: LastFigures,
}

impl Dashboard {
    /// A dashboard of these books. `routes` are those of the merchant API, which its buttons call.
    pub(crate) fn new(api: Api, routes: Router, inspect: Option<Arc<dyn Inspect>>) -> Dashboard {
        Dashboard {
            api,
            merchant_api: MerchantApi::new(routes),
            inspect,
            sessions: Sessions::default(),
            figures: LastFigures::default(),
        }
    }
}

/// The routes of the dashboard. All but the way in are for those who signed in.
pub(crate) fn router(dashboard: Dashboard) -> Router {
    let dashboard = Arc::new(dashboard);
    let inside = Router::new()
        .route("/dashboard", get(overview::show))
        .route("/dashboard/orders", get(orders::list))
        .route("/dashboard/orders/{id}", get(order::show))
        .route("/dashboard/orders/{id}/act", post(act::act))
        .route("/dashboard/alerts", get(alerts::list))
        .route("/dashboard/reconciliations", get(reports::list))
        .route("/dashboard/reconciliations/{id}", get(reports::show))
        .route("/dashboard/sign-out", post(sign::leave))
        .route_layer(from_fn_with_state(Arc::clone(&dashboard), session::admit));
    let door = Router::new()
        .route("/dashboard/sign-in", get(sign::ask).post(sign::enter))
        .route("/dashboard/page.css", get(async || answer::file("text/css; charset=utf-8", STYLES)))
        .route("/dashboard/page.js", get(async || answer::file("text/javascript; charset=utf-8", SCRIPT)));
    let door = door.route("/dashboard/icon.svg", get(async || answer::file("image/svg+xml", ICON)));
    inside.merge(door).layer(from_fn(answer::dress)).with_state(dashboard)
}

const ICON: &str = include_str!("dashboard/assets/icon.svg");
const STYLES: &str = include_str!("dashboard/assets/page.css");
const SCRIPT: &str = include_str!("dashboard/assets/page.js");
