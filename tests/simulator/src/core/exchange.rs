//! What one currency is worth in another, and exact conversion at that price, in integers.
//! The figures are the simulator's own (`data/currencies.txt`) and never move; who is quoted what is left to the callers.

use super::amount::{Currency, currency};

/// A price as the gateway quotes it: so many units of the right currency for one of the left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quote {
    left: Currency,
    right: Currency,
    /// In ten-thousandths.
    price: u64,
}

/// Decimals of a price.
const PRICE_DECIMALS: u32 = 4;
/// Decimals of a rate, which may be far below 1.
const RATE_DECIMALS: u32 = 10;
/// Decimals to which the table's figures are read.
const TABLE_DECIMALS: u32 = 6;

impl Quote {
    /// The price between two different currencies, with the more valuable one on the left, so that it is at least 1.
    pub(crate) fn between(one: &str, other: &str) -> Option<Self> {
        let (one, other) = (currency(one)?, currency(other)?);
        let (one_rate, other_rate) = (per_dollar(one)?, per_dollar(other)?);
        if one.code == other.code {
            return None;
        }
        let (left, right, cheaper, dearer) = if one_rate <= other_rate {
            (one, other, other_rate, one_rate)
        } else {
            (other, one, one_rate, other_rate)
        };
        let price = divided(i128::from(cheaper).checked_mul(power(PRICE_DECIMALS)?)?, i128::from(dearer))?;
        Some(Self { left, right, price: u64::try_from(price).ok()? })
    }

    /// `AAA/BBB`.
    pub(crate) fn pair(&self) -> String {
        format!("{}/{}", self.left.code, self.right.code)
    }

    /// The price as decimal text.
    pub(crate) fn price(&self) -> String {
        decimal(i128::from(self.price), PRICE_DECIMALS)
    }

    /// An amount in smallest units of the currency `from` in smallest units of the pair's other one, rounded half to
    /// even.
    pub(crate) fn convert(&self, from: &str, units: i128) -> Option<i128> {
        let price = i128::from(self.price);
        let (exponent, target, numerator, denominator) = if from == self.left.code {
            (self.left.exponent, self.right.exponent, price, power(PRICE_DECIMALS)?)
        } else if from == self.right.code {
            (self.right.exponent, self.left.exponent, power(PRICE_DECIMALS)?, price)
        } else {
            return None;
        };
        let numerator = units.checked_mul(numerator)?.checked_mul(power(target)?)?;
        divided(numerator, denominator.checked_mul(power(exponent)?)?)
    }
}

/// Units of `to` for one of `from`, as decimal text to multiply by; 1 where both are the same.
pub(crate) fn rate(from: &str, to: &str) -> Option<String> {
    let (from, to) = (per_dollar(currency(from)?)?, per_dollar(currency(to)?)?);
    let units = i128::from(to).checked_mul(power(RATE_DECIMALS)?)?;
    Some(decimal(divided(units, i128::from(from))?, RATE_DECIMALS))
}

/// Units as decimal text with so many decimals: `-0.05`, and no point where there are none.
pub(crate) fn decimal(units: i128, decimals: u32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let width = usize::try_from(decimals).unwrap_or(0);
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = width.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(width));
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The quotient, rounded half to even; the divisor is positive.
pub(crate) fn divided(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div_euclid(divisor)?;
    let twice = dividend.checked_rem_euclid(divisor)?.checked_mul(2)?;
    let up = twice > divisor || (twice == divisor && quotient.rem_euclid(2) == 1);
    if up { quotient.checked_add(1) } else { Some(quotient) }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn per_dollar(currency: Currency) -> Option<u64> {
    let (whole, fraction) = currency.per_dollar.split_once('.').unwrap_or((currency.per_dollar, ""));
    let width = usize::try_from(TABLE_DECIMALS).ok()?;
    if fraction.len() > width {
        return None;
    }
    format!("{whole}{fraction:0<width$}").parse().ok().filter(|rate| *rate > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(one: &str, other: &str) -> Quote {
        Quote::between(one, other).expect("a price")
    }

    #[test]
    fn the_dearer_currency_stands_on_the_left() {
        for (one, other) in [("USD", "JPY"), ("JPY", "USD")] {
            assert_eq!(
                (quote(one, other).pair(), quote(one, other).price()),
                ("USD/JPY".to_owned(), "155.0000".to_owned())
            );
        }
        assert_eq!(quote("USD", "EUR").pair(), "EUR/USD");
        // 1 / 0.865 = 1.15606936...
        assert_eq!(quote("USD", "EUR").price(), "1.1561");
        assert!(Quote::between("USD", "USD").is_none());
        assert!(Quote::between("USD", "XXY").is_none());
    }

    #[test]
    fn conversion_multiplies_on_the_left_and_divides_on_the_right() {
        // 45.50 EUR x 1.1561 = 52.60255 USD.
        assert_eq!(quote("EUR", "USD").convert("EUR", 4_550), Some(5_260));
        // 15000 JPY / 155 = 96.774... USD; JPY has no decimals.
        assert_eq!(quote("USD", "JPY").convert("JPY", 15_000), Some(9_677));
        assert_eq!(quote("USD", "JPY").convert("USD", 9_677), Some(14_999));
        // 1.234 KWD at 3.2573 = 4.0195... USD; KWD has three.
        assert_eq!(quote("KWD", "USD").price(), "3.2573");
        assert_eq!(quote("KWD", "USD").convert("KWD", 1_234), Some(402));
        assert_eq!(quote("KWD", "USD").convert("KWD", -1_234), Some(-402));
        assert_eq!(quote("KWD", "USD").convert("EUR", 1), None);
    }

    #[test]
    fn a_rate_is_for_multiplying_whichever_currency_is_the_dearer_one() {
        assert_eq!(rate("USD", "JPY").as_deref(), Some("155.0000000000"));
        // 1 / 155 = 0.00645161290...
        assert_eq!(rate("JPY", "USD").as_deref(), Some("0.0064516129"));
        assert_eq!(rate("USD", "USD").as_deref(), Some("1.0000000000"));
        assert_eq!(rate("USD", "XXY"), None);
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (dividend, divisor, expected) in [
            (5, 2, 2),
            (7, 2, 4),
            (-5, 2, -2),
            (-7, 2, -4),
            (7, 3, 2),
            (8, 3, 3),
            (-7, 3, -2),
            (-8, 3, -3),
            (9, 3, 3),
        ] {
            assert_eq!(divided(dividend, divisor), Some(expected), "{dividend} / {divisor}");
        }
    }

    #[test]
    fn decimal_text_has_exactly_the_decimals_of_its_currency() {
        for (units, decimals, text) in
            [(0, 2, "0.00"), (-5, 2, "-0.05"), (15_000, 0, "15000"), (1_234, 3, "1.234"), (-7, 0, "-7")]
        {
            assert_eq!(decimal(units, decimals), text);
        }
    }

    #[test]
    fn every_currency_has_a_price_against_every_other() {
        let codes: Vec<&str> =
            include_str!("../../data/currencies.txt").lines().filter_map(|line| line.get(..3)).collect();
        assert_eq!(codes.len(), 155);
        for one in &codes {
            for other in codes.iter().filter(|other| other != &one) {
                assert!(quote(one, other).price >= 10_000, "{one} {other}");
            }
        }
    }
}
