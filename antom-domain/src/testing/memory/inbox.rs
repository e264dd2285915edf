//! The notifications of the memory store.
//! Which of them an order absorbs is left to the services.

use crate::port::{IdKey, InboxMark, InboxVerdict, ReceivedNotification};

#[derive(Debug, Default)]
pub(super) struct Marks {
    /// In the order in which they came.
    marks: Vec<InboxMark>,
}

impl Marks {
    pub(super) fn record(&mut self, mark: &InboxMark) {
        let known = self.marks.iter_mut().find(|known| known.notification.digest == mark.notification.digest);
        match known {
            Some(known) if known.verdict == InboxVerdict::Parked => {
                known.verdict = mark.verdict;
            }
            Some(_) => {}
            None => self.marks.push(mark.clone()),
        }
    }

    pub(super) fn parked(&self, keys: &[IdKey]) -> Vec<ReceivedNotification> {
        let mut found: Vec<ReceivedNotification> = self
            .marks
            .iter()
            .filter(|mark| mark.verdict == InboxVerdict::Parked)
            .map(|mark| &mark.notification)
            .filter(|notification| notification.keys.iter().any(|key| keys.contains(key)))
            .cloned()
            .collect();
        found.sort_by_key(|notification| notification.received_at);
        found
    }

    pub(super) fn recent(&self, limit: usize) -> Vec<InboxMark> {
        let mut newest: Vec<&InboxMark> = self.marks.iter().rev().collect();
        newest.sort_by_key(|mark| std::cmp::Reverse(mark.notification.received_at));
        newest.into_iter().take(limit).cloned().collect()
    }
}
