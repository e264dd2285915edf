//! Reads a settlement file as a careful merchant would: by header name, as RFC 4180 says, down to `<END>`.
//! What the rows mean together is judged by `checker`.

use std::collections::BTreeMap;

/// A row by column name, with the line in which it begins.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) line: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    pub(crate) fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.cells.keys().map(String::as_str)
    }

    /// The amount in a column in smallest units of a currency; it must have exactly that currency's decimals.
    pub(crate) fn units(&self, column: &str, currency: &str) -> i128 {
        units(self.text(column), currency)
    }
}

/// A file as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// Lines with more or fewer cells than the header.
    pub(crate) broken: Vec<usize>,
    pub(crate) ends: bool,
}

impl Table {
    pub(crate) fn read(content: &str) -> Self {
        let mut records = records(content.strip_prefix('\u{feff}').unwrap_or(content)).into_iter();
        let (_, header) = records.next().expect("a header");
        let mut table = Self { header, rows: Vec::new(), broken: Vec::new(), ends: false };
        for (line, cells) in records {
            assert!(!table.ends, "nothing follows <END>");
            if cells == ["<END>"] {
                table.ends = true;
            } else if cells.len() == table.header.len() {
                table.rows.push(Row { line, cells: table.header.iter().cloned().zip(cells).collect() });
            } else {
                table.broken.push(line);
            }
        }
        table
    }
}

/// Decimals of the currencies of these tests (ISO 4217).
fn decimals(currency: &str) -> usize {
    match currency {
        "JPY" | "KRW" => 0,
        "KWD" | "BHD" => 3,
        "USD" | "EUR" | "SGD" | "MXN" => 2,
        other => panic!("no decimals known of {other}"),
    }
}

pub(crate) fn scale(currency: &str) -> i128 {
    10_i128.pow(u32::try_from(decimals(currency)).expect("small"))
}

fn units(text: &str, currency: &str) -> i128 {
    if text.is_empty() {
        return 0;
    }
    let found = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    assert_eq!(found, decimals(currency), "{text} {currency}");
    text.replace('.', "").parse().expect("an amount")
}

fn records(content: &str) -> Vec<(usize, Vec<String>)> {
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun, mut quoted) = (1, 1, false);
    let mut letters = content.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                cells.push(std::mem::take(&mut cell));
                records.push((begun, std::mem::take(&mut cells)));
                line += 1;
                begun = line;
            }
            other => {
                line += usize::from(other == '\n');
                cell.push(other);
            }
        }
    }
    assert!(!quoted && cell.is_empty() && cells.is_empty(), "every line is closed");
    records
}
