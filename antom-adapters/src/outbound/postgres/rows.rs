//! Rows of the inbox, as PostgreSQL hands them out.
//! What the columns mean is read in `stored`.

use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::text::original;
use crate::outbound::stored::StoredMark;

/// A row of the inbox, not yet understood.
pub(super) fn mark(row: &PgRow) -> Result<StoredMark, sqlx::Error> {
    Ok(StoredMark {
        digest: row.try_get("digest")?,
        received_at: row.try_get("received_at")?,
        request_time: original(row.try_get("request_time")?),
        notify_type: original(row.try_get("notify_type")?),
        keys: row.try_get("keys")?,
        body: row.try_get("body")?,
        is_fact: row.try_get("is_fact")?,
        verdict: row.try_get("verdict")?,
    })
}
