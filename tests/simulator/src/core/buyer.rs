//! What the buyer does: pays, is declined, fails, leaves the payment pending, goes away; and the closing of a
//! payment that nobody finished. The pages that a buyer sees are in the shell.

use serde::Deserialize;
use serde_json::{Value, json};

use super::cards::Card;
use super::codes;
use super::gateway::{Gateway, Timer};
use super::names::Name;
use super::notifications::Draft;
use super::payment::{Integration, Phase, Try};
use super::time::Time;
use super::timings::millis;

/// An act of the buyer, as the control API takes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Completion {
    outcome: Outcome,
    #[serde(default)]
    result_code: Option<String>,
    #[serde(default)]
    card: Option<String>,
}

/// How the act ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The payment is authorized or paid.
    Success,
    /// A failed try; the session stays open.
    Decline,
    /// The payment has failed for good.
    Fail,
    /// The outcome will come later.
    Pending,
    /// The buyer leaves.
    Cancel,
}

/// Why an act of the buyer is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompletionError {
    /// There is no such payment.
    Unknown,
    /// The payment is final, closed or its session has expired.
    Final,
    /// The act itself makes no sense.
    Invalid(String),
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Decline => "decline",
            Self::Fail => "fail",
            Self::Pending => "pending",
            Self::Cancel => "cancel",
        }
    }
}

impl Completion {
    /// An act with nothing but an outcome.
    pub fn of(outcome: Outcome) -> Self {
        Self { outcome, result_code: None, card: None }
    }

    /// With this code, for a decline or a failure.
    #[must_use]
    pub fn with_result_code(self, code: &str) -> Self {
        Self { result_code: Some(code.to_owned()), ..self }
    }

    /// With the sandbox test card of this number.
    #[must_use]
    pub fn with_card(self, number: &str) -> Self {
        Self { card: Some(number.to_owned()), ..self }
    }
}

impl Gateway {
    /// Acts for the buyer of a payment; `client` is needed only where two clients use the same id.
    pub fn complete(
        &mut self,
        at: Time,
        client: Option<&str>,
        request_id: &str,
        act: &Completion,
    ) -> Result<Value, CompletionError> {
        self.run_to(at);
        let index = self.index_of(client, request_id).ok_or(CompletionError::Unknown)?;
        self.complete_at(index, act)?;
        self.payment_at(index).ok_or(CompletionError::Unknown)
    }

    /// The same for the page that `normalUrl` opens, which knows the payment by its id. Answers where the buyer goes.
    pub fn complete_page(
        &mut self,
        at: Time,
        payment_id: &str,
        act: &Completion,
    ) -> Result<String, CompletionError> {
        self.run_to(at);
        let find = |books: &super::gateway::Books| books.by_payment.get(payment_id).copied();
        let index = self.books.values().find_map(find).ok_or(CompletionError::Unknown)?;
        self.complete_at(index, act)?;
        self.payments
            .get(index)
            .map(|payment| payment.redirect_url.to_string())
            .ok_or(CompletionError::Unknown)
    }

    fn complete_at(&mut self, index: usize, act: &Completion) -> Result<(), CompletionError> {
        let payment = self.payments.get(index).ok_or(CompletionError::Unknown)?;
        let expired = match payment.integration {
            Integration::Session { expiry, .. } => self.now >= expiry && payment.phase == Phase::Open,
            Integration::Pay => false,
        };
        let retries_after_expiry = match payment.integration {
            Integration::Session { expiry, .. } => {
                self.now >= expiry
                    && payment.tries.last().is_some_and(|last| last.outcome == Outcome::Decline)
            }
            Integration::Pay => false,
        };
        if payment.phase.is_final() || expired || retries_after_expiry {
            return Err(CompletionError::Final);
        }
        let card = self.card_of(index, act)?;
        let code = self.code_of(index, act)?;
        self.note_try(index, act.outcome, code.clone(), card);
        match act.outcome {
            Outcome::Success => self.succeed(index),
            Outcome::Fail => self.fail(index, code.as_deref().unwrap_or("PROCESS_FAIL")),
            Outcome::Pending => self.suspend(index),
            Outcome::Decline | Outcome::Cancel => {}
        }
        Ok(())
    }

