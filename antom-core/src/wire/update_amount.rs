//! `updateAmount`: raises an authorized amount.
//! Whether card and contract allow it is left to the gateway, the outcome to a notification.

use super::{Amount, FieldErrors, validate};
use crate::id::{PaymentId, UpdateRequestId};
use crate::money::Money;
use crate::outcome::GatewayResult;

message! {
    /// Asks to raise an authorization.
    pub struct UpdateAmountRequest {
        required {
            /// The idempotency key: a repeat carries the same one.
            update_request_id: UpdateRequestId = "updateRequestId",
            /// The authorized payment.
            payment_id: PaymentId = "paymentId",
            /// In the payment's currency.
            amount: Amount = "amount",
        }
        optional {}
    }
}

impl UpdateAmountRequest {
    /// Asks to raise the authorization of the payment.
    pub fn new(update_request_id: UpdateRequestId, payment_id: PaymentId, amount: Money) -> Self {
        Self::of_required(update_request_id, payment_id, amount.into())
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.amount("amount", &self.amount, None);
        check.finish()
    }
}

message! {
    /// Answer to [`UpdateAmountRequest`]. Without a `result` the outcome is unknown.
    pub struct UpdateAmountResponse {
        optional {
            /// How it went; absent means unknown.
            result: GatewayResult = "result",
            /// Echo of the request; another one makes the outcome unknown.
            update_request_id: String = "updateRequestId",
            /// The payment.
            payment_id: String = "paymentId",
            /// The amount of the request.
            amount: Amount = "amount",
        }
    }
}
