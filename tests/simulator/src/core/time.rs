//! Points in virtual time, in milliseconds since 1970, and the texts in which the gateway writes them.
//! What time it is now is told by the caller; nothing here reads a clock.

use serde::{Deserialize, Serialize};

use std::time::Duration;

/// In milliseconds.
const DAY: i64 = 86_400_000;

/// A point in virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(i64);

impl Time {
    /// The point that lies this many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_epoch_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The end of the year 9998 in UTC: later times could not be written any more.
    #[cfg(feature = "http")]
    pub(crate) fn last() -> Self {
        Self(253_370_764_799_999)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn epoch_millis(self) -> i64 {
        self.0
    }

    /// Reads epoch milliseconds or ISO 8601 with an offset; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().ok().map(Self);
        }
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_millisecond()))
    }

    /// The point `wait` later.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is not later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The text that the gateway uses in messages: ISO 8601 in whole seconds with the offset of its home.
    pub fn to_wire(self) -> String {
        self.format_at(8, "%Y-%m-%dT%H:%M:%S%:z")
    }

    /// The text that the control API uses: UTC with milliseconds.
    pub fn to_utc(self) -> String {
        self.format_at(0, "%Y-%m-%dT%H:%M:%S%.3fZ")
    }

    /// The day in UTC+8 as eight digits, the beginning of a payment id.
    pub(crate) fn day_digits(self) -> String {
        self.format_at(8, "%Y%m%d")
    }

    /// The last two digits of the year, and the month, in UTC+8.
    pub(crate) fn year_and_month(self) -> (u8, u8) {
        let part = |format| self.format_at(8, format).parse().unwrap_or(0);
        (part("%y"), part("%m"))
    }

    /// 00:15 (UTC+8) of the day after this one: the end of the cancel window of most methods (rules 11.3).
    pub(crate) fn cancel_deadline(self) -> Self {
        Self(self.next_day_start().0.saturating_add(900_000))
    }

    /// Midnight (UTC+8) at the beginning of this day.
    pub(crate) fn day_start(self) -> Self {
        const EIGHT_HOURS: i64 = 28_800_000;
        let local = self.0.saturating_add(EIGHT_HOURS);
        Self(local.saturating_sub(local.rem_euclid(DAY)).saturating_sub(EIGHT_HOURS))
    }

    /// Midnight (UTC+8) at the end of this day.
    pub(crate) fn next_day_start(self) -> Self {
        Self(self.day_start().0.saturating_add(DAY))
    }

    fn format_at(self, hours: i8, format: &str) -> String {
        let Ok(at) = jiff::Timestamp::from_millisecond(self.0) else { return self.0.to_string() };
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(hours));
        at.to_zoned(zone).strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_times_are_read_back_to_the_second() {
        let at = Time::parse("2026-11-22T01:30:00.250Z").expect("a time");
        assert_eq!(at.to_wire(), "2026-11-22T09:30:00+08:00");
        assert_eq!(at.to_utc(), "2026-11-22T01:30:00.250Z");
        assert_eq!(Time::parse("1795311000250"), Some(at));
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn the_cancel_window_ends_at_a_quarter_past_midnight_in_utc_plus_8() {
        let at = Time::parse("2026-11-22T15:59:00Z").expect("a time");
        assert_eq!(at.cancel_deadline().to_wire(), "2026-11-23T00:15:00+08:00");
        let later = Time::parse("2026-11-22T16:00:00Z").expect("a time");
        assert_eq!(later.cancel_deadline().to_wire(), "2026-11-24T00:15:00+08:00");
    }
}
