//! Lays rows and sums out as sheets, part by part, and writes sheets as comma-separated text (RFC 4180).
//! What a cell says is decided in `cells`.

use super::columns::{Column, Columns};
use super::day::Day;
use super::request::Form;
use super::statement::{Batch, Row};

/// The last line of every complete file.
const END: &str = "<END>";
/// Stands for the batch in the names of an empty period's files.
const NO_BATCH: &str = "0000000000000000000";

/// A file of a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementFile {
    /// Where it lies, relative to the folder of all settlements, with `/` between the parts.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// Its text.
    pub content: String,
}

/// What a sheet tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SheetKind {
    Transactions,
    Details(&'static str),
    Summary,
}

/// A file before it is written.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) kind: SheetKind,
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) header: Vec<&'static str>,
    pub(super) lines: Vec<SheetLine>,
    /// Whether it closes with `<END>`.
    pub(super) ends: bool,
}

#[derive(Clone, Debug)]
pub(super) struct SheetLine {
    pub(super) cells: Vec<String>,
    /// The discrepancies, by number, that show in this line.
    pub(super) plants: Vec<usize>,
}

/// What all files of a settlement share.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) customer: String,
    pub(super) day: Day,
    pub(super) form: Form,
}

impl Head {
    /// The sheets of a day; the transaction details may have fewer rows in a part than the form says.
    pub(super) fn sheets(&self, rows: &[Row], batches: &[Batch], per_part: Option<usize>) -> Vec<Sheet> {
        let layout = self.form.layout;
        let parted = self.form.rows_per_part.map(usize::from);
        let all = rows.iter().map(|row| self.row(layout.transactions, row, row.told.as_ref()));
        let stem = format!("transactionItems_{}", self.day.digits());
        let base = self.sheet(SheetKind::Transactions, self.day, layout.transactions);
        let mut sheets = in_parts(&base, &stem, all.collect(), per_part.or(parted));
        for batch in batches {
            let id = batch.id.as_deref().unwrap_or(NO_BATCH);
            let stem = |name| format!("{name}_{}_{id}", batch.currency.code);
            let own = rows.iter().filter_map(|row| {
                let settled = row.settled.as_ref().filter(|one| one.currency.code == batch.currency.code)?;
                Some(self.row(layout.details, row, Some(settled)))
            });
            let kind = SheetKind::Details(batch.currency.code);
            let base = self.sheet(kind, self.day.next(), layout.details);
            sheets.extend(in_parts(&base, &stem("settlementItems"), own.collect(), parted));
            let sums = batch.sums.iter().map(|sums| SheetLine {
                cells: cells(layout.summary, |column| self.sum_cell(column, sums, id)),
                plants: sums.plants.clone(),
            });
            let base = self.sheet(SheetKind::Summary, self.day.next(), layout.summary);
            sheets.extend(in_parts(&base, &stem("settlementSummary"), sums.collect(), None));
        }
        sheets
    }

    fn row(&self, columns: Columns, row: &Row, settled: Option<&super::pricing::Settled>) -> SheetLine {
        SheetLine {
            cells: cells(columns, |column| self.row_cell(column, &row.entry, settled)),
            plants: row.entry.plants.clone(),
        }
    }

    fn sheet(&self, kind: SheetKind, day: Day, columns: Columns) -> Sheet {
        Sheet {
            kind,
            folder: format!("v1/settlements/{}/{}", self.customer, day.digits()),
            name: String::new(),
            header: columns.iter().map(|(name, _)| *name).collect(),
            lines: Vec::new(),
            ends: true,
        }
    }
}

fn cells(columns: Columns, cell: impl Fn(Column) -> String) -> Vec<String> {
    columns.iter().map(|(_, column)| cell(*column)).collect()
}

/// Splits lines into numbered parts; no lines make one part.
fn in_parts(base: &Sheet, stem: &str, lines: Vec<SheetLine>, per_part: Option<usize>) -> Vec<Sheet> {
    let size = per_part.unwrap_or(lines.len()).max(1);
    let mut parts: Vec<Vec<SheetLine>> = lines.chunks(size).map(<[SheetLine]>::to_vec).collect();
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    let numbered = parts.into_iter().enumerate();
    numbered
        .map(|(part, lines)| Sheet { name: format!("{stem}_{part:03}.csv"), lines, ..base.clone() })
        .collect()
}

impl Sheet {
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }

    /// The number of the last line, from 1, that this discrepancy shows in.
    pub(super) fn line_of(&self, plant: usize) -> Option<usize> {
        let index = self.lines.iter().rposition(|line| line.plants.contains(&plant))?;
        // A quoted cell may hold line breaks of its own.
        let height = |line: &SheetLine| line.text().matches('\n').count().saturating_add(1);
        Some(self.lines.iter().take(index).map(height).fold(2, usize::saturating_add))
    }

    pub(super) fn render(&self, form: Form) -> SettlementFile {
        let mut lines = vec![self.header.join(",")];
        lines.extend(self.lines.iter().map(SheetLine::text));
        if self.ends {
            lines.push(END.to_owned());
        }
        let mark = if form.byte_order_mark { "\u{feff}" } else { "" };
        let mut content = mark.to_owned();
        for line in lines {
            content.push_str(&line);
            content.push_str(form.line_end);
        }
        SettlementFile { folder: self.folder.clone(), name: self.name.clone(), content }
    }
}

impl SheetLine {
    fn text(&self) -> String {
        self.cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",")
    }
}

/// A cell as RFC 4180 writes it: in quotes where it would be misread without.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_would_be_misread() {
        for (cell, text) in [
            ("a chair", "a chair"),
            ("a chair, red", "\"a chair, red\""),
            ("a 5\" nail", "\"a 5\"\" nail\""),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), text);
        }
    }
}
