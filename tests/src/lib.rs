//! A stand of real processes on loopback: the gateway simulator and the merchant service, driven over HTTP only.
//! What the suites and the demonstration prove with it is theirs; no crate of the workspace is linked here.

pub mod books;
pub mod catcher;
pub mod desk;
pub mod failure;
pub mod faults;
pub mod flows;
pub mod gateway;
pub mod http;
pub mod ledger;
pub mod load;
pub mod merchant;
pub mod postgres;
pub mod process;
pub mod receiver;
pub mod shop;
pub mod skip;
pub mod stand;
pub mod timeline;
pub mod tour;
pub mod usage;
pub mod waiting;
pub mod wire;

pub use failure::{Failure, Proof, ensure};
pub use stand::{Stand, StandOptions};
