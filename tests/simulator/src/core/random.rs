//! Seeded randomness (SplitMix64): the same seed gives the same run on every machine.
//! Keys and secrets are not made here; they come from the cryptography library.

use serde::{Deserialize, Serialize};

/// A stream of numbers that its seed decides.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Whether an event of this probability, in parts per million, happens now.
    pub(crate) fn chance(&mut self, parts_per_million: u32) -> bool {
        self.next() % 1_000_000 < u64::from(parts_per_million)
    }

    /// A number of at most `len` decimal digits, up to 19.
    pub(crate) fn digits(&mut self, len: u32) -> u64 {
        self.next() % 10_u64.saturating_pow(len)
    }

    /// `len` bytes.
    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| u8::try_from(self.next() >> 56).unwrap_or(0)).collect()
    }
}
