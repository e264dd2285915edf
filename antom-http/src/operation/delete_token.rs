//! `deleteToken`: deletes a token.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{DeleteTokenRequest, DeleteTokenResponse, FieldErrors};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for DeleteTokenRequest {
    const API: Api = Api::DeleteToken;
    type Response = DeleteTokenResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        DeleteTokenRequest::validate(self)
    }
}

impl Client {
    /// Deletes a token; it cannot be used for payments afterwards.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// The same request asks for the same state; only what was not sent is repeated by itself.
    pub async fn delete_token(&self, request: &DeleteTokenRequest) -> Result<DeleteTokenResponse, CallError> {
        self.send(request).await
    }
}
