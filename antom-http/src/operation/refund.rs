//! `refund`: gives money back.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, RefundRequest, RefundResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for RefundRequest {
    const API: Api = Api::Refund;
    type Response = RefundResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        RefundRequest::validate(self)
    }
}

impl Client {
    /// Gives money back. `REFUND_IN_PROCESS` is never sent again: inquire instead.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `refundRequestId`: repeat under the same id only.
    pub async fn refund(&self, request: &RefundRequest) -> Result<RefundResponse, CallError> {
        self.send(request).await
    }
}
