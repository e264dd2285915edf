//! Erasing personal data: what goes, what the books keep, when it is refused, and when it is due.
//! How a database does it is told by the contract of its port.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::{ReferenceBuyerId, ReferenceOrderId};
use antom_core::outcome::CaptureMode::Automatic;
use antom_core::wire::{Buyer, Goods, UserName};
use antom_domain::order::stored::{event_text, snapshot_text};
use antom_domain::order::{
    CaptureWord, Command, Details, ERASED_TEXT, Erased, ErasureRefusal, Fact, Integration, NewOrder, Order,
    OrderDetails, OrderPhase, PaymentWord, Question, Recorded, RefundWord, Refusal, Source,
};
use antom_domain::port::{
    Announced, Commit, IdKey, Inbox, InboxMark, InboxVerdict, NotificationDigest, OrderStore, Outbox,
    ReceivedNotification,
};
use antom_domain::service::{Books, CommandError, Created, Erasal, Erasing, ErasingError, Orders, Terms};
use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};
use support::*;

/// Every word that may tell who bought, what, and by which card.
const CANARIES: [&str; 9] = [
    "Canary",
    "canary@shop.example",
    "+999123456",
    "BUYER-OF-CANARIES",
    "a canary's cage",
    "411111******9107",
    "9107",
    "a&&b&&c",
    "digest-of-canaries",
];

fn order_of_canaries() -> NewOrder {
    let name = UserName { first_name: Some("Canary".to_owned()), ..UserName::default() };
    let buyer = Buyer {
        buyer_name: Some(name),
        buyer_email: Some("canary@shop.example".to_owned()),
        buyer_phone_no: Some("+999123456".to_owned()),
        ..Buyer::default()
    };
    let goods = Goods { goods_name: Some("a canary's cage".to_owned()), ..Goods::default() };
    NewOrder {
        description: "a canary's cage".to_owned(),
        reference_buyer_id: ReferenceBuyerId::parse("BUYER-OF-CANARIES").unwrap(),
        details: OrderDetails { buyer: Some(buyer), goods: vec![goods] },
        ..new_order()
    }
}

fn card() -> Details {
    Details {
        card_no: Some("411111******9107".into()),
        last_four: Some("9107".into()),
        acquirer_reference_no: Some("ARN-1".into()),
        actual_payment_amount: Some(usd(4_100)),
        ..Details::default()
    }
}

fn paid() -> Story {
    let mut story = Story::begin_with(&order_of_canaries());
    let mut open = open_attempt(1, Integration::Session, "CARD", Automatic);
    open.terms.request_digest = Some("digest-of-canaries".to_owned());
    story.command(&Command::OpenAttempt(Box::new(open))).unwrap();
    story.hand_out(1);
    story.says(paid_with(card()));
    story.says(own_capture(1, CaptureWord::Success));
    story
}

fn paid_with(details: Details) -> Fact {
    let mut seen = payment_seen(PaymentWord::Success);
    seen.details = details;
    Fact::Payment { names: names(1), source: Source::Notification, seen: Box::new(seen) }
}

/// Erases in the order and in its log, as a store does.
fn erase(story: &mut Story, how_far: Erased) {
    let step = story.order.erase(how_far).unwrap();
    story.take(&step);
    for recorded in &mut story.log {
        if let Some(rewritten) = recorded.without_personal_data(how_far) {
            *recorded = rewritten;
        }
    }
}

fn all_that_is_stored(log: &[Recorded], order: &Order) -> String {
    let log: String = log.iter().map(|recorded| event_text(recorded).unwrap()).collect();
    log + &snapshot_text(order).unwrap()
}

fn found(text: &str) -> Vec<&'static str> {
    CANARIES.into_iter().filter(|canary| text.contains(canary)).collect()
}

