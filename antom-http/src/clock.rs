//! The machine's clock and chance, for programs that have none of their own to hand in.
//! Nothing in this crate reads them by itself: a client is given its clock, and its jitter.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use antom_core::Timestamp;

/// Tells the current time. The client itself reads no clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Draws a number from 0 to 999, by which a wait is shortened. The client itself draws none.
pub type Jitter = Arc<dyn Fn() -> u16 + Send + Sync>;

/// The machine's own clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that is handed in")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_epoch_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// Chance from the standard library's hash seeds: good enough to spread waits, for nothing else.
#[must_use]
pub fn system_jitter() -> Jitter {
    Arc::new(|| u16::try_from(RandomState::new().build_hasher().finish() % 1_000).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_and_the_jitter_spreads() {
        let after_this_was_written = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        assert!(system_clock()() > after_this_was_written);
        let jitter = system_jitter();
        let drawn: std::collections::BTreeSet<u16> = (0..100).map(|_| jitter()).collect();
        assert!(drawn.len() > 10 && drawn.iter().all(|number| *number < 1_000), "{drawn:?}");
    }
}
