//! An offline, stateful, signed stand-in for the Antom gateway: the judge of merchant systems.
//! It shares no code with them, so that one misreading of the documents cannot pass on both sides.
//!
//! It is a program, `antom-simulator serve`, for systems in any language; and this library, for tests in Rust. Both answer
//! the same on the same wire; the README beside the manifest describes the control API and what was chosen where the
//! gateway's documents leave a choice.
#![cfg_attr(feature = "http", doc = "")]
#![cfg_attr(feature = "http", doc = include_str!("in_a_test.md"))]
//!
//! # Without a network
//!
//! [`core::Gateway`] is the gateway as a value: requests go in, answers and notifications come out, and the caller tells
//! the time. It needs neither sockets nor signatures nor a runtime, and it is all that is built without the feature `http`.
//! Its module shows how it is driven.
//!
//! # Features
//!
//! - `http` (on by default): the simulator on a socket, signatures, TLS, the control API and the program.

pub mod core;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod simulator;

#[cfg(feature = "http")]
pub use http::{
    CertificateError, ClockMode, CryptoError, KeysError, Patience, ProbeError, StateError, probe,
};
#[cfg(feature = "http")]
pub use simulator::{Settings, Simulator, StartError};
