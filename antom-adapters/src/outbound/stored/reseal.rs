//! Which columns are sealed, and how a stored value is sealed anew: with a first key, or with a new one.
//! Going through the rows is left to the adapters.

use antom_domain::port::StoreError;

use super::words::unreadable;
use crate::outbound::data_keys::{Cell, DataKeys};

/// A column whose values are sealed.
pub(in crate::outbound) struct SealedColumn {
    table: &'static str,
    column: &'static str,
    /// The text in the row's key.
    name: &'static str,
    /// The number in the row's key, as an expression: a constant where the text is enough.
    number: &'static str,
    pub(in crate::outbound) is_bytes: bool,
    /// What an unreadable value is called.
    what: &'static str,
    cell: for<'p> fn(&'p Place) -> Cell<'p>,
}

/// The key of a row.
#[derive(Debug, Clone, Default)]
pub(in crate::outbound) struct Place {
    pub(in crate::outbound) name: String,
    pub(in crate::outbound) number: i64,
}

/// A stored value.
pub(in crate::outbound) enum SealedValue {
    Text(String),
    Bytes(Vec<u8>),
}

/// Every column that is sealed.
pub(in crate::outbound) const COLUMNS: [SealedColumn; 5] = [
    SealedColumn {
        table: "orders",
        column: "snapshot",
        name: "id",
        number: "CAST(0 AS bigint)",
        is_bytes: false,
        what: "snapshot",
        cell: |place| Cell::Snapshot { order: &place.name },
    },
    SealedColumn {
        table: "order_events",
        column: "body",
        name: "order_id",
        number: "seq",
        is_bytes: false,
        what: "event",
        cell: |place| Cell::Event { order: &place.name, seq: place.number },
    },
    SealedColumn {
        table: "outbox",
        column: "body",
        name: "call_id",
        number: "CAST(0 AS bigint)",
        is_bytes: true,
        what: "call",
        cell: |place| Cell::Call { id: &place.name },
    },
    SealedColumn {
        table: "inbox",
        column: "body",
        name: "digest",
        number: "CAST(0 AS bigint)",
        is_bytes: true,
        what: "notification",
        cell: |place| Cell::Notification { digest: &place.name },
    },
    SealedColumn {
        table: "merchant_events",
        column: "data",
        name: "order_id",
        number: "sequence",
        is_bytes: false,
        what: "merchant event",
        cell: |place| Cell::Told { order: &place.name, sequence: place.number },
    },
];

impl Place {
    /// In front of every row.
    pub(in crate::outbound) fn first() -> Place {
        Place { name: String::new(), number: i64::MIN }
    }
}

impl SealedColumn {
    /// The next rows after a place, in the order of their keys: name, number and value.
    pub(in crate::outbound) fn select(&self, [name, number, limit]: [&str; 3]) -> String {
        let SealedColumn { table, column, name: key, number: place, .. } = self;
        format!(
            "SELECT {key}, {place}, {column} FROM {table} WHERE ({key}, {place}) > ({name}, {number}) \
             ORDER BY 1, 2 LIMIT {limit}"
        )
    }

    /// Changes one value, where it is still the one that was read.
    pub(in crate::outbound) fn update(&self, [new, name, number, old]: [&str; 4]) -> String {
        let SealedColumn { table, column, name: key, number: place, .. } = self;
        format!(
            "UPDATE {table} SET {column} = {new} \
             WHERE {key} = {name} AND {place} = {number} AND {column} = {old}"
        )
    }

    /// The value under the current key; `None` where it is that already, or empty.
    pub(in crate::outbound) fn anew(
        &self,
        place: &Place,
        value: &SealedValue,
        keys: &DataKeys,
    ) -> Result<Option<SealedValue>, StoreError> {
        let head = keys.head().ok_or(StoreError::Unavailable)?;
        let cell = (self.cell)(place);
        let damaged = || unreadable(self.what, place.name.as_str());
        let sealed = match value {
            SealedValue::Text(text) if text.starts_with(&head) => return Ok(None),
            SealedValue::Bytes(bytes) if bytes.is_empty() || bytes.starts_with(head.as_bytes()) => {
                return Ok(None);
            }
            SealedValue::Text(text) => {
                let clear = keys.open_text(cell, text).ok_or_else(damaged)?.into_owned();
                keys.seal_text(cell, clear).map(SealedValue::Text)
            }
            SealedValue::Bytes(bytes) => {
                let clear = keys.open_bytes(cell, bytes.clone()).ok_or_else(damaged)?;
                keys.seal_bytes(cell, clear).map(SealedValue::Bytes)
            }
        };
        sealed.map(Some).ok_or(StoreError::Unavailable)
    }
}
