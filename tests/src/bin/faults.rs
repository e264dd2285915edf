//! The drills on real processes: which of them to run, how thoroughly, and what each found.
//! What is broken and what must hold is in the library; building the programs is left to `cargo xtask faults`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people prints")]

use std::process::ExitCode;
use std::time::Instant;

use antom_tests::failure::with_causes;
use antom_tests::faults::{ALL, Drill, Outcome, Profile};
use antom_tests::{Failure, process, skip};

const USAGE: u8 = 64;
const FAILED: u8 = 1;

struct Options {
    profile: Profile,
    drills: Vec<Drill>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", help());
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("{fault}\n\n{}", help());
            return ExitCode::from(USAGE);
        }
    };
    match drill(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(failure) => {
            eprintln!("{}", with_causes(&failure));
            ExitCode::from(FAILED)
        }
    }
}

fn help() -> String {
    let mut text = "\
Breaks real processes on loopback under load, and holds every promise against the gateway's ledger.

Usage: cargo xtask faults [--profile quick|long] [DRILL...]

  --profile quick  what CI runs (default); long: the full figures
  DRILL            one of these; all of them where none is named
"
    .to_owned();
    for drill in &ALL {
        text.push_str(&format!("\n  {:<18} {}", drill.name, drill.title));
    }
    text
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options { profile: Profile::Quick, drills: Vec::new() };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--profile" => {
                let name = words.next().ok_or("--profile lacks its value")?;
                options.profile = Profile::named(&name).ok_or(format!("no profile is called {name}"))?;
            }
            name => {
                let known = ALL.into_iter().find(|drill| drill.name == name);
                options.drills.push(known.ok_or(format!("no drill is called {name}"))?);
            }
        }
    }
    if options.drills.is_empty() {
        options.drills.extend(ALL);
    }
    Ok(Some(options))
}

/// Runs the drills one after the other, also after one that failed; `true` if all held.
#[expect(clippy::disallowed_methods, reason = "how long a drill took is shown; nothing is decided by it")]
fn drill(options: &Options) -> Result<bool, Failure> {
    #[cfg(unix)]
    process::end_with_signals()?;
    let mut all_held = true;
    for drill in &options.drills {
        println!("{}: {}", drill.name, drill.title);
        let started = Instant::now();
        match (drill.run)(options.profile) {
            Ok(Outcome::Held(figures)) => {
                println!("   held: {figures} ({} s)", started.elapsed().as_secs());
            }
            Ok(Outcome::Skipped(reason)) => {
                println!("   SKIPPED: {reason}");
                skip::note(&format!("faults {}: {reason}", drill.name))?;
            }
            Err(failure) => {
                println!("   BROKEN: {}", with_causes(&failure));
                all_held = false;
            }
        }
    }
    Ok(all_held)
}
