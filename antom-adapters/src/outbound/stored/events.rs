//! Merchant events as they stand in columns, and how they are read back.
//! Statements and whole rows are left to the adapters.

use antom_core::id::PaymentRequestId;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::{EventData, MerchantEvent, MerchantEventKind};
use antom_domain::port::{
    ClaimedEvent, DeliveryState, EventClaim, EventEnd, EventQueueError, KeptEvent, StoreError,
};

use super::words::{order_id, time, unreadable};
use crate::outbound::data_keys::{Cell, DataKeys};

/// A row of the event queue, not yet understood.
pub(in crate::outbound) struct StoredEvent {
    pub(in crate::outbound) order_id: String,
    pub(in crate::outbound) sequence: i64,
    pub(in crate::outbound) kind: String,
    pub(in crate::outbound) at: i64,
    pub(in crate::outbound) payment_request_id: Option<String>,
    pub(in crate::outbound) data: String,
    pub(in crate::outbound) state: String,
    pub(in crate::outbound) tries: i64,
    pub(in crate::outbound) due_at: Option<i64>,
    pub(in crate::outbound) settled_at: Option<i64>,
    pub(in crate::outbound) failure: Option<String>,
}

/// A claimed row, not yet understood. Its `tries` count this claim too.
pub(in crate::outbound) struct StoredClaim {
    pub(in crate::outbound) event: StoredEvent,
    pub(in crate::outbound) since: i64,
}

impl StoredEvent {
    pub(in crate::outbound) fn understand(self, keys: &DataKeys) -> Result<KeptEvent, StoreError> {
        let damaged = |id: &str| unreadable("merchant event", id);
        let cell = Cell::Told { order: &self.order_id, sequence: self.sequence };
        let data = keys.open_string(cell, self.data).ok_or_else(|| damaged(&self.order_id))?;
        let order_id = order_id(&self.order_id)?;
        let state = DeliveryState::from_word(&self.state).ok_or_else(|| damaged(&self.order_id))?;
        let payment_request_id = self.payment_request_id.map(PaymentRequestId::parse).transpose();
        let event = MerchantEvent {
            sequence: u64::try_from(self.sequence).map_err(|_| damaged(&self.order_id))?,
            kind: MerchantEventKind::from(self.kind),
            at: time(self.at),
            payment_request_id: payment_request_id.map_err(|_| damaged(&self.order_id))?,
            data: EventData::from_stored(data),
            order_id,
        };
        Ok(KeptEvent {
            event,
            state,
            tries: u32::try_from(self.tries).unwrap_or(u32::MAX),
            due: self.due_at.map(time),
            settled_at: self.settled_at.map(time),
            failure: self.failure,
        })
    }
}

impl StoredClaim {
    fn understand(self, keys: &DataKeys) -> Result<ClaimedEvent, StoreError> {
        let fence = self.event.tries.unsigned_abs();
        let since: Timestamp = time(self.since);
        let KeptEvent { event, tries, .. } = self.event.understand(keys)?;
        let claim = EventClaim { event: event.id(), fence };
        Ok(ClaimedEvent { claim, event, since, tries: tries.saturating_sub(1) })
    }
}

/// A row that cannot be read keeps its lease and stands back with its order, so that it does not hold up the others.
pub(in crate::outbound) fn known_claims(taken: Vec<StoredClaim>, keys: &DataKeys) -> Vec<ClaimedEvent> {
    let understood = taken.into_iter().filter_map(|row| {
        row.understand(keys)
            .inspect_err(|error| tracing::error!(%error, "a merchant event is left alone"))
            .ok()
    });
    understood.collect()
}

/// Order, sequence and fence; what the database cannot hold was never given out.
pub(in crate::outbound) fn claim_columns(claim: &EventClaim) -> Result<(String, i64, i64), EventQueueError> {
    let (order_id, sequence) = claim.event.parts();
    let column = |number: u64| i64::try_from(number).map_err(|_| EventQueueError::LeaseLost);
    Ok((order_id.to_string(), column(sequence)?, column(claim.fence)?))
}

/// What became of a claimed event, as columns.
pub(in crate::outbound) struct EndColumns<'a> {
    pub(in crate::outbound) state: &'static str,
    pub(in crate::outbound) due: Option<i64>,
    pub(in crate::outbound) settled_at: Option<i64>,
    pub(in crate::outbound) failure: Option<&'a str>,
}

impl<'a> EndColumns<'a> {
    pub(in crate::outbound) fn of(end: &'a EventEnd, now: i64) -> EndColumns<'a> {
        let (state, due, settled_at, failure) = match end {
            EventEnd::Delivered => (DeliveryState::Delivered, None, Some(now), None),
            EventEnd::GivenUp { failure } => (DeliveryState::GivenUp, None, Some(now), Some(failure)),
            EventEnd::Postponed { due, failure } => {
                (DeliveryState::Waiting, Some(due.epoch_millis()), None, Some(failure))
            }
        };
        EndColumns { state: state.as_str(), due, settled_at, failure: failure.map(String::as_str) }
    }
}
