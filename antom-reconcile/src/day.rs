//! A day as the gateway counts it: in UTC+8, from midnight to midnight.
//! Which day a file is of is read in `file_name`.

use std::fmt;

use antom_core::Timestamp;

const MILLIS_A_DAY: i64 = 86_400_000;
const OFFSET_MILLIS: i64 = 8 * 3_600_000;

/// A day in UTC+8, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day of an instant.
    pub fn of(at: Timestamp) -> Self {
        Self(at.epoch_millis().saturating_add(OFFSET_MILLIS).div_euclid(MILLIS_A_DAY))
    }

    /// Reads `20261102`; `None` where that is no day.
    pub fn parse(digits: &str) -> Option<Self> {
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = digits.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        let at = Timestamp::parse(&format!("{year}-{month}-{day}T00:00:00+08:00")).ok()?;
        Some(Self::of(at))
    }

    pub(crate) fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Midnight in UTC of the same date, so that the printed form begins with it.
        let text = Timestamp::from_epoch_millis(self.0.saturating_mul(MILLIS_A_DAY)).to_rfc3339();
        f.write_str(text.get(..10).unwrap_or(&text))
    }
}
