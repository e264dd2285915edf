//! Transports for tests, a printed form of requests for golden files, and the contract suites of both ports.
//! Signing answers is the test's business, with a test key.

pub mod contract;
mod never;
mod printed;
mod recording;
mod scripted;

pub use never::NeverAnsweringTransport;
pub use printed::printed;
pub use recording::{Exchange, RecordingTransport};
pub use scripted::ScriptedTransport;
