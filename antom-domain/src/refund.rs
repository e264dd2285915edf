//! The refund machine: giving captured money back.
//! How much may be refunded, and when, is left to `order`.

mod phase;

pub use phase::{RefundInput, RefundPhase, RefundTable};
