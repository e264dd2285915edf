//! `capture` (rules section 10) and what follows an authorization by itself: automatic capture, the end of the
//! authorization. Cancelling an authorization is in `cancel`.

use serde_json::{Value, json};

use crate::core::codes;
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::{Claim, Gateway, Timer};
use crate::core::names::Name;
use crate::core::notifications::Draft;
use crate::core::payment::{Capture, CaptureMode, Payment, Phase, Progress};
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;
use crate::core::timings::millis;

impl Gateway {
    pub(crate) fn capture(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let request_id = fields.required_id("captureRequestId");
        let payment_id = fields.required_id("paymentId");
        let amount = fields.required_amount("captureAmount");
        let is_last = fields.flag("isLastCapture").unwrap_or(false);
        fields.finish()?;
        let amount = amount.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        let fingerprint = Fingerprint::of(request);
        let known = self.books_of(client).by_payment.get(payment_id).copied();
        if let Some(claim) = self.books_of(client).captures.get(request_id).cloned() {
            if claim.digest != fingerprint {
                self.violation(client, "same_id_other_content", request_id);
            }
            if !claim.agrees(known, amount.currency, amount.value) {
                return Err(Refusal::new("REPEAT_REQ_INCONSISTENT"));
            }
            return self.capture_reply(claim.payment, claim.outcome?);
        }
        let index = known.ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let outcome = self.start_capture(index, request_id, amount.currency, amount.value, is_last);
        if outcome.as_ref().is_err_and(|refusal| refusal.code == "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT") {
            self.violation(client, "capture_exceeds_authorization", request_id);
        }
        let claim = Claim {
            digest: fingerprint,
            payment: index,
            currency: amount.currency,
            amount: amount.value,
            outcome: outcome.clone(),
        };
        self.books_of(client).captures.insert(request_id.into(), claim);
        self.capture_reply(index, outcome?)
    }

    fn start_capture(
        &mut self,
        index: usize,
        request_id: &str,
        currency: &str,
        amount: u64,
        is_last: bool,
    ) -> Result<usize, Refusal> {
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        may_capture(payment, currency, amount, self.now)?;
        Ok(self.add_capture(index, request_id.into(), amount, is_last))
    }

    /// Enters a capture that completes after the usual delay.
    fn add_capture(&mut self, index: usize, request_id: Name, amount: u64, releases_rest: bool) -> usize {
        let capture_id = self.new_id();
        let due = self.now.after(millis(self.timings.capture_ms));
        let Some(payment) = self.payments.get_mut(index) else { return 0 };
        let capture = payment.captures.len();
        payment.captures.reserve_exact(1);
        payment.captures.push(Capture {
            request_id,
            capture_id,
            amount,
            progress: Progress::Processing,
            releases_rest,
            done_at: None,
        });
        self.arm(due, Timer::CompleteCapture { payment: index, capture });
        capture
    }

    /// What an authorization sets in motion: its end, and the capture where that is automatic.
    pub(crate) fn follow_authorization(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let agreed = self.contract_of(&payment.client).authorization_expiry_ms;
        let expiry = self.now.after(millis(agreed.unwrap_or(self.timings.authorization_expiry_ms)));
        let Some(payment) = self.payments.get_mut(index) else { return };
        payment.auth_expiry = Some(expiry);
        let (mode, amount) = (payment.capture_mode, payment.amount.value);
        self.arm(expiry, Timer::ExpireAuthorization { payment: index });
        if mode == CaptureMode::Automatic {
            let request_id = format!("AUTO{}", self.new_id()).into();
            self.add_capture(index, request_id, amount, false);
        }
    }

