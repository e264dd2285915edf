//! Goes through a whole file and seals every value with the current key, while no service runs on it.
//! How one value is sealed anew is told by `stored`.

use antom_domain::port::StoreError;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ToSql, params};

use super::error::Halt;
use super::remembered::Changes;
use super::retention::rewriting;
use super::store::SqliteStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{COLUMNS, Place, SealedColumn, SealedValue};

/// So many rows are looked at in one transaction.
const ROWS: i64 = 500;

impl SqliteStore {
    /// Seals every value with the current key, whatever it was sealed with before, and forgets the other keys. Answers how
    /// many values were sealed. Free pages of the file keep their words until [`compact`](super::compact) writes it anew.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for a value that no key opens, [`StoreError::Unavailable`] where there is no key, or the
    /// file cannot be written. What was sealed stays so; doing it again goes on.
    pub async fn reseal(&self) -> Result<usize, StoreError> {
        let mut sealed = 0_usize;
        for column in &COLUMNS {
            let mut place = Some(Place::first());
            while let Some(after) = place {
                let keys = self.keys().clone();
                let work = move |transaction: &Connection| reseal(transaction, column, &after, &keys);
                let done = self.write(Changes::Nothing, work).await;
                let (count, next) = done.unwrap_or(Err(StoreError::Unavailable))?;
                sealed = sealed.saturating_add(count);
                place = next;
            }
        }
        let current = self.keys().ids().first().map(|id| (*id).to_owned());
        let forget = move |transaction: &Connection| -> Result<(), Halt<StoreError>> {
            transaction.execute("DELETE FROM data_keys WHERE id <> ?1", [&current])?;
            Ok(())
        };
        self.write(Changes::Nothing, forget).await.unwrap_or(Err(StoreError::Unavailable))?;
        Ok(sealed)
    }
}

/// Seals the next rows, and tells how many, and where to go on.
fn reseal(
    transaction: &Connection,
    column: &SealedColumn,
    after: &Place,
    keys: &DataKeys,
) -> Result<(usize, Option<Place>), Halt<StoreError>> {
    let read = |row: &rusqlite::Row<'_>| {
        let value =
            if column.is_bytes { SealedValue::Bytes(row.get(2)?) } else { SealedValue::Text(row.get(2)?) };
        Ok((Place { name: row.get(0)?, number: row.get(1)? }, value))
    };
    let rows: Vec<(Place, SealedValue)> = transaction
        .prepare_cached(&column.select(["?1", "?2", "?3"]))?
        .query_map(params![after.name, after.number, ROWS], read)?
        .collect::<Result<_, _>>()?;
    let mut changes = Vec::new();
    for (place, value) in &rows {
        if let Some(anew) = column.anew(place, value, keys)? {
            changes.push((place, anew, value));
        }
    }
    let sealed = changes.len();
    if sealed > 0 {
        rewriting(transaction, |transaction| {
            let mut update = transaction.prepare_cached(&column.update(["?1", "?2", "?3", "?4"]))?;
            for (place, anew, value) in &changes {
                update.execute(params![anew, place.name, place.number, value])?;
            }
            Ok(())
        })?;
    }
    Ok((sealed, rows.into_iter().next_back().map(|(place, _)| place)))
}

impl ToSql for SealedValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match self {
            SealedValue::Text(text) => Value::Text(text.clone()),
            SealedValue::Bytes(bytes) => Value::Blob(bytes.clone()),
        }))
    }
}
