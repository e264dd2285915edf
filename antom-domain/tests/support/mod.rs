//! Words for stories about orders: who pays, what the gateway says, what is then believed.
//! Each test file uses what it needs.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use antom_core::id::{
    CaptureId, CaptureRequestId, PaymentId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId,
    RefundRequestId,
};
use antom_core::money::{Currency, Money};
use antom_core::outcome::{CaptureMode, TerminalType};
use antom_core::time::Timestamp;
use antom_domain::order::{
    Attempt, CancelWord, CaptureKey, CaptureSeen, CaptureWord, Command, Details, Fact, GatewayCall, Handout,
    Integration, Names, NewOrder, OpenAttempt, Order, PaymentSeen, PaymentWord, Policy, RefundWord, Refusal,
    ReviewWord, SeenAmount, Source, Step,
};

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000 + seconds * 1_000)
}

pub(crate) fn usd(minor: u64) -> Money {
    Money::from_minor(Currency::parse("USD").unwrap(), minor).unwrap()
}

/// A bank's method that sends nothing back.
pub(crate) const NO_REFUNDS: &str = "BANKTRANSFER_PERMATA";

pub(crate) fn policy() -> Policy {
    Policy {
        methods_without_refunds: vec![NO_REFUNDS.to_owned()],
        ..Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
    }
}

pub(crate) fn new_order() -> NewOrder {
    NewOrder {
        reference_order_id: ReferenceOrderId::parse("ORDER-1").unwrap(),
        amount: usd(4_200),
        description: "Two cups".to_owned(),
        reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").unwrap(),
        details: Default::default(),
    }
}

pub(crate) fn request_id(number: usize) -> PaymentRequestId {
    PaymentRequestId::parse(format!("PAY-{number}")).unwrap()
}

pub(crate) fn open_attempt(
    number: usize,
    integration: Integration,
    method: &str,
    mode: CaptureMode,
) -> OpenAttempt {
    OpenAttempt {
        payment_request_id: request_id(number),
        token: format!("token-{number}"),
        integration,
        payment_method_type: method.to_owned(),
        capture_mode: (method == "CARD").then_some(mode),
        terminal_type: Some(TerminalType::from("WEB")),
        os_type: None,
        client_ip: Some("203.0.113.7".to_owned()),
        idempotency_key: None,
        terms: Default::default(),
    }
}

/// An order whose log is kept beside it, so that each step can be checked against the laws.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) order: Order,
    pub(crate) log: Vec<antom_domain::order::Recorded>,
    pub(crate) calls: Vec<GatewayCall>,
    pub(crate) now: Timestamp,
    pub(crate) policy: Policy,
}

impl Story {
    pub(crate) fn begin() -> Story {
        Story::begin_with(&new_order())
    }

    pub(crate) fn begin_with(new: &NewOrder) -> Story {
        let (order, step) = Order::create(new, at(0)).unwrap();
        let mut story = Story { order, log: Vec::new(), calls: Vec::new(), now: at(0), policy: policy() };
        story.keep(&step);
        story
    }

    /// An order with one open card attempt that the buyer can pay.
    pub(crate) fn with_open_card(mode: CaptureMode) -> Story {
        let mut story = Story::begin();
        story.open(1, Integration::Session, "CARD", mode);
        story.hand_out(1);
        story
    }

    pub(crate) fn open(&mut self, number: usize, integration: Integration, method: &str, mode: CaptureMode) {
        let open = open_attempt(number, integration, method, mode);
        self.command(&Command::OpenAttempt(Box::new(open))).unwrap();
    }

    pub(crate) fn hand_out(&mut self, number: usize) -> Step {
        self.facts(&[payment(number, Source::Answer, PaymentWord::Accepted), session(number)])
    }

    pub(crate) fn command(&mut self, command: &Command) -> Result<Step, Refusal> {
        let step = self.order.decide(command, self.now, &self.policy)?;
        self.take(&step);
        Ok(step)
    }

    pub(crate) fn facts(&mut self, facts: &[Fact]) -> Step {
        let step = self.order.absorb(facts, self.now, &self.policy);
        self.take(&step);
        step
    }

    pub(crate) fn says(&mut self, fact: Fact) -> Step {
        self.facts(&[fact])
    }

    pub(crate) fn later(&mut self, seconds: i64) -> &mut Story {
        self.now = Timestamp::from_epoch_millis(self.now.epoch_millis() + seconds * 1_000);
        self
    }

    pub(crate) fn attempt(&self, number: usize) -> &Attempt {
        self.order.attempt(&request_id(number)).unwrap()
    }

    /// Names of the events so far, oldest first.
    pub(crate) fn events(&self) -> Vec<String> {
        self.log.iter().map(|recorded| event_name(&recorded.event)).collect()
    }

