//! `[database]`: where the books are kept.
//! Opening them is left to the adapters.

use antom_core::secret::Secret;

use super::super::DatabaseConfig;
use super::{Books, Reader};

impl Reader {
    pub(in super::super) fn database(&mut self, books: Books) -> Option<DatabaseConfig> {
        const KEY: &str = "database.url";
        let url = self.database_url(books)?;
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Some(DatabaseConfig::Postgres { url: Secret::from(url) });
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
        Some(DatabaseConfig::Sqlite { path: self.base.join(path) })
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
