//! The service's books: each order's timeline added up to sums and counts per attempt, without its own totals.
//! Whether they agree with the gateway's is judged by the ledger.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::failure::Failure;
use crate::http::{list_at, text_at};

/// One attempt added up; amounts are minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptBook {
    /// The gateway's id, empty while unknown.
    pub payment_id: String,
    /// The payment method.
    pub method: String,
    /// What the attempt was to charge.
    pub amount: u64,
    /// What the gateway confirmed to hold or take.
    pub authorized: u64,
    /// What was taken.
    pub captured: u64,
    /// What went back.
    pub refunded: u64,
    /// What was held and let go.
    pub voided: u64,
    /// How often a success was recorded.
    pub successes: u64,
    /// How many captures were confirmed.
    pub captures: u64,
    /// How many cancels were confirmed.
    pub cancels: u64,
    /// How many refunds were confirmed.
    pub refunds: u64,
    /// What was asked for and has no final answer.
    pub open: Vec<String>,
    asked_captures: Vec<u64>,
    asked_refunds: BTreeMap<String, u64>,
}

/// One order added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBook {
    /// The currency of the order and all its attempts.
    pub currency: String,
    /// By paymentRequestId.
    pub attempts: BTreeMap<String, AttemptBook>,
}

impl OrderBook {
    /// Adds up the timeline of an order as the merchant API shows it.
    ///
    /// # Errors
    /// An amount that cannot be read, or an event about an attempt that was never opened.
    pub fn read(order: &Value) -> Result<Self, Failure> {
        let amount = minor_units(order)?;
        let mut attempts: BTreeMap<String, AttemptBook> = BTreeMap::new();
        for entry in list_at(order, "/timeline") {
            let id = text_at(entry, "/paymentRequestId");
            if text_at(entry, "/event") == "AttemptOpened" {
                let method = text_at(entry, "/paymentMethodType").to_owned();
                attempts.insert(id.to_owned(), AttemptBook { method, amount, ..AttemptBook::default() });
            } else if !id.is_empty() {
                let attempt = attempts.get_mut(id);
                attempt
                    .ok_or_else(|| Failure::step("an event is about an opened attempt", entry))?
                    .add(entry)?;
            }
        }
        Ok(Self { currency: text_at(order, "/amount/currency").to_owned(), attempts })
    }
}

impl AttemptBook {
    /// The buyer's money that this attempt holds: captured and not refunded, or authorized and neither captured nor let go.
    pub fn held(&self) -> u64 {
        let kept = self.captured.saturating_sub(self.refunded);
        let reserved = self.authorized.saturating_sub(self.captured).saturating_sub(self.voided);
        kept.saturating_add(reserved)
    }

    fn add(&mut self, entry: &Value) -> Result<(), Failure> {
        match text_at(entry, "/event") {
            "PaymentIdLearnt" => self.payment_id = text_at(entry, "/paymentId").to_owned(),
            "PaymentSucceeded" | "LateSuccess" => self.succeed(),
            "CaptureAwaited" | "CaptureRequested" => {
                self.asked_captures.push(minor_units(entry)?);
                self.open.push(format!("capture {}", self.asked_captures.len() - 1));
            }
            "CaptureSucceeded" => {
                let place = capture_place(entry);
                let asked = usize::try_from(place).ok().and_then(|place| self.asked_captures.get(place));
                let asked =
                    asked.ok_or_else(|| Failure::step("a capture was asked for or awaited", entry))?;
                self.captured = self.captured.saturating_add(*asked);
                self.captures += 1;
                self.close(&format!("capture {place}"));
            }
            "CaptureFailed" => self.close(&format!("capture {}", capture_place(entry))),
            "CancelRequested" => self.open.push("cancel".to_owned()),
            "CancelConfirmed" => {
                self.cancels += 1;
                self.cancel();
            }
            "CancelRefused" => self.close("cancel"),
            // What was not captured by then is let go.
            "AuthorizationReleased" | "AuthorizationCaptured" => self.release(),
            "RefundRequested" => {
                let id = text_at(entry, "/refundRequestId");
                self.asked_refunds.insert(id.to_owned(), minor_units(entry)?);
                self.open.push(format!("refund {id}"));
            }
            "RefundSucceeded" => {
                let id = text_at(entry, "/refundRequestId");
                let asked = self.asked_refunds.get(id);
                let asked = asked.ok_or_else(|| Failure::step("a refund was asked for", entry))?;
                self.refunded = self.refunded.saturating_add(*asked);
                self.refunds += 1;
                self.close(&format!("refund {id}"));
            }
            "RefundFailed" => self.close(&format!("refund {}", text_at(entry, "/refundRequestId"))),
            _ => {}
        }
        Ok(())
    }

