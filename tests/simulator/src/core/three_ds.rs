//! 3-D Secure: the challenge that a bank puts to a buyer, and what comes of the answer.
//! Which payments are challenged is decided in `buyer`; the page that asks the buyer is in the shell.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::buyer::{CompletionError, Outcome, Submitted};
use super::card_use::CardUse;
use super::checkout::CheckoutView;
use super::gateway::Gateway;
use super::names::Name;
use super::time::Time;

/// A question to the buyer that stands until it is answered, another one is put, or the payment ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Challenge {
    pub(crate) id: Name,
    pub(crate) kind: ChallengeKind,
    pub(crate) used: CardUse,
}

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeKind {
    /// 3-D Secure.
    ThreeDs,
    /// The verification that banks in Korea ask for.
    IssuerAuthentication,
}

/// What the buyer does on the bank's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeAnswer {
    /// Proves to be the holder of the card.
    Approve,
    /// Does not prove it.
    Decline,
    /// Leaves; the question stands until the payment expires (rules 8.7).
    Abandon,
}

/// What the bank's page shows.
#[derive(Clone, Debug)]
pub struct ChallengeView {
    /// The id in the page's address.
    pub id: String,
    /// What it is for.
    pub kind: ChallengeKind,
    /// The brand of the card.
    pub card_brand: String,
    /// The last four digits of its number.
    pub last_four: String,
    /// Whether it can be answered; a later one or the end of the payment closes it.
    pub open: bool,
    /// The payment that is in question.
    pub payment: CheckoutView,
}

/// How an authentication ended (rules 15.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThreeDs {
    /// The buyer answered the bank's question.
    Challenge,
    /// The bank knew enough without a question.
    Frictionless,
    /// The bank takes no part; the attempt counts.
    Attempted,
    /// Not authenticated, and paid all the same.
    NotAuthenticated,
    /// Without authentication, for the amount is low.
    LowValue,
    /// Without authentication, for the risk is low.
    TransactionRiskAnalysis,
    /// The bank was told, nobody was asked.
    DataOnly,
    /// The buyer did not pass; nothing can arrange that, it takes a buyer.
    #[serde(skip_deserializing)]
    Failed,
}

impl ThreeDs {
    /// `threeDSResult` with the ECI of the card's scheme.
    pub(crate) fn result(self, brand: &str, network_id: &str) -> Map<String, Value> {
        let (others, mastercard) = match self {
            Self::Challenge | Self::Frictionless => ("05", "02"),
            Self::Attempted => ("06", "01"),
            Self::DataOnly => ("07", "04"),
            Self::NotAuthenticated | Self::LowValue | Self::TransactionRiskAnalysis | Self::Failed => {
                ("07", "00")
            }
        };
        let proven = matches!(self, Self::Challenge | Self::Frictionless | Self::Attempted);
        let exemption = match self {
            Self::LowValue => Some("lowValue"),
            Self::TransactionRiskAnalysis => Some("transactionRiskAnalysis"),
            Self::DataOnly => Some("dataOnly"),
            _ => None,
        };
        let members = [
            ("threeDSVersion", Some(json!("2.2.0"))),
            ("eci", Some(json!(if brand == "MASTERCARD" { mastercard } else { others }))),
            ("cavv", proven.then(|| json!("AAABBEg0VhI0VniQEjRWAAAAAAA="))),
            ("dsTransactionId", Some(json!(network_id))),
            ("challenged", Some(json!(matches!(self, Self::Challenge | Self::Failed)))),
            ("exemptionType", exemption.map(|kind| json!(kind))),
            // Card authentication failed.
            ("threeDStransactionStatusReason", (self == Self::Failed).then(|| json!("01"))),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// Whether a bank that wants authentication is content.
    pub(crate) fn satisfies(self) -> bool {
        matches!(self, Self::Challenge | Self::Frictionless | Self::Attempted)
    }
}

impl Gateway {
    /// Puts a question to the buyer, in place of an earlier one.
    pub(crate) fn challenge(&mut self, index: usize, used: CardUse, kind: ChallengeKind) -> Submitted {
        let id = self.new_id();
        self.checkouts.challenges.insert(id.clone(), (index, kind));
        if let Some(payment) = self.payments.get_mut(index) {
            payment.challenge = Some(Challenge { id: id.clone(), kind, used }.into());
        }
        let url = self.challenge_url(&id);
        Submitted::Challenge { id: id.to_string(), url }
    }

    pub(crate) fn challenge_url(&self, id: &str) -> String {
        format!("{}/checkout/3ds/{id}", self.settings.base_url)
    }

    /// What the bank's page shows; `None` if there never was such a challenge.
    pub fn challenge_view(&self, id: &str) -> Option<ChallengeView> {
        if let Some(vaulting) = self.vaultings.challenged(id) {
            return self.vault_question(vaulting, id);
        }
        let (index, kind) = self.checkouts.challenges.get(id).copied()?;
        let payment = self.payments.get(index)?;
        let asked = payment.challenge.as_ref().filter(|challenge| &*challenge.id == id);
        let used = asked.map(|challenge| &challenge.used).or(payment.used.as_deref());
        Some(ChallengeView {
            id: id.to_owned(),
            kind,
            card_brand: used.map(CardUse::brand).unwrap_or_default().to_owned(),
            last_four: used.map(|used| used.card.last_four()).unwrap_or_default().to_owned(),
            open: asked.is_some() && !payment.phase.is_final(),
            payment: self.checkout_view_at(index)?,
        })
    }

    /// Takes the buyer's answer to a challenge.
    pub fn answer_challenge(
        &mut self,
        at: Time,
        id: &str,
        answer: ChallengeAnswer,
    ) -> Result<Submitted, CompletionError> {
        self.run_to(at);
        if let Some(vaulting) = self.vaultings.challenged(id) {
            return self.answer_in_vault(vaulting, id, answer);
        }
        let (index, kind) = self.checkouts.challenges.get(id).copied().ok_or(CompletionError::Unknown)?;
        self.refuse_if_over(index)?;
        let payment = self.payments.get_mut(index).ok_or(CompletionError::Unknown)?;
        let standing = payment.challenge.as_ref().filter(|challenge| &*challenge.id == id);
        let used = standing.ok_or(CompletionError::Final)?.used.clone();
        let with = |result| (kind == ChallengeKind::ThreeDs).then_some(result);
        match answer {
            ChallengeAnswer::Approve => {
                let used = CardUse { three_ds: with(ThreeDs::Challenge), ..used };
                Ok(self.authorize_with(index, used))
            }
            ChallengeAnswer::Decline => {
                let used = CardUse { three_ds: with(ThreeDs::Failed), ..used };
                Ok(self.fail_try(index, "USER_PAYMENT_VERIFICATION_FAILED", Some(used)))
            }
            ChallengeAnswer::Abandon => {
                self.note_try(index, Outcome::Cancel, None);
                Ok(Submitted::Left)
            }
        }
    }
}
