//! The settlement files: clean days reconcile, every planted discrepancy is found, and nothing else is.
//! The merchant is in `shop`, the reconciliation in `checker`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

mod checker;
mod shop;
mod table;

use std::collections::BTreeSet;

use antom_simulator::core::{Operation, Outcome, Settlement, SettlementError};
use checker::{Finding, check};
use serde_json::{Value, json};
use shop::Shop;
use table::Table;

const DAY: &str = "2026-11-25";

const KINDS: [&str; 25] = [
    "missing_row",
    "extra_payment",
    "extra_refund",
    "extra_capture",
    "amount_differs",
    "currency_differs",
    "status_differs",
    "duplicate_row",
    "wrong_fee",
    "wrong_net",
    "wrong_quote",
    "summary_count",
    "summary_total",
    "summary_type_sum",
    "missing_end",
    "truncated_row",
    "surplus_payment",
    "dispute_row",
    "dispute_reversal_row",
    "refund_reversal_row",
    "late_fee",
    "wrong_payment_id",
    "wrong_order_reference",
    "batch_id_differs",
    "missing_part",
];

fn settled(shop: &mut Shop, input: Value) -> Settlement {
    shop.settle(&input).expect("a settlement")
}

fn file<'a>(settlement: &'a Settlement, start: &str) -> &'a str {
    let found = settlement.files.iter().find(|file| file.name.starts_with(start));
    &found.unwrap_or_else(|| panic!("no file {start}")).content
}

#[test]
fn clean_days_of_a_hundred_merchants_reconcile() {
    let (mut kinds, mut currencies, mut quoted, mut next_day) = (BTreeSet::new(), BTreeSet::new(), 0, 0);
    for seed in 0..100 {
        let mut shop = Shop::after_a_day(seed, 30);
        let books = shop.books();
        for day in [DAY, "2026-11-26"] {
            let settlement = settled(&mut shop, json!({"date": day}));
            assert_eq!(check(&settlement.files, &books, day), Vec::<Finding>::new(), "seed {seed}, {day}");
            assert_eq!(settlement.planted, Vec::new());
            for file in settlement.files.iter().filter(|file| file.name.starts_with("transactionItems")) {
                for row in Table::read(&file.content).rows {
                    kinds.insert(row.text("transactionType").to_owned());
                    currencies.insert(row.text("settlementCurrency").to_owned());
                    quoted += usize::from(!row.text("quotePrice").is_empty());
                    next_day += usize::from(day != DAY);
                }
            }
        }
    }
    let expected = ["AUTHORIZATION", "CANCEL", "CAPTURE", "PAYMENT", "REFUND"];
    assert!(kinds.iter().eq(expected), "{kinds:?}");
    assert!(
        ["", "EUR", "JPY", "KWD", "SGD", "USD"].iter().all(|one| currencies.contains(*one)),
        "{currencies:?}"
    );
    assert!(quoted > 500 && next_day > 0, "{quoted} rows with a quote, {next_day} of the next day");
}

#[test]
fn every_planted_discrepancy_is_found_and_nothing_else() {
    for seed in 0..12 {
        let mut shop = Shop::after_a_day(seed, 40);
        let books = shop.books();
        for kind in KINDS {
            let settlement = settled(&mut shop, json!({"date": DAY, "plant": [kind]}));
            let findings = check(&settlement.files, &books, DAY);
            let told: Vec<_> = settlement.planted.iter().map(|one| one.kind).collect();
            assert_eq!(told, [kind], "seed {seed}");
            let found: BTreeSet<&str> = findings.iter().map(|one| one.kind).collect();
            assert_eq!(found, BTreeSet::from([kind]), "seed {seed}: {findings:?}");
            let planted = &settlement.planted[0];
            let id = planted.transaction_request_id.clone().unwrap_or_default();
            assert!(findings.iter().any(|one| one.id == id), "{kind}, seed {seed}: {planted:?} {findings:?}");
        }
    }
}

