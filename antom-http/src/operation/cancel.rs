//! `cancel`: closes, voids or takes back a whole payment.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{CancelRequest, CancelResponse, FieldErrors};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for CancelRequest {
    const API: Api = Api::Cancel;
    type Response = CancelResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        CancelRequest::validate(self)
    }
}

impl Client {
    /// Closes, voids or takes back a whole payment.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by the payment: repeating it is harmless.
    pub async fn cancel(&self, request: &CancelRequest) -> Result<CancelResponse, CallError> {
        self.send(request).await
    }
}
