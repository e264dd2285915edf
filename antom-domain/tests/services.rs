//! The services over their ports: what is durable when, what is sent again, what is parked.
//! The store is the in-memory one, held to the same contract as the real ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use antom_core::outcome::CaptureMode::Automatic;
use antom_domain::capture::CapturePhase;
use antom_domain::order::{Command, GatewayCall, Integration, Order, Refusal};
use antom_domain::payment::PaymentPhase;
use antom_domain::policy::Retry;
use antom_domain::port::{
    CallFailure, FailureReason, GatewayAnswer, Inbox, InboxMark, InboxVerdict, NotificationDigest,
    OrderStore, Outbox, PaymentGateway, Reach, ReceivedNotification,
};
use antom_domain::reading::notification_keys;
use antom_domain::service::{
    Books, BooksError, CommandError, Dispatched, Dispatcher, Inquiries, Notifications, Orders,
};
use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};
use support::{NO_REFUNDS, at, new_order, open_attempt, policy, request_id};

struct World {
    store: Arc<MemoryStore>,
    gateway: Arc<ScriptedGateway>,
    clock: Arc<SetClock>,
    books: Books,
}

fn world() -> World {
    let gateway = Arc::new(ScriptedGateway::default());
    world_with(gateway.clone(), gateway)
}

fn world_with(gateway: Arc<ScriptedGateway>, port: Arc<dyn PaymentGateway>) -> World {
    let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(SetClock::new(at(0))));
    let ports = ports(&store, port, clock.clone());
    World { store, gateway, clock, books: Books::new(ports, Arc::new(policy())) }
}

impl World {
    async fn with_attempt(self) -> World {
        let orders = Orders::new(self.books.clone());
        orders.create(&new_order()).await.unwrap();
        let open = open_attempt(1, Integration::Session, "CARD", Automatic);
        orders.execute(&new_order().reference_order_id, &Command::OpenAttempt(Box::new(open))).await.unwrap();
        self
    }

    /// Claims what is due and makes it.
    async fn dispatch(&self) -> Vec<Dispatched> {
        let now = self.books.ports().clock.now();
        let dispatcher = Dispatcher::new(self.books.clone(), Retry::default());
        let mut outcomes = Vec::new();
        for claimed in self.store.claim_due(now, Duration::from_secs(30), 10).await.unwrap() {
            outcomes.push(dispatcher.run(&claimed).await.unwrap());
        }
        outcomes
    }

    async fn order(&self) -> Arc<Order> {
        self.books.load(&new_order().reference_order_id).await.unwrap().order
    }

    async fn phase(&self) -> PaymentPhase {
        self.order().await.attempt(&request_id(1)).unwrap().payment.phase
    }

    fn received(&self, json: &str) -> ReceivedNotification {
        ReceivedNotification {
            digest: NotificationDigest(json.to_owned()),
            received_at: self.books.ports().clock.now(),
            request_time: "1795000000000".to_owned(),
            notify_type: String::new(),
            keys: notification_keys(&serde_json::from_str(json).unwrap()),
            body: json.as_bytes().to_vec(),
            is_fact: true,
        }
    }

    async fn notify(&self, json: &str) -> Result<InboxVerdict, BooksError> {
        let receipt = Notifications::new(self.books.clone())
            .receive(self.received(json), &serde_json::from_str(json).unwrap())
            .await?;
        Ok(receipt.verdict)
    }

    /// As a process leaves it that dies after it learnt the payment's id and before it took in what was parked under it.
    async fn with_a_capture_left_parked(self) -> World {
        let world = self.with_attempt().await;
        world.notify(PAID).await.unwrap();
        let parked = InboxMark { notification: world.received(CAPTURED), verdict: InboxVerdict::Parked };
        world.store.record(&parked).await.unwrap();
        world
    }
}

fn session_answer() -> GatewayAnswer {
    let json =
        r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"paymentSessionData":"a&&b&&c&&ZA=="}"#;
    GatewayAnswer::CreatePaymentSession(Box::new(serde_json::from_str(json).unwrap()))
}

