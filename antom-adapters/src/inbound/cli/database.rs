//! `antom migrate`, `backup`, `restore` and `seal`: the database without the service.
//! Whether a file is whole is judged by the storage adapters.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::answer::{Answer, finish};
use super::offline::block_on;
use super::settings;
use crate::service::config::DatabaseConfig;
use crate::service::database::{self, Copied, Versions};

const MIGRATE_EXAMPLES: &str = "\
Examples:
  antom migrate --config antom.toml
  antom migrate --check --config antom.toml

The service migrates by itself when it starts; this is for those who want to do it before. With --check nothing is changed, and
the service may run.
Exit codes: 0 up to date, 1 a migration is due (--check), 5 the database cannot be used, 64 wrong usage.";

const BACKUP_EXAMPLES: &str = "\
Examples:
  antom backup antom-backup.sqlite --config antom.toml
  antom backup antom-backup.sqlite --config antom.toml --json

Writes one consistent copy of the SQLite file, readable by its owner only, and checks it. The service may run and does not wait.
The copy holds buyers' data like the database itself. A PostgreSQL database is copied with pg_dump.
Exit codes: 0 written and checked, 5 not written, 64 wrong usage, or not a SQLite database.";

const RESTORE_EXAMPLES: &str = "\
Examples:
  antom restore antom-backup.sqlite --config antom.toml
  antom restore antom-backup.sqlite --config antom.toml --json

Checks the copy and makes it the database that the configuration names. An existing database is never replaced: move it and the
files beside it (-wal, -shm) away first. What happened after the copy is not in it: calls that were waiting are made again under
the same ids, notifications about payments that it does not know are parked.
Exit codes: 0 restored, 2 the copy cannot be used, 5 not restored, 64 wrong usage, or not a SQLite database.";

const SEAL_EXAMPLES: &str = "\
Examples:
  antom seal --config antom.toml
  antom seal --config antom.toml --json

Seals what was stored in the clear before database.data_key was set, and what an older key of database.old_data_keys sealed;
afterwards the older keys are no longer needed. Nothing else changes, and doing it again goes on where it ended. A SQLite file is
written anew at the end, so that no free page of it holds an old word: stop the service before, and have room for a second copy.
On PostgreSQL instances may run, but each of them with the current key already.
Exit codes: 0 sealed, 5 there is no key, or the database cannot be used, 64 wrong usage.";

#[derive(Debug, Args)]
#[command(after_help = SEAL_EXAMPLES)]
pub(super) struct Seal {
    /// The configuration, of which only [database] is read; also by ANTOM__DATABASE__URL and ANTOM__DATABASE__DATA_KEY.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = MIGRATE_EXAMPLES)]
pub(super) struct Migrate {
    /// The configuration, of which only [database] is read; also by ANTOM__DATABASE__URL.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only tells whether there is something to do.
    #[arg(long)]
    check: bool,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(super) struct Backup {
    /// The file to write; it must not be there.
    file: PathBuf,
    /// The configuration, of which only [database] is read; also by ANTOM__DATABASE__URL.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub(super) struct Restore {
    /// The file that `antom backup` wrote.
    file: PathBuf,
    /// The configuration, of which only [database] is read; also by ANTOM__DATABASE__URL.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let config = settings::database(self.config.as_deref())?;
        block_on(async {
            let done =
                if self.check { database::versions(&config).await } else { database::migrate(&config).await };
            let Versions { found, supported } = done.map_err(|error| Answer::configuration(&error))?;
            let json = json!({ "found": found, "supported": supported, "migrated": !self.check && found < supported });
            Ok(match (found == supported, self.check) {
                (true, _) => Answer::ok(format!("up to date: schema version {found}"), json),
                (false, false) => {
                    Answer::ok(format!("migrated from schema version {found} to {supported}"), json)
                }
                (false, true) => Answer::negative(
                    format!("schema version {found}, this program needs {supported}: run antom migrate"),
                    json,
                ),
            })
        })
    }
}

impl Seal {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let config = settings::database(self.config.as_deref())?;
        let Some(key) = config.data_keys().ids().first().map(|id| (*id).to_owned()) else {
            let reason = "database.data_key is missing: make one with `openssl rand -base64 32`, and name it";
            return Err(Answer::configuration(&reason));
        };
        let sealed =
            block_on(async { database::seal(&config).await.map_err(|error| Answer::configuration(&error)) })?;
        let text = format!("{sealed} values sealed with the key {key}; no other key is needed any more");
        Ok(Answer::ok(text, json!({ "sealed": sealed, "key": key })))
    }
}

impl Backup {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let path = sqlite_file(
            self.config.as_deref(),
            "pg_dump --format=custom --file=antom.dump \"$DATABASE_URL\"",
        )?;
        let copied = database::back_up(&path, &self.file).map_err(|error| Answer::configuration(&error))?;
        Ok(told("written and checked", &self.file, copied))
    }
}

impl Restore {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let command = "pg_restore --exit-on-error --dbname=\"$DATABASE_URL\" antom.dump";
        let path = sqlite_file(self.config.as_deref(), command)?;
        if let Err(error) = std::fs::File::open(&self.file) {
            return Err(Answer::input(&self.file, &error));
        }
        let copied = database::restore(&self.file, &path).map_err(|error| Answer::configuration(&error))?;
        Ok(told("restored", &path, copied))
    }
}

fn told(done: &str, file: &Path, copied: Copied) -> Answer {
    let Copied { schema, orders, events } = copied;
    let file = file.display().to_string();
    let text = format!("{file}: {done}; {orders} orders, {events} events, schema version {schema}");
    Answer::ok(text, json!({ "file": file, "orders": orders, "events": events, "schema": schema }))
}

/// The SQLite file that the configuration names; for a server, what to run instead.
fn sqlite_file(config: Option<&Path>, instead: &str) -> Result<PathBuf, Answer> {
    match settings::database(config)? {
        DatabaseConfig::Sqlite { path, .. } => Ok(path),
        DatabaseConfig::Postgres { .. } => Err(Answer::usage(format!(
            "this is for SQLite files; with DATABASE_URL set to the database's address, run: {instead}"
        ))),
    }
}
