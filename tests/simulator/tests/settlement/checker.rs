//! Reconciles a day: the files with themselves, with each other and with the merchant's books.
//! Written from the facts about the files (reconciliation sections 1 to 5), not from what writes them.

use std::collections::{BTreeMap, BTreeSet};

use antom_simulator::core::SettlementFile;

use super::shop::Known;
use super::table::{Row, Table, scale};

/// Something that is not as it should be: what, in which file and line, about which transactionRequestId.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) kind: &'static str,
    pub(crate) file: String,
    pub(crate) line: Option<usize>,
    pub(crate) id: String,
}

#[derive(Default)]
struct Checker {
    findings: Vec<Finding>,
    /// Transaction details, whole or not.
    told: Vec<(String, Row)>,
    told_is_whole: bool,
    /// Settlement details by currency and batch.
    settled: BTreeMap<(String, String), Batch>,
}

#[derive(Default)]
struct Batch {
    rows: Vec<(String, Row)>,
    sums: Vec<(String, Row)>,
    is_broken: bool,
}

/// Everything that is wrong with the files of this day.
pub(crate) fn check(files: &[SettlementFile], books: &[Known], day: &str) -> Vec<Finding> {
    let mut checker = Checker { told_is_whole: true, ..Checker::default() };
    checker.gaps(files);
    files.iter().for_each(|file| checker.load(file, day));
    let batches = std::mem::take(&mut checker.settled);
    for ((currency, id), batch) in &batches {
        checker.batch(currency, id, batch);
    }
    checker.settled = batches;
    checker.repetitions();
    let own: Vec<&Known> = books.iter().filter(|known| known.day == day).collect();
    checker.strangers(books, &own);
    checker.absent(&own);
    checker.findings.sort();
    checker.findings.dedup();
    checker.findings
}

impl Checker {
    fn find(&mut self, kind: &'static str, file: &str, row: Option<&Row>) {
        let id = row.map_or("", |row| row.text("transactionRequestId")).to_owned();
        self.findings.push(Finding { kind, file: file.to_owned(), line: row.map(|row| row.line), id });
    }

    /// Parts are numbered from 000 without a gap.
    fn gaps(&mut self, files: &[SettlementFile]) {
        let mut parts: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for file in files {
            let (stem, part) =
                file.name.strip_suffix(".csv").expect("a csv").rsplit_once('_').expect("a part");
            assert_eq!(part.len(), 3, "{}", file.name);
            let stem = format!("{}/{stem}", file.folder);
            parts.entry(stem).or_default().insert(part.parse().expect("a number"));
        }
        for (stem, parts) in parts {
            let last = *parts.last().expect("a part");
            for missing in (0..last).filter(|part| !parts.contains(part)) {
                self.find("missing_part", &format!("{stem}_{missing:03}.csv"), None);
                self.told_is_whole = false;
            }
        }
    }

    fn load(&mut self, file: &SettlementFile, day: &str) {
        let path = format!("{}/{}", file.folder, file.name);
        let table = Table::read(&file.content);
        if !table.ends {
            self.find("missing_end", &path, None);
        }
        for line in &table.broken {
            let kind = "truncated_row";
            self.findings.push(Finding { kind, file: path.clone(), line: Some(*line), id: String::new() });
        }
        let is_broken = !table.ends || !table.broken.is_empty();
        let rows = table.rows.into_iter().map(|row| (path.clone(), row));
        let name: Vec<&str> = file.name.split('_').collect();
        match name.as_slice() {
            ["transactionItems", date, _] => {
                assert_eq!(*date, day.replace('-', ""));
                assert!(file.folder.ends_with(date), "{path}: the folder is that of the transactions' day");
                self.told_is_whole &= !is_broken;
                self.told.extend(rows);
            }
            [kind @ ("settlementItems" | "settlementSummary"), currency, batch, _] => {
                assert!(
                    !file.folder.ends_with(&day.replace('-', "")),
                    "{path}: it is settled on a later day"
                );
                let entry = self.settled.entry(((*currency).to_owned(), (*batch).to_owned())).or_default();
                entry.is_broken |= is_broken;
                if *kind == "settlementItems" { entry.rows.extend(rows) } else { entry.sums.extend(rows) }
            }
            other => panic!("no name of a settlement file: {other:?}"),
        }
    }

