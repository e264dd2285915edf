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
    hand_over(program(&workspace)?.args(flags))
}

/// The built demonstration, started in the workspace root.
pub(crate) fn program(workspace: &Workspace) -> Result<Command, String> {
    let path = workspace.built("demo");
    if !path.is_file() {
        return Err(format!("{} is missing: antom-tests has no binary `demo`", path.display()));
    }
    let mut command = Command::new(path);
    command.current_dir(&workspace.root);
    Ok(command)
}

/// Becomes the program, so that Ctrl-C and SIGTERM reach it directly and it can stop what it started.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> Result<u8, String> {
    use std::os::unix::process::CommandExt;
    let trouble = command.exec();
    Err(format!("cannot run {:?}: {trouble}", command.get_program()))
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> Result<u8, String> {
    let status =
        command.status().map_err(|source| format!("cannot run {:?}: {source}", command.get_program()))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_demonstration_is_told_by_name() {
        let nowhere = std::path::PathBuf::from("nowhere");
        let workspace = Workspace { root: nowhere.clone(), target: nowhere, packages: Vec::new() };
        assert!(program(&workspace).unwrap_err().contains("`demo`"));
    }
}
