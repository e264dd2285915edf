//! How a payment comes about: forms, cards, challenges, stored cards, and what `pay` answers.
//! What follows a payment (captures, refunds, notifications) is in `core_rules`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "../support/scene.rs"]
mod scene;

mod answers;
mod cards;
mod conditions;
mod forms;
mod korea;
mod review;
mod sessions;
mod stored_cards;
mod three_ds;
