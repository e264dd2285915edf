//! Faults of fields: where and which rule, never the value.
//! Wording for end users is left to the caller.

use crate::money::MoneyError;

/// All faults of one request; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// The faults, or nothing if there are none.
    pub fn from_faults(faults: Vec<FieldError>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// A single fault.
    pub fn single(path: impl Into<String>, rule: FieldRule) -> Self {
        Self(vec![FieldError { path: path.into(), rule }])
    }

    /// The faults in the order of the fields.
    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }

    /// The faults as a slice.
    pub fn as_slice(&self) -> &[FieldError] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a FieldErrors {
    type Item = &'a FieldError;
    type IntoIter = std::slice::Iter<'a, FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for FieldErrors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl std::fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// One fault: the path of the field in the message, and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {rule}")]
#[non_exhaustive]
pub struct FieldError {
    /// Names of the wire, such as `order.goods[0].goodsName`.
    pub path: String,
    /// The rule.
    pub rule: FieldRule,
}

/// A rule that a field breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldRule {
    /// Missing or empty.
    #[error("is required")]
    Required,
    /// More characters than the gateway takes.
    #[error("has {len} characters, at most {max} are allowed")]
    TooLong {
        /// The most characters allowed.
        max: usize,
        /// The characters of the value.
        len: usize,
    },
    /// More entries than the gateway takes.
    #[error("has {len} entries, at most {max} are allowed")]
    TooManyEntries {
        /// The most entries allowed.
        max: usize,
        /// The entries of the list.
        len: usize,
    },
    /// Chinese characters, which card schemes and some payment methods do not take.
    #[error("contains Chinese characters")]
    ForbiddenCharacters,
    /// Not an absolute URL, or one whose scheme cannot be used here.
    #[error("is not a usable url")]
    NotAUrl,
    /// Not two upper-case letters of ISO 3166.
    #[error("is not a region of two upper-case letters")]
    NotARegion,
    /// Not an active currency of ISO 4217.
    #[error("is not a currency")]
    NotACurrency,
    /// Not a time of ISO 8601 with an offset.
    #[error("is not a time with an offset")]
    NotATime,
    /// Not an amount, or not one that can be charged.
    #[error("is not a usable amount: {0}")]
    NotAnAmount(MoneyError),
    /// A number outside its range.
    #[error("is not between {min} and {max}")]
    OutOfRange {
        /// Smallest value allowed.
        min: i64,
        /// Largest value allowed.
        max: i64,
    },
    /// Another value than the one that the rest of the request asks for.
    #[error("must be {0}")]
    MustBe(&'static str),
    /// Not allowed in this request.
    #[error("is not allowed here")]
    NotAllowed,
    /// Card numbers, expiry dates and codes are never sent through the merchant's server.
    #[error("is card data, which the merchant never handles")]
    CardData,
}
