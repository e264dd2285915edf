//! Reads the configuration: file, then variables, then checks; every fault is collected.
//! The sections are read in the modules below; printing is left to `redacted`.

pub(super) mod checkout;
mod clock;
mod credential;
mod database;
mod events;
mod gateway;
mod log;
mod payment;
mod reconciliation;
mod retention;
pub(super) mod secret;
mod server;
mod together;

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};

use super::{Config, ConfigFault, ConfigFaults};

const PREFIX: &str = "ANTOM__";
/// From this likeness on, of 1 for the same word, a known key is proposed for an unknown one.
const ALIKE: f64 = 0.7;

/// Where the books are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Books {
    /// In a database that the configuration must name.
    InDatabase,
    /// In the program's own storage.
    Elsewhere,
}

pub(super) fn load(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
    books: Books,
) -> Result<Config, ConfigFaults> {
    let mut reader = Reader::gather(file, variables)?;
    let gateway = reader.gateway();
    let database = reader.database(books);
    let server = reader.server();
    let payment = reader.payment();
    let checkout = reader.checkout();
    let events = reader.events();
    let retention = reader.retention();
    let reconciliation = reader.reconciliation();
    let log_level = reader.log_level();
    let otlp = reader.otlp();
    let clock = reader.clock();
    reader.refuse_unknown_keys();
    if let (Some(gateway), Some(server)) = (&gateway, &server) {
        reader.check_together(gateway, server, &checkout);
        reader.check_clock(gateway, clock.as_ref());
    }
    #[cfg(feature = "nats")]
    if let (Some(gateway), Some(events)) = (&gateway, &events) {
        reader.check_nats(gateway, events);
    }
    match (gateway, server, payment, events, reconciliation) {
        (Some(gateway), Some(server), Some(payment), Some(events), Some(reconciliation))
            if reader.faults.is_empty() =>
        {
            Ok(Config {
                gateway,
                database,
                server,
                payment,
                checkout,
                events,
                retention,
                reconciliation,
                log_level,
                otlp,
                clock,
            })
        }
        _ => Err(ConfigFaults(reader.faults)),
    }
}

/// One value alone, for commands that need no more of the configuration. Faults elsewhere are left to whoever needs that.
pub(super) fn part<T>(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
    read: impl FnOnce(&mut Reader) -> Option<T>,
) -> Result<T, ConfigFaults> {
    let mut reader = Reader::gather(file, variables)?;
    match read(&mut reader) {
        Some(value) if reader.faults.is_empty() => Ok(value),
        _ => Err(ConfigFaults(reader.faults)),
    }
}

fn base_of(file: Option<&Path>) -> PathBuf {
    file.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default()
}

/// The merged values, what was asked of them, and what is wrong with them.
pub(super) struct Reader {
    table: Table,
    known: BTreeSet<String>,
    faults: Vec<ConfigFault>,
    base: PathBuf,
    /// The files that keys came from, each with the key of the configuration that names it.
    key_files: Vec<(String, PathBuf)>,
    /// Where systemd hands secrets over.
    credentials: Option<PathBuf>,
}

