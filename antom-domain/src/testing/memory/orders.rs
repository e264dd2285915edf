//! The orders of the memory store with their logs and ids.
//! The outbox and the inbox of a step are left to their own files.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;

use crate::order::stored::{self, NotRead};
use crate::order::{Order, OrderPhase, Recorded};
use crate::port::{
    Commit, CommitError, IdKey, OrderPage, OrderQuery, RestingPage, RestingQuery, StoreError, StoredOrder,
    Version,
};

const LARGEST_PAGE: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Orders {
    rows: BTreeMap<ReferenceOrderId, Row>,
    /// The orders as they were created, oldest first.
    creation: Vec<ReferenceOrderId>,
    ids: HashMap<IdKey, ReferenceOrderId>,
}

#[derive(Debug)]
struct Row {
    stored: StoredOrder,
    phase: OrderPhase,
    next_check_at: Option<Timestamp>,
    log: Vec<Recorded>,
}

impl Orders {
    pub(super) fn load(&self, id: &ReferenceOrderId) -> Option<StoredOrder> {
        self.rows.get(id).map(|row| row.stored.clone())
    }

    pub(super) fn find(&self, key: &IdKey) -> Option<ReferenceOrderId> {
        self.ids.get(key).cloned()
    }

    pub(super) fn history(&self, id: &ReferenceOrderId) -> Vec<Recorded> {
        self.rows.get(id).map(|row| row.log.clone()).unwrap_or_default()
    }

    pub(super) fn check(&self, commit: &Commit) -> Result<(), CommitError> {
        let version = self.rows.get(&commit.order_id).map(|row| row.stored.version);
        if version.unwrap_or(0) != commit.expected || (commit.expected == 0 && version.is_some()) {
            return Err(CommitError::Conflict);
        }
        let mut own = HashSet::new();
        for key in commit.ids.iter().filter(|key| !key.is_gateway_made()) {
            if self.ids.contains_key(key) || !own.insert(key) {
                return Err(CommitError::IdTaken(key.clone()));
            }
        }
        Ok(())
    }

    /// Writes a step that [`check`](Orders::check) has passed.
    pub(super) fn apply(&mut self, commit: Commit) -> Version {
        let id = commit.order_id;
        for key in commit.ids {
            self.ids.entry(key).or_insert_with(|| id.clone());
        }
        let mut log = match self.rows.remove(&id) {
            Some(row) => row.log,
            None => {
                self.creation.push(id.clone());
                Vec::new()
            }
        };
        let version = commit.expected.saturating_add(commit.events.len() as Version);
        log.extend(commit.events);
        let stored = StoredOrder { order: commit.snapshot, version, announced: commit.announced.total };
        self.rows.insert(id, Row { stored, phase: commit.phase, next_check_at: commit.next_check_at, log });
        version
    }

    /// One more event and a snapshot, as another program wrote them.
    pub(super) fn write_stored(
        &mut self,
        id: &ReferenceOrderId,
        event: &str,
        snapshot: &str,
    ) -> Result<(), StoreError> {
        let damaged = |what| StoreError::Unreadable { what, id: id.to_string() };
        let row = self.rows.get_mut(id).ok_or_else(|| damaged("order"))?;
        match stored::read_event(event) {
            Ok(recorded) if row.log.len() as Version == row.stored.version => row.log.push(recorded),
            // After an event that is not known the log is not read any further.
            Ok(_) | Err(NotRead::Newer) => {}
            Err(_) => return Err(damaged("event")),
        }
        row.stored.version = row.stored.version.saturating_add(1);
        row.stored.order = match stored::read_snapshot(snapshot) {
            Ok(order) => Arc::new(order),
            Err(NotRead::Newer) => {
                let order = Order::fold(&row.log).map_err(|_| damaged("snapshot"))?;
                Arc::new(Order { is_read_only: true, ..order })
            }
            Err(_) => return Err(damaged("snapshot")),
        };
        Ok(())
    }

    /// Puts events in the places of recorded ones.
    pub(super) fn rewrite(&mut self, id: &ReferenceOrderId, events: Vec<(Version, Recorded)>) {
        let Some(row) = self.rows.get_mut(id) else { return };
        for (seq, event) in events {
            let place = usize::try_from(seq.saturating_sub(1)).ok();
            if let Some(recorded) = place.and_then(|place| row.log.get_mut(place)) {
                *recorded = event;
            }
        }
    }

    /// The cursor of a page is the number of orders that were looked at.
    pub(super) fn resting(&self, query: &RestingQuery) -> Result<RestingPage, StoreError> {
        let start: usize = match &query.cursor {
            None => 0,
            Some(cursor) => {
                cursor.parse().map_err(|_| StoreError::Unreadable { what: "cursor", id: cursor.clone() })?
            }
        };
        let is_due = |row: &Row| {
            row.next_check_at.is_none()
                && row.stored.order.created_at <= query.created_until
                && row.stored.order.erased < Some(query.less_than)
        };
        let looked_at = self.creation.iter().skip(start).take(query.limit);
        let orders = looked_at.filter(|id| self.rows.get(id).is_some_and(is_due)).cloned().collect();
        let end = start.saturating_add(query.limit);
        Ok(RestingPage { orders, next: (end < self.creation.len()).then(|| end.to_string()) })
    }

    pub(super) fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        let end = match &query.cursor {
            None => self.creation.len(),
            Some(cursor) => {
                cursor.parse().map_err(|_| StoreError::Unreadable { what: "cursor", id: cursor.clone() })?
            }
        };
        let limit = query.limit.min(LARGEST_PAGE);
        let mut found: Vec<(usize, &Row)> = self
            .creation
            .iter()
            .enumerate()
            .take(end)
            .rev()
            .filter_map(|(position, id)| Some((position, self.rows.get(id)?)))
            .filter(|(_, row)| query.phase.is_none_or(|phase| phase == row.phase))
            .take(limit.saturating_add(1))
            .collect();
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more).map(|(position, _)| position.to_string());
        Ok(OrderPage {
            orders: found.into_iter().map(|(_, row)| Order::clone(&row.stored.order)).collect(),
            next,
        })
    }

    pub(super) fn unresolved(&self, after: Option<&ReferenceOrderId>, limit: usize) -> Vec<ReferenceOrderId> {
        self.rows
            .iter()
            .filter(|(id, row)| row.next_check_at.is_some() && after.is_none_or(|after| *id > after))
            .map(|(id, _)| id.clone())
            .take(limit)
            .collect()
    }
}
