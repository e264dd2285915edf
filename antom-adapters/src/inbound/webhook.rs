//! The webhook: takes a notification in, durably, and only then acknowledges it.
//! What it changes is decided by the domain; how it is verified is `antom-signing`'s.

use std::sync::Arc;

use antom_domain::port::{NotificationDigest, ReceivedNotification};
use antom_domain::reading::notification_keys;
use antom_domain::service::{Books, Notifications};
use antom_signing::{NotificationPolicy, SharedKeyRing, acknowledgement, verify_notification};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::digest::sha256_hex;
use crate::worker::WorkerHandle;

/// What the webhook works with.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where notifications go.
    pub books: Books,
    /// Who makes the calls that follow.
    pub worker: WorkerHandle,
    /// The gateway's public keys.
    pub keys: SharedKeyRing,
    /// The path that the gateway signs.
    pub signed_path: Arc<str>,
    /// Limits of size and age.
    pub policy: NotificationPolicy,
}

/// The route that the gateway notifies.
pub fn router(webhook: Webhook) -> Router {
    Router::new().route("/notifications/antom", post(receive)).with_state(webhook)
}

/// Bound the size, verify over raw bytes, parse, judge the age, absorb, commit, and only then acknowledge.
//= N-1, N-2, N-3
async fn receive(State(webhook): State<Webhook>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, webhook.policy.max_body).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let now = webhook.books.ports().clock.now();
    let keys = webhook.keys.current();
    let path = &webhook.signed_path;
    let verified = match verify_notification("POST", path, headers, &body, &keys, now, &webhook.policy) {
        Ok(verified) => verified,
        Err(reason) => {
            tracing::warn!(%reason, next_step = reason.next_step(), "notification refused");
            return refuse(StatusCode::UNAUTHORIZED);
        }
    };
    let (freshness, request_time) = (verified.freshness(), verified.request_time().to_owned());
    let (message, body) = verified.into_parts();
    let notification = ReceivedNotification {
        digest: NotificationDigest(sha256_hex(&body)),
        received_at: now,
        request_time,
        notify_type: message.notify_type.as_ref().map(ToString::to_string).unwrap_or_default(),
        keys: notification_keys(&message),
        body,
        is_fact: freshness.is_fact(),
    };
    let digest = notification.digest.clone();
    match Notifications::new(webhook.books.clone()).receive(notification, &message).await {
        Ok(receipt) => {
            tracing::info!(%digest, verdict = receipt.verdict.as_str(), "notification taken in");
            if let Some(order_id) = &receipt.order_id {
                webhook.worker.changed(order_id);
            }
            acknowledge()
        }
        Err(error) => {
            tracing::error!(%digest, %error, "notification not stored, not acknowledged");
            refuse(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn acknowledge() -> Response {
    let answer = acknowledgement();
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

/// Nothing in a refusal can be read as an acknowledgement.
fn refuse(status: StatusCode) -> Response {
    (status, Body::empty()).into_response()
}
