//! The admin listener: is the process alive, can it work, what has it counted, and how the merchant API is spoken.
//! It listens apart from the merchant API, on loopback unless told otherwise. Orders are shown by the dashboard beside it only.

use std::sync::Arc;
use std::time::Duration;

use antom_domain::port::{OrderQuery, StoreError};
use antom_domain::service::Books;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use super::openapi;
use crate::metrics::{self, Metrics};
use crate::outbound::inspect::Inspect;
use crate::worker::Pulse;

/// How long a look at the storage is good for: whoever asks more often does not write more often.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long the storage may take to answer that it can be written.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the admin listener looks at.
#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) books: Books,
    /// The storage seen from the outside, where it can be.
    pub(crate) inspect: Option<Arc<dyn Inspect>>,
    pub(crate) pulse: Pulse,
    /// Whether the service was told to end.
    pub(crate) ending: watch::Receiver<bool>,
    pub(crate) metrics: Metrics,
    pub(crate) storage: LastLook,
}

/// The last look at the storage.
#[derive(Debug, Default)]
pub(crate) struct LastLook(Mutex<Option<(Instant, bool)>>);

/// The routes of the admin listener.
///
/// `/healthz` says that the process answers: restart it where it does not. `/readyz` says whether it can take orders and
/// notifications now: send nothing to it where it cannot. The first never looks at anything, so that a database that is away
/// does not make anybody restart a healthy process.
pub(crate) fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(counted))
        .route("/openapi.json", get(async || document()))
        .route("/docs", get(async || page()))
        .route("/docs/page.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], openapi::STYLES)))
        .with_state(Arc::new(admin))
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

/// Ready means: not ending, the worker runs, and a step could be made durable. That keys can be read and that the schema is
/// up to date needs no look: without them the service does not begin to listen.
async fn ready(State(admin): State<Arc<Admin>>) -> (StatusCode, String) {
    let reasons = admin.reasons().await;
    if reasons.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    let lines: Vec<String> = reasons.iter().map(|reason| format!("not ready: {reason}\n")).collect();
    (StatusCode::SERVICE_UNAVAILABLE, lines.concat())
}

async fn counted(State(admin): State<Arc<Admin>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], admin.metrics.text().await)
}

impl Admin {
    async fn reasons(&self) -> Vec<&'static str> {
        if *self.ending.borrow() {
            return vec!["the service is ending"];
        }
        let checks = [
            (self.pulse.is_beating(), "the worker has ended; restart the service"),
            (self.is_writable().await, "the database cannot be written"),
        ];
        checks.into_iter().filter(|(holds, _)| !holds).map(|(_, reason)| reason).collect()
    }

    async fn is_writable(&self) -> bool {
        let mut last = self.storage.0.lock().await;
        if let Some((_, answer)) = last.filter(|(at, _)| at.elapsed() < GOOD_FOR) {
            return answer;
        }
        let answer = match tokio::time::timeout(PATIENCE, self.try_storage()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "not ready");
                false
            }
            Err(_) => {
                tracing::error!("not ready: the database does not answer");
                false
            }
        };
        *last = Some((Instant::now(), answer));
        answer
    }

    async fn try_storage(&self) -> Result<(), StoreError> {
        let Some(inspect) = &self.inspect else {
            // A storage of the embedding program's own: that it can be read is all that its ports tell.
            let any = OrderQuery { limit: 1, ..OrderQuery::default() };
            return self.books.ports().store.list(&any).await.map(|_| ());
        };
        inspect.check_writable().await
    }
}
