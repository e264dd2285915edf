//! The cancel machine: closing, voiding or returning a payment in full.
//! When a cancel is wished is left to `order`.

mod phase;

pub use phase::{CancelInput, CancelPhase, CancelTable};
