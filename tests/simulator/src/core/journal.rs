//! What happened, entry by entry, up to a number of entries, and the fingerprint of all entries that there ever were.
//! Nothing is decided by it; it is for people and for comparing two runs.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fingerprint::Fingerprint;
use super::gateway::Gateway;
use super::names::Name;
use super::time::Time;

/// A log of bounded length.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    limit: usize,
    written: u64,
    hash: Fingerprint,
}

/// Kept as text: that is what the fingerprint is taken of, and a fraction of the size.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    client: Option<Name>,
    text: Box<str>,
}

impl Journal {
    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: VecDeque::new(), limit, written: 0, hash: Fingerprint::EMPTY }
    }

    /// Keeps so many entries from now on.
    pub(crate) fn limit_to(&mut self, limit: usize) {
        self.limit = limit;
        let surplus = self.entries.len().saturating_sub(limit);
        self.entries.drain(..surplus);
    }

    /// Adds an entry; the oldest one gives way when the log is full. Without a log the entry is not even made.
    pub(crate) fn note(&mut self, at: Time, entry: impl FnOnce() -> Value) {
        if self.limit == 0 {
            return;
        }
        self.written = self.written.saturating_add(1);
        let mut entry = entry();
        if let Some(members) = entry.as_object_mut() {
            members.insert("number".to_owned(), json!(self.written));
            members.insert("at".to_owned(), json!(at.to_utc()));
        }
        let text = entry.to_string();
        self.hash.add(text.as_bytes());
        if self.entries.len() >= self.limit {
            self.entries.pop_front();
        }
        let client = entry.get("clientId").and_then(Value::as_str).map(Name::from);
        self.entries.push_back(Entry { client, text: text.into_boxed_str() });
    }

    /// The entries that are left, and the fingerprint of all, also of those that gave way.
    pub(crate) fn view(&self, client: Option<&str>) -> Value {
        let admits = |entry: &&Entry| client.is_none_or(|client| entry.client.as_deref() == Some(client));
        let shown = |entry: &Entry| serde_json::from_str(&entry.text).unwrap_or_default();
        json!({
            "written": self.written,
            "hash": (self.limit > 0).then(|| self.hash.to_string()),
            "entries": self.entries.iter().filter(admits).map(shown).collect::<Vec<Value>>(),
        })
    }
}

impl Gateway {
    /// Notes what the control API does to a payment.
    pub(crate) fn note_act(&mut self, index: usize, act: &str, about: &str) {
        let Some(payment) = self.payments.get(index) else { return };
        self.journal.note(self.now, || {
            json!({
                "kind": "act", "clientId": payment.client, "paymentRequestId": payment.request_id,
                "act": act, "about": about,
            })
        });
    }
}
