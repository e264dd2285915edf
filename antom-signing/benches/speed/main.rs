//! How much of the time is the cryptography: whole steps against the raw operation of the same backend, in one run.
//! Allocations are counted by the other benchmark: counting costs time.
//!
//! Both sides of a ratio take turns in short blocks, so that whatever else the machine does falls on both. With `--gate` a
//! ratio below its floor makes the run fail.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark prints, calculates ratios, and fails by panicking"
)]

#[path = "../../tests/support/mod.rs"]
mod support;
mod work;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use work::{Pair, pairs};

/// Odd, so that the median is one of them.
const ROUNDS: usize = 101;
/// Long enough for the clock, short enough that both sides of a round meet the same machine.
const BLOCK: Duration = Duration::from_millis(8);

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    println!(
        "{:<12} {:<52} {:>9} {:>9} {:>6} {:>6}",
        "backend", "step", "raw us", "whole us", "ratio", "floor"
    );
    let mut below = 0;
    for mut pair in pairs() {
        let Figures { raw, whole, ratio } = compare(&mut pair);
        let floor = pair.floor.map_or_else(|| "-".to_owned(), |floor| format!("{floor:.2}"));
        let missed = pair.floor.is_some_and(|floor| ratio < floor);
        let mark = if missed { "  below the floor" } else { "" };
        println!(
            "{:<12} {:<52} {raw:>9.2} {whole:>9.2} {ratio:>6.3} {floor:>6}{mark}",
            pair.backend, pair.step
        );
        below += usize::from(missed);
    }
    if below > 0 && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Figures {
    raw: f64,
    whole: f64,
    ratio: f64,
}

/// Medians over all rounds: microseconds of both sides, and the ratio of the rates within each round.
fn compare(pair: &mut Pair) -> Figures {
    let block = calls_per_block(&mut pair.raw);
    let (mut raws, mut wholes, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (raw, whole) = if round % 2 == 0 {
            let raw = time(&mut pair.raw, block);
            (raw, time(&mut pair.whole, block))
        } else {
            let whole = time(&mut pair.whole, block);
            (time(&mut pair.raw, block), whole)
        };
        raws.push(raw);
        wholes.push(whole);
        ratios.push(raw / whole);
    }
    Figures { raw: median(raws), whole: median(wholes), ratio: median(ratios) }
}

fn calls_per_block(call: &mut dyn FnMut()) -> u32 {
    let mut calls = 1;
    // The first blocks also warm up.
    while time(call, calls) * f64::from(calls) < BLOCK.as_secs_f64() * 1e6 {
        calls *= 2;
    }
    calls
}

/// Microseconds of one call.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn time(call: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
