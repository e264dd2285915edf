//! `inquireInstallment`: lists instalment plans.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, InquireInstallmentRequest, InquireInstallmentResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for InquireInstallmentRequest {
    const API: Api = Api::InquireInstallment;
    type Response = InquireInstallmentResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        InquireInstallmentRequest::validate(self)
    }
}

impl Client {
    /// Lists the instalment plans of the contract.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn inquire_installment(
        &self,
        request: &InquireInstallmentRequest,
    ) -> Result<InquireInstallmentResponse, CallError> {
        self.send(request).await
    }
}
