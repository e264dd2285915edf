//! The sample files: they agree with themselves and each other, in every form in which they may come.
//! Simulated days are in `simulated_days`, damaged files in `bad_files`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_reconcile::{FileKind, FindingKind, NoBooks, Options, Outcome, Source as _, Text, Unit, reconcile};
use support::{Listed, payment, sample, samples, shop, with};

const TRANSACTIONS: &str = "transactionItems_20261102_000.csv";
const DETAILS: &str = "settlementItems_USD_2026110300000000001_000.csv";
const SUMMARY: &str = "settlementSummary_USD_2026110300000000001_000.csv";

//= B-7 test
#[test]
fn the_samples_agree_with_each_other_and_with_the_books_of_their_merchant() {
    let report = reconcile(&samples(), &mut shop(), &Options::default()).unwrap();
    assert_eq!(report.outcome(), Outcome::Clean, "{}", report.to_table());
    let found: Vec<FindingKind> = report.findings.iter().map(|one| one.kind).collect();
    assert_eq!(found, [FindingKind::Dispute], "the one dispute is listed");
    assert_eq!(report.matched, 7);
    let kinds: Vec<FileKind> = report.files.iter().map(|file| file.kind).collect();
    assert_eq!(
        kinds,
        [FileKind::Transactions, FileKind::Details, FileKind::Details, FileKind::Summary, FileKind::Summary]
    );
    assert!(report.files.iter().all(|file| file.unknown_columns.is_empty()), "{:?}", report.files);
}

#[test]
fn a_summary_of_2024_adds_up() {
    let file = sample("legacy/settlementSummary_USD_2024050100000000001_000.csv");
    let report = reconcile(&[file], &mut NoBooks, &Options::default()).unwrap();
    assert_eq!(report.counts.len(), 0, "{}", report.to_table());
}

#[test]
fn the_order_of_files_and_columns_line_ends_marks_and_names_change_nothing() {
    let expected = reconcile(&samples(), &mut shop(), &Options::default()).unwrap();
    let turned = samples().into_iter().rev().map(|file| {
        let text = with(&file);
        let lines = text.lines().map(|line| match line {
            "<END>" => "<END>,,,".to_owned(),
            line => line.split(',').rev().collect::<Vec<_>>().join(","),
        });
        Text::new(file.name(), format!("\u{feff}{}\r\n\r\n", lines.collect::<Vec<_>>().join("\r\n")))
    });
    let report = reconcile(&turned.collect::<Vec<_>>(), &mut shop(), &Options::default()).unwrap();
    assert_eq!((report.cells, report.counts), (expected.cells, expected.counts));
    let dashboard = [
        (TRANSACTIONS, "TRANSACTION_DETAIL_20261102.csv"),
        (DETAILS, "SETTLEMENT_DETAIL_2026110300000000001_20261103.csv"),
        (SUMMARY, "SETTLEMENT_SUMMARY_2026110300000000001_20261103.csv"),
    ];
    let renamed = dashboard.map(|(name, other)| Text::new(other, with(&sample(name))));
    assert_eq!(reconcile(&renamed, &mut shop(), &Options::default()).unwrap().matched, expected.matched);
}

#[test]
fn parts_are_joined_and_a_file_given_twice_is_loaded_once() {
    let text = with(&sample(TRANSACTIONS));
    let lines: Vec<&str> = text.lines().collect();
    let part = |rows: &[&str]| format!("{}\n{}\n<END>\n", lines[0], rows.join("\n"));
    let parts = [
        Text::new("transactionItems_20261102_001.csv", part(&lines[4..8])),
        Text::new("transactionItems_20261102_000.csv", part(&lines[1..4])),
        Text::new("copy_of_part_000.csv", part(&lines[1..4])),
    ];
    let report = reconcile(&parts, &mut shop(), &Options::default()).unwrap();
    assert_eq!((report.matched, report.outcome()), (7, Outcome::Clean));
    assert_eq!(report.counts.get(&FindingKind::RepeatedFile), Some(&1));
}

#[test]
fn the_same_files_have_the_same_report_however_often_they_are_given() {
    let first = reconcile(&samples(), &mut shop(), &Options::default()).unwrap();
    assert_eq!(reconcile(&samples(), &mut shop(), &Options::default()).unwrap(), first);
    let fewer = reconcile(&samples()[..2], &mut shop(), &Options::default()).unwrap();
    assert_ne!(fewer.id, first.id);
}

