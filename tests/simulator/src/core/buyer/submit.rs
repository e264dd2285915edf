//! A buyer pays by card on a page: what the form leads to.
//! Reading the form is in `card_form`, the bank's question in `three_ds`, what an outcome does in `outcome`.

use super::super::arrangement::{IssuerDecision, ResultOutcome};
use super::super::card_form::CardForm;
use super::super::card_use::CardUse;
use super::super::cards::Issuer;
use super::super::checkout::Checkout;
use super::super::gateway::Gateway;
use super::super::instalments;
use super::super::payment::{Payment, Phase};
use super::super::terms::IssuerAuthentication;
use super::super::three_ds::{ChallengeKind, ThreeDs};
use super::super::time::Time;
use super::{CompletionError, Outcome};

/// What became of an act of the buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// The payment is authorized, or paid; of a vaulting, the card is stored.
    Authorized,
    /// This try failed; the buyer may try again on the same page.
    Declined {
        /// Why.
        result_code: String,
    },
    /// The payment has failed for good.
    Failed {
        /// Why.
        result_code: String,
    },
    /// The outcome will come later.
    Pending,
    /// The bank puts a question to the buyer first.
    Challenge {
        /// Id of the challenge, for `answer_challenge`.
        id: String,
        /// The bank's page.
        url: String,
    },
    /// The buyer went away.
    Left,
}

impl Gateway {
    /// Takes what a buyer entered on a card page.
    pub fn submit_card(
        &mut self,
        at: Time,
        place: Checkout<'_>,
        form: &CardForm,
    ) -> Result<Submitted, CompletionError> {
        self.run_to(at);
        let Some(index) = self.checkout_index(place) else {
            let vaulting = self.vaultings.at(place).ok_or(CompletionError::Unknown)?;
            return self.submit_to_vault(vaulting, form);
        };
        self.refuse_if_over(index)?;
        let payment = self.payments.get(index).ok_or(CompletionError::Unknown)?;
        if !payment.is_card() {
            return Err(CompletionError::Invalid("this payment is not made by card".to_owned()));
        }
        if payment.phase == Phase::Pending || payment.later.as_ref().is_some_and(|later| later.of_buyer) {
            return Ok(Submitted::Pending);
        }
        Ok(self.try_form(index, form))
    }

    /// A try to pay with what was entered, on a page or by the merchant.
    pub(crate) fn try_form(&mut self, index: usize, form: &CardForm) -> Submitted {
        let Some(payment) = self.payments.get(index) else { return Submitted::Left };
        match self.card_in(&payment.client, payment.terms(), form) {
            Ok(used) => self.try_card(index, used),
            Err(code) => self.decline(index, code, None),
        }
    }

    /// A try to pay with a card about which nothing is wrong.
    fn try_card(&mut self, index: usize, used: CardUse) -> Submitted {
        let Some(payment) = self.payments.get(index) else { return Submitted::Left };
        if payment.is_risky() {
            return self.fail_try(index, "RISK_REJECT", Some(used));
        }
        let terms = payment.terms();
        let parts = used.instalments.or(terms.instalments);
        let offered = instalments::admit(parts, &payment.amount).is_ok();
        if !offered || !instalments::suits(parts, payment.amount.currency, used.card) {
            return self.decline(index, "CARD_NOT_SUPPORTED", Some(used));
        }
        let arranged = &self.arranged_for(payment).card;
        let issuer = match arranged.issuer {
            None => used.card.issuer,
            Some(IssuerDecision::Approve) => Issuer::Approves,
            Some(IssuerDecision::Decline) => Issuer::Declines,
            Some(IssuerDecision::AuthenticationRequired) => Issuer::WantsAuthentication,
        };
        if issuer == Issuer::Declines {
            let code = arranged.result_code.clone();
            return self.decline(index, code.as_deref().unwrap_or("DO_NOT_HONOR"), Some(used));
        }
        if terms.issuer_authentication == Some(IssuerAuthentication::OnIssuersPage) {
            return self.ask(index, used, ChallengeKind::IssuerAuthentication);
        }
        let wants = issuer == Issuer::WantsAuthentication;
        // Nobody is there to be asked when the merchant charges a stored card by itself.
        let upgrades = wants && terms.upgrade && !terms.is_merchant_initiated();
        let three_ds = (terms.three_ds || upgrades).then(|| self.three_ds_for(payment, &used));
        let contented = terms.mpi.is_some() || three_ds.is_some_and(ThreeDs::satisfies);
        match three_ds {
            _ if wants && !contented => self.decline(index, "AUTHENTICATION_REQUIRED", Some(used)),
            Some(ThreeDs::Challenge) => self.ask(index, used, ChallengeKind::ThreeDs),
            three_ds => self.authorize_with(index, CardUse { three_ds, ..used }),
        }
    }

    /// How 3-D Secure goes with this card.
    pub(crate) fn three_ds_for(&self, payment: &Payment, used: &CardUse) -> ThreeDs {
        let exempt = used.card.exempt_from_challenge;
        let by_card = if exempt { ThreeDs::TransactionRiskAnalysis } else { ThreeDs::Challenge };
        self.arranged_for(payment).card.three_ds.unwrap_or(by_card)
    }

    /// The bank's question before the money.
    pub(crate) fn ask(&mut self, index: usize, used: CardUse, kind: ChallengeKind) -> Submitted {
        self.note_use(index, Some(used.clone()));
        self.note_try(index, Outcome::Challenged, None);
        self.challenge(index, used, kind)
    }

    fn decline(&mut self, index: usize, code: &str, used: Option<CardUse>) -> Submitted {
        self.note_use(index, used);
        self.note_try(index, Outcome::Decline, Some(code));
        Submitted::Declined { result_code: code.to_owned() }
    }

    /// A try that fails the payment for good.
    pub(crate) fn fail_try(&mut self, index: usize, code: &str, used: Option<CardUse>) -> Submitted {
        self.note_use(index, used);
        self.note_try(index, Outcome::Fail, Some(code));
        if !self.conclude(index, ResultOutcome::Fail, Some(code)) {
            return Submitted::Pending;
        }
        Submitted::Failed { result_code: code.to_owned() }
    }

    pub(crate) fn authorize_with(&mut self, index: usize, used: CardUse) -> Submitted {
        self.note_use(index, Some(used));
        self.note_try(index, Outcome::Success, None);
        if self.conclude(index, ResultOutcome::Success, None) {
            Submitted::Authorized
        } else {
            Submitted::Pending
        }
    }

    /// The card of the latest try; a new try makes the bank's question void.
    fn note_use(&mut self, index: usize, used: Option<CardUse>) {
        if let Some(payment) = self.payments.get_mut(index) {
            payment.challenge = None;
            payment.used = used.map(Box::new);
        }
    }
}

impl Payment {
    /// The sandbox refuses this amount as risky (sandbox facts 4).
    pub(crate) fn is_risky(&self) -> bool {
        self.client.starts_with("SANDBOX_") && self.amount.value == 11
    }
}
