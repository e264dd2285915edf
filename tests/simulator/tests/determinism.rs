//! The same seed and the same script give the same run, and the journal's hash says so in one word.
//! What each step answers is tested in `core_rules`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/script.rs"]
mod script;

use antom_simulator::core::Operation;
use script::Run;
use serde_json::json;

#[test]
fn the_same_seed_and_script_give_the_same_run_twice_and_another_seed_gives_another() {
    let first = Run::new(7, 10_000).play();
    let journal = first.journal().to_string();
    for kind in ["drop", "unknown_field", "duplicate", "wrong_amount"] {
        assert!(journal.contains(&format!(r#""fault":"{kind}""#)), "the script meets {kind}");
    }
    let again = Run::new(7, 10_000).play();
    assert_eq!(first.hash(), again.hash());
    assert_eq!(journal, again.journal().to_string());
    assert_eq!(first.gateway.ledger(None), again.gateway.ledger(None));
    assert_ne!(first.hash(), Run::new(8, 10_000).play().hash());
}

#[test]
fn the_hash_is_over_all_entries_also_those_that_the_log_no_longer_holds() {
    let all = Run::new(7, 10_000).play();
    let few = Run::new(7, 5).play();
    assert_eq!(few.journal()["entries"].as_array().map(Vec::len), Some(5));
    assert_eq!(few.journal()["written"], all.journal()["written"]);
    assert_eq!(few.hash(), all.hash());
    let mut longer = Run::new(7, 5);
    longer.call(Operation::Consult, &json!({"what": "an entry that falls out"}));
    assert_ne!(longer.play().hash(), few.hash());
}

#[test]
fn without_a_journal_there_is_no_hash_rather_than_one_of_nothing() {
    let journal = Run::new(7, 0).play().journal();
    assert_eq!(journal, json!({"written": 0, "hash": null, "entries": []}));
}

#[test]
fn members_of_answers_are_in_the_order_of_their_names_whatever_other_crates_ask_of_the_json_library() {
    assert_eq!(json!({"b": 1, "a": 2}).to_string(), r#"{"a":2,"b":1}"#);
}
