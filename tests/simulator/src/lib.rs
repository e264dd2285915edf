//! An offline, stateful, signed stand-in for the Antom gateway: the judge of merchant systems.
//! It shares no code with them, so that one misreading of the documents cannot pass on both sides.

pub mod core;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod simulator;

#[cfg(feature = "http")]
pub use http::{CertificateError, ClockMode, CryptoError, KeysError, StateError};
#[cfg(feature = "http")]
pub use simulator::{Settings, Simulator, StartError};
