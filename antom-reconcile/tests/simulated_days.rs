//! Days of simulated merchants: nothing is found on clean ones, and every planted discrepancy on the others.
//! The merchant is that of the simulator's own tests; it shares no code with what is tested here.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "the simulator's own tests need more of it")]
#[path = "../../tests/simulator/tests/settlement/shop.rs"]
mod shop;
mod support;

use std::collections::BTreeSet;

use antom_core::{Currency, Timestamp};
use antom_reconcile::{
    Decimal, FindingKind as F, Options, Outcome, Own, Reason, ReconcileError, Report, Standing, Text,
    TransactionKind, reconcile,
};
use antom_simulator::core::Settlement;
use serde_json::{Value, json};
use shop::{Known, Shop};
use support::Listed;

const DAY: &str = "2026-11-25";

/// Each planted kind, what must be found for it, and what may be found beside it.
const PLANTS: [(&str, F, &[F]); 22] = [
    ("missing_row", F::MissingInFiles, &[]),
    ("extra_payment", F::UnknownPayment, &[]),
    ("extra_refund", F::UnknownRefund, &[]),
    ("extra_capture", F::UnknownCapture, &[]),
    ("surplus_payment", F::SurplusPayment, &[]),
    ("amount_differs", F::AmountDiffers, &[]),
    ("currency_differs", F::CurrencyDiffers, &[]),
    ("status_differs", F::StatusDiffers, &[]),
    ("duplicate_row", F::DuplicateRow, &[]),
    ("wrong_payment_id", F::PaymentIdDiffers, &[]),
    ("wrong_order_reference", F::OrderDiffers, &[]),
    ("dispute_row", F::Dispute, &[]),
    ("dispute_reversal_row", F::DisputeReversal, &[]),
    ("refund_reversal_row", F::RefundReversal, &[]),
    ("wrong_fee", F::SettlementDiffers, &[F::NetDiffers]),
    ("wrong_net", F::NetDiffers, &[]),
    ("wrong_quote", F::QuoteDiffers, &[]),
    ("batch_id_differs", F::BatchDiffers, &[]),
    ("late_fee", F::LateFee, &[]),
    ("summary_count", F::SummaryCountDiffers, &[]),
    ("summary_total", F::SummaryTotalDiffers, &[]),
    ("summary_type_sum", F::SummarySumDiffers, &[]),
];

fn books(known: &[Known]) -> Listed {
    let own = |one: &Known| {
        let currency = Currency::parse(&one.currency).expect("a currency");
        let kind = TransactionKind::read(one.kind.as_bytes());
        let noon = Timestamp::parse(&format!("{}T12:00:00+08:00", one.day)).expect("a day");
        let units = i64::try_from(one.units).expect("an amount");
        let is_own = matches!(kind, TransactionKind::Capture | TransactionKind::Refund);
        let same_payment = known.iter().find(|other| {
            other.payment_id == one.payment_id && matches!(other.kind, "AUTHORIZATION" | "PAYMENT")
        });
        let payment = same_payment.filter(|_| is_own).unwrap_or(one);
        Own {
            kind,
            request_id: Some(one.request_id.clone()),
            payment_request_id: payment.request_id.clone(),
            payment_id: Some(one.payment_id.clone()),
            reference_order_id: one.order.clone(),
            amount: Decimal::from_minor(units, currency),
            currency,
            standing: Standing::Done,
            earliest: noon,
            latest: noon,
        }
    };
    Listed(known.iter().map(own).collect())
}

fn files(settlement: &Settlement) -> Vec<Text> {
    settlement.files.iter().map(|file| Text::new(file.name.clone(), file.content.clone())).collect()
}

fn settled(shop: &mut Shop, input: &Value) -> Settlement {
    shop.settle(input).expect("a settlement")
}

fn run(settlement: &Settlement, books: &mut Listed) -> Result<Report, ReconcileError> {
    reconcile(&files(settlement), books, &Options::default())
}

