//! `pay`: starts a payment.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, PayRequest, PayResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for PayRequest {
    const API: Api = Api::Pay;
    type Response = PayResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        PayRequest::validate(self)
    }
}

impl Client {
    /// Starts a payment. The usual answer is U with a URL for the buyer; F is final for this `paymentRequestId` only where the code is.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `paymentRequestId`: an unknown outcome is repeated under the same id or inquired, never tried under a new one.
    pub async fn pay(&self, request: &PayRequest) -> Result<PayResponse, CallError> {
        self.send(request).await
    }
}