    /// Operations called so far.
    pub(crate) fn called(&self) -> Vec<&'static str> {
        self.calls.iter().map(|call| call.api.name()).collect()
    }

    pub(crate) fn take(&mut self, step: &Step) {
        for event in &step.events {
            self.order.apply(event, self.now);
        }
        self.keep(step);
    }

    fn keep(&mut self, step: &Step) {
        let now = self.now;
        self.log.extend(
            step.events.iter().map(|event| antom_domain::order::Recorded { at: now, event: event.clone() }),
        );
        self.calls.extend(step.effects.iter().cloned());
    }
}

pub(crate) fn event_name(event: &antom_domain::order::Event) -> String {
    let json = serde_json::to_value(event).unwrap();
    json.get("event").and_then(serde_json::Value::as_str).unwrap().to_owned()
}

pub(crate) fn names(number: usize) -> Names {
    Names {
        payment_request_id: Some(request_id(number)),
        payment_id: Some(PaymentId::parse(format!("GW-{number}")).unwrap()),
        ..Names::default()
    }
}

pub(crate) fn payment_seen(word: PaymentWord) -> PaymentSeen {
    PaymentSeen {
        word,
        amount: SeenAmount::Read(usd(4_200)),
        result_code: None,
        auth_expiry_time: Some(at(7 * 86_400)),
        review: ReviewWord::None,
        details: Details::default(),
    }
}

pub(crate) fn payment(number: usize, source: Source, word: PaymentWord) -> Fact {
    Fact::Payment { names: names(number), source, seen: Box::new(payment_seen(word)) }
}

pub(crate) fn notified(number: usize, word: PaymentWord) -> Fact {
    payment(number, Source::Notification, word)
}

pub(crate) fn inquired(number: usize, word: PaymentWord) -> Fact {
    payment(number, Source::Inquiry, word)
}

pub(crate) fn session(number: usize) -> Fact {
    Fact::Handout {
        names: names(number),
        handout: Handout::Session {
            payment_session_data: "a&&b&&c&&ZA==".to_owned(),
            payment_session_id: None,
            expires_at: Some(at(3_600)),
        },
    }
}

/// The gateway's own capture, under an id that it made.
pub(crate) fn own_capture(number: usize, word: CaptureWord) -> Fact {
    capture(number, &format!("gateway-made-{number}"), word)
}

/// The gateway's own capture, as an inquiry shows it.
pub(crate) fn inquired_capture(number: usize, word: CaptureWord) -> Fact {
    match own_capture(number, word) {
        Fact::Capture { names, seen, .. } => Fact::Capture { names, source: Source::Inquiry, seen },
        other => other,
    }
}

pub(crate) fn capture(number: usize, id: &str, word: CaptureWord) -> Fact {
    capture_of(number, id, word, 4_200)
}

/// What the gateway says of one of our captures; its own id of it follows from ours.
pub(crate) fn capture_of(number: usize, id: &str, word: CaptureWord, minor: u64) -> Fact {
    let capture_request_id = Some(CaptureRequestId::parse(id).unwrap());
    Fact::Capture {
        names: Names { capture_request_id: capture_request_id.clone(), ..names(number) },
        source: Source::Notification,
        seen: Box::new(CaptureSeen {
            key: CaptureKey { capture_request_id, capture_id: CaptureId::parse(format!("GW-{id}")).ok() },
            word,
            amount: SeenAmount::Read(usd(minor)),
            acquirer_reference_no: None,
            result_code: None,
        }),
    }
}

/// The answer to the attempt's first cancel.
pub(crate) fn cancel(number: usize, word: CancelWord) -> Fact {
    nth_cancel(number, 1, word)
}

pub(crate) fn nth_cancel(number: usize, nth: u32, word: CancelWord) -> Fact {
    Fact::Cancel { names: names(number), number: nth, word, result_code: None }
}

pub(crate) fn refund(number: usize, id: &str, word: RefundWord, amount: Money) -> Fact {
    Fact::Refund {
        names: Names { refund_request_id: Some(RefundRequestId::parse(id).unwrap()), ..names(number) },
        word,
        amount: SeenAmount::Read(amount),
        result_code: None,
    }
}

pub(crate) fn capture_command(number: usize, id: &str) -> Command {
    Command::Capture {
        payment_request_id: request_id(number),
        capture_request_id: CaptureRequestId::parse(id).unwrap(),
        amount: None,
        is_last: false,
    }
}

/// Captures a part.
pub(crate) fn part_command(number: usize, id: &str, minor: u64, is_last: bool) -> Command {
    Command::Capture {
        payment_request_id: request_id(number),
        capture_request_id: CaptureRequestId::parse(id).unwrap(),
        amount: Some(usd(minor)),
        is_last,
    }
}

pub(crate) fn cancel_command(number: usize) -> Command {
    Command::Cancel { payment_request_id: request_id(number) }
}

pub(crate) fn refund_command(number: usize, id: &str, minor: u64) -> Command {
    Command::Refund {
        payment_request_id: request_id(number),
        refund_request_id: RefundRequestId::parse(id).unwrap(),
        amount: usd(minor),
        reason: None,
    }
}
