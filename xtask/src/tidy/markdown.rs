//! Finds links between documents that lead nowhere, and a changelog without a place for the next change.
//! Leaves links to other hosts alone: a check must not depend on the network.

use crate::source::SourceFile;

/// Every relative link whose file does not exist; `exists` answers for paths relative to the workspace root.
pub(super) fn broken_links(files: &[SourceFile], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let documents = files.iter().filter(|file| file.extension() == "md");
    documents
        .flat_map(|file| links(file).into_iter().map(move |(number, target)| (file, number, target)))
        .filter(|(file, _, target)| !exists(&resolved(&file.path, target)))
        .map(|(file, number, target)| format!("{}:{number}: `{target}` does not exist", file.path))
        .collect()
}

/// The changelog must be there and have its section for what is not released yet.
pub(super) fn changelog(files: &[SourceFile]) -> Option<String> {
    let Some(file) = files.iter().find(|file| file.path == "CHANGELOG.md") else {
        return Some("CHANGELOG.md: missing".to_owned());
    };
    let has_section =
        file.text.lines().any(|line| matches!(line.trim(), "## [Unreleased]" | "## Unreleased"));
    (!has_section).then(|| "CHANGELOG.md: no section `## [Unreleased]`".to_owned())
}

/// Relative link targets with their lines, without anchors; fenced code is not looked at.
fn links(file: &SourceFile) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            found.extend(targets(line).map(|target| (number, target)));
        }
    }
    found
}

fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ', '#']).next()?;
        let elsewhere = target.contains("://") || target.starts_with("mailto:");
        (!target.is_empty() && !elsewhere).then_some(target)
    })
}

/// The link's path seen from the workspace root.
fn resolved(document: &str, target: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    fn broken(path: &str, text: &str) -> Vec<String> {
        broken_links(&[file(path, text)], |wanted| wanted == "README.md" || wanted == "docs/a.md")
    }

    #[test]
    fn a_link_is_followed_from_the_folder_of_its_document() {
        assert!(broken("docs/b.md", "[up](../README.md) and [beside](./a.md#part)\n").is_empty());
        assert_eq!(broken("docs/b.md", "[wrong](README.md)\n").len(), 1);
    }

    #[test]
    fn links_to_other_hosts_anchors_and_code_are_left_alone() {
        let text =
            "[a](https://example.com/x) [b](#part) [c](mailto:a@example.com)\n```text\n[d](gone.md)\n```\n";
        assert!(broken("README.md", text).is_empty());
    }

    #[test]
    fn each_broken_link_is_told_with_its_line() {
        let findings = broken("README.md", "\n[a](gone.md) [b](lost.md)\n");
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|line| line.starts_with("README.md:2:")));
    }

    #[test]
    fn a_changelog_has_a_place_for_the_next_change() {
        assert_eq!(changelog(&[file("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")]), None);
        assert!(changelog(&[file("CHANGELOG.md", "# Changelog\n")]).is_some());
        assert!(changelog(&[]).is_some());
    }
}
