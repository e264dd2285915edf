//! The result: what was read, what was found, and how days and currencies look.
//! How it is shown is in `render`; what is done about it is the caller's.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::day::Day;
use crate::file_name::FileKind;
use crate::finding::{Finding, FindingKind, Findings, Weight};
use crate::inspect::Inspected;
use crate::row::Code;

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Follows from the files alone: the same files have the same report, however often they are given.
    pub id: String,
    /// The files, in the order in which they were read.
    pub files: Vec<FileReport>,
    /// How many transactions of the books are as the files say.
    pub matched: u64,
    /// Days and currencies.
    pub cells: Vec<Cell>,
    /// How often each kind was found.
    pub counts: BTreeMap<FindingKind, u64>,
    /// What was found; fewer than were counted where there are very many.
    pub findings: Vec<Finding>,
}

/// One file of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub digest: String,
    /// Which file it is.
    pub kind: FileKind,
    /// Its rows.
    pub rows: u32,
    /// Columns that this program does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_columns: Vec<String>,
}

/// Transactions of a day (UTC+8) in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The day, as `2026-11-02`; empty where the file tells none.
    pub day: String,
    /// The currency of the transactions.
    pub currency: String,
    /// Those of the books that are as the files say.
    pub matched: u64,
    /// Those of the books that are in doubt, or that a later file may tell.
    pub open: u64,
    /// Those that differ, are missing in the files or unknown to the books.
    pub different: u64,
}

/// Whether files and books agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// They do.
    Clean,
    /// They do not.
    Differences,
}

impl Report {
    /// Whether files and books agree.
    pub fn outcome(&self) -> Outcome {
        if self.differences() == 0 { Outcome::Clean } else { Outcome::Differences }
    }

    /// How many differences were found.
    pub fn differences(&self) -> u64 {
        let differing = self.counts.iter().filter(|(kind, _)| kind.weight() == Weight::Difference);
        differing.map(|(_, count)| count).sum()
    }

    /// The payments that a difference is about, by our id or else by the gateway's: whom to ask the gateway about. What
    /// differs only within the files names none.
    pub fn payments_in_question(&self) -> BTreeSet<(String, String)> {
        let about = self.findings.iter().filter(|one| one.kind.concerns_a_payment());
        let ids = about.map(|one| (one.payment_request_id.clone(), one.payment_id.clone()));
        ids.filter(|(request, payment)| !request.is_empty() || !payment.is_empty()).collect()
    }
}

impl FindingKind {
    /// Whether the gateway can be asked about it by an inquiry.
    pub fn concerns_a_payment(self) -> bool {
        matches!(
            self,
            Self::MissingInFiles
                | Self::UnknownPayment
                | Self::SurplusPayment
                | Self::UnknownCapture
                | Self::UnknownRefund
                | Self::UnknownCancel
                | Self::AmountDiffers
                | Self::CurrencyDiffers
                | Self::StatusDiffers
                | Self::PaymentIdDiffers
                | Self::OrderDiffers
        )
    }
}

/// What becomes of a transaction in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Matched,
    Open,
    Different,
}

/// Counts by day and currency.
#[derive(Debug, Default)]
pub(crate) struct Cells(BTreeMap<(Option<Day>, Code), [u64; 3]>);

impl Cells {
    pub(crate) fn add(&mut self, day: Option<Day>, currency: Code, mark: Mark) {
        let counts = self.0.entry((day, currency)).or_default();
        let [matched, open, different] = counts;
        let count = match mark {
            Mark::Matched => matched,
            Mark::Open => open,
            Mark::Different => different,
        };
        *count = count.saturating_add(1);
    }
}

pub(crate) fn report(files: &[Inspected<'_>], findings: Findings, cells: Cells) -> Report {
    // The name of an empty file is all that it says.
    let name =
        |file: &Inspected<'_>| if file.rows == 0 { file.source.name().to_owned() } else { String::new() };
    let mut digests: Vec<String> =
        files.iter().map(|file| format!("{} {}\n", file.digest, name(file))).collect();
    digests.sort_unstable();
    let mut id = Sha256::new();
    digests.iter().for_each(|digest| id.update(digest));
    let id = id.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let Findings { kept: mut found, counts, .. } = findings;
    found.sort_by(|a, b| (&a.file, a.line, a.kind, &a.field).cmp(&(&b.file, b.line, b.kind, &b.field)));
    let cells: Vec<Cell> = cells
        .0
        .into_iter()
        .map(|((day, currency), [matched, open, different])| Cell {
            day: day.map(|day| day.to_string()).unwrap_or_default(),
            currency: currency.to_string(),
            matched,
            open,
            different,
        })
        .collect();
    let file = |file: &Inspected<'_>| FileReport {
        name: file.source.name().to_owned(),
        digest: file.digest.clone(),
        kind: file.columns.kind,
        rows: file.rows,
        unknown_columns: file
            .columns
            .unknown
            .iter()
            .map(|column| file.columns.name(*column).to_owned())
            .collect(),
    };
    let matched = cells.iter().map(|cell| cell.matched).sum();
    Report { id, files: files.iter().map(file).collect(), matched, cells, counts, findings: found }
}
