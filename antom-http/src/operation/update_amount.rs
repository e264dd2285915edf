//! `updateAmount`: raises an authorized amount.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, UpdateAmountRequest, UpdateAmountResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for UpdateAmountRequest {
    const API: Api = Api::UpdateAmount;
    type Response = UpdateAmountResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        UpdateAmountRequest::validate(self)
    }
}

impl Client {
    /// Asks to raise an authorized amount; the outcome comes by notification.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `updateRequestId`: repeat under the same id only, and only what was not sent is repeated by itself.
    pub async fn update_amount(
        &self,
        request: &UpdateAmountRequest,
    ) -> Result<UpdateAmountResponse, CallError> {
        self.send(request).await
    }
}
