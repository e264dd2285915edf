//! A whole merchant and a whole gateway in one process, in virtual time, decided by one seed.
//!
//! The merchant is the real domain with its real services; the gateway is the simulator's pure core; between them lies a
//! network, and below the merchant a store, that fail as often as the seed's [`profile`] says. When the trouble is over
//! everything must come to rest, and [`audit`] compares both books.

pub mod audit;
pub mod campaign;
pub mod cells;
pub mod delivery;
pub mod executor;
pub mod fate;
pub mod instance;
pub mod journey;
pub mod mistake;
pub mod model;
pub mod port;
pub mod profile;
pub mod random;
pub mod run;
pub mod world;