    fn succeed(&mut self) {
        self.successes += 1;
        self.authorized = self.amount;
        if self.method != "CARD" {
            self.captured = self.amount;
        }
    }

    /// A cancelled hold is let go; what other methods have taken already goes back.
    fn cancel(&mut self) {
        self.close("cancel");
        self.open.retain(|one| !one.starts_with("capture"));
        if self.captured > 0 {
            self.refunded = self.captured;
        } else {
            self.release();
        }
    }

    fn release(&mut self) {
        self.voided = self.authorized.saturating_sub(self.captured);
        self.open.retain(|one| !one.starts_with("capture"));
    }

    fn close(&mut self, what: &str) {
        self.open.retain(|one| one != what);
    }
}

/// Which of the attempt's captures an event is about, counted from zero.
fn capture_place(entry: &Value) -> u64 {
    entry.get("capture").and_then(Value::as_u64).unwrap_or_default()
}

fn minor_units(of: &Value) -> Result<u64, Failure> {
    let digits = text_at(of, "/amount/value");
    digits.parse().map_err(|_| Failure::step("an amount is a string of digits", of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order(events: &Value) -> Value {
        let amount = json!({"currency": "USD", "value": "1000"});
        let mut timeline =
            vec![json!({"event": "AttemptOpened", "paymentRequestId": "p", "paymentMethodType": "CARD"})];
        for event in events.as_array().unwrap() {
            let mut event = event.clone();
            event["paymentRequestId"] = json!("p");
            if event.get("amount").is_some() {
                event["amount"] = amount.clone();
            }
            timeline.push(event);
        }
        json!({"amount": amount, "timeline": timeline})
    }

    #[test]
    fn a_captured_payment_holds_its_amount_and_has_nothing_open() {
        let order = order(&json!([
            {"event": "PaymentSucceeded"},
            {"event": "CaptureAwaited", "amount": true},
            {"event": "CaptureSucceeded", "capture": 0},
        ]));
        let book = OrderBook::read(&order).unwrap();
        let attempt = &book.attempts["p"];
        assert_eq!((attempt.authorized, attempt.captured, attempt.held()), (1000, 1000, 1000));
        assert!(attempt.open.is_empty());
    }

    #[test]
    fn a_cancelled_surplus_holds_nothing() {
        let order = order(&json!([
            {"event": "PaymentSucceeded"},
            {"event": "CancelRequested"},
            {"event": "CancelConfirmed"},
            {"event": "AuthorizationReleased"},
        ]));
        let book = OrderBook::read(&order).unwrap();
        let attempt = &book.attempts["p"];
        assert_eq!((attempt.voided, attempt.cancels, attempt.held()), (1000, 1, 0));
        assert!(attempt.open.is_empty());
    }

    #[test]
    fn a_refund_without_an_answer_stays_open() {
        let order = order(&json!([
            {"event": "PaymentSucceeded"},
            {"event": "CaptureAwaited", "amount": true},
            {"event": "CaptureSucceeded", "capture": 0},
            {"event": "RefundRequested", "refundRequestId": "r", "amount": true},
        ]));
        let book = OrderBook::read(&order).unwrap();
        assert_eq!(book.attempts["p"].open, ["refund r"]);
        assert_eq!(book.attempts["p"].held(), 1000);
    }

    #[test]
    fn an_event_about_an_attempt_that_was_never_opened_is_an_error() {
        let order = json!({
            "amount": {"currency": "USD", "value": "1000"},
            "timeline": [{"event": "PaymentSucceeded", "paymentRequestId": "p"}],
        });
        assert!(OrderBook::read(&order).is_err());
    }
}
