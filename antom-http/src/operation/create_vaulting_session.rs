//! `createVaultingSession`: opens a session that stores a payment method.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{CreateVaultingSessionRequest, CreateVaultingSessionResponse, FieldErrors};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for CreateVaultingSessionRequest {
    const API: Api = Api::CreateVaultingSession;
    type Response = CreateVaultingSessionResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        CreateVaultingSessionRequest::validate(self)
    }
}

impl Client {
    /// Opens a session in which the client SDK stores a payment method. Nothing is stored by it yet.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `vaultingRequestId`: repeat under the same id only, and only what was not sent is repeated by itself.
    pub async fn create_vaulting_session(
        &self,
        request: &CreateVaultingSessionRequest,
    ) -> Result<CreateVaultingSessionResponse, CallError> {
        self.send(request).await
    }
}
