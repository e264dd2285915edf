//! Books in memory and an open order, for the tests of the poll loop.
//! What is tested stands beside it.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::money::{Currency, Money};
use antom_core::time::Timestamp;
use antom_domain::order::{Command, Integration, NewOrder, OpenAttempt, Order, Policy};
use antom_domain::port::{StoredOrder, Version};
use antom_domain::service::Books;
use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};

pub(super) fn order() -> ReferenceOrderId {
    "ORDER-1".parse().unwrap()
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_epoch_millis(millis)
}

pub(super) fn books_at(clock: &Arc<SetClock>) -> Books {
    let store = Arc::new(MemoryStore::new());
    let ports = ports(&store, Arc::new(ScriptedGateway::default()), clock.clone());
    let policy = Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/");
    Books::new(ports, Arc::new(policy))
}

pub(super) fn order_with_an_open_attempt(books: &Books, at: Timestamp) -> Order {
    let new = NewOrder {
        reference_order_id: order(),
        amount: Money::parse_minor(Currency::parse("USD").unwrap(), "4200").unwrap(),
        description: "Two cups".to_owned(),
        reference_buyer_id: "BUYER-1".parse().unwrap(),
        details: Default::default(),
    };
    let (mut opened, _) = Order::create(&new, at).unwrap();
    let open = OpenAttempt {
        payment_request_id: "PAY-1".parse().unwrap(),
        token: "token".to_owned(),
        integration: Integration::Session,
        payment_method_type: "CARD".to_owned(),
        capture_mode: None,
        terminal_type: None,
        os_type: None,
        client_ip: None,
        idempotency_key: None,
        terms: Default::default(),
    };
    let step = opened.decide(&Command::OpenAttempt(Box::new(open)), at, books.policy()).unwrap();
    step.events.iter().for_each(|event| opened.apply(event, at));
    opened
}

pub(super) fn stored(order: &Order, version: Version) -> StoredOrder {
    StoredOrder { order: order.clone().into(), version, announced: 0 }
}
