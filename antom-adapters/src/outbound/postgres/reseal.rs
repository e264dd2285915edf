//! Goes through a whole database and seals every value with the current key, also while instances run.
//! How one value is sealed anew is told by `stored`.

use antom_domain::port::StoreError;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row as _};

use super::connections::transaction;
use super::error::Halt;
use super::retention::rewriting;
use super::store::PostgresStore;
use crate::outbound::data_keys::DataKeys;
use crate::outbound::stored::{COLUMNS, Place, SealedColumn, SealedValue};

/// So many rows are looked at in one transaction.
const ROWS: i64 = 500;

impl PostgresStore {
    /// Seals every value with the current key, whatever it was sealed with before, and forgets the other keys. A value that
    /// an instance changes meanwhile is left to that instance, so all of them must have the current key by then. Answers how
    /// many values were sealed.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for a value that no key opens, [`StoreError::Unavailable`] where there is no key, or the
    /// server is away. What was sealed stays so; doing it again goes on.
    pub async fn reseal(&self) -> Result<usize, StoreError> {
        let mut sealed = 0_usize;
        for column in &COLUMNS {
            let mut place = Some(Place::first());
            while let Some(after) = place {
                let keys = self.keys().clone();
                let (count, next) = self
                    .run(move |connection| {
                        Box::pin(transaction(connection, move |connection| {
                            Box::pin(reseal(connection, column, after, keys))
                        }))
                    })
                    .await?;
                sealed = sealed.saturating_add(count);
                place = next;
            }
        }
        let current = self.keys().ids().first().map(|id| (*id).to_owned());
        self.run(move |connection| Box::pin(forget_others(connection, current))).await?;
        Ok(sealed)
    }
}

/// Seals the next rows, and tells how many, and where to go on.
async fn reseal(
    connection: &mut PgConnection,
    column: &'static SealedColumn,
    after: Place,
    keys: DataKeys,
) -> Result<(usize, Option<Place>), Halt<StoreError>> {
    rewriting(connection).await?;
    let rows = sqlx::query(AssertSqlSafe(column.select(["$1", "$2", "$3"])))
        .bind(&after.name)
        .bind(after.number)
        .bind(ROWS)
        .fetch_all(&mut *connection)
        .await?;
    let (mut sealed, mut last) = (0_usize, None);
    for row in &rows {
        let place = Place { name: row.try_get(0)?, number: row.try_get(1)? };
        let value = if column.is_bytes {
            SealedValue::Bytes(row.try_get(2)?)
        } else {
            SealedValue::Text(row.try_get(2)?)
        };
        if let Some(anew) = column.anew(&place, &value, &keys)? {
            let update = sqlx::query(AssertSqlSafe(column.update(["$1", "$2", "$3", "$4"])));
            let update = bind(update, anew).bind(place.name.clone()).bind(place.number);
            let changed = bind(update, value).execute(&mut *connection).await?.rows_affected();
            sealed = sealed.saturating_add(usize::try_from(changed).unwrap_or_default());
        }
        last = Some(place);
    }
    Ok((sealed, last))
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind(query: Query<'_>, value: SealedValue) -> Query<'_> {
    match value {
        SealedValue::Text(text) => query.bind(text),
        SealedValue::Bytes(bytes) => query.bind(bytes),
    }
}

async fn forget_others(
    connection: &mut PgConnection,
    current: Option<String>,
) -> Result<(), Halt<StoreError>> {
    let forget = sqlx::query("DELETE FROM data_keys WHERE id <> $1").bind(current);
    forget.execute(connection).await?;
    Ok(())
}
