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
            cap: Duration::from_mins(10),
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
}
