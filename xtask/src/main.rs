//! One door for every chore: `cargo xtask <command>`.
//! Knows only the list of commands; each command lives in its own file and says there what it checks.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks through its streams"
)]

mod bench;
mod browser;
mod ci;
mod demo;
mod faults;
mod features;
mod layers;
mod process;
mod report;
mod requirements;
mod sim;
mod source;
mod tables;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// Exit code of a call that was understood but whose checks found something.
const FAILED: u8 = 1;
/// Exit code of a call that was not understood (`EX_USAGE`).
const USAGE: u8 = 64;

/// One chore: how it is called, what it is for, and the function behind it.
struct Chore {
    name: &'static str,
    flags: &'static [&'static str],
    summary: &'static str,
    run: fn(&[String]) -> Result<u8, String>,
}

/// Stands for whatever follows: the chore hands it on to a program that knows it.
const HANDED_ON: &str = "OPTIONS";

const CHORES: [Chore; 12] = [
    Chore {
        name: "bench",
        flags: &["--gate"],
        summary: "signing and verification beside the bare cryptography; --gate fails below the floors",
        run: bench::run,
    },
    Chore {
        name: "browser",
        flags: &["--strict"],
        summary: "all pages and the web SDK in chromium; --strict fails where something is missing",
        run: browser::run,
    },
    Chore {
        name: "ci",
        flags: &["--strict"],
        summary: "every check, in the form that CI runs; --strict turns skipped parts into failures",
        run: ci::run,
    },
    Chore {
        name: "demo",
        flags: &["--headless"],
        summary: "shop, service and simulator on loopback; --headless drives the main flows, walks the pages and ends",
        run: demo::run,
    },
    Chore {
        name: "faults",
        flags: &[HANDED_ON],
        summary: "breaks real processes under load and holds every promise against the ledger; see faults --help",
        run: faults::run,
    },
    Chore {
        name: "features",
        flags: &[],
        summary: "every crate without features, with each feature alone, and with all of them",
        run: features::run,
    },
    Chore {
        name: "layers",
        flags: &[],
        summary: "which crate may know which, and what must not appear where",
        run: layers::run,
    },
    Chore {
        name: "requirements",
        flags: &[],
        summary: "coverage of tests/requirements.toml by citations in code and tests",
        run: requirements::run,
    },
    Chore {
        name: "sim",
        flags: &[HANDED_ON],
        summary: "orders against the gateway's core in virtual time, with faults on every port; see sim --help. --same-trace compares a debug and a release build",
        run: sim::run,
    },
    Chore {
        name: "tables",
        flags: &["--write"],
        summary: "state tables in docs/tables against the machines; --write makes the folder anew",
        run: tables::run,
    },
    Chore { name: "tidy", flags: &[], summary: "the small rules of CONTRIBUTING.md", run: tidy::run },
    Chore { name: "help", flags: &[], summary: "this list", run: help },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    ExitCode::from(dispatch(&words))
}

fn dispatch(words: &[String]) -> u8 {
    let chore = match choose(words) {
        Ok(chore) => chore,
        Err(complaint) => {
            eprintln!("{complaint}\n\n{}", usage());
            return USAGE;
        }
    };
    match (chore.run)(words.get(1..).unwrap_or_default()) {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("{}: {trouble}", chore.name);
            FAILED
        }
    }
}

/// Finds the chore and refuses every word that it does not know.
fn choose(words: &[String]) -> Result<&'static Chore, String> {
    let Some((name, flags)) = words.split_first() else {
        return Err("no command given".to_owned());
    };
    let name = if matches!(name.as_str(), "--help" | "-h") { "help" } else { name };
    let chore = CHORES
        .iter()
        .find(|chore| chore.name == name)
        .ok_or_else(|| format!("there is no command `{name}`"))?;
    if chore.flags.contains(&HANDED_ON) {
        return Ok(chore);
    }
    match flags.iter().find(|flag| !chore.flags.contains(&flag.as_str())) {
        Some(flag) => Err(format!("`{name}` does not know `{flag}`")),
        None => Ok(chore),
    }
}

fn help(_: &[String]) -> Result<u8, String> {
    println!("{}", usage());
    Ok(0)
}

fn usage() -> String {
    let mut text = "usage: cargo xtask <command>\n".to_owned();
    for chore in &CHORES {
        let flags: String = chore.flags.iter().map(|flag| format!(" [{flag}]")).collect();
        text.push_str(&format!("\n  {:<18} {}", format!("{}{flags}", chore.name), chore.summary));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_chore_is_found_by_its_name_and_listed() {
        for chore in &CHORES {
            assert_eq!(choose(&words(chore.name)).unwrap().name, chore.name);
            assert!(usage().contains(chore.summary));
        }
    }

    #[test]
    fn an_unknown_command_ends_with_the_usage_code() {
        assert_eq!(dispatch(&words("deploy")), USAGE);
        assert_eq!(dispatch(&[]), USAGE);
    }

    #[test]
    fn a_flag_of_another_chore_is_refused_before_anything_runs() {
        assert_eq!(dispatch(&words("layers --strict")), USAGE);
        assert!(choose(&words("ci --strict")).is_ok());
    }

    #[test]
    fn options_of_a_chore_that_hands_them_on_are_not_judged_here() {
        assert_eq!(choose(&words("sim --orders 5")).unwrap().name, "sim");
    }

    #[test]
    fn help_is_reached_by_its_flag_too() {
        assert_eq!(choose(&words("--help")).unwrap().name, "help");
    }
}
