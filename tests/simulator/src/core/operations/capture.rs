//! `capture` (rules section 10): which captures of an authorization a merchant may ask for.
//! What becomes of them is in `captures`; cancelling an authorization is in `cancel`.

use serde_json::Value;

use crate::core::amount::Amount;
use crate::core::arrangement::{End, Movement};
use crate::core::contract::{Captures, Contract};
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::{Claim, Gateway};
use crate::core::payment::{CaptureMode, Payment, Phase, Progress};
use crate::core::reply::{Refusal, Reply};
use crate::core::review::Review;
use crate::core::time::Time;

/// What the merchant asks for.
struct Wish {
    amount: Amount,
    is_last: bool,
}

impl Gateway {
    pub(crate) fn capture(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let request_id = fields.required_id("captureRequestId");
        let payment_id = fields.required_id("paymentId");
        let amount = fields.required_amount("captureAmount");
        let is_last = read_is_last(&mut fields);
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
        let (currency, value) = (amount.currency, amount.value);
        let outcome = self.start_capture(client, index, request_id, &Wish { amount, is_last });
        let claim =
            Claim { digest: fingerprint, payment: index, currency, amount: value, outcome: outcome.clone() };
        self.books_of(client).captures.insert(request_id.into(), claim);
        self.capture_reply(index, outcome?)
    }

    fn start_capture(
        &mut self,
        client: &str,
        index: usize,
        request_id: &str,
        wish: &Wish,
    ) -> Result<usize, Refusal> {
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let allowed = may_capture(payment, self.contract_of(client), wish, self.now);
        let breach = breach_of(payment, wish, self.now);
        if let Some(rule) = breach {
            self.violation(client, rule, request_id);
        }
        allowed?;
        let fate = self.next_fate(Movement::Capture, index);
        if let Some(fate) = fate.filter(|fate| fate.outcome == End::Refuse) {
            return Err(Refusal::new(fate.code().as_str()));
        }
        let releases_rest = wish.is_last || self.contract_of(client).captures == Captures::Single;
        Ok(self.add_capture(index, request_id.into(), wish.amount.value, releases_rest, fate))
    }

    fn capture_reply(&self, payment: usize, capture: usize) -> Result<Reply, Refusal> {
        let payment = self.payments.get(payment).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let capture = payment.captures.get(capture).ok_or_else(|| Refusal::new("AUTH_NOT_FOUND"))?;
        let reply = match capture.progress {
            Progress::Processing | Progress::Doomed(_) => Reply::new("CAPTURE_IN_PROCESS"),
            Progress::Unclear(code) => Reply::new(code.as_str()),
            Progress::Failed(_) | Progress::Dropped => return Err(Refusal::new(capture.progress.code())),
            Progress::Done => Reply::success()
                .field("captureId", capture.capture_id.as_str())
                .field_if("captureTime", capture.done_at.map(Time::to_wire))
                .fields(self.reference_of(&payment.client, &capture.capture_id)),
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

/// Whether this capture is the last one, which either of two fields can say (rules 10.7).
fn read_is_last(fields: &mut Fields<'_>) -> bool {
    let flag = fields.flag("isLastCapture");
    let kind = fields.one_of("captureType", &["FINAL", "NON_FINAL"]);
    if let (Some(flag), Some(kind)) = (flag, kind)
        && flag != (kind == "FINAL")
    {
        fields.fault(format!("captureType {kind} contradicts isLastCapture {flag}"));
    }
    flag.unwrap_or(kind == Some("FINAL"))
}

fn may_capture(payment: &Payment, contract: &Contract, wish: &Wish, now: Time) -> Result<(), Refusal> {
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
    match payment.review {
        Some(Review::Processing) => return refuse("ORDER_STATUS_INVALID"),
        Some(Review::Reject) => return refuse("RISK_REJECT"),
        Some(Review::Accept) | None => {}
    }
    if payment.amount.currency != wish.amount.currency {
        return refuse("CURRENCY_NOT_SUPPORT");
    }
    let mut others = payment.captures.iter().filter(|one| one.progress.is_alive());
    if contract.captures != Captures::Multiple && others.clone().next().is_some() {
        return refuse("MULTI_CAPTURE_NOT_SUPPORTED");
    }
    if others.any(|one| one.releases_rest) {
        return Err(Refusal::with(
            "ORDER_STATUS_INVALID",
            "the last capture was announced before".to_owned(),
        ));
    }
    if wish.amount.value > payment.uncaptured() {
        return refuse("CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT");
    }
    if contract.captures == Captures::Full && wish.amount.value != payment.authorized() {
        let reason = format!("the contract allows one capture of the authorized {}", payment.authorized());
        return Err(Refusal::with("INVALID_CONTRACT", reason));
    }
    Ok(())
}

/// The rule that a merchant breaks who asks for this capture at all.
fn breach_of(payment: &Payment, wish: &Wish, now: Time) -> Option<&'static str> {
    let is_open = payment.phase == Phase::Success
        && payment.is_card()
        && payment.capture_mode == CaptureMode::Manual
        && payment.auth_expiry.is_none_or(|expiry| now < expiry);
    if !is_open {
        return None;
    }
    if payment.review == Some(Review::Processing) {
        return Some("capture_under_review");
    }
    (wish.amount.value > payment.uncaptured()).then_some("capture_exceeds_authorization")
}
