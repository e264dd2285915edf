//! `inquiryPayment`: asks for the state of a payment.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, InquiryPaymentRequest, InquiryPaymentResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for InquiryPaymentRequest {
    const API: Api = Api::InquiryPayment;
    type Response = InquiryPaymentResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        InquiryPaymentRequest::validate(self)
    }
}

impl Client {
    /// Asks for the state of a payment. `result` speaks of the inquiry only; the payment's state is `paymentStatus`.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn inquiry_payment(
        &self,
        request: &InquiryPaymentRequest,
    ) -> Result<InquiryPaymentResponse, CallError> {
        self.send(request).await
    }
}
