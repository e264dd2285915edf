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

    /// A stream of its own for a name, so that drawing from it moves no other stream.
    pub(crate) fn named(seed: u64, name: &str) -> Self {
        // FNV-1a: the standard library's hash may differ from one release to the next.
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        Self(name.bytes().fold(seed ^ 0xCBF2_9CE4_8422_2325, fold))
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

    /// A number below `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of these, if there is any.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let end = u64::try_from(from.len()).ok().filter(|end| *end > 0)?;
        from.get(usize::try_from(self.below(end)).ok()?).copied()
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
