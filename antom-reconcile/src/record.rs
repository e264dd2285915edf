//! Splits a file into records and cells as RFC 4180 says, in bounded memory, and knows every line.
//! What cells mean is left to `columns` and `row`.

use std::io::{BufRead, BufReader, Read};

use memchr::{memchr, memchr_iter};
use sha2::{Digest as _, Sha256};

use crate::error::{FileError, Reason};

/// A row of all columns with full texts has some 3,000 bytes.
pub(crate) const LONGEST: usize = 64 * 1024;
const BUFFER: usize = 128 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// One record: its cells, and the line in which it begins.
#[derive(Debug, Default)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    /// Where each cell ends and the next begins.
    spans: Vec<(u32, u32)>,
    pub(crate) line: u64,
}

impl Record {
    pub(crate) fn cell(&self, index: usize) -> &[u8] {
        let span = self.spans.get(index).copied().unwrap_or_default();
        self.bytes.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// All of it, as it was written but for quotes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this is the last line; a spreadsheet fills it up with empty cells.
    pub(crate) fn is_end(&self) -> bool {
        self.cell(0) == b"<END>" && (1..self.len()).all(|index| self.cell(index).is_empty())
    }

    fn is_blank(&self) -> bool {
        self.len() <= 1 && self.cell(0).is_empty()
    }
}

/// Reads records one after the other.
#[derive(Debug)]
pub(crate) struct Records<R> {
    name: String,
    input: BufReader<R>,
    /// Lines read so far.
    line: u64,
    raw: Vec<u8>,
    digest: Option<Sha256>,
    ended: bool,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(name: &str, input: R) -> Self {
        Self {
            name: name.to_owned(),
            input: BufReader::with_capacity(BUFFER, input),
            line: 0,
            raw: Vec::new(),
            digest: None,
            ended: false,
        }
    }

    /// Also takes the digest of all bytes.
    pub(crate) fn with_digest(mut self) -> Self {
        self.digest = Some(Sha256::new());
        self
    }

