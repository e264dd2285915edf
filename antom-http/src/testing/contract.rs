//! Contract suites of the two ports: an adapter that passes them can stand in for ours.
//! Certificates are left to the author's own tests: a suite cannot know how an adapter is told whom to trust.
#![allow(clippy::panic, reason = "a suite fails by panicking, like any test")]

mod credential;
mod server;
mod transport;

pub use credential::{credential, signed_credential};
pub use transport::transport;
