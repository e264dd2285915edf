//! Fresh ids and jitter from the operating system's random source.
//! Nothing else in the service draws chance.

use antom_domain::port::{IdSource, Jitter};
use uuid::Uuid;

/// Draws from the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl IdSource for SystemEntropy {
    /// 48 hexadecimal characters: a time-ordered UUID with 74 random bits, then half of a random one with 58 or more, which
    /// makes more than 128 random bits.
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that draws ids")]
    fn fresh(&self) -> String {
        let ordered = Uuid::now_v7().simple().to_string();
        let random = Uuid::new_v4().simple().to_string();
        ordered.chars().chain(random.chars().take(16)).collect()
    }
}

impl Jitter for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that draws chance")]
    fn permille(&self) -> u16 {
        u16::try_from(Uuid::new_v4().as_u128() % 1_000).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn fresh_ids_fit_the_gateway_and_do_not_repeat() {
        let drawn: Vec<String> = (0..100_000).map(|_| SystemEntropy.fresh()).collect();
        assert!(drawn.iter().all(|id| id.len() == 48 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), drawn.len());
    }
}
