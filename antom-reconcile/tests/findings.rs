//! Each kind of finding that no simulated day plants, found where one thing of the samples is changed.
//! The other kinds are planted in `simulated_days`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use antom_reconcile::{FindingKind as F, Options, Report, Source as _, Text, reconcile};
use support::{samples, shop, with};

const TRANSACTIONS: &str = "transactionItems_20261102_000.csv";
const DETAILS: &str = "settlementItems_USD_2026110300000000001_000.csv";
const SUMMARY: &str = "settlementSummary_USD_2026110300000000001_000.csv";

/// The samples with one file changed, held against their merchant's books.
fn changed(name: &str, change: impl Fn(&str) -> String) -> Report {
    let changed = samples().into_iter().map(|file| {
        let text = with(&file);
        if file.name() == name { Text::new(name, change(&text)) } else { file }
    });
    reconcile(&changed.collect::<Vec<_>>(), &mut shop(), &Options::default()).unwrap()
}

/// The transaction details alone, with another type in place of the dispute.
fn of_type(word: &str) -> Report {
    let file = samples().into_iter().find(|file| file.name() == TRANSACTIONS).unwrap();
    let text = with(&file).replace("DISPUTE,2026", &format!("{word},2026"));
    reconcile(&[Text::new(TRANSACTIONS, text)], &mut shop(), &Options::default()).unwrap()
}

/// Changes the one line that holds a word.
fn in_line(text: &str, word: &str, change: impl Fn(&str) -> String) -> String {
    assert_eq!(text.lines().filter(|line| line.contains(word)).count(), 1, "{word}");
    let lines = text.lines().map(|line| if line.contains(word) { change(line) } else { format!("{line}\n") });
    lines.collect()
}

/// What is found, beside the dispute that the samples hold anyway.
fn kinds(report: &Report) -> Vec<F> {
    report.counts.keys().copied().filter(|kind| *kind != F::Dispute).collect()
}

fn replaced<'a>(word: &'a str, from: &'a str, to: &'a str) -> impl Fn(&str) -> String + 'a {
    move |text| {
        in_line(text, word, |line| {
            assert!(line.contains(from), "{line}");
            format!("{}\n", line.replacen(from, to, 1))
        })
    }
}

fn without(word: &str) -> impl Fn(&str) -> String {
    move |text| in_line(text, word, |_| String::new())
}

#[test]
fn money_that_goes_the_wrong_way_for_its_type_is_found() {
    let report = changed(DETAILS, replaced("RR-0001", "-5000,JPY", "5000,JPY"));
    assert_eq!(kinds(&report), [F::QuoteDiffers, F::SignDiffers, F::SettlementDiffers]);
    let sign = report.findings.iter().find(|one| one.kind == F::SignDiffers).unwrap();
    assert_eq!((sign.expected.as_str(), sign.found.as_str(), sign.line), ("-5000", "5000", Some(5)));
}

#[test]
fn a_fee_in_another_currency_than_the_settlement_is_found() {
    let report = changed(TRANSACTIONS, replaced("PR-0003", "-0.35,USD", "-0.35,EUR"));
    assert_eq!(kinds(&report), [F::FeeCurrencyDiffers, F::SettlementDiffers]);
    assert!(report.findings.iter().any(|one| one.field == "interchangeFeeCurrency" && one.found == "EUR"));
}

#[test]
fn a_price_between_other_currencies_is_found() {
    let report = changed(TRANSACTIONS, replaced("PR-0003", "EUR/USD", "GBP/USD"));
    assert_eq!(kinds(&report), [F::QuoteDiffers, F::SettlementDiffers]);
    let quote = report.findings.iter().find(|one| one.kind == F::QuoteDiffers).unwrap();
    assert_eq!((quote.expected.as_str(), quote.found.as_str()), ("EUR/USD or USD/EUR", "GBP/USD"));
}

#[test]
fn what_only_one_of_the_two_details_tells_is_found() {
    let report = changed(DETAILS, without("PR-0003"));
    assert!(kinds(&report).contains(&F::MissingInSettlement), "{}", report.to_table());
    let report = changed(TRANSACTIONS, without("PR-0003"));
    assert_eq!(kinds(&report), [F::MissingInTransactions], "{}", report.to_table());
    assert_eq!(report.matched, 7, "the settlement details tell the books of it");
}

#[test]
fn a_sum_of_fees_that_is_not_that_of_the_details_is_found() {
    let report = changed(SUMMARY, replaced("TOTAL", "-3.65,USD", "-3.66,USD"));
    assert_eq!(kinds(&report), [F::SummaryFeeDiffers]);
    let fee = report.findings.iter().find(|one| one.kind == F::SummaryFeeDiffers).unwrap();
    let told = (fee.field.as_str(), fee.expected.as_str(), fee.found.as_str());
    assert_eq!(told, ("interchangeFeeAmountValue", "-3.65", "-3.66"));
}

#[test]
fn a_type_that_is_in_summary_or_details_only_is_found() {
    assert_eq!(kinds(&changed(SUMMARY, without("DISPUTE"))), [F::SummaryTypeMissing]);
    let report = changed(SUMMARY, replaced("DISPUTE", "DISPUTE", "RESERVE"));
    assert_eq!(report.counts.get(&F::SummaryTypeMissing), Some(&2), "{}", report.to_table());
}

#[test]
fn a_total_is_held_against_its_types_where_there_are_no_details() {
    let summary = samples().into_iter().find(|file| file.name() == SUMMARY).unwrap();
    let text = with(&summary).replacen("156.01", "156.02", 1);
    let report = reconcile(&[Text::new(SUMMARY, text)], &mut shop(), &Options::default()).unwrap();
    assert_eq!(kinds(&report), [F::SummaryTotalDiffers]);
    assert!(report.findings.iter().any(|one| one.expected == "156.01" && one.found == "156.02"));
}

#[test]
fn a_cancel_that_nobody_asked_for_is_found() {
    let report = changed(TRANSACTIONS, replaced("PR-0004", "PR-0004", "PR-0404"));
    assert_eq!(kinds(&report), [F::MissingInFiles, F::UnknownCancel]);
}

#[test]
fn words_that_nobody_knows_are_listed_and_are_no_difference() {
    let report = changed(TRANSACTIONS, replaced("PR-0003", ",SUCCESS,", ",MARVELLOUS,"));
    assert_eq!((kinds(&report), report.differences()), (vec![F::UnknownStatus], 0));
    assert_eq!(kinds(&of_type("GIFT")), [F::UnknownType]);
    assert_eq!(kinds(&of_type("ADJUSTMENT_FEE")), [F::OtherRow]);
}

#[test]
fn a_payment_that_was_taken_back_is_listed() {
    assert_eq!(kinds(&of_type("PAYMENT_REVERSAL")), [F::PaymentReversal]);
}

#[test]
fn every_kind_is_named_once_and_has_its_weight() {
    let words: std::collections::BTreeSet<&str> = F::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(words.len(), F::ALL.len());
    for kind in F::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
}
