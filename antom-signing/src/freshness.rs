//! Judges the age of a message that is already verified: a fact, or only a hint.
//! What is done about a hint (inquire, alert) is the domain's business.

use std::time::Duration;

use antom_core::time::Timestamp;

/// How far a verified message may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Within the time in which the gateway sends.
    Fact,
    /// Genuine, but from an unlikely time: ask the gateway before believing it. Never a reason to refuse it.
    Hint(HintReason),
}

impl Freshness {
    /// Whether the message may be believed as it is.
    #[must_use]
    pub fn is_fact(self) -> bool {
        matches!(self, Self::Fact)
    }
}

/// Why a message is only a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HintReason {
    /// Older than any resend.
    TooOld {
        /// Time since the message was made.
        age: Duration,
    },
    /// Made in our future: a clock is wrong.
    FromTheFuture {
        /// How far ahead of us.
        ahead: Duration,
    },
}

/// What is accepted, and from when to when it is a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationPolicy {
    /// Up to this age a notification is a fact. The default of 25 h covers the gateway's last resend after 24 h 22 min;
    /// nobody states whether resends are stamped anew.
    pub max_age: Duration,
    /// Up to this far in the future it is a fact: 10 min by default.
    pub max_ahead: Duration,
    /// Larger bodies are refused before any work: 256 KiB by default.
    pub max_body: usize,
}

impl Default for NotificationPolicy {
    fn default() -> Self {
        let minute = 60;
        Self {
            max_age: Duration::from_secs(25 * 60 * minute),
            max_ahead: Duration::from_secs(10 * minute),
            max_body: 256 * 1024,
        }
    }
}

impl NotificationPolicy {
    /// Judges a message made at `made` when it is `now` here.
    //= X-4
    #[must_use]
    pub fn judge(&self, made: Timestamp, now: Timestamp) -> Freshness {
        let (age, ahead) = (now.since(made), made.since(now));
        if age > self.max_age {
            Freshness::Hint(HintReason::TooOld { age })
        } else if ahead > self.max_ahead {
            Freshness::Hint(HintReason::FromTheFuture { ahead })
        } else {
            Freshness::Fact
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn judged(made_before_now: i64) -> Freshness {
        let now = Timestamp::from_epoch_millis(1_800_000_000_000);
        let made = Timestamp::from_epoch_millis(1_800_000_000_000 - made_before_now);
        NotificationPolicy::default().judge(made, now)
    }

    //= X-4 test
    #[test]
    fn the_age_decides_between_fact_and_hint_at_its_exact_borders() {
        let day_and_hour = 25 * 3_600_000;
        assert_eq!(judged(0), Freshness::Fact);
        assert_eq!(judged(day_and_hour), Freshness::Fact);
        assert_eq!(judged(-600_000), Freshness::Fact);
        let age = Duration::from_secs(25 * HOUR) + Duration::from_millis(1);
        assert_eq!(judged(day_and_hour + 1), Freshness::Hint(HintReason::TooOld { age }));
        let ahead = Duration::from_millis(600_001);
        assert_eq!(judged(-600_001), Freshness::Hint(HintReason::FromTheFuture { ahead }));
    }
}
