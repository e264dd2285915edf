//! What an adapter of the storage ports must do, told as stories that run against any adapter.
//! Durability cannot be shown from inside: that a commit survives the loss of power is left to the adapter's own tests.
//!
//! Each story takes a factory that makes a fresh, empty adapter. A platform team proves its adapter in one line, with
//! `tokio` (features `macros` and `rt`) among its development dependencies:
//!
//! ```
//! # mod suite {
//! use antom_domain::testing::{MemoryStore, contract::Adapter};
//!
//! async fn fresh() -> Adapter {
//!     let store = MemoryStore::new();
//!     let same = store.clone();
//!     Adapter::of(store).written_by_others(move |id, event, snapshot| {
//!         same.write_stored(id, event, snapshot).expect("both texts are sound");
//!     })
//! }
//!
//! antom_domain::contract_suite!(fresh);
//! # }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story fails by panicking, inside somebody's test"
)]

mod adapter;
pub mod events;
mod fixture;
pub mod inbox;
pub mod outbox;
mod race;
pub mod retention;
pub mod store;
mod suite;

pub use adapter::Adapter;
