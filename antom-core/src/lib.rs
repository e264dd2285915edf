//! Vocabulary of the Antom payment gateway: money, ids, time, outcomes and wire messages.
//! Signing is left to `antom-signing`, calls to `antom-http`, decisions to `antom-domain`.

pub mod id;
pub mod money;
pub mod open;
pub mod outcome;
pub mod secret;
pub mod time;
#[cfg(feature = "serde")]
pub mod wire;

pub use id::{
    CaptureId, CaptureRequestId, ClientId, IdError, IdFault, PaymentId, PaymentRequestId, PaymentSessionId,
    ReferenceBuyerId, ReferenceOrderId, RefundId, RefundRequestId, TransactionId,
};
pub use money::{Currency, CurrencyError, Money, MoneyError};
pub use outcome::{
    Action, Advice, Api, AuthReviewStatus, CaptureMode, GatewayResult, NotifyType, OsType, PaymentStatus,
    RefundStatus, ResultCode, ResultStatus, TerminalType, TransactionType, advise,
};
pub use secret::Secret;
pub use time::{TimeError, Timestamp, WireTime};

/// What the exported macros need from other crates; not for direct use.
#[doc(hidden)]
#[cfg(feature = "serde")]
pub mod private {
    pub use serde;
}
