//! `refund` and `inquiryRefund` (rules section 12): which refunds a merchant may ask for, and where they stand.
//! What becomes of them is in `refunds`; sending back a payment that is not captured yet is `cancel`.

use serde_json::Value;

use crate::core::amount::Amount;
use crate::core::arrangement::{End, Movement};
use crate::core::contract::{Balance, CardRefunds, Contract};
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::{Claim, Gateway};
use crate::core::methods::{self, Refunding};
use crate::core::payment::{Payment, Phase, Progress, Refund};
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;
use crate::core::timings::millis;

/// What the merchant asks for.
struct Wish<'a> {
    request_id: &'a str,
    amount: Amount,
    capture_id: Option<&'a str>,
    notify_url: Option<&'a str>,
    metadata: Option<&'a str>,
    /// `isAsyncRefund`: a refund that could be done at once is done later.
    later: bool,
}

impl Gateway {
    pub(crate) fn refund(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let payment_id = fields.required_id("paymentId");
        let wish = read(&mut fields);
        fields.finish()?;
        let wish = wish.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        let (currency, amount) = (wish.amount.currency, wish.amount.value);
        let digest = Fingerprint::of(request);
        let known = self.books_of(client).by_payment.get(payment_id).copied();
        if let Some(claim) = self.books_of(client).refunds.get(wish.request_id).cloned() {
            if claim.digest != digest {
                self.violation(client, "same_id_other_content", wish.request_id);
            }
            if !claim.agrees(known, currency, amount) {
                return Err(Refusal::new("REPEAT_REQ_INCONSISTENT"));
            }
            return self.refund_reply(claim.payment, claim.outcome?);
        }
        let index = known.ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))?;
        let outcome = self.start_refund(client, index, &wish);
        // What only lacks a field can be asked again with it.
        if outcome.as_ref().is_err_and(|refusal| refusal.code == "PARAM_ILLEGAL") {
            return Err(outcome.err().unwrap_or_else(|| Refusal::new("PARAM_ILLEGAL")));
        }
        let claim = Claim { digest, payment: index, currency, amount, outcome: outcome.clone() };
        self.books_of(client).refunds.insert(wish.request_id.into(), claim);
        self.refund_reply(index, outcome?)
    }

    fn start_refund(&mut self, client: &str, index: usize, wish: &Wish<'_>) -> Result<usize, Refusal> {
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))?;
        let contract = self.contract_of(client);
        let capture = capture_of(payment, wish);
        let later = wish.later || is_later(payment, contract);
        let allowed = capture.clone().and_then(|capture| {
            may_refund(payment, contract, &wish.amount, capture, self.now).map(|()| capture)
        });
        if allowed.as_ref().is_err_and(|refusal| refusal.code == "REFUND_AMOUNT_EXCEED") {
            self.violation(client, "refund_exceeds_captured", wish.request_id);
        }
        let capture = allowed?;
        let fate = self.next_fate(Movement::Refund, index);
        if let Some(fate) = fate.filter(|fate| fate.outcome == End::Refuse) {
            return Err(Refusal::new(fate.code().as_str()));
        }
        let refund = Refund {
            request_id: wish.request_id.into(),
            refund_id: self.new_id(),
            amount: wish.amount.value,
            progress: Progress::Processing,
            capture,
            notify_url: wish.notify_url.map(|url| self.names.of(url)),
            metadata: wish.metadata.map(Into::into),
            done_at: None,
            bounced_at: None,
            by_gateway: false,
        };
        Ok(self.add_refund(index, refund, later, fate))
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
        Ok(Reply::success()
            .field("refundRequestId", refund.request_id.as_str())
            .field("refundId", refund.refund_id.as_str())
            .field("refundStatus", refund.progress.status())
            .fields(self.refund_fields(payment, refund)))
    }

    fn refund_reply(&self, payment: usize, refund: usize) -> Result<Reply, Refusal> {
        let (payment, refund) = self.refund_at(payment, refund)?;
        let amount = payment.amount.with_value(refund.amount).to_json();
        let reply = match refund.progress {
            Progress::Processing | Progress::Doomed(_) => Reply::new("REFUND_IN_PROCESS"),
            Progress::Unclear(code) => Reply::new(code.as_str()),
            Progress::Failed(_) | Progress::Dropped => return Err(Refusal::new(refund.progress.code())),
            Progress::Done if payment.is_card() => {
                Reply::success().fields(self.reference_of(&payment.client, &refund.refund_id))
            }
            Progress::Done => Reply::success(),
        };
        let done = refund.done_at.map(Time::to_wire);
        Ok(reply
            .field("refundRequestId", refund.request_id.as_str())
            .field("refundId", refund.refund_id.as_str())
            .field_if("paymentId", payment.payment_id.as_deref())
            .field("refundAmount", amount.clone())
            .field_if("actualRefundAmount", done.as_ref().map(|_| amount))
            .field_if("refundTime", done))
    }

    fn refund_at(&self, payment: usize, refund: usize) -> Result<(&Payment, &Refund), Refusal> {
        let payment = self.payments.get(payment);
        let found = payment.and_then(|payment| Some((payment, payment.refunds.get(refund)?)));
        found.ok_or_else(|| Refusal::new("ORDER_NOT_EXIST"))
    }
}

