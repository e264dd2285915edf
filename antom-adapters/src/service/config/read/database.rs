//! `[database]`: where the books are kept, and what they are sealed with.
//! Opening them is left to the adapters.

use antom_core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use toml::Value;

use super::super::DatabaseConfig;
use super::{Books, Reader};
use crate::outbound::data_keys::DataKeys;

impl Reader {
    pub(in super::super) fn database(&mut self, books: Books) -> Option<DatabaseConfig> {
        const KEY: &str = "database.url";
        let data_keys = self.data_keys();
        let url = self.database_url(books)?;
        let data_keys = data_keys?;
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Some(DatabaseConfig::Postgres { url: Secret::from(url), data_keys });
        }
        let Some(path) = url.strip_prefix("sqlite://") else {
            self.fault(
                KEY,
                "must begin with sqlite://, followed by the path of a file, or with postgres://user@host/database",
            );
            return None;
        };
        if path.is_empty() || path.contains(['?', '#']) || path.starts_with(':') {
            self.fault(KEY, "must name a file: sqlite://antom.sqlite; other forms of SQLite's are not known");
            return None;
        }
        Some(DatabaseConfig::Sqlite { path: self.base.join(path), data_keys })
    }

    /// No key where none is named; `None` for one with a fault.
    fn data_keys(&mut self) -> Option<DataKeys> {
        const KEY: &str = "database.data_key";
        const OLD: &str = "database.old_data_keys";
        let named = self.text("database.data_key_file");
        let given = self.text(KEY);
        let current = named.or(given).map(|value| self.data_key(KEY, &value));
        let older = match self.value(OLD) {
            None => Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(one) => vec![one],
        };
        let older: Vec<Option<Secret>> = older
            .iter()
            .enumerate()
            .map(|(index, entry)| {
                self.data_key(&format!("{OLD}[{index}]"), entry.as_str().unwrap_or_default())
            })
            .collect();
        let Some(current) = current else {
            if !older.is_empty() {
                self.fault(KEY, "is missing, though database.old_data_keys is given");
                return None;
            }
            return Some(DataKeys::default());
        };
        let older = older.into_iter().collect::<Option<Vec<_>>>()?;
        let parsed = DataKeys::parse(&current?, &older);
        parsed
            .map_err(|(place, error)| match place.checked_sub(1) {
                None => self.fault(KEY, error.to_string()),
                Some(index) => self.fault(&format!("{OLD}[{index}]"), error.to_string()),
            })
            .ok()
    }

    /// The key as it is, or the content of the file that is named.
    fn data_key(&mut self, key: &str, value: &str) -> Option<Secret> {
        if STANDARD.decode(value.trim()).is_ok_and(|bytes| bytes.len() >= 32) {
            return Some(Secret::from(value));
        }
        let path = self.base.join(value);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.refuse_open_mode(key, &path);
                Some(Secret::from(text))
            }
            Err(error) => {
                // A mistyped key is no path, and is not repeated.
                let message = format!("is neither 32 bytes in base64 nor a readable file: {error}");
                self.fault(key, message);
                None
            }
        }
    }

    /// The address, or the content of the file that `database.url_file` names, since it may hold a password.
    fn database_url(&mut self, books: Books) -> Option<String> {
        const FILE: &str = "database.url_file";
        let Some(file) = self.text(FILE) else {
            return match books {
                Books::InDatabase => self.required("database.url"),
                Books::Elsewhere => self.text("database.url"),
            };
        };
        // The file wins over an address that stands elsewhere.
        self.value("database.url");
        let path = self.base.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.refuse_open_mode(FILE, &path);
                Some(text.trim().to_owned())
            }
            Err(error) => {
                self.fault(FILE, format!("cannot be read ({}: {error})", path.display()));
                None
            }
        }
    }
}
