//! `cargo xtask bench`: what signing and verification cost beside the bare cryptography, in the release profile.
//! Leaves measuring, the table and the floors to the benchmarks of antom-signing.

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;

/// Counts first: they do not depend on the machine. All features, so that both backends are measured.
const BENCH: [&str; 8] =
    ["bench", "--package", "antom-signing", "--all-features", "--bench", "allocations", "--bench", "speed"];

/// Runs the benchmarks; with `--gate` a figure on the wrong side of its limit fails.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    let arguments = arguments(flags);
    let passed = process::succeeds(&mut process::cargo(&workspace.root, &arguments))?;
    Ok(if passed { 0 } else { FAILED })
}

/// `--no-fail-fast`: a count above its limit must not hide the ratios.
fn arguments(flags: &[String]) -> Vec<&str> {
    let mut arguments = BENCH.to_vec();
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
        let words = arguments(&flags);
        let border = words.iter().position(|word| *word == "--").unwrap();
        assert_eq!(words.get(border + 1..), Some(&["--gate"][..]));
        assert_eq!(arguments(&[]).last(), Some(&"--"));
    }
}
