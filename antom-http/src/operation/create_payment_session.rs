//! `createPaymentSession`: opens a session for the client SDK.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{CreatePaymentSessionRequest, CreatePaymentSessionResponse, FieldErrors};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for CreatePaymentSessionRequest {
    const API: Api = Api::CreatePaymentSession;
    type Response = CreatePaymentSessionResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        CreatePaymentSessionRequest::validate(self)
    }
}

impl Client {
    /// Opens a payment session for the client SDK. Success means that the session exists, not that anything is paid.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `paymentRequestId`.
    pub async fn create_payment_session(
        &self,
        request: &CreatePaymentSessionRequest,
    ) -> Result<CreatePaymentSessionResponse, CallError> {
        self.send(request).await
    }
}
