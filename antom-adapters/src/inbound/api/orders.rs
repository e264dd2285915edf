//! Orders: create, list, show.
//! Paying is in `opening` and `payments`, what may be shipped in `shipping`.

use std::sync::Arc;

use antom_core::id::{ReferenceBuyerId, ReferenceOrderId};
use antom_core::money::{Currency, Money};
use antom_core::time::WireTime;
use antom_core::wire::{Amount, Buyer, Goods, UserName};
use antom_domain::order::{NewOrder, OrderDetails, OrderPhase};
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
use super::{Api, body, view};

const PAGE: usize = 50;
/// The most orders of one page.
const MOST: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateOrder {
    reference_order_id: String,
    amount: AmountIn,
    description: String,
    buyer: BuyerIn,
    #[serde(default)]
    goods: Vec<GoodsIn>,
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
    buyer_name: Option<NameIn>,
    buyer_phone_no: Option<String>,
    buyer_email: Option<String>,
    buyer_registration_time: Option<String>,
    is_account_verified: Option<bool>,
    successful_order_count: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NameIn {
    first_name: Option<String>,
    middle_name: Option<String>,
    last_name: Option<String>,
    full_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GoodsIn {
    reference_goods_id: String,
    goods_name: String,
    goods_category: Option<String>,
    goods_brand: Option<String>,
    goods_unit_amount: Option<AmountIn>,
    goods_quantity: Option<String>,
    goods_sku_name: Option<String>,
    goods_url: Option<String>,
    delivery_method_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    phase: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

pub(super) async fn create(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let request: CreateOrder = body::read(&headers, body).await?;
    let new = checked(request)?;
    let Created { order, existed } = Orders::new(api.books.clone()).create(&new).await?;
    let status = if existed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(view::order(&order, api.books.policy()))))
}

/// Every fault of the fields at once.
fn checked(request: CreateOrder) -> Result<NewOrder, Problem> {
    let mut faults = Vec::new();
    let order_id = ReferenceOrderId::parse(request.reference_order_id)
        .map_err(|error| faults.push(("referenceOrderId".to_owned(), error.to_string())));
    let buyer_id = ReferenceBuyerId::parse(request.buyer.reference_buyer_id.as_str())
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
    let goods: Vec<Goods> = request.goods.into_iter().map(GoodsIn::wire).collect();
    let buyer = request.buyer.known();
    match (order_id, buyer_id, amount) {
        (Ok(reference_order_id), Ok(reference_buyer_id), Ok(amount)) if faults.is_empty() => Ok(NewOrder {
            reference_order_id,
            amount,
            description: request.description,
            reference_buyer_id,
            details: OrderDetails { buyer, goods },
        }),
        _ => Err(Problem::fields(faults)),
    }
}

impl BuyerIn {
    /// What is told of the buyer beside the id, if anything is.
    fn known(self) -> Option<Buyer> {
        let buyer = Buyer {
            buyer_name: self.buyer_name.map(NameIn::wire),
            buyer_phone_no: self.buyer_phone_no,
            buyer_email: self.buyer_email,
            buyer_registration_time: self.buyer_registration_time.map(WireTime::parse),
            is_account_verified: self.is_account_verified,
            successful_order_count: self.successful_order_count,
            ..Buyer::default()
        };
        (buyer != Buyer::default()).then_some(buyer)
    }
}

impl NameIn {
    fn wire(self) -> UserName {
        UserName {
            first_name: self.first_name,
            middle_name: self.middle_name,
            last_name: self.last_name,
            full_name: self.full_name,
            ..UserName::default()
        }
    }
}

impl GoodsIn {
    fn wire(self) -> Goods {
        Goods {
            reference_goods_id: Some(self.reference_goods_id),
            goods_name: Some(self.goods_name),
            goods_category: self.goods_category,
            goods_brand: self.goods_brand,
            goods_unit_amount: self
                .goods_unit_amount
                .map(|amount| Amount::new(amount.currency, amount.value)),
            goods_quantity: self.goods_quantity,
            goods_sku_name: self.goods_sku_name,
            goods_url: self.goods_url,
            delivery_method_type: self.delivery_method_type,
            ..Goods::default()
        }
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
    State(api): State<Arc<Api>>,
    ListOf(query): ListOf<ListQuery>,
) -> Result<Json<Value>, Problem> {
    let phase = match &query.phase {
        None => None,
        Some(word) => {
            let words = OrderPhase::ALL.map(OrderPhase::as_str).join(", ");
            let phase = OrderPhase::from_word(word);
            Some(phase.ok_or_else(|| Problem::field("phase", format!("must be one of {words}")))?)
        }
    };
    let limit = query.limit.map_or(Ok(PAGE), |text| page_size(&text))?;
    let query = OrderQuery { phase, cursor: query.cursor, limit };
    let page = match api.books.ports().store.list(&query).await {
        Err(StoreError::Unreadable { what: "cursor", .. }) => {
            return Err(Problem::field("cursor", "is not one that this list gave out"));
        }
        page => page?,
    };
    let orders: Vec<Value> = page.orders.iter().map(|order| view::order(order, api.books.policy())).collect();
    Ok(Json(json!({ "orders": orders, "next": page.next })))
}

fn page_size(text: &str) -> Result<usize, Problem> {
    let size = text.parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| Problem::field("limit", format!("must be a whole number from 1 to {MOST}")))
}

pub(super) async fn show(State(api): State<Arc<Api>>, Id(id): Id) -> Result<Json<Value>, Problem> {
    let id = order_id(id)?;
    let stored = api.books.load(&id).await?;
    let mut history = api.books.ports().store.history(&id).await?;
    // What was recorded after the order was read is not in what it shows either.
    history.truncate(usize::try_from(stored.version).unwrap_or(usize::MAX));
    Ok(Json(view::order_with_timeline(&stored.order, &history, api.books.policy())))
}

/// An id that cannot be one names no order.
pub(super) fn order_id(id: String) -> Result<ReferenceOrderId, Problem> {
    ReferenceOrderId::parse(id).map_err(|_| Problem::not_found("there is no such order"))
}
