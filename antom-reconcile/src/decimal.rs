//! Exact decimal numbers: amounts, fees and prices as the files write them.
//! Which currency a number is of, and how many decimals that has, is left to the caller.

use std::fmt;

use antom_core::Currency;

/// Digits after the point that a number can hold; amounts have at most four, prices more.
const SCALE: u32 = 10;
const ONE: i128 = 10_i128.pow(SCALE);
/// More digits than any amount or price of a file has.
const MOST_DIGITS: usize = 20;

/// A signed decimal number with up to ten digits after the point. No floats, no operators: every sum may fail.
///
/// ```
/// use antom_reconcile::Decimal;
///
/// let fee = Decimal::parse("-1.80")?;
/// let net = Decimal::parse("120.00")?.plus(fee);
/// assert_eq!(net.to_string(), "118.2");
/// # Ok::<(), antom_reconcile::DecimalError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

/// A text that is no decimal number of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// Something else than digits, one sign before them and one point between them.
    #[error("is no decimal number such as 12.34 or -5000")]
    Malformed,
    /// More than twenty digits, or more than ten after the point.
    #[error("has more digits than an amount can have")]
    TooLong,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads `12.34`, `-5000` or `+0.5`.
    ///
    /// # Errors
    /// [`DecimalError`]; separators of thousands, blanks and exponents are malformed.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        Self::parse_bytes(text.as_bytes())
    }

    pub(crate) fn parse_bytes(text: &[u8]) -> Result<Self, DecimalError> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        let (mut number, mut seen, mut after) = (0_i128, 0_usize, None::<u32>);
        for byte in digits {
            match (byte, after) {
                (b'0'..=b'9', _) => {
                    number = number.saturating_mul(10).saturating_add(i128::from(byte.saturating_sub(b'0')));
                    seen = seen.saturating_add(1);
                    after = after.map(|count| count.saturating_add(1));
                }
                (b'.', None) if seen > 0 => after = Some(0),
                _ => return Err(DecimalError::Malformed),
            }
        }
        if seen == 0 || after == Some(0) {
            return Err(DecimalError::Malformed);
        }
        let missing = SCALE.checked_sub(after.unwrap_or(0)).ok_or(DecimalError::TooLong)?;
        if seen > MOST_DIGITS {
            return Err(DecimalError::TooLong);
        }
        // Twenty digits and ten more: far from the end of the type.
        let number = number.saturating_mul(10_i128.saturating_pow(missing));
        Ok(Self(if negative { number.saturating_neg() } else { number }))
    }

    /// So many of a currency's smallest units.
    pub fn from_minor(units: i64, currency: Currency) -> Self {
        Self(i128::from(units).saturating_mul(step(u32::from(currency.exponent()))))
    }

    /// The number with the point so many places further left: `725` with 2 is `7.25`. `None` where that needs more
    /// digits after the point than a number holds.
    pub(crate) fn shifted(self, places: u32) -> Option<Self> {
        let divisor = 10_i128.checked_pow(places)?;
        (self.0.checked_rem(divisor)? == 0).then(|| self.0.checked_div(divisor).map(Self)).flatten()
    }

    /// Both together. A sum of a file's numbers is far from the end of the type, where it would stay.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left without the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Times a price, rounded half to even to so many places. `None` beyond the end of the type.
    pub fn times(self, price: Self, places: u32) -> Option<Self> {
        let product = self.0.checked_mul(price.0)?;
        let places_away = SCALE.checked_mul(2)?.checked_sub(places)?;
        half_even(product, 10_i128.checked_pow(places_away)?)
            .map(|units| Self(units.saturating_mul(step(places))))
    }

    /// Divided by a price, rounded half to even to so many places. `None` for a price of nothing, and beyond the end of
    /// the type.
    pub fn divided_by(self, price: Self, places: u32) -> Option<Self> {
        let numerator = self.0.checked_mul(10_i128.checked_pow(places)?)?;
        half_even(numerator, price.0).map(|units| Self(units.saturating_mul(step(places))))
    }

    pub(crate) fn raw(self) -> i128 {
        self.0
    }
}

/// One unit with so many digits after the point.
fn step(places: u32) -> i128 {
    10_i128.saturating_pow(SCALE.saturating_sub(places))
}

fn half_even(numerator: i128, denominator: i128) -> Option<i128> {
    let (whole, rest) = (numerator.checked_div(denominator)?, numerator.checked_rem(denominator)?);
    let twice = rest.unsigned_abs().checked_mul(2)?;
    let is_up = match twice.cmp(&denominator.unsigned_abs()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole.checked_rem(2)? != 0,
        std::cmp::Ordering::Greater => true,
    };
    let away = if (numerator < 0) == (denominator < 0) { 1 } else { -1 };
    Some(if is_up { whole.saturating_add(away) } else { whole })
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, fraction) = (magnitude / ONE.unsigned_abs(), magnitude % ONE.unsigned_abs());
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:0width$}", width = SCALE as usize);
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
