//! `refund` and `inquiryRefund` (rules section 12): at once for wallets, later for cards.
//! Sending back a payment that is not captured yet is `cancel`.

use serde_json::{Value, json};

use crate::core::codes;
use crate::core::contract::{CardRefunds, Contract};
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::{Claim, Gateway, Timer};
use crate::core::methods::{self, Refunding};
use crate::core::notifications::Draft;
use crate::core::payment::{Payment, Phase, Progress, Refund};
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;
use crate::core::timings::millis;

impl Gateway {
    pub(crate) fn refund(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let request_id = fields.required_id("refundRequestId");
        let payment_id = fields.required_id("paymentId");
        let amount = fields.required_amount("refundAmount");
        let notify_url = fields.text("refundNotifyUrl", 1_024);
        fields.text("refundReason", 256);
        fields.text("referenceRefundId", 64);
        fields.finish()?;
        let amount = amount.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        let fingerprint = Fingerprint::of(request);
        let known = self.books_of(client).by_payment.get(payment_id).copied();
        if let Some(claim) = self.books_of(client).refunds.get(request_id).cloned() {
            if claim.digest != fingerprint {
                self.violation(client, "same_id_other_content", request_id);
            }
            if !claim.agrees(known, amount.currency, amount.value) {
                return Err(Refusal::new("REPEAT_REQ_INCONSISTENT"));
            }
            return self.refund_reply(claim.payment, claim.outcome?);
        }
        let index = known.ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))?;
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))?;
        let allowed = may_refund(payment, self.contract_of(client), amount.currency, amount.value, self.now);
        if allowed.as_ref().is_err_and(|refusal| refusal.code == "REFUND_AMOUNT_EXCEED") {
            self.violation(client, "refund_exceeds_captured", request_id);
        }
        let outcome = allowed.map(|()| self.add_refund(index, request_id, amount.value, notify_url));
        let claim = Claim {
            digest: fingerprint,
            payment: index,
            currency: amount.currency,
            amount: amount.value,
            outcome: outcome.clone(),
        };
        self.books_of(client).refunds.insert(request_id.into(), claim);
        self.refund_reply(index, outcome?)
    }

    fn add_refund(&mut self, index: usize, request_id: &str, amount: u64, notify_url: Option<&str>) -> usize {
        let refund_id = self.new_id();
        let now = self.now;
        let due = now.after(millis(self.timings.refund_ms));
        let notify_url = notify_url.map(|url| self.names.of(url));
        let Some(payment) = self.payments.get(index) else { return 0 };
        let later = match methods::rules_of(&payment.method) {
            card if card.is_card() => {
                self.contract_of(&payment.client).card_refunds == CardRefunds::Asynchronous
            }
            other => !other.refunds_at_once,
        };
        let Some(payment) = self.payments.get_mut(index) else { return 0 };
        let refund = payment.refunds.len();
        let client = payment.client.clone();
        payment.refunds.reserve_exact(1);
        payment.refunds.push(Refund {
            request_id: request_id.into(),
            refund_id: refund_id.clone(),
            amount,
            progress: if later { Progress::Processing } else { Progress::Done },
            notify_url,
            done_at: if later { None } else { Some(now) },
        });
        self.books_of(&client).refunds_by_id.insert(refund_id, (index, refund));
        if later {
            self.arm(due, Timer::CompleteRefund { payment: index, refund });
        }
        refund
    }

    pub(crate) fn complete_refund(&mut self, index: usize, refund: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return };
        let Some(entry) = payment.refunds.get_mut(refund) else { return };
        if entry.progress == Progress::Done {
            return;
        }
        entry.progress = Progress::Done;
        entry.done_at = Some(now);
        let url = entry.notify_url.clone();
        let body = json!({
            "notifyType": "REFUND_RESULT",
            "result": codes::result("notifyRefund", "SUCCESS"),
            "refundStatus": "SUCCESS",
            "refundRequestId": entry.request_id,
            "refundId": entry.refund_id,
            "refundTime": now.to_wire(),
        });
        let amount = payment.amount.with_value(entry.amount).to_json();
        let Some(url) = url else { return };
        let mut body = body;
        if let Some(members) = body.as_object_mut() {
            members.insert("refundAmount".to_owned(), amount);
        }
        let client = payment.client.clone();
        let draft = Draft { client, kind: "REFUND_RESULT".to_owned(), url, body, payment: Some(index) };
        self.notify(draft, now);
    }

    pub(crate) fn inquiry_refund(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let refund_id = fields.id("refundId");
        let request_id = fields.id("refundRequestId");
        if refund_id.is_none() && request_id.is_none() {
            fields.fault("neither refundId nor refundRequestId is given".to_owned());
        }
        fields.finish()?;
        let books = self.books_of(client);
        let found = match (refund_id, request_id) {
            (Some(id), _) => books.refunds_by_id.get(id).copied(),
            (None, Some(id)) => books.refunds.get(id).and_then(Claim::entry),
            (None, None) => None,
        };
        let (payment, refund) = found.ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))?;
        let (payment, refund) = self.refund_at(payment, refund)?;
        let status = if refund.progress == Progress::Done { "SUCCESS" } else { "PROCESSING" };
        Ok(Reply::success()
            .field("refundRequestId", refund.request_id.as_str())
            .field("refundId", refund.refund_id.as_str())
            .field("refundAmount", payment.amount.with_value(refund.amount).to_json())
            .field("refundStatus", status)
            .field_if("refundTime", refund.done_at.map(Time::to_wire)))
    }

    fn refund_reply(&self, payment: usize, refund: usize) -> Result<Reply, Refusal> {
        let (payment, refund) = self.refund_at(payment, refund)?;
        let reply = match refund.progress {
            Progress::Processing => Reply::new("REFUND_IN_PROCESS"),
            Progress::Done => Reply::success().field_if("refundTime", refund.done_at.map(Time::to_wire)),
        };
        Ok(reply
            .field("refundRequestId", refund.request_id.as_str())
            .field("refundId", refund.refund_id.as_str())
            .field_if("paymentId", payment.payment_id.as_deref())
            .field("refundAmount", payment.amount.with_value(refund.amount).to_json()))
    }

    fn refund_at(&self, payment: usize, refund: usize) -> Result<(&Payment, &Refund), Refusal> {
        let payment = self.payments.get(payment);
        let found = payment.and_then(|payment| Some((payment, payment.refunds.get(refund)?)));
        found.ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))
    }
}

