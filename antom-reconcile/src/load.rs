//! The second pass: checks every row, adds up the details and keeps what rows are found and compared by.
//! Finding and comparing them is left to `join` and `matching`.

use crate::check::check;
use crate::details::Files;
use crate::error::{FileError, Reason};
use crate::file_name::FileKind;
use crate::finding::{Finding, FindingKind, Findings};
use crate::inspect::Inspected;
use crate::record::Record;
use crate::row::Figures;
use crate::sums::{Adding, Sums};
use crate::table::{Entry, Table};

/// What was loaded.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) transactions: Table,
    pub(crate) settlements: Table,
    pub(crate) sums: Sums,
}

/// Loads all files.
pub(crate) fn load(files: Files<'_>, findings: &mut Findings) -> Result<Loaded, FileError> {
    let rows = |kind| {
        let own = files.all.iter().filter(|file| file.columns.kind == kind);
        own.map(|file| file.rows as usize).sum::<usize>()
    };
    let mut loaded = Loaded {
        transactions: Table::with_capacity(rows(FileKind::Transactions)),
        settlements: Table::with_capacity(rows(FileKind::Details)),
        sums: Sums::default(),
    };
    for (file, first) in files.numbered() {
        if first.checked_add(file.rows).is_none() {
            return Err(FileError::new(file.source.name(), Reason::TooManyRows));
        }
        load_file(file, first, files, &mut loaded, findings)?;
    }
    for file in files.all.iter().filter(|file| file.columns.kind == FileKind::Summary) {
        loaded.sums.check(file, files.unit, findings)?;
    }
    Ok(loaded)
}

fn load_file(
    file: &Inspected<'_>,
    first: u32,
    files: Files<'_>,
    loaded: &mut Loaded,
    findings: &mut Findings,
) -> Result<(), FileError> {
    let is_details = file.columns.kind == FileKind::Details;
    let (mut records, mut record, mut figures) = (file.open()?, Record::default(), Figures::default());
    let (mut adding, mut ordinal) = (Adding::new(), first);
    while records.row(&mut record)? {
        let row = file.row(&record);
        row.figures(files.unit, &mut figures)?;
        check(row, &figures, findings);
        let entry = Entry::of(row, &figures, ordinal);
        if is_details {
            adding.add(row, &figures)?;
            let batch = row.bytes(row.columns.batch);
            if !batch.is_empty() && batch != file.batch.as_bytes() {
                findings.add(FindingKind::BatchDiffers, || {
                    let found = row.text(row.columns.batch);
                    Finding::of_row(FindingKind::BatchDiffers, row).field(
                        "settlementBatchId",
                        &file.batch,
                        found,
                    )
                });
            }
            loaded.settlements.push(entry);
        } else {
            loaded.transactions.push(entry);
        }
        ordinal = ordinal.saturating_add(1);
    }
    if ordinal != first.saturating_add(file.rows) {
        return Err(records.error(Reason::Changed));
    }
    if is_details {
        loaded.sums.take(file, adding);
    }
    Ok(())
}
