//! The rate limit that a client's contract may set: so many requests in a stretch of virtual time.
//! There is none unless a test sets it; the gateway's own figures are published nowhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gateway::Gateway;
use super::time::Time;
use super::timings::millis;

/// The setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RateLimit {
    pub(crate) requests: u64,
    pub(crate) per_ms: u64,
}

/// The requests of each client that has a limit, since the stretch of time began in which they count.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Traffic(BTreeMap<String, Stretch>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stretch {
    since: Time,
    requests: u64,
}

impl Gateway {
    /// Counts a request; `true` if it is one too many.
    pub(crate) fn exceeds_rate_limit(&mut self, client: &str) -> bool {
        let now = self.now;
        let Some(limit) = self.contract_of(client).rate_limit else { return false };
        let fresh = Stretch { since: now, requests: 0 };
        let stretch = self.traffic.0.entry(client.to_owned()).or_insert_with(|| fresh.clone());
        if now >= stretch.since.after(millis(limit.per_ms)) {
            *stretch = fresh;
        }
        stretch.requests = stretch.requests.saturating_add(1);
        stretch.requests > limit.requests
    }
}
