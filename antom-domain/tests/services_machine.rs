//! The services as a state machine: commands, lost calls, notifications once and twice, interrupted commits and restarts
//! in any order, against a gateway that is a few lines long and keeps the only truth about the money.
//! Single stories are in `services`; a whole gateway in virtual time is the simulation's.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use antom_core::outcome::{Api, CaptureMode::Automatic};
use antom_core::wire::Notification;
use antom_domain::order::{Command, GatewayCall, Integration, Order, Role};
use antom_domain::policy::Retry;
use antom_domain::port::{
    CallFailure, Clock, FailureReason, GatewayAnswer, NotificationDigest, OrderStore, Outbox, PaymentGateway,
    Reach, ReceivedNotification,
};
use antom_domain::reading::notification_keys;
use antom_domain::service::{Books, Dispatcher, Inquiries, Notifications, Orders};
use antom_domain::testing::{MemoryStore, SetClock, ports};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};
use support::{at, cancel_command, new_order, open_attempt, policy, refund_command, request_id};

const PRICE: u64 = 4_200;
const WALLET: &str = "ALIPAY_CN";

/// What becomes of a call on its way.
#[derive(Debug, Clone, Copy)]
enum Way {
    Through,
    RequestLost,
    AnswerLost,
}

#[derive(Debug, Clone)]
enum Act {
    Open(usize),
    Cancel(usize),
    Refund(usize, u64),
    Dispatch(Way),
    Ask(usize, Way),
    BuyerPays(usize),
    BuyerFails(usize),
    Deliver(usize),
    InterruptNextCommit(bool),
    Restart,
    Later(u64),
}

/// What was asked for, which bounds what the gateway may have done.
#[derive(Debug, Clone, Default)]
struct Asked {
    opened: BTreeSet<usize>,
    refunds: usize,
    paid: BTreeSet<usize>,
}

struct Reference;

impl ReferenceStateMachine for Reference {
    type State = Asked;
    type Transition = Act;

    fn init_state() -> BoxedStrategy<Asked> {
        Just(Asked::default()).boxed()
    }

    fn transitions(_: &Asked) -> BoxedStrategy<Act> {
        let number = 1..=3_usize;
        let way =
            prop_oneof![3 => Just(Way::Through), 1 => Just(Way::RequestLost), 1 => Just(Way::AnswerLost)];
        prop_oneof![
            3 => number.clone().prop_map(Act::Open),
            1 => number.clone().prop_map(Act::Cancel),
            1 => (number.clone(), prop_oneof![Just(PRICE), Just(1_000)]).prop_map(|(n, m)| Act::Refund(n, m)),
            6 => way.clone().prop_map(Act::Dispatch),
            3 => (0..3_usize, way).prop_map(|(n, way)| Act::Ask(n, way)),
            4 => number.clone().prop_map(Act::BuyerPays),
            1 => number.prop_map(Act::BuyerFails),
            4 => (0..4_usize).prop_map(Act::Deliver),
            1 => any::<bool>().prop_map(Act::InterruptNextCommit),
            1 => Just(Act::Restart),
            2 => (1..2_000_u64).prop_map(Act::Later),
        ]
        .boxed()
    }

    fn apply(mut asked: Asked, act: &Act) -> Asked {
        match act {
            Act::Open(number) => drop(asked.opened.insert(*number)),
            Act::BuyerPays(number) => drop(asked.paid.insert(*number)),
            Act::Refund(..) => asked.refunds += 1,
            _ => {}
        }
        asked
    }
}

/// The gateway's truth about one attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Truth {
    is_paid: bool,
    has_failed: bool,
    is_cancelled: bool,
    refunded: u64,
}

impl Truth {
    fn held(self) -> u64 {
        if self.is_paid && !self.is_cancelled { PRICE - self.refunded } else { 0 }
    }

    fn status(self) -> &'static str {
        match self {
            Truth { is_cancelled: true, .. } => "CANCELLED",
            Truth { is_paid: true, .. } => "SUCCESS",
            Truth { has_failed: true, .. } => "FAIL",
            _ => "PROCESSING",
        }
    }
}

