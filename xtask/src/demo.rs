//! `cargo xtask demo`: builds the programs and hands over to the demonstration.
//! Leaves everything that the demonstration does, and its exit code, to the program `demo` of antom-tests.

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;
use std::process::Command;

/// Builds every binary with the one feature set of the workspace, then runs `demo` with the same flags.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    let build = ["build", "--workspace", "--all-features", "--bins"];
    if !process::succeeds(&mut process::cargo(&workspace.root, &build))? {
        return Ok(FAILED);
    }
    process::hand_over(program(&workspace)?.args(flags))
}

/// The built demonstration, started in the workspace root.
pub(crate) fn program(workspace: &Workspace) -> Result<Command, String> {
    workspace.program("demo")
}
