//! An amount of money and the operations that cannot go wrong unnoticed.
//! Conversion between currencies is left to the gateway.

use std::cmp::Ordering;
use std::fmt;

use super::table::{MINIMA, STEPS};
use super::{Currency, MoneyError};

/// The gateway carries at most sixteen digits.
const MAX_MINOR_UNITS: u64 = 9_999_999_999_999_999;

/// An amount of money: minor units (cents) of one currency, never negative, at most sixteen digits.
///
/// There are no operators and there is no order: every operation compares the currencies and says when it
/// cannot be done. There are no floats anywhere.
///
/// ```
/// use antom_core::{Currency, Money};
///
/// let sgd = Currency::parse("SGD")?;
/// let price = Money::parse_decimal(sgd, "42.00")?;
/// let shipping = Money::from_minor(sgd, 550)?;
/// let total = price.checked_add(shipping)?;
/// assert_eq!(total.minor_units(), 4750);
/// assert_eq!(total.to_string(), "SGD 47.50");
/// # Ok::<(), antom_core::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    currency: Currency,
    minor_units: u64,
}

impl Money {
    /// So many minor units (cents) of the currency.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] above sixteen digits.
    pub const fn from_minor(currency: Currency, minor_units: u64) -> Result<Self, MoneyError> {
        if minor_units > MAX_MINOR_UNITS {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { currency, minor_units })
    }

    /// Nothing of the currency: where sums start.
    pub const fn zero(currency: Currency) -> Self {
        Self { currency, minor_units: 0 }
    }

    /// Reads the gateway's form: digits of minor units only, no sign, point, blank or leading zero.
    ///
    /// # Errors
    /// [`MoneyError`] names what is wrong with the text.
    pub fn parse_minor(currency: Currency, text: &str) -> Result<Self, MoneyError> {
        Self::from_minor(currency, parse_digits(text)?)
    }

    /// Reads the form for people: `10.00`, `10` or `10.5` for a currency with two decimal places.
    ///
    /// Fewer digits after the point than the currency has are exact and taken; more are refused, even zeros.
    ///
    /// # Errors
    /// [`MoneyError`] names what is wrong with the text.
    pub fn parse_decimal(currency: Currency, text: &str) -> Result<Self, MoneyError> {
        let exponent = currency.exponent();
        let (units, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(MoneyError::Malformed),
            Some(parts) => parts,
            None => (text, ""),
        };
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MoneyError::Malformed);
        }
        let Some(missing) = usize::from(exponent).checked_sub(fraction.len()) else {
            return Err(MoneyError::TooManyFractionDigits { currency, digits: fraction.len(), exponent });
        };
        let units = parse_digits(units)?;
        let digits = fraction.bytes().chain(std::iter::repeat_n(b'0', missing));
        let minor_units = digits.fold(units, append_digit);
        Self::from_minor(currency, minor_units)
    }

    /// The currency of the amount.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in the currency's smallest unit.
    pub const fn minor_units(self) -> u64 {
        self.minor_units
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor_units == 0
    }

    /// Both amounts together.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::TooLarge`] above sixteen digits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.require_same_currency(other)?;
        // Neither side exceeds sixteen digits, so that the sum fits; the limit is checked again.
        Self::from_minor(self.currency, self.minor_units.saturating_add(other.minor_units))
    }

    /// What is left of this amount without the other.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::Negative`] if the other is larger.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.require_same_currency(other)?;
        let minor_units = self.minor_units.checked_sub(other.minor_units).ok_or(MoneyError::Negative)?;
        Ok(Self { currency: self.currency, minor_units })
    }

    /// Which of two amounts of the same currency is larger.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`]: amounts of different currencies have no order.
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        self.require_same_currency(other)?;
        Ok(self.minor_units.cmp(&other.minor_units))
    }

    /// The amount itself, if it may be charged, captured or refunded by any payment method.
    ///
    /// # Errors
    /// [`MoneyError::Zero`], [`MoneyError::NotForPayments`], or [`MoneyError::WrongStep`] (an IDR value ends
    /// in 00).
    pub fn require_chargeable(self) -> Result<Self, MoneyError> {
        let currency = self.currency;
        if self.is_zero() {
            return Err(MoneyError::Zero);
        }
        if !currency.is_for_payments() {
            return Err(MoneyError::NotForPayments { currency });
        }
        self.require_steps(None)
    }

    /// The amount itself, if it may be charged with this `paymentMethodType`: the general rules and the
    /// method's own step and minimum (JKOPAY takes whole dollars, GCASH at least one peso).
    ///
    /// Minima of methods that are not listed, cards among them, are left to the gateway.
    ///
    /// # Errors
    /// As [`Money::require_chargeable`], and [`MoneyError::BelowMinimum`].
    pub fn require_chargeable_by(self, payment_method_type: &str) -> Result<Self, MoneyError> {
        self.require_chargeable()?.require_steps(Some(payment_method_type))?;
        let currency = self.currency;
        let minimum = MINIMA
            .iter()
            .find(|(code, method, _)| *code == currency.code() && *method == payment_method_type)
            .map_or(1, |(_, _, minimum)| *minimum);
        if self.minor_units < minimum {
            return Err(MoneyError::BelowMinimum { currency, minimum });
        }
        Ok(self)
    }

    /// The form for people without the currency: `10.00` for USD, `10` for JPY, `0.010` for KWD.
    pub fn to_decimal_string(self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let digits = format!("{:0>width$}", self.minor_units, width = exponent.saturating_add(1));
        match digits.split_at_checked(digits.len().saturating_sub(exponent)) {
            Some((units, fraction)) if !fraction.is_empty() => format!("{units}.{fraction}"),
            _ => digits,
        }
    }

    fn require_same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }

    fn require_steps(self, method: Option<&str>) -> Result<Self, MoneyError> {
        let currency = self.currency;
        let broken = STEPS
            .iter()
            .filter(|(code, of_method, _)| *code == currency.code() && *of_method == method)
            .find(|(_, _, step)| !self.minor_units.is_multiple_of(*step));
        match broken {
            Some((_, _, step)) => Err(MoneyError::WrongStep { currency, step: *step }),
            None => Ok(self),
        }
    }
}

/// Reads digits without leading zeros; more than fit are reported as too large.
fn parse_digits(text: &str) -> Result<u64, MoneyError> {
    if text.is_empty() {
        return Err(MoneyError::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MoneyError::Malformed);
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(MoneyError::LeadingZeros);
    }
    // Only digits are left, so that the one reason to fail is the size.
    text.parse().map_err(|_| MoneyError::TooLarge)
}

/// Saturates, because every number that large is refused right after.
fn append_digit(number: u64, digit: u8) -> u64 {
    number.saturating_mul(10).saturating_add(u64::from(digit.saturating_sub(b'0')))
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.to_decimal_string())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

#[cfg(feature = "serde")]
mod wire_form {
    //! The gateway's form of an amount, read strictly.
    //! Amounts of received messages are left to `wire::Amount`, which also carries odd ones.

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Currency, Money};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form<'a> {
        currency: Currency,
        #[serde(borrow)]
        value: std::borrow::Cow<'a, str>,
    }

    impl Serialize for Money {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let value = self.minor_units.to_string().into();
            Form { currency: self.currency, value }.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Money {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let form = Form::deserialize(deserializer)?;
            Self::parse_minor(form.currency, &form.value).map_err(D::Error::custom)
        }
    }
}