impl Reader {
    fn gather(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Reader, ConfigFaults> {
        let mut reader = Reader {
            table: Table::new(),
            known: BTreeSet::new(),
            faults: Vec::new(),
            base: base_of(file),
            key_files: Vec::new(),
            credentials: None,
        };
        if let Some(file) = file {
            reader.read_file(file);
        }
        if !reader.faults.is_empty() {
            return Err(ConfigFaults(reader.faults));
        }
        for (name, value) in variables {
            if let Some(path) = name.strip_prefix(PREFIX) {
                reader.set(&path.to_lowercase(), &value);
            } else if name == secret::CREDENTIALS_VARIABLE {
                reader.credentials = Some(PathBuf::from(value));
            }
        }
        Ok(reader)
    }

    fn fault(&mut self, key: &str, message: impl Into<String>) {
        self.faults.push(ConfigFault { key: key.to_owned(), message: message.into() });
    }

    fn read_file(&mut self, file: &Path) {
        match std::fs::read_to_string(file) {
            Ok(text) => match text.parse::<Table>() {
                Ok(table) => self.table = table,
                Err(error) => {
                    self.fault(&file.display().to_string(), format!("not TOML: {}", error.message()))
                }
            },
            Err(error) => self.fault(&file.display().to_string(), format!("cannot be read: {error}")),
        }
    }

    /// Sets `section__key` from a variable; arrays and tables come as JSON.
    fn set(&mut self, path: &str, text: &str) {
        let keys: Vec<&str> = path.split("__").collect();
        let Some((last, sections)) = keys.split_last() else { return };
        let mut table = &mut self.table;
        for section in sections {
            let entry = table.entry((*section).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(inner) = entry else { return };
            table = inner;
        }
        let value = match text.trim_start().chars().next() {
            Some('[' | '{') => serde_json::from_str::<Value>(text).ok(),
            _ => None,
        };
        table.insert((*last).to_owned(), value.unwrap_or_else(|| Value::String(text.to_owned())));
    }

    fn value(&mut self, key: &str) -> Option<Value> {
        self.known.insert(key.to_owned());
        let mut value: Option<&Value> = None;
        for (depth, part) in key.split('.').enumerate() {
            value = if depth == 0 { self.table.get(part) } else { value.and_then(|table| table.get(part)) };
        }
        value.cloned()
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) => Some(text),
            other => {
                self.fault(key, format!("must be a text, not {}", other.type_str()));
                None
            }
        }
    }

    fn required(&mut self, key: &str) -> Option<String> {
        if self.value(key).is_none() {
            self.fault(key, "is missing");
        }
        self.text(key)
    }

    fn duration(&mut self, key: &str) -> Option<Duration> {
        let text = self.text(key)?;
        let parsed = parse_duration(&text);
        if parsed.is_none() {
            self.fault(key, "must be a time such as \"10s\", \"14min\" or \"1h\"");
        }
        parsed
    }

    /// A whole number of something, at least 1.
    fn count(&mut self, key: &str, what: &str) -> Option<NonZeroU32> {
        let number = match self.value(key)? {
            Value::Integer(number) => u32::try_from(number).ok().and_then(NonZeroU32::new),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.fault(key, format!("must be a whole number of {what}"));
        }
        number
    }

    fn refuse_unknown_keys(&mut self) {
        let mut found = Vec::new();
        collect_keys("", &self.table, &mut found);
        let is_known = |key: &String| {
            self.known.iter().any(|known| {
                // A section without keys ends with its dot.
                known == key
                    || key.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'))
                    || (key.ends_with('.') && known.starts_with(key.as_str()))
            })
        };
        let unknown: Vec<String> = found.into_iter().filter(|key| !is_known(key)).collect();
        for key in unknown {
            let key = key.trim_end_matches('.').to_owned();
            let message = match nearest(&key, &self.known) {
                Some(near) => format!("is not a key of the configuration; did you mean {near}?"),
                None => "is not a key of the configuration".to_owned(),
            };
            self.fault(&key, message);
        }
    }
}

/// The known key that was most probably meant.
fn nearest<'known>(unknown: &str, known: &'known BTreeSet<String>) -> Option<&'known str> {
    let likeness = |key: &&String| strsim::normalized_damerau_levenshtein(unknown, key);
    let near = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&near) >= ALIKE).then_some(near.as_str())
}

fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let seconds = match text.strip_prefix(digits)? {
        "s" => 1,
        "min" | "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

fn collect_keys(prefix: &str, table: &Table, found: &mut Vec<String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) if inner.is_empty() => found.push(format!("{key}.")),
            Value::Table(inner) => collect_keys(&key, inner, found),
            _ => found.push(key),
        }
    }
}

#[cfg(test)]
mod tests;
