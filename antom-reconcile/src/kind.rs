//! Types of transactions: the words of today's files and of older ones.
//! What a type means for matching is in `matching`.

use serde::{Deserialize, Serialize};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum TransactionKind {
    /// A card's money is held.
    Authorization,
    /// A payment without a capture of its own.
    Payment,
    /// Held money is taken.
    Capture,
    /// Money goes back to the buyer.
    Refund,
    /// A payment was cancelled.
    Cancel,
    /// The buyer disputes a payment.
    Dispute,
    /// A dispute ended for the merchant.
    DisputeReversal,
    /// A fee by agreement.
    AdjustmentFee,
    /// A fee for settling.
    SettlementFee,
    /// A refund bounced.
    RefundReversal,
    /// A payment was taken back after it was settled.
    PaymentReversal,
    /// Money kept as security.
    CollateralWithheld,
    /// Security given back.
    CollateralReleased,
    /// Money kept in reserve.
    Reserve,
    /// Reserve given back.
    ReserveReleased,
    /// A dispute was settled by a scheme's rapid resolution.
    RapidDisputeResolution,
    /// A dispute was settled by a network of banks.
    Cdrn,
    /// A word that we do not know.
    Unknown,
}

use TransactionKind as K;

/// Today's words first, then the older spellings.
const WORDS: [(&str, K); 22] = [
    ("AUTHORIZATION", K::Authorization),
    ("PAYMENT", K::Payment),
    ("CAPTURE", K::Capture),
    ("REFUND", K::Refund),
    ("CANCEL", K::Cancel),
    ("DISPUTE", K::Dispute),
    ("DISPUTE_REVERSAL", K::DisputeReversal),
    ("ADJUSTMENT_FEE", K::AdjustmentFee),
    ("SETTLEMENT_FEE", K::SettlementFee),
    ("REFUND_REVERSAL", K::RefundReversal),
    ("PAYMENT_REVERSAL", K::PaymentReversal),
    ("COLLATERAL_WITHHELD", K::CollateralWithheld),
    ("COLLATERAL_RELEASED", K::CollateralReleased),
    ("RESERVE", K::Reserve),
    ("RESERVE_RELEASED", K::ReserveReleased),
    ("RAPID_DISPUTE_RESOLUTION", K::RapidDisputeResolution),
    ("CDRN", K::Cdrn),
    ("VOID", K::Cancel),
    ("COLLATERAL_WITHHOLDING", K::CollateralWithheld),
    ("COLLATERAL_RELEASE", K::CollateralReleased),
    ("RESERVE_WITHHOLDING", K::Reserve),
    ("RESERVE_RELEASE", K::ReserveReleased),
];

/// Which sign money of a type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    ToMerchant,
    FromMerchant,
    Either,
}

impl TransactionKind {
    /// The type that a file's word names.
    pub fn read(word: &[u8]) -> Self {
        WORDS.iter().find(|(known, _)| known.as_bytes() == word).map_or(K::Unknown, |(_, kind)| *kind)
    }

    /// The word of today's files; `UNKNOWN` for one that we do not know.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(_, kind)| *kind == self).map_or("UNKNOWN", |(word, _)| word)
    }

    pub(crate) fn sign(self) -> Sign {
        match self {
            K::Payment
            | K::Capture
            | K::DisputeReversal
            | K::RefundReversal
            | K::CollateralReleased
            | K::ReserveReleased => Sign::ToMerchant,
            K::Refund | K::Dispute | K::CollateralWithheld | K::Reserve => Sign::FromMerchant,
            // Nobody states the sign of these, and a payment reversal may go either way.
            K::Authorization
            | K::Cancel
            | K::AdjustmentFee
            | K::SettlementFee
            | K::PaymentReversal
            | K::RapidDisputeResolution
            | K::Cdrn
            | K::Unknown => Sign::Either,
        }
    }
}
