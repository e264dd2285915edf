//! `updateToken`: changes what is stored beside a token.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, UpdateTokenRequest, UpdateTokenResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for UpdateTokenRequest {
    const API: Api = Api::UpdateToken;
    type Response = UpdateTokenResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        UpdateTokenRequest::validate(self)
    }
}

impl Client {
    /// Changes what is stored beside a token.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// The same request asks for the same state; only what was not sent is repeated by itself.
    pub async fn update_token(&self, request: &UpdateTokenRequest) -> Result<UpdateTokenResponse, CallError> {
        self.send(request).await
    }
}
