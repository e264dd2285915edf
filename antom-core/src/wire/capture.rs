//! `capture`: takes authorized money.
//! How much may be captured, and until when, is left to the domain.

use super::{AcquirerInfo, Amount, FieldErrors, Goods, Shipping, Transit, validate};
use crate::id::{CaptureRequestId, PaymentId};
use crate::money::Money;
use crate::outcome::GatewayResult;
use crate::time::WireTime;

message! {
    /// Asks for a capture.
    pub struct CaptureRequest {
        required {
            /// The idempotency key: a repeat carries the same one.
            capture_request_id: CaptureRequestId = "captureRequestId",
            /// The authorized payment.
            payment_id: PaymentId = "paymentId",
            /// In the payment's currency.
            capture_amount: Amount = "captureAmount",
        }
        optional {
            /// Whether the rest of the authorization is released.
            is_last_capture: bool = "isLastCapture",
            /// `FINAL`, the default, or `NON_FINAL`.
            capture_type: String = "captureType",
            /// What is captured.
            goods: Vec<Goods> = "goods",
            /// Where it goes.
            shippings: Vec<Shipping> = "shippings",
            /// The journey that is captured.
            transit: Box<Transit> = "transit",
        }
    }
}

impl CaptureRequest {
    /// Captures so much of the authorized payment.
    pub fn new(capture_request_id: CaptureRequestId, payment_id: PaymentId, capture_amount: Money) -> Self {
        Self::of_required(capture_request_id, payment_id, capture_amount.into())
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.amount("captureAmount", &self.capture_amount, None);
        check.finish()
    }
}

message! {
    /// Answer to [`CaptureRequest`]. Without a `result` the outcome is unknown.
    pub struct CaptureResponse {
        optional {
            /// How the capture went; absent means unknown.
            result: GatewayResult = "result",
            /// Echo of the request; another one makes the outcome unknown.
            capture_request_id: String = "captureRequestId",
            /// The gateway's id of the capture.
            capture_id: String = "captureId",
            /// The payment.
            payment_id: String = "paymentId",
            /// What was captured.
            capture_amount: Amount = "captureAmount",
            /// When, as the gateway says.
            capture_time: WireTime = "captureTime",
            /// Reference of the acquirer, in Singapore and Hong Kong.
            acquirer_reference_no: String = "acquirerReferenceNo",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
        }
    }
}
