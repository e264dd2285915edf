//! The first pass: every file must be complete, well-formed and given once, before anything is loaded.
//! What its rows mean together is left to the second pass.

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::GBK;

use crate::columns::Columns;
use crate::error::{FileError, Reason};
use crate::file_name::{FileKind, FileName};
use crate::finding::{Finding, FindingKind, Findings};
use crate::options::Unit;
use crate::record::{Record, Records};
use crate::row::{Code, Encoding, Figures, Row};
use crate::source::Source;

/// A file that is complete and well-formed.
#[derive(Debug)]
pub(crate) struct Inspected<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) columns: Columns,
    pub(crate) name: FileName,
    pub(crate) encoding: Encoding,
    pub(crate) rows: u32,
    pub(crate) digest: String,
    /// The batch, from the name or the first row.
    pub(crate) batch: String,
}

impl Inspected<'_> {
    /// Opens the file for a later pass and skips its header.
    pub(crate) fn open(&self) -> Result<Records<Box<dyn std::io::Read + '_>>, FileError> {
        let mut records = begin(self.source)?;
        let mut header = Record::default();
        records.header(&mut header)?;
        if header.len() != self.columns.names.len() {
            return Err(records.error(Reason::Changed));
        }
        Ok(records)
    }

    pub(crate) fn row<'a>(&'a self, record: &'a Record) -> Row<'a> {
        Row { file: self.source.name(), record, columns: &self.columns, encoding: self.encoding }
    }
}

/// Inspects all files; what is given twice is told and left out.
pub(crate) fn inspect<'a, S: Source>(
    sources: &'a [S],
    unit: Unit,
    findings: &mut Findings,
) -> Result<Vec<Inspected<'a>>, FileError> {
    let mut files: Vec<Inspected<'_>> = Vec::new();
    for source in sources {
        let file = inspect_one(source, unit)?;
        let is_same = |other: &&Inspected<'_>| {
            // Files of empty periods are alike, and each says something else by its name.
            let is_empty = file.rows == 0 && other.source.name() != source.name();
            other.digest == file.digest && !is_empty
        };
        if let Some(same) = files.iter().find(is_same) {
            findings.add(FindingKind::RepeatedFile, || Finding {
                file: source.name().to_owned(),
                found: same.source.name().to_owned(),
                ..Finding::new(FindingKind::RepeatedFile)
            });
        } else if files.iter().any(|other| other.source.name() == source.name()) {
            return Err(FileError::new(source.name(), Reason::SameName));
        } else {
            files.push(file);
        }
    }
    whole(&files)?;
    // The order in which they are given changes nothing.
    files.sort_by(|a, b| (a.columns.kind, a.source.name()).cmp(&(b.columns.kind, b.source.name())));
    Ok(files)
}

/// Parts are numbered from 000 without a gap.
fn whole(files: &[Inspected<'_>]) -> Result<(), FileError> {
    let mut parts: BTreeMap<&str, (BTreeSet<u32>, &str)> = BTreeMap::new();
    for file in files {
        if let Some((stem, part)) = &file.name.part {
            let known = parts.entry(stem).or_insert_with(|| (BTreeSet::new(), file.source.name()));
            known.0.insert(*part);
        }
    }
    for (numbers, name) in parts.values() {
        let expected = numbers.iter().zip(0..).find(|(number, expected)| *number != expected);
        if let Some((_, missing)) = expected {
            return Err(FileError::new(name, Reason::MissingPart(missing)));
        }
    }
    Ok(())
}

fn begin(source: &dyn Source) -> Result<Records<Box<dyn std::io::Read + '_>>, FileError> {
    let input =
        source.open().map_err(|error| FileError::new(source.name(), Reason::Unreadable(error.kind())))?;
    Ok(Records::new(source.name(), input))
}

fn inspect_one(source: &dyn Source, unit: Unit) -> Result<Inspected<'_>, FileError> {
    let mut records = begin(source)?.with_digest();
    let mut record = Record::default();
    records.header(&mut record)?;
    let mut texts = Texts::default();
    texts.look(&record);
    let name = FileName::read(source.name());
    let columns = Columns::read(source.name(), name.kind, &record)?;
    let (mut rows, mut currency, mut batch) = (0_u32, None, name.batch.clone());
    let mut figures = Figures::default();
    while records.row(&mut record)? {
        texts.look(&record);
        let encoding = Encoding::Utf8;
        let row = Row { file: source.name(), record: &record, columns: &columns, encoding };
        row.figures(unit, &mut figures)?;
        if columns.kind != FileKind::Transactions {
            one_currency(row, &figures, &mut currency)?;
            batch = batch.or_else(|| Some(row.text(columns.batch).into_owned()));
        }
        rows = rows.checked_add(1).ok_or_else(|| row.error(Reason::TooManyRows))?;
    }
    let encoding = texts.encoding().map_err(|line| records.error(Reason::Encoding).at(line))?;
    let digest = records.digest();
    Ok(Inspected { source, columns, name, encoding, rows, digest, batch: batch.unwrap_or_default() })
}

/// A batch is settled in one currency, and so are its fees.
fn one_currency(row: Row<'_>, figures: &Figures, known: &mut Option<Code>) -> Result<(), FileError> {
    let net = (figures.net, row.columns.net);
    let fees = figures.fees.iter().copied().zip(row.columns.fees.iter().copied().map(Some));
    for (sum, money) in std::iter::once(net).chain(fees) {
        let Some(sum) = sum else { continue };
        let expected = *known.get_or_insert(sum.currency);
        if sum.currency != expected {
            let (found, expected) = (sum.currency.to_string(), expected.to_string());
            let column = money.and_then(|money| money.currency);
            return Err(row.error_in(Reason::MixedCurrencies { found, expected }, column));
        }
    }
    Ok(())
}

/// Finds out the encoding: whatever is well-formed UTF-8 throughout is UTF-8, else GBK if that is.
#[derive(Default)]
struct Texts {
    /// The first line that is not.
    no_utf8: Option<u64>,
    no_gbk: Option<u64>,
}

impl Texts {
    fn look(&mut self, record: &Record) {
        let bytes = record.bytes();
        if bytes.is_ascii() {
            return;
        }
        if std::str::from_utf8(bytes).is_err() {
            self.no_utf8.get_or_insert(record.line);
        }
        if GBK.decode_without_bom_handling_and_without_replacement(bytes).is_none() {
            self.no_gbk.get_or_insert(record.line);
        }
    }

    fn encoding(&self) -> Result<Encoding, u64> {
        match (self.no_utf8, self.no_gbk) {
            (None, _) => Ok(Encoding::Utf8),
            (Some(_), None) => Ok(Encoding::Gbk),
            (Some(line), Some(_)) => Err(line),
        }
    }
}
