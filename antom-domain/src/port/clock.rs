//! The time of day, as the adapters tell it.
//! No decision reads it: services ask once and pass the answer on as `at`.

use std::fmt::Debug;

use antom_core::time::Timestamp;

/// Tells the current instant.
///
/// # Contract
/// [`now`](Clock::now) returns the wall-clock time in milliseconds. It may jump in both directions: no final state is
/// ever concluded from it alone.
///
/// # Errors
/// None: a clock that cannot be read is a machine that cannot run.
///
/// # For implementers
/// Do not smooth or freeze the time; a frozen clock signs requests that the gateway refuses.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

const _: fn(&dyn Clock) = |_| {};
