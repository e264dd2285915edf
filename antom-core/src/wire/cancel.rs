//! `cancel`: closes, voids or takes back a whole payment.
//! Whether a refund is needed instead is left to the domain.

use super::{FieldErrors, validate};
use crate::id::{PaymentId, PaymentRequestId};
use crate::outcome::GatewayResult;
use crate::time::WireTime;

message! {
    /// Asks to cancel a payment by either id; the gateway's id wins if both are given.
    pub struct CancelRequest {
        optional {
            /// The gateway's id of the payment.
            payment_id: PaymentId = "paymentId",
            /// The merchant's id of the attempt.
            payment_request_id: PaymentRequestId = "paymentRequestId",
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

impl CancelRequest {
    /// Cancels by the merchant's id, which is known even if the first answer was lost.
    pub fn by_request_id(payment_request_id: PaymentRequestId) -> Self {
        Self { payment_request_id: Some(payment_request_id), ..Self::default() }
    }

    /// Cancels by the gateway's id.
    pub fn by_payment_id(payment_id: PaymentId) -> Self {
        Self { payment_id: Some(payment_id), ..Self::default() }
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        if self.payment_request_id.is_none() && self.payment_id.is_none() {
            check.require("paymentRequestId");
        }
        check.finish()
    }
}

message! {
    /// Answer to [`CancelRequest`]; there is no notification beside it.
    pub struct CancelResponse {
        optional {
            /// How the cancellation went; absent means unknown.
            result: GatewayResult = "result",
            /// The gateway's id of the payment; only on success.
            payment_id: String = "paymentId",
            /// The merchant's id of the attempt; only on success.
            payment_request_id: String = "paymentRequestId",
            /// When, as the gateway says.
            cancel_time: WireTime = "cancelTime",
        }
    }
}
