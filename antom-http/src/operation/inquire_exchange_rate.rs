//! `inquireExchangeRate`: asks for an exchange rate.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, InquireExchangeRateRequest, InquireExchangeRateResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for InquireExchangeRateRequest {
    const API: Api = Api::InquireExchangeRate;
    type Response = InquireExchangeRateResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        InquireExchangeRateRequest::validate(self)
    }
}

impl Client {
    /// Asks what the gateway would give for another currency.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Reads only; may be repeated freely.
    pub async fn inquire_exchange_rate(
        &self,
        request: &InquireExchangeRateRequest,
    ) -> Result<InquireExchangeRateResponse, CallError> {
        self.send(request).await
    }
}
