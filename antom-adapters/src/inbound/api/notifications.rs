//! Notifications: what came and what became of it, and taking one in again.
//! Bodies are shown nowhere; what they say is shown by the orders.

use std::sync::Arc;

use antom_domain::port::{
    IdKey, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest, StoreError,
};
use antom_domain::service::Notifications;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::id::{Id, ListOf};
use super::payments::Nothing;
use super::problem::Problem;
use super::{Api, body};

const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    verdict: Option<String>,
    cursor: Option<String>,
}

//= N-8, N-10
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    ListOf(query): ListOf<ListQuery>,
) -> Result<Json<Value>, Problem> {
    let verdict = match &query.verdict {
        None => None,
        Some(word) => {
            let words = InboxVerdict::ALL.map(InboxVerdict::as_str).join(", ");
            let verdict = InboxVerdict::from_word(word);
            Some(verdict.ok_or_else(|| Problem::field("verdict", format!("must be one of {words}")))?)
        }
    };
    let query = InboxQuery { verdict, cursor: query.cursor, limit: PAGE };
    match api.books.ports().inbox.notifications(&query).await {
        Err(StoreError::Unreadable { what: "cursor", .. }) => {
            Err(Problem::field("cursor", "is not one that this list gave out"))
        }
        page => Ok(Json(page_view(&page?))),
    }
}

/// Takes the stored notification in once more. Facts that are known already add nothing, so that asking again is harmless.
//= N-4
pub(super) async fn replay(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let Nothing {} = body::read(&headers, body).await?;
    let receipt = Notifications::new(api.books.clone()).replay(&NotificationDigest(id.clone())).await?;
    let receipt = receipt
        .ok_or_else(|| Problem::not_found("there is no such notification, or its body is no longer kept"))?;
    let order_id = receipt.order.as_ref().map(|stored| stored.order.reference_order_id.clone());
    if let Some(order) = receipt.order {
        api.worker.changed_to(order);
    }
    tracing::info!(digest = id, verdict = receipt.verdict.as_str(), "notification taken in again");
    Ok(Json(json!({
        "id": id,
        "verdict": receipt.verdict.as_str(),
        "referenceOrderId": order_id,
    })))
}

pub(super) fn page_view(page: &InboxPage) -> Value {
    let notifications: Vec<Value> = page.marks.iter().map(view).collect();
    json!({ "notifications": notifications, "next": page.next })
}

fn view(InboxMark { notification, verdict }: &InboxMark) -> Value {
    let ids: serde_json::Map<String, Value> = notification.keys.iter().map(named).collect();
    json!({
        "id": notification.digest,
        "receivedAt": notification.received_at,
        "requestTime": notification.request_time,
        "notifyType": notification.notify_type,
        "verdict": verdict.as_str(),
        "isFact": notification.is_fact,
        "ids": ids,
    })
}

fn named(key: &IdKey) -> (String, Value) {
    (key.kind().to_owned(), json!(key.value()))
}
