//! Holds every transaction of the books against the rows: by digest first, in full only where that is not enough.
//! Rows that no transaction of the books asked for are noted as strangers.

use std::collections::BTreeSet;

use crate::books::{Own, Standing};
use crate::day::Day;
use crate::details::Files;
use crate::error::ReconcileError;
use crate::finding::{Finding, FindingKind, Findings};
use crate::kind::TransactionKind as Kind;
use crate::load::Loaded;
use crate::report::{Cells, Mark};
use crate::row::{Code, Figures, Row, Sum};
use crate::table::{Entry, Key, Table, Told, facts};
use crate::wanted::{Want, Wanted, days_of};

/// So many transactions wait to be compared in full; then the files are read once for all of them.
const WAITING: usize = 20_000;

/// The books against the rows.
#[derive(Debug)]
pub(crate) struct Matching<'a> {
    files: Files<'a>,
    loaded: &'a mut Loaded,
    findings: &'a mut Findings,
    cells: Cells,
    days: BTreeSet<Day>,
    waiting: Vec<(u32, Own)>,
}

impl<'a> Matching<'a> {
    pub(crate) fn new(files: Files<'a>, loaded: &'a mut Loaded, findings: &'a mut Findings) -> Self {
        let (cells, waiting) = (Cells::default(), Vec::new());
        Self { files, loaded, findings, cells, days: days_of(files), waiting }
    }

    /// Looks for the row of one transaction.
    pub(crate) fn offer(&mut self, own: Own) -> Result<(), ReconcileError> {
        let Loaded { transactions, settlements, .. } = &mut *self.loaded;
        let found = look(transactions, &own).or_else(|| look(settlements, &own));
        match found {
            None => self.absent(&own),
            Some(Found { is_same: true, .. })
                if matches!(own.standing, Standing::Done | Standing::Cancelled) =>
            {
                self.cell(&own, Mark::Matched);
            }
            Some(found) => {
                self.waiting.push((found.ordinal, own));
                if self.waiting.len() >= WAITING {
                    self.resolve()?;
                }
            }
        }
        Ok(())
    }

    /// Compares in full what waits for it.
    pub(crate) fn resolve(&mut self) -> Result<(), ReconcileError> {
        self.waiting.sort_by_key(|(ordinal, _)| *ordinal);
        let waiting = std::mem::take(&mut self.waiting);
        let mut owns = waiting.iter().map(|(_, own)| own);
        let (findings, cells) = (&mut *self.findings, &mut self.cells);
        self.files.visit(waiting.iter().map(|(ordinal, _)| *ordinal), |_, row, figures| {
            if let Some(own) = owns.next() {
                let mark = compare(own, row, figures, findings);
                cells.add(Some(own.day()), Code::of(own.currency), mark);
            }
            Ok::<(), ReconcileError>(())
        })
    }

    /// Notes what nobody asked for.
    pub(crate) fn finish(self, wanted: &mut Wanted) -> Cells {
        for table in [&self.loaded.transactions, &self.loaded.settlements] {
            for (at, entry) in table.entries().iter().enumerate() {
                if !table.is_done(at) {
                    wanted.add(entry.ordinal, Want::Stranger);
                }
            }
        }
        self.cells
    }

    /// No row tells of it: that is a difference only where the files of all days are there on which it may be.
    fn absent(&mut self, own: &Own) {
        match own.standing {
            Standing::Failed | Standing::Cancelled => {}
            Standing::Open => self.cell(own, Mark::Open),
            Standing::Done if !self.is_covered(own) => self.cell(own, Mark::Open),
            Standing::Done => {
                self.cell(own, Mark::Different);
                self.findings.add(FindingKind::MissingInFiles, || {
                    let expected = format!("{} {}", own.currency, own.amount);
                    of_own(own).field("transactionAmountValue", expected, "")
                });
            }
        }
    }

    fn is_covered(&self, own: &Own) -> bool {
        let (first, last) = (Day::of(own.earliest), Day::of(own.latest));
        let count = last.number().saturating_sub(first.number()).saturating_add(1);
        let covered = self.days.range(first..=last.max(first)).count();
        i64::try_from(covered) == Ok(count)
    }

    fn cell(&mut self, own: &Own, mark: Mark) {
        self.cells.add(Some(own.day()), Code::of(own.currency), mark);
    }
}

struct Found {
    ordinal: u32,
    /// Whether the digests say that nothing differs.
    is_same: bool,
}

/// Where the files may tell a transaction: a card paid in one step is one PAYMENT, and a cancel after the settlement is a
/// reversal.
fn kinds(own: &Own) -> &'static [Kind] {
    match own.kind {
        Kind::Authorization => &[Kind::Authorization, Kind::Payment],
        Kind::Capture if own.request_id.is_none() => &[Kind::Capture, Kind::Payment],
        Kind::Capture => &[Kind::Capture],
        Kind::Payment => &[Kind::Payment],
        Kind::Refund => &[Kind::Refund],
        Kind::Cancel => &[Kind::Cancel, Kind::PaymentReversal],
        Kind::Dispute
        | Kind::DisputeReversal
        | Kind::AdjustmentFee
        | Kind::SettlementFee
        | Kind::RefundReversal
        | Kind::PaymentReversal
        | Kind::CollateralWithheld
        | Kind::CollateralReleased
        | Kind::Reserve
        | Kind::ReserveReleased
        | Kind::RapidDisputeResolution
        | Kind::Cdrn
        | Kind::Unknown => &[],
    }
}

