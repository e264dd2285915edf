//! The list of orders, by phase, id, buyer and time.
//! Phases are the store's to find; buyers and times are looked for among a bounded number of orders, and the page goes on from there.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{Order, OrderPhase};
use antom_domain::port::{IdKey, OrderQuery, StoreError};
use antom_domain::service::{Books, BooksError};
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::Dashboard;
use super::answer::{self, Refused};
use super::lists::day;
use super::page::{Page, instant, money, order_path};
use super::session::Visitor;
use super::words::Lang;

const PAGE: usize = 50;
/// For one page so many pages of the store are looked through.
const MOST_PAGES: usize = 40;
const ONE_DAY: std::time::Duration = std::time::Duration::from_hours(24);

/// What is looked for, as it stands in the form.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    phase: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    buyer: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    cursor: String,
}

/// What is looked for, checked.
#[derive(Debug, Default)]
struct Wanted {
    phase: Option<OrderPhase>,
    buyer: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// The orders that were found, and where to look on.
#[derive(Debug, Default)]
struct Found {
    orders: Vec<Order>,
    next: Option<String>,
}

/// A list of orders that was not found.
enum NotFound {
    Field(&'static str),
    Store,
}

pub(super) async fn list(
    State(dashboard): State<Arc<Dashboard>>,
    Extension(visitor): Extension<Visitor>,
    filter: Result<Query<Filter>, QueryRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let lang = Lang::of_request(&headers, &query.unwrap_or_default());
    let filter = filter.map(|Query(filter)| filter).unwrap_or_default();
    let found = find(&dashboard.api.books, &filter).await;
    let (status, message, found) = match found {
        Ok(found) => (StatusCode::OK, None, found),
        Err(NotFound::Field(field)) => (StatusCode::BAD_REQUEST, Some(field), Found::default()),
        Err(NotFound::Store) => return answer::refuse(&headers, Refused::Unavailable),
    };
    let body = html! {
        (form(lang, &filter))
        @if let Some(field) = message {
            p.message.bad role="alert" { (lang.say("This cannot be looked for: ", "无法按此条件查找：")) (field) }
        }
        div #found data-live { (table(lang, &found, &filter)) }
    };
    let title = lang.say("Orders", "订单");
    answer::page(
        status,
        &headers,
        &Page { lang, title, path: "/dashboard/orders", visitor: Some(&visitor), body },
    )
}

async fn find(books: &Books, filter: &Filter) -> Result<Found, NotFound> {
    let wanted = filter.checked()?;
    let id = filter.id.trim();
    if !id.is_empty() {
        let orders = by_id(books, id).await?.into_iter().filter(|order| wanted.is(order)).collect();
        return Ok(Found { orders, next: None });
    }
    let mut found =
        Found { orders: Vec::new(), next: Some(filter.cursor.clone()).filter(|cursor| !cursor.is_empty()) };
    for _ in 0..MOST_PAGES {
        let query = OrderQuery { phase: wanted.phase, cursor: found.next.take(), limit: PAGE };
        let page = match books.ports().store.list(&query).await {
            Err(StoreError::Unreadable { what: "cursor", .. }) => return Err(NotFound::Field("cursor")),
            page => page?,
        };
        let is_before = |order: &Order| wanted.from.is_some_and(|from| order.created_at < from);
        let is_over = page.orders.iter().all(is_before);
        found.orders.extend(page.orders.into_iter().filter(|order| wanted.is(order)));
        found.next = page.next.filter(|_| !is_over);
        if found.next.is_none() || found.orders.len() >= PAGE {
            break;
        }
    }
    Ok(found)
}

/// The order that any of its ids leads to: the merchant's, ours, or the gateway's.
async fn by_id(books: &Books, id: &str) -> Result<Option<Order>, NotFound> {
    let mut order_id = ReferenceOrderId::parse(id).ok();
    let by_own_id = match &order_id {
        Some(order_id) => books.ports().store.load(order_id).await?.is_some(),
        None => false,
    };
    if !by_own_id {
        order_id = None;
        let kinds = [IdKey::PaymentRequest, IdKey::Payment, IdKey::RefundRequest, IdKey::CaptureRequest];
        for kind in kinds {
            if order_id.is_none() {
                order_id = books.ports().store.find(&kind(id.to_owned())).await?;
            }
        }
    }
    let Some(order_id) = order_id else { return Ok(None) };
    match books.load(&order_id).await {
        Ok(stored) => Ok(Some(Order::clone(&stored.order))),
        Err(BooksError::UnknownOrder) => Ok(None),
        Err(_) => Err(NotFound::Store),
    }
}

impl From<StoreError> for NotFound {
    fn from(error: StoreError) -> NotFound {
        tracing::error!(%error, "books not available");
        NotFound::Store
    }
}

impl Filter {
    fn checked(&self) -> Result<Wanted, NotFound> {
        let phase = match self.phase.as_str() {
            "" => None,
            word => Some(OrderPhase::from_word(word).ok_or(NotFound::Field("phase"))?),
        };
        let read = |text: &str, field| match text {
            "" => Ok(None),
            text => day(text).map(Some).ok_or(NotFound::Field(field)),
        };
        let until = read(&self.until, "until")?.map(|day| day.saturating_add(ONE_DAY));
        let buyer = Some(self.buyer.trim().to_owned()).filter(|buyer| !buyer.is_empty());
        Ok(Wanted { phase, buyer, from: read(&self.from, "from")?, until })
    }

