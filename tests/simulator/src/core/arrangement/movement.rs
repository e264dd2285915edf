//! How the captures and refunds of a payment end, one entry for each in the order in which they come.
//! Without an entry they end well, after the usual time.

use std::collections::VecDeque;

use serde::{Deserialize, Deserializer, Serialize};

use super::super::codes::Code;
use super::super::gateway::Gateway;

/// A movement of money whose end can be arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Movement {
    Capture,
    Refund,
}

/// How a capture or a refund ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    #[default]
    Succeed,
    /// The call is answered with a failure.
    Refuse,
    /// The call is accepted, and the failure is told later.
    Fail,
    /// It stays in process until somebody ends it by the control API.
    Stay,
}

/// The arranged end of one capture or refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fate {
    pub(crate) outcome: End,
    /// Of a failure, PROCESS_FAIL if absent; for `stay` the unknown outcome that is told meanwhile.
    #[serde(default)]
    result_code: Option<Code>,
    /// The usual time if absent; 0 is in the answer itself.
    #[serde(default)]
    pub(crate) after_ms: Option<u64>,
}

/// The areas `capture` and `refund`: an entry or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Fates(VecDeque<Fate>);

impl<'de> Deserialize<'de> for Fates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::one_or_more(deserializer).map(|fates: Vec<Fate>| Self(fates.into()))
    }
}

impl Fate {
    /// The code of a failure.
    pub(crate) fn code(self) -> Code {
        self.result_code.unwrap_or(Code::PROCESS_FAIL)
    }

    /// What is told of something that stays in process.
    pub(crate) fn unclear(self) -> Option<Code> {
        self.result_code.filter(|_| self.outcome == End::Stay)
    }
}

impl Fates {
    pub(super) fn check(&self, area: &str) -> Result<(), String> {
        for fate in &self.0 {
            let Some(code) = fate.result_code else { continue };
            let (fits, what) = match fate.outcome {
                End::Refuse | End::Fail => (code.is_failure_of(area), "failure"),
                End::Stay => (code.is_unknown_of(area), "unknown outcome"),
                End::Succeed => return Err(format!("{area}.resultCode is for refuse, fail and stay only")),
            };
            if !fits {
                return Err(format!("{area}.resultCode {} is no {what} of this operation", code.as_str()));
            }
        }
        Ok(())
    }
}

impl Gateway {
    /// Takes what is arranged for the next capture or refund of a payment.
    pub(crate) fn next_fate(&mut self, movement: Movement, index: usize) -> Option<Fate> {
        let payment = self.payments.get(index)?;
        let arranged = self.arrangements.of_mut(&payment.client, &payment.request_id)?;
        match movement {
            Movement::Capture => arranged.capture.0.pop_front(),
            Movement::Refund => arranged.refund.0.pop_front(),
        }
    }
}
