//! What the control API shows: payments, and the ledger that the merchant's books are judged by.
//! Nothing here changes anything.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::gateway::Gateway;
use super::payment::{CaptureMode, Integration, Payment, Progress};
use super::time::Time;

impl Gateway {
    /// All payments, of one client or of all.
    pub fn payment_views(&self, client: Option<&str>) -> Vec<Value> {
        let listed = self.payments.iter().filter(|one| client.is_none_or(|client| client == one.client));
        listed.map(Payment::view).collect()
    }

    /// One payment.
    pub fn payment_view(&self, client: Option<&str>, request_id: &str) -> Option<Value> {
        self.payments.get(self.index_of(client, request_id)?).map(Payment::view)
    }

    /// The amount and state of a payment that is known by its payment id, for the hosted page.
    pub fn page_of(&self, payment_id: &str) -> Option<Value> {
        let find = |books: &super::gateway::Books| books.by_payment.get(payment_id).copied();
        self.payments.get(self.books.values().find_map(find)?).map(Payment::view)
    }

    /// What really happened to the money, by order.
    pub fn ledger(&self, client: Option<&str>) -> Value {
        let mut orders: BTreeMap<&str, Vec<&Payment>> = BTreeMap::new();
        for payment in self.payments.iter().filter(|one| client.is_none_or(|client| client == one.client)) {
            orders.entry(payment.order_id.as_str()).or_default().push(payment);
        }
        let orders: Map<String, Value> =
            orders.into_iter().map(|(id, attempts)| (id.to_owned(), order_entry(&attempts))).collect();
        let violations =
            self.violations.iter().filter(|one| client.is_none_or(|client| client == one.client));
        let violations: Vec<Value> = violations.map(|one| json!({"rule": one.rule, "id": one.id})).collect();
        json!({"orders": orders, "violations": violations})
    }
}

fn order_entry(attempts: &[&Payment]) -> Value {
    let currency = attempts.first().map(|payment| payment.amount.currency);
    let same = attempts.iter().filter(|payment| Some(payment.amount.currency) == currency);
    let held = same.fold(0_u64, |sum, payment| sum.saturating_add(payment.held()));
    json!({
        "currency": currency,
        "held": held.to_string(),
        "attempts": attempts.iter().map(|payment| payment.ledger_entry()).collect::<Vec<_>>(),
    })
}

impl Payment {
    fn ledger_entry(&self) -> Value {
        json!({
            "paymentRequestId": self.request_id,
            "paymentId": self.payment_id,
            "status": self.phase.as_str(),
            "authorized": self.authorized().to_string(),
            "captured": self.captured().to_string(),
            "refunded": self.refunded().to_string(),
            "voided": self.voided.to_string(),
            "held": self.held().to_string(),
            "executed": {
                "pay": u32::from(self.paid_at.is_some()),
                "capture": self.completed_captures(),
                "cancel": self.cancels,
                "refund": self.completed_refunds(),
            },
        })
    }

    /// The payment as the control API shows it.
    pub(crate) fn view(&self) -> Value {
        let (integration, session) = match &self.integration {
            Integration::Session { id, data, expiry } => (
                "session",
                json!({"paymentSessionId": id, "paymentSessionData": data, "expiresAt": expiry.to_utc()}),
            ),
            Integration::Pay { normal_url } => ("pay", json!({"normalUrl": normal_url})),
        };
        let utc = |at: Option<Time>| at.map(Time::to_utc);
        json!({
            "clientId": self.client,
            "paymentRequestId": self.request_id,
            "paymentId": self.payment_id,
            "referenceOrderId": self.order_id,
            "integration": integration,
            "handedOut": session,
            "status": self.phase.as_str(),
            "paymentResultCode": self.result_code,
            "paymentAmount": self.amount.to_json(),
            "paymentMethodType": self.method,
            "captureMode": match self.capture_mode {
                CaptureMode::Automatic => "AUTOMATIC",
                CaptureMode::Manual => "MANUAL",
            },
            "paymentNotifyUrl": self.notify_url,
            "paymentRedirectUrl": self.redirect_url,
            "createdAt": self.created.to_utc(),
            "closesAt": utc(self.close_at),
            "paidAt": utc(self.paid_at),
            "authExpiresAt": utc(self.auth_expiry),
            "cancelledAt": utc(self.cancelled_at),
            "tries": self.tries.iter().map(|one| json!({
                "at": one.at.to_utc(), "outcome": one.outcome, "resultCode": one.code,
            })).collect::<Vec<_>>(),
            "captures": self.captures.iter().map(|one| json!({
                "captureRequestId": one.request_id, "captureId": one.capture_id,
                "amount": one.amount.to_string(), "done": one.progress == Progress::Done,
            })).collect::<Vec<_>>(),
            "refunds": self.refunds.iter().map(|one| json!({
                "refundRequestId": one.request_id, "refundId": one.refund_id,
                "amount": one.amount.to_string(), "done": one.progress == Progress::Done,
            })).collect::<Vec<_>>(),
            "ledger": self.ledger_entry(),
        })
    }
}
