//! The composition root: configuration, wiring, and the running service.
//! The only place that knows every adapter.

pub mod config;
mod run;

pub use config::{Config, ConfigFault, ConfigFaults};
pub use run::{Builder, Running, StartError};
