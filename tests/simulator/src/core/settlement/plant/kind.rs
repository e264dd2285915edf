//! The kinds of discrepancies and their names in the control API.
//! What each of them changes is in the file of its stage.

/// A kind of discrepancy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core::settlement) enum PlantKind {
    /// A transaction of the books is in no file.
    MissingRow,
    /// A payment that the merchant never made.
    ExtraPayment,
    /// A refund of a known payment that the merchant never asked for.
    ExtraRefund,
    /// A capture of a known payment that the merchant never asked for.
    ExtraCapture,
    /// A second success of an order, under ids that the merchant does not know.
    SurplusPayment,
    /// Another amount, settled consistently.
    AmountDiffers,
    /// Another currency with the same figure, settled consistently.
    CurrencyDiffers,
    /// A success is told as FAIL and not settled.
    StatusDiffers,
    /// A transaction is settled twice.
    DuplicateRow,
    /// Another payment id.
    WrongPaymentId,
    /// Another merchant order.
    WrongOrderReference,
    /// The buyer disputes a payment.
    DisputeRow,
    /// A dispute ends for the merchant.
    DisputeReversalRow,
    /// A refund bounced.
    RefundReversalRow,
    /// A fee in the settlement details is neither that of the transaction details nor in the net amount.
    WrongFee,
    /// The net amount is not gross and fees.
    WrongNet,
    /// The price does not lead to the gross amount.
    WrongQuote,
    /// A row carries another batch than its file.
    BatchIdDiffers,
    /// A transaction comes without its settlement first, then again with it.
    LateFee,
    /// The number of rows of a type is not that of the details.
    SummaryCount,
    /// TOTAL is not the sum of the types.
    SummaryTotal,
    /// The sum of a type is not that of the details.
    SummaryTypeSum,
    /// A file does not close with `<END>`.
    MissingEnd,
    /// The last row of a file is cut off.
    TruncatedRow,
    /// A part of the transaction details is not there, while a later one is.
    MissingPart,
}

const NAMES: [(&str, PlantKind); 25] = [
    ("missing_row", PlantKind::MissingRow),
    ("extra_payment", PlantKind::ExtraPayment),
    ("extra_refund", PlantKind::ExtraRefund),
    ("extra_capture", PlantKind::ExtraCapture),
    ("surplus_payment", PlantKind::SurplusPayment),
    ("amount_differs", PlantKind::AmountDiffers),
    ("currency_differs", PlantKind::CurrencyDiffers),
    ("status_differs", PlantKind::StatusDiffers),
    ("duplicate_row", PlantKind::DuplicateRow),
    ("wrong_payment_id", PlantKind::WrongPaymentId),
    ("wrong_order_reference", PlantKind::WrongOrderReference),
    ("dispute_row", PlantKind::DisputeRow),
    ("dispute_reversal_row", PlantKind::DisputeReversalRow),
    ("refund_reversal_row", PlantKind::RefundReversalRow),
    ("wrong_fee", PlantKind::WrongFee),
    ("wrong_net", PlantKind::WrongNet),
    ("wrong_quote", PlantKind::WrongQuote),
    ("batch_id_differs", PlantKind::BatchIdDiffers),
    ("late_fee", PlantKind::LateFee),
    ("summary_count", PlantKind::SummaryCount),
    ("summary_total", PlantKind::SummaryTotal),
    ("summary_type_sum", PlantKind::SummaryTypeSum),
    ("missing_end", PlantKind::MissingEnd),
    ("truncated_row", PlantKind::TruncatedRow),
    ("missing_part", PlantKind::MissingPart),
];

impl PlantKind {
    pub(in crate::core::settlement) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    pub(in crate::core::settlement) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// All names, for an error that helps.
    pub(in crate::core::settlement) fn names() -> String {
        NAMES.map(|(name, _)| name).join(", ")
    }
}