#[test]
fn texts_in_gbk_are_read_and_columns_that_nobody_knows_are_kept() {
    let text = with(&sample(TRANSACTIONS));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let count = lines.len();
    for (at, line) in lines.iter_mut().take(count - 1).enumerate() {
        line.push_str(if at == 0 { ",memo" } else { ",\u{5907}\u{6ce8}" });
    }
    let text = lines.join("\n").replace("Order 0777", "\u{8ba2}\u{5355}, \u{201c}777\u{201d}");
    let text = text.replace("\u{8ba2}\u{5355}, \u{201c}777\u{201d}", "\"\u{8ba2}\u{5355}, 777\"");
    let (gbk, _, lost) = encoding_rs::GBK.encode(&text);
    assert!(!lost && std::str::from_utf8(&gbk).is_err());
    let file = Text::new(TRANSACTIONS, gbk.into_owned());
    let report = reconcile(&[file], &mut shop(), &Options::default()).unwrap();
    assert_eq!((report.matched, report.outcome()), (7, Outcome::Clean), "{}", report.to_table());
    assert_eq!(report.files[0].unknown_columns, ["memo"]);
    let dispute = &report.findings[0];
    assert_eq!(dispute.unknown_columns.get("memo").map(String::as_str), Some("\u{5907}\u{6ce8}"));
    assert_eq!(dispute.reference_order_id, "ORD-0777");
}

#[test]
fn smallest_units_are_read_where_they_are_set() {
    let header = "settlementBatchId,transactionType,transactionId,transactionRequestId,transactionAmountValue,transactionCurrency,settlementAmountValue,settlementCurrency,feeAmountValue,feeCurrency";
    let text = format!(
        "{header}\n1,PAYMENT,2,P-1,725,USD,700,USD,-25,USD\n2,PAYMENT,3,P-2,725,JPY,700,USD,,\n<END>\n"
    );
    let file = Text::new(
        "settlementItems_USD_2024050100000000001_000.csv",
        text.replace("\n2,PAYMENT,3,P-2,725,JPY,700,USD,,", ""),
    );
    let mut books = Listed(vec![payment("P-1", "2", "O-1", "7.25", "USD")]);
    let options = Options { unit: Unit::Minor, ..Options::default() };
    let report = reconcile(std::slice::from_ref(&file), &mut books, &options).unwrap();
    assert_eq!(report.matched, 1, "{}", report.to_table());
    let major = reconcile(&[file], &mut books, &Options::default()).unwrap();
    assert_eq!(major.counts.get(&FindingKind::AmountDiffers), Some(&1));
}

#[test]
fn a_card_paid_in_one_step_stands_for_hold_and_capture_and_unknown_captures_are_told_apart() {
    let file = sample(TRANSACTIONS);
    let text = with(&file);
    let capture = text.lines().find(|line| line.contains("CR-0001")).unwrap();
    let second = capture.replace("CR-0001", "CR-0009").replace("120.00", "20.00").replace("117.70", "17.70");
    let text = text.replace(capture, &format!("{capture}\n{second}"));
    let report = reconcile(&[Text::new(TRANSACTIONS, text)], &mut shop(), &Options::default()).unwrap();
    assert_eq!(report.matched, 7);
    let unknown: Vec<_> =
        report.findings.iter().filter(|one| one.kind == FindingKind::UnknownCapture).collect();
    assert_eq!((unknown.len(), unknown[0].transaction_request_id.as_str()), (1, "CR-0009"));
}

#[test]
fn what_a_later_file_may_tell_is_open_and_what_no_file_tells_is_missing() {
    let days = |earliest: &str, latest: &str| {
        let mut one = payment("PR-0009", "9", "ORD-0009", "1.00", "USD");
        one.earliest = antom_reconcile_time(earliest);
        one.latest = antom_reconcile_time(latest);
        let mut books = shop();
        books.0.push(one);
        let report = reconcile(&samples(), &mut books, &Options::default()).unwrap();
        report.counts.get(&FindingKind::MissingInFiles).copied().unwrap_or_default()
    };
    assert_eq!(days("2026-11-02T00:00:00+08:00", "2026-11-02T23:59:59+08:00"), 1);
    assert_eq!(days("2026-11-02T23:59:59+08:00", "2026-11-03T00:00:00+08:00"), 0, "the next day may tell it");
    assert_eq!(days("2026-11-01T12:00:00+08:00", "2026-11-01T12:00:00+08:00"), 0, "no file of that day");
}

fn antom_reconcile_time(text: &str) -> antom_core::Timestamp {
    antom_core::Timestamp::parse(text).unwrap()
}

#[test]
fn a_report_is_shown_as_json_as_csv_and_as_a_table_and_obeys_no_spreadsheet() {
    let text = with(&sample(TRANSACTIONS)).replace("ORD-0777", "\"=1+1, \u{7}\"").replace('\u{7}', "");
    let report = reconcile(&[Text::new(TRANSACTIONS, text)], &mut shop(), &Options::default()).unwrap();
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<antom_reconcile::Report>(&json).unwrap(), report);
    let csv = report.to_csv();
    assert!(csv.contains("listed,dispute,transactionItems_20261102_000.csv,7,DISPUTE,,PR-0777,"), "{csv}");
    assert!(csv.contains(",\"'=1+1, \","), "{csv}");
    let table = report.to_table();
    assert!(table.contains("7 matched, files and books agree"), "{table}");
}
