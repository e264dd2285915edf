//! Steps, calls and notifications that the stories are made of.
//! They are well-formed but follow no machine: what may happen after what is left to `order`.

use std::time::Duration;

use antom_core::id::{
    CaptureRequestId, PaymentId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId, RefundRequestId,
};
use antom_core::money::{Currency, Money};
use antom_core::outcome::Api;
use antom_core::time::Timestamp;

use crate::order::{CallSubject, Event, GatewayCall, Order, OrderPhase, Recorded, RequestBody};
use crate::port::{
    Announced, Claim, Claimed, Commit, IdKey, InboxMark, InboxVerdict, NotificationDigest, Outbox,
    ReceivedNotification, Version,
};

/// How long a claim in a story lasts.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// An instant so many seconds into the story.
pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000).saturating_add(Duration::from_secs(seconds))
}

pub(super) fn order_id(text: &str) -> ReferenceOrderId {
    ReferenceOrderId::parse(text).unwrap()
}

pub(super) fn payment_request_id(text: &str) -> PaymentRequestId {
    PaymentRequestId::parse(text).unwrap()
}

fn ten_dollars() -> Money {
    Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap()
}

/// The order after so many events; every version differs from the one before.
pub(super) fn order(id: &str, version: Version) -> Order {
    Order {
        reference_order_id: order_id(id),
        amount: ten_dollars(),
        description: format!("Café \"no. {version}\"\n\u{1F375}"),
        reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").unwrap(),
        created_at: at(0),
        has_details: false,
        erased: None,
        attempts: Vec::new(),
        is_read_only: false,
    }
}

/// The step that creates an order, with one event and nothing else.
pub(super) fn creation(id: &str) -> Commit {
    let created = Event::OrderCreated {
        reference_order_id: order_id(id),
        amount: ten_dollars(),
        description: "Café".to_owned(),
        reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").unwrap(),
        details: None,
    };
    with_events(id, 0, vec![created])
}

/// A later step, with one event and nothing else.
pub(super) fn step(id: &str, expected: Version) -> Commit {
    let learnt = Event::PaymentIdLearnt {
        payment_request_id: payment_request_id(&format!("{id}-PAYMENT")),
        payment_id: PaymentId::parse(format!("PAYMENT-{expected}")).unwrap(),
    };
    with_events(id, expected, vec![learnt])
}

/// A step with these events and nothing else.
pub(super) fn with_events(id: &str, expected: Version, events: Vec<Event>) -> Commit {
    let version = expected + events.len() as Version;
    let recorded = |(number, event)| Recorded { at: at(expected + number), event };
    Commit {
        order_id: order_id(id),
        expected,
        events: (0..).zip(events).map(recorded).collect(),
        snapshot: order(id, version).into(),
        phase: OrderPhase::Open,
        next_check_at: None,
        ids: Vec::new(),
        effects: Vec::new(),
        settles: None,
        inbox: None,
        announced: Announced::default(),
    }
}

/// The step that creates an order and wishes this call, due then.
pub(super) fn wishing(id: &str, call: GatewayCall, due: Timestamp) -> Commit {
    Commit { effects: vec![(call, due)], ..creation(id) }
}

/// The call that captures, with bytes that are no text.
pub(super) fn capture_call(id: &str) -> GatewayCall {
    let subject = CallSubject::Capture {
        payment_request_id: payment_request_id(&format!("{id}-PAYMENT")),
        capture_request_id: CaptureRequestId::parse(format!("{id}-CAPTURE")).unwrap(),
    };
    GatewayCall { api: Api::Capture, subject, body: RequestBody::new((0..=u8::MAX).collect()) }
}

/// The call that asks how the payment stands.
pub(super) fn question(id: &str) -> GatewayCall {
    let subject = CallSubject::Inquire { payment_request_id: payment_request_id(&format!("{id}-PAYMENT")) };
    GatewayCall { api: Api::InquiryPayment, subject, body: RequestBody::new(b"{\"a\": 1 }".to_vec()) }
}

/// One call of each kind.
pub(super) fn every_call(id: &str) -> Vec<GatewayCall> {
    let payment = || payment_request_id(&format!("{id}-PAYMENT"));
    let refund = || RefundRequestId::parse(format!("{id}-REFUND")).unwrap();
    let call = |api, subject| GatewayCall { api, subject, body: RequestBody::new(vec![0xff, 0x00]) };
    let refunds = CallSubject::Refund { payment_request_id: payment(), refund_request_id: refund() };
    let asks = CallSubject::InquireRefund { payment_request_id: payment(), refund_request_id: refund() };
    vec![
        call(Api::CreatePaymentSession, CallSubject::Open { payment_request_id: payment() }),
        call(Api::Pay, CallSubject::Open { payment_request_id: payment_request_id(&format!("{id}-OTHER")) }),
        capture_call(id),
        call(Api::Cancel, CallSubject::Cancel { payment_request_id: payment(), number: 2 }),
        call(Api::Refund, refunds),
        question(id),
        call(Api::InquiryRefund, asks),
    ]
}

/// A notification that came at this second and names these ids.
pub(super) fn notification(name: &str, second: u64, keys: &[IdKey]) -> ReceivedNotification {
    ReceivedNotification {
        digest: NotificationDigest(format!("digest-of-{name}")),
        received_at: at(second),
        request_time: "2026-11-22T09:30:00+08:00".to_owned(),
        notify_type: "PAYMENT_RESULT".to_owned(),
        keys: keys.to_vec(),
        body: [name.as_bytes(), &[0x00, 0xff, 0x7b]].concat(),
        is_fact: true,
    }
}

pub(super) fn mark(notification: &ReceivedNotification, verdict: InboxVerdict) -> InboxMark {
    InboxMark { notification: notification.clone(), verdict }
}

/// Claims one row at this second.
pub(super) async fn claim_one(outbox: &dyn Outbox, second: u64) -> Claimed {
    let mut claimed = outbox.claim_due(at(second), LEASE, 1).await.unwrap();
    assert_eq!(claimed.len(), 1, "one call is due");
    claimed.remove(0)
}

/// The calls that can be claimed at this second, by id.
pub(super) async fn claimable(outbox: &dyn Outbox, second: u64) -> Vec<String> {
    let claimed = outbox.claim_due(at(second), LEASE, 100).await.unwrap();
    claimed.into_iter().map(|row| row.claim.call_id.to_string()).collect()
}

/// A claim of the same row that was never given out.
pub(super) fn stale(claim: &Claim) -> Claim {
    Claim { call_id: claim.call_id.clone(), fence: claim.fence.wrapping_sub(1) }
}
