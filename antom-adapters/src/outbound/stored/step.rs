//! One step turned into rows, so that whoever writes only writes.
//! What is written where, and in which transaction, is left to the adapters.

use antom_core::time::Timestamp;
use antom_domain::order::stored::{event_text, snapshot_text};
use antom_domain::order::{CallId, GatewayCall, Recorded};
use antom_domain::port::{Claim, Commit, IdKey, InboxMark, StoreError, Version};

use serde::Deserialize;

use super::words::unreadable;

/// A step as rows.
pub(in crate::outbound) struct StepRows {
    pub(in crate::outbound) order_id: String,
    pub(in crate::outbound) expected: Version,
    pub(in crate::outbound) version: Version,
    pub(in crate::outbound) snapshot: String,
    pub(in crate::outbound) phase: &'static str,
    pub(in crate::outbound) next_check_at: Option<i64>,
    pub(in crate::outbound) created_at: i64,
    pub(in crate::outbound) events: Vec<EventRow>,
    pub(in crate::outbound) ids: Vec<IdKey>,
    pub(in crate::outbound) calls: Vec<CallRow>,
    pub(in crate::outbound) settles: Option<Claim>,
    pub(in crate::outbound) inbox: Option<InboxMark>,
}

/// An event as it stands in the log.
pub(in crate::outbound) struct EventRow {
    pub(in crate::outbound) at: i64,
    pub(in crate::outbound) name: String,
    pub(in crate::outbound) body: String,
}

/// The name of an event, as it stands in its body.
#[derive(Deserialize)]
struct Named {
    event: String,
}

/// A call as it stands in the outbox.
pub(in crate::outbound) struct CallRow {
    pub(in crate::outbound) id: CallId,
    pub(in crate::outbound) subject: String,
    pub(in crate::outbound) call: GatewayCall,
    pub(in crate::outbound) due_at: i64,
}

impl StepRows {
    pub(in crate::outbound) fn new(commit: Commit) -> Result<StepRows, StoreError> {
        let order_id = commit.order_id.to_string();
        let events = commit
            .events
            .iter()
            .map(|recorded| EventRow::new(recorded).ok_or_else(|| unreadable("event", order_id.as_str())))
            .collect::<Result<Vec<_>, _>>()?;
        let snapshot =
            snapshot_text(&commit.snapshot).map_err(|_| unreadable("snapshot", order_id.as_str()))?;
        let calls = commit
            .effects
            .into_iter()
            .map(|(call, due)| CallRow::new(call, due))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(StepRows {
            order_id,
            expected: commit.expected,
            version: commit.expected.saturating_add(events.len() as Version),
            snapshot,
            phase: commit.phase.as_str(),
            next_check_at: commit.next_check_at.map(Timestamp::epoch_millis),
            created_at: commit.snapshot.created_at.epoch_millis(),
            events,
            ids: commit.ids,
            calls,
            settles: commit.settles,
            inbox: commit.inbox,
        })
    }
}

impl EventRow {
    fn new(recorded: &Recorded) -> Option<EventRow> {
        let body = event_text(recorded).ok()?;
        let Named { event } = serde_json::from_str(&body).ok()?;
        Some(EventRow { at: recorded.at.epoch_millis(), name: event, body })
    }
}

impl CallRow {
    fn new(call: GatewayCall, due: Timestamp) -> Result<CallRow, StoreError> {
        let id = call.id();
        let subject = serde_json::to_string(&call.subject).map_err(|_| unreadable("call", id.as_str()))?;
        Ok(CallRow { id, subject, call, due_at: due.epoch_millis() })
    }
}
