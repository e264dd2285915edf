//! The ten newer operations: sessions told again, instalments, rates, raised authorizations, stored cards.
//! The first eight are tested in `core_rules`, `paying` and `methods`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "../support/scene.rs"]
mod scene;

mod instalments;
mod raising;
mod rates;
mod sessions;
mod tokens;
mod vaulting;
