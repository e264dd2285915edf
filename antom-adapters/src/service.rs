//! The composition root: configuration, wiring, and the running service.
//! The only place that knows every adapter.

pub mod config;
pub(crate) mod database;
mod logs;
mod parts;
mod reload;
mod run;
#[cfg(feature = "otel")]
pub(crate) mod trace_context;

pub use crate::inbound::listener::Limits;
pub use config::{Config, ConfigFault, ConfigFaults};
pub(crate) use logs::Logs;
pub use reload::Keys;
pub use run::{Builder, Running, StartError};
