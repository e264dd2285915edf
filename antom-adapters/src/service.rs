//! The composition root: configuration, wiring, and the running service.
//! The only place that knows every adapter.

pub mod config;
pub(crate) mod database;
mod reload;
mod run;

pub use crate::inbound::listener::Limits;
pub use config::{Config, ConfigFault, ConfigFaults};
pub use reload::Keys;
pub use run::{Builder, Running, StartError};
