//! The capture machine: taking the money that a card authorization holds.
//! When a capture is wished is left to `order`; the authorization itself has its own machine.

mod phase;

pub use phase::{CaptureInput, CapturePhase, CaptureTable};
