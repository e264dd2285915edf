//! A million rows against a million orders: how long it takes beside a plain pass of another reader over the same bytes in
//! the same run, and how much memory it needs at most.
//!
//! With `--gate` a figure on the wrong side of its limit makes the run fail. The memory is that of the whole process, of
//! which the files are no part: they lie on disk.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a benchmark prints, reads the clock, and fails by panicking"
)]

use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use antom_core::{Currency, Timestamp};
use antom_reconcile::{
    Books, BooksError, Decimal, NoBooks, Options, Outcome, Own, ReconcileError, Source, Standing,
    TransactionKind, reconcile,
};

const ROWS: u32 = 1_000_000;
const CHECKED_SECONDS: f64 = 10.0;
const MATCHED_SECONDS: f64 = 60.0;
const MEBIBYTES: u64 = 64;
/// How many plain passes the whole reconciliation may cost.
const PASSES: f64 = 20.0;

const HEADER: &str = "settlementBatchId,customerId,PSP,ARN,referenceMerchantId,referenceStoreId,transactionType,transactionId,transactionRequestId,originalTransactionRequestId,referenceTransactionId,orderDescription,paymentMethodType,wallet,status,transactionCreationTime,transactionUpdateTime,transactionCompletionTime,productCode,transactionAmountValue,transactionCurrency,convertedTransactionAmountValue,convertedCurrency,settlementAmountValue,settlementCurrency,quoteCurrencyPair,quotePrice,interchangeFeeAmountValue,interchangeFeeCurrency,schemeFeeAmountValue,schemeFeeCurrency,acquirerMarkupAmountValue,acquirerMarkupCurrency,processingFeeAmountValue,processingFeeCurrency,cardBrand,issuingCountry,funding,installmentsNum,3DAuthentication,3DOffered,cardNumber(Last 4 digits),issuer,liabilityShift,reason";

#[derive(Debug)]
struct OnDisk(PathBuf);

impl Source for OnDisk {
    fn name(&self) -> &str {
        "transactionItems_20261102_000.csv"
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(File::open(&self.0)?))
    }
}

/// Units of the order with this number.
fn cents(number: u32) -> i64 {
    i64::from(number % 100_000) + 1_000
}

fn write(path: &Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    writeln!(out, "{HEADER}").unwrap();
    for number in 0..ROWS {
        let (amount, net) = (cents(number), cents(number) - 230);
        let at = format!("2026-11-02T{:02}:{:02}:{:02}+08:00", number % 24, number % 60, number % 59);
        writeln!(
            out,
            "2026110300000000001,2188000000000001,ANTOM,246921663061{number:011},SHOP001,,PAYMENT,2026110219401080010018800{number:09},PR-{number:012},,ORD-{number:012},Order {number},CARD,,SUCCESS,{at},{at},{at},CASHIER_PAYMENT,{}.{:02},USD,{}.{:02},USD,{}.{:02},USD,,,-1.80,USD,-0.16,USD,-0.24,USD,-0.10,USD,VISA,SG,CREDIT,,Y,Y,0768,,Y,",
            amount / 100, amount % 100, amount / 100, amount % 100, net / 100, net % 100,
        )
        .unwrap();
    }
    writeln!(out, "<END>").unwrap();
    out.into_inner().unwrap().sync_all().unwrap();
}

/// A million orders that are made while they are read, in another order than the rows.
#[derive(Debug)]
struct Orders;

impl Books for Orders {
    fn each(
        &mut self,
        take: &mut dyn FnMut(Own) -> Result<(), ReconcileError>,
    ) -> Result<(), ReconcileError> {
        let (currency, noon) =
            (Currency::parse("USD").unwrap(), Timestamp::parse("2026-11-02T12:00:00+08:00").unwrap());
        for number in 0..ROWS {
            // A step that shares no factor with the number of orders visits all of them.
            let number = u32::try_from(u64::from(number) * 777_781 % u64::from(ROWS)).unwrap();
            take(Own {
                kind: TransactionKind::Payment,
                request_id: Some(format!("PR-{number:012}")),
                payment_request_id: format!("PR-{number:012}"),
                payment_id: Some(format!("2026110219401080010018800{number:09}")),
                reference_order_id: format!("ORD-{number:012}"),
                amount: Decimal::from_minor(cents(number), currency),
                currency,
                standing: Standing::Done,
                earliest: noon,
                latest: noon,
            })?;
        }
        Ok(())
    }

    fn has_order(&mut self, _: &str) -> Result<bool, BooksError> {
        Ok(false)
    }
}

/// Books in which every order is one cent off: every row is compared in full, and every one differs.
#[derive(Debug)]
struct Wrong(Orders);

impl Books for Wrong {
    fn each(
        &mut self,
        take: &mut dyn FnMut(Own) -> Result<(), ReconcileError>,
    ) -> Result<(), ReconcileError> {
        let mut left = 40_000;
        self.0.each(&mut |own| {
            left -= 1;
            let cent = Decimal::parse("0.01").unwrap();
            if left < 0 { take(own) } else { take(Own { amount: own.amount.plus(cent), ..own }) }
        })
    }

    fn has_order(&mut self, id: &str) -> Result<bool, BooksError> {
        self.0.has_order(id)
    }
}

fn floor(path: &Path) -> f64 {
    let begin = Instant::now();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
    let (mut record, mut cells) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).unwrap() {
        cells += record.len();
    }
    assert!(cells > ROWS as usize);
    begin.elapsed().as_secs_f64()
}

fn timed(path: &Path, books: &mut dyn Books) -> (f64, antom_reconcile::Report) {
    let begin = Instant::now();
    let report = reconcile(&[OnDisk(path.to_owned())], books, &Options::default()).unwrap();
    (begin.elapsed().as_secs_f64(), report)
}

/// The most memory that this process ever had, in mebibytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1_024
}

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transactionItems_20261102_000.csv");
    write(&path);
    let size = std::fs::metadata(&path).unwrap().len() / 1_048_576;
    println!("{ROWS} rows, {size} MiB");
    println!("{:<44} {:>9} {:>12} {:>9}", "step", "seconds", "plain passes", "limit s");
    let plain = floor(&path);
    println!("{:<44} {plain:>9.2} {:>12.2} {:>9}", "plain pass of the csv crate (floor)", 1.0, "-");
    let (checked, report) = timed(&path, &mut NoBooks);
    assert_eq!(report.differences(), u64::from(ROWS), "every row is unknown without books");
    let (matched, report) = timed(&path, &mut Orders);
    assert_eq!((report.outcome(), report.matched), (Outcome::Clean, u64::from(ROWS)));
    let (differing, report) = timed(&path, &mut Wrong(Orders));
    assert_eq!((report.differences(), report.matched), (40_000, u64::from(ROWS) - 40_000));
    let memory = peak();
    let mut failed = false;
    for (step, seconds, limit) in [
        ("read, checked, and every row told as unknown", checked, CHECKED_SECONDS),
        ("read, checked and matched with the books", matched, MATCHED_SECONDS),
        ("the same, 40,000 of them one cent off", differing, MATCHED_SECONDS),
    ] {
        let ratio = seconds / plain;
        let missed = seconds > limit || ratio > PASSES;
        failed |= missed;
        let mark = if missed { "  beyond the limit" } else { "" };
        println!("{step:<44} {seconds:>9.2} {ratio:>12.2} {limit:>9.0}{mark}");
    }
    failed |= memory >= MEBIBYTES;
    println!("peak memory {memory} MiB, limit {MEBIBYTES} MiB");
    let _ = std::fs::remove_file(&path);
    if failed && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
