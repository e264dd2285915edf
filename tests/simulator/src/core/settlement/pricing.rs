//! What an entry is worth in its settlement currency: gross, quote, fees and net, in smallest units.
//! Fees are the simulator's own; the seed and the request id decide them, so that every run finds the same.

use std::collections::BTreeMap;

use super::entry::{Entry, Kind};
use crate::core::amount::Currency;
use crate::core::exchange::{Quote, divided};
use crate::core::random::Random;

/// The fees that have columns in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fee {
    PaymentMethod,
    Interchange,
    Scheme,
    AcquirerMarkup,
    Processing,
    Tax,
    Refund,
    DisputeHandling,
}

/// Fees in smallest units; charged ones are negative.
pub(super) type Fees = BTreeMap<Fee, i128>;

/// An entry's settlement.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) currency: Currency,
    /// Pair and price, if the currencies differ.
    pub(super) quote: Option<(String, String)>,
    pub(super) gross: i128,
    pub(super) fees: Fees,
    pub(super) net: i128,
    pub(super) batch: String,
}

/// Settles an entry in this batch; `None` if no money moves for it.
pub(super) fn settled(entry: &Entry, seed: u64, batch: &str) -> Option<Settled> {
    if !entry.settles {
        return None;
    }
    let currency = entry.settlement_currency;
    let (gross, quote) = gross_of(entry)?;
    let fees = fees_of(entry, gross, seed);
    let net = fees.values().fold(gross, |net, fee| net.saturating_add(*fee));
    let quote = quote.map(|quote| (quote.pair(), quote.price()));
    Some(Settled { currency, quote, gross, fees, net, batch: batch.to_owned() })
}

/// The amount in the settlement currency before fees, and the price where the currencies differ.
pub(super) fn gross_of(entry: &Entry) -> Option<(i128, Option<Quote>)> {
    let (from, to) = (entry.currency.code, entry.settlement_currency.code);
    match Quote::between(from, to) {
        Some(quote) => Some((quote.convert(from, entry.units)?, Some(quote))),
        None => Some((entry.units, None)),
    }
}

/// A difference that no tolerance for rounding hides: one of the major unit, or a hundred where it has no decimals.
pub(super) fn noticeable(currency: Currency) -> i128 {
    10_i128.saturating_pow(if currency.exponent == 0 { 2 } else { currency.exponent })
}

fn fees_of(entry: &Entry, gross: i128, seed: u64) -> Fees {
    let mut random = Random::named(seed, &entry.request_id);
    let mut share = |fee, least, span| {
        // Hundredths of a per cent, half to even.
        let points = i128::from(random.below(span)).saturating_add(least);
        let units = divided(gross.saturating_mul(points), 10_000).unwrap_or(0);
        (fee, units.saturating_neg())
    };
    let fixed = fixed_fee(entry.settlement_currency);
    match entry.kind {
        Kind::Authorization | Kind::Cancel | Kind::DisputeReversal | Kind::RefundReversal => Fees::new(),
        Kind::Payment | Kind::Capture if entry.card.is_some() => Fees::from([
            share(Fee::Interchange, 80, 110),
            share(Fee::Scheme, 10, 6),
            share(Fee::AcquirerMarkup, 18, 5),
            (Fee::Processing, fixed.saturating_neg()),
        ]),
        // A reversal is a negative payment: it gives back to the unit what that one cost.
        Kind::Payment | Kind::Capture | Kind::PaymentReversal => {
            let fixed = if entry.kind == Kind::PaymentReversal { fixed.saturating_neg() } else { fixed };
            Fees::from([share(Fee::PaymentMethod, 120, 100), (Fee::Processing, fixed.saturating_neg())])
        }
        Kind::Refund => Fees::from([(Fee::Refund, fixed.saturating_neg())]),
        Kind::Dispute => Fees::from([(Fee::DisputeHandling, fixed.saturating_mul(-150))]),
    }
}

/// What one transaction costs at least: about a tenth of the major unit, or 15 of a currency without decimals.
fn fixed_fee(currency: Currency) -> i128 {
    match currency.exponent {
        0 => 15,
        exponent => 10_i128.saturating_pow(exponent.saturating_sub(1)),
    }
}
