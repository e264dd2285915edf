//! What the client must know about an operation: its name, its answer, its rules. One small file each.
//! The messages themselves are those of `antom-core`.

mod cancel;
mod capture;
mod consult;
mod create_payment_session;
mod create_vaulting_session;
mod delete_token;
mod inquire_exchange_rate;
mod inquire_installment;
mod inquire_token;
mod inquire_vaulting;
mod inquiry_payment;
mod inquiry_refund;
mod pay;
mod refund;
mod retrieve_payment_session;
mod update_amount;
mod update_token;
mod vault_payment_method;

use antom_core::Api;
use antom_core::wire::FieldErrors;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call_error::{CallError, NotSentReason};

/// A request that the client can send.
///
/// # Contract
/// `API` names the operation that takes this request and answers with `Response`. `validate` lists every field that the
/// gateway would refuse.
///
/// # For implementers
/// An operation that is missing here is added in a file like those beside this one; no other place changes.
pub trait Operation: Serialize + Sync {
    /// The operation.
    const API: Api;

    /// Its answer.
    type Response: DeserializeOwned;

    /// Checks the fields before anything is sent.
    ///
    /// # Errors
    /// All faults at once.
    fn validate(&self) -> Result<(), FieldErrors>;
}

/// Checks a request and prints the bytes that are signed and sent. Store them to send the same bytes again later.
///
/// # Errors
/// [`CallError::NotSent`] with all fields that break rules.
pub fn prepare<O: Operation>(request: &O) -> Result<Vec<u8>, CallError> {
    let not_sent = |reason| CallError::NotSent { api: O::API, reason };
    request.validate().map_err(|errors| not_sent(NotSentReason::Fields(errors)))?;
    serde_json::to_vec(request).map_err(|_| not_sent(NotSentReason::Body))
}
