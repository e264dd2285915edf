//! A step with personal data in every place that a database has for them, and where else they must not be found.
//! Which database keeps it is left to each test.

use std::sync::Arc;

use antom_adapters::outbound::data_keys::DataKeys;
use antom_core::Secret;
use antom_core::money::{Currency, Money};
use antom_core::wire::{Buyer, Goods, UserName};
use antom_domain::merchant_event::{EventData, MerchantEvent, MerchantEventKind};
use antom_domain::order::{
    Erased, Event, GatewayCall, Order, OrderDetails, OrderPhase, Recorded, RequestBody,
};
use antom_domain::port::{
    Announced, Commit, Erasure, IdKey, Inbox, InboxMark, InboxVerdict, OrderStore, Outbox,
    ReceivedNotification, Version,
};

use crate::steps::{LEASE, at, cancel, id, notification, payment, step};

/// Name, address, telephone number, what was bought, a card, a token and where somebody lives.
pub(crate) const CANARIES: [&str; 8] = [
    "Zephyrine",
    "zephyrine@canary.example",
    "+999555123456",
    "a cage for canaries",
    "BUYER-CANARY-77",
    "411111******9107",
    "card-token-canary-5511",
    "7 Canary Wharf",
];

/// Keys that are nobody's secret: 32 times the same byte.
pub(crate) fn keys(current: u8, older: &[u8]) -> DataKeys {
    let older: Vec<Secret> = older.iter().map(|byte| Secret::from(key_text(*byte))).collect();
    DataKeys::parse(&Secret::from(key_text(current)), &older).unwrap()
}

fn key_text(byte: u8) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode([byte; 32])
}

/// The call that holds what nobody else may know.
pub(crate) fn call(name: &str) -> GatewayCall {
    let body = r#"{"paymentMethodId":"card-token-canary-5511","address1":"7 Canary Wharf"}"#;
    let body = body.as_bytes().to_vec();
    GatewayCall { body: RequestBody::new(body), ..cancel(name) }
}

pub(crate) fn told(name: &str) -> ReceivedNotification {
    let body = br#"{"cardNo":"411111******9107","token":"card-token-canary-5511"}"#.to_vec();
    ReceivedNotification {
        body,
        keys: vec![IdKey::PaymentRequest(payment(name).to_string())],
        ..notification(name)
    }
}

fn event(name: &str) -> MerchantEvent {
    let data = r#"{"order":{"phase":"open"},"payment":{"details":{"cardNo":"411111******9107"}}}"#;
    MerchantEvent {
        order_id: id(name),
        sequence: 1,
        kind: MerchantEventKind::OrderPaid,
        at: at(0),
        payment_request_id: Some(payment(name)),
        data: EventData::from_stored(data.to_owned()),
    }
}

/// Creates an order of canaries; `is_open` adds a call that waits.
pub(crate) fn creation(name: &str, is_open: bool) -> Commit {
    let buyer = Buyer {
        buyer_name: Some(UserName { first_name: Some("Zephyrine".to_owned()), ..UserName::default() }),
        buyer_email: Some("zephyrine@canary.example".to_owned()),
        buyer_phone_no: Some("+999555123456".to_owned()),
        ..Buyer::default()
    };
    let goods = Goods { goods_name: Some("a cage for canaries".to_owned()), ..Goods::default() };
    let created = Event::OrderCreated {
        reference_order_id: id(name),
        amount: Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap(),
        description: "a cage for canaries".to_owned(),
        reference_buyer_id: antom_core::id::ReferenceBuyerId::parse("BUYER-CANARY-77").unwrap(),
        details: Some(Box::new(OrderDetails { buyer: Some(buyer), goods: vec![goods] })),
    };
    let log = [Recorded { at: at(0), event: created }];
    Commit {
        snapshot: Arc::new(Order::fold(&log).unwrap()),
        events: log.to_vec(),
        effects: if is_open { vec![(call(name), at(3))] } else { Vec::new() },
        inbox: Some(InboxMark { notification: told(name), verdict: InboxVerdict::Absorbed }),
        announced: Announced { events: vec![event(name)], total: 1, are_sent: false },
        phase: OrderPhase::Open,
        ..step(name, 0)
    }
}

/// Everything comes back as it was committed.
pub(crate) async fn assert_holds_canaries(store: &(impl OrderStore + Outbox + Inbox), name: &str) {
    let commit = creation(name, true);
    let stored = store.load(&id(name)).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.order), (1, commit.snapshot));
    assert_eq!(store.history(&id(name)).await, Ok(commit.events));
    assert_eq!(store.notification(&told(name).digest).await, Ok(commit.inbox));
    let claimed = store.claim_due(at(3), LEASE, 9).await.unwrap();
    let ours = claimed.iter().find(|row| row.order_id == id(name)).unwrap();
    assert_eq!(ours.call, call(name), "a repeated call has the same bytes");
}

/// Erases everything in an order of this version that [`creation`] made, as the domain decides it.
pub(crate) fn erasure(stored: &Order, log: &[Recorded], version: Version) -> Erasure {
    let decided = stored.erase(Erased::Everything).unwrap();
    let recorded: Vec<Recorded> =
        decided.events.iter().map(|event| Recorded { at: at(99), event: event.clone() }).collect();
    let mut snapshot = stored.clone();
    recorded.iter().for_each(|recorded| snapshot.apply(&recorded.event, recorded.at));
    let name = stored.reference_order_id.to_string();
    Erasure {
        rewritten: (1..)
            .zip(log)
            .filter_map(|(seq, event)| Some((seq, event.without_personal_data(Erased::Everything)?)))
            .collect(),
        named: vec![IdKey::PaymentRequest(payment(&name).to_string())],
        how_far: Erased::Everything,
        commit: Commit {
            events: recorded,
            snapshot: Arc::new(snapshot),
            announced: Announced { total: 1, ..Announced::default() },
            ..step(&name, version)
        },
    }
}

/// The canaries that these bytes hold.
pub(crate) fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |word: &&str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    CANARIES.into_iter().filter(holds).collect()
}
