//! The merchant API of the service, as a shop's backend would call it.
//! Which answers are right is left to the callers; only the waiting for an order is here.

use std::io::Write;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http::{Answer, Call, Http, text_at};
use crate::waiting::{Look, PATIENCE, until};

/// A client of the merchant API with one API key.
#[derive(Debug, Clone)]
pub struct Merchant {
    http: Http,
    key: String,
}

impl Merchant {
    /// A client of the service at `base`.
    pub fn new(base: &str, key: &str) -> Self {
        Self { http: Http::new(base), key: key.to_owned() }
    }

    /// The service's address.
    pub fn base(&self) -> &str {
        self.http.base()
    }

    /// The same client with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { http: self.http.clone(), key: key.to_owned() }
    }

    /// Sends a call as it is, with the key added.
    pub fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        self.http.send(call.header("authorization", format!("Bearer {}", self.key)))
    }

    /// Sends a call as it is, without the key: for the public paths.
    pub fn send_without_key(&self, call: Call<'_>) -> Result<Answer, Failure> {
        self.http.send(call)
    }

    /// Reads a path.
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send(Call::new("GET", path))
    }

    /// Posts a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.send(Call::new("POST", path).json(body))
    }

    /// Posts a JSON body under an `Idempotency-Key`.
    pub fn post_once(&self, path: &str, body: &Value, key: &str) -> Result<Answer, Failure> {
        self.send(Call::new("POST", path).json(body).header("idempotency-key", key))
    }

    /// Posts over a bare connection without reading the answer, so that the caller can go away in the middle.
    pub fn post_and_hold(
        &self,
        path: &str,
        body: &Value,
        idempotency_key: &str,
    ) -> Result<TcpStream, Failure> {
        let host = self.base().trim_start_matches("http://");
        let mut connection = TcpStream::connect(host)?;
        let (key, body) = (&self.key, body.to_string());
        let length = body.len();
        write!(
            connection,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
             idempotency-key: {idempotency_key}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )?;
        connection.flush()?;
        Ok(connection)
    }

    /// Creates an order.
    pub fn create_order(&self, order: &Value) -> Result<Answer, Failure> {
        self.post("/v1/orders", order)
    }

    /// All orders, or those of one page.
    pub fn orders(&self, query: &str) -> Result<Answer, Failure> {
        self.get(&format!("/v1/orders{query}"))
    }

    /// One order with its attempts and its timeline.
    pub fn order(&self, order: &str) -> Result<Answer, Failure> {
        self.get(&format!("/v1/orders/{order}"))
    }

    /// Whether an order may be shipped.
    pub fn shippable(&self, order: &str) -> Result<Answer, Failure> {
        self.get(&format!("/v1/orders/{order}/shippable"))
    }

    /// Opens an attempt to pay an order.
    pub fn open_payment(&self, order: &str, payment: &Value) -> Result<Answer, Failure> {
        self.post(&format!("/v1/orders/{order}/payments"), payment)
    }

    /// One attempt.
    pub fn payment(&self, payment: &str) -> Result<Answer, Failure> {
        self.get(&format!("/v1/payments/{payment}"))
    }

    /// Asks the gateway about an attempt.
    pub fn inquire(&self, payment: &str) -> Result<Answer, Failure> {
        self.post(&format!("/v1/payments/{payment}/inquire"), &json!({}))
    }

    /// Captures; without an amount, all that is authorized.
    pub fn capture(&self, payment: &str, amount: Option<&Value>) -> Result<Answer, Failure> {
        let body = amount.map_or_else(|| json!({}), |amount| json!({ "amount": amount }));
        self.capture_part(payment, &body)
    }

    /// Captures as the body says: `captureRequestId`, `amount`, `isLast`.
    pub fn capture_part(&self, payment: &str, body: &Value) -> Result<Answer, Failure> {
        self.post(&format!("/v1/payments/{payment}/capture"), body)
    }

    /// Cancels an attempt.
    pub fn cancel(&self, payment: &str) -> Result<Answer, Failure> {
        self.post(&format!("/v1/payments/{payment}/cancel"), &json!({}))
    }

    /// Refunds a part or all of what was captured.
    pub fn refund(&self, payment: &str, refund: &Value) -> Result<Answer, Failure> {
        self.post(&format!("/v1/payments/{payment}/refunds"), refund)
    }

    /// The refunds of an attempt.
    pub fn refunds(&self, payment: &str) -> Result<Answer, Failure> {
        self.get(&format!("/v1/payments/{payment}/refunds"))
    }

    /// Reads the order again and again until it is as described. Every reading is handed to `each` first, which may
    /// refuse it; so what must hold at all times is checked while waiting.
    pub fn wait_for_order(
        &self,
        order: &str,
        what: &str,
        mut each: impl FnMut(&Value) -> Result<(), Failure>,
        is_there: impl Fn(&Value) -> bool,
    ) -> Result<Value, Failure> {
        until(&format!("{what} (order {order})"), PATIENCE, || {
            let seen = self.order(order)?.expect_status("the order is shown", &[200])?;
            each(&seen)?;
            Ok(if is_there(&seen) { Look::Found(seen) } else { Look::NotYet(seen.to_string()) })
        })
    }
}

/// The body of an order of USD `value` cents.
pub fn order_body(order: &str, value: &str) -> Value {
    json!({
        "referenceOrderId": order,
        "amount": {"currency": "USD", "value": value},
        "description": "Two cups and a tea pot",
        "buyer": {"referenceBuyerId": "buyer-1"},
    })
}

/// The body of a card payment by the client SDK.
pub fn session_body(capture_mode: &str) -> Value {
    json!({"integration": "session", "paymentMethodType": "CARD", "captureMode": capture_mode})
}

/// The body of a card payment by a redirect to the gateway's page.
pub fn hosted_body(capture_mode: &str) -> Value {
    json!({
        "integration": "hosted",
        "paymentMethodType": "CARD",
        "captureMode": capture_mode,
        "terminalType": "WEB",
        "clientIp": "203.0.113.7",
    })
}

/// Whether the timeline of an order holds an event of this name about this attempt.
pub fn has_event(order: &Value, event: &str, payment: &str) -> bool {
    count_events(order, event, payment) > 0
}

/// How often the timeline of an order holds an event of this name about this attempt.
pub fn count_events(order: &Value, event: &str, payment: &str) -> usize {
    let timeline = order.get("timeline").and_then(Value::as_array);
    let same =
        |entry: &&Value| text_at(entry, "/event") == event && text_at(entry, "/paymentRequestId") == payment;
    timeline.into_iter().flatten().filter(same).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_per_attempt() {
        let order = json!({"timeline": [
            {"event": "OrderCreated"},
            {"event": "PaymentSucceeded", "paymentRequestId": "a"},
            {"event": "PaymentSucceeded", "paymentRequestId": "b"},
        ]});
        assert_eq!(count_events(&order, "PaymentSucceeded", "a"), 1);
        assert!(!has_event(&order, "PaymentFailed", "a"));
    }
}
