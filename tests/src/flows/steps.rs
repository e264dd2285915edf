//! The steps that flows share: create an order, open an attempt, let the buyer act, watch the order.
//! The order of the steps, and what else must hold, is each flow's.

use serde_json::{Value, json};

use crate::failure::{Failure, ensure};
use crate::http::{flag_at, list_at, text_at};
use crate::merchant::{has_event, hosted_body, order_body, session_body};
use crate::stand::Stand;

/// The steps on one stand.
#[derive(Debug, Clone, Copy)]
pub struct Steps<'a> {
    stand: &'a Stand,
}

/// An attempt that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The order.
    pub order: String,
    /// The attempt's id.
    pub payment: String,
    /// What the merchant API answered.
    pub answer: Value,
}

impl Opened {
    /// The attempt that the merchant API answered for this order.
    pub fn new(order: &str, answer: Value) -> Self {
        Self { order: order.to_owned(), payment: text_at(&answer, "/paymentRequestId").to_owned(), answer }
    }
}

impl<'a> Steps<'a> {
    /// The steps on this stand.
    pub fn on(stand: &'a Stand) -> Self {
        Self { stand }
    }

    /// Creates an order of USD `value` cents and checks that nothing can be shipped for it.
    pub fn create_order(self, about: &str, value: &str) -> Result<String, Failure> {
        let order = self.stand.next_order_id(about);
        let created = self.stand.merchant().create_order(&order_body(&order, value))?;
        let created = created.expect_status("the order is created", &[201])?;
        ensure(text_at(&created, "/referenceOrderId") == order, "the order has the merchant's id", &created)?;
        let seen = self.order(&order)?;
        ensure(text_at(&seen, "/phase") == "open", "a new order is open", &seen)?;
        ensure(flag_at(&seen, "/shippable") == Some(false), "a new order is not shippable", &seen)?;
        Ok(order)
    }

    /// Opens a card payment by the client SDK; what the gateway gave must come through unchanged.
    pub fn open_session(self, order: &str, capture_mode: &str) -> Result<Opened, Failure> {
        let opened = self.open(order, &session_body(capture_mode))?;
        let at_gateway = self.stand.gateway().wait_for_payment(&opened.payment)?;
        let given = text_at(&at_gateway, "/handedOut/paymentSessionData");
        let handed_out = text_at(&opened.answer, "/session/paymentSessionData");
        let unchanged = !given.is_empty() && given == handed_out;
        ensure(unchanged, "paymentSessionData is handed out as the gateway gave it", &opened.answer)?;
        let environment = text_at(&opened.answer, "/session/environment");
        ensure(environment == "sandbox", "the client is told its environment", &opened.answer)?;
        let expires = text_at(&opened.answer, "/session/expiresAt");
        ensure(!expires.is_empty(), "the client is told when the session expires", &opened.answer)?;
        Ok(opened)
    }

    /// Opens a card payment by redirect; what the gateway gave must come through unchanged.
    pub fn open_hosted(self, order: &str, capture_mode: &str) -> Result<Opened, Failure> {
        let opened = self.open(order, &hosted_body(capture_mode))?;
        let at_gateway = self.stand.gateway().wait_for_payment(&opened.payment)?;
        let given = text_at(&at_gateway, "/handedOut/normalUrl");
        let unchanged = !given.is_empty() && given == text_at(&opened.answer, "/redirect/normalUrl");
        ensure(unchanged, "normalUrl is handed out as the gateway gave it", &opened.answer)?;
        Ok(opened)
    }

    fn open(self, order: &str, body: &Value) -> Result<Opened, Failure> {
        let answer = self.stand.merchant().open_payment(order, body)?;
        let answer = answer.expect_status("an attempt is opened", &[200, 201])?;
        let opened = Opened::new(order, answer);
        ensure(!opened.payment.is_empty(), "the attempt has an id", &opened.answer)?;
        Ok(opened)
    }

