//! Files that are not as they must be: each is told with its line and column, and nothing is loaded.
//! Files that are well-formed and do not agree are in `simulated_days`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::{self, Read};

use antom_reconcile::{
    Books, BooksError, DecimalError, FileError, Options, Own, Reason, ReconcileError, Source, Text, reconcile,
};
use support::{sample, samples, with};

const TRANSACTIONS: &str = "transactionItems_20261102_000.csv";
const DETAILS: &str = "settlementItems_USD_2026110300000000001_000.csv";
const SUMMARY: &str = "settlementSummary_USD_2026110300000000001_000.csv";

/// Books that nobody may open: a bad file loads nothing.
#[derive(Debug)]
struct Closed;

impl Books for Closed {
    fn each(&mut self, _: &mut dyn FnMut(Own) -> Result<(), ReconcileError>) -> Result<(), ReconcileError> {
        panic!("the books were opened")
    }

    fn has_order(&mut self, _: &str) -> Result<bool, BooksError> {
        panic!("the books were opened")
    }
}

/// What is told of a bad file, given last after good ones.
fn refused(name: &str, content: impl Into<Vec<u8>>) -> FileError {
    let mut files: Vec<Text> = samples().into_iter().filter(|file| file.name() != name).collect();
    files.push(Text::new(name, content));
    match reconcile(&files, &mut Closed, &Options::default()) {
        Err(ReconcileError::File(error)) => error,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_damaged_file_is_told_by_name_line_and_column() {
    let text = with(&sample(TRANSACTIONS));
    let details = with(&sample(DETAILS));
    let summary = with(&sample(SUMMARY));
    let no_end = text.replace("<END>\n", "");
    let cases: [(&str, Vec<u8>, &str); 22] = [
        (TRANSACTIONS, Vec::new(), "{}: is empty; a file of an empty period has a header and <END>"),
        (TRANSACTIONS, b"<END>\n".to_vec(), "{}: is empty; a file of an empty period has a header and <END>"),
        (
            TRANSACTIONS,
            no_end.clone().into_bytes(),
            "{}, line 8: does not end with <END>: it is incomplete; fetch it again when it is complete",
        ),
        (
            TRANSACTIONS,
            text.as_bytes()[..text.len() / 2].to_vec(),
            "{}, line 4, column referenceMerchantId: the row has 4 cells and the header 53; fetch the file again",
        ),
        (TRANSACTIONS, format!("{text}x,y\n").into_bytes(), "{}, line 10: goes on after <END>"),
        (
            TRANSACTIONS,
            text.replace("\n<END>", "\n\n<END>").into_bytes(),
            "{}, line 9, column customerId: the row has 1 cells and the header 53; fetch the file again",
        ),
        (
            TRANSACTIONS,
            text.replace("45.50,EUR", "45,50,EUR").into_bytes(),
            "{}, line 5, column reason: the row has 54 cells and the header 53; fetch the file again",
        ),
        (
            TRANSACTIONS,
            text.replace(",45.50,EUR", ",4 5.50,EUR").into_bytes(),
            "{}, line 5, column transactionAmountValue: is no decimal number such as 12.34 or -5000",
        ),
        (
            TRANSACTIONS,
            text.replace("1.0850", "1.08500000001").into_bytes(),
            "{}, line 5, column quotePrice: has more digits than an amount can have",
        ),
        (
            TRANSACTIONS,
            text.replace(",45.50,EUR", ",45.50,euro").into_bytes(),
            "{}, line 5, column transactionCurrency: is no currency code",
        ),
        (
            TRANSACTIONS,
            text.replace(",45.50,EUR", ",45.50,").into_bytes(),
            "{}, line 5, column transactionAmountValue: has an amount, but no currency beside it",
        ),
        (
            TRANSACTIONS,
            text.replace("transactionAmountValue,", "amount,").into_bytes(),
            "{}, line 1, column transactionAmountValue: the header lacks transactionAmountValue; is this a transaction details file?",
        ),
        (
            TRANSACTIONS,
            text.replace("issuingCountry", "cardBrand").into_bytes(),
            "{}, line 1, column cardBrand: the header names this column twice",
        ),
        (
            DETAILS,
            details.replace("48.76,USD", "48.76,EUR").into_bytes(),
            "{}, line 4, column settlementCurrency: is EUR, but the file settles in USD: currencies are mixed",
        ),
        (
            DETAILS,
            details.replace("-0.35,USD", "-0.35,EUR").into_bytes(),
            "{}, line 4, column interchangeFeeCurrency: is EUR, but the file settles in USD: currencies are mixed",
        ),
        (
            SUMMARY,
            summary.replace(",2,146.70", ",two,146.70").into_bytes(),
            "{}, line 4, column count: is no decimal number such as 12.34 or -5000",
        ),
        (
            TRANSACTIONS,
            text.replace("Order 0003", "\"Order 0003").into_bytes(),
            "{}, line 5, column 12: a quote is not closed, or does not close its cell",
        ),
        (
            TRANSACTIONS,
            text.replace("Order 0003", "Order\u{0} 0003").into_bytes(),
            "{}, line 5, column 12: is no text: it holds the byte 0x00; fetch it again in binary mode, or unpack it",
        ),
        (
            TRANSACTIONS,
            [b"PK\x03\x04".to_vec(), vec![7; 99]].concat(),
            "{}, line 1, column 1: is a ZIP archive or a workbook; unpack it, or export it as CSV",
        ),
        (
            TRANSACTIONS,
            text.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
                bytes.extend(unit.to_le_bytes());
                bytes
            }),
            "{}, line 1, column 1: is UTF-16; save it as UTF-8",
        ),
        (
            TRANSACTIONS,
            [text.replace("Order 0003", "\u{fc}").as_bytes(), b"\n"].concat().iter().fold(
                Vec::new(),
                |mut bytes, byte| {
                    if *byte != 0xbc {
                        bytes.push(if *byte == 0xc3 { 0xff } else { *byte });
                    }
                    bytes
                },
            ),
            "{}, line 5: is neither UTF-8 nor GBK; fetch it again",
        ),
        (
            "transactionItems_20261102_002.csv",
            text.replace("PR-", "QR-").into_bytes(),
            "transactionItems_20261102_000.csv: part 001 of it is missing; give all parts together",
        ),
    ];
    for (name, content, expected) in cases {
        assert_eq!(refused(name, content).to_string(), expected.replace("{}", name));
    }
}

