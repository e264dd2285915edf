//! The webhook: takes a notification in, durably, and only then acknowledges it.
//! What it changes is decided by the domain; how it is verified is `antom-signing`'s.

use std::sync::Arc;

use antom_core::time::Timestamp;
use antom_domain::port::{InboxVerdict, NotificationDigest, ReceivedNotification};
use antom_domain::reading::notification_keys;
use antom_domain::service::{Books, Notifications};
use antom_signing::{
    Freshness, KeyChoiceError, KeyRing, NotificationPolicy, NotificationRefused, VerifiedNotification,
    acknowledgement, verify_notification,
};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};

use super::digest::sha256_hex;
use super::intake::{self, Spoilt};
use super::listener::Limits;
use crate::service::Keys;
use crate::worker::WorkerHandle;

/// The path that the gateway notifies, below the public URL.
pub const PATH: &str = "/notifications/antom";

/// What the webhook works with.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where notifications go.
    pub books: Books,
    /// Who makes the calls that follow.
    pub worker: WorkerHandle,
    /// The gateway's public keys.
    pub keys: Keys,
    /// The path that the gateway signs.
    pub signed_path: Arc<str>,
    /// Limits of size and age.
    pub policy: NotificationPolicy,
    /// Limits of time.
    pub limits: Limits,
}

/// The route that the gateway notifies.
pub fn router(webhook: Webhook) -> Router {
    Router::new().route(PATH, post(receive)).with_state(Arc::new(webhook))
}

/// Bound the size, verify over raw bytes, parse, judge the age, absorb, commit, and only then acknowledge.
//= N-1, N-2, N-3
async fn receive(State(webhook): State<Arc<Webhook>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if !is_plain_json(&head.headers) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = match intake::whole(body, webhook.policy.max_body, webhook.limits.body).await {
        Ok(body) => body,
        Err(Spoilt::TooLarge) => return refuse(StatusCode::PAYLOAD_TOO_LARGE),
        Err(Spoilt::TooSlow) => return refuse(StatusCode::REQUEST_TIMEOUT),
    };
    match tokio::time::timeout(webhook.limits.handler, take_in(&webhook, &head.headers, body)).await {
        Ok(answer) => answer,
        Err(_) => {
            // Stored or not: without an acknowledgement it comes again, and a duplicate changes nothing.
            tracing::error!("a notification was not stored in time, not acknowledged");
            refuse(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// JSON as it was signed: a body in another coding would have to be unpacked before anybody knows whose it is.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_json = text(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
    });
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let is_plain = codings.into_iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    is_json && is_plain
}

async fn take_in(webhook: &Webhook, headers: &HeaderMap, body: Bytes) -> Response {
    let now = webhook.books.ports().clock.now();
    let keys = webhook.keys.gateway();
    let mut verified = verify(webhook, headers, &body, &keys, now);
    if matches!(verified, Err(NotificationRefused::Key(KeyChoiceError::UnknownVersion { .. })))
        && webhook.keys.look_again(&keys).await
    {
        verified = verify(webhook, headers, &body, &webhook.keys.gateway(), now);
    }
    let verified = match verified {
        Ok(verified) => verified,
        Err(reason) => {
            tracing::warn!(%reason, next_step = reason.next_step(), "notification refused");
            return refuse(StatusCode::UNAUTHORIZED);
        }
    };
    //= X-4
    if let Freshness::Hint(reason) = verified.freshness() {
        let next_step = "it is not believed, and the gateway is asked; is the clock of this machine right?";
        tracing::warn!(?reason, next_step, "notification of an unlikely age");
    }
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
    let (digest, notify_type) = (notification.digest.clone(), notification.notify_type.clone());
    match Notifications::new(webhook.books.clone()).receive(notification, &message).await {
        Ok(receipt) => {
            let order = receipt.order.as_ref().map(|stored| &stored.order.reference_order_id);
            let order_id = order.map(tracing::field::display);
            // What stands in a message may control the terminal of whoever reads the log.
            let payment_request_id = message.payment_request_id.as_deref().map(str::escape_debug);
            let payment_request_id = payment_request_id.map(tracing::field::display);
            tracing::info!(
                referenceOrderId = order_id,
                paymentRequestId = payment_request_id,
                notifyType = %notify_type.escape_debug(),
                %digest,
                verdict = receipt.verdict.as_str(),
                "notification taken in"
            );
            if let Some(order) = receipt.order {
                webhook.worker.changed_to(order);
            }
            acknowledge(receipt.verdict)
        }
        Err(error) => {
            tracing::error!(%digest, %error, "notification not stored, not acknowledged");
            refuse(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn verify(
    webhook: &Webhook,
    headers: &HeaderMap,
    body: &[u8],
    keys: &KeyRing,
    now: Timestamp,
) -> Result<VerifiedNotification, NotificationRefused> {
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    verify_notification("POST", &webhook.signed_path, headers, body, keys, now, &webhook.policy)
}

/// The verdict goes along for whoever counts; nothing of it is sent.
fn acknowledge(verdict: InboxVerdict) -> Response {
    let answer = acknowledgement();
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, Extension(verdict), [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

/// Nothing in a refusal can be read as an acknowledgement.
fn refuse(status: StatusCode) -> Response {
    (status, Body::empty()).into_response()
}
