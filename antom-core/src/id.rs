//! Ids as types of their own, so that one kind is never taken for another.
//! Whether an id exists, or is unique, is left to the store and the gateway.

mod error;
mod kinds;

pub use error::{IdError, IdFault};
pub use kinds::{
    CaptureId, CaptureRequestId, ClientId, PaymentId, PaymentRequestId, PaymentSessionId, ReferenceBuyerId,
    ReferenceOrderId, RefundId, RefundRequestId, TransactionId, UpdateRequestId, VaultingRequestId,
};
