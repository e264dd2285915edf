//! Chance: fresh ids and jitter.
//! Decisions take what is drawn here as arguments, so that the same input gives the same step.

use std::fmt::Debug;

/// Draws identifiers that nobody drew before and nobody can guess.
///
/// # Contract
/// Each call returns a new text of 1 to 50 visible ASCII characters without `#` and `*`, with at least 128 random bits
/// from the operating system. A forked or restored process must not repeat one.
///
/// # For implementers
/// The mistake that loses money is a repeated id: the gateway answers a repeated `paymentRequestId` with the older
/// payment, and two orders share one payment.
pub trait IdSource: Debug + Send + Sync + 'static {
    /// A fresh identifier, fit for `paymentRequestId`, `captureRequestId`, `refundRequestId` and public tokens.
    fn fresh(&self) -> String;
}

/// Spreads retries, so that many waiting calls do not return at the same instant.
///
/// # Contract
/// [`permille`](Jitter::permille) returns an evenly drawn number from 0 to 999.
pub trait Jitter: Debug + Send + Sync + 'static {
    /// A number from 0 to 999.
    fn permille(&self) -> u16;
}

const _: fn(&dyn IdSource) = |_| {};
const _: fn(&dyn Jitter) = |_| {};
