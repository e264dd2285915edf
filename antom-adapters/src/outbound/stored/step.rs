//! One step turned into rows, so that whoever writes only writes.
//! What is written where, and in which transaction, is left to the adapters.

use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEvent;
use antom_domain::order::stored::{event_text, snapshot_text};
use antom_domain::order::{CallId, GatewayCall, Recorded};
use antom_domain::port::{Claim, Commit, DeliveryState, IdKey, InboxMark, StoreError, Version};

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
    /// How many merchant events the order has had.
    pub(in crate::outbound) announced: i64,
    pub(in crate::outbound) told: Vec<ToldRow>,
    /// Where they begin.
    pub(in crate::outbound) told_state: &'static str,
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

/// A merchant event as it stands in the queue.
pub(in crate::outbound) struct ToldRow {
    pub(in crate::outbound) sequence: i64,
    pub(in crate::outbound) kind: String,
    pub(in crate::outbound) at: i64,
    pub(in crate::outbound) payment_request_id: Option<String>,
    pub(in crate::outbound) data: String,
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
        let told = commit.announced.events.into_iter().map(ToldRow::new).collect();
        let told_state =
            if commit.announced.are_sent { DeliveryState::Waiting } else { DeliveryState::Kept }.as_str();
        Ok(StepRows {
            order_id,
            announced: number_of(commit.announced.total),
            told,
            told_state,
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

impl ToldRow {
    fn new(event: MerchantEvent) -> ToldRow {
        ToldRow {
            sequence: number_of(event.sequence),
            kind: event.kind.as_str().to_owned(),
            at: event.at.epoch_millis(),
            payment_request_id: event.payment_request_id.map(String::from),
            data: event.data.into_text(),
        }
    }
}

/// A count as the databases hold it; no order lives to see more events.
fn number_of(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl CallRow {
    fn new(call: GatewayCall, due: Timestamp) -> Result<CallRow, StoreError> {
        let id = call.id();
        let subject = serde_json::to_string(&call.subject).map_err(|_| unreadable("call", id.as_str()))?;
        Ok(CallRow { id, subject, call, due_at: due.epoch_millis() })
    }
}
