//! Chance that a seed decides (SplitMix64): the same seed makes the same choices on every machine.
//! What is chosen is left to those who ask.

use std::sync::{Mutex, PoisonError};

/// A stream of choices.
#[derive(Debug)]
pub struct Random(Mutex<u64>);

impl Random {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Random {
        Random(Mutex::new(mix(seed ^ 0x5EED_0FA5_1A7E_D0C5)))
    }

    /// Any number.
    pub fn any(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(*state)
    }

    /// A number below `end`; zero if `end` is zero.
    pub fn below(&self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.any() % end }
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&self, from: u64, to: u64) -> u64 {
        from.saturating_add(self.below(to.saturating_sub(from).saturating_add(1)))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub fn chance(&self, permille: u64) -> bool {
        permille > 0 && self.below(1_000) < permille
    }

    /// One of these.
    pub fn one_of<T: Copy>(&self, choices: &[T], otherwise: T) -> T {
        let index = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(index).copied().unwrap_or(otherwise)
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
