//! Rows of the inbox, as SQLite hands them out.
//! What the columns mean is read in `stored`.

use rusqlite::Row;

use crate::outbound::stored::StoredMark;

/// The columns that [`mark`] expects, in their order.
pub(super) const MARK_COLUMNS: &str = "inbox.digest, inbox.received_at, inbox.request_time, inbox.notify_type, inbox.keys, inbox.body, \
     inbox.is_fact, inbox.verdict";

/// A row of the inbox, not yet understood.
pub(super) fn mark(row: &Row<'_>) -> rusqlite::Result<StoredMark> {
    Ok(StoredMark {
        digest: row.get(0)?,
        received_at: row.get(1)?,
        request_time: row.get(2)?,
        notify_type: row.get(3)?,
        keys: row.get(4)?,
        body: row.get(5)?,
        is_fact: row.get(6)?,
        verdict: row.get(7)?,
    })
}
