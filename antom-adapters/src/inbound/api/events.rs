//! Merchant events: read them on from a cursor, see what became of each, and let one be sent once more.
//! Sending is the worker's.

use std::sync::Arc;

use antom_domain::merchant_event::{MerchantEventId, MerchantEventKind};
use antom_domain::port::{EventQuery, KeptEvent, StoreError};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::id::{Id, ListOf};
use super::payments::Nothing;
use super::problem::Problem;
use super::{Api, body};

const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
    r#type: Option<String>,
}

/// One page, oldest first. `next` is where to read on, also when there is no more yet.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    ListOf(query): ListOf<ListQuery>,
) -> Result<Json<Value>, Problem> {
    let kind = query.r#type.map(MerchantEventKind::from);
    if kind.as_ref().is_some_and(MerchantEventKind::is_unlisted) {
        let words: Vec<&str> = MerchantEventKind::LISTED.iter().map(MerchantEventKind::as_str).collect();
        return Err(Problem::field("type", format!("must be one of {}", words.join(", "))));
    }
    let page = match api.events.events(&EventQuery { kind, cursor: query.cursor, limit: PAGE }).await {
        Err(StoreError::Unreadable { what: "cursor", .. }) => {
            return Err(Problem::field("cursor", "is not one that this list gave out"));
        }
        page => page?,
    };
    let events: Vec<Value> = page.events.iter().map(shown).collect();
    Ok(Json(json!({ "events": events, "next": page.next, "hasMore": page.has_more })))
}

pub(super) async fn resend(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Nothing {} = body::read(&headers, body).await?;
    let unknown = || Problem::not_found("there is no such event, or it is no longer kept");
    let id = MerchantEventId::parse(&id).map_err(|_| unknown())?;
    if !api.books.policy().sends_events {
        return Err(Problem::conflict("no receiver of events is configured; set [events] first"));
    }
    if !api.events.resend(&id, api.books.ports().clock.now()).await? {
        return Err(unknown());
    }
    let (order_id, _) = id.parts();
    api.worker.changed(order_id);
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": id.as_str(), "delivery": { "state": "waiting" } }))))
}

/// The event as it is told, and what became of it.
fn shown(kept: &KeptEvent) -> Value {
    let told = kept.event.payload().ok().and_then(|text| serde_json::from_str(&text).ok());
    let mut shown: Value = told.unwrap_or_else(|| json!({ "id": kept.event.id().as_str() }));
    if let Some(members) = shown.as_object_mut() {
        let delivery = json!({
            "state": kept.state.as_str(),
            "tries": kept.tries,
            "dueAt": kept.due,
            "settledAt": kept.settled_at,
            "failure": kept.failure,
        });
        members.insert("delivery".to_owned(), delivery);
    }
    shown
}
