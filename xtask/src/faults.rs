//! `cargo xtask faults`: builds the programs and hands over to the drills on real processes.
//! Leaves what is broken, what must hold and the exit code to the program `faults` of antom-tests.

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;
use std::process::Command;

/// The program that runs the drills.
const PROGRAM: &str = "faults";

/// Builds every binary with the one feature set of the workspace, then runs the drills with the same options.
pub(crate) fn run(options: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    let build = ["build", "--workspace", "--all-features", "--bins"];
    if !process::succeeds(&mut process::cargo(&workspace.root, &build))? {
        return Ok(FAILED);
    }
    process::hand_over(program(&workspace)?.args(options))
}

/// The built drills, started in the workspace root.
pub(crate) fn program(workspace: &Workspace) -> Result<Command, String> {
    workspace.program(PROGRAM)
}
