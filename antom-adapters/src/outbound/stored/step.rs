//! One step turned into rows, sealed where there is a key, so that whoever writes only writes.
//! What is written where, and in which transaction, is left to the adapters.

use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEvent;
use antom_domain::order::stored::{event_text, snapshot_text};
use antom_domain::order::{CallId, GatewayCall, Order, Recorded, RequestBody};
use antom_domain::port::{Claim, Commit, DeliveryState, IdKey, InboxMark, StoreError, Version};

use serde::Deserialize;

use super::words::{number, sealed_mark, unreadable};
use crate::outbound::data_keys::{Cell, DataKeys};

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
    pub(in crate::outbound) fn new(commit: Commit, keys: &DataKeys) -> Result<StepRows, StoreError> {
        let order_id = commit.order_id.to_string();
        let first = number_of(commit.expected).saturating_add(1);
        let events = commit
            .events
            .iter()
            .enumerate()
            .map(|(place, recorded)| {
                EventRow::new(recorded, &order_id, first.saturating_add(number(place)), keys)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let snapshot = sealed_snapshot(&order_id, &commit.snapshot, keys)?;
        let calls = commit
            .effects
            .into_iter()
            .map(|(call, due)| CallRow::new(call, due, keys))
            .collect::<Result<Vec<_>, _>>()?;
        let told = commit.announced.events.into_iter().map(|event| ToldRow::new(event, &order_id, keys));
        let told = told.collect::<Result<Vec<_>, _>>()?;
        let inbox = commit.inbox.map(|mark| sealed_mark(mark, keys)).transpose()?;
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
            inbox,
        })
    }
}

/// A snapshot as it is stored.
pub(in crate::outbound) fn sealed_snapshot(
    id: &str,
    order: &Order,
    keys: &DataKeys,
) -> Result<String, StoreError> {
    let text = snapshot_text(order).map_err(|_| unreadable("snapshot", id))?;
    keys.seal_text(Cell::Snapshot { order: id }, text).ok_or(StoreError::Unavailable)
}

impl EventRow {
    pub(super) fn new(
        recorded: &Recorded,
        order: &str,
        seq: i64,
        keys: &DataKeys,
    ) -> Result<EventRow, StoreError> {
        let body = event_text(recorded).map_err(|_| unreadable("event", order))?;
        let Named { event } = serde_json::from_str(&body).map_err(|_| unreadable("event", order))?;
        let body = keys.seal_text(Cell::Event { order, seq }, body).ok_or(StoreError::Unavailable)?;
        Ok(EventRow { at: recorded.at.epoch_millis(), name: event, body })
    }
}

impl ToldRow {
    fn new(event: MerchantEvent, order: &str, keys: &DataKeys) -> Result<ToldRow, StoreError> {
        let sequence = number_of(event.sequence);
        let data = keys.seal_text(Cell::Told { order, sequence }, event.data.into_text());
        Ok(ToldRow {
            sequence,
            kind: event.kind.as_str().to_owned(),
            at: event.at.epoch_millis(),
            payment_request_id: event.payment_request_id.map(String::from),
            data: data.ok_or(StoreError::Unavailable)?,
        })
    }
}

/// A count as the databases hold it; no order lives to see more events.
fn number_of(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl CallRow {
    fn new(call: GatewayCall, due: Timestamp, keys: &DataKeys) -> Result<CallRow, StoreError> {
        let id = call.id();
        let subject = serde_json::to_string(&call.subject).map_err(|_| unreadable("call", id.as_str()))?;
        let call = match keys.is_sealing() {
            false => call,
            true => {
                let bytes = keys.seal_bytes(Cell::Call { id: id.as_str() }, call.body.as_bytes().to_vec());
                GatewayCall { body: RequestBody::new(bytes.ok_or(StoreError::Unavailable)?), ..call }
            }
        };
        Ok(CallRow { id, subject, call, due_at: due.epoch_millis() })
    }
}