#[derive(Debug, Default)]
struct Ledger {
    attempts: BTreeMap<String, Truth>,
    refunds: BTreeMap<String, u64>,
    /// The bytes of each call by its id: one id, one content.
    bodies: BTreeMap<String, Vec<u8>>,
    notifications: Vec<Value>,
    way: Option<Way>,
}

#[derive(Debug, Default)]
struct ModelGateway(Mutex<Ledger>);

impl ModelGateway {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap()
    }

    /// The time of every payment that nobody has paid is over.
    fn close(&self) {
        for truth in self.ledger().attempts.values_mut().filter(|truth| truth.status() == "PROCESSING") {
            truth.has_failed = true;
        }
    }

    /// The buyer acts, where there is something to act on.
    fn buyer(&self, number: usize, pays: bool) {
        let mut ledger = self.ledger();
        let Some(truth) = ledger.attempts.get_mut(request_id(number).as_str()) else { return };
        if truth.status() == "PROCESSING" {
            (truth.is_paid, truth.has_failed) = (pays, !pays);
            let status = if pays { "S" } else { "F" };
            ledger.notifications.push(json!({
                "notifyType": "PAYMENT_RESULT", "paymentRequestId": request_id(number).as_str(),
                "paymentId": format!("GW-{number}"), "paymentAmount": amount(PRICE),
                "result": result(status, if pays { "SUCCESS" } else { "PROCESS_FAIL" }),
            }));
        }
    }
}

impl Ledger {
    fn perform(&mut self, call: &GatewayCall) -> Value {
        let id = call.subject.payment_request_id().to_string();
        if !call.subject.is_question() {
            let body = call.body.as_bytes().to_vec();
            let first = self.bodies.entry(call.id().to_string()).or_insert_with(|| body.clone());
            assert_eq!(*first, body, "one id, one content");
        }
        let request: Value = serde_json::from_slice(call.body.as_bytes()).unwrap();
        match call.api {
            Api::CreatePaymentSession => {
                self.attempts.entry(id).or_default();
                json!({"result": result("S", "SUCCESS"), "paymentSessionData": "a&&b&&c&&ZA=="})
            }
            Api::Cancel => {
                let truth = self.attempts.entry(id).or_default();
                if truth.refunded > 0 {
                    return json!({"result": result("F", "PROCESS_FAIL")});
                }
                truth.is_cancelled = true;
                json!({"result": result("S", "SUCCESS")})
            }
            Api::Refund => {
                let refund = request["refundRequestId"].as_str().unwrap().to_owned();
                let minor: u64 = request["refundAmount"]["value"].as_str().unwrap().parse().unwrap();
                let truth = self.attempts.get_mut(&id).unwrap();
                if !self.refunds.contains_key(&refund) {
                    assert!(minor <= truth.held(), "more goes back than is held");
                    truth.refunded += minor;
                    self.refunds.insert(refund.clone(), minor);
                }
                json!({"result": result("S", "SUCCESS"), "refundRequestId": refund, "refundAmount": amount(minor)})
            }
            Api::InquiryRefund => {
                let refund = request["refundRequestId"].as_str().unwrap();
                match self.refunds.get(refund) {
                    None => json!({"result": result("F", "REFUND_NOT_EXIST")}),
                    Some(minor) => json!({"result": result("S", "SUCCESS"), "refundStatus": "SUCCESS",
                        "refundRequestId": refund, "refundAmount": amount(*minor)}),
                }
            }
            _ => match self.attempts.get(&id) {
                None => json!({"result": result("F", "ORDER_NOT_EXIST")}),
                Some(truth) => json!({"result": result("S", "SUCCESS"), "paymentStatus": truth.status(),
                    "paymentRequestId": id, "paymentId": id.replace("PAY", "GW"), "paymentAmount": amount(PRICE)}),
            },
        }
    }
}