    pub(crate) fn complete_capture(&mut self, index: usize, capture: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return };
        let Some(entry) = payment.captures.get_mut(capture) else { return };
        if entry.progress == Progress::Done {
            return;
        }
        entry.progress = Progress::Done;
        entry.done_at = Some(now);
        if entry.releases_rest {
            payment.voided = payment.authorized().saturating_sub(payment.captured());
        }
        let told = payment.told_at.unwrap_or(now);
        let body = payment.captures.get(capture).map(|entry| capture_result(payment, entry, now));
        if let (Some(url), Some(body)) = (payment.notify_url.clone(), body) {
            let draft = Draft {
                client: payment.client.clone(),
                kind: "CAPTURE_RESULT".to_owned(),
                url,
                body,
                payment: Some(index),
            };
            // The gateway tells the payment first; only a fault rule turns the order round.
            self.notify(draft, now.max(told));
        }
    }

    pub(crate) fn expire_authorization(&mut self, index: usize) {
        let now = self.now;
        let id = self.new_id();
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.phase != Phase::Success || payment.auth_expiry != Some(now) {
            return;
        }
        let taken = payment.captured().saturating_add(payment.capturing()).saturating_add(payment.voided);
        let rest = payment.authorized().saturating_sub(taken);
        payment.auth_expired = true;
        if rest == 0 {
            return;
        }
        payment.voided = payment.voided.saturating_add(rest);
        payment.void_id = Some(id);
        if payment.captures.is_empty() {
            payment.phase = Phase::Cancelled;
            payment.cancelled_at = Some(now);
        }
    }

    fn capture_reply(&self, payment: usize, capture: usize) -> Result<Reply, Refusal> {
        let payment = self.payments.get(payment).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let capture = payment.captures.get(capture).ok_or_else(|| Refusal::new("AUTH_CANCELLED"))?;
        let reply = match capture.progress {
            Progress::Processing => Reply::new("CAPTURE_IN_PROCESS"),
            Progress::Done => Reply::success()
                .field("captureId", capture.capture_id.as_str())
                .field_if("captureTime", capture.done_at.map(Time::to_wire)),
        };
        Ok(reply
            .field("captureRequestId", capture.request_id.as_str())
            .field_if("paymentId", payment.payment_id.as_deref())
            .field("captureAmount", payment.amount.with_value(capture.amount).to_json()))
    }
}

impl Claim {
    /// The payment and which of its captures or refunds, if there came one of it.
    pub(crate) fn entry(&self) -> Option<(usize, usize)> {
        Some((self.payment, *self.outcome.as_ref().ok()?))
    }

    pub(crate) fn agrees(&self, payment: Option<usize>, currency: &str, amount: u64) -> bool {
        payment == Some(self.payment) && self.currency == currency && self.amount == amount
    }
}

fn may_capture(payment: &Payment, currency: &str, amount: u64, now: Time) -> Result<(), Refusal> {
    let refuse = |code: &str| Err(Refusal::new(code));
    if payment.auth_expired || payment.auth_expiry.is_some_and(|expiry| now >= expiry) {
        return refuse("AUTH_EXPIRED");
    }
    match payment.phase {
        Phase::Success => {}
        Phase::Cancelled if payment.paid_at.is_some() => return refuse("AUTH_CANCELLED"),
        Phase::Cancelled => return refuse("ORDER_IS_CANCELED"),
        Phase::Open | Phase::Processing | Phase::Pending | Phase::Failed => return refuse("AUTH_NOT_FOUND"),
    }
    if !payment.is_card() || payment.capture_mode == CaptureMode::Automatic {
        return refuse("ORDER_STATUS_INVALID");
    }
    if payment.amount.currency != currency {
        return refuse("CURRENCY_NOT_SUPPORT");
    }
    let taken = payment.captured().saturating_add(payment.capturing()).saturating_add(payment.voided);
    if amount > payment.authorized().saturating_sub(taken) {
        return refuse("CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT");
    }
    Ok(())
}

fn capture_result(payment: &Payment, capture: &Capture, now: Time) -> Value {
    json!({
        "notifyType": "CAPTURE_RESULT",
        "result": codes::result("notifyCapture", "SUCCESS"),
        "paymentRequestId": payment.request_id,
        "paymentId": payment.payment_id,
        "captureRequestId": capture.request_id,
        "captureId": capture.capture_id,
        "captureAmount": payment.amount.with_value(capture.amount).to_json(),
        "captureTime": now.to_wire(),
    })
}