const PAID: &str = r#"{"notifyType":"PAYMENT_RESULT","paymentRequestId":"PAY-1","paymentId":"G-1",
    "result":{"resultStatus":"S","resultCode":"SUCCESS"},"paymentAmount":{"currency":"USD","value":"4200"}}"#;
const CAPTURED: &str = r#"{"notifyType":"CAPTURE_RESULT","paymentId":"G-1","captureRequestId":"gateway-made",
    "result":{"resultStatus":"S","resultCode":"SUCCESS"},"captureAmount":{"currency":"USD","value":"4200"}}"#;

/// Fails every call, after looking whether what it was asked is already durable.
#[derive(Debug)]
struct Witness(Arc<ScriptedGateway>, std::sync::OnceLock<Arc<MemoryStore>>);

#[async_trait::async_trait]
impl PaymentGateway for Witness {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let store = self.1.get().unwrap();
        let stored = store.load(&new_order().reference_order_id).await.unwrap().unwrap();
        assert!(
            stored.order.attempt(call.subject.payment_request_id()).is_some(),
            "sent before it was durable"
        );
        self.0.call(call).await
    }
}

#[tokio::test]
async fn a_call_is_durable_before_it_is_sent() {
    let script = Arc::new(ScriptedGateway::default());
    let witness = Arc::new(Witness(script.clone(), std::sync::OnceLock::new()));
    let world = world_with(script, witness.clone());
    witness.1.set(world.store.clone()).unwrap();
    let world = world.with_attempt().await;
    assert_eq!(world.gateway.calls().len(), 0, "a command alone sends nothing");
    world.gateway.answer(session_answer());
    assert_eq!(world.dispatch().await, [Dispatched::Answered]);
    assert_eq!(world.gateway.calls().len(), 1);
}

//= B-8 test
//= B-2 test
#[tokio::test]
async fn a_call_without_an_answer_is_made_again_with_the_same_bytes() {
    let world = world().with_attempt().await;
    world.gateway.fail(Reach::MaybeSent);
    assert_eq!(world.dispatch().await, [Dispatched::Postponed]);
    assert_eq!(world.phase().await, PaymentPhase::InDoubt);
    assert_eq!(world.dispatch().await, [], "not before its time");
    world.clock.advance(Duration::from_secs(5));
    world.gateway.answer(session_answer());
    assert_eq!(world.dispatch().await, [Dispatched::Answered]);
    let calls = world.gateway.calls();
    assert_eq!(calls[0], calls[1]);
    assert_eq!(world.phase().await, PaymentPhase::AwaitingPayer);
}

#[tokio::test]
async fn a_call_whose_answer_came_another_way_is_not_made() {
    let world = world().with_attempt().await;
    world.notify(PAID).await.unwrap();
    assert_eq!(world.dispatch().await, [Dispatched::NotWanted]);
    assert_eq!(world.gateway.calls().len(), 0);
}

/// Answers the call only after its row was claimed once more.
#[derive(Debug)]
struct Slow(Arc<ScriptedGateway>, std::sync::OnceLock<Arc<MemoryStore>>);

#[async_trait::async_trait]
impl PaymentGateway for Slow {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let again = self.1.get().unwrap().claim_due(at(31), Duration::from_secs(30), 1).await.unwrap();
        assert_eq!(again[0].call, *call);
        self.0.call(call).await
    }
}

#[tokio::test]
async fn an_answer_is_recorded_even_where_the_lease_was_lost() {
    let script = Arc::new(ScriptedGateway::default());
    let slow = Arc::new(Slow(script.clone(), std::sync::OnceLock::new()));
    let world = world_with(script, slow.clone());
    slow.1.set(world.store.clone()).unwrap();
    let world = world.with_attempt().await;
    world.gateway.answer(session_answer());
    assert_eq!(world.dispatch().await, [Dispatched::Answered]);
    assert_eq!(world.phase().await, PaymentPhase::AwaitingPayer);
}

