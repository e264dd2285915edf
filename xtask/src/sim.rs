//! `cargo xtask sim`: builds the simulation in its own, fastest profile and hands over to it; and whether a debug build of it
//! does the same.
//! Leaves its options, what it prints and its exit code to the program of antom-simulation.

use std::path::Path;
use std::process::Command;

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;

/// The quick profile, which CI runs too.
const QUICK: [&str; 2] = ["--profile", "quick"];
/// Compares the builds instead.
const SAME_TRACE: &str = "--same-trace";
/// What both builds simulate: about 200 seeds.
const COMPARED: [&str; 2] = ["--orders", "280"];
/// What stands before the hash over everything that happened.
const HASH_FOLLOWS: &str = "trace hash ";

/// Runs the simulation with these options; without any, the quick profile.
pub(crate) fn run(options: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    if options.iter().any(|option| option == SAME_TRACE) {
        return Ok(if has_same_trace(&workspace)? { 0 } else { FAILED });
    }
    let options: Vec<&str> =
        if options.is_empty() { QUICK.to_vec() } else { options.iter().map(String::as_str).collect() };
    let mut command = process::cargo(&workspace.root, &arguments(&options));
    Ok(if process::succeeds(&mut command)? { 0 } else { FAILED })
}

/// What cargo is asked for.
pub(crate) fn arguments<'a>(options: &[&'a str]) -> Vec<&'a str> {
    let program = ["--package", "antom-simulation", "--bin", "simulation", "--"];
    ["run", "--quiet", "--profile", "simulation"]
        .into_iter()
        .chain(program)
        .chain(options.iter().copied())
        .collect()
}

/// Whether the same seeds take the same course in a debug and in a release build.
pub(crate) fn has_same_trace(workspace: &Workspace) -> Result<bool, String> {
    // As the build step of CI builds it, so that nothing is compiled anew there.
    let build = ["build", "--quiet", "--workspace", "--all-features", "--bin", "simulation"];
    process::output(&mut process::cargo(&workspace.root, &build))?;
    let debug = process::output(&mut debug_build(&workspace.target))?;
    let release = process::output(&mut process::cargo(&workspace.root, &arguments(&COMPARED)))?;
    let (debug, release) = (hash(&debug)?, hash(&release)?);
    println!("trace hash over the same seeds: debug {debug}, release {release}");
    Ok(debug == release)
}

fn debug_build(target: &Path) -> Command {
    let mut command =
        Command::new(target.join("debug").join(format!("simulation{}", std::env::consts::EXE_SUFFIX)));
    command.args(COMPARED);
    command
}

/// The hash in what the simulation prints.
fn hash(text: &str) -> Result<&str, String> {
    let found = text.split_once(HASH_FOLLOWS).and_then(|(_, rest)| rest.split([',', '\n']).next());
    found.filter(|hash| !hash.is_empty()).ok_or_else(|| format!("no trace hash in {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_read_from_the_line_of_a_campaign() {
        let line = "280 orders in 200 seeds, 0 seeds with violations, trace hash 00ff12, 5 ms on 2 threads";
        assert_eq!(hash(line), Ok("00ff12"));
        assert!(hash("nothing of the kind").is_err(), "a missing hash is never an equal one");
    }
}
