//! An active ISO 4217 currency with its number of decimal places.
//! Which currencies a contract allows is left to the configuration and the gateway.

use std::fmt;
use std::str::FromStr;

use super::CurrencyError;
use super::table::{EXPONENTS, NOT_FOR_PAYMENTS};

/// An active ISO 4217 currency that has a minor unit.
///
/// ```
/// use antom_core::Currency;
///
/// let yen = Currency::parse("JPY")?;
/// assert_eq!((yen.code(), yen.exponent()), ("JPY", 0));
/// assert!(Currency::parse("jpy").is_err());
/// # Ok::<(), antom_core::CurrencyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

impl Currency {
    /// Reads a code of three upper-case letters.
    ///
    /// # Errors
    /// [`CurrencyError::Malformed`] for any other shape, [`CurrencyError::Unknown`] for withdrawn codes
    /// (`HRK`), units without an exponent (`XAU`) and codes that never were.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(CurrencyError::Malformed);
        }
        let row = EXPONENTS
            .binary_search_by(|(known, _)| (*known).cmp(code))
            .ok()
            .and_then(|index| EXPONENTS.get(index))
            .ok_or(CurrencyError::Unknown)?;
        Ok(Self { code: row.0, exponent: row.1 })
    }

    /// Every active currency, in alphabetical order.
    pub fn all() -> impl Iterator<Item = Self> {
        EXPONENTS.iter().map(|&(code, exponent)| Self { code, exponent })
    }

    /// The three letters of the currency.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Decimal places: one unit of the currency is 10 to this power minor units.
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// Whether buyers pay in it; false for funds and accounting units such as `CLF`.
    pub fn is_for_payments(self) -> bool {
        !NOT_FOR_PAYMENTS.contains(&self.code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::parse(code)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}
