//! The same seed and the same script give the same run, and the journal's hash says so in one word.
//! What each step answers is tested in `core_rules`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

use std::time::Duration;

use antom_simulator::core::{
    Answer, Completion, Delivery, Gateway, GatewaySettings, Operation, Outcome, Time,
};
use serde_json::{Value, json};

const CLIENT: &str = "SANDBOX_TEST";
const ACKNOWLEDGED: &str = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"}}"#;

struct Run {
    gateway: Gateway,
    sent: usize,
}

impl Run {
    fn new(seed: u64, journal: usize) -> Self {
        let now = Time::parse("2026-01-10T02:00:00Z").expect("a time");
        let mut gateway = Gateway::new(GatewaySettings { seed, journal, ..GatewaySettings::default() }, now);
        let plan = json!({"rules": [
            {"target": "pay", "probability": 0.2, "do": {"kind": "drop", "effect": true}},
            {"target": "*", "probability": 0.1, "do": {"kind": "unknown_field"}},
            {"target": "capture", "probability": 0.2, "do": {"kind": "duplicate"}},
            {"target": "notification:*", "probability": 0.2, "do": {"kind": "drop"}},
            {"target": "notification:PAYMENT_RESULT", "probability": 0.2, "do": {"kind": "reorder"}},
            {"target": "notification:*", "probability": 0.2, "do": {"kind": "wrong_amount"}},
        ]});
        gateway.set_faults(plan).expect("a plan");
        Self { gateway, sent: 0 }
    }

    fn call(&mut self, operation: Operation, body: &Value) -> Value {
        let now = self.gateway.now();
        match self.gateway.call(now, CLIENT, operation, body.to_string().as_bytes()).answer {
            Answer::Body(text, _) => serde_json::from_str(&text).expect("a JSON answer"),
            Answer::Status(_) | Answer::Close => Value::Null,
        }
    }

    fn complete(&mut self, id: &str, outcome: Outcome) {
        let now = self.gateway.now();
        self.gateway.complete(now, None, id, &Completion::of(outcome)).expect("an act of the buyer");
    }

    /// Every third notification that arrives is not acknowledged.
    fn advance(&mut self, seconds: u64) {
        let target = self.gateway.now().after(Duration::from_secs(seconds));
        while self.gateway.step(target) {
            for send in self.gateway.take_sends() {
                self.sent += 1;
                let delivery = if send.lost || self.sent.is_multiple_of(3) {
                    Delivery::failed("no answer in time")
                } else {
                    Delivery { status: Some(200), answer: ACKNOWLEDGED.to_owned(), error: None }
                };
                self.gateway.delivered(&send, delivery);
            }
        }
        self.gateway.run_to(target);
    }

    fn journal(&self) -> Value {
        self.gateway.journal_view(None)
    }

    fn hash(&self) -> String {
        self.journal()["hash"].as_str().expect("a hash").to_owned()
    }

    fn play(mut self) -> Self {
        for round in 0..20 {
            self.round(round);
        }
        self.advance(2 * 86_400);
        self
    }

    fn round(&mut self, round: u32) {
        let [manual, wallet, session, left] = ["m", "w", "s", "l"].map(|kind| format!("{kind}{round}"));
        self.call(
            Operation::Pay,
            &request(&manual, "CARD", json!({"isAuthorization": true, "captureMode": "MANUAL"})),
        );
        self.complete(&manual, Outcome::Success);
        self.call(Operation::Pay, &request(&wallet, "ALIPAY_CN", json!({})));
        self.complete(&wallet, Outcome::Pending);
        self.call(
            Operation::CreatePaymentSession,
            &request(&session, "CARD", json!({"isAuthorization": true})),
        );
        self.complete(&session, Outcome::Decline);
        self.complete(&session, Outcome::Success);
        self.call(Operation::Pay, &request(&left, "CARD", json!({"isAuthorization": true})));
        let ids = [&manual, &wallet].map(|id| {
            let payment = self.gateway.payment_view(None, id).expect("a payment");
            payment["paymentId"].as_str().expect("a payment id").to_owned()
        });
        self.advance(7);
        let amount = |value: &str| json!({"currency": "SGD", "value": value});
        let [manual_id, wallet_id] = ids;
        self.call(Operation::Capture, &json!({"captureRequestId": format!("c{round}"), "paymentId": manual_id, "captureAmount": amount("1000")}));
        self.complete(&wallet, Outcome::Success);
        self.call(Operation::Refund, &json!({"refundRequestId": format!("r{round}"), "paymentId": wallet_id, "refundAmount": amount("500")}));
        self.call(Operation::Cancel, &json!({"paymentRequestId": left}));
        self.advance(3_600);
        self.call(Operation::InquiryPayment, &json!({"paymentId": manual_id}));
    }
}

fn request(id: &str, method: &str, factor: Value) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": id,
        "paymentAmount": {"currency": "SGD", "value": "4200"},
        "paymentMethod": {"paymentMethodType": method},
        "paymentFactor": factor,
        "order": {
            "referenceOrderId": format!("order-{id}"),
            "orderDescription": "a chair",
            "orderAmount": {"currency": "SGD", "value": "4200"},
        },
        "env": {"terminalType": "WEB"},
        "paymentRedirectUrl": "https://shop.test/result",
        "paymentNotifyUrl": "http://127.0.0.1:1/notify",
    })
}

#[test]
fn the_same_seed_and_script_give_the_same_run_twice_and_another_seed_gives_another() {
    let first = Run::new(7, 10_000).play();
    let journal = first.journal().to_string();
    for kind in ["drop", "unknown_field", "duplicate", "wrong_amount"] {
        assert!(journal.contains(&format!(r#""fault":"{kind}""#)), "the script meets {kind}");
    }
    let again = Run::new(7, 10_000).play();
    assert_eq!(first.hash(), again.hash());
    assert_eq!(journal, again.journal().to_string());
    assert_eq!(first.gateway.ledger(None), again.gateway.ledger(None));
    assert_ne!(first.hash(), Run::new(8, 10_000).play().hash());
}

#[test]
fn the_hash_is_over_all_entries_also_those_that_the_log_no_longer_holds() {
    let all = Run::new(7, 10_000).play();
    let few = Run::new(7, 5).play();
    assert_eq!(few.journal()["entries"].as_array().map(Vec::len), Some(5));
    assert_eq!(few.journal()["written"], all.journal()["written"]);
    assert_eq!(few.hash(), all.hash());
    let mut longer = Run::new(7, 5);
    longer.call(Operation::Consult, &json!({"what": "an entry that falls out"}));
    assert_ne!(longer.play().hash(), few.hash());
}

#[test]
fn without_a_journal_there_is_no_hash_rather_than_one_of_nothing() {
    let journal = Run::new(7, 0).play().journal();
    assert_eq!(journal, json!({"written": 0, "hash": null, "entries": []}));
}

#[test]
fn members_of_answers_are_in_the_order_of_their_names_whatever_other_crates_ask_of_the_json_library() {
    assert_eq!(json!({"b": 1, "a": 2}).to_string(), r#"{"a":2,"b":1}"#);
}
