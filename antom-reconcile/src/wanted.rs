//! Rows that are noted by number: they are read again, and told with everything that a person needs.
//! Why they are noted is decided in `join` and `matching`.

use std::collections::{BTreeMap, BTreeSet};

use crate::books::Books;
use crate::day::Day;
use crate::details::Files;
use crate::error::ReconcileError;
use crate::file_name::FileKind;
use crate::finding::{Finding, FindingKind, Findings};
use crate::kind::TransactionKind as Kind;
use crate::report::{Cells, Mark};
use crate::row::{Figures, Row};
use crate::sums::Sums;
use crate::table::Told;

/// Why a row is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Want {
    /// The books do not know it.
    Stranger,
    Late,
    Twice,
    /// A settled transaction that the transaction details lack.
    Unlisted,
    /// A transaction whose settlement the details lack.
    Unsettled,
    /// One of two rows about the same transaction that differ.
    Pair(u32),
}

/// The rows to read again.
#[derive(Debug, Default)]
pub(crate) struct Wanted(Vec<(u32, Want)>);

impl Wanted {
    pub(crate) fn add(&mut self, ordinal: u32, want: Want) {
        self.0.push((ordinal, want));
    }

    /// Reads all of them in one pass.
    pub(crate) fn tell(
        mut self,
        files: Files<'_>,
        sums: &Sums,
        books: &mut dyn Books,
        findings: &mut Findings,
        cells: &mut Cells,
    ) -> Result<(), ReconcileError> {
        self.0.sort_unstable();
        let days = days_of(files);
        let mut wants = self.0.iter().map(|(_, want)| *want);
        let mut halves: BTreeMap<u32, Half> = BTreeMap::new();
        files.visit(self.0.iter().map(|(ordinal, _)| *ordinal), |_, row, figures| {
            match wants.next() {
                Some(Want::Stranger) => stranger(row, figures, books, findings, cells)?,
                Some(Want::Late) => tell(FindingKind::LateFee, row, findings),
                Some(Want::Twice) => tell(FindingKind::DuplicateRow, row, findings),
                Some(Want::Unlisted) if row.day().is_some_and(|day| days.contains(&day)) => {
                    tell(FindingKind::MissingInTransactions, row, findings);
                }
                Some(Want::Unsettled) if has_batch(sums, row) => {
                    tell(FindingKind::MissingInSettlement, row, findings);
                }
                Some(Want::Pair(number)) => match halves.remove(&number) {
                    None => drop(halves.insert(number, Half::of(row, figures))),
                    Some(told) => told.compare(row, figures, findings),
                },
                // The files of that day or batch are not here.
                Some(Want::Unlisted | Want::Unsettled) | None => {}
            }
            Ok::<(), ReconcileError>(())
        })
    }
}

/// Whether the details of the row's batch were given.
fn has_batch(sums: &Sums, row: Row<'_>) -> bool {
    let batch = row.text(row.columns.batch);
    !batch.is_empty() && sums.has_batch(&batch)
}

/// The days that transaction details were given for.
pub(crate) fn days_of(files: Files<'_>) -> BTreeSet<Day> {
    let own = files.all.iter().filter(|file| file.columns.kind == FileKind::Transactions);
    own.filter_map(|file| file.name.day).collect()
}

fn tell(kind: FindingKind, row: Row<'_>, findings: &mut Findings) {
    findings.add(kind, || Finding::of_row(kind, row));
}

