//! The notifications of the memory store.
//! Which of them an order absorbs is left to the services.

use crate::port::{
    IdKey, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest, ReceivedNotification,
    StoreError,
};

const LARGEST_PAGE: usize = 200;

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
            .filter(|notification| !notification.body.is_empty())
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

    /// The cursor of a page is the place of its last notification.
    pub(super) fn page(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        let before = match &query.cursor {
            None => usize::MAX,
            Some(cursor) => {
                cursor.parse().map_err(|_| StoreError::Unreadable { what: "cursor", id: cursor.clone() })?
            }
        };
        let is_meant = |mark: &InboxMark| query.verdict.is_none_or(|verdict| mark.verdict == verdict);
        let marks = self.marks.iter().enumerate().rev();
        let mut found = marks.filter(|(place, mark)| *place < before && is_meant(mark)).peekable();
        let page: Vec<_> = found.by_ref().take(query.limit.min(LARGEST_PAGE)).collect();
        let next = page.last().filter(|_| found.peek().is_some()).map(|(place, _)| place.to_string());
        Ok(InboxPage { marks: page.into_iter().map(|(_, mark)| mark.clone()).collect(), next })
    }

    /// Drops the bodies of notifications that are meant, and tells how many.
    pub(super) fn drop_bodies(&mut self, is_meant: impl Fn(&ReceivedNotification) -> bool) -> usize {
        let notifications = self.marks.iter_mut().map(|mark| &mut mark.notification);
        notifications.filter(|one| !one.body.is_empty() && is_meant(one)).map(|one| one.body.clear()).count()
    }

    pub(super) fn by_digest(&self, digest: &NotificationDigest) -> Option<InboxMark> {
        self.marks.iter().find(|mark| mark.notification.digest == *digest).cloned()
    }
}
