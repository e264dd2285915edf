//! A gateway under virtual time with a merchant that acknowledges everything, and the requests that merchants send.
//! What is expected of it is up to the tests.

#![allow(dead_code, reason = "each suite uses its own part")]

use std::time::Duration;

use antom_simulator::core::{
    Answer, Completion, CompletionError, Delivery, Gateway, GatewaySettings, Operation, Outcome, Seal, Send,
    Time,
};
use serde_json::{Value, json};

pub(crate) const CLIENT: &str = "SANDBOX_TEST";
pub(crate) const ACKNOWLEDGED: &str =
    r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

/// A gateway, the present, and a merchant that acknowledges everything.
pub(crate) struct Scene {
    pub(crate) gateway: Gateway,
    pub(crate) now: Time,
    pub(crate) received: Vec<(Time, Send)>,
    pub(crate) deaf: bool,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(GatewaySettings::default())
    }

    pub(crate) fn with(settings: GatewaySettings) -> Self {
        let now = Time::parse("2026-01-10T02:00:00Z").expect("a time");
        Self { gateway: Gateway::new(settings, now), now, received: Vec::new(), deaf: false }
    }

    pub(crate) fn raw(&mut self, operation: Operation, body: &[u8]) -> Answer {
        self.gateway.call(self.now, CLIENT, operation, body).answer
    }

    pub(crate) fn call(&mut self, operation: Operation, body: &Value) -> Value {
        match self.raw(operation, body.to_string().as_bytes()) {
            Answer::Body(text, Seal::Good) => serde_json::from_str(&text).expect("a JSON answer"),
            other => panic!("no signed answer: {other:?}"),
        }
    }

    pub(crate) fn code(&mut self, operation: Operation, body: &Value) -> String {
        code_of(&self.call(operation, body))
    }

    pub(crate) fn advance(&mut self, seconds: u64) {
        let target = self.now.after(Duration::from_secs(seconds));
        loop {
            for send in self.gateway.take_sends() {
                let delivery = if send.lost || self.deaf {
                    Delivery::failed("not delivered")
                } else {
                    self.received.push((self.gateway.now(), send.clone()));
                    Delivery { status: Some(200), answer: ACKNOWLEDGED.to_owned(), error: None }
                };
                self.gateway.delivered(&send, delivery);
            }
            if !self.gateway.step(target) {
                break;
            }
        }
        self.gateway.run_to(target);
        self.now = target;
    }

    pub(crate) fn act(&mut self, id: &str, outcome: Outcome) -> Result<Value, CompletionError> {
        self.gateway.complete(self.now, None, id, &Completion::of(outcome))
    }

    pub(crate) fn pay(&mut self, id: &str, mode: &str) -> String {
        let answer = self.call(Operation::Pay, &pay(id, mode));
        assert_eq!(code_of(&answer), "PAYMENT_IN_PROCESS");
        answer["paymentId"].as_str().expect("a payment id").to_owned()
    }

    pub(crate) fn authorized(&mut self, id: &str, mode: &str) -> String {
        let payment_id = self.pay(id, mode);
        self.act(id, Outcome::Success).expect("paid");
        payment_id
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        let kind = |body: &Value| {
            let status = body["result"]["resultStatus"].as_str().unwrap_or_default();
            format!("{} {status}", body["notifyType"].as_str().unwrap_or_default())
        };
        self.received.iter().map(|(_, send)| kind(&body_of(send))).collect()
    }

    pub(crate) fn attempt(&self, id: &str) -> Value {
        let ledger = self.gateway.ledger(None);
        let orders = ledger["orders"].as_object().expect("orders");
        let mut attempts = orders.values().flat_map(|order| order["attempts"].as_array().expect("attempts"));
        attempts.find(|attempt| attempt["paymentRequestId"] == id).expect("an attempt").clone()
    }

    pub(crate) fn status(&mut self, id: &str) -> String {
        let answer = self.call(Operation::InquiryPayment, &json!({"paymentRequestId": id}));
        answer["paymentStatus"].as_str().unwrap_or("none").to_owned()
    }

    pub(crate) fn inquire(&mut self, id: &str) -> Value {
        self.call(Operation::InquiryPayment, &json!({"paymentRequestId": id}))
    }

    /// The entries of one type in the inquiry's `transactions`.
    pub(crate) fn transactions(&mut self, id: &str, kind: &str) -> Vec<Value> {
        let answer = self.inquire(id);
        let entries = answer["transactions"].as_array().cloned().unwrap_or_default();
        entries.into_iter().filter(|entry| entry["transactionType"] == kind).collect()
    }

    pub(crate) fn arrange(&mut self, id: &str, areas: Value) {
        self.gateway.arrange(self.now, None, CLIENT, id, &areas).expect("arranged");
    }

    pub(crate) fn end_capture(
        &mut self,
        id: &str,
        capture: &str,
        outcome: &str,
    ) -> Result<Value, CompletionError> {
        self.gateway.end_capture(self.now, None, id, capture, json!({"outcome": outcome}))
    }

    pub(crate) fn end_refund(
        &mut self,
        id: &str,
        refund: &str,
        outcome: &str,
    ) -> Result<Value, CompletionError> {
        self.gateway.end_refund(self.now, None, id, refund, json!({"outcome": outcome}))
    }

    pub(crate) fn review(&mut self, id: &str, status: &str) {
        self.gateway.review(self.now, None, id, json!({"status": status})).expect("reviewed");
    }

    pub(crate) fn agree(&mut self, settings: &Value) {
        self.gateway.set_contract(CLIENT, settings).expect("a contract");
    }

    /// The bodies of the notifications of one type that have arrived.
    pub(crate) fn told(&self, kind: &str) -> Vec<Value> {
        let bodies = self.received.iter().map(|(_, send)| body_of(send));
        bodies.filter(|body| body["notifyType"] == kind).collect()
    }

    pub(crate) fn violations(&self) -> Value {
        self.gateway.ledger(None)["violations"].clone()
    }
}

