//! An instant with millisecond precision.
//! Keeping the text in which a time was received is left to `WireTime`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The first millisecond of the year 0, the earliest that the printed form can show.
const FIRST_MILLIS: i64 = -62_167_219_200_000;
/// The last millisecond that the printed form is sure to show in any time zone, near the end of the year 9999.
const LAST_MILLIS: i64 = 253_402_207_200_000;

/// An instant, counted in milliseconds since the start of 1970 in UTC.
///
/// Offsets are not part of it: `12:00+08:00` and `04:00Z` are equal.
///
/// ```
/// use antom_core::Timestamp;
///
/// let at = Timestamp::parse("2019-06-01T12:01:01+08:30")?;
/// assert_eq!(at.to_rfc3339(), "2019-06-01T03:31:01.000Z");
/// assert_eq!(Timestamp::parse("1559359861000")?, at);
/// # Ok::<(), antom_core::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is no time in any form of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Neither digits nor a date and time with an offset.
    #[error("neither epoch milliseconds nor an ISO 8601 time with an offset")]
    Malformed,
    /// Before the year 0 or after the year 9999.
    #[error("the time is outside the years 0 to 9999")]
    OutOfRange,
}

impl Timestamp {
    /// So many milliseconds after the start of 1970 in UTC.
    ///
    /// Values outside the years 0 to 9999 become the nearest one inside, so that every timestamp can be
    /// printed; [`Timestamp::parse`] refuses them instead.
    pub const fn from_epoch_millis(millis: i64) -> Self {
        if millis < FIRST_MILLIS {
            Self(FIRST_MILLIS)
        } else if millis > LAST_MILLIS {
            Self(LAST_MILLIS)
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the start of 1970 in UTC.
    pub const fn epoch_millis(self) -> i64 {
        self.0
    }

    /// Reads epoch milliseconds (digits only) or ISO 8601 with an offset: `+08:30`, `+0800`, `+08` or `Z`, with
    /// or without a fraction of a second. What is finer than a millisecond is dropped.
    ///
    /// # Errors
    /// [`TimeError`]; a time without an offset is malformed, because nobody can say when it was.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let millis = text.parse().map_err(|_| TimeError::OutOfRange)?;
            return Self::in_range(millis);
        }
        if !has_iso_shape(text) {
            return Err(TimeError::Malformed);
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimeError::Malformed)?;
        // Floor, not truncation: before 1970 the fraction also counts upwards.
        let nanos = instant.as_nanosecond().div_euclid(1_000_000);
        Self::in_range(i64::try_from(nanos).map_err(|_| TimeError::OutOfRange)?)
    }

    fn in_range(millis: i64) -> Result<Self, TimeError> {
        if (FIRST_MILLIS..=LAST_MILLIS).contains(&millis) {
            return Ok(Self(millis));
        }
        Err(TimeError::OutOfRange)
    }

    /// Later by the duration, at most the end of the year 9999.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_epoch_millis(self.0.saturating_add(millis))
    }

    /// Earlier by the duration, at least the start of the year 0.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_epoch_millis(self.0.saturating_sub(millis))
    }

    /// How long ago the other instant was; zero if it comes later than this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        // Both lie within ten thousand years, so that the difference fits; a negative one becomes zero.
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The printed form in UTC with milliseconds: `2026-11-22T01:30:00.000Z`.
    pub fn to_rfc3339(self) -> String {
        self.to_string()
    }
}

/// Refuses what the time library would take beyond ISO 8601: blanks between the parts, zone names, week days.
fn has_iso_shape(text: &str) -> bool {
    text.contains(['T', 't'])
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-+:.,TtZz".contains(&byte))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The range is the time library's own, so that the start of 1970 is never really printed instead.
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{instant:.3}")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
