//! Reads the cells of a row: amounts as exact numbers, currencies as codes, texts as texts.
//! Whether the numbers fit together is judged in `check`.

use std::borrow::Cow;
use std::fmt;

use antom_core::{Currency, Timestamp};
use encoding_rs::GBK;

use crate::columns::{Columns, Money};
use crate::day::Day;
use crate::decimal::Decimal;
use crate::error::{FileError, Reason};
use crate::file_name::FileKind;
use crate::kind::TransactionKind;
use crate::options::Unit;
use crate::record::Record;

/// In which encoding texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    #[default]
    Utf8,
    Gbk,
}

/// Three letters; also those of a currency that we do not know.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Code([u8; 3]);

impl Code {
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let letters: [u8; 3] = text.try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    pub(crate) fn of(currency: Currency) -> Self {
        Self::read(currency.code().as_bytes()).unwrap_or(Self(*b"XXX"))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }

    /// Digits after the point; most currencies have two.
    pub(crate) fn places(self) -> u32 {
        Currency::parse(self.as_str()).map_or(2, |currency| u32::from(currency.exponent()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) value: Decimal,
    pub(crate) currency: Code,
}

/// The numbers of a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    pub(crate) amount: Option<Sum>,
    pub(crate) converted: Option<Sum>,
    pub(crate) net: Option<Sum>,
    pub(crate) price: Option<Decimal>,
    /// In the order of the header's fee columns.
    pub(crate) fees: Vec<Option<Sum>>,
}

/// A row with what is needed to read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) file: &'a str,
    pub(crate) record: &'a Record,
    pub(crate) columns: &'a Columns,
    pub(crate) encoding: Encoding,
}

impl<'a> Row<'a> {
    pub(crate) fn bytes(self, column: Option<usize>) -> &'a [u8] {
        column.map_or(&[], |column| self.record.cell(column))
    }

    pub(crate) fn text(self, column: Option<usize>) -> Cow<'a, str> {
        let bytes = self.bytes(column);
        match self.encoding {
            Encoding::Utf8 => String::from_utf8_lossy(bytes),
            Encoding::Gbk => GBK.decode_without_bom_handling(bytes).0,
        }
    }

    pub(crate) fn kind(self) -> TransactionKind {
        TransactionKind::read(self.bytes(Some(self.columns.type_word)))
    }

    /// The gateway's id of the payment: older files had one column for it and another for captures and refunds.
    pub(crate) fn payment_id(self) -> &'a [u8] {
        match self.bytes(self.columns.original_transaction_id) {
            [] => self.bytes(self.columns.transaction_id),
            id => id,
        }
    }

    /// Our id of the payment.
    pub(crate) fn payment_request_id(self) -> &'a [u8] {
        match self.bytes(self.columns.original_request_id) {
            [] => self.bytes(self.columns.request_id),
            id => id,
        }
    }

    pub(crate) fn day(self) -> Option<Day> {
        let text = self.text(self.columns.time);
        Timestamp::parse(&text).ok().map(Day::of)
    }

    /// Reads all numbers into `figures`.
    pub(crate) fn figures(self, unit: Unit, figures: &mut Figures) -> Result<(), FileError> {
        let columns = self.columns;
        if self.record.len() != columns.names.len() {
            let reason = Reason::Cells { found: self.record.len(), expected: columns.names.len() };
            let cut = self.record.len().min(columns.names.len().saturating_sub(1));
            return Err(self.error(reason).column(columns.name(cut)));
        }
        let read = |money: Option<Money>| money.map_or(Ok(None), |money| self.sum(money, unit));
        figures.amount = read(columns.amount)?;
        figures.converted = read(columns.converted)?;
        figures.net = read(columns.net)?;
        figures.price = match self.bytes(columns.price) {
            [] => None,
            text => Some(self.number(columns.price, text)?),
        };
        figures.fees.clear();
        for money in &columns.fees {
            figures.fees.push(self.sum(*money, unit)?);
        }
        match columns.kind {
            FileKind::Transactions => self.must_have(figures.amount, columns.amount),
            FileKind::Details | FileKind::Summary => self.must_have(figures.net, columns.net),
        }
    }

    fn must_have(self, sum: Option<Sum>, money: Option<Money>) -> Result<(), FileError> {
        match (sum, money) {
            (None, Some(money)) => {
                Err(self.error_in(crate::decimal::DecimalError::Malformed.into(), Some(money.value)))
            }
            _ => Ok(()),
        }
    }

    fn sum(self, money: Money, unit: Unit) -> Result<Option<Sum>, FileError> {
        let text = self.record.cell(money.value);
        if text.is_empty() {
            return Ok(None);
        }
        let value = self.number(Some(money.value), text)?;
        let currency = match self.bytes(money.currency) {
            // An amount of nothing needs no currency.
            [] if value.is_zero() => return Ok(None),
            [] => return Err(self.error_in(Reason::NoCurrency, Some(money.value))),
            text => Code::read(text).ok_or_else(|| self.error_in(Reason::Currency, money.currency))?,
        };
        let value = match unit {
            Unit::Major => value,
            Unit::Minor => value
                .shifted(currency.places())
                .filter(|_| !text.contains(&b'.'))
                .ok_or_else(|| self.error_in(Reason::NotMinor, Some(money.value)))?,
        };
        Ok(Some(Sum { value, currency }))
    }

    fn number(self, column: Option<usize>, text: &[u8]) -> Result<Decimal, FileError> {
        Decimal::parse_bytes(text).map_err(|error| self.error_in(error.into(), column))
    }

    pub(crate) fn error(self, reason: Reason) -> FileError {
        FileError::new(self.file, reason).at(self.record.line)
    }

    pub(crate) fn error_in(self, reason: Reason, column: Option<usize>) -> FileError {
        let name = column.map_or("", |column| self.columns.name(column));
        self.error(reason).column(name)
    }
}
