//! Sets citations against the list: what is proven, what is not, and the table that shows it.
//! Leaves to people when an open requirement that is cited twice may be called done.

use super::catalogue::{Catalogue, Level, Requirement, Status, number_of, section_of};
use super::citation::{Citation, Kind};
use std::collections::BTreeSet;

/// Ids with at least one citation that counts.
#[derive(Debug, Default)]
pub(super) struct Cited {
    code: BTreeSet<String>,
    tests: BTreeSet<String>,
}

impl Cited {
    pub(super) fn add(&mut self, citation: &Citation) {
        let ids = match citation.kind {
            Kind::Code => &mut self.code,
            Kind::Test { .. } | Kind::LooseTest => &mut self.tests,
        };
        ids.extend(citation.ids.iter().cloned());
    }

    fn both(&self, id: &str) -> bool {
        self.code.contains(id) && self.tests.contains(id)
    }
}

/// Every `done` that lacks a citation in code or in a test.
pub(super) fn unproven(catalogue: &Catalogue, cited: &Cited) -> Vec<String> {
    let done = catalogue.requirements.iter().filter(|(_, requirement)| requirement.status == Status::Done);
    done.filter(|(id, _)| !cited.both(id))
        .map(|(id, _)| {
            let lacks = match (cited.code.contains(id), cited.tests.contains(id)) {
                (false, false) => "neither code nor a test cites it",
                (false, true) => "no code cites it",
                _ => "no test cites it",
            };
            format!("requirements.toml: {id} is `done` and {lacks}")
        })
        .collect()
}

/// One row for each section, a sum, and the ids in each state.
pub(super) fn table(catalogue: &Catalogue, cited: &Cited) -> Vec<String> {
    let all: Vec<(&String, &Requirement)> = catalogue.requirements.iter().collect();
    let mut lines = vec![row("section", ["total", "done", "open", "n/a", "in code", "in test"])];
    for (letter, title) in &catalogue.sections {
        let inside = all.iter().filter(|(id, _)| section_of(id) == Some(letter)).copied().collect::<Vec<_>>();
        lines.push(counts(&format!("{letter} {title}"), &inside, cited));
    }
    lines.push(counts("all", &all, cited));
    let must =
        all.iter().filter(|(_, requirement)| requirement.level == Level::Must).copied().collect::<Vec<_>>();
    lines.push(counts("must only", &must, cited));
    let open = |wanted: fn(&Cited, &str) -> bool| {
        let ids = all.iter().filter(|(id, one)| one.status == Status::Open && wanted(cited, id));
        sorted(ids.map(|(id, _)| id.as_str()).collect())
    };
    lines.push(format!("open, cited in code and test: {}", open(Cited::both)));
    lines.push(format!(
        "open, cited in code only: {}",
        open(|cited, id| cited.code.contains(id) && !cited.both(id))
    ));
    lines.push(format!(
        "open, cited in a test only: {}",
        open(|cited, id| cited.tests.contains(id) && !cited.both(id))
    ));
    lines
}

fn counts(title: &str, requirements: &[(&String, &Requirement)], cited: &Cited) -> String {
    let with = |status| requirements.iter().filter(|(_, one)| one.status == status).count();
    let within = |ids: &BTreeSet<String>| requirements.iter().filter(|(id, _)| ids.contains(*id)).count();
    let cells = [
        requirements.len(),
        with(Status::Done),
        with(Status::Open),
        with(Status::NotApplicable),
        within(&cited.code),
        within(&cited.tests),
    ];
    row(title, cells.map(|count| count.to_string()))
}

fn row<T: AsRef<str>>(title: &str, cells: [T; 6]) -> String {
    let cells: String = cells.iter().map(|cell| format!(" {:>8}", cell.as_ref())).collect();
    format!("{title:<40}{cells}")
}

fn sorted(mut ids: Vec<&str>) -> String {
    if ids.is_empty() {
        return "none".to_owned();
    }
    ids.sort_by_key(|id| (section_of(id), number_of(id)));
    ids.join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::{catalogue, citation};
    use super::*;

    fn three() -> Catalogue {
        let entries: String = [("open", 1), ("done", 2), ("open", 10)]
            .map(|(status, number)| {
                format!("[requirement.N-{number}]\nlevel = \"must\"\nstatus = \"{status}\"\ntext = \"a\"\n")
            })
            .concat();
        catalogue::parse(&format!("[sections.N]\ntitle = \"Notifications\"\ncount = 3\n{entries}")).unwrap()
    }

    fn cited(text: &str) -> Cited {
        let mut cited = Cited::default();
        citation::find(text).iter().for_each(|citation| cited.add(citation));
        cited
    }

    #[test]
    fn a_done_requirement_names_what_it_lacks() {
        assert!(unproven(&three(), &cited("")).concat().contains("neither"));
        assert!(unproven(&three(), &cited("//= N-2\n")).concat().contains("no test"));
        assert!(
            unproven(&three(), &cited("//= N-2 test\n#[test]\nfn a() {}\n")).concat().contains("no code")
        );
        assert!(unproven(&three(), &cited("//= N-2\n//= N-2 test\n#[test]\nfn a() {}\n")).is_empty());
    }

    #[test]
    fn the_table_counts_by_section_and_status() {
        let lines = table(&three(), &cited("//= N-1, N-2\n"));
        let section = lines.iter().find(|line| line.starts_with("N Notifications")).unwrap();
        let cells: Vec<&str> = section.split_whitespace().skip(2).collect();
        assert_eq!(cells, ["3", "1", "2", "0", "2", "0"]);
    }

    #[test]
    fn open_requirements_are_listed_by_what_cites_them_in_the_order_of_numbers() {
        let lines = table(&three(), &cited("//= N-10, N-1\n"));
        assert!(lines.contains(&"open, cited in code only: N-1 N-10".to_owned()));
        assert!(lines.contains(&"open, cited in code and test: none".to_owned()));
    }
}
