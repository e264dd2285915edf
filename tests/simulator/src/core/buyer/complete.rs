//! The control API's way to act for a buyer: an outcome instead of what a form would lead to.
//! What an outcome does to the payment is in `outcome`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::super::arrangement::ResultOutcome;
use super::super::card_use::CardUse;
use super::super::cards::Card;
use super::super::codes;
use super::super::gateway::Gateway;
use super::super::payment::Payment;
use super::super::terms::Terms;
use super::super::three_ds::{ChallengeKind, ThreeDs};
use super::super::time::Time;
use super::super::verification;
use super::CompletionError;

/// An act of the buyer, as the control API takes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Completion {
    #[serde(deserialize_with = "possible_outcome")]
    outcome: Outcome,
    #[serde(default)]
    result_code: Option<String>,
    #[serde(default)]
    card: Option<String>,
}

/// How the act ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
    /// The bank puts a question first; that comes of a card, nobody can ask for it.
    Challenged,
}

fn possible_outcome<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
    match Outcome::deserialize(deserializer)? {
        Outcome::Challenged => {
            Err(D::Error::custom("outcome challenged comes of a card that asks for it; pay with one instead"))
        }
        outcome => Ok(outcome),
    }
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Decline => "decline",
            Self::Fail => "fail",
            Self::Pending => "pending",
            Self::Cancel => "cancel",
            Self::Challenged => "challenged",
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

    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(crate) fn card(&self) -> Option<&str> {
        self.card.as_deref()
    }

    /// The code of a decline, a failure or an unknown outcome, which is one that a payment can have.
    pub(crate) fn code_of(&self, is_card: bool) -> Result<Option<String>, CompletionError> {
        let (due, what) = match self.outcome {
            Outcome::Decline | Outcome::Fail => ("F", "a failure"),
            Outcome::Pending => ("U", "an unknown outcome"),
            _ => ("", ""),
        };
        let invalid = |reason: String| Err(CompletionError::Invalid(reason));
        match &self.result_code {
            None if due != "F" => Ok(None),
            None => Ok(Some(if is_card { "DO_NOT_HONOR" } else { "PROCESS_FAIL" }.to_owned())),
            Some(_) if due.is_empty() => {
                invalid("resultCode is for decline, fail and pending only".to_owned())
            }
            Some(code) if codes::status_of("notifyPayment", code) != Some(due) => {
                invalid(format!("resultCode {code} is not {what} that a payment can have"))
            }
            Some(code) => Ok(Some(code.clone())),
        }
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

    fn complete_at(&mut self, index: usize, act: &Completion) -> Result<(), CompletionError> {
        self.refuse_if_over(index)?;
        let used = self.used_card_of(index, act)?;
        let is_card = self.payments.get(index).is_some_and(Payment::is_card);
        let code = act.code_of(is_card)?;
        if let Some(payment) = self.payments.get_mut(index) {
            payment.used = used.map(Box::new).or(payment.used.take());
        }
        self.note_try(index, act.outcome, code.as_deref());
        match act.outcome {
            Outcome::Success => {
                self.conclude(index, ResultOutcome::Success, None);
            }
            Outcome::Fail => {
                self.conclude(index, ResultOutcome::Fail, code.as_deref());
            }
            Outcome::Pending => self.suspend(index, code.as_deref()),
            Outcome::Decline | Outcome::Cancel | Outcome::Challenged => {}
        }
        Ok(())
    }

    /// The card that the buyer uses; a buyer who succeeds has passed 3-D Secure where it was asked for, and agrees to
    /// have the card stored.
    fn used_card_of(&self, index: usize, act: &Completion) -> Result<Option<CardUse>, CompletionError> {
        let invalid = |reason: &str| Err(CompletionError::Invalid(reason.to_owned()));
        let payment = self.payments.get(index).ok_or(CompletionError::Unknown)?;
        if !payment.is_card() {
            return if act.card.is_some() {
                invalid("card is for payments with CARD only")
            } else {
                Ok(None)
            };
        }
        let terms = payment.terms();
        let asked = payment.challenge.as_ref().map(|challenge| &challenge.used).or(payment.used.as_deref());
        let used = match (&act.card, asked) {
            (None, Some(used)) => used.clone(),
            (None, None) => {
                usual_use(Card::bearing(terms.selected_brand.as_deref(), terms.region.as_deref()), terms)
            }
            (Some(number), _) => match Card::find(number) {
                Some(card) => usual_use(card, terms),
                None => return invalid("card is not the number of a test card"),
            },
        };
        let three_ds = match payment.challenge.as_ref().map(|challenge| challenge.kind) {
            Some(ChallengeKind::IssuerAuthentication) => None,
            Some(ChallengeKind::ThreeDs) => Some(ThreeDs::Challenge),
            None => terms.three_ds.then(|| self.three_ds_for(payment, &used)),
        };
        let store = self.arranged_for(payment).card.buyer_agrees_to_store.unwrap_or(true);
        Ok(Some(CardUse { three_ds, store, ..used }))
    }
}

/// A card as a buyer uses it who makes no mistake, with the brand and the address that the merchant asks for.
pub(crate) fn usual_use(card: &'static Card, terms: &Terms) -> CardUse {
    CardUse {
        brand: card.brand(terms.selected_brand.as_deref(), terms.region.as_deref()).unwrap_or(0),
        avs: verification::avs_result(terms.billing_address.as_deref()),
        ..CardUse::of(card)
    }
}
