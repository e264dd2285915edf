//! `pay` (rules section 3): starts a payment on the gateway's page, or settles it at once when the request carries
//! a test card. What the buyer does on the page is in `buyer`.

use serde_json::Value;

use super::conditions;
use super::start::Start;
use crate::core::arrangement::PayAnswer;
use crate::core::buyer::{Submitted, usual_use};
use crate::core::card_form::CardForm;
use crate::core::cards::Card;
use crate::core::fields::Fields;
use crate::core::gateway::{Gateway, Timer};
use crate::core::methods;
use crate::core::names::Name;
use crate::core::payment::{Integration, Phase};
use crate::core::reply::{Refusal, Reply};
use crate::core::three_ds::ChallengeKind;
use crate::core::time::Time;
use crate::core::timings::millis;

impl Gateway {
    pub(crate) fn pay(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let start = self.read_start(client, &mut fields, true);
        let terminal = conditions::terminal(&mut fields);
        fields.finish()?;
        let start = start.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        start.admit()?;
        let repeated = self.repeated_start(client, &start, request, false)?;
        let is_first = repeated.is_none();
        let index = repeated.unwrap_or_else(|| self.begin(client, start, request));
        // The books always hold what `begin` returns.
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("SYSTEM_ERROR"))?;
        Ok(self.pay_answer(payment, terminal, is_first))
    }

    fn begin(&mut self, client: &str, start: Start<'_>, request: &Value) -> usize {
        let close_at = start.pay_until.unwrap_or_else(|| self.close_at(start.method));
        let form = given_card(&start, request);
        let payment_id = self.new_id();
        let index = self.open(client, start, request, Integration::Pay);
        self.attempt(index, payment_id, close_at);
        let Some(payment) = self.payments.get(index) else { return index };
        let terms = payment.terms();
        let arranged = &self.arranged_for(payment).pay;
        if let Some(answer) = arranged.answer {
            let (code, paid) = (arranged.result_code.clone(), !arranged.with_url);
            self.answer_as_arranged(index, answer, code.as_deref(), paid, form.as_ref());
        } else if let Some(form) = form {
            if let Submitted::Declined { result_code } = self.try_form(index, &form) {
                // Nobody is there to try another card: a refused `pay` is final for its id.
                self.fail(index, &result_code);
            }
        } else if payment.is_risky() {
            self.fail(index, "RISK_REJECT");
        } else if methods::rules_of(&payment.method).pays_later {
            self.suspend(index, None);
        } else if terms.issuer_authentication.is_some() {
            let card = Card::bearing(terms.selected_brand.as_deref(), terms.region.as_deref());
            let used = usual_use(card, terms);
            self.ask(index, used, ChallengeKind::IssuerAuthentication);
        }
        index
    }

    /// What an arranged answer of `pay` means for the payment; one that leaves it open means nothing yet.
    fn answer_as_arranged(
        &mut self,
        index: usize,
        answer: PayAnswer,
        code: Option<&str>,
        paid: bool,
        form: Option<&CardForm>,
    ) {
        match answer {
            PayAnswer::Success if paid => {
                let used = self
                    .payments
                    .get(index)
                    .and_then(|payment| self.card_in(&payment.client, payment.terms(), form?).ok());
                if let Some(payment) = self.payments.get_mut(index) {
                    payment.used = used.map(Box::new);
                }
                self.give_usual_card(index);
                self.succeed(index);
            }
            PayAnswer::Fail => self.fail(index, code.unwrap_or("PROCESS_FAIL")),
            PayAnswer::Success | PayAnswer::Unknown => {}
        }
    }

    /// Makes the payment known under its id and arms its closing.
    pub(crate) fn attempt(&mut self, index: usize, payment_id: Name, close_at: Time) {
        let Some(payment) = self.payments.get_mut(index) else { return };
        payment.phase = Phase::Processing;
        payment.payment_id = Some(payment_id.clone());
        payment.close_at = Some(close_at);
        let client = payment.client.clone();
        self.books_of(&client).by_payment.insert(payment_id, index);
        self.arm(close_at, Timer::CloseUnpaid { payment: index });
        self.schedule_result(index);
    }

    /// When a payment is closed that the buyer does not finish.
    pub(crate) fn close_at(&self, method: &str) -> Time {
        self.now.after(methods::rules_of(method).expiry(millis(self.timings.payment_expiry_ms)))
    }
}

/// The card that the merchant took from the buyer by itself, or the token of a stored one, if there is either.
fn given_card(start: &Start<'_>, request: &Value) -> Option<CardForm> {
    if start.method != "CARD" {
        return None;
    }
    let nothing = Value::Null;
    let meta = request.pointer("/paymentMethod/paymentMethodMetaData").unwrap_or(&nothing);
    let text = |name: &str| meta.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if start.terms.method_id.is_none() && text("cardNo").is_empty() {
        return None;
    }
    Some(CardForm {
        card_no: text("cardNo"),
        expiry_month: text("expiryMonth"),
        expiry_year: text("expiryYear"),
        cvv: text("cvv"),
        cardholder_name: holder_in(meta),
        payment_method_id: start.terms.method_id.as_deref().map(str::to_owned),
        // A merchant that asks for a token has asked its buyer.
        store: true,
        ..CardForm::default()
    })
}

fn holder_in(meta: &Value) -> String {
    let part = |name: &str| meta.pointer(&format!("/cardholderName/{name}")).and_then(Value::as_str);
    part("fullName").map_or_else(
        || ["firstName", "middleName", "lastName"].into_iter().filter_map(part).collect::<Vec<_>>().join(" "),
        str::to_owned,
    )
}
