//! What the control API shows: payments, and the ledger that the merchant's books are judged by.
//! Nothing here changes anything.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::gateway::Gateway;
use super::increments::Increment;
use super::payment::{CaptureMode, Payment, Progress};
use super::review::Review;
use super::time::Time;

impl Gateway {
    /// All payments, of one client or of all.
    pub fn payment_views(&self, client: Option<&str>) -> Vec<Value> {
        let listed = self.payments.iter().filter(|one| client.is_none_or(|client| client == &*one.client));
        listed.map(|payment| self.payment_view_of(payment)).collect()
    }

    /// One payment.
    pub fn payment_view(&self, client: Option<&str>, request_id: &str) -> Option<Value> {
        self.payment_at(self.index_of(client, request_id)?)
    }

    /// The payment at this place of the books.
    pub(crate) fn payment_at(&self, index: usize) -> Option<Value> {
        self.payments.get(index).map(|payment| self.payment_view_of(payment))
    }

    /// What really happened to the money, by order.
    pub fn ledger(&self, client: Option<&str>) -> Value {
        let mut orders: BTreeMap<&str, Vec<&Payment>> = BTreeMap::new();
        for payment in self.payments.iter().filter(|one| client.is_none_or(|client| client == &*one.client)) {
            orders.entry(&payment.order_id).or_default().push(payment);
        }
        let orders: Map<String, Value> =
            orders.into_iter().map(|(id, attempts)| (id.to_owned(), order_entry(&attempts))).collect();
        let violations =
            self.violations.iter().filter(|one| client.is_none_or(|client| client == one.client));
        let violations: Vec<Value> = violations.map(|one| json!({"rule": one.rule, "id": one.id})).collect();
        json!({"orders": orders, "violations": violations})
    }

    /// The payment as the control API shows it.
    fn payment_view_of(&self, payment: &Payment) -> Value {
        let (integration, handed_out) = match payment.session() {
            Some(session) => (
                "session",
                json!({
                    "paymentSessionId": session.id, "paymentSessionData": session.data,
                    "expiresAt": session.expiry.to_utc(),
                }),
            ),
            None => ("pay", json!({"normalUrl": self.normal_url(payment)})),
        };
        let utc = |at: Option<Time>| at.map(Time::to_utc);
        json!({
            "clientId": payment.client,
            "paymentRequestId": payment.request_id,
            "paymentId": payment.payment_id,
            "referenceOrderId": payment.order_id,
            "integration": integration,
            "handedOut": handed_out,
            "status": payment.phase.as_str(),
            "paymentResultCode": payment.result_code,
            "paymentAmount": payment.amount.to_json(),
            "paymentMethodType": payment.method,
            "captureMode": match payment.capture_mode {
                CaptureMode::Automatic => "AUTOMATIC",
                CaptureMode::Manual => "MANUAL",
            },
            "paymentNotifyUrl": payment.notify_url,
            "paymentRedirectUrl": payment.redirect_url,
            "createdAt": payment.created.to_utc(),
            "closesAt": utc(payment.close_at),
            "authReviewStatus": payment.review.map(Review::as_str),
            "paidAt": utc(payment.paid_at),
            "authExpiresAt": utc(payment.auth_expiry),
            "cancelledAt": utc(payment.cancelled_at),
            "tries": payment.tries.iter().map(|one| json!({
                "at": one.at.to_utc(), "outcome": one.outcome.as_str(), "resultCode": one.code,
            })).collect::<Vec<_>>(),
            "increments": payment.increments.iter().map(Increment::view).collect::<Vec<_>>(),
            "captures": payment.captures.iter().map(|one| json!({
                "captureRequestId": one.request_id, "captureId": one.capture_id,
                "amount": one.amount.to_string(), "done": one.progress == Progress::Done,
                "status": one.progress.status(), "resultCode": one.progress.code(),
                "doneAt": utc(one.done_at),
            })).collect::<Vec<_>>(),
            "refunds": payment.refunds.iter().map(|one| json!({
                "refundRequestId": one.request_id, "refundId": one.refund_id,
                "amount": one.amount.to_string(), "done": one.progress == Progress::Done,
                "status": one.progress.status(), "resultCode": one.progress.code(),
                "doneAt": utc(one.done_at),
                "bouncedAt": utc(one.bounced_at), "byGateway": one.by_gateway,
            })).collect::<Vec<_>>(),
            "ledger": payment.ledger_entry(),
        })
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
}
