//! `cargo xtask tidy`: the small rules that a reviewer should not have to look for.
//! Leaves what rustfmt and clippy can see to them, and the reading of manifests and Markdown to its two modules.

mod manifest;
mod markdown;

use crate::report::Report;
use crate::source::{SourceFile, has_word, split_comment};
use crate::workspace::Workspace;

/// A longer file is a question to its author, not an error.
const LONG_FILE: usize = 500;
/// Kinds of text that people write by hand.
const HAND_WRITTEN: [&str; 9] = ["rs", "md", "toml", "yml", "yaml", "sh", "js", "css", "html"];
/// Marks of unfinished work.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
/// Hosts of package registries and paths of one machine: neither belongs in a repository that others read.
/// Cut in two, so that this file does not hold them.
const FOREIGN: [&str; 6] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("pypi", ".org"),
    concat!("proxy.golang", ".org"),
];

/// Checks the workspace and prints what it found.
pub(crate) fn run(_: &[String]) -> Result<u8, String> {
    Ok(check(&Workspace::load()?)?.print("tidy"))
}

/// All rules of this file and its modules over the whole workspace.
pub(crate) fn check(workspace: &Workspace) -> Result<Report, String> {
    let files = workspace.text_files()?;
    let manifests: Vec<String> =
        workspace.packages.iter().map(|package| format!("{}/Cargo.toml", package.folder)).collect();
    let mut report = Report::default();
    for file in &files {
        report.findings.extend(findings(file));
        if manifests.contains(&file.path) {
            report.findings.extend(manifest::without_reason(file));
        }
        report.notes.extend(long_file(file));
    }
    report.findings.extend(markdown::broken_links(&files, |path| workspace.root.join(path).exists()));
    report.findings.extend(markdown::changelog(&files));
    Ok(report)
}

/// The rules that need no more than one file.
fn findings(file: &SourceFile) -> Vec<String> {
    let mut found = foreign_words(file);
    if HAND_WRITTEN.contains(&file.extension()) || file.extension().is_empty() {
        found.extend(stray_blanks(file));
    }
    match file.extension() {
        "rs" => {
            found.extend(missing_first_line(file));
            found.extend(unfinished(file, |line| split_comment(line).1));
            found.extend(ignored_without_reason(file));
        }
        "toml" | "yml" | "yaml" | "sh" | "" => {
            found.extend(unfinished(file, |line| line.split_once('#').map_or("", |(_, comment)| comment)));
        }
        _ => {}
    }
    found
}

fn missing_first_line(file: &SourceFile) -> Option<String> {
    let says_something = file.text.lines().next().and_then(|line| line.strip_prefix("//! ")).is_some();
    (!says_something)
        .then(|| format!("{}:1: the first line says what the module does (`//! ...`)", file.path))
}

fn long_file(file: &SourceFile) -> Option<String> {
    let count = file.text.lines().count();
    let is_long = file.extension() == "rs" && count > LONG_FILE;
    is_long.then(|| format!("long file: {} has {count} lines", file.path))
}

/// Looks in comments only: a string may hold such a word as data, say the currency code that means "none".
fn unfinished(file: &SourceFile, comment: fn(&str) -> &str) -> Vec<String> {
    file.lines()
        .filter_map(|(number, line)| {
            let mark = UNFINISHED.iter().find(|mark| is_mark(comment(line), mark))?;
            Some(format!(
                "{}:{number}: `{mark}` marks unfinished work; finish it or open an issue",
                file.path
            ))
        })
        .collect()
}

/// A word in quotes or code marks is spoken about, not used as a mark.
fn is_mark(comment: &str, mark: &str) -> bool {
    let quoted = ['`', '"', '\''].iter().any(|sign| comment.contains(&format!("{sign}{mark}{sign}")));
    has_word(comment, mark) && !quoted
}

fn ignored_without_reason(file: &SourceFile) -> Vec<String> {
    file.lines()
        .filter(|(_, line)| line.trim() == "#[ignore]")
        .map(|(number, _)| format!("{}:{number}: an ignored test says why: `#[ignore = \"...\"]`", file.path))
        .collect()
}

fn stray_blanks(file: &SourceFile) -> Vec<String> {
    let lines = file.lines().filter_map(|(number, line)| {
        if line.contains('\t') {
            Some(format!("{}:{number}: tab", file.path))
        } else if line.ends_with(' ') {
            Some(format!("{}:{number}: blank at the end of the line", file.path))
        } else {
            None
        }
    });
    let end = (!file.text.is_empty() && !file.text.ends_with('\n'))
        .then(|| format!("{}: the last line has no line end", file.path));
    lines.chain(end).collect()
}

fn foreign_words(file: &SourceFile) -> Vec<String> {
    file.lines()
        .filter_map(|(number, line)| {
            let word = FOREIGN.iter().find(|word| line.contains(*word))?;
            Some(format!("{}:{number}: `{word}` does not belong here", file.path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    fn rust(text: &str) -> SourceFile {
        file("a.rs", text)
    }

    #[test]
    fn a_module_starts_with_what_it_does() {
        assert_eq!(missing_first_line(&rust("//! Adds amounts.\n")), None);
        assert!(missing_first_line(&rust("use std::fmt;\n")).is_some());
        assert!(missing_first_line(&rust("//!\n")).is_some());
        assert!(missing_first_line(&rust("")).is_some());
    }

    #[test]
    fn a_mark_of_unfinished_work_counts_in_comments_and_not_in_data() {
        let mark = UNFINISHED.first().unwrap();
        assert_eq!(findings(&rust(&format!("//! A.\n// {mark}: later\n"))).len(), 1);
        assert!(findings(&rust(&format!("//! A.\nconst A: &str = \"{mark}\";\n"))).is_empty());
        assert!(findings(&rust(&format!("//! Refuses `{mark}` in comments.\n"))).is_empty());
        assert_eq!(findings(&file("a.toml", &format!("a = 1 # {mark}\n"))).len(), 1);
    }

    #[test]
    fn an_ignored_test_needs_a_reason() {
        assert_eq!(findings(&rust("//! A.\n#[ignore]\n")).len(), 1);
        assert!(findings(&rust("//! A.\n#[ignore = \"needs a browser\"]\n")).is_empty());
    }

    #[test]
    fn tabs_trailing_blanks_and_a_missing_line_end_are_found() {
        assert_eq!(stray_blanks(&rust("a\tb\nc \nd")).len(), 3);
        assert!(stray_blanks(&rust("a b\n\nc\n")).is_empty());
        assert!(findings(&file("tests/vectors/a.json", "{\t} ")).is_empty());
    }

    #[test]
    fn words_of_one_machine_are_found_in_every_kind_of_text() {
        let text = format!("see {}main\n", FOREIGN.first().unwrap());
        assert_eq!(findings(&file("docs/a.md", &text)).len(), 1);
        assert_eq!(findings(&file("tests/vectors/a.json", &text)).len(), 1);
    }

    #[test]
    fn a_long_file_is_told_and_does_not_fail() {
        let long = rust(&"//! A.\n".repeat(LONG_FILE + 1));
        assert!(long_file(&long).unwrap().contains("501"));
        assert!(findings(&long).is_empty());
        assert_eq!(long_file(&rust(&"//! A.\n".repeat(LONG_FILE))), None);
    }
}
