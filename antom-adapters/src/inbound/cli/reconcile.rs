//! `antom reconcile`: settlement files against the books, without a running service.
//! Reading and comparing is left to `inbound::reconciliation`; a running service is given files by its merchant API.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use antom_domain::port::Clock as _;
use antom_reconcile::{Options, Outcome, ReconcileError, Unit};
use clap::Args;

use super::answer::{Answer, NEGATIVE};
use super::offline::block_on;
use super::{read_config, say, settings};
use crate::inbound::reconciliation::{self, Done, Failed, FileOnDisk, Progress};
use crate::outbound::clock::SystemClock;
use crate::service::database::{self, Storage};

const EXAMPLES: &str = "\
Examples:
  antom reconcile transactionItems_20261102_000.csv --config antom.toml
  antom reconcile settlements/ --config antom.toml --json
  antom reconcile settlements/ --config antom.toml --offline --csv

Give all files of some days together: transaction details, settlement details and summaries, all parts of each; of a folder,
every .csv file in it. Only [database] is needed. With a whole configuration the gateway is asked about each payment that
differs, and its answers are recorded; else those questions are listed as pending. The report is kept under an id that follows
from the files: the same files again replace it.
A SQLite database is one process's own: while the service runs on it, upload the files to POST /v1/reconciliations or put them
into its watched folder.
Exit codes: 0 files and books agree, 1 they differ, 2 a file cannot be used (nothing was loaded), 5 the database cannot be
used, 64 wrong usage.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Reconcile {
    /// Settlement files, or folders with such files.
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// The configuration; also by ANTOM__SECTION__KEY.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prints the report as one JSON object.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Prints the findings as CSV.
    #[arg(long)]
    csv: bool,
    /// Asks the gateway nothing.
    #[arg(long)]
    offline: bool,
    /// The files tell amounts in smallest units, as some of 2024 do.
    #[arg(long)]
    minor_units: bool,
}

impl Reconcile {
    pub(super) fn run(self) -> ExitCode {
        match self.done() {
            Ok(done) => self.show(&done),
            Err(answer) => answer.print(self.json),
        }
    }

    fn show(&self, done: &Done) -> ExitCode {
        if self.json {
            say(&format!("{}\n", done.view(SystemClock.now())));
        } else if self.csv {
            say(&done.report.to_csv());
        } else {
            say(&done.table());
        }
        match done.report.outcome() {
            Outcome::Clean => ExitCode::SUCCESS,
            Outcome::Differences => ExitCode::from(NEGATIVE),
        }
    }

    fn done(&self) -> Result<Done, Answer> {
        let progress = Progress::default();
        let (files, bytes) = self.files(&progress)?;
        let unit = if self.minor_units { Unit::Minor } else { Unit::Major };
        let options = Options { unit, ..Options::default() };
        block_on(async {
            let bar = tokio::spawn(bar(progress, bytes));
            let done = self.reconcile(files, options).await;
            bar.abort();
            clear_bar();
            done
        })
    }

    async fn reconcile(&self, files: Vec<FileOnDisk>, options: Options) -> Result<Done, Answer> {
        let database = settings::database(self.config.as_deref())?;
        let storage = database::open(&database).await.map_err(|error| Answer::configuration(&error))?;
        let done = match self.books(&storage)? {
            Some(books) => reconciliation::reconcile(&books, files, options).await,
            None => {
                let compared = reconciliation::compare(storage.store.clone(), files.into(), options).await;
                compared.map(reconciliation::unasked).map_err(Failed::from)
            }
        };
        let done = done.map_err(|failed| match failed {
            Failed::Reconcile(ReconcileError::File(error)) => Answer::unusable(&error),
            other => Answer::configuration(&with_source(&other)),
        })?;
        let kept = done.keep(&*storage.archive, SystemClock.now()).await;
        kept.map_err(|error| Answer::configuration(&error))?;
        Ok(done)
    }

    /// Books with a gateway, where the configuration names one.
    fn books(&self, storage: &Storage) -> Result<Option<antom_domain::service::Books>, Answer> {
        match read_config(self.config.as_deref()) {
            Ok(config) if !self.offline => {
                let books = database::books(&config, storage);
                books.map(Some).map_err(|error| Answer::configuration(&error))
            }
            _ => Ok(None),
        }
    }

    /// The files, and how many bytes will be read: every file twice.
    fn files(&self, progress: &Progress) -> Result<(Vec<FileOnDisk>, u64), Answer> {
        let mut paths = Vec::new();
        for path in &self.files {
            if path.is_dir() {
                paths.extend(reconciliation::below(path));
            } else {
                paths.push(path.clone());
            }
        }
        if paths.is_empty() {
            return Err(Answer::usage("there is no .csv file in these folders".to_owned()));
        }
        let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |told| told.len());
        let bytes: u64 = paths.iter().map(length).sum();
        let files = paths.iter().map(|path| FileOnDisk::new(path, progress)).collect();
        Ok((files, bytes.saturating_mul(2)))
    }
}

fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", with_source(source)),
        None => error.to_string(),
    }
}

/// Shows how far the files are read, on a terminal.
async fn bar(progress: Progress, bytes: u64) {
    if !std::io::stderr().is_terminal() || bytes == 0 {
        return;
    }
    let mut looks = tokio::time::interval(Duration::from_millis(200));
    loop {
        looks.tick().await;
        let percent = progress.bytes().saturating_mul(100).checked_div(bytes).unwrap_or(0).min(100);
        let signs = usize::try_from(percent / 4).unwrap_or(0);
        let text =
            format!("\r[{}{}] {percent:>3} %", "=".repeat(signs), " ".repeat(25_usize.saturating_sub(signs)));
        // Nothing can be done where a bar cannot be drawn.
        let _drawn = std::io::stderr().write_all(text.as_bytes());
    }
}

fn clear_bar() {
    if std::io::stderr().is_terminal() {
        let _drawn = std::io::stderr().write_all(b"\r\x1b[K");
    }
}
