//! What is found: kinds, their weight, and the finding with everything that helps a person to act.
//! How findings are shown is in `render`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::file_name::FileKind;
use crate::row::Row;

/// Whether somebody has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Weight {
    /// Files and books, or files among themselves, do not agree.
    Difference,
    /// Nothing is wrong, but somebody wants to know.
    Listed,
}

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $kind:ident, $word:literal, $weight:ident; )*) => {
        /// What is found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FindingKind {
            $( $(#[doc = $doc])+ #[serde(rename = $word)] $kind, )*
        }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[ $( Self::$kind, )* ];

            /// Its word in reports.
            pub fn word(self) -> &'static str {
                match self { $( Self::$kind => $word, )* }
            }

            /// Whether somebody has to act.
            pub fn weight(self) -> Weight {
                match self { $( Self::$kind => Weight::$weight, )* }
            }
        }
    };
}

kinds! {
    /// A transaction of the books is in no file, although the files of all its possible days are there.
    MissingInFiles, "missingInFiles", Difference;
    /// A payment of an order that the books do not know.
    UnknownPayment, "unknownPayment", Difference;
    /// A payment that the books do not know, of an order that they know: the buyer may have paid twice (B-5).
    SurplusPayment, "surplusPayment", Difference;
    /// A capture that the books do not know.
    UnknownCapture, "unknownCapture", Difference;
    /// A refund that the books do not know.
    UnknownRefund, "unknownRefund", Difference;
    /// A cancel that the books do not know.
    UnknownCancel, "unknownCancel", Difference;
    /// The file names another amount than the books.
    AmountDiffers, "amountDiffers", Difference;
    /// The file names another currency than the books.
    CurrencyDiffers, "currencyDiffers", Difference;
    /// The file tells another outcome than the books.
    StatusDiffers, "statusDiffers", Difference;
    /// The file names another payment id than the books.
    PaymentIdDiffers, "paymentIdDiffers", Difference;
    /// The file names another order than the books.
    OrderDiffers, "orderDiffers", Difference;
    /// A transaction is there twice.
    DuplicateRow, "duplicateRow", Difference;
    /// The net amount is not gross and fees.
    NetDiffers, "netDiffers", Difference;
    /// The price does not lead to the converted amount, or names other currencies.
    QuoteDiffers, "quoteDiffers", Difference;
    /// Money goes the wrong way for its type.
    SignDiffers, "signDiffers", Difference;
    /// A fee is in another currency than the settlement, so that nothing can be added up.
    FeeCurrencyDiffers, "feeCurrencyDiffers", Difference;
    /// A row carries another batch than its file.
    BatchDiffers, "batchDiffers", Difference;
    /// Transaction and settlement details tell a transaction differently.
    SettlementDiffers, "settlementDiffers", Difference;
    /// The transaction details name a batch whose settlement details lack the transaction.
    MissingInSettlement, "missingInSettlement", Difference;
    /// A settled transaction is not in the transaction details of its day.
    MissingInTransactions, "missingInTransactions", Difference;
    /// The number of rows in the summary is not that of the details.
    SummaryCountDiffers, "summaryCountDiffers", Difference;
    /// The sum of a type in the summary is not that of the details.
    SummarySumDiffers, "summarySumDiffers", Difference;
    /// TOTAL is not the sum of all rows, or of all types.
    SummaryTotalDiffers, "summaryTotalDiffers", Difference;
    /// A sum of fees in the summary is not that of the details.
    SummaryFeeDiffers, "summaryFeeDiffers", Difference;
    /// A type of the details is not in the summary, or the reverse.
    SummaryTypeMissing, "summaryTypeMissing", Difference;
    /// The buyer disputes a payment, or a scheme decided a dispute.
    Dispute, "dispute", Listed;
    /// A dispute ended for the merchant.
    DisputeReversal, "disputeReversal", Listed;
    /// A refund bounced: its money is with the merchant again.
    RefundReversal, "refundReversal", Listed;
    /// A payment was taken back after it was settled.
    PaymentReversal, "paymentReversal", Listed;
    /// A transaction came without its settlement first, then again with it; the later row counts.
    LateFee, "lateFee", Listed;
    /// A fee, reserve or collateral that belongs to no payment.
    OtherRow, "otherRow", Listed;
    /// A transaction of a type that this program does not know.
    UnknownType, "unknownType", Listed;
    /// An outcome in a word that this program does not know: neither success nor failure.
    UnknownStatus, "unknownStatus", Listed;
    /// The same file twice; the second one was not loaded.
    RepeatedFile, "repeatedFile", Listed;
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// In which file; empty for what is in none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// In which line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The type of the transaction or of the sum, as the file writes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub transaction_type: String,
    /// The transaction's own id: `transactionRequestId`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub transaction_request_id: String,
    /// Our id of its payment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_request_id: String,
    /// The gateway's id of the payment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_id: String,
    /// The merchant's order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference_order_id: String,
    /// Which column differs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What the books say, or what the rows add up to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What the file says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// Cells of columns that this program does not know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown_columns: BTreeMap<String, String>,
}

impl Finding {
    pub(crate) fn new(kind: FindingKind) -> Self {
        Self {
            kind,
            file: String::new(),
            line: None,
            transaction_type: String::new(),
            transaction_request_id: String::new(),
            payment_request_id: String::new(),
            payment_id: String::new(),
            reference_order_id: String::new(),
            field: String::new(),
            expected: String::new(),
            found: String::new(),
            unknown_columns: BTreeMap::new(),
        }
    }

    /// About this row.
    pub(crate) fn of_row(kind: FindingKind, row: Row<'_>) -> Self {
        let columns = row.columns;
        let extra = columns.unknown.iter().filter(|at| !row.record.cell(**at).is_empty());
        let is_sum = columns.kind == FileKind::Summary;
        let id =
            |bytes: &[u8]| if is_sum { String::new() } else { String::from_utf8_lossy(bytes).into_owned() };
        Self {
            file: row.file.to_owned(),
            line: Some(row.record.line),
            transaction_type: row.text(Some(columns.type_word)).into_owned(),
            transaction_request_id: row.text(columns.request_id).into_owned(),
            payment_request_id: id(row.payment_request_id()),
            payment_id: id(row.payment_id()),
            reference_order_id: row.text(columns.order).into_owned(),
            unknown_columns: extra
                .map(|at| (columns.name(*at).to_owned(), row.text(Some(*at)).into_owned()))
                .collect(),
            ..Self::new(kind)
        }
    }

    pub(crate) fn field(mut self, field: &str, expected: impl ToString, found: impl ToString) -> Self {
        field.clone_into(&mut self.field);
        self.expected = expected.to_string();
        self.found = found.to_string();
        self
    }
}

/// Collects findings: all are counted, and the first ones of a given number are kept.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) kept: Vec<Finding>,
    pub(crate) counts: BTreeMap<FindingKind, u64>,
    limit: usize,
}

impl Findings {
    pub(crate) fn new(limit: usize) -> Self {
        Self { kept: Vec::new(), counts: BTreeMap::new(), limit }
    }

    pub(crate) fn add(&mut self, kind: FindingKind, tell: impl FnOnce() -> Finding) {
        self.count(kind, 1);
        if self.kept.len() < self.limit {
            self.kept.push(tell());
        }
    }

    pub(crate) fn count(&mut self, kind: FindingKind, more: u64) {
        if more > 0 {
            let count = self.counts.entry(kind).or_default();
            *count = count.saturating_add(more);
        }
    }
}
