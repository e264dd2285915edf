//! How many repetitions a client may afford: a bucket that calls fill and repetitions empty.
//! When a call is repeated at all is told by the policy.

/// One repetition, in the bucket's unit.
const REPETITION: u32 = 1_000;

/// Repetitions are a share of the calls: when everything fails, they must not double the load on whoever is down.
///
/// Starts full. Each call adds a tenth of a repetition, up to ten of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryBudget {
    left: u32,
    full: u32,
    per_call: u32,
}

impl RetryBudget {
    /// A full budget of so many repetitions, to which each call adds `per_call_permille` thousandths of one.
    #[must_use]
    pub const fn new(repetitions: u32, per_call_permille: u32) -> Self {
        let full = repetitions.saturating_mul(REPETITION);
        Self { left: full, full, per_call: per_call_permille }
    }

    /// A call is made for the first time.
    pub fn deposit(&mut self) {
        self.left = self.left.saturating_add(self.per_call).min(self.full);
    }

    /// Takes one repetition, if there is one left.
    #[must_use]
    pub fn withdraw(&mut self) -> bool {
        let after = self.left.checked_sub(REPETITION);
        self.left = after.unwrap_or(self.left);
        after.is_some()
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(10, 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_repetitions_at_once_and_then_one_for_ten_calls() {
        let mut budget = RetryBudget::default();
        assert_eq!((0..20).filter(|_| budget.withdraw()).count(), 10);
        let taken = (0..100).filter(|_| {
            budget.deposit();
            budget.withdraw()
        });
        assert_eq!(taken.count(), 10);
    }

    #[test]
    fn calls_that_go_well_save_no_more_than_it_holds() {
        let mut budget = RetryBudget::default();
        (0..10_000).for_each(|_| budget.deposit());
        assert_eq!((0..20).filter(|_| budget.withdraw()).count(), 10);
    }
}
