//! `cargo xtask tables`: the state tables in `docs/tables` against what the machines render today.
//! Leaves the rendering to the example `tables` of antom-domain, which writes one Markdown file per machine.

use crate::process;
use crate::report::Report;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// File name to content.
type Tables = BTreeMap<String, String>;

/// Compares, or with `--write` makes the folder anew.
pub(crate) fn run(flags: &[String]) -> Result<u8, String> {
    let workspace = Workspace::load()?;
    if flags.iter().any(|flag| flag == "--write") {
        return write(&workspace);
    }
    Ok(check(&workspace)?.print("tables"))
}

/// Renders into the target folder and compares with the committed tables.
pub(crate) fn check(workspace: &Workspace) -> Result<Report, String> {
    let rendered = render(workspace)?;
    let committed = read(&committed_folder(workspace))?;
    Ok(Report { findings: differences(&rendered, &committed), notes: Vec::new() })
}

fn write(workspace: &Workspace) -> Result<u8, String> {
    let rendered = render(workspace)?;
    let folder = committed_folder(workspace);
    fs::create_dir_all(&folder).map_err(|source| trouble(&folder, &source))?;
    for stale in read(&folder)?.keys().filter(|name| !rendered.contains_key(*name)) {
        let path = folder.join(stale);
        fs::remove_file(&path).map_err(|source| trouble(&path, &source))?;
        println!("removed docs/tables/{stale}");
    }
    for (name, text) in &rendered {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| trouble(&path, &source))?;
        println!("wrote docs/tables/{name}");
    }
    Ok(0)
}

/// Builds with the feature set of every other build, so that nothing is compiled for this alone.
fn render(workspace: &Workspace) -> Result<Tables, String> {
    let build = ["build", "--quiet", "--workspace", "--all-features", "--examples"];
    if !process::succeeds(&mut process::cargo(&workspace.root, &build))? {
        return Err("the examples do not build".to_owned());
    }
    let renderer = workspace.built("examples/tables");
    if !renderer.is_file() {
        return Err(format!("{} is missing: antom-domain has no example `tables`", renderer.display()));
    }
    let folder = workspace.target.join("xtask-tables");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|source| trouble(&folder, &source))?;
    }
    fs::create_dir_all(&folder).map_err(|source| trouble(&folder, &source))?;
    process::output(Command::new(renderer).arg(&folder).current_dir(&workspace.root))?;
    let rendered = read(&folder)?;
    if rendered.is_empty() {
        return Err("the renderer wrote no table".to_owned());
    }
    Ok(rendered)
}

fn committed_folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("docs").join("tables")
}

/// The Markdown files of one folder; a folder that does not exist holds none.
fn read(folder: &Path) -> Result<Tables, String> {
    let mut tables = Tables::new();
    if !folder.is_dir() {
        return Ok(tables);
    }
    for entry in fs::read_dir(folder).map_err(|source| trouble(folder, &source))?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|end| end == "md") {
            let text = fs::read_to_string(&path).map_err(|source| trouble(&path, &source))?;
            tables.insert(entry.file_name().to_string_lossy().into_owned(), text);
        }
    }
    Ok(tables)
}

fn trouble(path: &Path, source: &std::io::Error) -> String {
    format!("{}: {source}", path.display())
}

fn differences(rendered: &Tables, committed: &Tables) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, text) in rendered {
        match committed.get(name) {
            None => findings.push(format!("docs/tables/{name}: not committed; `cargo xtask tables --write`")),
            Some(old) if old != text => findings.push(format!(
                "docs/tables/{name}:{}: differs from the machine; `cargo xtask tables --write`",
                first_difference(old, text)
            )),
            Some(_) => {}
        }
    }
    let stale = committed.keys().filter(|name| !rendered.contains_key(*name));
    findings.extend(stale.map(|name| format!("docs/tables/{name}: no machine renders it")));
    findings
}

fn first_difference(old: &str, new: &str) -> usize {
    old.lines().zip(new.lines()).take_while(|(left, right)| left == right).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(files: &[(&str, &str)]) -> Tables {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn equal_tables_are_no_finding() {
        let same = tables(&[("payment.md", "| a |\n")]);
        assert!(differences(&same, &same).is_empty());
    }

    #[test]
    fn a_changed_cell_is_told_with_its_line() {
        let found = differences(&tables(&[("p.md", "a\nb\n")]), &tables(&[("p.md", "a\nc\n")]));
        assert_eq!(found.len(), 1);
        assert!(found.first().unwrap().starts_with("docs/tables/p.md:2:"));
    }

    #[test]
    fn a_missing_and_a_stale_table_are_both_told() {
        let found = differences(&tables(&[("new.md", "")]), &tables(&[("old.md", "")]));
        assert!(found.iter().any(|line| line.contains("new.md: not committed")));
        assert!(found.iter().any(|line| line.contains("old.md: no machine")));
    }

    #[test]
    fn a_missing_last_line_is_found_after_the_common_part() {
        assert_eq!(first_difference("a\n", "a\nb\n"), 2);
    }
}