fn may_refund(
    payment: &Payment,
    contract: &Contract,
    currency: &str,
    amount: u64,
    now: Time,
) -> Result<(), Refusal> {
    let refuse = |code: &str| Err(Refusal::new(code));
    match payment.phase {
        Phase::Success => {}
        Phase::Cancelled => return refuse("ORDER_IS_CANCELED"),
        Phase::Failed => return refuse("ORDER_IS_CLOSED"),
        Phase::Open | Phase::Processing | Phase::Pending => return refuse("ORDER_STATUS_INVALID"),
    }
    if payment.captured() == 0 {
        return refuse("ORDER_STATUS_INVALID");
    }
    if payment.amount.currency != currency {
        return refuse("CURRENCY_NOT_SUPPORT");
    }
    let before = payment.refunded().saturating_add(payment.refunding()) > 0;
    match methods::rules_of(&payment.method).refunding {
        Refunding::Never => return refuse("REFUND_NOT_SUPPORTED"),
        Refunding::FullOnly if amount < payment.captured() => return refuse("PARTIAL_REFUND_NOT_SUPPORTED"),
        Refunding::OnceOnly if before => return refuse("MULTIPLE_REFUNDS_NOT_SUPPORTED"),
        Refunding::FullOnly | Refunding::OnceOnly | Refunding::Parts => {}
    }
    if payment.paid_at.is_some_and(|paid| now > paid.after(millis(contract.refund_window_ms))) {
        return refuse("REFUND_WINDOW_EXCEED");
    }
    let gone = payment.refunded().saturating_add(payment.refunding());
    if amount > payment.captured().saturating_sub(gone) {
        return refuse("REFUND_AMOUNT_EXCEED");
    }
    Ok(())
}
