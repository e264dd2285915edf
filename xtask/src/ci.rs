//! `cargo xtask ci`: every step that a change must pass, all of them even after a failure.
//! Leaves the counting and the table to `summary`, and what the single checks mean to their own files.

mod summary;

use crate::process;
use crate::report::{Report, counted};
use crate::workspace::Workspace;
use crate::{FAILED, browser, demo, faults, features, layers, requirements, sim, tables, tidy};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use summary::{Counts, Finished, Outcome};

/// The variable that tells tests where to append one line for each part that the machine lacks.
const SKIP_FILE: &str = "ANTOM_SKIP_FILE";

/// What the steps share.
struct Run {
    workspace: Workspace,
    skip_file: PathBuf,
}

/// One step: its name in the table and its work.
struct Step {
    name: &'static str,
    work: fn(&Run) -> Result<Outcome, String>,
}

/// More stories than that fail by no mood of the browser.
const MOST_TOLD_AGAIN: usize = 3;

/// In this order a failure shows early, and what a later step needs is built by an earlier one:
/// tests start the real binaries, and the demonstration runs last because it needs all of them.
const STEPS: [Step; 16] = [
    Step { name: "fmt", work: |run| cargo(run, &["fmt", "--all", "--check"]) },
    Step { name: "clippy", work: clippy },
    Step {
        name: "build",
        work: |run| cargo(run, &["build", "--workspace", "--all-targets", "--all-features"]),
    },
    Step { name: "tests", work: tests },
    Step { name: "doc tests", work: doc_tests },
    Step { name: "rustdoc", work: rustdoc },
    Step { name: "features", work: |run| Ok(Outcome::plain(features::check(&run.workspace)?)) },
    Step { name: "layers", work: |run| told("layers", layers::check(&run.workspace)?) },
    Step { name: "tables", work: |run| told("tables", tables::check(&run.workspace)?) },
    Step { name: "requirements", work: |run| told("requirements", requirements::check(&run.workspace)?) },
    Step { name: "tidy", work: |run| told("tidy", tidy::check(&run.workspace)?) },
    Step { name: "simulation", work: |run| cargo(run, &sim::arguments(&["--profile", "quick"])) },
    Step { name: "same trace", work: |run| Ok(Outcome::plain(sim::has_same_trace(&run.workspace)?)) },
    Step { name: "faults", work: drills },
    Step { name: "browser", work: pages },
    Step { name: "demo", work: demonstration },
];

/// Runs all steps; with `--strict` a skipped part fails like a step.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let strict = flags.iter().any(|flag| flag == "--strict");
    let workspace = Workspace::load()?;
    let run = Run { skip_file: fresh_skip_file(&workspace.target)?, workspace };
    let finished: Vec<Finished> = STEPS.iter().map(|step| finish(step, &run)).collect();
    let skipped = read_skips(&run.skip_file)?;
    let total = summary::total(&finished, &skipped, strict);
    println!("\n{}", summary::table(&finished, &skipped, strict));
    println!("{total}");
    Ok(if total.failed == 0 { 0 } else { FAILED })
}

fn finish(step: &Step, run: &Run) -> Finished {
    println!("\n== {}", step.name);
    let (result, took) = timed(|| (step.work)(run));
    let outcome = result.unwrap_or_else(|trouble| {
        println!("{trouble}");
        Outcome::failed(trouble.lines().next().unwrap_or_default())
    });
    Finished { name: step.name, outcome, took }
}

#[expect(clippy::disallowed_methods, reason = "the summary shows how long each step took on this machine")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn cargo(run: &Run, arguments: &[&str]) -> Result<Outcome, String> {
    Ok(Outcome::plain(process::succeeds(&mut process::cargo(&run.workspace.root, arguments))?))
}

