//! A script with a bit of everything: faults by chance, buyers, captures, refunds, cancels, notifications that are not
//! acknowledged, hours that pass. What is to be true of its runs is said by the tests.

use std::time::Duration;

use antom_simulator::core::{
    Answer, Completion, Delivery, Gateway, GatewaySettings, Operation, Outcome, Time,
};
use serde_json::{Value, json};

/// How often the script does all that it does.
pub(crate) const ROUNDS: u32 = 20;
pub(crate) const CLIENT: &str = "SANDBOX_TEST";

pub(crate) struct Run {
    pub(crate) gateway: Gateway,
    sent: usize,
}

pub(crate) fn settings(seed: u64, journal: usize) -> GatewaySettings {
    GatewaySettings { seed, journal, ..GatewaySettings::default() }
}

pub(crate) fn acknowledged() -> Delivery {
    let answer = json!({"result": {"resultCode": "SUCCESS", "resultStatus": "S"}});
    Delivery { status: Some(200), answer: answer.to_string(), error: None }
}

impl Run {
    pub(crate) fn new(seed: u64, journal: usize) -> Self {
        let now = Time::parse("2026-01-10T02:00:00Z").expect("a time");
        let mut gateway = Gateway::new(settings(seed, journal), now);
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

    pub(crate) fn call(&mut self, operation: Operation, body: &Value) -> Value {
        let now = self.gateway.now();
        match self.gateway.call(now, CLIENT, operation, body.to_string().as_bytes()).answer {
            Answer::Body(text, _) => serde_json::from_str(&text).expect("a JSON answer"),
            Answer::Status(_) | Answer::Close => Value::Null,
        }
    }

    pub(crate) fn complete(&mut self, id: &str, outcome: Outcome) {
        let now = self.gateway.now();
        self.gateway.complete(now, None, id, &Completion::of(outcome)).expect("an act of the buyer");
    }

    /// Every third notification that arrives is not acknowledged.
    pub(crate) fn advance(&mut self, seconds: u64) {
        let target = self.gateway.now().after(Duration::from_secs(seconds));
        while self.gateway.step(target) {
            for send in self.gateway.take_sends() {
                self.sent += 1;
                let delivery = if send.lost || self.sent.is_multiple_of(3) {
                    Delivery::failed("no answer in time")
                } else {
                    acknowledged()
                };
                self.gateway.delivered(&send, delivery);
            }
        }
        self.gateway.run_to(target);
    }

    pub(crate) fn journal(&self) -> Value {
        self.gateway.journal_view(None)
    }

    pub(crate) fn hash(&self) -> String {
        self.journal()["hash"].as_str().expect("a hash").to_owned()
    }

    pub(crate) fn play(mut self) -> Self {
        for round in 0..ROUNDS {
            self.round(round);
        }
        self.finish()
    }

    pub(crate) fn finish(mut self) -> Self {
        self.advance(2 * 86_400);
        self
    }

    pub(crate) fn round(&mut self, round: u32) {
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
        self.stored_cards(round);
        self.advance(3_600);
        self.call(Operation::InquiryPayment, &json!({"paymentId": manual_id}));
    }

    /// Raises an authorization, stores a card in a session and on the gateway's page, and forgets one again.
    fn stored_cards(&mut self, round: u32) {
        let raised = format!("u{round}");
        let factor = json!({"isAuthorization": true, "captureMode": "MANUAL"});
        self.call(Operation::Pay, &request(&raised, "CARD", factor));
        self.complete(&raised, Outcome::Success);
        let payment = self.gateway.payment_view(None, &raised).expect("a payment");
        self.call(
            Operation::UpdateAmount,
            &json!({
                "updateRequestId": raised, "paymentId": payment["paymentId"],
                "amount": {"currency": "SGD", "value": "5000"},
            }),
        );
        let [session, page] = ["vs", "vp"].map(|kind| format!("{kind}{round}"));
        let url = "http://127.0.0.1:1/vaulted";
        self.call(
            Operation::CreateVaultingSession,
            &json!({
                "vaultingRequestId": session, "paymentMethodType": "CARD", "vaultingNotificationUrl": url,
            }),
        );
        self.call(
            Operation::VaultPaymentMethod,
            &json!({
                "vaultingRequestId": page, "paymentMethodDetail": {"paymentMethodType": "CARD"},
                "vaultingNotificationUrl": url,
            }),
        );
        let now = self.gateway.now();
        let stored = self.gateway.complete_vaulting(now, None, &session, &Completion::of(Outcome::Success));
        let token = stored.expect("a stored card")["cardToken"].clone();
        if round.is_multiple_of(2) {
            self.call(Operation::DeleteToken, &json!({"token": token}));
        }
    }
}

pub(crate) fn request(id: &str, method: &str, factor: Value) -> Value {
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
