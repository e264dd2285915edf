//! An offline, stateful, signed stand-in for the Antom gateway: the judge of merchant systems.
//! It shares no code with them, so that one misreading of the documents cannot pass on both sides.

pub mod core;
mod http;
mod simulator;

pub use http::{CertificateError, ClockMode, CryptoError, KeysError};
pub use simulator::{Settings, Simulator, StartError};