pub(crate) fn code_of(answer: &Value) -> String {
    answer["result"]["resultCode"].as_str().expect("a result code").to_owned()
}

pub(crate) fn body_of(send: &Send) -> Value {
    serde_json::from_str(&send.body).expect("a JSON notification")
}

pub(crate) fn session(id: &str, mode: &str) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": id,
        "paymentAmount": {"currency": "SGD", "value": "4200"},
        "paymentMethod": {"paymentMethodType": "CARD"},
        "paymentFactor": {"isAuthorization": true, "captureMode": mode},
        "order": {
            "referenceOrderId": format!("order-{}", id.chars().next().unwrap_or('x')),
            "orderDescription": "a chair",
            "orderAmount": {"currency": "SGD", "value": "4200"},
            "buyer": {"referenceBuyerId": "buyer-1"},
        },
        "paymentRedirectUrl": "imeituan://",
        "paymentNotifyUrl": "http://127.0.0.1:1/notify",
    })
}

pub(crate) fn pay(id: &str, mode: &str) -> Value {
    changed(&session(id, mode), "env", json!({"terminalType": "WEB", "clientIp": "114.121.121.01"}))
}

pub(crate) fn wallet(id: &str) -> Value {
    changed(
        &changed(&pay(id, ""), "paymentMethod", json!({"paymentMethodType": "ALIPAY_CN"})),
        "paymentFactor",
        Value::Null,
    )
}

/// A `pay` with another method than a card.
pub(crate) fn with_method(id: &str, kind: &str, currency: &str, value: &str) -> Value {
    let amount = json!({"currency": currency, "value": value});
    let request = changed(&wallet(id), "paymentMethod.paymentMethodType", json!(kind));
    changed(&changed(&request, "paymentAmount", amount.clone()), "order.orderAmount", amount)
}

/// The request with one field, named by a dotted path, replaced.
pub(crate) fn changed(request: &Value, path: &str, value: Value) -> Value {
    let mut request = request.clone();
    let mut place = &mut request;
    for name in path.split('.') {
        place = &mut place[name];
    }
    *place = value;
    request
}

pub(crate) fn capture(id: &str, payment_id: &str, value: &str) -> Value {
    json!({"captureRequestId": id, "paymentId": payment_id,
           "captureAmount": {"currency": "SGD", "value": value}})
}

pub(crate) fn refund(id: &str, payment_id: &str, value: &str) -> Value {
    json!({"refundRequestId": id, "paymentId": payment_id, "refundNotifyUrl": "http://127.0.0.1:1/refunds",
           "refundAmount": {"currency": "SGD", "value": value}})
}
