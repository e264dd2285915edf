//! `inquiryRefund`: asks for the state of a refund.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, InquiryRefundRequest, InquiryRefundResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for InquiryRefundRequest {
    const API: Api = Api::InquiryRefund;
    type Response = InquiryRefundResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        InquiryRefundRequest::validate(self)
    }
}

impl Client {
    /// Asks for the state of a refund. `result` speaks of the inquiry only; the refund's state is `refundStatus`.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn inquiry_refund(
        &self,
        request: &InquiryRefundRequest,
    ) -> Result<InquiryRefundResponse, CallError> {
        self.send(request).await
    }
}
