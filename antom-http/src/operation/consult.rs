//! `consult`: lists the payment methods.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{ConsultRequest, ConsultResponse, FieldErrors};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for ConsultRequest {
    const API: Api = Api::Consult;
    type Response = ConsultResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        ConsultRequest::validate(self)
    }
}

impl Client {
    /// Lists the payment methods that this buyer can use.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn consult(&self, request: &ConsultRequest) -> Result<ConsultResponse, CallError> {
        self.send(request).await
    }
}
