//! What the bank says to raising an authorization.
//! Without an arrangement it agrees, whatever the sum.

use serde::{Deserialize, Serialize};

use super::super::codes;

/// The area `updateAmount`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct UpdateAmountArrangement {
    /// Raises are taken on and fail later, for this reason.
    pub(crate) result_code: Option<String>,
}

impl UpdateAmountArrangement {
    pub(super) fn check(&self) -> Result<(), String> {
        let Some(code) = &self.result_code else { return Ok(()) };
        if codes::status_of("updateAmount", code) != Some("F") {
            return Err(format!("updateAmount.resultCode {code} is no failure that a raise can have"));
        }
        Ok(())
    }
}
