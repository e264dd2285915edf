//! Prints what verifying one notification costs in allocations and copies of the body; tests hold the same figures.
//! Time is measured by the other benchmark.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

#[path = "../tests/support/cost.rs"]
mod cost;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    let mut above = 0;
    println!("{:<12} {:<52} {:>11} {:>6} {:>7}", "backend", "step", "allocations", "most", "copies");
    for cost in cost::costs() {
        let most = cost.most.map_or_else(|| "-".to_owned(), |most| most.to_string());
        let missed = cost.most.is_some_and(|most| cost.allocations > most);
        let mark = if missed { "  above the limit" } else { "" };
        println!(
            "{:<12} {:<52} {:>11} {most:>6} {:>7}{mark}",
            cost.backend, cost.step, cost.allocations, cost.body_copies
        );
        above += usize::from(missed);
    }
    if above > 0 && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
