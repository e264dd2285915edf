//! Orders: create, list, show, and whether one may be shipped.
//! Paying is in `payments`.

use antom_core::id::{ReferenceBuyerId, ReferenceOrderId};
use antom_core::money::{Currency, Money};
use antom_domain::order::{NewOrder, OrderPhase};
use antom_domain::port::{OrderQuery, StoreError};
use antom_domain::service::{Created, Orders};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::id::{Id, ListOf};
use super::problem::Problem;
use super::{Api, auth, body, view};
use crate::service::config::Scope;

const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateOrder {
    reference_order_id: String,
    amount: AmountIn,
    description: String,
    buyer: BuyerIn,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AmountIn {
    currency: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BuyerIn {
    reference_buyer_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    phase: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn create(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    auth::require(&api.keys, &headers, Scope::Write)?;
    let request: CreateOrder = body::read(&headers, body).await?;
    let new = checked(request)?;
    let Created { order, existed } = Orders::new(api.books.clone()).create(&new).await?;
    let status = if existed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(view::order(&order))))
}

/// Every fault of the fields at once.
fn checked(request: CreateOrder) -> Result<NewOrder, Problem> {
    let mut faults = Vec::new();
    let order_id = ReferenceOrderId::parse(request.reference_order_id)
        .map_err(|error| faults.push(("referenceOrderId".to_owned(), error.to_string())));
    let buyer_id = ReferenceBuyerId::parse(request.buyer.reference_buyer_id)
        .map_err(|error| faults.push(("buyer.referenceBuyerId".to_owned(), error.to_string())));
    if order_id.as_ref().is_ok_and(|id: &ReferenceOrderId| id.as_str().bytes().all(|byte| byte == b'.')) {
        faults.push((
            "referenceOrderId".to_owned(),
            "must not consist of dots: no URL could name it".to_owned(),
        ));
    }
    if request.description.trim().is_empty() || request.description.chars().any(char::is_control) {
        faults.push((
            "description".to_owned(),
            "must have visible characters and no control characters".to_owned(),
        ));
    }
    let amount = request.amount.checked().map_err(|fault| faults.push(fault));
    match (order_id, buyer_id, amount) {
        (Ok(reference_order_id), Ok(reference_buyer_id), Ok(amount)) if faults.is_empty() => {
            Ok(NewOrder { reference_order_id, amount, description: request.description, reference_buyer_id })
        }
        _ => Err(Problem::fields(faults)),
    }
}

impl AmountIn {
    pub(super) fn checked(&self) -> Result<Money, (String, String)> {
        let currency = Currency::parse(&self.currency)
            .map_err(|error| ("amount.currency".to_owned(), error.to_string()))?;
        Money::parse_minor(currency, &self.value)
            .and_then(Money::require_chargeable)
            .map_err(|error| ("amount.value".to_owned(), error.to_string()))
    }
}

pub(super) async fn list(
    State(api): State<Api>,
    headers: HeaderMap,
    ListOf(query): ListOf<ListQuery>,
) -> Result<Json<Value>, Problem> {
    auth::require(&api.keys, &headers, Scope::Read)?;
    let phase = match &query.phase {
        None => None,
        Some(word) => {
            let words = OrderPhase::ALL.map(OrderPhase::as_str).join(", ");
            let phase = OrderPhase::from_word(word);
            Some(phase.ok_or_else(|| Problem::field("phase", format!("must be one of {words}")))?)
        }
    };
    let query = OrderQuery { phase, cursor: query.cursor, limit: PAGE };
    let page = match api.books.ports().store.list(&query).await {
        Err(StoreError::Unreadable { what: "cursor", .. }) => {
            return Err(Problem::field("cursor", "is not one that this list gave out"));
        }
        page => page?,
    };
    let orders: Vec<Value> = page.orders.iter().map(view::order).collect();
    Ok(Json(json!({ "orders": orders, "next": page.next })))
}

pub(super) async fn show(
    State(api): State<Api>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    auth::require(&api.keys, &headers, Scope::Read)?;
    let id = order_id(id)?;
    let stored = api.books.load(&id).await?;
    let mut history = api.books.ports().store.history(&id).await?;
    // What was recorded after the order was read is not in what it shows either.
    history.truncate(usize::try_from(stored.version).unwrap_or(usize::MAX));
    Ok(Json(view::order_with_timeline(&stored.order, &history)))
}

pub(super) async fn shippable(
    State(api): State<Api>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    auth::require(&api.keys, &headers, Scope::Read)?;
    let order = api.books.load(&order_id(id)?).await?.order;
    Ok(Json(match order.shippable() {
        Ok(permission) => json!({ "shippable": true, "paymentRequestId": permission.payment_request_id() }),
        Err(reason) => json!({ "shippable": false, "reason": reason.to_string() }),
    }))
}

/// An id that cannot be one names no order.
pub(super) fn order_id(id: String) -> Result<ReferenceOrderId, Problem> {
    ReferenceOrderId::parse(id).map_err(|_| Problem::not_found("there is no such order"))
}
