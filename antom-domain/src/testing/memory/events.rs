//! The merchant events of the memory store.
//! When an event is sent, and how often, is left to the services.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;

use crate::merchant_event::{MerchantEventId, Sequence};
use crate::port::{
    ClaimedEvent, Commit, DeliveryState, EventClaim, EventEnd, EventPage, EventQuery, EventQueueError, Keep,
    KeptEvent, StoreError,
};

const LARGEST_PAGE: usize = 200;
const LOOKED_AT: usize = 1_000;

type Key = (ReferenceOrderId, Sequence);

#[derive(Debug, Default)]
pub(super) struct Events {
    /// In the order in which they were committed.
    rows: BTreeMap<u64, Row>,
    places: BTreeMap<Key, u64>,
    /// The place of each order's current event: the only one that may be handed out.
    current: BTreeMap<ReferenceOrderId, u64>,
    /// The waiting events of each order.
    waiting: BTreeSet<Key>,
    last_place: u64,
}

#[derive(Debug)]
struct Row {
    kept: KeptEvent,
    since: Timestamp,
    is_held: bool,
}

impl Row {
    fn key(&self) -> Key {
        (self.kept.event.order_id.clone(), self.kept.event.sequence)
    }
}

impl Events {
    /// Takes in what a step tells.
    pub(super) fn step(&mut self, commit: &Commit) {
        for event in &commit.announced.events {
            let state = if commit.announced.are_sent { DeliveryState::Waiting } else { DeliveryState::Kept };
            let kept = KeptEvent {
                event: event.clone(),
                state,
                tries: 0,
                due: None,
                settled_at: None,
                failure: None,
            };
            let row = Row { kept, since: event.at, is_held: false };
            self.last_place = self.last_place.saturating_add(1);
            self.places.insert(row.key(), self.last_place);
            if state == DeliveryState::Waiting {
                self.waiting.insert(row.key());
            }
            self.rows.insert(self.last_place, row);
            self.advance(&event.order_id, event.at);
        }
    }

    pub(super) fn has_waiting(&self, order_id: &ReferenceOrderId) -> bool {
        self.waiting.iter().any(|(order, _)| order == order_id)
    }

    pub(super) fn forget_personal_data(&mut self, order_id: &ReferenceOrderId) {
        let theirs = self.rows.values_mut().filter(|row| row.kept.event.order_id == *order_id);
        for row in theirs {
            if let Some(data) = row.kept.event.data.without_personal_data() {
                row.kept.event.data = data;
            }
        }
    }

    /// Makes the order's first waiting event current, where none is.
    fn advance(&mut self, order_id: &ReferenceOrderId, due: Timestamp) {
        if self.current.contains_key(order_id) {
            return;
        }
        let first = self.waiting.range((order_id.clone(), 0)..).next().filter(|(order, _)| order == order_id);
        let Some(place) = first.and_then(|key| self.places.get(key)).copied() else { return };
        self.current.insert(order_id.clone(), place);
        if let Some(row) = self.rows.get_mut(&place) {
            row.kept.due = Some(due);
        }
    }

    pub(super) fn claim(&mut self, now: Timestamp, lease: Duration, limit: usize) -> Vec<ClaimedEvent> {
        let due = |place: &u64| self.rows.get(place).and_then(|row| row.kept.due);
        let mut free: Vec<(Timestamp, u64)> = self
            .current
            .values()
            .filter_map(|place| Some((due(place)?, *place)))
            .filter(|(due, _)| *due <= now)
            .collect();
        free.sort_unstable();
        let mut claimed = Vec::new();
        for (_, place) in free.into_iter().take(limit) {
            let Some(row) = self.rows.get_mut(&place) else { continue };
            let tries = row.kept.tries;
            row.kept.tries = tries.saturating_add(1);
            row.kept.due = Some(now.saturating_add(lease));
            row.is_held = true;
            let claim = EventClaim { event: row.kept.event.id(), fence: u64::from(row.kept.tries) };
            claimed.push(ClaimedEvent { claim, event: row.kept.event.clone(), since: row.since, tries });
        }
        claimed
    }

