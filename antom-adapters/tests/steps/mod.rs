//! Steps, calls and notifications for the tests of the SQL adapters, and what a stored step must show.
//! Which adapter keeps them is left to each test.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use antom_adapters::outbound::inspect::Inspect;
use antom_core::id::{PaymentId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId};
use antom_core::money::{Currency, Money};
use antom_core::outcome::Api;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::{EventData, MerchantEvent, MerchantEventKind};
use antom_domain::order::{CallSubject, Event, GatewayCall, Order, OrderPhase, Recorded, RequestBody};
use antom_domain::port::{
    Announced, Commit, EventEnd, EventQueue, IdKey, Inbox, InboxMark, InboxVerdict, NotificationDigest,
    OrderQuery, OrderStore, Outbox, ReceivedNotification, Version,
};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000).saturating_add(Duration::from_secs(seconds))
}

pub(crate) fn id(text: &str) -> ReferenceOrderId {
    ReferenceOrderId::parse(text).unwrap()
}

pub(crate) fn payment(name: &str) -> PaymentRequestId {
    PaymentRequestId::parse(format!("{name}-PAYMENT")).unwrap()
}

/// A step with one event and nothing else.
pub(crate) fn step(name: &str, expected: Version) -> Commit {
    let event = Event::PaymentIdLearnt {
        payment_request_id: payment(name),
        payment_id: PaymentId::parse(format!("PAYMENT-{expected}")).unwrap(),
    };
    Commit {
        order_id: id(name),
        expected,
        events: vec![Recorded { at: at(expected), event }],
        snapshot: Order {
            reference_order_id: id(name),
            amount: Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap(),
            description: format!("after {expected}"),
            reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").unwrap(),
            created_at: at(0),
            has_details: false,
            erased: None,
            attempts: Vec::new(),
            is_read_only: false,
        }
        .into(),
        phase: OrderPhase::Open,
        next_check_at: None,
        ids: Vec::new(),
        effects: Vec::new(),
        settles: None,
        inbox: None,
        announced: Announced::default(),
    }
}

pub(crate) fn cancel(name: &str) -> GatewayCall {
    let subject = CallSubject::Cancel { payment_request_id: payment(name), number: 1 };
    GatewayCall { api: Api::Cancel, subject, body: RequestBody::new(vec![0xff, 0x00, 0x7b]) }
}

pub(crate) fn notification(name: &str) -> ReceivedNotification {
    ReceivedNotification {
        digest: NotificationDigest(name.to_owned()),
        received_at: at(7),
        request_time: "1795000000000".to_owned(),
        notify_type: "PAYMENT_RESULT".to_owned(),
        keys: vec![IdKey::Payment("P".to_owned())],
        body: vec![0xff, 0x00],
        is_fact: true,
    }
}

pub(crate) fn mark(name: &str, verdict: InboxVerdict) -> InboxMark {
    InboxMark { notification: notification(name), verdict }
}

pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Starts a future, so that its step is queued.
pub(crate) fn queue<'a, T>(future: impl Future<Output = T> + 'a) -> Running<'a, T> {
    let mut running: Running<'a, T> = Box::pin(tokio::task::unconstrained(future));
    let state = running.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(state, Poll::Pending), "the step waits for its group");
    running
}

pub(crate) async fn all<T>(running: Vec<Running<'_, T>>) -> Vec<T> {
    let mut done = Vec::new();
    for future in running {
        done.push(future.await);
    }
    done
}

/// A step that uses every table.
pub(crate) fn full_step(name: &str) -> Commit {
    Commit {
        phase: OrderPhase::AwaitingPayment,
        next_check_at: Some(at(60)),
        ids: vec![IdKey::PaymentRequest(name.to_owned()), IdKey::Token(format!("{name}-token"))],
        effects: vec![(cancel(name), at(3))],
        inbox: Some(mark(name, InboxVerdict::Absorbed)),
        ..step(name, 0)
    }
}

pub(crate) async fn assert_holds_full_step(store: &(impl OrderStore + Outbox + Inbox), name: &str) {
    let commit = full_step(name);
    let stored = store.load(&id(name)).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.order), (1, commit.snapshot));
    assert_eq!(store.history(&id(name)).await, Ok(commit.events));
    for key in &commit.ids {
        assert_eq!(store.find(key).await, Ok(Some(id(name))));
    }
    assert_eq!(store.unresolved(None, 9).await, Ok(vec![id(name)]));
    let query = OrderQuery { phase: Some(OrderPhase::AwaitingPayment), limit: 9, cursor: None };
    assert_eq!(store.list(&query).await.unwrap().orders.len(), 1);
    assert_eq!(store.recent(9).await, Ok(vec![mark(name, InboxVerdict::Absorbed)]));
    assert_eq!(store.next_due().await, Ok(Some(at(3))));
    let claimed = store.claim_due(at(3), LEASE, 9).await.unwrap();
    assert_eq!(claimed.into_iter().map(|row| row.call).collect::<Vec<_>>(), [cancel(name)]);
}

/// A step that tells the order's merchant event of this number.
pub(crate) fn telling(name: &str, expected: Version, sequence: u64) -> Commit {
    let event = MerchantEvent {
        order_id: id(name),
        sequence,
        kind: MerchantEventKind::OrderPaid,
        at: at(expected),
        payment_request_id: Some(payment(name)),
        data: EventData::from_stored(r#"{"order":{}}"#.to_owned()),
    };
    let announced = Announced { events: vec![event], total: sequence, are_sent: true };
    Commit { announced, ..step(name, expected) }
}

/// Of the events that wait, the one that waits longest is told, until it is settled.
pub(crate) async fn assert_oldest_event_is_told(store: &(impl OrderStore + EventQueue + Inspect)) {
    assert_eq!(store.oldest_event().await, Ok(None));
    store.commit(telling("A", 0, 1)).await.unwrap();
    store.commit(telling("A", 1, 2)).await.unwrap();
    let mut kept = telling("B", 0, 1);
    kept.announced.are_sent = false;
    store.commit(kept).await.unwrap();
    for (waits, waits_then) in [(at(0), Some(at(1))), (at(1), None)] {
        let claimed = store.claim_events(at(9), LEASE, 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(store.oldest_event().await, Ok(Some(waits)), "while it is sent it still waits");
        for one in claimed {
            store.settle(&one.claim, EventEnd::Delivered, at(9)).await.unwrap();
        }
        assert_eq!(store.oldest_event().await, Ok(waits_then));
    }
}

/// The newest events of one order, oldest first, whatever became of them, and none of another order.
pub(crate) async fn assert_events_of_an_order_are_told(store: &(impl OrderStore + EventQueue + Inspect)) {
    for (name, expected, sequence) in [("A", 0, 1), ("B", 0, 1), ("A", 1, 2), ("A", 2, 3)] {
        store.commit(telling(name, expected, sequence)).await.unwrap();
    }
    for one in store.claim_events(at(9), LEASE, 9).await.unwrap() {
        store.settle(&one.claim, EventEnd::Delivered, at(9)).await.unwrap();
    }
    let told = async |name, limit| {
        let events = store.events_of(&id(name), limit).await.unwrap();
        events.into_iter().map(|kept| (kept.event.sequence, kept.state.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(told("A", 9).await, [(1, "delivered"), (2, "waiting"), (3, "waiting")]);
    assert_eq!(told("A", 2).await, [(2, "waiting"), (3, "waiting")]);
    assert_eq!(told("C", 9).await, []);
}
