//! A token bucket as data: how much of something dear may be done now, and from when on more.
//! It reads no clock; what is done, and in which order, is the worker's.

use std::num::NonZeroU32;
use std::time::Duration;

use antom_core::time::Timestamp;

/// Tokens are counted in thousandths: one that is refilled so many times a second gains so many thousandths in a
/// millisecond, without rounding.
const THOUSANDTHS: u64 = 1_000;

/// How much may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How much at once, after a rest.
    pub capacity: NonZeroU32,
    /// How much a second for ever.
    pub per_second: NonZeroU32,
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    budget: Budget,
    thousandths: u64,
    as_of: Timestamp,
}

/// The answer to a wish for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// They are taken.
    Granted,
    /// Nothing is taken; there is enough from then on. For more than the capacity that is never.
    NotBefore(Timestamp),
}

impl Budget {
    /// So much a second, and at once no more than that.
    pub const fn per_second(rate: NonZeroU32) -> Budget {
        Budget { capacity: rate, per_second: rate }
    }

    fn most(self) -> u64 {
        u64::from(self.capacity.get()).saturating_mul(THOUSANDTHS)
    }

    /// What is gained meanwhile, in thousandths.
    fn gained(self, time: Duration) -> u64 {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX).saturating_mul(u64::from(self.per_second.get()))
    }

    fn time_to_gain(self, thousandths: u64) -> Duration {
        Duration::from_millis(thousandths.div_ceil(u64::from(self.per_second.get())))
    }
}

impl Bucket {
    /// A full bucket.
    pub fn full(budget: Budget, at: Timestamp) -> Bucket {
        Bucket { budget, thousandths: budget.most(), as_of: at }
    }

    /// Takes `cost` tokens, all or none.
    ///
    /// A clock that jumps back gives no tokens, and from the new time on they are gained as usual: a wrong clock that
    /// was set right must not stop everything until it comes to its old time again. However long nothing was taken,
    /// there is never more than the capacity.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use antom_core::time::Timestamp;
    /// use antom_domain::policy::{Bucket, Budget, Draw};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let at = Timestamp::from_epoch_millis;
    /// let mut bucket = Bucket::full(Budget::per_second(NonZeroU32::try_from(2)?), at(0));
    /// assert_eq!(bucket.take(at(0), 2), Draw::Granted);
    /// assert_eq!(bucket.take(at(100), 1), Draw::NotBefore(at(500)));
    /// assert_eq!(bucket.take(at(500), 1), Draw::Granted);
    /// # Ok(())
    /// # }
    /// ```
    pub fn take(&mut self, at: Timestamp, cost: u32) -> Draw {
        let gained = self.budget.gained(at.since(self.as_of));
        self.as_of = at;
        self.thousandths = self.thousandths.saturating_add(gained).min(self.budget.most());
        let cost = u64::from(cost).saturating_mul(THOUSANDTHS);
        if let Some(rest) = self.thousandths.checked_sub(cost) {
            self.thousandths = rest;
            return Draw::Granted;
        }
        let missing = cost.saturating_sub(self.thousandths);
        let wait = if cost > self.budget.most() { Duration::MAX } else { self.budget.time_to_gain(missing) };
        Draw::NotBefore(at.saturating_add(wait))
    }
}
