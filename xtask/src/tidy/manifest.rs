//! Finds dependencies that nobody gave a reason for.
//! Leaves versions and features to cargo; reads a manifest line by line, because comments are what it looks for.

use crate::source::SourceFile;

/// Agreed with the client for the whole workspace; these need no further reason.
const AGREED: [&str; 9] =
    ["async-trait", "mockall", "proptest", "reqwest", "ring", "serde", "thiserror", "tokio", "tracing"];

/// Every dependency line that has neither a comment right above it, nor a place on the agreed list.
pub(super) fn without_reason(file: &SourceFile) -> Vec<String> {
    let mut findings = Vec::new();
    let mut in_dependencies = false;
    let mut depth = 0_usize;
    let mut above = "";
    for (number, line) in file.lines() {
        let trimmed = line.trim();
        let name = if let Some(table) = table_name(trimmed).filter(|_| depth == 0) {
            in_dependencies = is_dependency_table(table);
            single_dependency(table)
        } else if in_dependencies && depth == 0 {
            key(trimmed)
        } else {
            None
        };
        if let Some(name) = name.filter(|name| !is_agreed(name) && !above.starts_with("# ")) {
            findings.push(format!("{}:{number}: why `{name}`? One line of reason above it", file.path));
        }
        depth = depth_after(trimmed, depth);
        above = trimmed;
    }
    findings
}

fn is_agreed(name: &str) -> bool {
    AGREED.contains(&name) || name.starts_with("antom-")
}

/// `dependencies` of `[dependencies]`; an array table is none of ours.
fn table_name(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split(']').next().filter(|name| !name.starts_with('['))
}

fn is_dependency_table(table: &str) -> bool {
    table.rsplit('.').next().is_some_and(|last| last.ends_with("dependencies"))
}

/// `reqwest` of `[dependencies.reqwest]`.
fn single_dependency(table: &str) -> Option<&str> {
    let (parent, name) = table.rsplit_once('.')?;
    is_dependency_table(parent).then_some(name)
}

/// `serde` of `serde = "1"` and of `serde.workspace = true`.
fn key(line: &str) -> Option<&str> {
    if line.starts_with('#') {
        return None;
    }
    let (key, _) = line.split_once('=')?;
    key.trim().split('.').next().map(|name| name.trim_matches('"'))
}

/// How many brackets are open after the line; a line inside a list is not a dependency of its own.
fn depth_after(line: &str, depth: usize) -> usize {
    if line.starts_with('#') {
        return depth;
    }
    let opened = line.matches(['[', '{']).count();
    let closed = line.matches([']', '}']).count();
    (depth + opened).saturating_sub(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        without_reason(&SourceFile { path: "a/Cargo.toml".to_owned(), text: text.to_owned() })
    }

    #[test]
    fn a_dependency_with_a_comment_above_it_passes() {
        assert!(found("[dependencies]\n# Reads manifests.\ntoml = { workspace = true }\n").is_empty());
    }

    #[test]
    fn a_dependency_without_a_comment_is_found_with_its_line() {
        let findings = found("[dependencies]\n# Reads manifests.\ntoml = \"1\"\nclap.workspace = true\n");
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().starts_with("a/Cargo.toml:4: why `clap`?"));
    }

    #[test]
    fn the_agreed_list_and_our_own_crates_need_no_comment() {
        assert!(
            found("[dev-dependencies]\nproptest = \"1\"\nantom-core = { path = \"../antom-core\" }\n")
                .is_empty()
        );
    }

    #[test]
    fn lines_inside_a_list_and_other_tables_are_not_dependencies() {
        let text = "[features]\na = [\"b\"]\n[dependencies]\nserde = { features = [\n  \"derive\",\n] }\n[lints]\nx = 1\n";
        assert!(found(text).is_empty());
    }

    #[test]
    fn dependencies_of_one_target_and_in_their_own_table_count_too() {
        assert_eq!(found("[target.'cfg(unix)'.dependencies]\nnix = \"1\"\n").len(), 1);
        assert_eq!(found("[dependencies.clap]\nversion = \"4\"\n").len(), 1);
        assert!(found("# Reads flags.\n[dependencies.clap]\nversion = \"4\"\n").is_empty());
    }
}