fn result(status: &str, code: &str) -> Value {
    json!({"resultStatus": status, "resultCode": code})
}

fn amount(minor: u64) -> Value {
    json!({"currency": "USD", "value": minor.to_string()})
}

#[async_trait::async_trait]
impl PaymentGateway for ModelGateway {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let mut ledger = self.ledger();
        let way = ledger.way.unwrap_or(Way::Through);
        let lost = CallFailure { reach: Reach::MaybeSent, reason: FailureReason::Timeout, hint: None };
        if matches!(way, Way::RequestLost) {
            return Err(lost);
        }
        let answer = ledger.perform(call);
        if matches!(way, Way::AnswerLost) {
            return Err(lost);
        }
        let read = |answer| serde_json::from_value(answer).unwrap();
        Ok(match call.api {
            Api::CreatePaymentSession => GatewayAnswer::CreatePaymentSession(Box::new(read(answer))),
            Api::Cancel => GatewayAnswer::Cancel(Box::new(serde_json::from_value(answer).unwrap())),
            Api::Refund => GatewayAnswer::Refund(Box::new(serde_json::from_value(answer).unwrap())),
            Api::InquiryRefund => {
                GatewayAnswer::InquiryRefund(Box::new(serde_json::from_value(answer).unwrap()))
            }
            _ => GatewayAnswer::InquiryPayment(Box::new(serde_json::from_value(answer).unwrap())),
        })
    }
}

/// The services over a store that outlives them.
struct World {
    runtime: tokio::runtime::Runtime,
    store: MemoryStore,
    gateway: Arc<ModelGateway>,
    clock: Arc<SetClock>,
    books: Books,
}

impl World {
    fn books(store: &MemoryStore, gateway: &Arc<ModelGateway>, clock: &Arc<SetClock>) -> Books {
        let ports = ports(&Arc::new(store.clone()), gateway.clone(), clock.clone());
        Books::new(ports, Arc::new(policy()))
    }

    fn order(&self) -> Arc<Order> {
        self.runtime.block_on(self.books.load(&new_order().reference_order_id)).unwrap().order
    }

    /// Whether it was carried out is the order's to say; what must hold is looked at afterwards.
    fn command(&self, command: &Command) {
        let orders = Orders::new(self.books.clone());
        drop(self.runtime.block_on(orders.execute(&new_order().reference_order_id, command)));
    }

    fn dispatch(&self) {
        let now = self.clock.now();
        let claimed = self.runtime.block_on(self.store.claim_due(now, Duration::from_secs(30), 1)).unwrap();
        let dispatcher = Dispatcher::new(self.books.clone(), Retry::default());
        for claimed in claimed {
            drop(self.runtime.block_on(dispatcher.run(&claimed)));
        }
    }

    fn ask(&self, number: usize) {
        if let Some(question) = self.order().questions().get(number) {
            let inquiries = Inquiries::new(self.books.clone());
            drop(self.runtime.block_on(inquiries.ask(&new_order().reference_order_id, question)));
        }
    }

    /// Delivers a notification once more; it stays there to come again.
    fn deliver(&self, number: usize) {
        let Some(json) = self.gateway.ledger().notifications.get(number).map(Value::to_string) else {
            return;
        };
        let message: Notification = serde_json::from_str(&json).unwrap();
        let received = ReceivedNotification {
            digest: NotificationDigest(json.clone()),
            received_at: self.clock.now(),
            request_time: "1795000000000".to_owned(),
            notify_type: "PAYMENT_RESULT".to_owned(),
            keys: notification_keys(&message),
            body: json.into_bytes(),
            is_fact: true,
        };
        let notifications = Notifications::new(self.books.clone());
        drop(self.runtime.block_on(notifications.receive(received, &message)));
    }

