//! The merchant's ports in the simulation: real fakes behind faults, and eyes for the judge.
//! Planted mistakes are wrapped around them in `mistake`.

mod clock;
mod gateway;
mod store;

pub use clock::{SimulatedClock, SimulatedIds};
pub use gateway::SimulatedGateway;
pub use store::SimulatedStore;
