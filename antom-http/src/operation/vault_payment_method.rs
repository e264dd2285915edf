//! `vaultPaymentMethod`: stores a payment method.
//! What its answer means is told by the message's documentation.

use antom_core::Api;
use antom_core::wire::{FieldErrors, VaultPaymentMethodRequest, VaultPaymentMethodResponse};

use super::Operation;
use crate::call_error::CallError;
use crate::client::Client;

impl Operation for VaultPaymentMethodRequest {
    const API: Api = Api::VaultPaymentMethod;
    type Response = VaultPaymentMethodResponse;

    fn validate(&self) -> Result<(), FieldErrors> {
        VaultPaymentMethodRequest::validate(self)
    }
}

impl Client {
    /// Stores a payment method, with the buyer's recorded agreement. The usual answer is U with a URL for the buyer.
    ///
    /// # Errors
    /// [`CallError`] by how far the call got.
    ///
    /// # Idempotency
    /// Keyed by `vaultingRequestId`: an unknown outcome is inquired, never tried under a new id.
    pub async fn vault_payment_method(
        &self,
        request: &VaultPaymentMethodRequest,
    ) -> Result<VaultPaymentMethodResponse, CallError> {
        self.send(request).await
    }
}