    /// Rows of a batch one by one, then against the sums (facts 4.4 and 4.5).
    fn batch(&mut self, currency: &str, id: &str, batch: &Batch) {
        for (file, row) in &batch.rows {
            if row.text("settlementBatchId") != id {
                self.find("batch_id_differs", file, Some(row));
            }
            assert_eq!(row.text("settlementCurrency"), currency);
            let net = row.units("settlementAmountValue", currency);
            let fees = fees(row, currency).values().sum::<i128>();
            let gross = gross(row, currency);
            if !agrees(gross, row.units("convertedTransactionAmountValue", currency), currency) {
                self.find("wrong_quote", file, Some(row));
            } else if !agrees(net, gross + fees, currency) {
                let told = self.told.iter().find(|(_, told)| key(told) == key(row) && is_settled(told));
                let same =
                    told.is_none_or(|(_, told)| self::fees(told, currency) == self::fees(row, currency));
                self.find(if same { "wrong_net" } else { "wrong_fee" }, file, Some(row));
            }
        }
        if batch.is_broken {
            return;
        }
        let mut expected: BTreeMap<&str, (usize, i128, BTreeMap<String, i128>)> = BTreeMap::new();
        for (_, row) in &batch.rows {
            for kind in ["TOTAL", row.text("transactionType")] {
                let sum = expected.entry(kind).or_default();
                sum.0 += 1;
                sum.1 += row.units("settlementAmountValue", currency);
                for (fee, units) in fees(row, currency) {
                    *sum.2.entry(fee).or_default() += units;
                }
            }
        }
        assert_eq!(batch.sums.len(), expected.len(), "one sum for each type, and TOTAL");
        if let Some((_, first)) = batch.sums.first() {
            assert_eq!(first.text("summaryType"), "TOTAL");
        }
        for (file, row) in &batch.sums {
            let kind = row.text("summaryType");
            let (count, net, expected_fees) = expected.remove(kind).expect("a type that occurs, once");
            assert_eq!(row.text("settlementBatchId"), id);
            assert_eq!(fees(row, currency), expected_fees, "{kind}");
            if row.text("count") != count.to_string() {
                self.find("summary_count", file, Some(row));
            }
            if row.units("settlementAmountValue", currency) != net {
                let kind = if kind == "TOTAL" { "summary_total" } else { "summary_type_sum" };
                self.find(kind, file, Some(row));
            }
        }
    }

    /// The same transaction again: later with what it costs, or twice (fact 5).
    fn repetitions(&mut self) {
        let mut seen: BTreeMap<Key, Row> = BTreeMap::new();
        for (file, row) in self.told.clone() {
            // Several disputes of one payment are several transactions.
            if row.text("transactionRequestId").is_empty() {
                continue;
            }
            match seen.insert(key(&row), row.clone()) {
                Some(before) if !is_settled(&before) && is_settled(&row) => {
                    self.find("late_fee", &file, Some(&row))
                }
                Some(_) => self.find("duplicate_row", &file, Some(&row)),
                None => {}
            }
        }
    }

    /// Every row against the merchant's books.
    fn strangers(&mut self, books: &[Known], own: &[&Known]) {
        for (file, row) in self.told.clone() {
            let (kind, id) = (row.text("transactionType"), row.text("transactionRequestId"));
            let stranger = match kind {
                "DISPUTE" => Some("dispute_row"),
                "DISPUTE_REVERSAL" => Some("dispute_reversal_row"),
                "REFUND_REVERSAL" => Some("refund_reversal_row"),
                _ => None,
            };
            if let Some(stranger) = stranger {
                self.find(stranger, &file, Some(&row));
                continue;
            }
            let Some(known) = own.iter().find(|known| known.kind == kind && known.request_id == id) else {
                let order = row.text("referenceTransactionId");
                let stranger = match kind {
                    "PAYMENT" if books.iter().any(|known| known.order == order) => "surplus_payment",
                    "PAYMENT" | "AUTHORIZATION" => "extra_payment",
                    "CAPTURE" => "extra_capture",
                    "REFUND" => "extra_refund",
                    other => panic!("a {other} that nobody made"),
                };
                self.find(stranger, &file, Some(&row));
                continue;
            };
            let currency = row.text("transactionCurrency");
            let amount = row.units("transactionAmountValue", currency);
            for (differs, kind) in [
                (row.text("transactionId") != known.payment_id, "wrong_payment_id"),
                (row.text("referenceTransactionId") != known.order, "wrong_order_reference"),
                (row.text("status") != "SUCCESS", "status_differs"),
                (currency != known.currency, "currency_differs"),
                (currency == known.currency && amount != known.units, "amount_differs"),
            ] {
                if differs {
                    self.find(kind, &file, Some(&row));
                }
            }
        }
    }

