//! `retrievePaymentSession`: what a session holds by now, promotions included.
//! The outcome of its payment is left to notifications and inquiries.

use super::{FieldErrors, Order, PromotionResult, validate};
use crate::id::PaymentRequestId;
use crate::outcome::GatewayResult;

message! {
    /// Asks for a session.
    pub struct RetrievePaymentSessionRequest {
        required {
            /// The id under which the session was made.
            payment_request_id: PaymentRequestId = "paymentRequestId",
        }
        optional {}
    }
}

impl RetrievePaymentSessionRequest {
    /// Asks for the session that was made under this id.
    pub fn new(payment_request_id: PaymentRequestId) -> Self {
        Self::of_required(payment_request_id)
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        validate::Check::of(self).finish()
    }
}

message! {
    /// Answer to [`RetrievePaymentSessionRequest`].
    pub struct RetrievePaymentSessionResponse {
        optional {
            /// How the call went; says nothing about a payment.
            result: GatewayResult = "result",
            /// The order as the session holds it.
            order: Order = "order",
            /// Promotions that the buyer chose.
            promotion_results: Vec<PromotionResult> = "promotionResults",
            /// The merchant's own text; here it is text, elsewhere an object.
            customized_info: String = "customizedInfo" hidden,
        }
    }
}
