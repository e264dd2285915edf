//! What the merchant's own books know of its transactions.
//! How they are kept is left to the caller; the two ways to ask are here.

use std::error::Error;
use std::fmt::Debug;

use antom_core::{Currency, Timestamp};

use crate::day::Day;
use crate::decimal::Decimal;
use crate::kind::TransactionKind;

/// The merchant's books.
pub trait Books: Debug {
    /// Hands over every transaction once, in any order but one: captures whose own id is known come before those of the
    /// same payment whose id is not.
    ///
    /// # Errors
    /// Those of reading the books, and those of `take`, unchanged.
    fn each(
        &mut self,
        take: &mut dyn FnMut(Own) -> Result<(), crate::ReconcileError>,
    ) -> Result<(), crate::ReconcileError>;

    /// Whether there is an order with this id.
    ///
    /// # Errors
    /// Where the books cannot be read.
    fn has_order(&mut self, reference_order_id: &str) -> Result<bool, BooksError>;
}

/// The books cannot be read; the source says why.
#[derive(Debug, thiserror::Error)]
#[error("reading failed")]
pub struct BooksError(#[source] Box<dyn Error + Send + Sync>);

impl BooksError {
    /// For this reason.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// One transaction of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// What it is: an authorization, payment, capture, refund or cancel.
    pub kind: TransactionKind,
    /// Our own id of it: `paymentRequestId`, `captureRequestId` or `refundRequestId`; `None` for a capture that the
    /// gateway makes by itself.
    pub request_id: Option<String>,
    /// The `paymentRequestId` of its payment.
    pub payment_request_id: String,
    /// The gateway's id of the payment, where it is known.
    pub payment_id: Option<String>,
    /// The merchant's order.
    pub reference_order_id: String,
    /// How much, signed: what the merchant gives back is negative.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// What became of it.
    pub standing: Standing,
    /// The first instant at which the gateway can have carried it out.
    pub earliest: Timestamp,
    /// The last one.
    pub latest: Timestamp,
}

impl Own {
    /// The day under which it is counted. Of a payment the books know when it was confirmed, of what follows since when it
    /// was asked for.
    pub(crate) fn day(&self) -> Day {
        let is_first = matches!(self.kind, TransactionKind::Authorization | TransactionKind::Payment);
        Day::of(if is_first { self.latest } else { self.earliest })
    }
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The gateway confirmed it.
    Done,
    /// Nobody knows yet.
    Open,
    /// The gateway said that nothing moved.
    Failed,
    /// It was cancelled, or is a cancel: the files tell it as paid and cancelled, or not at all where nobody paid.
    Cancelled,
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Done => "SUCCESS",
            Self::Open => "in doubt",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// No books: files are only held against themselves and each other, and every transaction in them is unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBooks;

impl Books for NoBooks {
    fn each(
        &mut self,
        _: &mut dyn FnMut(Own) -> Result<(), crate::ReconcileError>,
    ) -> Result<(), crate::ReconcileError> {
        Ok(())
    }

    fn has_order(&mut self, _: &str) -> Result<bool, BooksError> {
        Ok(false)
    }
}
