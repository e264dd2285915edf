//! A merchant with a busy day: orders in several currencies, captures, refunds, cancels, all decided by a seed.
//! What it knows of its transactions is what the gateway answered to its own calls, never the settlement.

use std::time::Duration;

use antom_simulator::core::{
    Answer, Completion, Gateway, GatewaySettings, Operation, Outcome, Settlement, SettlementError, Time,
};
use serde_json::{Value, json};

pub(crate) const CLIENT: &str = "SANDBOX_SHOP";

/// A transaction that the merchant has in its own books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) kind: &'static str,
    pub(crate) request_id: String,
    pub(crate) payment_id: String,
    pub(crate) order: String,
    /// Smallest units, negative where the merchant pays.
    pub(crate) units: i128,
    pub(crate) currency: String,
    /// The day in UTC+8, as the gateway's times tell it.
    pub(crate) day: String,
}

struct Bought {
    request_id: String,
    order: String,
    currency: &'static str,
    units: i128,
    card: bool,
    paid_day: String,
}

pub(crate) struct Shop {
    gateway: Gateway,
    now: Time,
    dice: u64,
    bought: Vec<Bought>,
}

impl Shop {
    pub(crate) fn open(seed: u64) -> Self {
        let now = Time::parse("2026-11-25T00:20:00+08:00").expect("a time");
        let gateway = Gateway::new(GatewaySettings { seed, ..GatewaySettings::default() }, now);
        Self { gateway, now, dice: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, bought: Vec::new() }
    }

    /// A shop after a day of this many orders.
    pub(crate) fn after_a_day(seed: u64, orders: usize) -> Self {
        let mut shop = Self::open(seed);
        for number in 0..orders {
            shop.sell(number);
            let pause = shop.roll(2 * 86_400 / u64::try_from(orders).expect("a number"));
            shop.wait(pause);
        }
        shop.wait(86_400);
        shop
    }

    pub(crate) fn settle(&mut self, input: &Value) -> Result<Settlement, SettlementError> {
        self.gateway.settle(self.now, CLIENT, input.clone())
    }

    /// The merchant's transactions, read back by inquiry.
    pub(crate) fn books(&mut self) -> Vec<Known> {
        let mut known = Vec::new();
        for one in std::mem::take(&mut self.bought) {
            let told = self.call(Operation::InquiryPayment, &json!({"paymentRequestId": one.request_id}));
            let payment_id = told["paymentId"].as_str().expect("a payment id").to_owned();
            let entry = |kind, request_id: &str, units, day: &str| Known {
                kind,
                request_id: request_id.to_owned(),
                payment_id: payment_id.clone(),
                order: one.order.clone(),
                units,
                currency: one.currency.to_owned(),
                day: day.to_owned(),
            };
            let first = if one.card { "AUTHORIZATION" } else { "PAYMENT" };
            known.push(entry(first, &one.request_id, one.units, &one.paid_day));
            for part in told["transactions"].as_array().into_iter().flatten() {
                let text = |name: &str| part[name].as_str().unwrap_or_default();
                let units: i128 =
                    part["transactionAmount"]["value"].as_str().expect("digits").parse().expect("a number");
                let day = text("transactionTime").get(..10).expect("a day");
                known.push(match text("transactionType") {
                    // What the payment itself was, is known.
                    "AUTHORIZATION" => continue,
                    "CAPTURE" => entry("CAPTURE", text("transactionRequestId"), units, day),
                    "REFUND" => entry("REFUND", text("transactionRequestId"), -units, day),
                    "VOID" | "CANCEL" => entry("CANCEL", &one.request_id, 0, day),
                    other => panic!("no such transaction: {other}"),
                });
            }
            self.bought.push(one);
        }
        known
    }

