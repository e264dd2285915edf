//! Tests of the vocabulary and the messages through their public interface.
//! Tests of the domain's decisions are in `antom-domain`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[macro_use]
#[cfg(feature = "serde")]
mod every_message;

mod advice;
mod client_sdk;
mod client_session;
mod ids;
mod money;
mod open_enums;
mod times;

#[cfg(feature = "serde")]
mod card_features;
#[cfg(feature = "serde")]
mod catalogue;
#[cfg(feature = "serde")]
mod code_tables;
#[cfg(feature = "serde")]
mod currency_table;
#[cfg(feature = "serde")]
mod leniency;
#[cfg(feature = "serde")]
mod markers;
#[cfg(feature = "serde")]
mod new_messages;
#[cfg(feature = "serde")]
mod redaction;
#[cfg(feature = "serde")]
mod requests;
#[cfg(feature = "serde")]
mod round_trips;
#[cfg(feature = "serde")]
mod samples;
