//! Prints how long the main transitions of an order take, and counts their instructions under valgrind.
//! Times depend on the machine and are only told; instructions do not, and are held to the budget beside them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints, looks at the clock and the environment, and fails by panicking"
)]

#[path = "../tests/support/cost.rs"]
mod cost;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, ExitCode};
use std::time::Instant;

use cost::{Transition, transitions};

/// How many instructions each transition may take, with the copy of the order that it is applied to. A build for another
/// processor, or by another compiler, may differ by the tolerance.
const BUDGET: [(&str, u64); 11] = [
    ("the session's answer", 8_200),
    ("pending", 6_800),
    ("payment success", 10_700),
    ("capture success", 8_100),
    ("refund success", 8_100),
    ("cancel confirmed", 7_800),
    ("a repeated fact", 4_600),
    ("open an attempt", 93_800),
    ("capture", 7_700),
    ("cancel", 5_100),
    ("refund", 25_800),
];
/// In percent.
const TOLERANCE: u64 = 15;
/// Names the file where a part that the machine lacks is told.
const SKIP_FILE: &str = "ANTOM_SKIP_FILE";
/// The numbers of runs whose difference is counted, so that the start of the program does not count.
const RUNS: [u64; 2] = [100, 1_100];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let Some(place) = words.iter().position(|word| word == "--only") {
        let name = words.get(place + 1).unwrap();
        let times = words.get(place + 2).unwrap().parse().unwrap();
        let transition = transitions().into_iter().find(|one| one.name == name).unwrap();
        repeat(&transition, times);
        return ExitCode::SUCCESS;
    }
    let has_valgrind =
        Command::new("valgrind").arg("--version").output().is_ok_and(|done| done.status.success());
    if !has_valgrind {
        skip("transition instructions: valgrind is not installed");
    }
    let mut above = 0;
    println!("{:<24} {:>8} {:>14} {:>8}", "transition", "ns", "instructions", "budget");
    for transition in transitions() {
        let ns = nanoseconds(&transition);
        if !has_valgrind {
            println!("{:<24} {ns:>8} {:>14}", transition.name, "-");
            continue;
        }
        let counted = instructions(transition.name);
        let budget = BUDGET.iter().find(|(name, _)| *name == transition.name).unwrap().1;
        let missed = counted > budget + budget * TOLERANCE / 100;
        let mark = if missed { "  above the budget" } else { "" };
        println!("{:<24} {ns:>8} {counted:>14} {budget:>8}{mark}", transition.name);
        above += usize::from(missed);
    }
    let gate = words.iter().any(|word| word == "--gate");
    if above > 0 && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn repeat(transition: &Transition, times: u64) {
    for _ in 0..times {
        let mut order = transition.before.order.clone();
        black_box(transition.run(&mut order));
        black_box(order);
    }
}

/// The best of several rounds: what else the machine does can only add.
fn nanoseconds(transition: &Transition) -> u128 {
    let round = || {
        let start = Instant::now();
        repeat(transition, 1_000);
        start.elapsed().as_nanos() / 1_000
    };
    (0..30).map(|_| round()).min().unwrap()
}

fn instructions(name: &str) -> u64 {
    let [few, many] = RUNS.map(|times| {
        let program = std::env::current_exe().unwrap();
        let run = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(program)
            .args(["--only", name, &times.to_string()])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        let collected = told.lines().find_map(|line| line.split("Collected :").nth(1));
        collected.and_then(|count| count.trim().parse::<u64>().ok()).unwrap()
    });
    (many - few) / (RUNS[1] - RUNS[0])
}

/// A part that the machine lacks is told as skipped, never as passed.
fn skip(reason: &str) {
    println!("SKIPPED {reason}");
    if let Ok(path) = std::env::var(SKIP_FILE) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{reason}").unwrap();
    }
}
