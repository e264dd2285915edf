//! When to ask the gateway again: quickly while somebody waits, then by a slow sweep that ends only at a final state.
//! What is asked is `Order::questions`; asking is the worker's.

use std::num::NonZeroU32;
use std::time::Duration;

use antom_core::time::Timestamp;

/// The rhythm of inquiries (I-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polling {
    /// Between two inquiries while somebody waits. A success is usually notified 3 to 5 s after the payment, and much later
    /// where a buyer pays with a voucher (N-6): we ask before that, and conclude nothing from its absence.
    pub quick: Duration,
    /// How long the quick rhythm lasts from the last sign that somebody waits.
    pub fast_window: Duration,
    /// Between two inquiries afterwards, for ever.
    pub sweep: Duration,
    /// How many inquiries a second there may be for all orders together: each costs a signature.
    pub budget: NonZeroU32,
}

/// How many questions are open in each rhythm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Somebody waits for the answer.
    pub quick: usize,
    /// The slow sweep is enough.
    pub sweep: usize,
}

/// The budget that nobody has set: a twentieth of a core, at a millisecond for a signature.
const BUDGET: NonZeroU32 = match NonZeroU32::new(50) {
    Some(budget) => budget,
    None => NonZeroU32::MIN,
};
/// A thousandth of an inquiry a second is the unit of all shares, a millisecond that of all intervals.
const THOUSANDTHS: u64 = 1_000;

impl Default for Polling {
    fn default() -> Self {
        Polling {
            quick: Duration::from_secs(2),
            fast_window: Duration::from_mins(14),
            sweep: Duration::from_mins(1),
            budget: BUDGET,
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
        let is_quick = self.is_quick(quick_since, now);
        last_asked.saturating_add(if is_quick { self.quick } else { self.sweep })
    }

    /// Whether somebody still waits for the answer.
    pub fn is_quick(&self, quick_since: Option<Timestamp>, now: Timestamp) -> bool {
        quick_since.is_some_and(|since| now.since(since) < self.fast_window)
    }

    /// The rhythm for so many questions, stretched evenly where the budget is too short for all of them.
    ///
    /// Sweeps get at most half of the budget, so that those for whom nobody waits hold up nobody; whatever they leave
    /// is for the quick rhythm. Together both never ask more than the budget, and neither ever stops.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use std::time::Duration;
    /// use antom_domain::policy::{Crowd, Polling};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let polling = Polling { budget: NonZeroU32::try_from(50)?, ..Polling::default() };
    /// let for_crowd = |quick, sweep| polling.stretched(Crowd { quick, sweep });
    /// assert_eq!(for_crowd(100, 0).quick, Duration::from_secs(2));
    /// assert_eq!(for_crowd(1_000, 0).quick, Duration::from_secs(20), "1,000 questions, 50 a second");
    /// assert_eq!(for_crowd(10, 60_000).sweep, Duration::from_secs(2_400), "60,000 questions, 25 a second");
    /// # Ok(())
    /// # }
    /// ```
    //= I-2
    pub fn stretched(&self, crowd: Crowd) -> Polling {
        let budget = u64::from(self.budget.get()).saturating_mul(THOUSANDTHS);
        let (sweep, for_sweeps) = stretch(self.sweep, crowd.sweep, budget / 2);
        let (quick, _) = stretch(self.quick, crowd.quick, budget.saturating_sub(for_sweeps));
        Polling { quick, sweep: sweep.max(quick), ..self.clone() }
    }

    /// The most inquiries of one question within this time: a bound for budgets and for proofs.
    pub fn most_inquiries_within(&self, time: Duration) -> u32 {
        let quickest = self.quick.min(self.sweep).as_millis().max(1);
        u32::try_from(time.as_millis() / quickest).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// The interval at which so many questions stay within a share, and how much of the share they then use.
fn stretch(wished: Duration, questions: usize, share: u64) -> (Duration, u64) {
    let scaled = u64::try_from(questions).unwrap_or(u64::MAX).saturating_mul(THOUSANDTHS * THOUSANDTHS);
    let wished_ms = u64::try_from(wished.as_millis()).unwrap_or(u64::MAX).max(1);
    let needed = scaled.div_ceil(wished_ms);
    if needed <= share {
        return (wished, needed);
    }
    (Duration::from_millis(scaled.div_ceil(share.max(1))), share)
}