//= B-8 test
#[tokio::test]
async fn a_call_whose_lease_was_lost_before_it_began_is_left_to_its_new_holder() {
    let world = world().with_attempt().await;
    let lease = Duration::from_secs(30);
    let old = world.store.claim_due(at(0), lease, 1).await.unwrap().remove(0);
    let dispatcher = Dispatcher::new(world.books.clone(), Retry::default());
    world.gateway.answer(session_answer());

    world.clock.advance(lease);
    assert_eq!(dispatcher.run(&old).await, Ok(Dispatched::LeaseLost), "anybody may claim it now");
    let new = world.store.claim_due(at(30), lease, 1).await.unwrap().remove(0);
    assert_eq!(dispatcher.run(&old).await, Ok(Dispatched::LeaseLost), "somebody else makes it");
    assert_eq!(world.gateway.calls().len(), 0);

    assert_eq!(dispatcher.run(&new).await, Ok(Dispatched::Answered));
    assert_eq!(world.gateway.calls().len(), 1);
}

//= N-10 test
//= X-16 test
#[tokio::test]
async fn a_capture_that_nobody_knows_yet_is_parked_and_taken_in_once_its_payment_is_known() {
    let world = world().with_attempt().await;
    assert_eq!(world.notify(CAPTURED).await.unwrap(), InboxVerdict::Parked);
    assert_eq!(world.notify(PAID).await.unwrap(), InboxVerdict::Absorbed);
    let order = world.order().await;
    assert_eq!(order.attempts[0].captures[0].phase, CapturePhase::Captured);
    assert!(order.shippable().is_ok());
    let verdicts: Vec<_> =
        world.store.recent(10).await.unwrap().into_iter().map(|mark| mark.verdict).collect();
    assert_eq!(verdicts, [InboxVerdict::Absorbed, InboxVerdict::Absorbed]);
}

//= X-16 test
#[tokio::test]
async fn what_a_process_left_parked_when_it_died_is_taken_in_by_whoever_hears_of_the_order_next() {
    let captured = async |world: &World| world.order().await.attempts[0].captures[0].phase;

    let world = self::world().with_a_capture_left_parked().await;
    assert_eq!(captured(&world).await, CapturePhase::Awaited);
    world.notify(PAID).await.unwrap();
    assert_eq!(captured(&world).await, CapturePhase::Captured, "it was not acknowledged, so it came again");

    let world = self::world().with_a_capture_left_parked().await;
    let question = world.order().await.questions().remove(0);
    let inquiries = Inquiries::new(world.books.clone());
    let asked = inquiries.ask(&new_order().reference_order_id, &question).await.unwrap();
    assert!(asked.failure.is_some());
    assert_eq!(asked.order.attempts[0].captures[0].phase, CapturePhase::Captured, "without any answer");
    assert_eq!(captured(&world).await, CapturePhase::Captured);
}

//= N-4 test
#[tokio::test]
async fn a_notification_that_comes_again_changes_nothing_and_is_acknowledged() {
    let world = world().with_attempt().await;
    world.notify(PAID).await.unwrap();
    let before = world.books.load(&new_order().reference_order_id).await.unwrap();
    assert_eq!(world.notify(PAID).await.unwrap(), InboxVerdict::Absorbed);
    assert_eq!(world.books.load(&new_order().reference_order_id).await.unwrap(), before);
}

//= N-4 test
#[tokio::test]
async fn a_stored_notification_is_taken_in_again_as_it_would_be_today() {
    let world = world();
    let replay = async |world: &World| {
        let stored = world.store.recent(1).await.unwrap().remove(0).notification.digest;
        Notifications::new(world.books.clone()).replay(&stored).await.unwrap().unwrap().verdict
    };
    // Its order does not exist yet.
    assert_eq!(world.notify(PAID).await.unwrap(), InboxVerdict::Parked);
    assert_eq!(replay(&world).await, InboxVerdict::Parked);

    let world = world.with_attempt().await;
    assert_eq!(replay(&world).await, InboxVerdict::Absorbed);
    assert_eq!(world.phase().await, PaymentPhase::Succeeded);
    let before = world.books.load(&new_order().reference_order_id).await.unwrap();
    assert_eq!(replay(&world).await, InboxVerdict::Absorbed);
    assert_eq!(world.books.load(&new_order().reference_order_id).await.unwrap(), before);

    let unknown = NotificationDigest("unknown".to_owned());
    assert_eq!(Notifications::new(world.books.clone()).replay(&unknown).await.unwrap(), None);
}