#[test]
fn the_report_names_the_file_and_the_line() {
    let mut shop = Shop::after_a_day(7, 40);
    let books = shop.books();
    for kind in KINDS {
        let settlement = settled(&mut shop, json!({"date": DAY, "plant": [kind]}));
        let planted = &settlement.planted[0];
        let shown =
            settlement.files.iter().find(|file| format!("{}/{}", file.folder, file.name) == planted.file);
        assert_eq!(shown.is_none(), kind == "missing_part", "{planted:?}");
        let lineless = matches!(kind, "missing_row" | "missing_end" | "missing_part");
        assert_eq!(planted.line.is_none(), lineless, "{planted:?}");
        let (Some(line), Some(file)) = (planted.line, shown) else { continue };
        let table = Table::read(&file.content);
        let Some(row) = table.rows.iter().find(|row| row.line == line) else {
            assert_eq!((kind, &table.broken), ("truncated_row", &vec![line]));
            continue;
        };
        let id = planted.transaction_request_id.clone().unwrap_or_default();
        assert_eq!(row.text("transactionRequestId"), id, "{planted:?}");
        // Where the finding is about the same file, it is about the same line.
        let findings = check(&settlement.files, &books, DAY);
        for finding in findings.iter().filter(|one| one.file == planted.file) {
            assert_eq!(finding.line, Some(line), "{planted:?}");
        }
    }
}

#[test]
fn many_discrepancies_in_one_day_do_not_hide_each_other() {
    let damage = ["missing_end", "truncated_row", "missing_part"];
    let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| !damage.contains(kind)).collect();
    for seed in 0..20 {
        let mut shop = Shop::after_a_day(seed, 60);
        let books = shop.books();
        let settlement = settled(&mut shop, json!({"date": DAY, "plant": kinds}));
        let found: BTreeSet<&str> =
            check(&settlement.files, &books, DAY).iter().map(|one| one.kind).collect();
        assert_eq!(found, kinds.iter().copied().collect(), "seed {seed}");
        let all = settled(&mut shop, json!({"date": DAY, "plant": KINDS}));
        let told: Vec<&str> = all.planted.iter().map(|one| one.kind).collect();
        assert_eq!(told, KINDS, "in the order in which they were asked for");
        let found: BTreeSet<&str> = check(&all.files, &books, DAY).iter().map(|one| one.kind).collect();
        assert!(damage.iter().all(|kind| found.contains(kind)), "seed {seed}: {found:?}");
    }
}

#[test]
fn a_kind_that_the_day_cannot_carry_is_refused_by_name() {
    for kind in KINDS {
        let outcome = Shop::open(1).settle(&json!({"date": DAY, "plant": [kind]}));
        match outcome {
            // An empty period has files, and they can lack their end.
            Ok(_) => assert_eq!(kind, "missing_end"),
            Err(SettlementError::Impossible(message)) => assert!(message.starts_with(kind), "{message}"),
            Err(other) => panic!("{kind}: {other:?}"),
        }
    }
    let mut shop = Shop::after_a_day(3, 4);
    let many = vec!["amount_differs"; 50];
    assert!(matches!(shop.settle(&json!({"date": DAY, "plant": many})), Err(SettlementError::Impossible(_))));
}

#[test]
fn the_same_seed_settles_a_day_in_the_same_way() {
    let plant = json!({"date": DAY, "plant": ["amount_differs", "extra_payment"]});
    let run = |seed: u64, input: &Value| settled(&mut Shop::after_a_day(seed, 20), input.clone());
    assert_eq!(run(5, &plant), run(5, &plant));
    let mut shop = Shop::after_a_day(5, 20);
    assert_eq!(
        settled(&mut shop, plant.clone()),
        settled(&mut shop, plant.clone()),
        "settling changes nothing"
    );
    let mut other = plant.clone();
    other["seed"] = json!(99);
    assert_ne!(run(5, &plant).planted, run(5, &other).planted);
}

#[test]
fn a_cancel_after_the_batch_takes_back_what_was_settled() {
    let mut shop = Shop::open(1);
    let request = json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": "P-1",
        "paymentAmount": {"currency": "MXN", "value": "123457"},
        "paymentMethod": {"paymentMethodType": "MERCADOPAGO_MX"}, "env": {"terminalType": "WEB"},
        "settlementStrategy": {"settlementCurrency": "USD"}, "paymentRedirectUrl": "https://shop.test/result",
        "order": {"referenceOrderId": "O-1", "orderDescription": "a chair",
                  "orderAmount": {"currency": "MXN", "value": "123457"}},
    });
    shop.call(Operation::Pay, &request);
    shop.act("P-1", Outcome::Success);
    shop.wait(86_400);
    let before = settled(&mut shop, json!({"date": DAY}));
    shop.wait(2 * 86_400);
    assert_eq!(shop.code(Operation::Cancel, &json!({"paymentRequestId": "P-1"})), "SUCCESS");
    assert_eq!(settled(&mut shop, json!({"date": DAY})).files, before.files, "the past does not change");
    let after = settled(&mut shop, json!({"date": "2026-11-28"}));
    let rows = |settlement: &Settlement| Table::read(file(settlement, "settlementItems_USD")).rows;
    let (paid, reversed) = (&rows(&before)[0], &rows(&after)[0]);
    assert_eq!(
        (paid.text("transactionType"), reversed.text("transactionType")),
        ("PAYMENT", "PAYMENT_REVERSAL")
    );
    for column in ["settlementAmountValue", "paymentMethodFeeAmountValue", "processingFeeAmountValue"] {
        let (paid, reversed) = (paid.units(column, "USD"), reversed.units(column, "USD"));
        assert!(paid != 0 && paid + reversed == 0, "{column}: {paid} {reversed}");
    }
    let kinds: Vec<String> = Table::read(file(&after, "transactionItems"))
        .rows
        .iter()
        .map(|row| row.text("transactionType").to_owned())
        .collect();
    assert_eq!(kinds, ["CANCEL", "PAYMENT_REVERSAL"]);
}

