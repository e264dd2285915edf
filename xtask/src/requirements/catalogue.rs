//! Reads tests/requirements.toml into typed entries and names every fault of the list itself.
//! Leaves citations to its neighbours; the sentences are for people and are only checked to be there.

use std::collections::BTreeMap;
use toml::{Table, Value};

/// All requirements by id, all sections by letter.
#[derive(Debug)]
pub(super) struct Catalogue {
    pub(super) sections: BTreeMap<String, String>,
    pub(super) requirements: BTreeMap<String, Requirement>,
    /// Entries that contradict themselves or the section counts; each fails the check.
    pub(super) faults: Vec<String>,
}

/// One entry, without its sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) level: Level,
    pub(super) status: Status,
}

/// How binding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Must,
    Should,
}

/// How far we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    Done,
    NotApplicable,
}

/// Fails only where the file cannot be read as a list at all.
pub(super) fn parse(text: &str) -> Result<Catalogue, String> {
    let file: Table = text.parse().map_err(|source| format!("requirements.toml: {source}"))?;
    let mut catalogue =
        Catalogue { sections: BTreeMap::new(), requirements: BTreeMap::new(), faults: unknown_keys(&file) };
    let entries = table(&file, "requirement")?;
    for (id, entry) in entries {
        match requirement(entry) {
            Ok(requirement) => {
                catalogue.requirements.insert(id.clone(), requirement);
            }
            Err(fault) => catalogue.faults.push(format!("requirements.toml: {id}: {fault}")),
        }
    }
    for (letter, section) in table(&file, "sections")? {
        let title = section.get("title").and_then(Value::as_str).unwrap_or_default();
        catalogue.sections.insert(letter.clone(), title.to_owned());
        catalogue.faults.extend(gaps(letter, section, entries));
    }
    let strays = entries
        .keys()
        .filter(|id| section_of(id).is_none_or(|letter| !catalogue.sections.contains_key(letter)));
    catalogue.faults.extend(strays.map(|id| format!("requirements.toml: {id}: belongs to no section")));
    Ok(catalogue)
}

/// The letter of `N-3`; nothing where the text is not an id.
pub(super) fn section_of(id: &str) -> Option<&str> {
    let (letter, number) = id.split_once('-')?;
    let is_number =
        !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()) && !number.starts_with('0');
    (letter.len() == 1 && letter.chars().all(|sign| sign.is_ascii_uppercase()) && is_number).then_some(letter)
}

/// The number of `N-3`, to sort by.
pub(super) fn number_of(id: &str) -> u32 {
    id.split_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(u32::MAX)
}

fn table<'a>(file: &'a Table, key: &str) -> Result<&'a Table, String> {
    file.get(key).and_then(Value::as_table).ok_or_else(|| format!("requirements.toml: no table `{key}`"))
}

fn unknown_keys(file: &Table) -> Vec<String> {
    let strays = file.keys().filter(|key| !matches!(key.as_str(), "sections" | "requirement"));
    strays.map(|key| format!("requirements.toml: unknown table `{key}`")).collect()
}

/// The count makes a lost entry visible: nobody can drop a requirement by deleting its lines.
fn gaps(letter: &str, section: &Value, entries: &Table) -> Vec<String> {
    let Some(count) = section.get("count").and_then(Value::as_integer) else {
        return vec![format!("requirements.toml: section {letter} has no `count`")];
    };
    let written = entries.keys().filter(|id| section_of(id) == Some(letter)).count();
    let missing =
        (1..=count).map(|number| format!("{letter}-{number}")).filter(|id| !entries.contains_key(id));
    let mut faults: Vec<String> = missing.map(|id| format!("requirements.toml: {id} is missing")).collect();
    if faults.is_empty() && i64::try_from(written) != Ok(count) {
        faults.push(format!("requirements.toml: section {letter} has {written} entries and counts {count}"));
    }
    faults
}

fn requirement(entry: &Value) -> Result<Requirement, String> {
    let text =
        |key: &str| entry.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let known = ["level", "status", "text", "reason"];
    let keys = entry.as_table().into_iter().flat_map(Table::keys);
    if let Some(stray) = keys.into_iter().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("unknown key `{stray}`"));
    }
    text("text").ok_or("no `text`")?;
    let level = match text("level") {
        Some("must") => Level::Must,
        Some("should") => Level::Should,
        _ => return Err("`level` is must or should".to_owned()),
    };
    let status = match text("status") {
        Some("open") => Status::Open,
        Some("done") => Status::Done,
        Some("not applicable") if text("reason").is_some() => Status::NotApplicable,
        Some("not applicable") => return Err("`not applicable` needs a `reason`".to_owned()),
        _ => return Err("`status` is open, done or not applicable".to_owned()),
    };
    Ok(Requirement { level, status })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, rest: &str) -> String {
        format!("[requirement.{id}]\nlevel = \"must\"\ntext = \"a sentence\"\n{rest}\n")
    }

    fn list(count: u32, entries: &[String]) -> Catalogue {
        parse(&format!("[sections.S]\ntitle = \"Session\"\ncount = {count}\n{}", entries.concat())).unwrap()
    }

    #[test]
    fn a_complete_list_has_no_faults() {
        let catalogue = list(2, &[entry("S-1", "status = \"open\""), entry("S-2", "status = \"done\"")]);
        assert_eq!(catalogue.faults, Vec::<String>::new());
        let second = catalogue.requirements.get("S-2").unwrap();
        assert_eq!((second.level, second.status), (Level::Must, Status::Done));
    }

    #[test]
    fn a_lost_an_extra_and_a_stray_entry_are_told() {
        let open = "status = \"open\"";
        assert!(list(2, &[entry("S-1", open)]).faults.iter().any(|fault| fault.contains("S-2 is missing")));
        assert_eq!(list(1, &[entry("S-1", open), entry("S-2", open)]).faults.len(), 1);
        assert_eq!(list(1, &[entry("S-1", open), entry("Z-1", open)]).faults.len(), 1);
    }

    #[test]
    fn not_applicable_needs_a_reason() {
        assert_eq!(list(1, &[entry("S-1", "status = \"not applicable\"")]).faults.len(), 1);
        assert!(
            list(1, &[entry("S-1", "status = \"not applicable\"\nreason = \"no such method\"")])
                .faults
                .is_empty()
        );
    }

    #[test]
    fn a_misspelt_status_or_key_is_a_fault_and_not_open() {
        assert_eq!(list(1, &[entry("S-1", "status = \"Done\"")]).faults.len(), 1);
        assert_eq!(list(1, &[entry("S-1", "status = \"open\"\nstate = \"done\"")]).faults.len(), 1);
    }

    #[test]
    fn an_id_is_one_letter_and_a_number() {
        assert_eq!(section_of("N-10"), Some("N"));
        for text in ["n-1", "N1", "N-", "N-01", "NN-1", "N-1a"] {
            assert_eq!(section_of(text), None, "{text}");
        }
    }

    #[test]
    fn text_that_is_no_list_is_an_error() {
        assert!(parse("a = ").is_err());
        assert!(parse("[sections]\n").is_err());
    }
}
