//! Workbooks from the gateway's dashboard say the same as its text files, and what a spreadsheet damaged is refused.
//! How rows are read is told in `samples` and `bad_files`.
#![cfg(feature = "xlsx")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{self, Cursor, Read, Write as _};

use antom_reconcile::{Options, Reason, ReconcileError, Source, Text, read_workbook, reconcile};
use support::{samples, shop, with};
use zip::write::SimpleFileOptions;

/// A file that is a workbook.
#[derive(Debug)]
struct Workbook(Text);

impl Source for Workbook {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        read_workbook(self.0.open()?)
    }
}

/// A workbook of these cells, each an element of the sheet with `{at}` for its place.
fn workbook(name: &str, rows: &[Vec<String>]) -> Workbook {
    let letter = |column: usize| {
        let (high, low) = (column / 26, u8::try_from(column % 26).unwrap());
        let low = char::from(b'A' + low);
        if high == 0 {
            low.to_string()
        } else {
            format!("{}{low}", char::from(b'A' + u8::try_from(high - 1).unwrap()))
        }
    };
    let sheet: String = (1..)
        .zip(rows)
        .map(|(line, row)| {
            let cells = row.iter().enumerate();
            let cells =
                cells.map(|(column, cell)| cell.replace("{at}", &format!("{}{line}", letter(column))));
            format!("<row r=\"{line}\">{}</row>", cells.collect::<String>())
        })
        .collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{kind}.worksheet+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{links}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{links}\"><sheets><sheet name=\"one\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{links}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>"),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (part, content) in parts {
        archive.start_file(part, stored).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    Workbook(Text::new(name.replace(".csv", ".xlsx"), archive.finish().unwrap().into_inner()))
}

fn words(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<c r=\"{{at}}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// A short amount as a number, everything else as words, as a spreadsheet keeps it.
fn typed(cell: &str) -> String {
    let is_amount = cell.contains('.') && cell.parse::<f64>().is_ok_and(|number| number.to_string() == cell);
    if is_amount { format!("<c r=\"{{at}}\"><v>{cell}</v></c>") } else { words(cell) }
}

fn rows(file: &Text, cell: impl Fn(&str) -> String) -> Vec<Vec<String>> {
    let text = with(file);
    let mut records =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    records.records().map(|record| record.unwrap().iter().map(&cell).collect()).collect()
}

#[test]
fn a_workbook_says_what_the_same_text_says() {
    let expected = reconcile(&samples(), &mut shop(), &Options::default()).unwrap();
    for cell in [words, typed] {
        let books: Vec<Workbook> =
            samples().iter().map(|file| workbook(file.name(), &rows(file, cell))).collect();
        let report = reconcile(&books, &mut shop(), &Options::default()).unwrap();
        assert_eq!(
            (report.matched, report.cells, report.counts),
            (expected.matched, expected.cells.clone(), expected.counts.clone())
        );
    }
}

#[test]
fn a_number_that_lost_digits_and_a_date_are_refused_where_they_stand() {
    let header: Vec<String> = ["transactionType", "transactionId"].map(words).to_vec();
    let long = "<c r=\"{at}\"><v>2.02611021928E27</v></c>".to_owned();
    for (cell, reason) in
        [(long, Reason::Cell), ("<c r=\"{at}\" t=\"b\"><v>1</v></c>".to_owned(), Reason::Cell)]
    {
        let book =
            workbook("transactionItems_20261102_000.csv", &[header.clone(), vec![words("PAYMENT"), cell]]);
        let Err(ReconcileError::File(fault)) = reconcile(&[book], &mut shop(), &Options::default()) else {
            panic!("it is refused")
        };
        assert_eq!((fault.line, fault.column.as_deref(), fault.reason), (Some(2), Some("2"), reason));
        assert_eq!(fault.file, "transactionItems_20261102_000.xlsx");
    }
}

#[test]
fn what_is_no_workbook_is_refused_by_its_name() {
    let book = Workbook(Text::new("TRANSACTION_DETAIL_20261102.xlsx", "PK\u{3}\u{4} and no more"));
    let Err(ReconcileError::File(fault)) = reconcile(&[book], &mut shop(), &Options::default()) else {
        panic!("it is refused")
    };
    assert!(matches!(fault.reason, Reason::Workbook(_)), "{fault}");
    assert!(
        fault.to_string().starts_with("TRANSACTION_DETAIL_20261102.xlsx: is no usable workbook"),
        "{fault}"
    );
}
