//! Why a text is no money, or an operation on money is refused.
//! What to do about it is left to the caller.

use super::Currency;

/// A text that is not the code of an active ISO 4217 currency with a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurrencyError {
    /// Not three upper-case Latin letters.
    #[error("a currency code is three upper-case letters")]
    Malformed,
    /// Well formed, but not the code of an active currency (withdrawn codes, metals and test codes included).
    #[error("not an active ISO 4217 currency with a minor unit")]
    Unknown,
}

/// A text or an operation that yields no valid amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The currency of the text is not known.
    #[error("the currency of the amount is not usable")]
    Currency(#[from] CurrencyError),
    /// The text is empty.
    #[error("the amount is empty")]
    Empty,
    /// The text holds something else than what its form allows: a sign, a blank, a second point.
    #[error("the amount holds a character that is not allowed")]
    Malformed,
    /// The text starts with a zero that adds nothing.
    #[error("the amount has leading zeros")]
    LeadingZeros,
    /// More digits after the point than the currency has.
    #[error("the amount has {digits} digits after the point, {currency} has {exponent}")]
    TooManyFractionDigits {
        /// The currency of the amount.
        currency: Currency,
        /// Digits after the point in the text.
        digits: usize,
        /// Digits after the point that the currency has.
        exponent: u8,
    },
    /// More than sixteen digits of minor units, which the gateway cannot carry.
    #[error("the amount has more than 16 digits")]
    TooLarge,
    /// The result would be below zero.
    #[error("the amount would be negative")]
    Negative,
    /// Two amounts of different currencies meet.
    #[error("{left} and {right} cannot be combined")]
    CurrencyMismatch {
        /// Currency of the first amount.
        left: Currency,
        /// Currency of the second amount.
        right: Currency,
    },
    /// Zero cannot be charged, captured or refunded.
    #[error("the amount is zero")]
    Zero,
    /// The currency is for funds and accounting, not for payments.
    #[error("{currency} is not a payment currency")]
    NotForPayments {
        /// The currency of the amount.
        currency: Currency,
    },
    /// The amount is not a multiple of what the currency or the payment method asks for.
    #[error("the amount in {currency} is not a multiple of {step} minor units")]
    WrongStep {
        /// The currency of the amount.
        currency: Currency,
        /// The step in minor units.
        step: u64,
    },
    /// The amount is smaller than what the payment method takes.
    #[error("the amount in {currency} is below {minimum} minor units")]
    BelowMinimum {
        /// The currency of the amount.
        currency: Currency,
        /// The smallest amount in minor units.
        minimum: u64,
    },
}