//= N-3 test
#[tokio::test]
async fn without_storage_nothing_is_acknowledged_and_nothing_is_called() {
    let world = world().with_attempt().await;
    world.store.set_available(false);
    assert!(world.notify(PAID).await.is_err());
    assert!(world.store.claim_due(at(0), Duration::from_secs(30), 10).await.is_err());
    world.store.set_available(true);
    assert_eq!(world.phase().await, PaymentPhase::Opening);
}

#[tokio::test]
async fn a_commit_of_unknown_outcome_is_read_again_before_anything_else() {
    for is_written in [true, false] {
        let world = world().with_attempt().await;
        world.store.interrupt_next_commit(is_written);
        assert_eq!(world.notify(PAID).await.unwrap(), InboxVerdict::Absorbed);
        assert_eq!(world.phase().await, PaymentPhase::Succeeded);
        let history = world.store.history(&new_order().reference_order_id).await.unwrap();
        let successes =
            history.iter().filter(|entry| support::event_name(&entry.event) == "PaymentSucceeded").count();
        assert_eq!(successes, 1);
    }
}

//= B-4 test
#[tokio::test]
async fn an_attempt_in_doubt_is_inquired_before_another_one_is_opened() {
    let world = world().with_attempt().await;
    world.gateway.fail(Reach::MaybeSent);
    let second = open_attempt(2, Integration::Session, "CARD", Automatic);
    let orders = Orders::new(world.books.clone());
    orders.execute(&new_order().reference_order_id, &Command::OpenAttempt(Box::new(second))).await.unwrap();
    let asked: Vec<_> = world.gateway.calls().iter().map(|call| call.api.name()).collect();
    assert_eq!(asked, ["inquiryPayment"]);
    assert_eq!(world.order().await.attempts.len(), 2, "the buyer may go on; the older attempt stays watched");
}

#[tokio::test]
async fn an_inquiry_that_brings_nothing_new_writes_nothing() {
    let world = world().with_attempt().await;
    let json = r#"{"result":{"resultStatus":"F","resultCode":"ORDER_NOT_EXIST"}}"#;
    world.gateway.answer(GatewayAnswer::InquiryPayment(Box::new(serde_json::from_str(json).unwrap())));
    let before = world.books.load(&new_order().reference_order_id).await.unwrap();
    let question = before.order.questions().remove(0);
    let asked =
        Inquiries::new(world.books.clone()).ask(&new_order().reference_order_id, &question).await.unwrap();
    assert_eq!(asked.failure, None);
    assert_eq!(world.books.load(&new_order().reference_order_id).await.unwrap(), before);
}

#[test]
fn a_failure_says_how_far_the_call_got() {
    let failure = CallFailure { reach: Reach::MaybeSent, reason: FailureReason::Timeout, hint: None };
    assert_eq!(failure.to_string(), "call to the gateway may have been sent: no answer in time");
}

//= B-6 test
#[tokio::test]
async fn a_postponed_attempt_is_refused_while_the_cancel_it_waits_for_is_durable() {
    let world = world();
    let (orders, id) = (Orders::new(world.books.clone()), new_order().reference_order_id);
    orders.create(&new_order()).await.unwrap();
    let open = |number, method| {
        Command::OpenAttempt(Box::new(open_attempt(number, Integration::Session, method, Automatic)))
    };
    orders.execute(&id, &open(1, NO_REFUNDS)).await.unwrap();
    for _ in 0..2 {
        let error = orders.execute(&id, &open(2, "CARD")).await.unwrap_err();
        let waits = Refusal::EarlierAttemptBeingCancelled { payment_request_id: request_id(1) };
        assert_eq!(error, CommandError::Refused(waits));
    }
    let cancels = world.order().await.attempt(&request_id(1)).unwrap().cancels.len();
    assert_eq!(cancels, 1, "asked twice, cancelled once");
    let due = world.store.claim_due(at(0), Duration::from_secs(30), 10).await.unwrap();
    assert!(due.iter().any(|claimed| claimed.call.api.name() == "cancel"), "{due:?}");
}
