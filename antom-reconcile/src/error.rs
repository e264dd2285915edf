//! Why files are not read, each with its line and column, and what to do.
//! Differences are no errors: they are in `finding`.

use std::fmt;

use crate::books::BooksError;
use crate::decimal::DecimalError;

/// Nothing was loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// A file is not as it must be.
    #[error(transparent)]
    File(#[from] FileError),
    /// The merchant's books cannot be read.
    #[error("the books cannot be read")]
    Books(#[from] BooksError),
}

/// Where a file is not as it must be, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", Place(self))]
pub struct FileError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The column: its name where the header gives one, else its number from 1.
    pub column: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It cannot be opened or read to its end.
    #[error("cannot be read ({0}); is it there, and still?")]
    Unreadable(std::io::ErrorKind),
    /// A ZIP archive; a workbook is one, too.
    #[error("is a ZIP archive or a workbook; unpack it, or export it as CSV")]
    Archive,
    /// Another kind of compression, a picture, a program.
    #[error("is no text: it holds the byte 0x{0:02x}; fetch it again in binary mode, or unpack it")]
    Binary(u8),
    /// UTF-16, as spreadsheets save it.
    #[error("is UTF-16; save it as UTF-8")]
    Utf16,
    /// Neither of the two encodings.
    #[error("is neither UTF-8 nor GBK; fetch it again")]
    Encoding,
    /// No header and no end.
    #[error("is empty; a file of an empty period has a header and <END>")]
    Empty,
    /// The last line is missing.
    #[error("does not end with <END>: it is incomplete; fetch it again when it is complete")]
    NoEnd,
    /// Rows after the last line.
    #[error("goes on after <END>")]
    AfterEnd,
    /// A row that was cut off, or that has cells too many.
    #[error("the row has {found} cells and the header {expected}; fetch the file again")]
    Cells {
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// No row of these files is so long.
    #[error("the row is longer than {0} bytes; is this a settlement file?")]
    TooLong(usize),
    /// A quoted cell that does not end, or goes on after its end.
    #[error("a quote is not closed, or does not close its cell")]
    Quote,
    /// Not a header of any of the three files.
    #[error("the header lacks {missing}; is this a {kind} file?")]
    Header {
        /// The column.
        missing: &'static str,
        /// What the file was taken for.
        kind: &'static str,
    },
    /// A column's name twice.
    #[error("the header names this column twice")]
    TwiceNamed,
    /// No amount.
    #[error("{0}")]
    Number(#[from] DecimalError),
    /// Smallest units that are no whole number, or an amount that is too precise.
    #[error("is no whole number of smallest units; which unit is set?")]
    NotMinor,
    /// No three letters.
    #[error("is no currency code")]
    Currency,
    /// An amount without a currency.
    #[error("has an amount, but no currency beside it")]
    NoCurrency,
    /// One batch is of one currency.
    #[error("is {found}, but the file settles in {expected}: currencies are mixed")]
    MixedCurrencies {
        /// The currency of the row.
        found: String,
        /// That of the file.
        expected: String,
    },
    /// More types than the gateway has.
    #[error("there are more than {0} different types; is this a settlement file?")]
    TooManyTypes(usize),
    /// More rows than can be told apart.
    #[error("there are more rows than can be counted; give fewer files at once")]
    TooManyRows,
    /// An earlier part is not there.
    #[error("part {0:03} of it is missing; give all parts together")]
    MissingPart(u32),
    /// Two files that claim to be the same.
    #[error("another file of this name has another content; give one of them")]
    SameName,
    /// It was another one in the first pass.
    #[error("changed while it was read; give a copy that nobody writes to")]
    Changed,
}

impl FileError {
    pub(crate) fn new(file: &str, reason: Reason) -> Self {
        Self { file: file.to_owned(), line: None, column: None, reason }
    }

    pub(crate) fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

struct Place<'a>(&'a FileError);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.file)?;
        if let Some(line) = self.0.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.0.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}
