//! `cargo xtask requirements`: which rules of tests/requirements.toml code and tests cite.
//! Leaves reading the list to `catalogue`, finding citations to `citation` and asking the test runner to `listing`.

mod catalogue;
mod citation;
mod coverage;
mod listing;

use crate::report::Report;
use crate::source::SourceFile;
use crate::workspace::{Package, Workspace};
use catalogue::Catalogue;
use citation::{Citation, Kind};
use coverage::Cited;
use listing::Listing;
use std::fs;

/// Where the requirements stand.
const CATALOGUE: &str = "tests/requirements.toml";

/// Checks the workspace and prints the coverage.
pub(crate) fn run(_: &[String]) -> Result<u8, String> {
    Ok(check(&Workspace::load()?)?.print("requirements"))
}

/// Coverage as notes; unknown ids, loose test citations and unproven `done` as findings.
pub(crate) fn check(workspace: &Workspace) -> Result<Report, String> {
    let path = workspace.root.join(CATALOGUE);
    let text = fs::read_to_string(&path).map_err(|source| format!("{}: {source}", path.display()))?;
    let catalogue = catalogue::parse(&text)?;
    let listing = listing::load(workspace)?;
    let files = workspace.text_files()?;
    Ok(judge(&catalogue, &files, &workspace.packages, &listing))
}

fn judge(catalogue: &Catalogue, files: &[SourceFile], packages: &[Package], listing: &Listing) -> Report {
    let mut findings = catalogue.faults.clone();
    let mut notes = Vec::new();
    let mut cited = Cited::default();
    for file in files.iter().filter(|file| file.extension() == "rs") {
        for citation in citation::find(&file.text) {
            let place = format!("{}:{}", file.path, citation.line);
            findings
                .extend(unknown(catalogue, &citation).map(|id| format!("{place}: `{id}` is no requirement")));
            match accept(&citation, &file.path, packages, listing) {
                Verdict::Counts => cited.add(&citation),
                Verdict::Aside => notes.push(format!(
                    "{place}: not counted, since only product code (antom-*/src) can fulfil {}",
                    citation.ids.join(", ")
                )),
                Verdict::Fault(reason) => findings.push(format!("{place}: {reason}")),
            }
        }
    }
    findings.extend(coverage::unproven(catalogue, &cited));
    notes.extend(coverage::table(catalogue, &cited));
    Report { findings, notes }
}

fn unknown<'a>(catalogue: &Catalogue, citation: &'a Citation) -> impl Iterator<Item = &'a String> {
    citation.ids.iter().filter(|id| !catalogue.requirements.contains_key(*id))
}

/// What a citation is worth.
enum Verdict {
    /// It counts for its requirements.
    Counts,
    /// It is true perhaps, but proves nothing: the simulator fulfils no duty of the merchant.
    Aside,
    /// It claims something that is not so.
    Fault(String),
}

fn accept(citation: &Citation, path: &str, packages: &[Package], listing: &Listing) -> Verdict {
    match &citation.kind {
        Kind::Code if path.starts_with("antom-") && path.contains("/src/") => Verdict::Counts,
        Kind::Code => Verdict::Aside,
        Kind::LooseTest => {
            Verdict::Fault("a test citation stands directly above or first inside a test".to_owned())
        }
        Kind::Test { function } => {
            let package = owner(path, packages);
            if listing.runs(package, function) {
                Verdict::Counts
            } else {
                Verdict::Fault(format!("the test runner does not run `{function}` of {package}"))
            }
        }
    }
}

/// The package whose folder holds the file; the longest folder wins, as one package lies inside another.
fn owner<'a>(path: &str, packages: &'a [Package]) -> &'a str {
    let holds =
        |package: &&Package| path.strip_prefix(&package.folder).is_some_and(|rest| rest.starts_with('/'));
    let owner = packages.iter().filter(holds).max_by_key(|package| package.folder.len());
    owner.map_or("no package", |package| package.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[sections.N]\ntitle = \"Notifications\"\ncount = 2\n\
        [requirement.N-1]\nlevel = \"must\"\nstatus = \"open\"\ntext = \"a\"\n\
        [requirement.N-2]\nlevel = \"must\"\nstatus = \"done\"\ntext = \"b\"\n";

    fn judged(files: &[(&str, &str)]) -> Report {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let packages = [
            ("antom-tests", "tests"),
            ("antom-simulator", "tests/simulator"),
            ("antom-domain", "antom-domain"),
        ]
        .map(|(name, folder)| Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: Vec::new(),
            features: Vec::new(),
        });
        let listing = Listing::of(&[("antom-domain", "notify::tests::a_bad_signature_changes_nothing")]);
        judge(&catalogue::parse(LIST).unwrap(), &files, &packages, &listing)
    }

    const CODE: (&str, &str) = ("antom-domain/src/notify.rs", "//= N-2\nfn refuse() {}\n");
    const TEST: (&str, &str) =
        ("antom-domain/src/tests.rs", "//= N-2 test\n#[test]\nfn a_bad_signature_changes_nothing() {}\n");

    #[test]
    fn done_with_code_and_a_listed_test_passes() {
        assert_eq!(judged(&[CODE, TEST]).findings, Vec::<String>::new());
    }

    #[test]
    fn done_without_both_citations_fails() {
        assert_eq!(judged(&[CODE]).findings.len(), 1);
        assert_eq!(judged(&[TEST]).findings.len(), 1);
        assert_eq!(judged(&[]).findings.len(), 1);
    }

    #[test]
    fn an_unknown_id_fails_with_its_place() {
        let report = judged(&[CODE, TEST, ("antom-domain/src/x.rs", "\n//= N-9\nfn f() {}\n")]);
        assert_eq!(report.findings, ["antom-domain/src/x.rs:2: `N-9` is no requirement"]);
    }

    #[test]
    fn a_test_that_the_runner_does_not_list_proves_nothing() {
        let unlisted = ("antom-domain/src/tests.rs", "//= N-2 test\n#[test]\nfn nobody_runs_me() {}\n");
        assert!(
            judged(&[CODE, unlisted])
                .findings
                .iter()
                .any(|line| line.contains("does not run `nobody_runs_me`"))
        );
        let elsewhere = ("tests/simulator/src/x.rs", TEST.1);
        assert!(judged(&[CODE, elsewhere]).findings.iter().any(|line| line.contains("antom-simulator")));
    }

    #[test]
    fn a_test_citation_without_a_test_function_fails() {
        let loose = ("antom-domain/src/tests.rs", "//= N-2 test\nfn a_bad_signature_changes_nothing() {}\n");
        assert!(judged(&[CODE, loose]).findings.iter().any(|line| line.contains("stands directly above")));
    }

    #[test]
    fn the_simulator_fulfils_no_requirement_of_the_merchant() {
        let report = judged(&[("tests/simulator/src/a.rs", CODE.1), TEST]);
        assert!(report.findings.iter().any(|line| line.contains("N-2")));
        assert!(report.notes.iter().any(|line| line.contains("not counted")));
    }
}
