//! `cancel` (rules section 11): closes an unpaid payment, voids an authorization, sends a paid amount back.
//! Money that was captured from a card goes back by `refund` only.

use serde_json::Value;

use crate::core::contract::{Balance, Contract};
use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::methods::{self, Cancelling};
use crate::core::payment::{CaptureMode, Payment, Phase, Progress};
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;

/// What a cancel does.
enum Effect {
    /// Nothing is left to do: it was done before, or the payment failed.
    Nothing,
    Close,
    Void,
    Reverse,
}

impl Gateway {
    pub(crate) fn cancel(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let (index, payment) = self.find_payment(client, request)?;
        let effect = effect_on(payment, self.contract_of(client), self.now)?;
        let now = self.now;
        let void_id =
            if matches!(effect, Effect::Void | Effect::Reverse) { Some(self.new_id()) } else { None };
        let payment = self.payments.get_mut(index).ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))?;
        match effect {
            Effect::Nothing => {}
            Effect::Close => payment.cancel(now),
            Effect::Void => {
                payment.drop_captures();
                payment.voided = payment.authorized();
                payment.void_id = void_id;
                payment.cancel(now);
            }
            Effect::Reverse => {
                payment.reversed = payment.authorized();
                payment.void_id = void_id;
                payment.cancel(now);
            }
        }
        Ok(Reply::success()
            .field("paymentRequestId", payment.request_id.as_str())
            .field_if("paymentId", payment.payment_id.as_deref())
            .field("cancelTime", payment.cancelled_at.unwrap_or(now).to_wire()))
    }

    /// The payment that a request names by paymentId or paymentRequestId; the former wins.
    pub(crate) fn find_payment<'a>(
        &'a self,
        client: &str,
        request: &Value,
    ) -> Result<(usize, &'a Payment), Refusal> {
        let mut fields = Fields::of(request);
        let payment_id = fields.id("paymentId");
        let request_id = fields.id("paymentRequestId");
        if payment_id.is_none() && request_id.is_none() {
            fields.fault("neither paymentId nor paymentRequestId is given".to_owned());
        }
        fields.finish()?;
        let unknown = || Refusal::new("ORDER_NOT_EXIST");
        let books = self.books.get(client).ok_or_else(unknown)?;
        let index = match (payment_id, request_id) {
            (Some(id), _) => books.by_payment.get(id),
            (None, Some(id)) => books.by_request.get(id),
            (None, None) => None,
        };
        let index = index.copied().ok_or_else(unknown)?;
        self.payments.get(index).map(|payment| (index, payment)).ok_or_else(unknown)
    }
}

impl Payment {
    /// A capture that has not ended yet does not happen any more.
    pub(crate) fn drop_captures(&mut self) {
        for capture in &mut self.captures {
            if capture.progress.is_open() {
                capture.progress = Progress::Dropped;
            }
        }
    }

    fn cancel(&mut self, now: Time) {
        self.phase = Phase::Cancelled;
        self.result_code = Some("ORDER_IS_CANCELED".into());
        self.cancelled_at = Some(now);
        self.cancels = self.cancels.saturating_add(1);
    }
}

fn effect_on(payment: &Payment, contract: &Contract, now: Time) -> Result<Effect, Refusal> {
    let refuse = |code: &str| Err(Refusal::new(code));
    let rules = methods::rules_of(&payment.method);
    match payment.phase {
        // Paid after it was cancelled: one more cancel sends the money back (rules 11.7, C11).
        Phase::Cancelled if payment.held() > 0 => {
            return Ok(if payment.is_card() { Effect::Void } else { Effect::Reverse });
        }
        Phase::Failed | Phase::Cancelled => return Ok(Effect::Nothing),
        // Nobody has been to the method with it yet, whose rules do not count then.
        Phase::Open => return Ok(Effect::Close),
        Phase::Processing | Phase::Pending | Phase::Success if rules.cancelling == Cancelling::Never => {
            return refuse("PAYMENT_METHOD_NOT_SUPPORTED");
        }
        Phase::Processing | Phase::Pending => return Ok(Effect::Close),
        Phase::Success => {}
    }
    if payment.has_refunds() {
        return refuse("PROCESS_FAIL");
    }
    let until = payment.paid_at.and_then(|paid| rules.cancel_until(paid));
    if until.is_none_or(|until| now > until) {
        return refuse("CANCEL_WINDOW_EXCEED");
    }
    if !payment.is_card() {
        let covered = contract.balance == Balance::Enough;
        return if covered { Ok(Effect::Reverse) } else { refuse("MERCHANT_BALANCE_NOT_ENOUGH") };
    }
    if payment.captured() > 0 || payment.auth_expired {
        return refuse("CANCEL_WINDOW_EXCEED");
    }
    if payment.capturing() > 0 && payment.capture_mode == CaptureMode::Manual {
        return refuse("ORDER_STATUS_INVALID");
    }
    Ok(Effect::Void)
}
