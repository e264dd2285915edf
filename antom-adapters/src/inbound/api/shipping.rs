//! Whether an order may be shipped: what the books say, asked anew where it is old.
//! What makes an order shippable is decided by the domain.

use std::sync::Arc;

use antom_core::time::Timestamp;
use antom_domain::order::{Event, Question, Recorded};
use antom_domain::service::Inquiries;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::Api;
use super::id::Id;
use super::orders::order_id;
use super::payments::Answer;

/// Asks the gateway once more where its last word is older than the configuration allows. Without an answer nothing is
/// confirmed, whatever the books say.
//= B-7
pub(super) async fn shippable(State(api): State<Arc<Api>>, Id(id): Id) -> Answer {
    let id = order_id(id)?;
    let mut order = api.books.load(&id).await?.order;
    let mut known_at = last_word(&api.books.ports().store.history(&id).await?);
    let now = api.books.ports().clock.now();
    let is_old = known_at.is_none_or(|at| now.since(at) >= api.fresh_for);
    let attempt = order.holder().or_else(|| order.attempts.last()).filter(|_| !order.is_read_only);
    if let Some(attempt) = attempt.filter(|_| is_old) {
        let question = Question::about(attempt.payment_request_id.clone());
        let asked = Inquiries::new(api.books.clone()).ask(&id, &question).await?;
        api.worker.changed(&id);
        if let Some(failure) = asked.failure {
            tracing::warn!(order_id = %id, %failure, "nothing is confirmed for shipping");
            let reason = "the gateway could not be asked; try again";
            let body =
                json!({ "shippable": false, "outcome": "in_doubt", "reason": reason, "knownAt": known_at });
            return Ok((StatusCode::ACCEPTED, Json(body)));
        }
        order = asked.order;
        known_at = Some(now);
    }
    let body = match order.shippable() {
        Ok(permission) => json!({
            "shippable": true,
            "paymentRequestId": permission.payment_request_id(),
            "amount": permission.amount(),
            "knownAt": known_at,
        }),
        Err(reason) => json!({ "shippable": false, "reason": reason.to_string(), "knownAt": known_at }),
    };
    Ok((StatusCode::OK, Json(body)))
}

/// When the gateway was last heard; our own decisions and calls without an answer say nothing of it.
fn last_word(history: &[Recorded]) -> Option<Timestamp> {
    let is_ours = |event: &Event| {
        matches!(
            event,
            Event::OrderCreated { .. }
                | Event::AttemptOpened { .. }
                | Event::CaptureRequested { .. }
                | Event::CancelRequested { .. }
                | Event::RefundRequested { .. }
                | Event::PaymentInDoubt { .. }
                | Event::CaptureInDoubt { .. }
                | Event::CancelInDoubt { .. }
                | Event::RefundInDoubt { .. }
                | Event::HintReceived { .. }
        )
    };
    history.iter().rev().find(|recorded| !is_ours(&recorded.event)).map(|recorded| recorded.at)
}