//= B-7 test
#[test]
fn nothing_is_found_on_clean_days_of_a_hundred_merchants() {
    let mut matched = 0;
    for seed in 0..100 {
        let mut shop = Shop::after_a_day(seed, 30);
        let mut books = books(&shop.books());
        for (day, header) in [(DAY, "current"), ("2026-11-26", "current"), (DAY, "legacy")] {
            let settlement =
                settled(&mut shop, &json!({"date": day, "header": header, "lineEnding": "CRLF"}));
            let report = run(&settlement, &mut books).expect("readable files");
            assert!(report.counts.is_empty(), "seed {seed}, {day}, {header}: {}", report.to_table());
            matched += report.matched;
        }
    }
    assert!(matched > 5_000, "{matched}");
}

//= B-7 test
#[test]
fn every_planted_discrepancy_is_found_and_nothing_else() {
    for seed in 0..12 {
        let mut shop = Shop::after_a_day(seed, 40);
        let mut books = books(&shop.books());
        for (plant, expected, beside) in PLANTS {
            let settlement = settled(&mut shop, &json!({"date": DAY, "plant": [plant]}));
            let report = run(&settlement, &mut books).expect("readable files");
            let found: BTreeSet<F> = report.counts.keys().copied().collect();
            assert!(found.contains(&expected), "{plant}, seed {seed}: {}", report.to_table());
            let other: Vec<&F> =
                found.iter().filter(|one| **one != expected && !beside.contains(one)).collect();
            assert!(other.is_empty(), "{plant}, seed {seed}: {}", report.to_table());
            let planted = &settlement.planted[0];
            let id = planted.transaction_request_id.clone().unwrap_or_default();
            let is_told = |one: &antom_reconcile::Finding| {
                let in_file = planted.file.rsplit('/').next() == Some(&one.file);
                let is_line = !in_file || planted.line.map(|line| line as u64) == one.line;
                one.kind == expected && one.transaction_request_id == id && is_line
            };
            assert!(
                report.findings.iter().any(is_told),
                "{plant}, seed {seed}: {planted:?} {}",
                report.to_table()
            );
        }
    }
}

#[test]
fn many_discrepancies_in_one_day_do_not_hide_each_other() {
    let plants = PLANTS.map(|(plant, ..)| plant);
    for seed in 0..12 {
        let mut shop = Shop::after_a_day(seed, 60);
        let mut books = books(&shop.books());
        let settlement = settled(&mut shop, &json!({"date": DAY, "plant": plants, "rowsPerPart": 7}));
        let report = run(&settlement, &mut books).expect("readable files");
        for (plant, expected, _) in PLANTS {
            assert!(report.counts.contains_key(&expected), "{plant}, seed {seed}: {}", report.to_table());
        }
        assert_eq!(report.outcome(), Outcome::Differences);
    }
}

#[test]
fn damaged_files_are_told_with_their_line_and_load_nothing() {
    for seed in 0..12 {
        let mut shop = Shop::after_a_day(seed, 40);
        let mut books = books(&shop.books());
        for plant in ["missing_end", "truncated_row", "missing_part"] {
            let settlement = settled(&mut shop, &json!({"date": DAY, "plant": [plant, "amount_differs"]}));
            let Err(ReconcileError::File(error)) = run(&settlement, &mut books) else {
                panic!("{plant}, seed {seed}: loaded");
            };
            let planted = &settlement.planted[0];
            let is_right = match error.reason {
                Reason::NoEnd => plant == "missing_end",
                Reason::Cells { .. } => plant == "truncated_row",
                Reason::MissingPart(_) => plant == "missing_part",
                _ => false,
            };
            assert!(is_right, "{plant}: {error}");
            if plant == "truncated_row" {
                assert_eq!(error.line, planted.line.map(|line| line as u64), "{error}");
                assert!(planted.file.ends_with(&error.file) && error.column.is_some(), "{error}");
            }
        }
    }
}

#[test]
fn what_is_in_doubt_here_and_settled_there_differs_and_is_to_be_asked_about() {
    let mut shop = Shop::after_a_day(3, 20);
    let mut books = books(&shop.books());
    let settlement = settled(&mut shop, &json!({"date": DAY}));
    let at = books.0.iter().position(|one| one.kind == TransactionKind::Payment).expect("a payment");
    for standing in [Standing::Open, Standing::Failed] {
        books.0[at].standing = standing;
        let report = run(&settlement, &mut books).expect("readable files");
        assert_eq!(report.counts.keys().collect::<Vec<_>>(), [&F::StatusDiffers]);
        let asked = report.payments_in_question();
        assert_eq!(asked.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&books.0[at].payment_request_id]);
    }
}
