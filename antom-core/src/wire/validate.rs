//! Checks of a request before it is sent: all faults at once, by field, without values.
//! What only the gateway can judge (contracts, limits of methods, upper bounds of times) is left to it.

mod check;
mod error;
mod rules;
mod walk;

pub(super) use check::Check;
pub use error::{FieldError, FieldErrors, FieldRule};
