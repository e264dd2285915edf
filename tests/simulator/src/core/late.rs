//! Success that comes too late: the method pays after the gateway closed the payment or the merchant cancelled it
//! (rules 9.4, 11.7). Until it is sent back the money is held, whatever the payment's status says.

use serde_json::Value;

use super::buyer::CompletionError;
use super::gateway::{Gateway, Timer};
use super::payment::{Payment, Phase, Progress, Refund};
use super::timings::millis;

impl Gateway {
    /// Lets the method pay. A cancelled payment stays CANCELLED, a closed one becomes SUCCESS; either is told
    /// as a success, and sent back by the gateway after a while unless the merchant cancels before.
    ///
    /// # Errors
    /// If nobody ever tried to pay it, or it was paid before, or is still open.
    pub fn succeed_late(
        &mut self,
        at: super::Time,
        client: Option<&str>,
        request_id: &str,
    ) -> Result<Value, CompletionError> {
        self.run_to(at);
        let index = self.index_of(client, request_id).ok_or(CompletionError::Unknown)?;
        let payment = self.payments.get_mut(index).ok_or(CompletionError::Unknown)?;
        if !payment.can_succeed_late() {
            let reason = "the payment was not closed or cancelled unpaid after somebody had tried to pay it";
            return Err(CompletionError::Invalid(reason.to_owned()));
        }
        let now = self.now;
        let is_cancelled = payment.phase == Phase::Cancelled;
        self.note_act(index, "late_success", request_id);
        let payment = self.payments.get_mut(index).ok_or(CompletionError::Unknown)?;
        if is_cancelled {
            let told = now.after(millis(self.timings.payment_result_ms));
            payment.paid_at = Some(now);
            payment.told_at = Some(told);
            self.tell_payment(index, "PAYMENT_RESULT", "SUCCESS", told);
        } else {
            payment.result_code = None;
            self.succeed(index);
        }
        self.arm(now.after(millis(self.timings.late_refund_ms)), Timer::ReturnLate { payment: index });
        self.payment_at(index).ok_or(CompletionError::Unknown)
    }

    /// The gateway sends back what it still holds of a payment that came too late.
    pub(crate) fn return_late(&mut self, index: usize) {
        let now = self.now;
        let (void_id, refund_id) = (self.new_id(), self.new_id());
        let Some(payment) = self.payments.get_mut(index) else { return };
        // A capture that has not ended by now takes nothing any more.
        payment.drop_captures();
        let reserved = if payment.is_card() { payment.uncaptured() } else { 0 };
        if reserved > 0 {
            payment.voided = payment.voided.saturating_add(reserved);
            payment.void_id = Some(void_id);
            if payment.phase == Phase::Success && payment.captured() == 0 && payment.capturing() == 0 {
                payment.phase = Phase::Cancelled;
                payment.cancelled_at = Some(now);
            }
        }
        let kept = payment.refundable(None);
        if kept > 0 {
            let client = payment.client.clone();
            let place = payment.refunds.len();
            payment.refunds.push(Refund {
                request_id: format!("LATE{refund_id}").into(),
                refund_id: refund_id.clone(),
                amount: kept,
                progress: Progress::Done,
                capture: None,
                notify_url: None,
                metadata: None,
                done_at: Some(now),
                bounced_at: None,
                by_gateway: true,
            });
            self.books_of(&client).refunds_by_id.insert(refund_id, (index, place));
        }
    }
}

impl Payment {
    fn can_succeed_late(&self) -> bool {
        let closed = self.phase == Phase::Failed && self.result_code.as_deref() == Some("ORDER_IS_CLOSED");
        let ended = closed || self.phase == Phase::Cancelled;
        ended && self.paid_at.is_none() && self.payment_id.is_some()
    }
}
