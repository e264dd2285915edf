//! What a transition costs in allocations: few, whatever the order carries along.
//! Time and instructions are the benchmark's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/cost.rs"]
mod cost;
mod support;

use cost::{Input, transitions};

#[test]
fn a_transition_makes_no_more_allocations_than_its_limit() {
    for transition in transitions() {
        let cost = transition.cost();
        let (name, most) = (transition.name, transition.most);
        assert!(cost.allocations <= most, "{name}: {} allocations of at most {most}", cost.allocations);
        let is_fact = matches!(transition.input, Input::Facts(_));
        assert!(!is_fact || most <= 10, "{name}: a fact may make ten at most");
    }
}

#[test]
fn a_fact_that_is_known_costs_nothing() {
    let repeated = transitions().into_iter().find(|one| one.name == "a repeated fact").unwrap();
    assert_eq!(repeated.cost().allocations, 0);
    assert_eq!(repeated.cost().events, 0);
}
