//! What the buyer does: pays, is declined, fails, leaves the payment pending, goes away.
//! The pages that a buyer sees are in the shell.

mod complete;
mod later;
mod outcome;
mod submit;

pub(crate) use complete::usual_use;
pub use complete::{Completion, Outcome};
pub(crate) use later::Later;
pub use submit::Submitted;

use super::gateway::Gateway;

/// Why an act of the buyer is not possible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompletionError {
    /// There is no such payment.
    #[error("no such payment")]
    Unknown,
    /// The payment is final, closed or its session has expired.
    #[error("the payment is final or its session has expired")]
    Final,
    /// The act itself makes no sense; the text says why.
    #[error("{0}")]
    Invalid(String),
}

impl Gateway {
    /// Refuses acts on a payment that is final or for which the buyer comes too late.
    pub(crate) fn refuse_if_over(&self, index: usize) -> Result<(), CompletionError> {
        let payment = self.payments.get(index).ok_or(CompletionError::Unknown)?;
        if payment.phase.is_final() || payment.is_too_late(self.now) {
            return Err(CompletionError::Final);
        }
        Ok(())
    }
}
