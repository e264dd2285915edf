//! Compares the judge's ledger with the service's books, order by order and attempt by attempt.
//! Both must be at rest; waiting for that is left to the callers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::books::{AttemptBook, OrderBook};
use crate::failure::Failure;
use crate::http::{list_at, text_at};
use crate::stand::Stand;

/// One point on which the gateway's ledger and the service's books do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The order, and the attempt where it is about one.
    pub about: String,
    /// What was compared.
    pub what: String,
    /// What the service's books say.
    pub service: String,
    /// What the gateway's ledger says.
    pub gateway: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { about, what, service, gateway } = self;
        write!(f, "{about}: {what}: the service says {service}, the gateway says {gateway}")
    }
}

/// Everything on which the two sides of a stand do not agree; empty when the books are right.
pub fn differences(stand: &Stand) -> Result<Vec<Difference>, Failure> {
    let mut books = BTreeMap::new();
    for id in order_ids(stand)? {
        let order = stand.merchant().order(&id)?.expect_status("the order is shown", &[200])?;
        books.insert(id, OrderBook::read(&order)?);
    }
    Ok(compare(&books, &stand.gateway().ledger()?))
}

/// Demands that the two sides agree.
pub fn must_agree(stand: &Stand) -> Result<(), Failure> {
    let found = differences(stand)?;
    if found.is_empty() {
        return Ok(());
    }
    let text: Vec<String> = found.iter().map(Difference::to_string).collect();
    Err(Failure::step("the gateway's ledger agrees with the service's books", text.join("; ")))
}

/// The ids of all orders of the service, page by page.
pub fn order_ids(stand: &Stand) -> Result<BTreeSet<String>, Failure> {
    let mut ids = BTreeSet::new();
    let mut query = String::new();
    loop {
        let page = stand.merchant().orders(&query)?.expect_status("the orders are listed", &[200])?;
        let listed = list_at(&page, "/orders");
        ids.extend(listed.iter().map(|order| text_at(order, "/referenceOrderId").to_owned()));
        let cursor = text_at(&page, "/next");
        if cursor.is_empty() || listed.is_empty() {
            return Ok(ids);
        }
        query = format!("?cursor={cursor}");
    }
}

/// The comparison itself.
pub fn compare(books: &BTreeMap<String, OrderBook>, ledger: &Value) -> Vec<Difference> {
    let mut comparison = Comparison::default();
    for violation in list_at(ledger, "/violations") {
        comparison.note(text_at(violation, "/id"), "violation", "none", text_at(violation, "/rule"));
    }
    let empty = serde_json::Map::new();
    let orders = ledger.get("orders").and_then(Value::as_object).unwrap_or(&empty);
    for (id, book) in books {
        comparison.order(id, book, orders.get(id).unwrap_or(&Value::Null));
    }
    for id in orders.keys().filter(|id| !books.contains_key(*id)) {
        comparison.note(id, "order", "unknown", "known");
    }
    comparison.found
}

#[derive(Debug, Default)]
struct Comparison {
    found: Vec<Difference>,
}

impl Comparison {
    fn note(&mut self, about: &str, what: &str, service: impl fmt::Display, gateway: impl fmt::Display) {
        let (service, gateway) = (service.to_string(), gateway.to_string());
        self.found.push(Difference { about: about.to_owned(), what: what.to_owned(), service, gateway });
    }

    fn text(&mut self, about: &str, what: &str, service: &str, gateway: &str) {
        if service != gateway {
            self.note(about, what, service, gateway);
        }
    }

    fn order(&mut self, id: &str, book: &OrderBook, ledger: &Value) {
        let attempts = list_at(ledger, "/attempts");
        if !attempts.is_empty() {
            self.text(id, "currency", &book.currency, text_at(ledger, "/currency"));
            let held = book.attempts.values().fold(0, |sum: u64, attempt| sum.saturating_add(attempt.held()));
            self.text(id, "held", &held.to_string(), text_at(ledger, "/held"));
        }
        for (payment, attempt) in &book.attempts {
            let about = format!("{id} {payment}");
            match attempts.iter().find(|one| text_at(one, "/paymentRequestId") == payment) {
                Some(ledger) => self.attempt(&about, attempt, ledger),
                None => self.note(&about, "attempt", "known", "unknown"),
            }
        }
        for ledger in attempts {
            let payment = text_at(ledger, "/paymentRequestId");
            if !book.attempts.contains_key(payment) {
                self.note(&format!("{id} {payment}"), "attempt", "unknown", "known");
            }
        }
    }

