//! `capture`: takes authorized money.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{CaptureRequest, CaptureResponse, FieldErrors};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for CaptureRequest {
    const API: Api = Api::Capture;
    type Response = CaptureResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        CaptureRequest::validate(self)
    }
}

impl Client {
    /// Takes the authorized money. An answer without a final result is unknown.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `captureRequestId`: repeat under the same id only.
    pub async fn capture(&self, request: &CaptureRequest) -> Result<CaptureResponse, CallError> {
        self.send(request).await
    }
}
