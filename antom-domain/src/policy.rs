//! Policies: polling and retry, as functions of plain data.
//! Nothing here waits; the worker asks when to act next.

mod polling;
mod retry;

pub use polling::Polling;
pub use retry::Retry;
