//! What the gateway says about a call or a payment, and what to do next.
//! Doing it is left to the domain; nothing here decides about money.

mod advice;
mod api;
mod result;
mod table;
mod words;

pub use advice::{Action, Advice, CodeSource, advise, advise_from};
pub use api::Api;
pub use result::{GatewayResult, ResultCode};
pub use words::{
    AuthReviewStatus, CaptureMode, NotifyType, OsType, PaymentStatus, RefundStatus, ResultStatus,
    TerminalType, TransactionType,
};
