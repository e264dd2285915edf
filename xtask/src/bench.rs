//! `cargo xtask bench`: what our own steps cost beside the bare library calls, how fast the simulator is, and what load
//! costs the real programs, in the release profile.
//! Leaves measuring, the tables and the floors to the benchmarks of the crates and to the program `load` of antom-tests.

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;

/// What is measured: counts first, which do not depend on the machine. All features, so that both backends are seen.
const BENCHES: [&[&str]; 6] = [
    &[
        "bench",
        "--package",
        "antom-domain",
        "--all-features",
        "--bench",
        "allocations",
        "--bench",
        "transition",
    ],
    &["bench", "--package", "antom-signing", "--all-features", "--bench", "allocations", "--bench", "speed"],
    &["bench", "--package", "antom-http", "--all-features", "--bench", "call"],
    &["bench", "--package", "antom-reconcile", "--all-features", "--bench", "million"],
    &["bench", "--package", "antom-simulator", "--all-features", "--bench", "core", "--bench", "http"],
    &["bench", "--package", "antom-adapters", "--all-features", "--bench", "store", "--bench", "webhook"],
];
/// What a payment needs at least; its last line is held against the real programs.
const FLOOR: [&str; 5] = ["bench", "--package", "antom-adapters", "--all-features", "--bench=floor"];
const FLOOR_LINE: &str = "floor: ";
/// The programs under load, and the one that loads them.
const PROGRAMS: [&str; 5] = ["build", "--release", "--workspace", "--all-features", "--bins"];
const LOAD: &str = "load";

/// Runs the benchmarks; with `--gate` a figure on the wrong side of its limit fails.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    let mut code = 0;
    for bench in BENCHES {
        if !process::succeeds(&mut process::cargo(&workspace.root, &arguments(bench, flags)))? {
            code = FAILED;
        }
    }
    if !load(&workspace, flags)? {
        code = FAILED;
    }
    Ok(code)
}

/// The real programs under load, held against the floor of the same run.
fn load(workspace: &Workspace, flags: &[String]) -> Result<bool, String> {
    let root = &workspace.root;
    let watched = process::watched(&mut process::cargo(root, &FLOOR))?;
    let floor = floor_in(&watched.text).ok_or("the benchmark `floor` told no floor")?;
    if !process::succeeds(&mut process::cargo(root, &PROGRAMS))? {
        return Ok(false);
    }
    process::succeeds(workspace.release_program(LOAD)?.args(["--floor", floor]).args(flags))
}

fn floor_in(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix(FLOOR_LINE)).map(str::trim)
}

/// `--no-fail-fast`: a count above its limit must not hide the ratios.
fn arguments<'a>(bench: &[&'a str], flags: &'a [String]) -> Vec<&'a str> {
    let mut arguments = bench.to_vec();
    arguments.extend(["--no-fail-fast", "--"]);
    arguments.extend(flags.iter().map(String::as_str));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_reaches_the_benchmarks_and_not_cargo() {
        let flags = ["--gate".to_owned()];
        let words = arguments(BENCHES[0], &flags);
        let border = words.iter().position(|word| *word == "--").unwrap();
        assert_eq!(words.get(border + 1..), Some(&["--gate"][..]));
        assert_eq!(arguments(BENCHES[1], &[]).last(), Some(&"--"));
    }

    #[test]
    fn the_floor_is_found_among_what_cargo_and_the_benchmark_print() {
        assert_eq!(floor_in("Running benches/floor.rs\nneeds at least\nfloor: 1042.5\n"), Some("1042.5"));
        assert_eq!(floor_in("nothing"), None);
    }
}
