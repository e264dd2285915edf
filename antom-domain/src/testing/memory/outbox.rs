//! The waiting calls of the memory store.
//! When a call is sent, and what its answer means, is left to the services.

use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;

use crate::order::{CallId, GatewayCall};
use crate::port::{Claim, Claimed, Commit, OutboxError};

#[derive(Debug, Default)]
pub(super) struct Rows {
    /// In the order in which they were wished.
    rows: Vec<Row>,
    /// The last fence that was given out, over all rows: a call that is wished again after its row was dropped never
    /// meets a fence of the dropped row.
    last_fence: u64,
}

#[derive(Debug)]
struct Row {
    order_id: ReferenceOrderId,
    call: GatewayCall,
    due_at: Timestamp,
    hold: Option<Hold>,
    tries: u32,
}

#[derive(Debug)]
struct Hold {
    fence: u64,
    until: Timestamp,
}

impl Row {
    fn is_held_by(&self, claim: &Claim) -> bool {
        self.call.id() == claim.call_id && self.hold.as_ref().is_some_and(|hold| hold.fence == claim.fence)
    }

    fn is_free(&self, now: Timestamp) -> bool {
        self.due_at <= now && self.hold.as_ref().is_none_or(|hold| hold.until <= now)
    }
}

impl Rows {
    pub(super) fn has_any_of(&self, order_id: &ReferenceOrderId) -> bool {
        self.rows.iter().any(|row| row.order_id == *order_id)
    }

    pub(super) fn has(&self, claim: &Claim) -> bool {
        self.rows.iter().any(|row| row.is_held_by(claim))
    }

    pub(super) fn is_held(&self, claim: &Claim, now: Timestamp) -> bool {
        let runs = |row: &Row| row.hold.as_ref().is_some_and(|hold| hold.until > now);
        self.rows.iter().any(|row| row.is_held_by(claim) && runs(row))
    }

    /// Takes in a step whose claim was checked: drops what it answers, adds what it wishes.
    pub(super) fn step(&mut self, commit: &Commit) {
        if let Some(claim) = &commit.settles {
            let again = commit.effects.iter().find(|(call, _)| call.id() == claim.call_id);
            // The bytes of a call never change, so a call that is wished again by its own answer keeps its row.
            let _held = match again {
                Some((_, due)) => self.postpone(claim, *due),
                None => self.complete(claim),
            };
        }
        for (call, due) in &commit.effects {
            if self.rows.iter().all(|row| row.call.id() != call.id()) {
                let (order_id, call) = (commit.order_id.clone(), call.clone());
                self.rows.push(Row { order_id, call, due_at: *due, hold: None, tries: 0 });
            }
        }
    }

    pub(super) fn claim_due(&mut self, now: Timestamp, lease: Duration, limit: usize) -> Vec<Claimed> {
        let mut due: Vec<&mut Row> = self.rows.iter_mut().filter(|row| row.is_free(now)).collect();
        due.sort_by_key(|row| row.due_at);
        let mut claimed = Vec::new();
        for row in due.into_iter().take(limit) {
            self.last_fence = self.last_fence.saturating_add(1);
            row.hold = Some(Hold { fence: self.last_fence, until: now.saturating_add(lease) });
            claimed.push(Claimed {
                claim: Claim { call_id: row.call.id(), fence: self.last_fence },
                order_id: row.order_id.clone(),
                call: row.call.clone(),
                tries: row.tries,
            });
            row.tries = row.tries.saturating_add(1);
        }
        claimed
    }

    pub(super) fn complete(&mut self, claim: &Claim) -> Result<(), OutboxError> {
        let before = self.rows.len();
        self.rows.retain(|row| !row.is_held_by(claim));
        if self.rows.len() == before { Err(OutboxError::LeaseLost) } else { Ok(()) }
    }

    pub(super) fn postpone(&mut self, claim: &Claim, due: Timestamp) -> Result<(), OutboxError> {
        let row = self.rows.iter_mut().find(|row| row.is_held_by(claim)).ok_or(OutboxError::LeaseLost)?;
        row.due_at = due;
        row.hold = None;
        Ok(())
    }

    pub(super) fn hasten(&mut self, id: &CallId, now: Timestamp) {
        for row in self.rows.iter_mut().filter(|row| row.call.id() == *id && row.hold.is_none()) {
            row.due_at = row.due_at.min(now);
        }
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.rows.iter().map(|row| row.hold.as_ref().map_or(row.due_at, |hold| hold.until)).min()
    }
}
