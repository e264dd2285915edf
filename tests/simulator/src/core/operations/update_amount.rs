//! `updateAmount`: raises the authorization of a card before its capture. An `S` says that the gateway took the request
//! on; the outcome comes by notification and inquiry.
//! How a raise ends is in `increments`.

use crate::core::amount::Amount;
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::{Claim, Gateway, Timer};
use crate::core::increments::{Increment, Standing};
use crate::core::payment::Payment;
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;
use crate::core::timings::millis;

use serde_json::Value;

/// How often an authorization can be raised.
const MOST_INCREMENTS: usize = 10;

impl Gateway {
    pub(crate) fn update_amount(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let request_id = fields.required_id("updateRequestId");
        let payment_id = fields.required_id("paymentId");
        let amount = fields.required_amount("amount");
        fields.finish()?;
        let amount = amount.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        let fingerprint = Fingerprint::of(request);
        let known = self.books_of(client).by_payment.get(payment_id).copied();
        if let Some(claim) = self.books_of(client).increments.get(request_id).cloned() {
            if claim.digest != fingerprint {
                self.violation(client, "same_id_other_content", request_id);
            }
            if !claim.agrees(known, amount.currency, amount.value) {
                return Err(Refusal::new("REPEAT_REQ_INCONSISTENT"));
            }
            return self.update_reply(claim.payment, claim.outcome?);
        }
        let index = known.ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let outcome = self.start_increment(index, request_id, &amount);
        let claim = Claim {
            digest: fingerprint,
            payment: index,
            currency: amount.currency,
            amount: amount.value,
            outcome: outcome.clone(),
        };
        self.books_of(client).increments.insert(request_id.into(), claim);
        self.update_reply(index, outcome?)
    }

    fn start_increment(&mut self, index: usize, request_id: &str, amount: &Amount) -> Result<usize, Refusal> {
        let now = self.now;
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        may_raise(payment, amount, now)?;
        let increment_id = self.new_id();
        let due = now.after(millis(self.timings.update_amount_ms));
        let payment = self.payments.get_mut(index).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let increment = payment.increments.len();
        payment.increments.push(Increment {
            request_id: request_id.into(),
            increment_id,
            total: amount.value,
            standing: Standing::Processing,
            ended_at: None,
        });
        self.arm(due, Timer::CompleteIncrement { payment: index, increment });
        Ok(increment)
    }

    fn update_reply(&self, index: usize, increment: usize) -> Result<Reply, Refusal> {
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let entry = payment.increments.get(increment).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        Ok(Reply::success()
            .field("updateRequestId", entry.request_id.as_str())
            .field_if("paymentId", payment.payment_id.as_deref())
            .field("amount", payment.amount.with_value(entry.total).to_json()))
    }
}

fn may_raise(payment: &Payment, amount: &Amount, now: Time) -> Result<(), Refusal> {
    if let Some(code) = payment.why_not_raised(now) {
        return Err(Refusal::new(code));
    }
    if payment.completed_increments() >= MOST_INCREMENTS {
        let reason = format!("an authorization is raised at most {MOST_INCREMENTS} times");
        return Err(Refusal::with("INCREMENTAL_NOT_SUPPORT", reason));
    }
    if payment.increments.iter().any(|one| one.standing == Standing::Processing) {
        let reason = "another updateAmount of this payment is in process";
        return Err(Refusal::with("ORDER_STATUS_INVALID", reason.to_owned()));
    }
    if payment.amount.currency != amount.currency {
        return Err(Refusal::new("CURRENCY_NOT_SUPPORT"));
    }
    let authorized = payment.authorized();
    if amount.value <= authorized {
        let reason = format!("amount.value is the new total, which must be more than {authorized}");
        return Err(Refusal::with("INVALID_AMOUNT", reason));
    }
    Ok(())
}
