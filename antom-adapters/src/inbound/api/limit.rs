//! How many requests each key may make: a token bucket a key, in the memory of this process.
//! Whoever has no key is refused before and counts nowhere; connections are limited by the listener.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::policy::{Bucket, Budget, Draw};

use crate::service::config::ApiKey;

/// The buckets of all keys.
#[derive(Debug, Clone)]
pub struct RateLimits {
    budget: Budget,
    /// By the hash of the key: a name may be given again to a new key.
    buckets: Arc<Mutex<HashMap<[u8; 32], Bucket>>>,
}

impl RateLimits {
    /// So many requests a second for each key, and no more than that at once.
    pub fn per_second(rate: NonZeroU32) -> RateLimits {
        RateLimits { budget: Budget::per_second(rate), buckets: Arc::default() }
    }

    /// Counts one request, or says after how long there is room for one.
    pub(in crate::inbound) fn take(&self, key: &ApiKey, now: Timestamp) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        match buckets.entry(key.sha256).or_insert_with(|| Bucket::full(self.budget, now)).take(now, 1) {
            Draw::Granted => Ok(()),
            Draw::NotBefore(then) => Err(then.since(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> ApiKey {
        ApiKey { name: "shop".to_owned(), sha256: [byte; 32], scopes: Vec::new() }
    }

    #[test]
    fn each_key_has_a_share_of_its_own_and_is_told_when_there_is_room_again() {
        let at = Timestamp::from_epoch_millis;
        let limits = RateLimits::per_second(NonZeroU32::new(2).unwrap());
        assert_eq!(limits.take(&key(1), at(0)), Ok(()));
        assert_eq!(limits.take(&key(1), at(0)), Ok(()));
        assert_eq!(limits.take(&key(1), at(0)), Err(Duration::from_millis(500)));
        assert_eq!(limits.take(&key(2), at(0)), Ok(()), "another key");
        assert_eq!(limits.take(&key(1), at(500)), Ok(()));
    }
}