    fn attempt(&mut self, about: &str, book: &AttemptBook, ledger: &Value) {
        // A session that nobody tried to pay has no id at the gateway yet, and the service cannot know one.
        if book.authorized > 0 || !book.payment_id.is_empty() {
            self.text(about, "paymentId", &book.payment_id, text_at(ledger, "/paymentId"));
        }
        let amounts = [
            ("authorized", book.authorized),
            ("captured", book.captured),
            ("refunded", book.refunded),
            ("voided", book.voided),
            ("held", book.held()),
        ];
        for (name, amount) in amounts {
            self.text(about, name, &amount.to_string(), text_at(ledger, &format!("/{name}")));
        }
        let counts = [
            ("pay", book.successes),
            ("capture", book.captures),
            ("cancel", book.cancels),
            ("refund", book.refunds),
        ];
        for (name, count) in counts {
            let executed = ledger.pointer(&format!("/executed/{name}")).and_then(Value::as_u64);
            if executed != Some(count) {
                let executed = executed.map_or_else(|| "nothing".to_owned(), |count| count.to_string());
                self.note(about, &format!("times that {name} was executed"), count, executed);
            }
        }
        for open in &book.open {
            self.note(about, open, "without a final answer", "see its ledger");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn books() -> BTreeMap<String, OrderBook> {
        let order = json!({
            "amount": {"currency": "USD", "value": "1000"},
            "timeline": [
                {"event": "AttemptOpened", "paymentRequestId": "p", "paymentMethodType": "CARD"},
                {"event": "PaymentIdLearnt", "paymentRequestId": "p", "paymentId": "g"},
                {"event": "PaymentSucceeded", "paymentRequestId": "p"},
                {"event": "CancelRequested", "paymentRequestId": "p"},
                {"event": "CancelConfirmed", "paymentRequestId": "p"},
            ],
        });
        BTreeMap::from([("o".to_owned(), OrderBook::read(&order).unwrap())])
    }

    fn ledger(cancels: u64) -> Value {
        json!({"violations": [], "orders": {"o": {"currency": "USD", "held": "0", "attempts": [{
            "paymentRequestId": "p", "paymentId": "g", "authorized": "1000", "captured": "0", "refunded": "0",
            "voided": "1000", "held": "0", "executed": {"pay": 1, "capture": 0, "cancel": cancels, "refund": 0},
        }]}}})
    }

    #[test]
    fn equal_books_have_no_differences() {
        assert_eq!(compare(&books(), &ledger(1)), []);
    }

    #[test]
    fn a_cancel_that_was_executed_twice_is_a_difference() {
        let found = compare(&books(), &ledger(2));
        assert_eq!(found.len(), 1);
        let text = "o p: times that cancel was executed: the service says 1, the gateway says 2";
        assert_eq!(found[0].to_string(), text);
    }

    #[test]
    fn what_only_one_side_knows_and_every_violation_is_a_difference() {
        let mut ledger = ledger(1);
        ledger["orders"]["x"] = json!({"attempts": []});
        ledger["violations"] = json!([{"rule": "same id, other content", "id": "p"}]);
        ledger["orders"]["o"]["attempts"][0]["paymentRequestId"] = json!("q");
        let found: Vec<String> = compare(&books(), &ledger).iter().map(Difference::to_string).collect();
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn an_amount_that_differs_is_named() {
        let mut ledger = ledger(1);
        ledger["orders"]["o"]["attempts"][0]["captured"] = json!("1000");
        let found = compare(&books(), &ledger);
        assert_eq!(found[0].what, "captured");
    }
}