#[test]
fn a_refund_that_bounced_comes_back_on_the_day_of_the_bounce() {
    let mut shop = Shop::after_a_day(4, 20);
    shop.books();
    let before = settled(&mut shop, json!({"date": DAY}));
    let refund = Table::read(file(&before, "transactionItems")).rows;
    let refund = refund.iter().find(|row| row.text("transactionType") == "REFUND").expect("a refund");
    let (payment, id) = (refund.text("originalTransactionRequestId"), refund.text("transactionRequestId"));
    shop.bounce(payment, id);
    let today = shop.today();
    let after = settled(&mut shop, json!({"date": today}));
    let rows = Table::read(file(&after, "transactionItems")).rows;
    let reversal =
        rows.iter().find(|row| row.text("transactionType") == "REFUND_REVERSAL").expect("a reversal");
    assert_eq!(reversal.text("transactionRequestId"), id);
    let currency = refund.text("transactionCurrency");
    let units = |row: &table::Row| row.units("transactionAmountValue", currency);
    assert_eq!(units(reversal), -units(refund), "all of it comes back");
    assert_eq!(settled(&mut shop, json!({"date": DAY})).files, before.files, "the past does not change");
}

#[test]
fn an_empty_period_has_files_without_rows() {
    let settlement = settled(&mut Shop::open(1), json!({"date": DAY}));
    let names: Vec<&str> = settlement.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "transactionItems_20261125_000.csv",
            "settlementItems_USD_0000000000000000000_000.csv",
            "settlementSummary_USD_0000000000000000000_000.csv",
        ]
    );
    for file in &settlement.files {
        let table = Table::read(&file.content);
        assert!(table.ends && table.rows.is_empty() && table.header.len() > 20, "{}", file.name);
    }
}

#[test]
fn the_columns_are_the_documented_ones_in_their_order() {
    let settlement = settled(&mut Shop::after_a_day(2, 30), json!({"date": DAY}));
    let pairs = "paymentMethodFeeAmountValue,paymentMethodFeeCurrency,interchangeFeeAmountValue,\
        interchangeFeeCurrency,schemeFeeAmountValue,schemeFeeCurrency,acquirerMarkupAmountValue,\
        acquirerMarkupCurrency,processingFeeAmountValue,processingFeeCurrency,taxFeeAmountValue,taxFeeCurrency,\
        refundFeeAmountValue,refundFeeCurrency,disputeHandlingFee,disputeHandlingFeeCurrency";
    let ids = "settlementBatchId,customerId,PSP,ARN,referenceMerchantId,referenceStoreId,transactionType,\
        transactionId,transactionRequestId,originalTransactionRequestId,referenceTransactionId";
    let times = "transactionCreationTime,transactionUpdateTime,transactionCompletionTime";
    let amounts = "productCode,transactionAmountValue,transactionCurrency,convertedTransactionAmountValue,\
        convertedCurrency,settlementAmountValue,settlementCurrency,quoteCurrencyPair,quotePrice";
    let card = "cardBrand,issuingCountry,funding,installmentsNum";
    for (start, header) in [
        (
            "transactionItems",
            format!(
                "{ids},orderDescription,paymentMethodType,wallet,status,{times},{amounts},{pairs},{card},\
                 3DAuthentication,3DOffered,cardNumber(Last 4 digits),issuer,liabilityShift,reason"
            ),
        ),
        (
            "settlementItems",
            format!(
                "{ids},paymentMethodType,wallet,{times},settlementInitiatedDate,{amounts},{pairs},{card}"
            ),
        ),
        (
            "settlementSummary",
            format!(
                "settlementBatchId,customerId,PSP,summaryType,settlementInitiatedDate,count,\
                 settlementAmountValue,settlementCurrency,{pairs}"
            ),
        ),
    ] {
        assert_eq!(file(&settlement, start).lines().next(), Some(header.as_str()));
    }
}