#[test]
fn what_is_erased_is_in_neither_the_log_nor_the_snapshot_and_the_books_stay() {
    let mut story = paid();
    let before = story.clone();
    assert_eq!(found(&all_that_is_stored(&story.log, &story.order)), CANARIES, "all of it was there");

    erase(&mut story, Erased::Everything);

    assert_eq!(found(&all_that_is_stored(&story.log, &story.order)), [""; 0]);
    assert_eq!(Order::fold(&story.log).as_ref(), Ok(&story.order), "the log still folds to the order");
    assert_eq!(story.order.phase(), OrderPhase::Paid);
    assert_eq!(story.order.shippable().is_ok(), before.order.shippable().is_ok());
    assert_eq!(story.events()[..before.log.len()], before.events()[..]);
    let (now, then) = (story.attempt(1), before.attempt(1));
    assert_eq!(
        (now.taken(), now.amount, &now.payment.payment_id),
        (then.taken(), then.amount, &then.payment.payment_id)
    );
    assert_eq!(
        now.payment.details.acquirer_reference_no.as_deref(),
        Some("ARN-1"),
        "settlement files name it"
    );
    assert_eq!(now.payment.details.actual_payment_amount, Some(usd(4_100)), "and what was really paid");
    assert_eq!(story.order.description, ERASED_TEXT);
    assert_eq!(
        story.order.explain(story.now, &story.policy).phase,
        before.order.explain(before.now, &before.policy).phase
    );
}

#[test]
fn an_erased_order_is_refunded_as_ever_and_opens_no_payment() {
    let mut story = paid();
    erase(&mut story, Erased::Everything);

    story.command(&refund_command(1, "REFUND-1", 4_200)).unwrap();
    story.says(refund(1, "REFUND-1", RefundWord::Success, usd(4_200)));
    assert_eq!(story.order.phase(), OrderPhase::Refunded);

    let again = open_attempt(2, Integration::Session, "CARD", Automatic);
    assert_eq!(story.command(&Command::OpenAttempt(Box::new(again))), Err(Refusal::Erased));
}

#[test]
fn what_the_gateway_tells_of_the_card_later_is_not_learnt_again() {
    let mut story = paid();
    erase(&mut story, Erased::Everything);
    let told = Details { auth_expiry_time: Some("2026-11-29T00:00:00Z".into()), ..card() };

    story.says(paid_with(told));

    assert_eq!(found(&all_that_is_stored(&story.log, &story.order)), [""; 0]);
    assert!(story.attempt(1).payment.details.auth_expiry_time.is_some(), "what is not personal is learnt");
}

#[test]
fn contact_data_go_alone_and_what_people_look_up_stays() {
    let mut story = paid();
    erase(&mut story, Erased::Contact);

    let left = found(&all_that_is_stored(&story.log, &story.order));
    assert_eq!(
        left,
        ["BUYER-OF-CANARIES", "a canary's cage", "411111******9107", "9107", "digest-of-canaries"]
    );
    assert_eq!(Order::fold(&story.log).as_ref(), Ok(&story.order));
    erase(&mut story, Erased::Everything);
    assert_eq!(found(&all_that_is_stored(&story.log, &story.order)), [""; 0]);
    assert_eq!(story.order.erase(Erased::Contact).unwrap().events, [], "more is erased already");
    assert_eq!(story.order.erase(Erased::Everything).unwrap().events, []);
}

#[test]
fn nothing_is_erased_while_money_may_move() {
    let mut story = Story::begin_with(&order_of_canaries());
    let refused = |story: &Story| story.order.erase(Erased::Everything).map(drop);
    assert_eq!(refused(&story), Ok(()), "nobody pays");
    story.open(1, Integration::Session, "CARD", Automatic);
    for (fact, phase) in [
        (None, OrderPhase::AwaitingPayment),
        (Some(notified(1, PaymentWord::Success)), OrderPhase::Capturing),
    ] {
        fact.map(|fact| story.says(fact));
        assert_eq!(refused(&story), Err(ErasureRefusal::NotAtRest { phase }));
    }
    story.says(own_capture(1, CaptureWord::Success));
    assert_eq!(refused(&story), Ok(()));
    story.command(&refund_command(1, "REFUND-1", 100)).unwrap();
    assert_eq!(
        refused(&story),
        Err(ErasureRefusal::NotAtRest { phase: OrderPhase::Paid }),
        "a refund is open"
    );
    story.order.is_read_only = true;
    assert_eq!(refused(&story), Err(ErasureRefusal::WrittenByNewerProgram));
}

