//! Raised authorizations: what was asked for, how it ended, and what the merchant hears of it.
//! Whether a raise is taken on at all is decided by `updateAmount`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes;
use super::gateway::Gateway;
use super::names::Name;
use super::payment::{Payment, Phase};
use super::time::Time;

/// A request to raise an authorization, which the gateway took on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Increment {
    pub(crate) request_id: Name,
    pub(crate) increment_id: Name,
    /// What is authorized in all, once it is raised.
    pub(crate) total: u64,
    pub(crate) standing: Standing,
    pub(crate) ended_at: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    Processing,
    Raised,
    /// For this reason; what was authorized before stays so.
    Refused(Box<str>),
}

impl Increment {
    /// Its entry among the payment's `transactions`.
    pub(crate) fn transaction(&self, payment: &Payment) -> Value {
        let (status, code) = match &self.standing {
            Standing::Processing => ("PROCESSING", "PAYMENT_IN_PROCESS"),
            Standing::Raised => ("SUCCESS", "SUCCESS"),
            Standing::Refused(code) => ("FAIL", &**code),
        };
        json!({
            "transactionType": "INCREMENTAL", "transactionStatus": status,
            "transactionRequestId": self.request_id, "transactionId": self.increment_id,
            "transactionAmount": payment.amount.with_value(self.total).to_json(),
            "transactionTime": self.ended_at.map(Time::to_wire),
            "transactionResult": codes::result("updateAmount", code),
        })
    }

    pub(crate) fn view(&self) -> Value {
        let (standing, code) = match &self.standing {
            Standing::Processing => ("processing", None),
            Standing::Raised => ("raised", None),
            Standing::Refused(code) => ("refused", Some(&**code)),
        };
        json!({"updateRequestId": self.request_id, "amount": self.total.to_string(), "standing": standing,
               "resultCode": code})
    }
}

impl Payment {
    /// The sum that is authorized: the first one, or the latest to which it was raised.
    pub(crate) fn authorized(&self) -> u64 {
        if self.paid_at.is_none() {
            return 0;
        }
        let raised = self.increments.iter().rev().find(|one| one.standing == Standing::Raised);
        raised.map_or(self.amount.value, |one| one.total)
    }

    pub(crate) fn completed_increments(&self) -> usize {
        self.increments.iter().filter(|one| one.standing == Standing::Raised).count()
    }

    /// Why an authorization cannot be raised, whatever the sum; the reasons are those of the gateway's own page.
    pub(crate) fn why_not_raised(&self, now: Time) -> Option<&'static str> {
        if self.auth_expired || self.auth_expiry.is_some_and(|expiry| now >= expiry) {
            return Some("AUTH_EXPIRED");
        }
        match self.phase {
            Phase::Open | Phase::Processing | Phase::Pending | Phase::Failed => Some("AUTH_NOT_FOUND"),
            Phase::Cancelled => Some("AUTH_CANCELLED"),
            // A capture, even one that is under way or has failed, ends the time for raising.
            Phase::Success if !self.can_be_raised() || !self.captures.is_empty() => {
                Some("INCREMENTAL_NOT_SUPPORT")
            }
            Phase::Success => None,
        }
    }

    /// `incrementalAuthorizationAvailable`: the merchant captures by itself, from a card.
    pub(crate) fn can_be_raised(&self) -> bool {
        self.is_card() && self.capture_mode == super::payment::CaptureMode::Manual
    }
}

impl Gateway {
    /// The issuer's answer: the authorization is raised, unless it has ended meanwhile or a refusal was arranged.
    pub(crate) fn complete_increment(&mut self, index: usize, increment: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get(index) else { return };
        let arranged = self.arranged_for(payment).update_amount.result_code.as_deref();
        let refusal: Option<Box<str>> = payment.why_not_raised(now).or(arranged).map(Into::into);
        let Some(entry) = self.payments.get_mut(index).and_then(|one| one.increments.get_mut(increment))
        else {
            return;
        };
        let code = refusal.as_deref().unwrap_or("SUCCESS").to_owned();
        entry.standing = refusal.map_or(Standing::Raised, Standing::Refused);
        entry.ended_at = Some(now);
        let request_id = entry.request_id.clone();
        self.tell_increment(index, &request_id, &code);
    }

    /// `paymentAmount` is what is authorized now, raised or not.
    fn tell_increment(&mut self, index: usize, request_id: &str, code: &str) {
        let Some(payment) = self.payments.get(index) else { return };
        let mut body = self.payment_news(payment, "UPDATE_AMOUNT_RESULT", "updateAmount", code);
        let authorized = payment.amount.with_value(payment.authorized()).to_json();
        if let Some(members) = body.as_object_mut() {
            members.insert("updateRequestId".to_owned(), json!(request_id));
            members.insert("paymentAmount".to_owned(), authorized);
        }
        // The gateway tells the payment first.
        let due = payment.told_at.map_or(self.now, |told| told.max(self.now));
        let url = self.payment_url(payment);
        self.tell(index, "UPDATE_AMOUNT_RESULT", url, body, due);
    }
}
