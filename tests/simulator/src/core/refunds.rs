//! What becomes of a refund: its end, the bounce of money that did not reach the buyer, how the merchant is told.
//! Which refunds a merchant may ask for is decided in `operations`.

use serde_json::{Map, Value, json};

use super::arrangement::{End, Fate};
use super::buyer::CompletionError;
use super::captures::{Verdict, VerdictOutcome, acquirer_reference};
use super::codes;
use super::gateway::{Gateway, Timer};
use super::payment::{Payment, Progress, Refund};
use super::time::Time;
use super::timings::millis;

impl Gateway {
    /// Enters a refund. It is done at once or after the usual delay, unless something else is arranged.
    pub(crate) fn add_refund(
        &mut self,
        index: usize,
        mut refund: Refund,
        later: bool,
        fate: Option<Fate>,
    ) -> usize {
        let fails = fate.is_some_and(|fate| fate.outcome == End::Fail);
        if let Some(fate) = fate.filter(|_| fails) {
            refund.progress = Progress::Doomed(fate.code());
        }
        if let Some(code) = fate.and_then(Fate::unclear) {
            refund.progress = Progress::Unclear(code);
        }
        let Some(payment) = self.payments.get_mut(index) else { return 0 };
        let place = payment.refunds.len();
        let (client, id) = (payment.client.clone(), refund.refund_id.clone());
        payment.refunds.reserve_exact(1);
        payment.refunds.push(refund);
        self.books_of(&client).refunds_by_id.insert(id, (index, place));
        let usual = if later || fails { self.timings.refund_ms } else { 0 };
        match fate.and_then(|fate| fate.after_ms).unwrap_or(usual) {
            _ if fate.is_some_and(|fate| fate.outcome == End::Stay) => {}
            0 => {
                let told = later || self.contract_of(&client).notify_synchronous_refunds;
                self.finish_refund(index, place, told);
            }
            ms => {
                self.arm(self.now.after(millis(ms)), Timer::CompleteRefund { payment: index, refund: place })
            }
        }
        place
    }

    /// Ends a refund that is in process; `false` if it is not.
    pub(crate) fn complete_refund(&mut self, index: usize, refund: usize) -> bool {
        self.finish_refund(index, refund, true)
    }

    fn finish_refund(&mut self, index: usize, refund: usize, told: bool) -> bool {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return false };
        let Some(entry) = payment.refunds.get_mut(refund).filter(|one| one.progress.is_open()) else {
            return false;
        };
        if let Progress::Doomed(code) = entry.progress {
            entry.progress = Progress::Failed(code);
        } else {
            entry.progress = Progress::Done;
            entry.done_at = Some(now);
        }
        if told {
            self.tell_refund(index, refund);
        }
        true
    }

    /// Ends a refund by the control API, or lets the money of one that was done come back to the merchant because it did
    /// not reach the buyer: the settlement tells that and nothing else does (rules 12.10).
    ///
    /// # Errors
    /// If there is no such refund, it has ended, or the end is not one that it can have.
    pub fn end_refund(
        &mut self,
        at: Time,
        client: Option<&str>,
        request_id: &str,
        refund_request_id: &str,
        input: Value,
    ) -> Result<Value, CompletionError> {
        self.run_to(at);
        let verdict = Verdict::read(input, "refund")?;
        let now = self.now;
        let index = self.index_of(client, request_id).ok_or(CompletionError::Unknown)?;
        let payment = self.payments.get_mut(index).ok_or(CompletionError::Unknown)?;
        let mut refunds = payment.refunds.iter_mut().enumerate();
        let found = refunds.find(|(_, one)| one.request_id.as_str() == refund_request_id);
        let (place, entry) = found.ok_or(CompletionError::Unknown)?;
        let bounces = verdict.outcome == VerdictOutcome::Bounce;
        match entry.progress {
            Progress::Done if bounces && entry.bounced_at.is_none() => entry.bounced_at = Some(now),
            progress if progress.is_open() => entry.progress = verdict.progress()?,
            _ => return Err(CompletionError::Final),
        }
        self.note_act(index, "end_refund", refund_request_id);
        self.complete_refund(index, place);
        self.payment_at(index).ok_or(CompletionError::Unknown)
    }

    fn tell_refund(&mut self, index: usize, refund: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let Some(entry) = payment.refunds.get(refund) else { return };
        let contract = self.contract_of(&payment.client);
        let code = match entry.progress {
            Progress::Failed(_) if !contract.failed_refund_is_failed_result => "SUCCESS",
            progress => progress.code(),
        };
        let mut body = json!({
            "notifyType": "REFUND_RESULT",
            "result": codes::result("notifyRefund", code),
            "refundRequestId": entry.request_id,
            "refundId": entry.refund_id,
            "refundStatus": entry.progress.status(),
        });
        if let Some(members) = body.as_object_mut() {
            members.extend(self.refund_fields(payment, entry));
        }
        let url = self.refund_url(payment, entry);
        self.tell(index, "REFUND_RESULT", url, body, self.now);
    }

    /// What the gateway says of a refund wherever it says something (rules 12.8).
    pub(crate) fn refund_fields(&self, payment: &Payment, refund: &Refund) -> Map<String, Value> {
        let amount = payment.amount.with_value(refund.amount).to_json();
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        add("refundAmount", amount.clone());
        if let Some(metadata) = &refund.metadata {
            add("metadata", json!(metadata));
        }
        if let Some(done_at) = refund.done_at {
            add("refundTime", json!(done_at.to_wire()));
            add("actualRefundAmount", amount);
            payment.settlement_fields(refund.amount).into_iter().for_each(|(name, value)| {
                add(&name, value);
            });
            if payment.is_card() && self.contract_of(&payment.client).acquirer_reference_no {
                add("arn", json!(acquirer_reference(&refund.refund_id)));
            }
        }
        members
    }
}