/// A row that the books do not know, or that is only listed.
fn stranger(
    row: Row<'_>,
    figures: &Figures,
    books: &mut dyn Books,
    findings: &mut Findings,
    cells: &mut Cells,
) -> Result<(), ReconcileError> {
    // What failed at the gateway moved nothing: the books need not know it.
    if Told::read(row.bytes(row.columns.status)) == Told::Failed {
        return Ok(());
    }
    let kind = match row.kind() {
        Kind::Authorization | Kind::Payment => {
            let order = row.text(row.columns.order);
            let is_known = !order.is_empty() && books.has_order(&order)?;
            if is_known { FindingKind::SurplusPayment } else { FindingKind::UnknownPayment }
        }
        Kind::Capture => FindingKind::UnknownCapture,
        Kind::Refund => FindingKind::UnknownRefund,
        Kind::Cancel => FindingKind::UnknownCancel,
        Kind::Dispute | Kind::RapidDisputeResolution | Kind::Cdrn => FindingKind::Dispute,
        Kind::DisputeReversal => FindingKind::DisputeReversal,
        Kind::RefundReversal => FindingKind::RefundReversal,
        Kind::PaymentReversal => FindingKind::PaymentReversal,
        Kind::AdjustmentFee
        | Kind::SettlementFee
        | Kind::CollateralWithheld
        | Kind::CollateralReleased
        | Kind::Reserve
        | Kind::ReserveReleased => FindingKind::OtherRow,
        Kind::Unknown => FindingKind::UnknownType,
    };
    tell(kind, row, findings);
    if let Some(amount) = figures.amount.filter(|_| kind.concerns_a_payment()) {
        cells.add(row.day(), amount.currency, Mark::Different);
    }
    Ok(())
}

/// What a row says of a settlement, kept until the other row is there.
#[derive(Debug)]
struct Half {
    order: String,
    payment_id: String,
    pair: String,
    figures: Figures,
    fees: BTreeMap<String, String>,
}

impl Half {
    fn of(row: Row<'_>, figures: &Figures) -> Self {
        Self {
            order: row.text(row.columns.order).into_owned(),
            payment_id: String::from_utf8_lossy(row.payment_id()).into_owned(),
            pair: row.text(row.columns.pair).into_owned(),
            figures: figures.clone(),
            fees: fees(row, figures),
        }
    }

    /// Names every column in which the later row differs from this one.
    fn compare(&self, row: Row<'_>, figures: &Figures, findings: &mut Findings) {
        let other = Self::of(row, figures);
        let sum = |sum: Option<crate::row::Sum>| {
            sum.map(|sum| format!("{} {}", sum.currency, sum.value)).unwrap_or_default()
        };
        let price = |price: Option<crate::decimal::Decimal>| price.map(|price| price.to_string());
        let mut fields = vec![
            ("transactionId", self.payment_id.clone(), other.payment_id),
            ("referenceTransactionId", self.order.clone(), other.order),
            ("quoteCurrencyPair", self.pair.clone(), other.pair),
            ("transactionAmountValue", sum(self.figures.amount), sum(other.figures.amount)),
            ("settlementAmountValue", sum(self.figures.net), sum(other.figures.net)),
            (
                "quotePrice",
                price(self.figures.price).unwrap_or_default(),
                price(other.figures.price).unwrap_or_default(),
            ),
        ];
        let names: BTreeSet<&String> = self.fees.keys().chain(other.fees.keys()).collect();
        for name in names {
            let of = |fees: &BTreeMap<String, String>| fees.get(name).cloned().unwrap_or_default();
            fields.push((name, of(&self.fees), of(&other.fees)));
        }
        let kind = FindingKind::SettlementDiffers;
        for (field, expected, found) in fields.into_iter().filter(|(_, expected, found)| expected != found) {
            findings.add(kind, || Finding::of_row(kind, row).field(field, expected, found));
        }
    }
}

fn fees(row: Row<'_>, figures: &Figures) -> BTreeMap<String, String> {
    let named = row.columns.fees.iter().zip(&figures.fees).filter_map(|(money, fee)| Some((money, (*fee)?)));
    let present = named.filter(|(_, fee)| !fee.value.is_zero());
    present
        .map(|(money, fee)| {
            let name = row.columns.name(money.value).to_owned();
            (name, format!("{} {}", fee.currency, fee.value))
        })
        .collect()
}
