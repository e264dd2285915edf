//! Settles a day: entries become rows, rows become batches with their sums, and all of it becomes files.
//! Planting discrepancies at each of these stages is left to `plant`, the text of cells to `cells`.

use serde_json::Value;

use super::day::Day;
use super::entry::{Entry, currencies_of, entries_of};
use super::files::{Head, SettlementFile};
use super::plant::Planter;
use super::pricing::{Settled, settled};
use super::request::{Request, SettlementError};
use super::summary::{Sums, sums_of};
use crate::core::amount::{self, Currency};
use crate::core::gateway::Gateway;
use crate::core::random::Random;
use crate::core::time::Time;

/// The files of a day, and what is wrong with them on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The files, with paths relative to the folder of all settlements.
    pub files: Vec<SettlementFile>,
    /// Where each discrepancy was planted, in the order in which they were asked for.
    pub planted: Vec<Planted>,
}

/// A discrepancy and where it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// Its name.
    pub kind: &'static str,
    /// Path of the file, relative to the folder of all settlements.
    pub file: String,
    /// The line in it, from 1; `None` for what is not there, or of no line.
    pub line: Option<usize>,
    /// The `transactionRequestId` of the row.
    pub transaction_request_id: Option<String>,
}

/// A transaction as both files tell it; the two differ only where a discrepancy is planted.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) entry: Entry,
    /// What the transaction details say of its settlement.
    pub(super) told: Option<Settled>,
    /// What the settlement details say, if it is in them at all.
    pub(super) settled: Option<Settled>,
}

/// What is settled in one currency.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) currency: Currency,
    /// `None` for an empty period.
    pub(super) id: Option<String>,
    pub(super) sums: Vec<Sums>,
}

impl Gateway {
    /// Settles a day of a client; see the control API for the form of the input.
    ///
    /// # Errors
    /// If the input is not understood, or the day's books cannot carry a discrepancy that it asks for.
    pub fn settle(
        &mut self,
        at: Time,
        own_client: &str,
        input: Value,
    ) -> Result<Settlement, SettlementError> {
        self.run_to(at);
        let Request { client, day, plants, seed, form } = Request::read(input, own_client, self.now)?;
        let seed = seed.unwrap_or(self.settings.seed);
        let mut entries = entries_of(&self.payments, &client, day);
        let mut planter = Planter::new(plants, Random::named(seed, &format!("{client} {}", day.iso())));
        planter.alter_entries(&mut entries)?;
        let mut batches = batches_of(&entries, currencies_of(&self.payments, &client, day), day);
        let mut rows: Vec<Row> = entries.into_iter().map(|entry| row_of(entry, seed, &batches)).collect();
        planter.alter_rows(&mut rows);
        for batch in &mut batches {
            batch.sums = sums_of(&rows, batch.currency);
        }
        planter.alter_sums(&mut batches)?;
        let head = Head { customer: customer_of(&client), day, form };
        let mut sheets = head.sheets(&rows, &batches, planter.transactions_per_part(&rows));
        planter.alter_sheets(&mut sheets)?;
        Ok(Settlement {
            planted: planter.report(&sheets),
            files: sheets.iter().map(|sheet| sheet.render(form)).collect(),
        })
    }
}

/// The merchant's number at the gateway, which its client id decides.
pub fn customer_of(client: &str) -> String {
    format!("2188{:012}", Random::named(0, client).digits(12))
}

fn batches_of(entries: &[Entry], mut currencies: Vec<Currency>, day: Day) -> Vec<Batch> {
    if currencies.is_empty() {
        currencies.extend(amount::currency("USD"));
    }
    let mut number = 0_u32;
    let batch = |currency: Currency| {
        let settles = |one: &Entry| one.settles && one.settlement_currency.code == currency.code;
        let id = entries.iter().any(settles).then(|| {
            number = number.saturating_add(1);
            format!("{}{number:011}", day.next().digits())
        });
        Batch { currency, id, sums: Vec::new() }
    };
    currencies.into_iter().map(batch).collect()
}

fn row_of(entry: Entry, seed: u64, batches: &[Batch]) -> Row {
    let own = batches.iter().find(|one| one.currency.code == entry.settlement_currency.code);
    let id = own.and_then(|one| one.id.as_deref()).unwrap_or_default();
    let told = settled(&entry, seed, id);
    Row { entry, settled: told.clone(), told }
}