struct World {
    store: Arc<MemoryStore>,
    clock: Arc<SetClock>,
    books: Books,
    erasing: Erasing,
}

fn world() -> World {
    let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(SetClock::new(at(0))));
    let ports = ports(&store, Arc::new(ScriptedGateway::default()), clock.clone());
    let books = Books::new(ports, Arc::new(policy()));
    World { erasing: Erasing::new(books.clone(), store.clone()), store, clock, books }
}

fn id() -> ReferenceOrderId {
    new_order().reference_order_id
}

impl World {
    /// A paid order, with the notification that told so.
    async fn with_paid(self) -> World {
        let story = paid();
        let keys = vec![IdKey::PaymentRequest("PAY-1".to_owned())];
        let commit = Commit {
            order_id: id(),
            expected: 0,
            events: story.log.clone(),
            phase: story.order.phase(),
            next_check_at: None,
            snapshot: Arc::new(story.order),
            ids: keys.clone(),
            effects: Vec::new(),
            settles: None,
            inbox: Some(InboxMark {
                notification: ReceivedNotification {
                    digest: NotificationDigest("told".to_owned()),
                    received_at: at(5),
                    request_time: "2026-11-22T00:00:00Z".to_owned(),
                    notify_type: "PAYMENT_RESULT".to_owned(),
                    keys,
                    body: b"{\"canary\":\"Canary\"}".to_vec(),
                    is_fact: true,
                },
                verdict: InboxVerdict::Absorbed,
            }),
            announced: Announced::default(),
        };
        self.store.commit(commit).await.unwrap();
        self
    }

    async fn stored(&self) -> String {
        let order = self.books.load(&id()).await.unwrap().order;
        all_that_is_stored(&self.store.history(&id()).await.unwrap(), &order)
    }

    async fn body(&self) -> Vec<u8> {
        self.store.recent(1).await.unwrap().remove(0).notification.body
    }

    /// One turn over everything, after so many days without an event.
    async fn sweep(&self, terms: Terms) -> (usize, usize) {
        let orders = self.erasing.sweep_orders(&terms, None).await.unwrap();
        assert_eq!(orders.next, None);
        (orders.orders, self.erasing.sweep_notifications(&terms, None).await.unwrap().dropped)
    }
}

fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

#[tokio::test]
async fn an_order_is_erased_on_request_with_its_notifications_and_once() {
    let world = world().with_paid().await;

    assert_eq!(world.erasing.erase(&id()).await, Ok(Erasal::Erased));
    let version = world.books.load(&id()).await.unwrap().version;
    assert_eq!(world.erasing.erase(&id()).await, Ok(Erasal::ErasedBefore));

    assert_eq!(world.books.load(&id()).await.unwrap().version, version);
    assert_eq!(found(&world.stored().await), [""; 0]);
    assert_eq!(world.body().await, b"");
    let log = world.store.history(&id()).await.unwrap();
    assert_eq!(Order::fold(&log).as_ref(), Ok(&*world.books.load(&id()).await.unwrap().order));
    assert_eq!(
        event_name(&log.last().unwrap().event),
        "PersonalDataErased",
        "the log tells that it was done"
    );
}

