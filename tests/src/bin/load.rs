//! The load figures of real processes, one line each.
//! What is measured and its limits are in the library; building and the floor are left to `cargo xtask bench`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people prints")]

use std::process::ExitCode;
use std::time::Duration;

use antom_tests::failure::with_causes;
use antom_tests::load::{Figure, Plan, measure};
use antom_tests::process;

const USAGE: u8 = 64;
const HELP: &str = "\
Measures the release build of both programs under load.

Usage: load [--gate] [--floor MICROSECONDS] [--in-flight N] [--watch SECONDS]

  --gate       a figure that depends on the machine and misses its goal fails too
  --floor      what a payment needs at least, of processor time
  --in-flight  how many payments are open at the same time; 10000 where absent
  --watch      for how long they are watched; 30 where absent
";

fn main() -> ExitCode {
    let (plan, is_gate) = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(fault) => {
            eprintln!("{fault}\n\n{HELP}");
            return ExitCode::from(USAGE);
        }
    };
    #[cfg(unix)]
    if let Err(error) = process::end_with_signals() {
        eprintln!("signals cannot be heard: {error}");
        return ExitCode::FAILURE;
    }
    let mut all_kept = true;
    let mut tell = |figure: Figure| {
        println!("{figure}");
        all_kept &= figure.is_kept || (figure.is_moody && !is_gate);
    };
    match measure(&plan, &mut tell) {
        Ok(()) if all_kept => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{}", with_causes(&failure));
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Result<(Plan, bool), String> {
    let mut plan = Plan { floor_micros: None, in_flight: 10_000, watch: Duration::from_secs(30) };
    let mut is_gate = false;
    while let Some(word) = words.next() {
        if word == "--gate" {
            is_gate = true;
            continue;
        }
        let value = words.next().ok_or(format!("{word} lacks its value"))?;
        let unread = || format!("{word} cannot be {value}");
        match word.as_str() {
            "--floor" => plan.floor_micros = Some(value.parse().map_err(|_| unread())?),
            "--in-flight" => plan.in_flight = value.parse().map_err(|_| unread())?,
            "--watch" => plan.watch = Duration::from_secs(value.parse().map_err(|_| unread())?),
            _ => return Err(format!("there is no option {word}")),
        }
    }
    if plan.in_flight == 0 {
        return Err("--in-flight must be at least 1".to_owned());
    }
    Ok((plan, is_gate))
}