    fn card_of(&self, index: usize, act: &Completion) -> Result<Option<&'static Card>, CompletionError> {
        let is_card = self.payments.get(index).is_some_and(super::payment::Payment::is_card);
        match (&act.card, is_card) {
            (None, true) => Ok(Some(Card::DEFAULT)),
            (None, false) => Ok(None),
            (Some(number), true) => Card::find(number).map(Some).ok_or_else(|| {
                CompletionError::Invalid("card is not the number of a sandbox test card".to_owned())
            }),
            (Some(_), false) => {
                Err(CompletionError::Invalid("card is for payments with CARD only".to_owned()))
            }
        }
    }

    fn code_of(&self, index: usize, act: &Completion) -> Result<Option<String>, CompletionError> {
        let fails = matches!(act.outcome, Outcome::Decline | Outcome::Fail);
        match (&act.result_code, fails) {
            (None, false) => Ok(None),
            (Some(_), false) => {
                Err(CompletionError::Invalid("resultCode is for decline and fail only".to_owned()))
            }
            (Some(code), true) => {
                let status = codes::lookup("notifyPayment", code).map(|(status, _)| status);
                if status != Some("F") {
                    let reason = "resultCode is not a failure that a payment can have".to_owned();
                    return Err(CompletionError::Invalid(reason));
                }
                Ok(Some(code.clone()))
            }
            (None, true) => {
                let is_card = self.payments.get(index).is_some_and(super::payment::Payment::is_card);
                Ok(Some(if is_card { "DO_NOT_HONOR" } else { "PROCESS_FAIL" }.to_owned()))
            }
        }
    }

    /// Notes the try; the first one makes the payment known, each one gives it new time.
    fn note_try(
        &mut self,
        index: usize,
        outcome: Outcome,
        code: Option<String>,
        card: Option<&'static Card>,
    ) {
        let now = self.now;
        let Some(payment) = self.payments.get(index) else { return };
        let close_at = self.close_at(&payment.method);
        let first = payment.payment_id.is_none();
        if first {
            let id = self.new_id();
            self.attempt(index, id, close_at);
        }
        let Some(payment) = self.payments.get_mut(index) else { return };
        self.journal.note(now, || {
            json!({
            "kind": "buyer", "clientId": payment.client, "paymentRequestId": payment.request_id,
            "outcome": outcome.as_str(), "resultCode": code,
            })
        });
        payment.tries.reserve_exact(1);
        payment.tries.push(Try { at: now, outcome, code: code.map(String::into_boxed_str) });
        if card.is_some() {
            payment.card = card;
        }
        let moves = !first && matches!(payment.integration, Integration::Session { .. });
        if moves {
            payment.close_at = Some(close_at);
            self.arm(close_at, Timer::CloseUnpaid { payment: index });
        }
    }

    /// The buyer has paid: authorized for a card, paid for anything else.
    pub(crate) fn succeed(&mut self, index: usize) {
        let now = self.now;
        let told = now.after(millis(self.timings.payment_result_ms));
        let Some(payment) = self.payments.get_mut(index) else { return };
        payment.phase = Phase::Success;
        payment.paid_at = Some(now);
        payment.told_at = Some(told);
        let is_card = payment.is_card();
        if is_card {
            payment.card = payment.card.or(Some(Card::DEFAULT));
            self.follow_authorization(index);
        }
        self.tell_payment(index, "PAYMENT_RESULT", "SUCCESS", told);
    }

    /// The payment has failed for good.
    pub(crate) fn fail(&mut self, index: usize, code: &str) {
        let told = self.now.after(millis(self.timings.payment_result_ms));
        if let Some(payment) = self.payments.get_mut(index) {
            payment.phase = Phase::Failed;
            payment.result_code = Some(code.into());
            payment.told_at = Some(told);
        }
        self.tell_payment(index, "PAYMENT_RESULT", code, told);
    }

    /// The buyer has left with something to pay later, or the method takes its time.
    pub(crate) fn suspend(&mut self, index: usize) {
        let told = self.now.after(millis(self.timings.payment_result_ms));
        if let Some(payment) = self.payments.get_mut(index) {
            payment.phase = Phase::Pending;
        }
        self.tell_payment(index, "PAYMENT_PENDING", "SUCCESS", told);
    }

    /// Closes a payment whose time is up.
    pub(crate) fn close_unpaid(&mut self, index: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.phase.is_final() || payment.close_at.is_none_or(|close_at| close_at > now) {
            return;
        }
        payment.phase = Phase::Failed;
        payment.result_code = Some("ORDER_IS_CLOSED".into());
        payment.told_at = Some(now);
        self.tell_payment(index, "PAYMENT_RESULT", "ORDER_IS_CLOSED", now);
    }

    fn tell_payment(&mut self, index: usize, kind: &str, code: &str, due: Time) {
        let Some(payment) = self.payments.get(index) else { return };
        let Some(url) = payment.notify_url.clone() else { return };
        let mut body = json!({
            "notifyType": kind,
            "result": codes::result("notifyPayment", code),
            "paymentRequestId": payment.request_id,
            "paymentId": payment.payment_id,
            "paymentAmount": payment.amount.to_json(),
            "paymentCreateTime": payment.created.to_wire(),
            "paymentMethodType": payment.method,
        });
        let optional = [
            ("paymentTime", payment.paid_at.map(|at| json!(at.to_wire()))),
            ("authExpiryTime", payment.auth_expiry.map(|at| json!(at.to_wire()))),
            ("paymentResultInfo", payment.result_info()),
        ];
        if let Some(members) = body.as_object_mut() {
            for (name, value) in optional {
                if let Some(value) = value {
                    members.insert(name.to_owned(), value);
                }
            }
        }
        let client = payment.client.clone();
        self.notify(Draft { client, kind: kind.to_owned(), url, body, payment: Some(index) }, due);
    }

    pub(crate) fn index_of(&self, client: Option<&str>, request_id: &str) -> Option<usize> {
        let wanted = |name: &&Name| client.is_none_or(|client| client == name.as_str());
        let mut found = self.books.iter().filter(|(name, _)| wanted(name));
        found.find_map(|(_, books)| books.by_request.get(request_id).copied())
    }
}
