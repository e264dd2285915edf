//! `cargo xtask bench`: what our own steps cost beside the bare library calls, and how fast the simulator is, in the
//! release profile.
//! Leaves measuring, the tables and the floors to the benchmarks of the crates.

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;

/// What is measured: counts first, which do not depend on the machine. All features, so that both backends are seen.
const BENCHES: [&[&str]; 4] = [
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
    &["bench", "--package", "antom-simulator", "--all-features", "--bench", "core", "--bench", "http"],
];

/// Runs the benchmarks; with `--gate` a figure on the wrong side of its limit fails.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    let mut code = 0;
    for bench in BENCHES {
        if !process::succeeds(&mut process::cargo(&workspace.root, &arguments(bench, flags)))? {
            code = FAILED;
        }
    }
    Ok(code)
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
}