#[test]
fn the_columns_of_2024_are_an_option() {
    let mut shop = Shop::after_a_day(2, 30);
    let settlement = settled(&mut shop, json!({"date": DAY, "header": "legacy"}));
    assert_eq!(
        file(&settlement, "settlementSummary").lines().next(),
        Some(
            "settlementBatchId,customerId,acquirer,summaryType,settlementTime,count,settlementAmountValue,\
             settlementCurrency,feeAmountValue,feeCurrency,processingFeeAmountValue,processingFeeCurrency,\
             nonGuaranteeCouponValue,nonGuaranteeCouponCurrency,disputeHandlingFee,disputeHandlingFeeCurrency,\
             disputeReverseFee,disputeReverseFeeCurrency,interchangeFeeAmountValue,interchangeFeeCurrency,\
             schemeFeeAmountValue,schemeFeeCurrency,acquirerMarkupAmountValue,acquirerMarkupCurrency"
        )
    );
    let details = Table::read(file(&settlement, "transactionItems"));
    assert_eq!(details.header[..4], ["customerId", "acquirer", "acquirerReferenceNo", "referenceMerchantId"]);
    let kinds: BTreeSet<&str> = details.rows.iter().map(|row| row.text("transactionType")).collect();
    assert!(kinds.contains("VOID") && !kinds.contains("CANCEL"), "{kinds:?}");
    let captures = details.rows.iter().filter(|row| row.text("transactionType") == "CAPTURE");
    for row in captures {
        assert_ne!(row.text("transactionId"), row.text("originalTransactionId"), "captureId and paymentId");
    }
    // Fees that have no column of their own are in another one, so that the net amounts still add up.
    let rows = settlement.files.iter().filter(|file| file.name.starts_with("settlementItems"));
    for row in rows.flat_map(|file| Table::read(&file.content).rows) {
        let currency = row.text("settlementCurrency").to_owned();
        if row.text("quotePrice").is_empty() {
            let columns = [
                "transactionAmountValue",
                "feeAmountValue",
                "processingFeeAmountValue",
                "disputeHandlingFee",
                "interchangeFeeAmountValue",
                "schemeFeeAmountValue",
                "acquirerMarkupAmountValue",
            ];
            let sum: i128 = columns.iter().map(|column| row.units(column, &currency)).sum();
            assert_eq!(sum, row.units("settlementAmountValue", &currency), "line {}", row.line);
        }
    }
}

#[test]
fn files_come_in_parts_with_other_line_ends_and_a_byte_order_mark() {
    let mut shop = Shop::after_a_day(2, 30);
    let books = shop.books();
    let form = json!({"date": DAY, "rowsPerPart": 5, "lineEnding": "CRLF", "byteOrderMark": true});
    let settlement = settled(&mut shop, form);
    assert_eq!(check(&settlement.files, &books, DAY), Vec::<Finding>::new());
    let parts = settlement.files.iter().filter(|file| file.name.starts_with("transactionItems"));
    assert!(parts.clone().count() > 3);
    for file in parts {
        assert!(Table::read(&file.content).rows.len() <= 5);
        assert!(file.content.starts_with('\u{feff}') && file.content.ends_with("<END>\r\n"), "{}", file.name);
    }
}

#[test]
fn a_request_with_a_mistake_says_what_is_wrong() {
    for (input, hint) in [
        (json!({}), "date"),
        (json!({"date": "25.11.2026"}), "2026-11-25"),
        (json!({"date": "2026-12-24"}), "lies ahead"),
        (json!({"date": DAY, "plant": ["gremlin"]}), "gremlin"),
        (json!({"date": DAY, "plant": ["gremlin"]}), "wrong_quote"),
        (json!({"date": DAY, "header": "ancient"}), "ancient"),
        (json!({"date": DAY, "rowsPerPart": 0}), "nonzero"),
        (json!({"date": DAY, "weather": "rain"}), "weather"),
    ] {
        match Shop::open(1).settle(&input) {
            Err(SettlementError::Invalid(message)) => assert!(message.contains(hint), "{message}"),
            other => panic!("{input}: {other:?}"),
        }
    }
}