    /// Pays an order with a card that the buyer agrees to have stored; the card's token.
    pub fn store_card(self) -> Result<String, Failure> {
        let order = self.create_order("stored", "1000")?;
        let body = json!({"integration": "session", "paymentMethodType": "CARD",
            "card": {"storeCard": {"agreedAt": "2024-06-01T09:30:00Z"}}});
        let opened = self.open(&order, &body)?;
        self.buyer(&opened, "success")?;
        self.wait_until_shippable(&order)?;
        let path = format!("/v1/payments/{}/stored-card", opened.payment);
        let stored = self.stand.merchant().get(&path)?.expect_status("the token is told", &[200])?;
        Ok(text_at(&stored, "/cardToken").to_owned())
    }

    /// The buyer acts at the gateway.
    pub fn buyer(self, opened: &Opened, outcome: &str) -> Result<(), Failure> {
        self.stand.gateway().complete(&opened.payment, outcome).map(drop)
    }

    /// The order as it is now.
    pub fn order(self, order: &str) -> Result<Value, Failure> {
        self.stand.merchant().order(order)?.expect_status("the order is shown", &[200])
    }

    /// Waits until the order is as described. However often it is read meanwhile: it is never shippable before the
    /// capture of the kept attempt is in its timeline.
    pub fn wait(self, order: &str, what: &str, is_there: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        self.stand.merchant().wait_for_order(order, what, ships_only_what_is_captured, is_there)
    }

    /// Waits until the timeline holds the event about the attempt.
    pub fn wait_for_event(self, opened: &Opened, event: &str) -> Result<Value, Failure> {
        self.wait(&opened.order, event, |seen| has_event(seen, event, &opened.payment))
    }

    /// Waits until the order is paid, and checks both answers about shipping.
    pub fn wait_until_shippable(self, order: &str) -> Result<Value, Failure> {
        let seen = self.wait(order, "the paid order", |seen| text_at(seen, "/phase") == "paid")?;
        ensure(flag_at(&seen, "/shippable") == Some(true), "a paid order is shippable", &seen)?;
        let answer =
            self.stand.merchant().shippable(order)?.expect_status("shipping is asked for", &[200])?;
        ensure(flag_at(&answer, "/shippable") == Some(true), "shipping is confirmed", &answer)?;
        Ok(seen)
    }

    /// Demands that the gateway's books show this about an attempt: sums in minor units, and how often something was
    /// executed.
    pub fn judge(self, opened: &Opened, expected: &Value) -> Result<(), Failure> {
        let seen = self.stand.gateway().ledger_attempt(&opened.order, &opened.payment)?;
        let members = expected.as_object().into_iter().flatten();
        for (name, value) in members {
            ensure(seen.get(name) == Some(value), &format!("the ledger's {name} is {value}"), &seen)?;
        }
        Ok(())
    }

    /// Demands that both notifications about a captured payment were acknowledged.
    pub fn both_notifications_acknowledged(self, opened: &Opened, order: &Value) -> Result<(), Failure> {
        let payment_id = payment_id(order, &opened.payment);
        ensure(!payment_id.is_empty(), "the payment's gateway id is known", order)?;
        for notify_type in ["PAYMENT_RESULT", "CAPTURE_RESULT"] {
            self.stand.gateway().wait_for_acknowledged(&[&opened.payment, payment_id], notify_type)?;
        }
        Ok(())
    }
}

/// The gateway's id of an attempt, as the order shows it.
pub(super) fn payment_id<'a>(order: &'a Value, payment: &str) -> &'a str {
    let found = list_at(order, "/attempts").iter().find(|one| text_at(one, "/paymentRequestId") == payment);
    found.map_or("", |attempt| text_at(attempt, "/paymentId"))
}

fn ships_only_what_is_captured(order: &Value) -> Result<(), Failure> {
    let captured =
        list_at(order, "/timeline").iter().any(|entry| text_at(entry, "/event") == "CaptureSucceeded");
    ensure(
        captured || flag_at(order, "/shippable") == Some(false),
        "nothing is shippable before a capture is confirmed",
        order,
    )
}
