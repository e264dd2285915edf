//! What the bank behind the card does, and what its checks of address and code come to.
//! Without an arrangement the number of the card decides, and what the buyer enters.

use serde::{Deserialize, Serialize};

use super::super::codes;
use super::super::three_ds::ThreeDs;

/// The area `card`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct CardArrangement {
    pub(crate) issuer: Option<IssuerDecision>,
    /// The code of a decline; DO_NOT_HONOR if absent.
    pub(crate) result_code: Option<String>,
    /// How 3-D Secure goes, where it is asked for or becomes necessary; by the card if absent.
    #[serde(rename = "threeDS")]
    pub(crate) three_ds: Option<ThreeDs>,
    /// `avsResultRaw`.
    pub(crate) avs_result: Option<char>,
    /// `cvvResultRaw`.
    pub(crate) cvv_result: Option<char>,
    /// Whether a buyer for whom the control API acts agrees that the card is stored; yes if absent.
    pub(crate) buyer_agrees_to_store: Option<bool>,
}

/// What the bank says to the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IssuerDecision {
    Approve,
    Decline,
    /// Not without 3-D Secure.
    AuthenticationRequired,
}

impl CardArrangement {
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(code) = &self.result_code {
            if self.issuer != Some(IssuerDecision::Decline) {
                return Err("card.resultCode is for issuer decline only".to_owned());
            }
            if codes::status_of("pay", code) != Some("F") {
                return Err(format!("card.resultCode {code} is no failure that a payment can have"));
            }
        }
        for (name, letter) in [("avsResult", self.avs_result), ("cvvResult", self.cvv_result)] {
            if letter.is_some_and(|letter| !letter.is_ascii_alphanumeric()) {
                return Err(format!("card.{name} is no letter or digit"));
            }
        }
        Ok(())
    }
}
