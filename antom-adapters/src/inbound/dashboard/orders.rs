//! The list of orders, by phase, id, buyer and time.
//! Phases are the store's to find; buyers and times are looked for among a bounded number of orders, and the page goes on from there.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{Order, OrderPhase};
use antom_domain::port::{IdKey, OrderQuery, StoreError};
use antom_domain::service::{Books, BooksError};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::Dashboard;
use super::answer::Refused;
use super::lists::day;
use super::page::{instant, money, order_path};
use super::visit::Visit;
use crate::inbound::language::Language;

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

/// The orders that were found, among how many that were looked through, and where to look on.
#[derive(Debug, Default)]
struct Found {
    orders: Vec<Order>,
    next: Option<String>,
    looked_through: usize,
    /// The oldest that was looked at was created then.
    back_to: Option<Timestamp>,
}

/// A list of orders that was not found.
enum NotFound {
    Field(&'static str),
    Store,
}

pub(super) async fn list(
    State(dashboard): State<Arc<Dashboard>>,
    visit: Visit,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Response {
    let lang = visit.lang;
    let filter = filter.map(|Query(filter)| filter).unwrap_or_default();
    let found = find(&dashboard.api.books, &filter, MOST_PAGES).await;
    let (status, message, found) = match found {
        Ok(found) => (StatusCode::OK, None, found),
        Err(NotFound::Field(field)) => (StatusCode::BAD_REQUEST, Some(field), Found::default()),
        Err(NotFound::Store) => return visit.refuse(Refused::Unavailable),
    };
    let body = html! {
        (form(lang, &filter))
        @if let Some(field) = message {
            p.message.bad role="alert" { (lang.say("This cannot be looked for: ", "无法按此条件查找：")) (field) }
        }
        div #found data-live { (table(lang, &found, &filter)) }
    };
    visit.page_with(status, lang.say("Orders", "订单"), "/dashboard/orders", body)
}

async fn find(books: &Books, filter: &Filter, most_pages: usize) -> Result<Found, NotFound> {
    let wanted = filter.checked()?;
    let id = filter.id.trim();
    if !id.is_empty() {
        let orders = by_id(books, id).await?.into_iter().filter(|order| wanted.is(order)).collect();
        return Ok(Found { orders, ..Found::default() });
    }
    let cursor = Some(filter.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let mut found = Found { next: cursor, ..Found::default() };
    for _ in 0..most_pages {
        let query = OrderQuery { phase: wanted.phase, cursor: found.next.take(), limit: PAGE };
        let page = match books.ports().store.list(&query).await {
            Err(StoreError::Unreadable { what: "cursor", .. }) => return Err(NotFound::Field("cursor")),
            page => page?,
        };
        let is_before = |order: &Order| wanted.from.is_some_and(|from| order.created_at < from);
        let is_over = page.orders.iter().all(is_before);
        found.looked_through = found.looked_through.saturating_add(page.orders.len());
        found.back_to = page.orders.last().map(|order| order.created_at).or(found.back_to);
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

    /// Whether orders have to be looked at one by one: a store finds phases and ids only, since buyers may be sealed.
    fn looks_through(&self) -> bool {
        [&self.buyer, &self.from, &self.until].iter().any(|field| !field.trim().is_empty())
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

fn form(lang: Language, filter: &Filter) -> Markup {
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

fn table(lang: Language, found: &Found, filter: &Filter) -> Markup {
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
            @if let Some(back_to) = found.back_to.filter(|_| filter.looks_through()) {
                p.hint {
                    (lang.say("Looked through ", "已查看 ")) (found.looked_through)
                    (lang.say(" orders, back to ", " 个订单，最早创建于 ")) (instant(back_to))
                    (lang.say("; older ones may match as well.", "；更早的订单也可能符合条件。"))
                }
            }
            p { a.button href=(filter.further(next)) rel="next" { (lang.say("Older orders", "更早的订单")) } }
        }
    }
}

fn row(lang: Language, order: &Order) -> Markup {
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
pub(super) fn pill(lang: Language, phase: OrderPhase) -> Markup {
    let kind = match phase {
        OrderPhase::Paid => "good",
        OrderPhase::OnHold => "bad",
        OrderPhase::Open | OrderPhase::Refunded => "calm",
        _ => "busy",
    };
    html! { span class={ "pill " (kind) } title=(phase.as_str()) { (lang.phase(phase)) } }
}

#[cfg(test)]
mod tests {
    use antom_core::money::{Currency, Money};
    use antom_domain::order::{NewOrder, Policy};
    use antom_domain::service::Orders;
    use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};

    use super::*;

    async fn books_of(orders: usize) -> Books {
        let store = Arc::new(MemoryStore::new());
        let ports = ports(
            &store,
            Arc::new(ScriptedGateway::default()),
            Arc::new(SetClock::new(Timestamp::from_epoch_millis(1_795_000_000_000))),
        );
        let books =
            Books::new(ports, Arc::new(Policy::new("https://shop.example/n", "https://shop.example/r/")));
        for number in 0..orders {
            let new = NewOrder {
                reference_order_id: ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap(),
                amount: Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap(),
                description: "One coffee".to_owned(),
                reference_buyer_id: (if number == 0 { "RARE" } else { "BUYER" }).parse().unwrap(),
                details: Default::default(),
            };
            Orders::new(books.clone()).create(&new).await.unwrap();
        }
        books
    }

    #[tokio::test]
    async fn a_search_that_stops_says_how_far_it_looked_and_goes_on_from_there() {
        let books = books_of(120).await;
        let filter = Filter { buyer: "RARE".to_owned(), ..Filter::default() };
        let Ok(found) = find(&books, &filter, 2).await else { panic!("the books are there") };
        assert_eq!((found.orders.len(), found.looked_through), (0, 100));
        let told = table(Language::English, &found, &filter).into_string();
        assert!(told.contains("Looked through 100 orders, back to <time datetime=\"2026-11-"), "{told}");

        let cursor = found.next.unwrap();
        let Ok(rest) = find(&books, &Filter { cursor, ..filter.clone() }, 2).await else {
            panic!("they are")
        };
        assert_eq!((rest.orders.len(), rest.next.is_none()), (1, true));
        let told = table(Language::English, &rest, &filter).into_string();
        assert!(!told.contains("Looked through"), "it looked at all that there is: {told}");

        let Ok(all) = find(&books, &Filter::default(), 2).await else { panic!("they are") };
        let told = table(Language::English, &all, &Filter::default()).into_string();
        assert!(all.next.is_some() && !told.contains("Looked through"), "nothing was looked for: {told}");
    }
}
