//! Stand-ins for the outside world, and the suites that say when a real adapter is right.
//! Behind the feature `testing`; what a step means is left to `order`, what a port promises to `port`.

pub mod census;
pub mod contract;
mod memory;
mod world;

pub use memory::MemoryStore;
pub use world::{CountedIds, NoJitter, ScriptedGateway, SetClock, ports};
