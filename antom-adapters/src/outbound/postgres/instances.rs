//! One row for each running instance, with its heartbeat; the leases of one whose heart stands still end.
//! What a free call is, and who gets it, is left to `outbox`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connections::{WORK_TIMEOUT, connect};

/// Between two beats.
const BEAT: Duration = Duration::from_secs(1);

/// How many beats of the watcher a heart may stand still. With the start of a successor and a second for finding the calls it
/// makes about seven seconds from death to the next call.
const STANDSTILL: u32 = 4;

/// A row of the table: its number, and how often its heart beat.
type Beats = (i64, i64);

/// This instance among all that use the database. Its heart stands still when this is dropped.
pub(super) struct Instance {
    number: Arc<AtomicI64>,
    heart: JoinHandle<()>,
}

impl Instance {
    /// Joins the others.
    pub(super) async fn join(
        options: &PgConnectOptions,
        connection: &mut PgConnection,
    ) -> Result<Instance, sqlx::Error> {
        let number = Arc::new(AtomicI64::new(enter(connection).await?));
        let heart = Heart {
            options: options.clone(),
            connection: None,
            number: Arc::clone(&number),
            others: Others::default(),
        };
        Ok(Instance { number, heart: tokio::spawn(heart.beat_for_ever()) })
    }

    /// Under which number claims are made now. It changes where this instance was taken for dead.
    pub(super) fn number(&self) -> i64 {
        self.number.load(Ordering::Relaxed)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

struct Heart {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    number: Arc<AtomicI64>,
    others: Others,
}

impl Heart {
    async fn beat_for_ever(mut self) {
        loop {
            let beat = timeout(WORK_TIMEOUT, self.beat()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
            if let Err(error) = beat {
                tracing::warn!(%error, "the database does not hear that this instance lives");
                // What was not seen all the time may have lived meanwhile.
                self.others = Others::default();
                self.connection = None;
            }
            pause(BEAT).await;
        }
    }

    /// Shows that this instance lives, looks at the others, and ends the leases of those who are gone.
    async fn beat(&mut self) -> Result<(), sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => heart_session(&self.options).await?,
        };
        let number = self.number.load(Ordering::Relaxed);
        if !show_life(&mut connection, number).await? {
            let next = enter(&mut connection).await?;
            tracing::warn!(
                number,
                next,
                "this instance stood still and was taken for dead; its calls went to others"
            );
            self.number.store(next, Ordering::Relaxed);
        }
        let others = sqlx::query_as("SELECT number, beats FROM instances WHERE number <> $1")
            .bind(self.number.load(Ordering::Relaxed))
            .fetch_all(&mut connection)
            .await?;
        let gone = self.others.look(&others);
        if !gone.is_empty() {
            remove(&mut connection, &gone).await?;
        }
        free_calls_of_nobody(&mut connection).await?;
        self.connection = Some(connection);
        Ok(())
    }
}

/// A session whose commits do not wait for the disk: what the server forgets of it when its power fails is a beat, or a
/// removal that is made again.
async fn heart_session(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = connect(options).await?;
    sqlx::raw_sql("SET synchronous_commit = off").execute(&mut connection).await?;
    Ok(connection)
}

/// Makes the row of an instance. It waits for the disk: a number that was forgotten could be given to two.
async fn enter(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql("SET LOCAL synchronous_commit = on").execute(&mut *transaction).await?;
    let number = sqlx::query_scalar("INSERT INTO instances DEFAULT VALUES RETURNING number")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(number)
}

/// `false` where the row was removed.
async fn show_life(connection: &mut PgConnection, number: i64) -> Result<bool, sqlx::Error> {
    let beat = sqlx::query("UPDATE instances SET beats = beats + 1 WHERE number = $1");
    Ok(beat.bind(number).execute(connection).await?.rows_affected() == 1)
}

/// Removes instances, unless their hearts beat again meanwhile.
async fn remove(connection: &mut PgConnection, gone: &[Beats]) -> Result<(), sqlx::Error> {
    let (numbers, beats): (Vec<i64>, Vec<i64>) = gone.iter().copied().unzip();
    let removed: Vec<i64> = sqlx::query_scalar(
        "DELETE FROM instances USING unnest($1::bigint[], $2::bigint[]) AS gone (number, beats) \
         WHERE instances.number = gone.number AND instances.beats = gone.beats RETURNING instances.number",
    )
    .bind(numbers)
    .bind(beats)
    .fetch_all(connection)
    .await?;
    if !removed.is_empty() {
        tracing::warn!(instances = ?removed, "instances are gone; their calls are taken up");
    }
    Ok(())
}

/// Ends the leases whose holder has no row: it was removed just now, or claimed while it was being removed.
async fn free_calls_of_nobody(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE outbox SET lease_until = NULL WHERE lease_until IS NOT NULL AND holder IS NOT NULL \
         AND NOT EXISTS (SELECT FROM instances WHERE instances.number = outbox.holder)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was last seen of the other instances, and for how many beats it has been the same.
#[derive(Default)]
struct Others(HashMap<i64, (i64, u32)>);

impl Others {
    /// Those whose hearts stand still for too long.
    fn look(&mut self, seen: &[Beats]) -> Vec<Beats> {
        let before = std::mem::take(&mut self.0);
        self.0 = seen
            .iter()
            .map(|(number, beats)| {
                let same = before.get(number).filter(|(known, _)| known == beats);
                (*number, (*beats, same.map_or(0, |(_, count)| count.saturating_add(1))))
            })
            .collect();
        let stands_still = |number| self.0.get(number).is_some_and(|(_, count)| *count >= STANDSTILL);
        seen.iter().filter(|(number, _)| stands_still(number)).copied().collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "a heart beats in real time; nothing is decided by it")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stands_still_for_four_beats_is_gone() {
        let mut others = Others::default();
        for _ in 0..STANDSTILL {
            assert_eq!(others.look(&[(7, 3), (8, 1)]), []);
        }
        assert_eq!(others.look(&[(7, 3), (8, 2)]), [(7, 3)]);
        assert_eq!(others.look(&[(7, 3), (8, 2)]), [(7, 3)], "until its row is removed");
        assert_eq!(others.look(&[(8, 2)]), []);
    }

    #[test]
    fn a_beat_in_between_is_a_life() {
        let mut others = Others::default();
        for beats in 0..100 {
            assert_eq!(others.look(&[(7, beats / 4)]), []);
        }
    }

    #[test]
    fn who_goes_and_comes_is_watched_anew() {
        let mut others = Others::default();
        for _ in 0..STANDSTILL {
            assert_eq!(others.look(&[(7, 3)]), []);
        }
        assert_eq!(others.look(&[]), []);
        assert_eq!(others.look(&[(7, 3)]), []);
    }
}