    /// One order: how it is paid and what becomes of it is rolled.
    fn sell(&mut self, number: usize) {
        const MONEY: [(&str, &str); 9] = [
            ("USD", "USD"),
            ("EUR", "USD"),
            ("JPY", "USD"),
            ("JPY", "JPY"),
            ("KWD", "EUR"),
            ("KWD", "KWD"),
            ("SGD", ""),
            ("USD", "JPY"),
            ("EUR", "KWD"),
        ];
        let (currency, settled_in) = MONEY[usize::try_from(self.roll(9)).expect("an index")];
        let units = i128::from(self.roll(2_000_000)) + 20_000;
        let card = self.roll(3) > 0;
        let manual = card && self.roll(2) == 0;
        let (request_id, order) = (format!("P-{number}"), format!("O-{number}"));
        let mut request = json!({
            "productCode": "CASHIER_PAYMENT", "paymentRequestId": request_id,
            "paymentAmount": {"currency": currency, "value": units.to_string()},
            "paymentMethod": {"paymentMethodType": if card { "CARD" } else { "ALIPAY_CN" }},
            "order": {"referenceOrderId": order, "orderDescription": "a \"table\", oak\n2 m",
                      "orderAmount": {"currency": currency, "value": units.to_string()}},
            "env": {"terminalType": "WEB"}, "paymentRedirectUrl": "https://shop.test/result",
        });
        if !settled_in.is_empty() {
            request["settlementStrategy"] = json!({"settlementCurrency": settled_in});
        }
        if card {
            let mode = if manual { "MANUAL" } else { "AUTOMATIC" };
            request["paymentFactor"] = json!({"isAuthorization": true, "captureMode": mode});
        }
        let payment_id = self.call(Operation::Pay, &request)["paymentId"].as_str().expect("an id").to_owned();
        let outcome = if self.roll(8) == 0 { Outcome::Fail } else { Outcome::Success };
        self.act(&request_id, outcome);
        if outcome == Outcome::Fail {
            return;
        }
        let told = self.call(Operation::InquiryPayment, &json!({"paymentId": payment_id}));
        let paid_day = told["paymentTime"].as_str().expect("a time")[..10].to_owned();
        self.bought.push(Bought { request_id, order, currency, units, card, paid_day });
        self.follow(&payment_id, currency, units, manual);
    }

    fn follow(&mut self, payment_id: &str, currency: &str, units: i128, manual: bool) {
        if self.roll(6) == 0 {
            assert_eq!(self.code(Operation::Cancel, &json!({"paymentId": payment_id})), "SUCCESS");
            return;
        }
        let amount = |units: i128| json!({"currency": currency, "value": units.to_string()});
        let taken = if manual && self.roll(3) == 0 { units / 2 } else { units };
        if manual {
            let request = json!({"captureRequestId": format!("C-{payment_id}"), "paymentId": payment_id,
                                 "captureAmount": amount(taken)});
            assert_eq!(self.code(Operation::Capture, &request), "CAPTURE_IN_PROCESS");
        }
        self.wait(5);
        for part in 0..self.roll(3) {
            let request = json!({"refundRequestId": format!("R-{part}-{payment_id}"), "paymentId": payment_id,
                                 "refundAmount": amount(taken / 3)});
            let code = self.code(Operation::Refund, &request);
            assert!(matches!(code.as_str(), "SUCCESS" | "REFUND_IN_PROCESS"), "{code}");
        }
        self.wait(5);
    }

    pub(crate) fn call(&mut self, operation: Operation, body: &Value) -> Value {
        match self.gateway.call(self.now, CLIENT, operation, body.to_string().as_bytes()).answer {
            Answer::Body(text, _) => serde_json::from_str(&text).expect("a JSON answer"),
            other => panic!("no answer: {other:?}"),
        }
    }

    pub(crate) fn code(&mut self, operation: Operation, body: &Value) -> String {
        self.call(operation, body)["result"]["resultCode"].as_str().expect("a code").to_owned()
    }

    pub(crate) fn act(&mut self, request_id: &str, outcome: Outcome) {
        self.gateway.complete(self.now, None, request_id, &Completion::of(outcome)).expect("acted");
    }

    pub(crate) fn bounce(&mut self, payment: &str, refund: &str) {
        let verdict = json!({"outcome": "bounce"});
        self.gateway.end_refund(self.now, None, payment, refund, verdict).expect("bounced");
    }

    /// The day in UTC+8.
    pub(crate) fn today(&self) -> String {
        self.now.to_wire()[..10].to_owned()
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
        self.gateway.run_to(self.now);
    }

    /// A number below `end` (xorshift).
    fn roll(&mut self, end: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 11) % end
    }
}
