//! What a buyer's browser sees: the checkout page, the result page, and the state of the attempt that its token names.
//! The address of the return proves nothing; the answer is what the books know.

mod app_links;
mod assets;
mod checkout;
mod document;
mod language;
mod methods;
mod policy;
mod result;
mod stand;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antom_core::client_sdk::NextStep;
use antom_core::id::PaymentRequestId;
use antom_core::time::Timestamp;
use antom_core::wire::ClientEvent;
use antom_domain::order::{Attempt, Order, Question};
use antom_domain::payment::PaymentTable;
use antom_domain::port::IdKey;
use antom_domain::service::Inquiries;
use antom_domain::verdict::Table as _;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use self::assets::Assets;
use self::methods::Offers;
use self::stand::{Shown, shown};
use super::api::Api;
use super::intake::{self, BODY_WITHIN, Spoilt};
use crate::service::config::CheckoutConfig;

/// The largest report of a client SDK that is read.
const MAX_EVENT: usize = 16 * 1024;
/// Strangers who hold a token ask the gateway no more often than the poll loop would.
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(2);
/// A page does not wait longer for the gateway; what comes later is recorded all the same.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many attempts are remembered before those that may be asked about again are forgotten.
const SWEEP_FROM: usize = 1_024;

#[derive(Debug, Clone)]
struct Pages {
    api: Api,
    settings: Arc<CheckoutConfig>,
    assets: Arc<Assets>,
    /// What a browser may load while it shows our pages.
    policies: Arc<policy::Policies>,
    offers: Offers,
    asked: Arc<Mutex<HashMap<PaymentRequestId, Timestamp>>>,
}

/// The public routes of buyers. `gateway_url` tells where pictures may come from where the gateway is this machine.
pub fn router(api: Api, settings: &CheckoutConfig, gateway_url: &str) -> Router {
    let mut routes = Router::new()
        .route("/checkout/assets/{digest}/{name}", get(assets::serve))
        .route("/result/{token}", get(result::page))
        .route("/status/{token}", get(status))
        .route("/status/{token}/events", post(event))
        .route("/.well-known/assetlinks.json", get(app_links::statements));
    if settings.enabled {
        routes = routes
            .route("/checkout/{token}", get(checkout::page))
            .route("/checkout/{token}/session", post(checkout::session))
            .route("/checkout/{token}/go", get(checkout::go))
            .route("/checkout/{token}/methods", get(methods::list));
    }
    routes.with_state(Pages {
        api,
        settings: Arc::new(settings.clone()),
        assets: Arc::new(Assets::new(settings)),
        policies: Arc::new(policy::Policies::new(settings, gateway_url)),
        offers: Offers::default(),
        asked: Arc::default(),
    })
}

async fn status(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    match pages.attempt(&token).await {
        Ok((order, attempt)) => told(shown(&order, &attempt)),
        Err(status) => status.into_response(),
    }
}

/// What a client SDK reports is never believed: at most the gateway is asked, and the answer is what the books know.
//= C-7
async fn event(State(pages): State<Pages>, Path(token): Path<String>, body: Body) -> Response {
    let (order, attempt) = match pages.attempt(&token).await {
        Ok(found) => found,
        Err(status) => return status.into_response(),
    };
    let body = match intake::whole(body, MAX_EVENT, BODY_WITHIN).await {
        Ok(body) => body,
        Err(Spoilt::TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(Spoilt::TooSlow) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let Ok(event) = serde_json::from_slice::<ClientEvent>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    //= C-6
    if event.code.as_ref().is_some_and(|code| code.is_initialisation_fault()) {
        let code = event.code.as_ref().map_or("", |code| code.as_str());
        tracing::warn!(
            code,
            "a buyer's browser could not show the form: compare environment, script and session"
        );
    }
    let may_be_over = matches!(
        event.next_step(),
        NextStep::ShowResultPage | NextStep::ConfirmFailure | NextStep::AskServer
    );
    if may_be_over { told(pages.ask_again(&order, &attempt).await) } else { told(shown(&order, &attempt)) }
}

fn told(seen: Shown) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": seen.word() }))).into_response()
}

impl Pages {
    /// The attempt that the token names.
    async fn attempt(&self, token: &str) -> Result<(Arc<Order>, Attempt), StatusCode> {
        let key = IdKey::Token(token.to_owned());
        let unavailable = |_| StatusCode::SERVICE_UNAVAILABLE;
        let order_id = self.api.books.ports().store.find(&key).await.map_err(unavailable)?;
        let order_id = order_id.ok_or(StatusCode::NOT_FOUND)?;
        let order = self.api.books.load(&order_id).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?.order;
        self.api.worker.changed(&order_id);
        let attempt = order.attempts.iter().find(|attempt| attempt.token == token).cloned();
        attempt.map(|attempt| (order, attempt)).ok_or(StatusCode::NOT_FOUND)
    }

    /// What is known after the gateway was asked; only about a payment without an end, and not too often.
    async fn ask_again(&self, order: &Order, attempt: &Attempt) -> Shown {
        let before = shown(order, attempt);
        let is_open = !order.is_read_only && !PaymentTable::is_final(attempt.payment.phase);
        if !is_open || !self.may_ask(&attempt.payment_request_id) {
            return before;
        }
        let (pages, order_id) = (self.clone(), order.reference_order_id.clone());
        let question = Question::about(attempt.payment_request_id.clone());
        // It goes on when the buyer goes away.
        let asking = tokio::spawn(async move {
            let asked = Inquiries::new(pages.api.books.clone()).ask(&order_id, &question).await;
            pages.api.worker.changed(&order_id);
            asked
        });
        let Ok(Ok(Ok(asked))) = tokio::time::timeout(PATIENCE, asking).await else { return before };
        asked
            .order
            .attempt(&attempt.payment_request_id)
            .map_or(before, |attempt| shown(&asked.order, attempt))
    }

    fn may_ask(&self, id: &PaymentRequestId) -> bool {
        let now = self.api.books.ports().clock.now();
        let is_recent = |at: &Timestamp| now.since(*at) < BETWEEN_QUESTIONS;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.get(id).is_some_and(is_recent) {
            return false;
        }
        if asked.len() >= SWEEP_FROM {
            asked.retain(|_, at| is_recent(at));
        }
        asked.insert(id.clone(), now);
        true
    }
}
