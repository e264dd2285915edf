//! `inquireVaulting`: asks for the state of a storing.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, InquireVaultingRequest, InquireVaultingResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for InquireVaultingRequest {
    const API: Api = Api::InquireVaulting;
    type Response = InquireVaultingResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        InquireVaultingRequest::validate(self)
    }
}

impl Client {
    /// Asks for the state of a storing. `result` speaks of the inquiry only.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn inquire_vaulting(
        &self,
        request: &InquireVaultingRequest,
    ) -> Result<InquireVaultingResponse, CallError> {
        self.send(request).await
    }
}
