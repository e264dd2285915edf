//! `cargo xtask browser`: all pages and the web SDK in a real browser, against a freshly built simulator and service.
//! Leaves the stories to the suites in `tests/browser`; node, npm and chromium are the machine's.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::FAILED;
use crate::process;
use crate::workspace::Workspace;

/// Names under which systems install the browser; ANTOM_CHROMIUM goes before all of them.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Its test runner knows the flags below.
const OLDEST_NODE: u32 = 20;
/// No suite takes longer; one that hangs is ended and has failed.
const SUITE_WITHIN_MS: u32 = 600_000;

/// Runs all suites; what the machine lacks is told as SKIPPED, and fails with `--strict`.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let strict = flags.iter().any(|flag| flag == "--strict");
    let workspace = Workspace::load()?;
    // Nothing is built where nothing can run.
    if let Err(reason) = missing() {
        return Ok(skipped(&reason, strict));
    }
    let build = ["build", "--workspace", "--all-features", "--bin", "antom-simulator", "--bin", "antom"];
    if !process::succeeds(&mut process::cargo(&workspace.root, &build))? {
        return Ok(FAILED);
    }
    match suites(&workspace, &[])? {
        Ok(mut suites) => Ok(if process::succeeds(&mut suites)? { 0 } else { FAILED }),
        Err(reason) => Ok(skipped(&reason, strict)),
    }
}

/// What runs all suites with the programs that are built already, or what the machine lacks for it; of the suites only the
/// stories of these names, where there are any.
pub(crate) fn suites(workspace: &Workspace, only: &[String]) -> Result<Result<Command, String>, String> {
    let folder = workspace.root.join("tests/browser");
    let browser = match missing() {
        Ok(browser) => browser,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut fetch = Command::new("npm");
    fetch.args(["ci", "--prefer-offline", "--no-fund", "--no-audit"]).current_dir(&folder);
    if !process::succeeds(&mut fetch)? {
        return Ok(
            Err("npm cannot fetch the packages that tests/browser/package-lock.json names".to_owned()),
        );
    }
    let mut suites = Command::new("node");
    let limit = format!("--test-timeout={SUITE_WITHIN_MS}");
    // Each suite starts a browser and programs of its own, which mostly wait.
    let at_once = if only.is_empty() { "--test-concurrency=2" } else { "--test-concurrency=1" };
    suites
        .args(["--test", "--test-reporter=spec", at_once, &limit])
        .args(only.iter().map(|name| format!("--test-name-pattern=^{}$", literal(name))))
        .arg("suites/")
        .current_dir(&folder)
        .env("ANTOM_SIMULATOR", workspace.built("antom-simulator"))
        .env("ANTOM_SERVICE", workspace.built("antom"))
        .env("ANTOM_PICTURES", workspace.root.join("target/pictures"))
        .env("ANTOM_CHROMIUM", browser);
    Ok(Ok(suites))
}

/// The browser, or what keeps the suites from running.
fn missing() -> Result<PathBuf, String> {
    for program in ["node", "npm"] {
        if on_path(program).is_none() {
            return Err(format!("{program} is not installed"));
        }
    }
    let version = process::output(Command::new("node").arg("--version"))?;
    if major(&version).is_none_or(|major| major < OLDEST_NODE) {
        return Err(format!("node is {}, older than {OLDEST_NODE}", version.trim()));
    }
    let named = env::var_os("ANTOM_CHROMIUM").map(PathBuf::from);
    named
        .or_else(|| BROWSERS.iter().find_map(|name| on_path(name)))
        .ok_or_else(|| "no chromium: install it, or name it with ANTOM_CHROMIUM".to_owned())
}

/// A pattern that means these letters.
fn literal(name: &str) -> String {
    name.chars().fold(String::new(), |mut pattern, letter| {
        if letter.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(letter);
        pattern
    })
}

/// The first number of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn skipped(reason: &str, strict: bool) -> u8 {
    println!("SKIPPED: browser: {reason}");
    if strict { FAILED } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_no_failure_unless_it_is_asked_to_be() {
        assert_eq!(skipped("no chromium", false), 0);
        assert_eq!(skipped("no chromium", true), FAILED);
    }

    #[test]
    fn a_name_is_a_pattern_for_itself_alone() {
        assert_eq!(literal("it's 3-D (a.b)"), "it\\'s 3\\-D \\(a\\.b\\)");
    }

    #[test]
    fn the_version_of_node_is_read_by_its_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20.20.2"), None);
    }

    #[test]
    fn a_program_is_found_by_its_name_alone() {
        assert!(on_path("cargo").is_some());
        assert!(on_path("no-such-program-here").is_none());
    }
}
