//! Starts other programs: plainly, captured, or captured while the reader still sees every line.
//! Leaves the judging of what they print to the caller.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// A finished program whose output was both shown and kept.
#[derive(Debug)]
pub(crate) struct Watched {
    /// Whether it ended with exit code 0.
    pub(crate) succeeded: bool,
    /// Its standard output, then its standard error.
    pub(crate) text: String,
}

/// `cargo` in the workspace root, with the environment that a plain shell would give it.
///
/// `cargo run` tells this program about its own package through variables. Some build scripts watch
/// exactly those, and would build their crates anew for each change between shell and xtask.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(describes_running_package) {
            command.env_remove(name);
        }
    }
    command
}

fn describes_running_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| variable.starts_with(start))
        || matches!(variable, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
}

/// Becomes the program, so that Ctrl-C and SIGTERM reach it directly and it can stop what it started.
#[cfg(unix)]
pub(crate) fn hand_over(command: &mut Command) -> Result<u8, String> {
    use std::os::unix::process::CommandExt;
    let trouble = command.exec();
    Err(cannot_start(command, &trouble))
}

#[cfg(not(unix))]
pub(crate) fn hand_over(command: &mut Command) -> Result<u8, String> {
    let status = command.status().map_err(|source| cannot_start(command, &source))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(crate::FAILED))
}

/// Runs to the end with the streams of this program; tells whether the exit code was 0.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, String> {
    command.status().map(|status| status.success()).map_err(|source| cannot_start(command, &source))
}

/// Runs to the end and answers standard output; an exit code other than 0 is an error that shows standard error.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let done = command.stdin(Stdio::null()).output().map_err(|source| cannot_start(command, &source))?;
    if done.status.success() {
        return String::from_utf8(done.stdout)
            .map_err(|_| format!("{command:?} printed bytes that are not UTF-8"));
    }
    Err(format!(
        "{command:?} ended with {}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stderr).trim_end()
    ))
}

/// Whether the faster test runner is installed; `cargo test` stands in where it is not.
pub(crate) fn has_nextest(root: &Path) -> bool {
    output(&mut cargo(root, &["nextest", "--version"])).is_ok()
}

/// Runs to the end, passing every line on as it comes and keeping it.
pub(crate) fn watched(command: &mut Command) -> Result<Watched, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| cannot_start(command, &source))?;
    let stdout = child.stdout.take().map(|pipe| thread::spawn(|| relay(pipe, std::io::stdout())));
    let stderr = child.stderr.take().map(|pipe| thread::spawn(|| relay(pipe, std::io::stderr())));
    let status = child.wait().map_err(|source| cannot_start(command, &source))?;
    let text =
        [stdout, stderr].into_iter().flatten().map(|reader| reader.join().unwrap_or_default()).collect();
    Ok(Watched { succeeded: status.success(), text })
}

fn relay(pipe: impl Read, mut seen: impl Write) -> String {
    let mut kept = String::new();
    let mut line = Vec::new();
    let mut pipe = BufReader::new(pipe);
    while pipe.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        // A reader that closed its end must not stop the program that is being watched.
        let _ = seen.write_all(&line).and_then(|()| seen.flush());
        kept.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    kept
}

fn cannot_start(command: &Command, source: &std::io::Error) -> String {
    format!("cannot run {:?}: {source}", command.get_program())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relayed_stream_is_passed_on_and_kept_whole() {
        let mut seen = Vec::new();
        assert_eq!(relay(&b"one\ntwo"[..], &mut seen), "one\ntwo");
        assert_eq!(seen, b"one\ntwo");
    }

    #[test]
    fn only_what_describes_the_running_package_is_hidden_from_cargo() {
        assert!(describes_running_package("CARGO_PKG_VERSION"));
        assert!(describes_running_package("CARGO_MANIFEST_DIR"));
        assert!(!describes_running_package("CARGO_TARGET_DIR"));
        assert!(!describes_running_package("CARGO_HOME"));
    }

    #[test]
    fn a_program_that_does_not_exist_is_an_error_with_its_name() {
        let trouble = succeeds(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(trouble.contains("no-such-program-here"));
    }
}
