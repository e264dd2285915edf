//! When a merchant event that nobody confirmed is sent again, and when it is given up.
//! Sending is the publisher's; which event is next is the queue's.

use std::time::Duration;

use antom_core::time::Timestamp;

/// The rhythm of repeated attempts to tell a merchant event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before the second attempt.
    pub first: Duration,
    /// The longest wait between two attempts.
    pub cap: Duration,
    /// An event that cannot be told for so long is given up, after an attempt that failed too.
    pub give_up_after: Duration,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// Another attempt, then.
    TryAgain(Timestamp),
    /// None.
    GiveUp,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            first: Duration::from_secs(1),
            cap: Duration::from_mins(15),
            give_up_after: Duration::from_hours(3 * 24),
        }
    }
}

impl Patience {
    /// What follows a failed attempt on an event that is to be told since `since` and was tried `tries` times before.
    ///
    /// The wait doubles with each attempt up to the cap and is shortened by up to a quarter by `jitter_permille` (0 to 999).
    /// A receiver that asks for more time gets it, up to the cap.
    ///
    /// ```
    /// use std::time::Duration;
    /// use antom_core::time::Timestamp;
    /// use antom_domain::policy::{AfterFailure, Patience};
    ///
    /// let patience = Patience::default();
    /// let second = |second: i64| Timestamp::from_epoch_millis(second * 1_000);
    /// let next = |tries, asked| patience.after_failure(second(0), tries, asked, 0, second(100));
    /// assert_eq!(next(0, None), AfterFailure::TryAgain(second(101)));
    /// assert_eq!(next(3, None), AfterFailure::TryAgain(second(108)));
    /// assert_eq!(next(99, None), AfterFailure::TryAgain(second(100 + 15 * 60)));
    /// assert_eq!(next(0, Some(Duration::from_secs(30))), AfterFailure::TryAgain(second(130)));
    /// let late = second(3 * 24 * 3_600);
    /// assert_eq!(patience.after_failure(second(0), 0, None, 0, late), AfterFailure::GiveUp);
    /// ```
    pub fn after_failure(
        &self,
        since: Timestamp,
        tries: u32,
        retry_after: Option<Duration>,
        jitter_permille: u16,
        now: Timestamp,
    ) -> AfterFailure {
        if now.since(since) >= self.give_up_after {
            return AfterFailure::GiveUp;
        }
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(tries.min(20))).min(self.cap);
        let spread = (doubled / 4).saturating_mul(u32::from(jitter_permille.min(999))) / 1_000;
        let asked = retry_after.unwrap_or_default().min(self.cap);
        AfterFailure::TryAgain(now.saturating_add(doubled.saturating_sub(spread).max(asked)))
    }
}
