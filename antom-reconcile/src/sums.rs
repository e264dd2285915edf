//! Adds up settlement details and holds the summary against them: count, net and every fee, type by type and in total.
//! Nothing is tolerated here: sums of the same numbers are equal.

use std::collections::BTreeMap;

use crate::columns::Columns;
use crate::decimal::Decimal;
use crate::error::{FileError, Reason};
use crate::finding::{Finding, FindingKind, Findings};
use crate::inspect::Inspected;
use crate::record::Record;
use crate::row::{Figures, Row};

/// The gateway has some twenty types.
const MOST_TYPES: usize = 200;
const TOTAL: &str = "TOTAL";

/// What rows of one type add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sum {
    count: u64,
    net: Decimal,
    fees: BTreeMap<String, Decimal>,
}

impl Sum {
    fn add(&mut self, other: &Sum) {
        self.count = self.count.saturating_add(other.count);
        self.net = self.net.plus(other.net);
        for (name, fee) in &other.fees {
            let sum = self.fees.entry(name.clone()).or_default();
            *sum = sum.plus(*fee);
        }
    }
}

/// Sums of all batches by type; the parts of a file are one batch.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    details: BTreeMap<String, BTreeMap<String, Sum>>,
}

/// Sums of one file of details, while it is read: by position, not by name.
#[derive(Debug)]
pub(crate) struct Adding {
    types: Vec<(Vec<u8>, u64, Decimal, Vec<Decimal>)>,
}

impl Adding {
    pub(crate) fn new() -> Self {
        Self { types: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: Row<'_>, figures: &Figures) -> Result<(), FileError> {
        let word = row.bytes(Some(row.columns.type_word));
        let known = self.types.iter().position(|(known, ..)| known == word);
        if known.is_none() {
            if self.types.len() >= MOST_TYPES {
                return Err(row.error_in(Reason::TooManyTypes(MOST_TYPES), Some(row.columns.type_word)));
            }
            self.types.push((word.to_owned(), 0, Decimal::ZERO, vec![Decimal::ZERO; figures.fees.len()]));
        }
        let last = self.types.len().saturating_sub(1);
        let Some((_, count, net, fees)) = self.types.get_mut(known.unwrap_or(last)) else { return Ok(()) };
        *count = count.saturating_add(1);
        *net = net.plus(figures.net.map_or(Decimal::ZERO, |sum| sum.value));
        for (sum, fee) in fees.iter_mut().zip(&figures.fees) {
            *sum = sum.plus(fee.map_or(Decimal::ZERO, |fee| fee.value));
        }
        Ok(())
    }
}

impl Sums {
    /// Takes in what a file of details adds up to; an empty one is a batch with nothing in it.
    pub(crate) fn take(&mut self, file: &Inspected<'_>, adding: Adding) {
        let batch = self.details.entry(file.batch.clone()).or_default();
        for (word, count, net, fees) in adding.types {
            let named = file.columns.fees.iter().zip(fees).filter(|(_, fee)| !fee.is_zero());
            let fees = named.map(|(money, fee)| (file.columns.name(money.value).to_owned(), fee)).collect();
            let word = String::from_utf8_lossy(&word).into_owned();
            batch.entry(word).or_default().add(&Sum { count, net, fees });
        }
    }

    /// Whether details of this batch were loaded.
    pub(crate) fn has_batch(&self, id: &str) -> bool {
        self.details.contains_key(id)
    }

    /// Holds a summary against the details of its batch, and its total against its types.
    pub(crate) fn check(
        &self,
        file: &Inspected<'_>,
        unit: crate::options::Unit,
        findings: &mut Findings,
    ) -> Result<(), FileError> {
        let details = self.details.get(&file.batch);
        let mut missing: BTreeMap<&str, &Sum> =
            details.into_iter().flatten().map(|(word, sum)| (word.as_str(), sum)).collect();
        let mut all = Sum::default();
        details.into_iter().flat_map(BTreeMap::values).for_each(|sum| all.add(sum));
        let mut totals: Vec<(Record, Sum)> = Vec::new();
        let (mut types, mut count) = (Sum::default(), 0_usize);
        let (mut records, mut figures) = (file.open()?, Figures::default());
        let mut record = Record::default();
        while records.row(&mut record)? {
            let row = file.row(&record);
            count = count.saturating_add(1);
            if count > MOST_TYPES {
                return Err(row.error_in(Reason::TooManyTypes(MOST_TYPES), Some(row.columns.type_word)));
            }
            row.figures(unit, &mut figures)?;
            let sum = stated(row, &figures)?;
            let word = row.text(Some(row.columns.type_word)).into_owned();
            if word == TOTAL {
                totals.push((std::mem::take(&mut record), sum));
                continue;
            }
            types.add(&sum);
            match (details, missing.remove(word.as_str())) {
                (None, _) => {}
                (Some(_), Some(expected)) => {
                    compare(row, expected, &sum, FindingKind::SummarySumDiffers, findings);
                }
                (Some(_), None) => findings.add(FindingKind::SummaryTypeMissing, || {
                    Finding::of_row(FindingKind::SummaryTypeMissing, row).field("summaryType", "", &word)
                }),
            }
        }
        for (record, sum) in &totals {
            let expected = if details.is_some() { &all } else { &types };
            compare(file.row(record), expected, sum, FindingKind::SummaryTotalDiffers, findings);
        }
        for (word, sum) in missing {
            findings.add(FindingKind::SummaryTypeMissing, || {
                Finding {
                    file: file.source.name().to_owned(),
                    ..Finding::new(FindingKind::SummaryTypeMissing)
                }
                .field("summaryType", format!("{word}: {} rows", sum.count), "")
            });
        }
        Ok(())
    }
}

fn stated(row: Row<'_>, figures: &Figures) -> Result<Sum, FileError> {
    let count = row.text(row.columns.count);
    let count = count
        .parse()
        .map_err(|_| row.error_in(crate::decimal::DecimalError::Malformed.into(), row.columns.count))?;
    Ok(Sum {
        count,
        net: figures.net.map_or(Decimal::ZERO, |net| net.value),
        fees: fees_of(row.columns, figures),
    })
}

fn fees_of(columns: &Columns, figures: &Figures) -> BTreeMap<String, Decimal> {
    let named = columns.fees.iter().zip(&figures.fees).filter_map(|(money, fee)| Some((money, (*fee)?)));
    let present = named.filter(|(_, fee)| !fee.value.is_zero());
    present.map(|(money, fee)| (columns.name(money.value).to_owned(), fee.value)).collect()
}

fn compare(row: Row<'_>, expected: &Sum, found: &Sum, kind: FindingKind, findings: &mut Findings) {
    let mut tell = |kind, field: &str, expected: String, found: String| {
        findings.add(kind, || Finding::of_row(kind, row).field(field, expected, found));
    };
    if expected.count != found.count {
        let (expected, found) = (expected.count.to_string(), found.count.to_string());
        tell(FindingKind::SummaryCountDiffers, "count", expected, found);
    }
    if expected.net != found.net {
        tell(kind, "settlementAmountValue", expected.net.to_string(), found.net.to_string());
    }
    let names: std::collections::BTreeSet<&String> = expected.fees.keys().chain(found.fees.keys()).collect();
    for name in names {
        // A summary need not have every column of the details.
        if !row.columns.names.contains(name) {
            continue;
        }
        let [expected, found] = [expected, found].map(|sum| sum.fees.get(name).copied().unwrap_or_default());
        if expected != found {
            tell(FindingKind::SummaryFeeDiffers, name, expected.to_string(), found.to_string());
        }
    }
}
