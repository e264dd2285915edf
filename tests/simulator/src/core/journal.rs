//! What happened, entry by entry, up to a number of entries.
//! Nothing is decided by it; it is for people and for comparing two runs.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::time::Time;

/// A log of bounded length.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    entries: VecDeque<Value>,
    limit: usize,
    written: u64,
}

impl Journal {
    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: VecDeque::new(), limit, written: 0 }
    }

    /// Adds an entry; the oldest one gives way when the log is full.
    pub(crate) fn note(&mut self, at: Time, entry: impl FnOnce() -> Value) {
        self.written = self.written.saturating_add(1);
        if self.limit == 0 {
            return;
        }
        let mut entry = entry();
        if let Some(members) = entry.as_object_mut() {
            members.insert("number".to_owned(), json!(self.written));
            members.insert("at".to_owned(), json!(at.to_utc()));
        }
        if self.entries.len() >= self.limit {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn view(&self, client: Option<&str>) -> Value {
        let admits = |entry: &&Value| {
            client.is_none_or(|client| entry.get("clientId").and_then(Value::as_str) == Some(client))
        };
        json!({"written": self.written, "entries": self.entries.iter().filter(admits).collect::<Vec<_>>()})
    }
}
