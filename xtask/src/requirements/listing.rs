//! Asks the test runner which tests it would run.
//! Leaves the choice of runner to `process`; an ignored test is not run and so is not listed.

use crate::process;
use crate::workspace::Workspace;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Every test that runs: package and the function's own name.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Package name, where the runner tells it, and function name.
    tests: BTreeSet<(Option<String>, String)>,
}

impl Listing {
    /// Whether the package has a running test whose function has this name.
    pub(super) fn runs(&self, package: &str, function: &str) -> bool {
        [Some(package.to_owned()), None]
            .into_iter()
            .any(|owner| self.tests.contains(&(owner, function.to_owned())))
    }

    fn add(&mut self, package: Option<&str>, test: &str) {
        let function = test.rsplit("::").next().unwrap_or(test);
        self.tests.insert((package.map(str::to_owned), function.to_owned()));
    }

    #[cfg(test)]
    pub(super) fn of(tests: &[(&str, &str)]) -> Self {
        let mut listing = Self::default();
        tests.iter().for_each(|(package, test)| listing.add(Some(package), test));
        listing
    }
}

/// Lists with the feature set of every other build, so that nothing is compiled for this alone.
pub(super) fn load(workspace: &Workspace) -> Result<Listing, String> {
    let root: &Path = &workspace.root;
    if process::has_nextest(root) {
        let arguments = ["nextest", "list", "--workspace", "--all-features", "--message-format", "json"];
        return nextest(&process::output(&mut process::cargo(root, &arguments))?);
    }
    let arguments =
        ["test", "--workspace", "--all-features", "--lib", "--bins", "--tests", "--examples", "--", "--list"];
    Ok(libtest(&process::output(&mut process::cargo(root, &arguments))?))
}

fn nextest(json: &str) -> Result<Listing, String> {
    let list: Value = serde_json::from_str(json).map_err(|source| format!("cargo nextest list: {source}"))?;
    let suites =
        list.get("rust-suites").and_then(Value::as_object).ok_or("cargo nextest list has no suites")?;
    let mut listing = Listing::default();
    for suite in suites.values() {
        let package = suite.get("package-name").and_then(Value::as_str);
        for (test, case) in suite.get("testcases").and_then(Value::as_object).into_iter().flatten() {
            if case.get("ignored").and_then(Value::as_bool) == Some(false) {
                listing.add(package, test);
            }
        }
    }
    Ok(listing)
}

/// Plain `cargo test` prints `path::of::test: test` and does not say for which package.
fn libtest(output: &str) -> Listing {
    let mut listing = Listing::default();
    output.lines().filter_map(|line| line.strip_suffix(": test")).for_each(|test| listing.add(None, test));
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_tells_the_package_and_what_is_ignored() {
        let json = r#"{"rust-suites":{"antom-core":{"package-name":"antom-core","testcases":{
            "money::tests::adds":{"ignored":false},"money::tests::later":{"ignored":true}}}}}"#;
        let listing = nextest(json).unwrap();
        assert!(listing.runs("antom-core", "adds"));
        assert!(!listing.runs("antom-core", "later"));
        assert!(!listing.runs("antom-domain", "adds"));
    }

    #[test]
    fn an_unreadable_list_is_an_error_and_not_an_empty_one() {
        assert!(nextest("{}").is_err());
        assert!(nextest("").is_err());
    }

    #[test]
    fn plain_cargo_test_counts_for_every_package() {
        let listing = libtest("money::tests::adds: test\nbench_me: benchmark\n\n1 test, 1 benchmark\n");
        assert!(listing.runs("antom-core", "adds"));
        assert!(!listing.runs("antom-core", "bench_me"));
    }
}
