//! `inquireToken`: asks what is known about a token.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, InquireTokenRequest, InquireTokenResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for InquireTokenRequest {
    const API: Api = Api::InquireToken;
    type Response = InquireTokenResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        InquireTokenRequest::validate(self)
    }
}

impl Client {
    /// Asks what is known about a stored method's token.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn inquire_token(
        &self,
        request: &InquireTokenRequest,
    ) -> Result<InquireTokenResponse, CallError> {
        self.send(request).await
    }
}
