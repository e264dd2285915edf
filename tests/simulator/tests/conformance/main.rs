//! One test for each rule of the gateway that binds its server side, written from the rules alone.
//! Themes in more depth are in the other suites.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "../support/scene.rs"]
mod scene;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

mod s01_transport;
mod s02_session;
mod s03_pay;
mod s04_limits;
mod s05_amount;
mod s06_meaning;
mod s07_idempotency;
mod s08_redirects;
mod s09_expiry;
mod s10_capture;
mod s11_cancel;
mod s12_refund;
mod s13_inquiry;
mod s14_notifications;
mod s15_cards;

/// How many numbered rules each section has, from 1.
const RULES: [usize; 15] = [15, 8, 7, 10, 6, 5, 6, 7, 4, 10, 8, 11, 6, 10, 13];

/// Rules that say nothing about what the gateway's server does.
const NOT_OF_THE_SERVER: [(&str, &str); 10] = [
    ("rules 1.11", "how an SDK treats other HTTP statuses"),
    ("rules 1.15", "advice to readers of answers"),
    ("rules 5.5", "how a merchant rounds a conversion"),
    ("rules 6.1", "advice to merchants after a timeout"),
    ("rules 6.3", "how often a merchant asks again"),
    ("rules 6.4", "how often a page asks"),
    ("rules 7.6", "how a merchant recognises duplicates"),
    ("rules 8.2", "which address a merchant chooses"),
    ("rules 11.8", "how often a merchant repeats a cancel"),
    ("rules 14.9", "what a merchant does with a bad signature"),
];

#[test]
fn every_rule_is_tested_here_or_is_not_the_servers() {
    let suites = [
        include_str!("s01_transport.rs"),
        include_str!("s02_session.rs"),
        include_str!("s03_pay.rs"),
        include_str!("s04_limits.rs"),
        include_str!("s05_amount.rs"),
        include_str!("s06_meaning.rs"),
        include_str!("s07_idempotency.rs"),
        include_str!("s08_redirects.rs"),
        include_str!("s09_expiry.rs"),
        include_str!("s10_capture.rs"),
        include_str!("s11_cancel.rs"),
        include_str!("s12_refund.rs"),
        include_str!("s13_inquiry.rs"),
        include_str!("s14_notifications.rs"),
        include_str!("s15_cards.rs"),
    ];
    let cited =
        |rule: &str| suites.iter().any(|suite| suite.lines().any(|line| line.trim() == format!("// {rule}")));
    for (section, count) in (1..).zip(RULES) {
        for number in 1..=count {
            let rule = format!("rules {section}.{number}");
            let excused = NOT_OF_THE_SERVER.iter().any(|(known, _)| *known == rule);
            assert!(cited(&rule) != excused, "{rule} must be tested or excused, and not both");
        }
    }
}
