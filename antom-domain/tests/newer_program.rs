//! An order that a newer program wrote: it is shown, and otherwise left alone, with nothing lost.
//! How a store tells newer from damaged is in its contract.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use antom_core::outcome::CaptureMode::Automatic;
use antom_domain::order::{Command, Integration, NotShippable, OrderPhase, Refusal};
use antom_domain::policy::Retry;
use antom_domain::port::{Inbox, NotificationDigest, OrderStore, Outbox, ReceivedNotification};
use antom_domain::reading::notification_keys;
use antom_domain::service::{Books, BooksError, CommandError, Dispatched, Dispatcher, Notifications, Orders};
use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};
use support::{at, cancel_command, new_order, open_attempt, policy};

struct World {
    store: MemoryStore,
    gateway: Arc<ScriptedGateway>,
    clock: Arc<SetClock>,
    books: Books,
}

/// An order with an attempt whose opening call is due, and after it an event that this program does not know.
async fn world() -> World {
    let store = MemoryStore::new();
    let (gateway, clock) = (Arc::new(ScriptedGateway::default()), Arc::new(SetClock::new(at(0))));
    let ports = ports(&Arc::new(store.clone()), gateway.clone(), clock.clone());
    let books = Books::new(ports, Arc::new(policy()));
    let orders = Orders::new(books.clone());
    orders.create(&new_order()).await.unwrap();
    let id = new_order().reference_order_id;
    orders.execute(&id, &opening(1)).await.unwrap();
    let event = r#"{"v":2,"at":"2026-11-22T00:00:00.000Z","event":"ChargebackReceived","case":7}"#;
    store.write_stored(&id, event, r#"{"v":2,"case":7}"#).unwrap();
    World { store, gateway, clock, books }
}

fn opening(number: usize) -> Command {
    Command::OpenAttempt(Box::new(open_attempt(number, Integration::Session, "CARD", Automatic)))
}

#[tokio::test]
async fn it_is_shown_and_neither_changed_nor_shipped() {
    let world = world().await;
    let id = new_order().reference_order_id;
    let before = world.books.load(&id).await.unwrap();
    assert_eq!((before.version, before.order.attempts.len()), (3, 1));
    assert_eq!(before.order.shippable(), Err(NotShippable::WrittenByNewerProgram));
    assert_eq!(before.order.phase(), OrderPhase::OnHold);

    let orders = Orders::new(world.books.clone());
    let refused = orders.execute(&id, &cancel_command(1)).await.unwrap_err();
    assert_eq!(refused, CommandError::Refused(Refusal::WrittenByNewerProgram));
    let refused = orders.execute(&id, &opening(2)).await.unwrap_err();
    assert_eq!(refused, CommandError::Books(BooksError::WrittenByNewerProgram));
    assert!(orders.create(&new_order()).await.unwrap().existed, "asked again, it exists");
    assert_eq!(world.books.load(&id).await.unwrap(), before);
    assert_eq!(world.gateway.calls(), []);
}

#[tokio::test]
async fn its_calls_are_left_to_the_newer_program() {
    let world = world().await;
    let claimed = world.store.claim_due(at(0), Duration::from_secs(30), 9).await.unwrap().remove(0);

    let outcome = Dispatcher::new(world.books.clone(), Retry::default()).run(&claimed).await;

    assert_eq!(outcome, Ok(Dispatched::LeftToNewerProgram));
    assert_eq!(world.gateway.calls(), []);
    let due = world.store.next_due().await.unwrap().unwrap();
    assert!(due > at(0) && due <= at(5), "the call is given back soon, not held for a lease");
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.store.claim_due(at(5), Duration::from_secs(30), 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn its_notifications_are_not_acknowledged_so_that_they_come_again() {
    let world = world().await;
    let json = r#"{"notifyType":"PAYMENT_RESULT","paymentRequestId":"PAY-1","paymentId":"G-1",
        "result":{"resultStatus":"S","resultCode":"SUCCESS"},"paymentAmount":{"currency":"USD","value":"4200"}}"#;
    let message = serde_json::from_str(json).unwrap();
    let received = ReceivedNotification {
        digest: NotificationDigest("digest".to_owned()),
        received_at: at(0),
        request_time: "1795000000000".to_owned(),
        notify_type: "PAYMENT_RESULT".to_owned(),
        keys: notification_keys(&message),
        body: json.as_bytes().to_vec(),
        is_fact: true,
    };
    let before = world.store.history(&new_order().reference_order_id).await.unwrap();

    let refused = Notifications::new(world.books.clone()).receive(received, &message).await;

    assert_eq!(refused.unwrap_err(), BooksError::WrittenByNewerProgram);
    assert_eq!(world.store.recent(9).await.unwrap(), [], "what comes again must not look absorbed");
    assert_eq!(world.store.history(&new_order().reference_order_id).await.unwrap(), before);
}
