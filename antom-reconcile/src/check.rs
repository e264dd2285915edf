//! What must be so within one row: signs, gross, price, fees and net.
//! Rows are held against each other in `join` and `sums`.

use crate::decimal::Decimal;
use crate::finding::{Finding, FindingKind, Findings};
use crate::kind::{Sign, TransactionKind};
use crate::row::{Figures, Row, Sum};

/// Rounding of amounts and of each fee: two hundredths of the settlement currency's major unit, whatever its decimals.
/// Where there are no decimals, nothing is tolerated.
const TOLERANCE: &str = "0.02";

/// Checks a row whose numbers were read.
pub(crate) fn check(row: Row<'_>, figures: &Figures, findings: &mut Findings) {
    sign(row, row.kind(), figures, findings);
    let Some(net) = figures.net else { return };
    let mut fees = Decimal::ZERO;
    for (fee, money) in figures.fees.iter().zip(&row.columns.fees) {
        let Some(fee) = fee else { continue };
        if fee.currency != net.currency {
            let field = money.currency.map_or("", |currency| row.columns.name(currency));
            findings.add(FindingKind::FeeCurrencyDiffers, || {
                Finding::of_row(FindingKind::FeeCurrencyDiffers, row).field(field, net.currency, fee.currency)
            });
            return;
        }
        fees = fees.plus(fee.value);
    }
    let gross = match gross(row, figures, net) {
        Gross::Is(gross) => gross,
        Gross::Unknown => return,
        Gross::Differs { expected, found } => {
            findings.add(FindingKind::QuoteDiffers, || {
                Finding::of_row(FindingKind::QuoteDiffers, row).field("quotePrice", expected, found)
            });
            return;
        }
    };
    let expected = gross.plus(fees);
    // A row without amounts says nothing (adjustments carry only their net amount).
    if (gross.is_zero() && fees.is_zero()) || agrees(expected, net.value) {
        return;
    }
    findings.add(FindingKind::NetDiffers, || {
        Finding::of_row(FindingKind::NetDiffers, row).field("settlementAmountValue", expected, net.value)
    });
}

fn sign(row: Row<'_>, kind: TransactionKind, figures: &Figures, findings: &mut Findings) {
    let Some(amount) = figures.amount.filter(|amount| !amount.value.is_zero()) else { return };
    let is_wrong = match kind.sign() {
        Sign::ToMerchant => amount.value.is_negative(),
        Sign::FromMerchant => !amount.value.is_negative(),
        Sign::Either => false,
    };
    if is_wrong {
        findings.add(FindingKind::SignDiffers, || {
            let expected = Decimal::ZERO.minus(amount.value);
            Finding::of_row(FindingKind::SignDiffers, row).field(
                "transactionAmountValue",
                expected,
                amount.value,
            )
        });
    }
}

enum Gross {
    Is(Decimal),
    /// Nothing tells what the amount is worth.
    Unknown,
    Differs {
        expected: String,
        found: String,
    },
}

/// The amount in the settlement currency before fees.
fn gross(row: Row<'_>, figures: &Figures, net: Sum) -> Gross {
    let converted = figures.converted.filter(|one| one.currency == net.currency);
    let Some(amount) = figures.amount else {
        return converted.map_or(Gross::Unknown, |one| Gross::Is(one.value));
    };
    let pair = row.text(row.columns.pair);
    let Some(price) = figures.price.filter(|_| !pair.is_empty()) else {
        return match converted {
            // A conversion without a price cannot be judged; one that changes nothing can.
            Some(one) if amount.currency == net.currency && !agrees(amount.value, one.value) => {
                Gross::Differs { expected: amount.value.to_string(), found: one.value.to_string() }
            }
            Some(one) => Gross::Is(one.value),
            None if amount.currency == net.currency => Gross::Is(amount.value),
            None => Gross::Unknown,
        };
    };
    let (from, to, places) = (amount.currency.as_str(), net.currency.as_str(), net.currency.places());
    let calculated = match pair.split_once('/') {
        Some((left, right)) if left == from && right == to => amount.value.times(price, places),
        Some((left, right)) if left == to && right == from => amount.value.divided_by(price, places),
        _ => {
            return Gross::Differs {
                expected: format!("{from}/{to} or {to}/{from}"),
                found: pair.into_owned(),
            };
        }
    };
    match (calculated, converted) {
        (Some(calculated), Some(one)) if !agrees(calculated, one.value) => {
            Gross::Differs { expected: calculated.to_string(), found: one.value.to_string() }
        }
        (Some(calculated), _) => Gross::Is(calculated),
        (None, _) => Gross::Differs { expected: "a price".to_owned(), found: price.to_string() },
    }
}

/// Equal but for rounding.
fn agrees(one: Decimal, other: Decimal) -> bool {
    one.minus(other).abs() <= Decimal::parse(TOLERANCE).unwrap_or_default()
}
