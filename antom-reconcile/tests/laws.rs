//! Laws of reading and calculating, over random tables, numbers and days.
//! What single files say is in `samples`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::Currency;
use antom_reconcile::{Decimal, FindingKind, NoBooks, Options, Outcome, Text, reconcile};
use proptest::prelude::*;
use support::{Listed, payment};

/// Rows of a day: units and the fee in hundredths of a dollar.
fn sales() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((1..10_000_000_i64, 0..5_000_i64), 1..40)
}

const HEADER: &str = "settlementBatchId,transactionType,transactionId,transactionRequestId,referenceTransactionId,transactionAmountValue,transactionCurrency,settlementAmountValue,settlementCurrency,processingFeeAmountValue,processingFeeCurrency";
const BATCH: &str = "2026110300000000001";

fn dollars(cents: i64) -> String {
    Decimal::from_minor(cents, Currency::parse("USD").unwrap()).to_string()
}

fn details(sales: &[(i64, i64)]) -> String {
    let row = |(at, (units, fee)): (usize, &(i64, i64))| {
        let (amount, net, fee) = (dollars(*units), dollars(units - fee), dollars(-fee));
        format!("{BATCH},PAYMENT,G-{at},P-{at},O-{at},{amount},USD,{net},USD,{fee},USD\n")
    };
    format!("{HEADER}\n{}<END>\n", sales.iter().enumerate().map(row).collect::<String>())
}

fn summary(sales: &[(i64, i64)]) -> String {
    let (net, fee) = sales.iter().fold((0, 0), |(net, fees), (units, fee)| (net + units - fee, fees + fee));
    let header = "settlementBatchId,summaryType,count,settlementAmountValue,settlementCurrency,processingFeeAmountValue,processingFeeCurrency";
    let row =
        |word: &str| format!("{BATCH},{word},{},{},USD,{},USD\n", sales.len(), dollars(net), dollars(-fee));
    format!("{header}\n{}{}<END>\n", row("TOTAL"), row("PAYMENT"))
}

fn files(sales: &[(i64, i64)]) -> Vec<Text> {
    vec![
        Text::new(format!("settlementItems_USD_{BATCH}_000.csv"), details(sales)),
        Text::new(format!("settlementSummary_USD_{BATCH}_000.csv"), summary(sales)),
    ]
}

fn books(sales: &[(i64, i64)]) -> Listed {
    let own = |(at, (units, _)): (usize, &(i64, i64))| {
        payment(&format!("P-{at}"), &format!("G-{at}"), &format!("O-{at}"), &dollars(*units), "USD")
    };
    Listed(sales.iter().enumerate().map(own).collect())
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same_number(units in any::<i64>(), places in 0..5_usize) {
        let currency = ["JPY", "USD", "KWD", "CLF", "EUR"][places];
        let number = Decimal::from_minor(units, Currency::parse(currency).unwrap());
        prop_assert_eq!(Decimal::parse(&number.to_string()).unwrap(), number);
    }

    #[test]
    fn a_price_and_back_differs_by_rounding_only(units in 1..1_000_000_000_i64, price in 1_000..9_999_999_i64) {
        let amount = Decimal::from_minor(units, Currency::parse("USD").unwrap());
        let price = Decimal::from_minor(price, Currency::parse("KWD").unwrap());
        let there = amount.times(price, 10).unwrap();
        prop_assert_eq!(there.divided_by(price, 2), Some(amount));
    }

    #[test]
    fn half_goes_to_even(whole in 0..1_000_000_i64) {
        let yen = |units| Decimal::from_minor(units, Currency::parse("JPY").unwrap());
        let half = Decimal::parse(&format!("{whole}.5")).unwrap();
        let expected = yen(if whole % 2 == 0 { whole } else { whole + 1 });
        prop_assert_eq!(half.times(yen(1), 0), Some(expected));
        prop_assert_eq!(Decimal::ZERO.minus(half).divided_by(yen(1), 0), Some(Decimal::ZERO.minus(expected)));
    }

    #[test]
    fn files_and_books_of_the_same_sales_agree_to_the_last(sales in sales()) {
        let report = reconcile(&files(&sales), &mut books(&sales), &Options::default()).unwrap();
        prop_assert_eq!((report.outcome(), report.matched), (Outcome::Clean, sales.len() as u64), "{}", report.to_table());
    }

    #[test]
    fn one_cent_anywhere_is_found_once(sales in sales(), at in any::<prop::sample::Index>()) {
        let at = at.index(sales.len());
        let mut other = sales.clone();
        other[at].0 += 1;
        let report = reconcile(&files(&other), &mut books(&sales), &Options::default()).unwrap();
        prop_assert_eq!(&report.counts, &[(FindingKind::AmountDiffers, 1)].into());
        prop_assert_eq!(&report.findings[0].transaction_request_id, &format!("P-{at}"));
        prop_assert_eq!(report.findings[0].line, Some(at as u64 + 2));
        let mixed = [files(&other).remove(0), files(&sales).remove(1)];
        let report = reconcile(&mixed, &mut books(&other), &Options::default()).unwrap();
        let expected = [(FindingKind::SummarySumDiffers, 1), (FindingKind::SummaryTotalDiffers, 1)];
        prop_assert_eq!(&report.counts, &expected.into(), "{}", report.to_table());
    }

    #[test]
    fn who_is_unknown_here_or_there_is_counted_exactly(sales in sales(), known in 0..40_usize) {
        let known = known.min(sales.len());
        let report = reconcile(&files(&sales), &mut books(&sales[..known]), &Options::default()).unwrap();
        let strangers = report.counts.get(&FindingKind::UnknownPayment).copied().unwrap_or_default();
        prop_assert_eq!((report.matched, strangers), (known as u64, (sales.len() - known) as u64));
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
        let mut text = details(&[(100, 1), (200, 2)]).into_bytes();
        let at = cut.index(text.len());
        let rest = text.split_off(at);
        bytes.extend(rest);
        text.extend(bytes);
        let file = Text::new("settlementItems_USD_2026110300000000001_000.csv", text);
        let _ = reconcile(&[file], &mut NoBooks, &Options::default());
    }

    #[test]
    fn cells_are_split_as_another_reader_splits_them(rows in prop::collection::vec(prop::collection::vec("[a-z ,\"\r\n]{0,6}", 3), 1..8)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["transactionType", "transactionRequestId", "settlementAmountValue", "settlementCurrency", "memo", "note", "hint"]).unwrap();
        for (at, row) in rows.iter().enumerate() {
            let fixed = ["X".to_owned(), format!("P-{at}"), "1".to_owned(), "USD".to_owned()];
            writer.write_record(fixed.iter().chain(row)).unwrap();
        }
        let mut bytes = writer.into_inner().unwrap();
        bytes.extend(b"<END>\n");
        let report = reconcile(&[Text::new("settlementItems_USD_1_000.csv", bytes)], &mut NoBooks, &Options::default()).unwrap();
        prop_assert_eq!(report.findings.len(), rows.len());
        for (at, row) in rows.iter().enumerate() {
            let id = format!("P-{at}");
            let told = &report.findings.iter().find(|one| one.transaction_request_id == id).unwrap().unknown_columns;
            for (name, cell) in ["memo", "note", "hint"].iter().zip(row) {
                prop_assert_eq!(told.get(*name).map_or("", String::as_str), cell);
            }
        }
    }
}
