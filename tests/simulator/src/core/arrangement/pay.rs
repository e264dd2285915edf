//! What `pay` answers, and the result that comes by itself or takes its time.
//! Without an arrangement the request decides the answer, and the buyer the result.

use serde::{Deserialize, Serialize};

use super::super::codes;

/// The area `pay`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct PayArrangement {
    pub(crate) answer: Option<PayAnswer>,
    /// Of a failure, PROCESS_FAIL if absent; of an unknown outcome, PAYMENT_IN_PROCESS if absent.
    pub(crate) result_code: Option<String>,
    /// Whether the answer holds an address to go on at. With one, a success is none yet (H-5).
    pub(crate) with_url: bool,
    pub(crate) result: Option<ResultArrangement>,
    /// How long the gateway takes from the buyer's act to its result.
    pub(crate) result_delay_ms: u64,
}

/// How `pay` answers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PayAnswer {
    Success,
    Fail,
    Unknown,
}

/// A result that no act of the buyer brings about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResultArrangement {
    pub(crate) outcome: ResultOutcome,
    /// Of a failure; PROCESS_FAIL if absent.
    #[serde(default)]
    pub(crate) result_code: Option<String>,
    /// Counted from the moment at which the payment is known to the gateway, or from now if that is over.
    #[serde(default)]
    pub(crate) after_ms: u64,
}

/// What a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResultOutcome {
    Success,
    Fail,
    Pending,
}

impl PayArrangement {
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(code) = &self.result_code {
            let wanted = match self.answer {
                Some(PayAnswer::Fail) => "F",
                Some(PayAnswer::Unknown) => "U",
                _ => return Err("pay.resultCode is for answer fail and unknown only".to_owned()),
            };
            if codes::status_of("pay", code) != Some(wanted) {
                return Err(format!("pay.resultCode {code} is no code of pay with status {wanted}"));
            }
        }
        if self.with_url && !matches!(self.answer, Some(PayAnswer::Success | PayAnswer::Unknown)) {
            return Err("pay.withUrl is for answer success and unknown only".to_owned());
        }
        let Some(result) = &self.result else { return Ok(()) };
        let Some(code) = &result.result_code else { return Ok(()) };
        if result.outcome != ResultOutcome::Fail {
            return Err("pay.result.resultCode is for outcome fail only".to_owned());
        }
        if codes::status_of("notifyPayment", code) != Some("F") {
            return Err(format!("pay.result.resultCode {code} is no failure that a payment can have"));
        }
        Ok(())
    }
}
