//! A calendar day in the gateway's home zone, UTC+8, by which its books are settled.
//! Which transactions belong to it is asked of the books.

use crate::core::time::Time;

/// A day in UTC+8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(jiff::civil::Date);

impl Day {
    /// Reads `2026-11-25` or `20261125`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let format = match text.len() {
            10 => "%Y-%m-%d",
            8 => "%Y%m%d",
            _ => return None,
        };
        jiff::civil::Date::strptime(format, text).ok().map(Self)
    }

    /// The day that a point in time lies in.
    pub(super) fn of(at: Time) -> Option<Self> {
        let instant = jiff::Timestamp::from_millisecond(at.epoch_millis()).ok()?;
        Some(Self(instant.to_zoned(home()).date()))
    }

    pub(super) fn contains(self, at: Time) -> bool {
        Self::of(at) == Some(self)
    }

    /// The day after this one.
    pub(super) fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// `20261125`, as in names of files and folders.
    pub(super) fn digits(self) -> String {
        self.0.strftime("%Y%m%d").to_string()
    }

    /// `2026-11-25`.
    pub(super) fn iso(self) -> String {
        self.0.to_string()
    }
}

fn home() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_utc_plus_8() {
        let day = Day::parse("2026-11-25").expect("a day");
        assert_eq!(Day::parse("20261125"), Some(day));
        for (at, inside) in [
            ("2026-11-24T15:59:59.999Z", false),
            ("2026-11-24T16:00:00Z", true),
            ("2026-11-25T15:59:59.999Z", true),
            ("2026-11-25T16:00:00Z", false),
        ] {
            assert_eq!(day.contains(Time::parse(at).expect("a time")), inside, "{at}");
        }
        assert_eq!((day.digits(), day.next().iso()), ("20261125".to_owned(), "2026-11-26".to_owned()));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2026-02-30", "25.11.2026", "2026-11-25T00:00:00Z", "today", "../../2026"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
