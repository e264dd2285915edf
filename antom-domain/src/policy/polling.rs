//! When to ask the gateway again: quickly while somebody waits, then by a slow sweep that ends only at a final state.
//! What is asked is `Order::questions`; asking is the worker's.

use std::time::Duration;

use antom_core::time::Timestamp;

/// The rhythm of inquiries (I-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polling {
    /// Between two inquiries while somebody waits.
    pub quick: Duration,
    /// How long the quick rhythm lasts from the last sign that somebody waits.
    pub fast_window: Duration,
    /// Between two inquiries afterwards, for ever.
    pub sweep: Duration,
}

impl Default for Polling {
    fn default() -> Self {
        Polling {
            quick: Duration::from_secs(2),
            fast_window: Duration::from_mins(14),
            sweep: Duration::from_mins(1),
        }
    }
}

impl Polling {
    /// When to ask next.
    ///
    /// `quick_since` is the last sign that somebody waits, `last_asked` the latest inquiry of this process. The first
    /// inquiry comes one quick step after the sign; after a restart, when nothing is known of earlier ones, within one
    /// quick step of `now`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use antom_core::time::Timestamp;
    /// use antom_domain::policy::Polling;
    ///
    /// let polling = Polling::default();
    /// let opened = Timestamp::from_epoch_millis(0);
    /// let next = polling.next(Some(opened), None, opened);
    /// assert_eq!(next, opened.saturating_add(Duration::from_secs(2)));
    /// ```
    //= I-2
    pub fn next(
        &self,
        quick_since: Option<Timestamp>,
        last_asked: Option<Timestamp>,
        now: Timestamp,
    ) -> Timestamp {
        let Some(last_asked) = last_asked else { return now.saturating_add(self.quick) };
        let somebody_waits = quick_since.is_some_and(|since| now.since(since) < self.fast_window);
        last_asked.saturating_add(if somebody_waits { self.quick } else { self.sweep })
    }

    /// The most inquiries of one question within this time: a bound for budgets and for proofs.
    pub fn most_inquiries_within(&self, time: Duration) -> u32 {
        let quickest = self.quick.min(self.sweep).as_millis().max(1);
        u32::try_from(time.as_millis() / quickest).unwrap_or(u32::MAX).saturating_add(1)
    }
}
