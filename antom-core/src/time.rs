//! Points in time, read in every form the gateway uses.
//! Reading the clock is left to the `Clock` port.

mod timestamp;
mod wire_time;

pub use timestamp::{TimeError, Timestamp};
pub use wire_time::WireTime;