    /// The address of the page that goes on from this cursor.
    fn further(&self, cursor: &str) -> String {
        let fields = [
            ("phase", self.phase.as_str()),
            ("buyer", &self.buyer),
            ("from", &self.from),
            ("until", &self.until),
            ("cursor", cursor),
        ];
        let pairs = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            pairs.map(|(name, value)| super::page::path_with(&format!("{name}="), value, "")).collect();
        format!("/dashboard/orders?{}", pairs.join("&"))
    }
}

impl Wanted {
    fn is(&self, order: &Order) -> bool {
        let buyer = self.buyer.as_ref().is_none_or(|buyer| order.reference_buyer_id.as_str() == buyer);
        let phase = self.phase.is_none_or(|phase| order.phase() == phase);
        let from = self.from.is_none_or(|from| order.created_at >= from);
        buyer && phase && from && self.until.is_none_or(|until| order.created_at < until)
    }
}

fn form(lang: Lang, filter: &Filter) -> Markup {
    html! {
        form.filter.card method="get" action="/dashboard/orders" role="search" {
            div {
                label for="phase" { (lang.say("Phase", "阶段")) }
                select #phase name="phase" {
                    option value="" { (lang.say("any", "全部")) }
                    @for phase in OrderPhase::ALL {
                        option value=(phase.as_str()) selected[filter.phase == phase.as_str()] { (lang.phase(phase)) }
                    }
                }
            }
            div {
                label for="id" { (lang.say("Order, payment or refund id", "订单号、支付号或退款号")) }
                input #id name="id" value=(filter.id) autocomplete="off";
            }
            div {
                label for="buyer" { (lang.say("Buyer", "买家")) }
                input #buyer name="buyer" value=(filter.buyer) autocomplete="off";
            }
            div {
                label for="from" { (lang.say("Created from (UTC)", "创建时间起（UTC）")) }
                input #from type="date" name="from" value=(filter.from);
            }
            div {
                label for="until" { (lang.say("until (UTC)", "止（UTC）")) }
                input #until type="date" name="until" value=(filter.until);
            }
            button.main { (lang.say("Find", "查找")) }
        }
    }
}

fn table(lang: Lang, found: &Found, filter: &Filter) -> Markup {
    html! {
        @if found.orders.is_empty() {
            p.empty { (lang.say("No order here.", "没有订单。")) }
        } @else {
            table.orders {
                caption.spoken { (lang.say("Orders, the newest first", "订单，最新在前")) }
                thead {
                    tr {
                        th scope="col" { (lang.say("Order", "订单")) }
                        th scope="col" { (lang.say("Phase", "阶段")) }
                        th.number scope="col" { (lang.say("Amount", "金额")) }
                        th scope="col" { (lang.say("Buyer", "买家")) }
                        th.number scope="col" { (lang.say("Attempts", "支付次数")) }
                        th scope="col" { (lang.say("Created (UTC)", "创建时间（UTC）")) }
                    }
                }
                tbody {
                    @for order in &found.orders { (row(lang, order)) }
                }
            }
        }
        @if let Some(next) = &found.next {
            p { a.button href=(filter.further(next)) rel="next" { (lang.say("Older orders", "更早的订单")) } }
        }
    }
}

fn row(lang: Lang, order: &Order) -> Markup {
    let phase = order.phase();
    html! {
        tr {
            th scope="row" { a href=(order_path(order.reference_order_id.as_str())) { (order.reference_order_id) } }
            td data-name=(lang.say("Phase", "阶段")) { (pill(lang, phase)) }
            td.number data-name=(lang.say("Amount", "金额")) { (money(order.amount)) }
            td data-name=(lang.say("Buyer", "买家")) { (order.reference_buyer_id) }
            td.number data-name=(lang.say("Attempts", "支付次数")) { (order.attempts.len()) }
            td data-name=(lang.say("Created (UTC)", "创建时间（UTC）")) { (instant(order.created_at)) }
        }
    }
}

/// The phase of an order, coloured.
pub(super) fn pill(lang: Lang, phase: OrderPhase) -> Markup {
    let kind = match phase {
        OrderPhase::Paid => "good",
        OrderPhase::OnHold => "bad",
        OrderPhase::Open | OrderPhase::Refunded => "calm",
        _ => "busy",
    };
    html! { span class={ "pill " (kind) } { (lang.phase(phase)) } }
}
