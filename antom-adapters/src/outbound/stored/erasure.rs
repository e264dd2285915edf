//! An erasure turned into rows, sealed where there is a key; and what is asked of the rows that are there.
//! Statements are left to the adapters.

use antom_domain::merchant_event::EventData;
use antom_domain::order::Erased;
use antom_domain::port::{Erasure, IdKey, RestingPage, RestingQuery, StoreError};

use super::step::{EventRow, StepRows};
use super::words::{keys, order_id, unreadable};
use crate::outbound::data_keys::{Cell, DataKeys};

/// An erasure as rows.
pub(in crate::outbound) struct ErasureRows {
    pub(in crate::outbound) step: StepRows,
    pub(in crate::outbound) how_far: Erased,
    /// Number and body of each event that is written anew.
    pub(in crate::outbound) rewritten: Vec<(i64, String)>,
    /// Bodies of notifications that name one of these ids are dropped.
    pub(in crate::outbound) named: Vec<IdKey>,
}

impl ErasureRows {
    pub(in crate::outbound) fn new(erasure: Erasure, keys: &DataKeys) -> Result<ErasureRows, StoreError> {
        let Erasure { commit, how_far, rewritten, named } = erasure;
        let id = commit.order_id.to_string();
        let rewritten = rewritten.iter().map(|(seq, recorded)| {
            let seq = i64::try_from(*seq).map_err(|_| unreadable("event", id.as_str()))?;
            Ok((seq, EventRow::new(recorded, &id, seq, keys)?.body))
        });
        let rewritten = rewritten.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(ErasureRows { step: StepRows::new(commit, keys)?, how_far, rewritten, named })
    }

    /// Whether a notification whose ids are stored so is meant. What cannot be read names nothing that is known.
    pub(in crate::outbound) fn is_named(&self, digest: &str, text: &str) -> bool {
        keys(digest, text).is_ok_and(|named| named.iter().any(|key| self.named.contains(key)))
    }

    /// No notification of the order came before it, whichever instance's clock told when.
    pub(in crate::outbound) fn notified_since(&self) -> i64 {
        const CLOCKS_APART: i64 = 3_600_000;
        self.step.created_at.saturating_sub(CLOCKS_APART)
    }

    /// The data of a merchant event of the order as they are to be stored; `None` where they stay.
    pub(in crate::outbound) fn impersonal(
        &self,
        sequence: i64,
        data: String,
        keys: &DataKeys,
    ) -> Result<Option<String>, StoreError> {
        let order = self.step.order_id.as_str();
        let cell = Cell::Told { order, sequence };
        let text = keys.open_string(cell, data).ok_or_else(|| unreadable("merchant event", order))?;
        let Some(data) = EventData::from_stored(text).without_personal_data() else { return Ok(None) };
        keys.seal_text(cell, data.into_text()).map(Some).ok_or(StoreError::Unavailable)
    }
}

/// An order as the sweep sees it.
pub(in crate::outbound) struct RestingRow {
    pub(in crate::outbound) seq: i64,
    pub(in crate::outbound) id: String,
    pub(in crate::outbound) created_at: i64,
    pub(in crate::outbound) is_at_rest: bool,
    pub(in crate::outbound) erased: Option<String>,
}

/// Where a page of all orders begins.
pub(in crate::outbound) fn resting_after(query: &RestingQuery) -> Result<i64, StoreError> {
    match &query.cursor {
        None => Ok(0),
        Some(cursor) => cursor.parse().map_err(|_| unreadable("cursor", cursor.as_str())),
    }
}

/// What of the rows, in the order of their creation, may be due.
pub(in crate::outbound) fn resting(
    query: &RestingQuery,
    rows: &[RestingRow],
) -> Result<RestingPage, StoreError> {
    let until = query.created_until.epoch_millis();
    let is_due = |row: &&RestingRow| {
        let erased = row.erased.as_deref().and_then(Erased::from_word);
        row.is_at_rest && row.created_at <= until && erased < Some(query.less_than)
    };
    let orders = rows.iter().filter(is_due).map(|row| order_id(&row.id)).collect::<Result<Vec<_>, _>>()?;
    // What follows an order that is too young is younger still.
    let has_more = rows.len() >= query.limit && rows.last().is_some_and(|row| row.created_at <= until);
    let next = rows.last().filter(|_| has_more).map(|row| row.seq.to_string());
    Ok(RestingPage { orders, next })
}

/// Where a page of notifications ended: when its last one came, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::outbound) struct Arrival {
    pub(in crate::outbound) at: i64,
    pub(in crate::outbound) seq: i64,
}

impl Arrival {
    pub(in crate::outbound) fn read(cursor: Option<&str>) -> Result<Arrival, StoreError> {
        let Some(cursor) = cursor else { return Ok(Arrival { at: i64::MIN, seq: 0 }) };
        let place = cursor
            .split_once('/')
            .and_then(|(at, seq)| Some(Arrival { at: at.parse().ok()?, seq: seq.parse().ok()? }));
        place.ok_or_else(|| unreadable("cursor", cursor))
    }

    pub(in crate::outbound) fn cursor(self) -> String {
        format!("{}/{}", self.at, self.seq)
    }
}

/// So many notifications are looked at in one page.
pub(in crate::outbound) const BODIES: i64 = 1_000;