fn clippy(run: &Run) -> Result<Outcome, String> {
    cargo(run, &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
}

fn rustdoc(run: &Run) -> Result<Outcome, String> {
    let arguments = ["doc", "--no-deps", "--workspace", "--all-features"];
    let mut command = process::cargo(&run.workspace.root, &arguments);
    Ok(Outcome::plain(process::succeeds(command.env("RUSTDOCFLAGS", "-D warnings"))?))
}

fn tests(run: &Run) -> Result<Outcome, String> {
    if process::has_nextest(&run.workspace.root) {
        let arguments = ["nextest", "run", "--workspace", "--all-features", "--no-fail-fast"];
        return counting(run, &arguments, summary::nextest);
    }
    let arguments = [
        "test",
        "--workspace",
        "--all-features",
        "--lib",
        "--bins",
        "--tests",
        "--examples",
        "--no-fail-fast",
    ];
    counting(run, &arguments, summary::libtest)
}

fn doc_tests(run: &Run) -> Result<Outcome, String> {
    counting(run, &["test", "--doc", "--workspace", "--all-features", "--no-fail-fast"], summary::libtest)
}

/// Runs a test runner and believes both its exit code and its own summary; a missing summary is a failure.
fn counting(run: &Run, arguments: &[&str], count: fn(&str) -> Option<Counts>) -> Result<Outcome, String> {
    let mut command = process::cargo(&run.workspace.root, arguments);
    command.env(SKIP_FILE, &run.skip_file).env("CARGO_TERM_COLOR", "never");
    let watched = process::watched(&mut command)?;
    Ok(Outcome::counted(watched.succeeded, count(&watched.text)))
}

/// The build step has made the program; building here again with fewer targets could compile crates anew.
fn demonstration(run: &Run) -> Result<Outcome, String> {
    let mut command = demo::program(&run.workspace)?;
    command.arg("--headless").env(SKIP_FILE, &run.skip_file);
    Ok(Outcome::plain(process::succeeds(&mut command)?))
}

fn drills(run: &Run) -> Result<Outcome, String> {
    let mut command = faults::program(&run.workspace)?;
    command.env(SKIP_FILE, &run.skip_file);
    Ok(Outcome::plain(process::succeeds(&mut command)?))
}

/// The build step has made the programs. A browser has moods: a few stories that fail are told once more, alone, and have
/// failed if they fail again. The summary names them.
fn pages(run: &Run) -> Result<Outcome, String> {
    let mut suites = match browser::suites(&run.workspace, &[])? {
        Ok(suites) => suites,
        Err(reason) => {
            add_skip(&run.skip_file, &format!("browser: {reason}"))?;
            return Ok(Outcome { note: "SKIPPED".to_owned(), ..Outcome::plain(true) });
        }
    };
    let first = process::watched(&mut suites)?;
    let failed = summary::failed_stories(&first.text);
    let outcome = Outcome::counted(first.succeeded, summary::node(&first.text));
    if outcome.passed || failed.is_empty() || failed.len() > MOST_TOLD_AGAIN {
        return Ok(outcome);
    }
    let mut again = browser::suites(&run.workspace, &failed)??;
    let second = process::watched(&mut again)?;
    let told = Outcome::counted(second.succeeded, summary::node(&second.text));
    // A name that leads to no story has not passed.
    let all_ran = usize::try_from(told.counts.passed).is_ok_and(|passed| passed >= failed.len());
    Ok(if told.passed && all_ran { outcome.at_the_second_try(&failed) } else { outcome })
}

fn told(name: &str, report: Report) -> Result<Outcome, String> {
    report.print(name);
    let note = if report.is_clean() { String::new() } else { counted(report.findings.len(), "finding") };
    Ok(Outcome { note, ..Outcome::plain(report.is_clean()) })
}

fn fresh_skip_file(target: &Path) -> Result<PathBuf, String> {
    let path = target.join("xtask-skipped.txt");
    fs::create_dir_all(target)
        .and_then(|()| fs::write(&path, ""))
        .map_err(|source| format!("{}: {source}", path.display()))?;
    Ok(path)
}

fn add_skip(path: &Path, reason: &str) -> Result<(), String> {
    let file = fs::OpenOptions::new().append(true).open(path);
    file.and_then(|mut file| writeln!(file, "{reason}"))
        .map_err(|source| format!("{}: {source}", path.display()))
}

fn read_skips(path: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(path).map_err(|source| format!("{}: {source}", path.display()))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_cannot_even_start_is_a_failure_with_its_reason() {
        let step = Step { name: "broken", work: |_| Err("no such program\nmore".to_owned()) };
        let nowhere = PathBuf::from("nowhere");
        let workspace = Workspace { root: nowhere.clone(), target: nowhere.clone(), packages: Vec::new() };
        let finished = finish(&step, &Run { workspace, skip_file: nowhere });
        assert!(!finished.outcome.passed);
        assert_eq!(finished.outcome.note, "no such program");
    }

    #[test]
    fn binaries_are_built_before_the_tests_that_start_them() {
        let place = |name| STEPS.iter().position(|step| step.name == name).unwrap();
        assert!(place("build") < place("tests"));
        assert!(place("build") < place("demo"));
        assert!(place("build") < place("faults"));
        assert!(place("build") < place("browser"));
    }

    #[test]
    fn a_finding_fails_the_step_and_is_counted_in_its_note() {
        let report = Report { findings: vec!["a".to_owned(), "b".to_owned()], notes: Vec::new() };
        let outcome = told("tidy", report).unwrap();
        assert!(!outcome.passed);
        assert_eq!(outcome.note, "2 findings");
    }
}
