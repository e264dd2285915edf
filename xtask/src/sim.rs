//! `cargo xtask sim`: builds the simulation in the release profile and hands over to it.
//! Leaves its options, what it prints and its exit code to the program of antom-simulation.

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;

/// The quick profile, which CI runs too.
const QUICK: [&str; 2] = ["--profile", "quick"];

/// Runs the simulation with these options; without any, the quick profile.
pub(crate) fn run(options: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    let options: Vec<&str> =
        if options.is_empty() { QUICK.to_vec() } else { options.iter().map(String::as_str).collect() };
    let mut command = process::cargo(&workspace.root, &arguments(&options));
    Ok(if process::succeeds(&mut command)? { 0 } else { FAILED })
}

/// What cargo is asked for.
pub(crate) fn arguments<'a>(options: &[&'a str]) -> Vec<&'a str> {
    let mut arguments =
        vec!["run", "--quiet", "--release", "--package", "antom-simulation", "--bin", "simulation", "--"];
    arguments.extend(options);
    arguments
}