    /// No more trouble, and time enough: everything must come to rest.
    fn come_to_rest(&self) {
        self.gateway.ledger().way = None;
        for _ in 0..40 {
            (0..4).for_each(|number| self.deliver(number));
            (0..8).for_each(|_| self.dispatch());
            (0..self.order().questions().len()).rev().for_each(|number| self.ask(number));
            self.clock.advance(Duration::from_mins(20));
            self.gateway.close();
        }
        assert_eq!(self.order().questions(), [], "nothing is left to ask");
        assert_eq!(self.runtime.block_on(self.store.next_due()), Ok(None), "nothing is left to do");
    }
}

impl StateMachineTest for World {
    type SystemUnderTest = World;
    type Reference = Reference;

    fn init_test(_: &Asked) -> World {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (store, gateway) = (MemoryStore::new(), Arc::new(ModelGateway::default()));
        let clock = Arc::new(SetClock::new(at(0)));
        let books = World::books(&store, &gateway, &clock);
        runtime.block_on(Orders::new(books.clone()).create(&new_order())).unwrap();
        World { runtime, store, gateway, clock, books }
    }

    fn apply(mut world: World, _: &Asked, act: Act) -> World {
        match act {
            Act::Open(number) => {
                let open = open_attempt(number, Integration::Session, WALLET, Automatic);
                world.command(&Command::OpenAttempt(Box::new(open)));
            }
            Act::Cancel(number) => world.command(&cancel_command(number)),
            Act::Refund(number, minor) => {
                world.command(&refund_command(number, &format!("R-{number}-{minor}"), minor));
            }
            Act::Dispatch(way) => {
                world.gateway.ledger().way = Some(way);
                world.dispatch();
            }
            Act::Ask(number, way) => {
                world.gateway.ledger().way = Some(way);
                world.ask(number);
            }
            Act::BuyerPays(number) => world.gateway.buyer(number, true),
            Act::BuyerFails(number) => world.gateway.buyer(number, false),
            Act::Deliver(number) => world.deliver(number),
            Act::InterruptNextCommit(is_written) => world.store.interrupt_next_commit(is_written),
            Act::Restart => world.books = World::books(&world.store, &world.gateway, &world.clock),
            Act::Later(seconds) => world.clock.advance(Duration::from_secs(seconds)),
        }
        world
    }

    fn check_invariants(world: &World, asked: &Asked) {
        let order = world.order();
        let log = world.runtime.block_on(world.store.history(&order.reference_order_id)).unwrap();
        assert_eq!(Order::fold(&log).unwrap(), *order, "the folded log is the order");
        let ledger = world.gateway.ledger();
        for (id, truth) in &ledger.attempts {
            let attempt = order.attempts.iter().find(|one| one.payment_request_id.as_str() == id.as_str());
            assert!(attempt.is_some(), "{id} reached the gateway and is not durable here");
            assert!(truth.refunded <= PRICE);
        }
        assert!(ledger.attempts.len() <= asked.opened.len());
        if let Ok(permission) = order.shippable() {
            let truth = ledger.attempts[permission.payment_request_id().as_str()];
            assert!(truth.is_paid, "shipping is released for what the gateway never took");
        }
    }

    fn teardown(world: World, asked: Asked) {
        world.come_to_rest();
        World::check_invariants(&world, &asked);
        let (order, ledger) = (world.order(), world.gateway.ledger());
        let holding: Vec<&String> =
            ledger.attempts.iter().filter(|(_, truth)| truth.held() > 0).map(|(id, _)| id).collect();
        assert!(holding.len() <= 1, "one success at rest, not {holding:?}");
        for (id, truth) in &ledger.attempts {
            let attempt = order.attempts.iter().find(|one| one.payment_request_id.as_str() == id).unwrap();
            assert_eq!(attempt.holds_money(), truth.held() > 0, "{id}: {truth:?} and {attempt:?}");
            assert!(truth.held() == 0 || attempt.role == Role::Kept, "{id} is kept");
            if let (Some(rest), false) = (attempt.refundable(), truth.is_cancelled) {
                assert_eq!(rest.minor_units(), truth.held(), "{id}: the books agree");
            }
        }
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    //= B-5 test
    #[test]
    fn whatever_happens_the_books_agree_and_one_success_is_left(sequential 1..40 => World);
}