#[test]
fn two_files_of_one_name_with_another_content_are_refused() {
    let text = with(&sample(TRANSACTIONS));
    let files =
        [Text::new(TRANSACTIONS, text.clone()), Text::new(TRANSACTIONS, text.replace("45.50", "46.50"))];
    let outcome = reconcile(&files, &mut Closed, &Options::default());
    assert!(matches!(outcome, Err(ReconcileError::File(FileError { reason: Reason::SameName, .. }))));
}

#[test]
fn more_types_than_the_gateway_has_are_refused() {
    let text = with(&sample(DETAILS));
    let row = text.lines().nth(1).unwrap();
    let rows: Vec<String> = (0..300).map(|number| row.replace("CAPTURE", &format!("X{number}"))).collect();
    let text = text.replace(row, &rows.join("\n"));
    let error = refused(DETAILS, text);
    assert_eq!((error.reason, error.line), (Reason::TooManyTypes(200), Some(202)));
}

/// A line without end, made while it is read.
#[derive(Debug)]
struct Endless {
    read: std::cell::Cell<u64>,
    start: &'static [u8],
}

struct Reading<'a>(&'a Endless, u64);

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = self.0.start.get(usize::try_from(self.1).unwrap()..).unwrap_or_default();
        let count = start.len().min(buffer.len());
        buffer[..count].copy_from_slice(&start[..count]);
        buffer[count..].fill(b'a');
        self.1 += buffer.len() as u64;
        self.0.read.set(self.1);
        Ok(buffer.len())
    }
}

impl Source for Endless {
    fn name(&self) -> &str {
        TRANSACTIONS
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(Reading(self, 0)))
    }
}

#[test]
fn a_line_of_gigabytes_is_refused_after_kilobytes_quoted_or_not() {
    for (start, line) in [(&b""[..], 1), (b"transactionType\n\"", 2)] {
        let endless = Endless { read: std::cell::Cell::new(0), start };
        let outcome = reconcile(std::slice::from_ref(&endless), &mut Closed, &Options::default());
        let Err(ReconcileError::File(error)) = outcome else { panic!("loaded") };
        assert!(matches!(error.reason, Reason::TooLong(_) | Reason::Header { .. }), "{error}");
        assert!(error.line == Some(line) || error.line == Some(1), "{error}");
        assert!(endless.read.get() < 1_000_000, "{} bytes were read", endless.read.get());
    }
}

/// A file that is another one each time.
#[derive(Debug)]
struct Changing(std::cell::Cell<usize>, [Vec<u8>; 2]);

impl Source for Changing {
    fn name(&self) -> &str {
        TRANSACTIONS
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let time = self.0.replace(self.0.get() + 1);
        Ok(Box::new(self.1[time.min(1)].as_slice()))
    }
}

#[test]
fn a_file_that_changes_between_the_passes_is_refused() {
    let text = with(&sample(TRANSACTIONS));
    let shorter: String =
        text.lines().filter(|line| !line.contains("PR-0004")).map(|line| format!("{line}\n")).collect();
    let changing = Changing(std::cell::Cell::new(0), [text.into_bytes(), shorter.into_bytes()]);
    let outcome = reconcile(&[changing], &mut Closed, &Options::default());
    assert!(matches!(outcome, Err(ReconcileError::File(FileError { reason: Reason::Changed, .. }))));
}

/// A file that cannot be read to its end.
#[derive(Debug)]
struct Failing;

impl Source for Failing {
    fn name(&self) -> &str {
        TRANSACTIONS
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let Err(error) = reconcile(&[Failing], &mut Closed, &Options::default()) else { panic!("loaded") };
    assert_eq!(
        error.to_string(),
        "transactionItems_20261102_000.csv: cannot be read (entity not found); is it there, and still?"
    );
}

#[test]
fn numbers_that_are_none_are_refused_each_for_its_reason() {
    use antom_reconcile::Decimal;
    for text in
        ["", "-", "+", ".5", "5.", "1,000.00", "1e3", " 1", "1 ", "0x1", "--1", "1.2.3", "\u{661}", "NaN"]
    {
        assert_eq!(Decimal::parse(text), Err(DecimalError::Malformed), "{text}");
    }
    for text in ["123456789012345678901", "1.12345678901"] {
        assert_eq!(Decimal::parse(text), Err(DecimalError::TooLong), "{text}");
    }
}