    pub(super) fn settle(
        &mut self,
        claim: &EventClaim,
        end: EventEnd,
        now: Timestamp,
    ) -> Result<(), EventQueueError> {
        let (order_id, sequence) = claim.event.parts();
        let key = (order_id.clone(), sequence);
        let place = self.places.get(&key);
        let row = place.and_then(|place| self.rows.get_mut(place)).ok_or(EventQueueError::LeaseLost)?;
        if !row.is_held || u64::from(row.kept.tries) != claim.fence {
            return Err(EventQueueError::LeaseLost);
        }
        row.is_held = false;
        let (state, failure) = match end {
            EventEnd::Postponed { due, failure } => {
                row.kept.due = Some(due);
                row.kept.failure = Some(failure);
                return Ok(());
            }
            EventEnd::Delivered => (DeliveryState::Delivered, None),
            EventEnd::GivenUp { failure } => (DeliveryState::GivenUp, Some(failure)),
        };
        row.kept = KeptEvent { state, failure, due: None, settled_at: Some(now), ..row.kept.clone() };
        self.waiting.remove(&key);
        self.current.remove(order_id);
        self.advance(order_id, now);
        Ok(())
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.current.values().filter_map(|place| self.rows.get(place)?.kept.due).min()
    }

    pub(super) fn page(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        let after: u64 = match &query.cursor {
            None => 0,
            Some(cursor) => {
                cursor.parse().map_err(|_| StoreError::Unreadable { what: "cursor", id: cursor.clone() })?
            }
        };
        let newest = self.rows.last_key_value().map_or(0, |(place, _)| *place);
        if let Some(cursor) = query.cursor.as_ref().filter(|_| after > newest) {
            return Err(StoreError::Unreadable { what: "cursor", id: cursor.clone() });
        }
        let limit = query.limit.min(LARGEST_PAGE);
        let is_asked = |row: &Row| query.kind.as_ref().is_none_or(|kind| *kind == row.kept.event.kind);
        let mut found: Vec<(u64, KeptEvent)> = self
            .rows
            .range(after.saturating_add(1)..)
            .filter(|(_, row)| is_asked(row))
            .take(limit.saturating_add(1))
            .map(|(place, row)| (*place, row.kept.clone()))
            .collect();
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|(place, _)| place.to_string()).or_else(|| query.cursor.clone());
        Ok(EventPage { events: found.into_iter().map(|(_, kept)| kept).collect(), next, has_more })
    }

    pub(super) fn resend(&mut self, id: &MerchantEventId, now: Timestamp) -> bool {
        let (order_id, sequence) = id.parts();
        let key = (order_id.clone(), sequence);
        let Some(row) = self.places.get(&key).and_then(|place| self.rows.get_mut(place)) else {
            return false;
        };
        if row.kept.state == DeliveryState::Waiting {
            return true;
        }
        row.kept =
            KeptEvent { state: DeliveryState::Waiting, settled_at: None, failure: None, ..row.kept.clone() };
        row.since = now;
        self.waiting.insert(key);
        // What is being sent is not disturbed; what only waits stands back.
        let current = self.current.get(order_id).and_then(|place| self.rows.get_mut(place));
        if let Some(row) = current.filter(|row| !row.is_held) {
            row.kept.due = None;
            self.current.remove(order_id);
        }
        self.advance(order_id, now);
        true
    }

    pub(super) fn forget(&mut self, keep: Keep) -> usize {
        let newest_dropped = self.last_place.saturating_sub(keep.most);
        let newest = self.rows.last_key_value().map(|(place, _)| *place);
        let is_old = |place: u64, row: &Row| {
            newest != Some(place) && (row.kept.event.at < keep.since || place <= newest_dropped)
        };
        let dropped: Vec<u64> = self
            .rows
            .iter()
            .take(LOOKED_AT)
            .filter(|(place, row)| row.kept.state != DeliveryState::Waiting && is_old(**place, row))
            .map(|(place, _)| *place)
            .collect();
        for place in &dropped {
            if let Some(row) = self.rows.remove(place) {
                self.places.remove(&row.key());
            }
        }
        dropped.len()
    }
}
