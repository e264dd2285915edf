//! Counts what really ran, from the runners' own summaries, and lays out the table at the end of `ci`.
//! Leaves running to the parent; everything here is text in, text out.

use crate::report::counted;
use std::fmt;
use std::time::Duration;

/// Tests of one step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Ran and passed.
    pub(super) passed: u64,
    /// Ran and did not pass, for whatever reason.
    pub(super) failed: u64,
    /// Known to the runner and not run.
    pub(super) ignored: u64,
}

/// What came out of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Whether the step as a whole passed.
    pub(super) passed: bool,
    /// The tests in it, where it ran any.
    pub(super) counts: Counts,
    /// Shown in the last column.
    pub(super) note: String,
}

impl Outcome {
    pub(super) fn plain(passed: bool) -> Self {
        Self { passed, counts: Counts::default(), note: String::new() }
    }

    pub(super) fn failed(reason: &str) -> Self {
        Self { note: reason.to_owned(), ..Self::plain(false) }
    }

    /// A runner that says nothing of its tests, or says that some failed, cannot have passed.
    pub(super) fn counted(succeeded: bool, counts: Option<Counts>) -> Self {
        let Some(counts) = counts else {
            return Self::failed("the runner printed no summary");
        };
        Self { passed: succeeded && counts.failed == 0, counts, note: counts.to_string() }
    }

    /// What failed has passed alone; the note says what that was.
    pub(super) fn at_the_second_try(self, names: &[String]) -> Self {
        let Counts { passed, failed, ignored } = self.counts;
        let counts = Counts { passed: passed.saturating_add(failed), failed: 0, ignored };
        Self { passed: true, counts, note: format!("{counts}; at the second try: {}", names.join("; ")) }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, ", {} not run", self.ignored)?;
        }
        Ok(())
    }
}

/// A step with its outcome and its time.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// The closing line: tests and steps together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Adds up. A skipped part is neither passed nor failed, unless it must not be missing.
pub(super) fn total(finished: &[Finished], skipped: &[String], strict: bool) -> Total {
    let start = Total { passed: 0, failed: if strict { length(skipped) } else { 0 } };
    finished.iter().map(|step| &step.outcome).fold(start, |sum, outcome| Total {
        passed: sum.passed + outcome.counts.passed + u64::from(outcome.passed),
        failed: sum.failed + outcome.counts.failed + u64::from(!outcome.passed),
    })
}

fn length(lines: &[String]) -> u64 {
    u64::try_from(lines.len()).unwrap_or(u64::MAX)
}

/// One row for each step, then the skipped parts.
pub(super) fn table(finished: &[Finished], skipped: &[String], strict: bool) -> String {
    let mut text = format!("{:<14} {:<7} {:>8}  {}\n", "step", "result", "time", "note");
    for step in finished {
        let result = if step.outcome.passed { "ok" } else { "FAILED" };
        let row = format!("{:<14} {result:<7} {:>8}  {}", step.name, seconds(step.took), step.outcome.note);
        text.push_str(row.trim_end());
        text.push('\n');
    }
    let took = finished.iter().map(|step| step.took).sum();
    text.push_str(&format!("{:<14} {:<7} {:>8}\n", counted(finished.len(), "step"), "", seconds(took)));
    let verdict = if strict { " (a failure in strict form)" } else { "" };
    for part in skipped {
        text.push_str(&format!("SKIPPED {part}{verdict}\n"));
    }
    text
}

fn seconds(took: Duration) -> String {
    format!("{}.{} s", took.as_secs(), took.subsec_millis() / 100)
}

/// Reads nextest's line `Summary [   1.2s] 3 tests run: 2 passed (1 slow), 1 failed, 0 skipped`.
///
/// Every word but `passed` and `skipped` counts as failed, so that a new kind of failure is never lost.
pub(super) fn nextest(output: &str) -> Option<Counts> {
    let line = output.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, results) = line.split_once(" run: ")?;
    let mut counts = Counts::default();
    for part in without_brackets(results).split(',') {
        let (number, word) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match word.trim() {
            "passed" => counts.passed += number,
            "skipped" => counts.ignored += number,
            _ => counts.failed += number,
        }
    }
    Some(counts)
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Adds up the lines `test result: ok. 3 passed; 0 failed; 1 ignored; ...` of every test program.
pub(super) fn libtest(output: &str) -> Option<Counts> {
    let results = output.lines().filter_map(|line| line.trim_start().strip_prefix("test result: "));
    let parsed: Vec<Counts> = results.map(libtest_line).collect::<Option<_>>()?;
    if parsed.is_empty() {
        return None;
    }
    Some(parsed.into_iter().fold(Counts::default(), |sum, one| Counts {
        passed: sum.passed + one.passed,
        failed: sum.failed + one.failed,
        ignored: sum.ignored + one.ignored,
    }))
}

fn libtest_line(result: &str) -> Option<Counts> {
    let (_, numbers) = result.split_once(". ")?;
    let number = |word: &str| {
        let part = numbers.split(';').find_map(|part| part.trim().strip_suffix(word))?;
        part.trim().parse().ok()
    };
    Some(Counts { passed: number("passed")?, failed: number("failed")?, ignored: number("ignored")? })
}