    /// Every transaction of the books is told, and settled if it moves money.
    fn absent(&mut self, own: &[&Known]) {
        let whole = self.settled.values().all(|batch| !batch.is_broken);
        for known in own {
            let same = |(_, row): &&(String, Row)| {
                row.text("transactionType") == known.kind
                    && row.text("transactionRequestId") == known.request_id
            };
            let told: Vec<&(String, Row)> = self.told.iter().filter(same).collect();
            let settled = self.settled.values().flat_map(|batch| &batch.rows).filter(same).count();
            // A payment that was cancelled before the batch, an authorization and a cancel move no money.
            let cancelled = own.iter().any(|one| one.kind == "CANCEL" && one.request_id == known.request_id);
            let failed = told.iter().any(|(_, row)| row.text("status") != "SUCCESS");
            let moves = matches!(known.kind, "PAYMENT" | "CAPTURE" | "REFUND") && !cancelled && !failed;
            let lacks = told.is_empty() && self.told_is_whole;
            let unsettled = moves && settled == 0 && whole;
            assert!(moves || settled == 0, "{known:?} moves no money");
            if lacks || unsettled {
                let (file, id) = (String::new(), known.request_id.clone());
                self.findings.push(Finding { kind: "missing_row", file, line: None, id });
            }
        }
    }
}

type Key = (String, String, String);

fn key(row: &Row) -> Key {
    let text = |name: &str| row.text(name).to_owned();
    (text("transactionType"), text("transactionId"), text("transactionRequestId"))
}

fn is_settled(row: &Row) -> bool {
    !row.text("settlementAmountValue").is_empty()
}

/// All fees of a row or a sum by name; each has its currency beside it.
fn fees(row: &Row, currency: &str) -> BTreeMap<String, i128> {
    let is_fee = |name: &&str| {
        let fee = name.strip_suffix("AmountValue").unwrap_or(name);
        fee.ends_with("Fee") || fee == "acquirerMarkup"
    };
    let present = row.columns().filter(is_fee).filter(|name| !row.text(name).is_empty());
    present
        .map(|name| {
            let own = format!("{}Currency", name.strip_suffix("AmountValue").unwrap_or(name));
            assert_eq!(row.text(&own), currency, "{name}");
            (name.to_owned(), row.units(name, currency))
        })
        .collect()
}

/// The amount in the settlement currency, before fees.
fn gross(row: &Row, currency: &str) -> i128 {
    let own = row.text("transactionCurrency");
    let units = row.units("transactionAmountValue", own);
    let Some((left, right)) = row.text("quoteCurrencyPair").split_once('/') else {
        assert_eq!(own, currency, "without a quote the currencies are the same");
        return units;
    };
    let (whole, fraction) = row.text("quotePrice").split_once('.').expect("a price with decimals");
    let price: i128 = format!("{whole}{fraction}").parse().expect("a price");
    let precision = 10_i128.pow(u32::try_from(fraction.len()).expect("small"));
    let (up, down) = if (left, right) == (own, currency) {
        (price, precision)
    } else {
        assert_eq!((left, right), (currency, own), "the pair is that of the row");
        (precision, price)
    };
    half_even(units * up * scale(currency), down * scale(own))
}

fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator.abs() / denominator, numerator.abs() % denominator);
    let up = rest * 2 > denominator || (rest * 2 == denominator && whole % 2 == 1);
    numerator.signum() * (whole + i128::from(up))
}

/// Equal but for rounding: 0.02 of the major unit (fact 4.4), nothing where there are no decimals.
fn agrees(one: i128, other: i128, currency: &str) -> bool {
    (one - other).abs() <= scale(currency) * 2 / 100
}
