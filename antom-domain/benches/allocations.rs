//! Prints what each main transition of an order costs in allocations; tests hold the same figures.
//! Time and instructions are measured by the other benchmark.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

#[path = "../tests/support/cost.rs"]
mod cost;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    let mut above = 0;
    println!("{:<24} {:>6} {:>6} {:>12} {:>6}", "transition", "events", "calls", "allocations", "most");
    for transition in cost::transitions() {
        let cost = transition.cost();
        let missed = cost.allocations > transition.most;
        let mark = if missed { "  above the limit" } else { "" };
        println!(
            "{:<24} {:>6} {:>6} {:>12} {:>6}{mark}",
            transition.name, cost.events, cost.effects, cost.allocations, transition.most
        );
        above += usize::from(missed);
    }
    if above > 0 && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