#[tokio::test]
async fn the_orders_of_a_buyer_are_found_on_the_pages_of_all_orders() {
    let world = world().with_paid().await;
    for number in 0..400 {
        let other = NewOrder {
            reference_order_id: ReferenceOrderId::parse(format!("OTHER-{number}")).unwrap(),
            ..new_order()
        };
        Orders::new(world.books.clone()).create(&other).await.unwrap();
    }
    let buyer = order_of_canaries().reference_buyer_id;
    let (mut theirs, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let (orders, next) = world.erasing.orders_of(&buyer, cursor).await.unwrap();
        theirs.extend(orders);
        pages += 1;
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((theirs, pages), (vec![id()], 3));
}

/// A question that was wished before the order came to rest is still to be asked.
#[tokio::test]
async fn an_order_whose_calls_wait_is_not_erased() {
    let world = world().with_paid().await;
    let question = Question::about(request_id(1)).call();
    let hint = Fact::Hint { names: names(1), mark: "0f1e2d3c4b5a6978".to_owned() };
    let stored = world.books.load(&id()).await.unwrap();
    let step = stored.order.absorb(&[hint], at(9), world.books.policy());
    let mut order = Order::clone(&stored.order);
    step.events.iter().for_each(|event| order.apply(event, at(9)));
    assert_eq!(step.effects, [question]);
    let commit = Commit {
        order_id: id(),
        expected: stored.version,
        events: step.events.into_iter().map(|event| Recorded { at: at(9), event }).collect(),
        phase: order.phase(),
        next_check_at: None,
        snapshot: Arc::new(order),
        ids: Vec::new(),
        effects: step.effects.into_iter().map(|call| (call, at(9))).collect(),
        settles: None,
        inbox: None,
        announced: Announced::default(),
    };
    world.store.commit(commit).await.unwrap();

    assert_eq!(world.erasing.erase(&id()).await, Err(ErasingError::StillNeeded));
    assert!(world.store.next_due().await.unwrap().is_some(), "the call is still there");
    assert!(world.stored().await.contains("canary@shop.example"));
}

#[tokio::test]
async fn the_sweep_erases_what_has_had_its_time_and_nothing_before() {
    let world = world().with_paid().await;
    let terms = Terms { orders: Some(days(730)), contact: Some(days(7)), notifications: Some(days(90)) };

    world.clock.advance(days(7) - Duration::from_secs(1));
    assert_eq!(world.sweep(terms).await, (0, 0));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.sweep(terms).await, (1, 0), "contact data");
    assert_eq!(world.sweep(terms).await, (0, 0), "once");
    assert!(!world.stored().await.contains("canary@shop.example"));
    assert!(world.stored().await.contains("9107") && !world.body().await.is_empty());
    world.clock.advance(days(84));
    assert_eq!(world.sweep(terms).await, (0, 1));
    world.clock.advance(days(730 - 91) - Duration::from_secs(1));
    assert_eq!(world.sweep(terms).await, (0, 0));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.sweep(terms).await, (1, 0), "the first erasure did not prolong it");
    assert_eq!(found(&world.stored().await), [""; 0]);
    assert_eq!(world.sweep(Terms::default()).await, (0, 0));
}

#[tokio::test]
async fn an_order_without_contact_data_is_left_alone_until_everything_goes() {
    let world = world();
    Orders::new(world.books.clone()).create(&new_order()).await.unwrap();
    world.clock.advance(days(8));
    let terms = Terms { contact: Some(days(7)), ..Terms::default() };

    assert_eq!(world.sweep(terms).await, (0, 0));
    assert_eq!(world.books.load(&id()).await.unwrap().version, 1);
    assert_eq!(world.sweep(Terms { orders: Some(days(8)), ..terms }).await, (1, 0));
}

#[tokio::test]
async fn the_same_order_again_is_the_same_while_its_contact_data_are_gone_and_another_one_when_all_is_gone() {
    let world = world();
    let orders = Orders::new(world.books.clone());
    orders.create(&order_of_canaries()).await.unwrap();
    world.clock.advance(days(8));
    world.sweep(Terms { contact: Some(days(7)), ..Terms::default() }).await;

    assert!(matches!(orders.create(&order_of_canaries()).await, Ok(Created { existed: true, .. })));
    let other = NewOrder { details: OrderDetails::default(), ..order_of_canaries() };
    assert_eq!(orders.create(&other).await, Err(CommandError::OrderExists), "other goods");
    world.erasing.erase(&id()).await.unwrap();
    assert_eq!(orders.create(&order_of_canaries()).await, Err(CommandError::OrderExists));
}
