//! A small generator of numbers from a seed, so that a drill can be repeated as it was.
//! It is no source of ids or keys.

/// A linear congruential generator with the constants of Knuth's MMIX.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let span = high.saturating_sub(low).saturating_add(1).max(1);
        low.saturating_add((self.0 >> 33) % span)
    }
}
