//! `retrievePaymentSession`: fetches a session again.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, RetrievePaymentSessionRequest, RetrievePaymentSessionResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for RetrievePaymentSessionRequest {
    const API: Api = Api::RetrievePaymentSession;
    type Response = RetrievePaymentSessionResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        RetrievePaymentSessionRequest::validate(self)
    }
}

impl Client {
    /// Fetches what a session holds by now. It says nothing about the payment.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn retrieve_payment_session(
        &self,
        request: &RetrievePaymentSessionRequest,
    ) -> Result<RetrievePaymentSessionResponse, CallError> {
        self.send(request).await
    }
}
