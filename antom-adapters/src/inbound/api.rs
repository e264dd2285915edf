//! The merchant API: JSON over HTTP with bearer keys.
//! It translates commands and shows orders; what is allowed is decided by the domain.

mod auth;
mod body;
mod card;
pub(super) mod consult;
mod erasures;
mod events;
mod id;
mod inside;
mod limit;
mod notifications;
pub(super) mod offline;
pub(super) mod opening;
mod orders;
mod payments;
mod problem;
mod reconciliations;
mod shipping;
mod view;

use std::sync::Arc;
use std::time::Duration;

use antom_domain::order::ProductScene;
use antom_domain::port::EventQueue;
use antom_domain::service::{Books, Erasing};
use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::inbound::reconciliation::Reconciler;
use crate::outbound::gateway::HttpGateway;
use crate::service::Keys;
use crate::service::config::Scope;
use crate::worker::WorkerHandle;
use problem::Problem;

pub(super) use auth::known;
pub(crate) use inside::{MerchantApi, Told};
pub use limit::RateLimits;
pub(super) use view::entry;

/// What the merchant API works with.
#[derive(Debug, Clone)]
pub struct Api {
    /// The orders.
    pub books: Books,
    /// The merchant events.
    pub events: Arc<dyn EventQueue>,
    /// Who erases personal data; `None` where the storage cannot.
    pub erasing: Option<Erasing>,
    /// Who makes the calls.
    pub worker: WorkerHandle,
    /// Who may call.
    pub keys: Keys,
    /// How often each may.
    pub limits: RateLimits,
    /// Whether the gateway is its sandbox (C-9).
    pub is_sandbox: bool,
    /// How long a request waits for the gateway before it answers that the outcome is in doubt.
    pub patience: Duration,
    /// How buyers reach us, without a slash at the end.
    pub public_url: Arc<str>,
    /// For so long what the gateway said is good enough to ship (B-7).
    pub fresh_for: Duration,
    /// Who tells which methods there are; `None` where the gateway behind the port is not the real one.
    pub consults: Option<HttpGateway>,
    /// Who holds settlement files against the books.
    pub reconciler: Reconciler,
    /// What sessions are for that do not say so themselves.
    pub product_scene: Option<ProductScene>,
    /// Which methods to offer where that cannot be told (H-1).
    pub methods: Arc<[String]>,
}

/// One route: what it answers to, and which scope it needs.
struct Route {
    method: &'static str,
    path: &'static str,
    scope: Scope,
    handler: MethodRouter<Arc<Api>>,
}

/// Everything that the merchant API answers to. The OpenAPI document tells the same, as a test proves.
fn routes() -> Vec<Route> {
    vec![
        posting("/v1/orders", Scope::Pay, orders::create),
        getting("/v1/orders", Scope::Read, orders::list),
        getting("/v1/orders/{id}", Scope::Read, orders::show),
        getting("/v1/orders/{id}/shippable", Scope::Read, shipping::shippable),
        posting("/v1/orders/{id}/payments", Scope::Pay, opening::open),
        getting("/v1/payments/{id}", Scope::Read, payments::show),
        posting("/v1/payments/{id}/inquire", Scope::Read, payments::inquire),
        posting("/v1/payments/{id}/capture", Scope::Pay, payments::capture),
        posting("/v1/payments/{id}/cancel", Scope::Pay, payments::cancel),
        posting("/v1/payments/{id}/refunds", Scope::Refund, payments::refund),
        getting("/v1/payments/{id}/refunds", Scope::Read, payments::refunds),
        getting("/v1/payments/{id}/stored-card", Scope::Pay, payments::stored_card),
        posting("/v1/consult", Scope::Read, consult::consult),
        getting("/v1/events", Scope::Read, events::list),
        posting("/v1/events/{id}/resend", Scope::Pay, events::resend),
        getting("/v1/notifications", Scope::Admin, notifications::list),
        posting("/v1/notifications/{id}/replay", Scope::Admin, notifications::replay),
        posting("/v1/erasures", Scope::Admin, erasures::erase),
        posting("/v1/reconciliations", Scope::Admin, reconciliations::create),
        getting("/v1/reconciliations", Scope::Read, reconciliations::list),
        getting("/v1/reconciliations/{id}", Scope::Read, reconciliations::show),
    ]
}

fn posting<T: 'static>(path: &'static str, scope: Scope, handler: impl Handler<T, Arc<Api>>) -> Route {
    Route { method: "post", path, scope, handler: post(handler) }
}

fn getting<T: 'static>(path: &'static str, scope: Scope, handler: impl Handler<T, Arc<Api>>) -> Route {
    Route { method: "get", path, scope, handler: get(handler) }
}

/// The routes of the merchant API. Each lets only keys with its scope through.
pub fn router(api: Api) -> Router {
    let api = Arc::new(api);
    let guarded = routes().into_iter().fold(Router::new(), |router, route| {
        let Route { method, path, scope, handler } = route;
        let guard = auth::Guard { api: Arc::clone(&api), method, path, scope };
        router.route(path, handler.route_layer(from_fn_with_state(guard, auth::admit)))
    });
    guarded
        .fallback(async || Problem::not_found("there is no such route"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(api)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::inbound::openapi;

    #[test]
    fn the_document_tells_every_route_with_its_scope_and_no_other() {
        let served: BTreeSet<String> = routes()
            .iter()
            .map(|route| format!("{} {} {}", route.method, route.path, route.scope.as_str()))
            .collect();
        let document = openapi::document();
        let paths = document["paths"].as_object().unwrap();
        let told: BTreeSet<String> = paths
            .iter()
            .filter(|(path, _)| path.starts_with("/v1/"))
            .flat_map(|(path, item)| {
                item.as_object().unwrap().iter().filter(|(method, _)| *method != "parameters").map(
                    move |(method, operation)| {
                        let scope = &operation["security"][0]["apiKey"][0];
                        format!("{method} {path} {}", scope.as_str().unwrap())
                    },
                )
            })
            .collect();
        assert_eq!(served, told);
    }
}