/// Finds the row of a transaction and marks it.
fn look(table: &mut Table, own: &Own) -> Option<Found> {
    let payment = own.payment_request_id.as_bytes();
    let payment_id = own.payment_id.as_deref().unwrap_or_default().as_bytes();
    for kind in kinds(own) {
        // A capture by the gateway itself has no id here; a payment is found by its own.
        let request = match (&own.request_id, kind) {
            (Some(id), Kind::Capture | Kind::Refund) => id.as_bytes(),
            (None, Kind::Capture) => b"",
            _ => payment,
        };
        let key = Key::new(*kind, request, payment, payment_id);
        let any_id = *kind == Kind::Capture && own.request_id.is_none();
        let places = table.places(key.key);
        let fits = |table: &Table, at: usize| {
            let entry = table.entries().get(at).copied()?;
            let is_free = !table.is_done(at) || *kind == Kind::Payment;
            (is_free && (any_id || entry.tag == key.tag)).then_some((at, entry))
        };
        let free: Vec<(usize, Entry)> = places.rev().filter_map(|at| fits(table, at)).collect();
        let same = free.iter().find(|(_, entry)| is_same(entry, *kind, own));
        if let Some((at, entry)) = same.or(free.first()) {
            table.mark(*at);
            return Some(Found { ordinal: entry.ordinal, is_same: same.is_some() });
        }
    }
    None
}

/// Whether the digests are equal; what a file does not tell differs in nothing.
fn is_same(entry: &Entry, kind: Kind, own: &Own) -> bool {
    let amount = Some(Sum { value: own.amount, currency: Code::of(own.currency) });
    let payment_id = own.payment_id.as_deref().unwrap_or_default().as_bytes();
    let order = own.reference_order_id.as_bytes();
    let of = |payment_id, order| facts(kind, payment_id, order, amount, Told::Done) == entry.facts;
    of(payment_id, order) || of(payment_id, b"") || of(b"", order) || of(b"", b"")
}

/// Compares a transaction of the books with its row, in full.
fn compare(own: &Own, row: Row<'_>, figures: &Figures, findings: &mut Findings) -> Mark {
    let mut differing = Vec::new();
    let mut differs = |kind: FindingKind, field, expected: &str, found: &str| {
        differing.push(Finding {
            // Whom to ask about is what the books say.
            payment_request_id: own.payment_request_id.clone(),
            ..Finding::of_row(kind, row).field(field, expected, found)
        });
    };
    let payment_id = String::from_utf8_lossy(row.payment_id());
    if let Some(known) =
        own.payment_id.as_deref().filter(|known| !payment_id.is_empty() && *known != payment_id)
    {
        differs(FindingKind::PaymentIdDiffers, "transactionId", known, &payment_id);
    }
    let order = row.text(row.columns.order);
    if !order.is_empty() && order != own.reference_order_id {
        let field = "referenceTransactionId";
        differs(FindingKind::OrderDiffers, field, &own.reference_order_id, &order);
    }
    let word = row.text(row.columns.status);
    let mut is_open = false;
    match (own.standing, Told::read(row.bytes(row.columns.status))) {
        (Standing::Done, Told::Done) | (Standing::Failed, Told::Failed) | (Standing::Cancelled, _) => {}
        (Standing::Open, Told::Open) => is_open = true,
        (_, Told::Unknown) => findings.add(FindingKind::UnknownStatus, || {
            Finding::of_row(FindingKind::UnknownStatus, row).field("status", own.standing.word(), &word)
        }),
        (standing, _) => {
            let word = if word.is_empty() { "SUCCESS" } else { &word };
            differs(FindingKind::StatusDiffers, "status", standing.word(), word);
        }
    }
    let kind = row.kind();
    if let Some(amount) = figures.amount.filter(|_| !matches!(kind, Kind::Cancel | Kind::PaymentReversal)) {
        let currency = own.currency.code();
        let (expected, found) = match kind {
            Kind::Authorization => (own.amount.abs(), amount.value.abs()),
            _ => (own.amount, amount.value),
        };
        if amount.currency.as_str() != currency {
            let field = "transactionCurrency";
            differs(FindingKind::CurrencyDiffers, field, currency, amount.currency.as_str());
        } else if expected != found {
            let field = "transactionAmountValue";
            differs(FindingKind::AmountDiffers, field, &expected.to_string(), &found.to_string());
        }
    }
    let mark = match (differing.is_empty(), is_open) {
        (false, _) => Mark::Different,
        (true, true) => Mark::Open,
        (true, false) => Mark::Matched,
    };
    differing.into_iter().for_each(|finding| findings.add(finding.kind, || finding));
    mark
}

fn of_own(own: &Own) -> Finding {
    Finding {
        transaction_type: own.kind.word().to_owned(),
        transaction_request_id: own.request_id.clone().unwrap_or_default(),
        payment_request_id: own.payment_request_id.clone(),
        payment_id: own.payment_id.clone().unwrap_or_default(),
        reference_order_id: own.reference_order_id.clone(),
        ..Finding::new(FindingKind::MissingInFiles)
    }
}