fn read<'a>(fields: &mut Fields<'a>) -> Option<Wish<'a>> {
    let request_id = fields.required_id("refundRequestId");
    let amount = fields.required_amount("refundAmount");
    fields.text("refundReason", 256);
    fields.text("referenceRefundId", 64);
    Some(Wish {
        request_id,
        capture_id: fields.id("captureId"),
        notify_url: fields.text("refundNotifyUrl", 1_024),
        metadata: fields.text("metadata", 64),
        later: fields.flag("isAsyncRefund").unwrap_or(false),
        amount: amount?,
    })
}

/// Whether a refund is done some time after its answer (rules 12.6).
fn is_later(payment: &Payment, contract: &Contract) -> bool {
    let rules = methods::rules_of(&payment.method);
    if rules.is_card() { contract.card_refunds == CardRefunds::Asynchronous } else { !rules.refunds_at_once }
}

/// The capture that a refund takes back, which must be named where there were several (rules 12.1).
fn capture_of(payment: &Payment, wish: &Wish<'_>) -> Result<Option<usize>, Refusal> {
    let Some(id) = wish.capture_id else {
        if payment.completed_captures() > 1 {
            let reason = "captureId is missing: the payment was captured several times".to_owned();
            return Err(Refusal::with("PARAM_ILLEGAL", reason));
        }
        return Ok(None);
    };
    let named = |capture: &crate::core::payment::Capture| {
        capture.capture_id.as_str() == id && capture.progress == Progress::Done
    };
    let place = payment.captures.iter().position(named);
    let unknown = || Refusal::with("PARAM_ILLEGAL", "captureId is not that of a capture of it".to_owned());
    place.map(Some).ok_or_else(unknown)
}

fn may_refund(
    payment: &Payment,
    contract: &Contract,
    wanted: &Amount,
    capture: Option<usize>,
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
    if payment.amount.currency != wanted.currency {
        return refuse("CURRENCY_NOT_SUPPORT");
    }
    let rules = methods::rules_of(&payment.method);
    rules.admit_part(wanted)?;
    let left = payment.refundable(capture);
    match rules.refunding {
        Refunding::Never => return refuse("REFUND_NOT_SUPPORTED"),
        Refunding::FullOnly if wanted.value < payment.captured() => {
            return refuse("PARTIAL_REFUND_NOT_SUPPORTED");
        }
        Refunding::OnceOnly if payment.has_refunds() && wanted.value <= left => {
            return refuse("MULTIPLE_REFUNDS_NOT_SUPPORTED");
        }
        Refunding::FullOnly | Refunding::OnceOnly | Refunding::Parts => {}
    }
    if payment.paid_at.is_some_and(|paid| now > paid.after(millis(contract.refund_window_ms))) {
        return refuse("REFUND_WINDOW_EXCEED");
    }
    if wanted.value > left {
        return refuse("REFUND_AMOUNT_EXCEED");
    }
    if contract.balance == Balance::Empty {
        return refuse("MERCHANT_BALANCE_NOT_ENOUGH");
    }
    Ok(())
}
