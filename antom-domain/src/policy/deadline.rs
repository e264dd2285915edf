//! Until when a card's hold is captured, and when its merchant is warned.
//! Nothing ends by this clock alone: the deadline only stops our own capture; the hold ends when the gateway says so.

use std::time::Duration;

use antom_core::time::Timestamp;

/// The time to capture (A-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureDeadline {
    /// How long an authorization may be captured, where the gateway gives no `authExpiryTime`.
    pub window: Duration,
    /// How long before the deadline somebody is warned.
    pub warning: Duration,
}

/// Where an instant lies before a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureTime {
    /// There is time.
    Open,
    /// The deadline is near: somebody has to capture or cancel now.
    Near,
    /// No capture is sent any more.
    Passed,
}

impl Default for CaptureDeadline {
    fn default() -> Self {
        CaptureDeadline { window: Duration::from_hours(7 * 24), warning: Duration::from_hours(24) }
    }
}

impl CaptureDeadline {
    /// The first instant at which no capture is sent any more: the gateway's own word, else seven days after the
    /// authorization was seen.
    //= A-2
    pub fn of(&self, seen_at: Timestamp, auth_expiry: Option<Timestamp>) -> Timestamp {
        auth_expiry.unwrap_or_else(|| seen_at.saturating_add(self.window))
    }

    /// Where `now` lies before the deadline. The warning begins a whole [`warning`](CaptureDeadline::warning) earlier,
    /// also where the hold is that short.
    ///
    /// ```
    /// use antom_core::time::Timestamp;
    /// use antom_domain::policy::{CaptureDeadline, CaptureTime};
    ///
    /// let policy = CaptureDeadline::default();
    /// let day = |day: i64| Timestamp::from_epoch_millis(day * 86_400_000);
    /// let deadline = policy.of(day(0), None);
    /// assert_eq!(policy.stand(deadline, day(5)), CaptureTime::Open);
    /// assert_eq!(policy.stand(deadline, day(6)), CaptureTime::Near);
    /// assert_eq!(policy.stand(deadline, day(7)), CaptureTime::Passed);
    /// ```
    pub fn stand(&self, deadline: Timestamp, now: Timestamp) -> CaptureTime {
        if now >= deadline {
            CaptureTime::Passed
        } else if now.saturating_add(self.warning) >= deadline {
            CaptureTime::Near
        } else {
            CaptureTime::Open
        }
    }
}