/// Reads the last lines `pass 18`, `fail 0`, ... of node's test runner, each behind a sign.
///
/// What is cancelled has failed; `skipped` and `todo` did not run.
pub(super) fn node(output: &str) -> Option<Counts> {
    let number = |word: &str| {
        let of_line = |line: &str| {
            let (name, number) = line.split_once(' ')?.1.split_once(' ')?;
            (name == word).then(|| number.trim().parse().ok()).flatten()
        };
        output.lines().rev().find_map(of_line)
    };
    Some(Counts {
        passed: number("pass")?,
        failed: number("fail")? + number("cancelled")?,
        ignored: number("skipped")? + number("todo")?,
    })
}

/// The names under `failing tests:`, without the time that each took.
pub(super) fn failed_stories(output: &str) -> Vec<String> {
    let lines = output.lines().skip_while(|line| !line.ends_with("failing tests:")).skip(1);
    lines.filter_map(|line| Some(line.strip_prefix("\u{2716} ")?.rsplit_once(" (")?.0.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, ignored: u64) -> Option<Counts> {
        Some(Counts { passed, failed, ignored })
    }

    fn step(name: &'static str, outcome: Outcome) -> Finished {
        Finished { name, outcome, took: Duration::from_millis(1250) }
    }

    #[test]
    fn a_clean_run_of_nextest_is_counted() {
        let text = "    PASS [ 0.01s] a b\n     Summary [   0.034s] 1 test run: 1 passed, 2 skipped\n";
        assert_eq!(nextest(text), counts(1, 0, 2));
    }

    #[test]
    fn every_way_to_fail_in_nextest_counts_as_failed() {
        let text = "Summary [   9.000s] 8/9 tests run: 4 passed (1 slow, 1 flaky), 2 failed (1 due to being leaky), \
                    1 exec failed, 1 timed out, 0 skipped";
        assert_eq!(nextest(text), counts(4, 4, 0));
    }

    #[test]
    fn nextest_without_a_summary_counts_nothing() {
        assert_eq!(nextest("error: could not compile"), None);
        assert_eq!(nextest("Summary [ 1s] 1 test run: what"), None);
    }

    #[test]
    fn the_results_of_several_test_programs_are_added() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(libtest(text), counts(4, 2, 1));
        assert_eq!(libtest("running 3 tests"), None);
    }

    #[test]
    fn the_last_summary_of_node_counts() {
        let text = "\u{2714} a card pays (3.5ms)\n\u{2139} tests 21\n\u{2139} pass 17\n\u{2139} fail 2\n\u{2139} cancelled 1\n\
                    \u{2139} skipped 0\n\u{2139} todo 1\n\u{2716} failing tests:\n";
        assert_eq!(node(text), counts(17, 3, 1));
        assert_eq!(node("\u{2139} pass 17\n"), None);
        assert_eq!(node("Error: no such file"), None);
    }

    #[test]
    fn stories_that_failed_are_named_and_may_pass_at_the_second_try() {
        let text = "  \u{2716} a card pays (3.5ms)\n\u{2139} pass 17\n\u{2139} fail 1\n\u{2139} cancelled 0\n\u{2139} skipped 0\n\
                    \u{2139} todo 0\n\n\u{2716} failing tests:\n\ntest at stories.mjs:66:71\n\u{2716} a card (any) pays (3.5ms)\n  why\n";
        let names = failed_stories(text);
        assert_eq!(names, ["a card (any) pays"]);
        assert_eq!(failed_stories("\u{2716} a card pays (3.5ms)\n"), [""; 0]);
        let outcome = Outcome::counted(false, node(text)).at_the_second_try(&names);
        assert_eq!((outcome.passed, outcome.counts), (true, Counts { passed: 18, failed: 0, ignored: 0 }));
        assert_eq!(outcome.note, "18 passed, 0 failed; at the second try: a card (any) pays");
    }

    #[test]
    fn a_runner_without_a_summary_has_failed_even_with_exit_code_zero() {
        assert!(!Outcome::counted(true, None).passed);
        assert!(!Outcome::counted(true, counts(1, 1, 0)).passed);
        assert!(!Outcome::counted(false, counts(1, 0, 0)).passed);
        assert!(Outcome::counted(true, counts(1, 0, 0)).passed);
    }

    #[test]
    fn the_closing_line_counts_tests_and_steps() {
        let finished =
            [step("fmt", Outcome::plain(true)), step("tests", Outcome::counted(false, counts(5, 2, 0)))];
        assert_eq!(total(&finished, &[], false).to_string(), "6 passed, 3 failed");
    }

    #[test]
    fn a_skipped_part_fails_only_in_strict_form_and_is_always_shown() {
        let finished = [step("fmt", Outcome::plain(true))];
        let skipped = ["postgres: no server".to_owned()];
        assert_eq!(total(&finished, &skipped, false), Total { passed: 1, failed: 0 });
        assert_eq!(total(&finished, &skipped, true), Total { passed: 1, failed: 1 });
        assert!(table(&finished, &skipped, false).contains("SKIPPED postgres: no server"));
    }

    #[test]
    fn the_table_shows_each_step_with_result_time_and_note() {
        let text = table(&[step("tests", Outcome::failed("no summary"))], &[], false);
        let row = text.lines().nth(1).unwrap();
        assert_eq!(row, "tests          FAILED     1.2 s  no summary");
    }
}
