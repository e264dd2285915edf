//! Tests of the vocabulary and the messages through their public interface.
//! Tests of the domain's decisions are in `antom-domain`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod advice;
mod ids;
mod money;
mod open_enums;
mod times;

#[cfg(feature = "serde")]
mod code_tables;
#[cfg(feature = "serde")]
mod currency_table;
#[cfg(feature = "serde")]
mod leniency;
#[cfg(feature = "serde")]
mod redaction;
#[cfg(feature = "serde")]
mod requests;
#[cfg(feature = "serde")]
mod samples;