    /// The digest of everything that was read.
    pub(crate) fn digest(self) -> String {
        let digest = self.digest.map(Sha256::finalize).unwrap_or_default();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The header: the first record.
    pub(crate) fn header(&mut self, record: &mut Record) -> Result<(), FileError> {
        self.look()?;
        if self.next_record(record)? && !record.is_end() {
            return Ok(());
        }
        Err(self.error(Reason::Empty))
    }

    /// The next row; `false` after `<END>`.
    pub(crate) fn row(&mut self, record: &mut Record) -> Result<bool, FileError> {
        if self.ended {
            return Ok(false);
        }
        if !self.next_record(record)? {
            return Err(self.error(Reason::NoEnd).at(self.line.max(1)));
        }
        if !record.is_end() {
            return Ok(true);
        }
        self.ended = true;
        let end = record.line;
        while self.next_record(record)? {
            if !record.is_blank() {
                return Err(self.error(Reason::AfterEnd).at(record.line));
            }
        }
        record.line = end;
        Ok(false)
    }

    pub(crate) fn error(&self, reason: Reason) -> FileError {
        FileError::new(&self.name, reason)
    }

    /// Looks at the first bytes: what is no text at all is told apart, and a byte order mark is skipped.
    fn look(&mut self) -> Result<(), FileError> {
        let start = self.input.fill_buf().map_err(|error| unreadable(&self.name, &error))?;
        let (is_archive, is_wide, has_mark) = (
            start.starts_with(b"PK\x03\x04"),
            start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff"),
            start.starts_with(BOM),
        );
        if is_archive {
            return Err(self.error(Reason::Archive).at(1).column("1"));
        }
        if is_wide {
            return Err(self.error(Reason::Utf16).at(1).column("1"));
        }
        if has_mark {
            self.input.consume(BOM.len());
            if let Some(digest) = &mut self.digest {
                digest.update(BOM);
            }
        }
        Ok(())
    }

    fn next_record(&mut self, record: &mut Record) -> Result<bool, FileError> {
        record.spans.clear();
        record.bytes.clear();
        self.raw.clear();
        record.line = self.line.saturating_add(1);
        if !self.read_line(record.line)? {
            return Ok(false);
        }
        if memchr(b'"', &self.raw).is_none() {
            record.bytes.extend_from_slice(content(&self.raw));
            split(record);
            return Ok(true);
        }
        loop {
            match unquote(&self.raw, record) {
                Unquoted::Whole => return Ok(true),
                // The cell goes on in the next line.
                Unquoted::Open => {
                    if !self.read_line(record.line)? {
                        return Err(self.quote(record));
                    }
                }
                Unquoted::Broken => return Err(self.quote(record)),
            }
        }
    }

    fn quote(&self, record: &Record) -> FileError {
        let cell = record.spans.len().saturating_add(1);
        self.error(Reason::Quote).at(record.line).column(cell.to_string())
    }

    /// Appends one line with its end; `false` at the end of the file.
    fn read_line(&mut self, first: u64) -> Result<bool, FileError> {
        let before = self.raw.len();
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(&self.name, &error).at(first)),
            };
            if buffer.is_empty() {
                break;
            }
            let end = memchr(b'\n', buffer).map(|at| at.saturating_add(1));
            let piece = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            if self.raw.len().saturating_add(piece.len()) > LONGEST {
                let column = self.raw.iter().chain(piece).filter(|byte| **byte == b',').count();
                let error = FileError::new(&self.name, Reason::TooLong(LONGEST)).at(first);
                return Err(error.column(column.saturating_add(1).to_string()));
            }
            self.raw.extend_from_slice(piece);
            let taken = piece.len();
            if let Some(digest) = &mut self.digest {
                digest.update(piece);
            }
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        let read = self.raw.get(before..).unwrap_or_default();
        if read.is_empty() {
            return Ok(false);
        }
        self.line = self.line.saturating_add(1);
        match read.iter().position(|byte| is_binary(*byte)) {
            None => Ok(true),
            Some(at) => {
                let byte = read.get(at).copied().unwrap_or_default();
                let column = read.iter().take(at).filter(|byte| **byte == b',').count().saturating_add(1);
                Err(self.error(Reason::Binary(byte)).at(self.line).column(column.to_string()))
            }
        }
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> FileError {
    FileError::new(name, Reason::Unreadable(error.kind()))
}

fn is_binary(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f
}

/// A line without its end.
fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn split(record: &mut Record) {
    let mut start = 0;
    for comma in memchr_iter(b',', &record.bytes) {
        record.spans.push((place(start), place(comma)));
        start = comma.saturating_add(1);
    }
    record.spans.push((place(start), place(record.bytes.len())));
}

/// A place in a record, which is far shorter.
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

enum Unquoted {
    Whole,
    Open,
    Broken,
}

/// Reads a record with quoted cells, from its beginning.
fn unquote(raw: &[u8], record: &mut Record) -> Unquoted {
    record.bytes.clear();
    record.spans.clear();
    let mut rest = raw;
    loop {
        let start = record.bytes.len();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let mut inside = quoted;
            loop {
                let Some(at) = memchr(b'"', inside) else { return Unquoted::Open };
                let (text, after) = inside.split_at(at);
                record.bytes.extend_from_slice(text);
                let after = after.get(1..).unwrap_or_default();
                if let Some(more) = after.strip_prefix(b"\"") {
                    record.bytes.push(b'"');
                    inside = more;
                } else {
                    rest = after;
                    break;
                }
            }
        } else {
            let end = memchr(b',', rest).unwrap_or_else(|| content(rest).len());
            let (text, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            if memchr(b'"', text).is_some() {
                return Unquoted::Broken;
            }
            record.bytes.extend_from_slice(text);
            rest = after;
        }
        record.spans.push((place(start), place(record.bytes.len())));
        match rest.strip_prefix(b",") {
            Some(after) => rest = after,
            None if content(rest).is_empty() => return Unquoted::Whole,
            None => {
                // This cell is the one to name.
                record.spans.pop();
                return Unquoted::Broken;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Result<Vec<(u64, Vec<String>)>, FileError> {
        let mut records = Records::new("f", text.as_bytes());
        let (mut record, mut found) = (Record::default(), Vec::new());
        while records.next_record(&mut record)? {
            let cells =
                (0..record.len()).map(|index| String::from_utf8(record.cell(index).to_vec()).unwrap());
            found.push((record.line, cells.collect()));
        }
        Ok(found)
    }

    #[test]
    fn quoted_cells_hold_commas_quotes_and_lines_and_every_record_knows_its_line() {
        let found = cells("a,b\r\n\"x, \"\"y\"\"\nz\",\r\n,\"\"\nlast").unwrap();
        let shown: Vec<(u64, Vec<&str>)> =
            found.iter().map(|(line, cells)| (*line, cells.iter().map(String::as_str).collect())).collect();
        let expected =
            vec![(1, vec!["a", "b"]), (2, vec!["x, \"y\"\nz", ""]), (4, vec!["", ""]), (5, vec!["last"])];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_quote_that_does_not_close_its_cell_is_told_with_line_and_column() {
        for (text, line, column) in
            [("a\nb,\"c", 2, "2"), ("a,\"b\"c\n", 1, "2"), ("a,b\"c\"\n", 1, "2"), ("\"a\nb\nc", 1, "1")]
        {
            let error = cells(text).unwrap_err();
            assert_eq!(
                (error.reason, error.line, error.column.as_deref()),
                (Reason::Quote, Some(line), Some(column)),
                "{text}"
            );
        }
    }
}
