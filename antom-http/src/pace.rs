//! How fast a client may call after the gateway said that it calls too much: a token bucket as plain data.
//! Noticing that answer, and waiting, is the client's.

use std::time::Duration;

use antom_core::Timestamp;

/// One call, in the bucket's unit.
const CALL: i64 = 1_000;

/// The rates of a [`Pace`]. The gateway publishes no numbers, so these are our choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceSettings {
    /// Calls per 1,000 s after the first refusal; each further one halves it.
    pub start: u32,
    /// Calls per 1,000 s that always remain.
    pub floor: u32,
    /// Calls per 1,000 s above which the pace is open again.
    pub ceiling: u32,
    /// The rate doubles after each such time without a refusal.
    pub calm: Duration,
    /// Refusals within this time of the last one count as the same: they answer calls that were under way together.
    pub together: Duration,
}

impl Default for PaceSettings {
    /// 5 calls per second after the first refusal, never less than one in 2 s, open again above 40 per second.
    fn default() -> Self {
        Self {
            start: 5_000,
            floor: 500,
            ceiling: 40_000,
            calm: Duration::from_secs(10),
            together: Duration::from_secs(1),
        }
    }
}

/// The pace of one client: open until the gateway refuses a call for its number, then a bucket that fills slowly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    settings: PaceSettings,
    slow: Option<Slow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Slow {
    /// Calls per 1,000 s, which are also thousandths of a call per second.
    rate: u32,
    /// In thousandths of a call; below zero for calls that wait for their turn.
    tokens: i64,
    /// Up to when the bucket has been filled.
    filled: Timestamp,
    /// The last refusal, or the last doubling since.
    since: Timestamp,
    refused: Timestamp,
}

impl Pace {
    /// An open pace.
    #[must_use]
    pub fn new(settings: PaceSettings) -> Self {
        Self { settings, slow: None }
    }

    /// Whether calls are held back now.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.slow.is_some()
    }

    /// Takes the turn of one call and tells how long it has to wait for it.
    ///
    /// # Errors
    /// The wait, when it is longer than `at_most`: no turn is taken then.
    pub fn reserve(&mut self, now: Timestamp, at_most: Duration) -> Result<Duration, Duration> {
        self.catch_up(now);
        let Some(slow) = &mut self.slow else { return Ok(Duration::ZERO) };
        let after = slow.tokens.saturating_sub(CALL);
        let wait = wait_for(after, slow.rate);
        if wait > at_most {
            return Err(wait);
        }
        slow.tokens = after;
        Ok(wait)
    }

    /// The gateway refused a call for the number of calls.
    pub fn slow_down(&mut self, now: Timestamp) {
        self.catch_up(now);
        let PaceSettings { start, floor, together, .. } = self.settings;
        let rate = match &self.slow {
            Some(slow) if now.since(slow.refused) < together => return,
            Some(slow) => (slow.rate / 2).max(floor),
            None => start.max(floor),
        };
        // Calls that wait for their turn keep it; what had been saved up is lost.
        let owed = self.slow.as_ref().map_or(0, |slow| slow.tokens.min(0));
        self.slow = Some(Slow { rate: rate.max(1), tokens: owed, filled: now, since: now, refused: now });
    }

    /// Fills the bucket up to now, and doubles the rate for each calm while.
    fn catch_up(&mut self, now: Timestamp) {
        let PaceSettings { ceiling, calm, .. } = self.settings;
        let Some(slow) = &mut self.slow else { return };
        if now < slow.filled {
            // A clock that was put back must not hold calls for as long as it went back.
            (slow.filled, slow.since, slow.refused) = (now, now, now);
        }
        let millis = i64::try_from(now.since(slow.filled).as_millis()).unwrap_or(i64::MAX);
        let gained = millis.saturating_mul(i64::from(slow.rate)) / 1_000;
        if gained > 0 {
            slow.tokens = slow.tokens.saturating_add(gained).min(CALL);
            slow.filled = now;
        }
        while !calm.is_zero() && now.since(slow.since) >= calm && slow.rate <= ceiling {
            slow.rate = slow.rate.saturating_mul(2);
            slow.since = slow.since.saturating_add(calm);
        }
        if slow.rate > ceiling {
            self.slow = None;
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(PaceSettings::default())
    }
}

/// How long the bucket takes to be back at zero, rounded up to a millisecond.
fn wait_for(tokens: i64, rate: u32) -> Duration {
    let missing = u64::try_from(tokens.saturating_neg()).unwrap_or(0);
    Duration::from_millis(missing.saturating_mul(1_000).div_ceil(u64::from(rate.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_epoch_millis(1_795_311_000_000 + millis)
    }

    #[test]
    fn it_is_open_until_the_first_refusal() {
        let mut pace = Pace::default();
        assert!((0..10_000).all(|_| pace.reserve(at(0), Duration::ZERO) == Ok(Duration::ZERO)));
        assert!(!pace.is_slow());
    }

    #[test]
    fn after_a_refusal_calls_come_one_by_one() {
        let mut pace = Pace::default();
        pace.slow_down(at(0));
        let waits: Vec<u128> = (0..4).map(|_| pace.reserve(at(0), LONG).unwrap().as_millis()).collect();
        assert_eq!(waits, [200, 400, 600, 800], "5 per second");
        assert_eq!(
            pace.reserve(at(1_000), LONG),
            Ok(Duration::ZERO),
            "their turns have passed, and one more"
        );
    }

    #[test]
    fn a_turn_that_comes_too_late_is_not_taken() {
        let mut pace = Pace::default();
        pace.slow_down(at(0));
        let refused = pace.reserve(at(0), Duration::from_millis(100));
        assert_eq!(refused, Err(Duration::from_millis(200)));
        assert_eq!(pace.reserve(at(0), LONG), Ok(Duration::from_millis(200)));
    }

    #[test]
    fn further_refusals_halve_the_rate_down_to_its_floor_and_those_together_count_once() {
        let mut pace = Pace::default();
        let mut waits = Vec::new();
        for step in 0..8_i64 {
            let now = at(step * 2_000);
            pace.slow_down(now);
            let soon = now.saturating_add(Duration::from_millis(999));
            pace.slow_down(soon);
            let mut next = pace.clone();
            let turns = [(); 3].map(|()| next.reserve(soon, LONG).unwrap());
            waits.push((turns[2] - turns[1]).as_millis());
        }
        assert_eq!(waits, [200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000]);
    }

    #[test]
    fn calm_doubles_the_rate_until_it_is_open_again() {
        let mut pace = Pace::default();
        pace.slow_down(at(0));
        for (seconds, slow) in [(9, true), (10, true), (20, true), (30, true), (39, true), (40, false)] {
            pace.reserve(at(seconds * 1_000), LONG).unwrap();
            assert_eq!(pace.is_slow(), slow, "{seconds}");
        }
    }

    #[test]
    fn a_clock_that_goes_back_holds_nothing_for_long() {
        let mut pace = Pace::default();
        pace.slow_down(at(0));
        assert!(pace.reserve(at(-86_400_000), LONG).unwrap() <= Duration::from_millis(200));
        assert_eq!(pace.reserve(at(-86_400_000 + 2_000), LONG), Ok(Duration::ZERO));
    }

    #[test]
    fn many_small_steps_fill_the_bucket_like_one_large_one() {
        let mut pace = Pace::default();
        pace.slow_down(at(0));
        let mut taken = 0;
        for millis in 0..8_000 {
            if pace.reserve(at(millis), Duration::ZERO).is_ok() {
                taken += 1;
            }
        }
        assert!((38..=41).contains(&taken), "5 per second for 8 s: {taken}");
    }
}
