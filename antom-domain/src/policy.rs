//! Policies: captures, deadlines, polling, retry, patience and budgets, as functions of plain data.
//! Nothing here waits; the worker asks when to act next.

mod budget;
mod captures;
mod deadline;
mod expiry;
mod patience;
mod polling;
mod retry;

pub use budget::{Bucket, Budget, Draw};
pub use captures::{CapturePolicy, WrongCapture};
pub use deadline::{CaptureDeadline, CaptureTime};
pub use expiry::Expiry;
pub use patience::{AfterFailure, Patience};
pub use polling::{Crowd, Polling};
pub use retry::Retry;
