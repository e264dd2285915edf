//! When a call without a final answer is made again: always with the same id and the same bytes.
//! Whether it is still wanted is `Order::wants`; the answer may have come another way.

use std::time::Duration;

use antom_core::time::Timestamp;

use crate::port::Reach;

/// The rhythm of repeated calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// Before the first repetition of a call that was not sent.
    pub not_sent: Duration,
    /// Before the first repetition of a call that may have been sent: an inquiry comes first (every 2 s).
    pub maybe_sent: Duration,
    /// The longest wait between two repetitions.
    pub cap: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            not_sent: Duration::from_millis(500),
            maybe_sent: Duration::from_secs(5),
            // After an outage everything is under way again within half a minute.
            cap: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// When to repeat a call that has been tried `tries` times before this one.
    ///
    /// The wait doubles with each try up to the cap, and is shortened by up to a quarter by `jitter_permille` (0 to
    /// 999), so that calls that failed together do not return together.
    pub fn next(&self, reach: Reach, tries: u32, jitter_permille: u16, now: Timestamp) -> Timestamp {
        let first = match reach {
            Reach::NotSent => self.not_sent,
            Reach::MaybeSent => self.maybe_sent,
        };
        let doubled = first.saturating_mul(2_u32.saturating_pow(tries.min(16)));
        let wait = doubled.min(self.cap);
        let quarter = wait / 4;
        let spread = quarter.saturating_mul(u32::from(jitter_permille.min(999))) / 1_000;
        now.saturating_add(wait.saturating_sub(spread))
    }

    /// The most often that one call can be made within this time, however it fails: a bound for budgets and for proofs.
    ///
    /// ```
    /// use std::time::Duration;
    /// use antom_domain::policy::Retry;
    ///
    /// let retry = Retry::default();
    /// assert_eq!(retry.most_tries_within(Duration::ZERO), 1, "a call is made once");
    /// assert!(retry.most_tries_within(Duration::from_mins(1)) <= 9);
    /// ```
    pub fn most_tries_within(&self, time: Duration) -> u32 {
        let shortest = if self.not_sent < self.maybe_sent { Reach::NotSent } else { Reach::MaybeSent };
        let begin = Timestamp::from_epoch_millis(0);
        let (mut at, mut tries) = (begin, 0);
        while at.since(begin) <= time {
            let next = self.next(shortest, tries, 999, at);
            tries = tries.saturating_add(1);
            if next <= at {
                return u32::MAX;
            }
            at = next;
        }
        tries
    }
}
