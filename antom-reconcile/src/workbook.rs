//! A workbook (`.xlsx`) read as the CSV text of its first sheet, as somebody exports it from the gateway's dashboard.
//! What the rows mean is left to the reader of text; a workbook is held in memory whole.

use std::io::{self, Cursor, Read};

use calamine::{Data, Reader as _, Xlsx};

use crate::error::{FileError, Reason};

/// A number with more digits was damaged when it was typed: spreadsheets keep fifteen.
const DIGITS: usize = 15;
/// The last row, which has one cell.
const END: &str = "<END>";

/// The first sheet of a workbook as CSV text, for a [`Source`](crate::Source) whose file is one. The header is in the first row,
/// and `<END>` in the first cell of the last.
///
/// Numbers are taken as they were typed, up to fifteen digits. Longer ones are no longer what the gateway wrote, and dates are
/// no texts: both are refused with their line and column.
///
/// # Errors
/// What reading says; a [`FileError`] inside where it is no usable workbook.
pub fn read_workbook(mut input: impl Read) -> io::Result<Box<dyn Read>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(Box::new(Cursor::new(text_of(bytes).map_err(io::Error::other)?)))
}

fn text_of(bytes: Vec<u8>) -> Result<Vec<u8>, FileError> {
    let unusable = |error: calamine::XlsxError| FileError::new("", Reason::Workbook(error.to_string()));
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(unusable)?;
    let sheet = workbook.worksheet_range_at(0);
    let sheet = sheet.ok_or_else(|| FileError::new("", Reason::Workbook("it has no sheet".to_owned())))?;
    let sheet = sheet.map_err(unusable)?;
    let mut text = String::new();
    for (line, row) in (1..).zip(sheet.rows()) {
        let cells = (1_usize..).zip(row).map(|(column, cell)| {
            cell_text(cell).map_err(|reason| FileError::new("", reason).at(line).column(column.to_string()))
        });
        let cells = cells.collect::<Result<Vec<_>, _>>()?;
        let is_end = cells.first().is_some_and(|first| first == END);
        if is_end && cells.iter().skip(1).all(String::is_empty) {
            text.push_str(END);
        } else {
            let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            text.push_str(&quoted.join(","));
        }
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn cell_text(cell: &Data) -> Result<String, Reason> {
    match cell {
        Data::Empty => Ok(String::new()),
        Data::String(text) => Ok(text.clone()),
        Data::Int(number) => digits(number.to_string()),
        Data::Float(number) => digits(number.to_string()),
        Data::Bool(_) | Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) | Data::Error(_) => {
            Err(Reason::Cell)
        }
    }
}

/// The number as it was typed.
fn digits(text: String) -> Result<String, Reason> {
    let count = text.bytes().filter(u8::is_ascii_digit).count();
    if count <= DIGITS { Ok(text) } else { Err(Reason::Cell) }
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
