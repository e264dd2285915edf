//! Steps, written: snapshots, events, ids, calls, marks and merchant events, one statement for each table, however many steps there are.
//! Grouping steps and ending the transaction is left to `writer`.

use std::collections::HashSet;

use antom_domain::port::{CommitError, IdKey, Version};
use sqlx::postgres::PgConnection;

use super::error::Halt;
use super::text::storable;
use super::{events, inbox};
use crate::outbound::stored::{CallRow, EventRow, StepRows};

type Written = Result<(), Halt<CommitError>>;

/// Writes steps of different orders, or refuses: the first refusal is the answer, and the transaction is to be taken
/// back. Of several steps nobody is told which one it was; alone, each hears its own.
pub(super) async fn write(connection: &mut PgConnection, steps: &[&StepRows]) -> Written {
    write_orders(connection, steps).await?;
    settle(connection, steps).await?;
    write_ids(connection, steps).await?;
    write_events(connection, steps).await?;
    write_calls(connection, steps).await?;
    let marks: Vec<_> = steps.iter().filter_map(|step| step.inbox.as_ref()).collect();
    if !marks.is_empty() {
        inbox::write(connection, &marks).await?;
    }
    events::write(connection, steps).await?;
    Ok(())
}

/// The version is checked by the statement that changes it.
async fn write_orders(connection: &mut PgConnection, steps: &[&StepRows]) -> Written {
    let (created, changed): (Vec<&StepRows>, Vec<&StepRows>) =
        steps.iter().partition(|step| step.expected == 0);
    let mut written = 0;
    if !created.is_empty() {
        let sql = "INSERT INTO orders (id, version, phase, next_check_at, snapshot, announced, created_at) \
                   SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], \
                                        $7::bigint[]) \
                   ON CONFLICT (id) DO NOTHING";
        let query = bind_orders(sql, &created)?.bind(of(&created, |step| step.created_at));
        written += query.execute(&mut *connection).await?.rows_affected();
    }
    if !changed.is_empty() {
        let sql = "UPDATE orders SET version = step.version, phase = step.phase, \
                   next_check_at = step.next_check_at, snapshot = step.snapshot, announced = step.announced \
                   FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], \
                               $7::bigint[]) \
                   AS step (id, version, phase, next_check_at, snapshot, announced, expected) \
                   WHERE orders.id = step.id AND orders.version = step.expected";
        let expected = changed.iter().map(|step| column(step.expected)).collect::<Result<Vec<_>, _>>()?;
        let query = bind_orders(sql, &changed)?.bind(expected);
        written += query.execute(&mut *connection).await?.rows_affected();
    }
    if written == steps.len() as u64 { Ok(()) } else { Err(Halt::Refused(CommitError::Conflict)) }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_orders<'q>(sql: &'static str, steps: &[&StepRows]) -> Result<Query<'q>, Halt<CommitError>> {
    let versions = steps.iter().map(|step| column(step.version)).collect::<Result<Vec<_>, _>>()?;
    Ok(sqlx::query(sql)
        .bind(of(steps, |step| step.order_id.clone()))
        .bind(versions)
        .bind(of(steps, |step| step.phase))
        .bind(of(steps, |step| step.next_check_at))
        .bind(of(steps, |step| step.snapshot.clone()))
        .bind(of(steps, |step| step.announced)))
}

/// Completes the outbox rows that the steps answer, if their claims still hold.
async fn settle(connection: &mut PgConnection, steps: &[&StepRows]) -> Written {
    let (mut dropped, mut kept) = (Claims::default(), Claims::default());
    for step in steps {
        let Some(claim) = &step.settles else { continue };
        let fence = i64::try_from(claim.fence).map_err(|_| Halt::Refused(CommitError::LeaseLost))?;
        // The bytes of a call never change (B-8), so a call that is wished again by its own answer keeps its row.
        match step.calls.iter().find(|row| row.id == claim.call_id) {
            None => dropped.push(claim.call_id.as_str(), fence, 0),
            Some(again) => kept.push(claim.call_id.as_str(), fence, again.due_at),
        }
    }
    let mut settled = 0;
    if !dropped.fences.is_empty() {
        let sql = "DELETE FROM outbox USING unnest($1::text[], $2::bigint[]) AS claim (call_id, fence) \
                   WHERE outbox.call_id = claim.call_id AND outbox.fence = claim.fence AND lease_until IS NOT NULL";
        let query = sqlx::query(sql).bind(&dropped.call_ids).bind(&dropped.fences);
        settled += query.execute(&mut *connection).await?.rows_affected();
    }
    if !kept.fences.is_empty() {
        let sql = "UPDATE outbox SET due_at = claim.due_at, lease_until = NULL \
                   FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS claim (call_id, fence, due_at) \
                   WHERE outbox.call_id = claim.call_id AND outbox.fence = claim.fence AND lease_until IS NOT NULL";
        let query = sqlx::query(sql).bind(&kept.call_ids).bind(&kept.fences).bind(&kept.due);
        settled += query.execute(&mut *connection).await?.rows_affected();
    }
    let wanted = dropped.fences.len() + kept.fences.len();
    if settled == wanted as u64 { Ok(()) } else { Err(Halt::Refused(CommitError::LeaseLost)) }
}

#[derive(Default)]
struct Claims<'s> {
    call_ids: Vec<&'s str>,
    fences: Vec<i64>,
    due: Vec<i64>,
}

impl<'s> Claims<'s> {
    fn push(&mut self, call_id: &'s str, fence: i64, due: i64) {
        self.call_ids.push(call_id);
        self.fences.push(fence);
        self.due.push(due);
    }
}

/// An own id is taken once; a gateway's id stays with the first order that it led to.
//= T-2
async fn write_ids(connection: &mut PgConnection, steps: &[&StepRows]) -> Written {
    let ids: Vec<(&IdKey, &str)> = each(steps, |step| &step.ids).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let stored = of(&ids, |(key, _)| storable(key.value()));
    let written: Vec<(String, String, String)> = sqlx::query_as(
        "INSERT INTO request_ids (kind, id, order_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) \
         ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id, order_id",
    )
    .bind(of(&ids, |(key, _)| key.kind()))
    .bind(&stored)
    .bind(of(&ids, |(_, order_id)| *order_id))
    .fetch_all(connection)
    .await?;
    let mut written: HashSet<(&str, &str, &str)> =
        written.iter().map(|(kind, id, order)| (kind.as_str(), id.as_str(), order.as_str())).collect();
    // Each written row stands for one wish: an id that is wished twice is taken the second time.
    for ((key, order_id), stored) in ids.iter().zip(&stored) {
        let is_written = written.remove(&(key.kind(), stored.as_ref(), *order_id));
        if !is_written && !key.is_gateway_made() {
            return Err(Halt::Refused(CommitError::IdTaken((*key).clone())));
        }
    }
    Ok(())
}

async fn write_events(connection: &mut PgConnection, steps: &[&StepRows]) -> Written {
    let events: Vec<(&EventRow, &str)> = each(steps, |step| &step.events).collect();
    let numbers = steps.iter().flat_map(|step| (step.expected.saturating_add(1)..).zip(&step.events));
    let numbers = numbers.map(|(number, _)| column(number)).collect::<Result<Vec<_>, _>>()?;
    sqlx::query(
        "INSERT INTO order_events (order_id, seq, at, name, body) \
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])",
    )
    .bind(of(&events, |(_, order_id)| *order_id))
    .bind(numbers)
    .bind(of(&events, |(event, _)| event.at))
    .bind(of(&events, |(event, _)| event.name.as_str()))
    .bind(of(&events, |(event, _)| event.body.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

/// A call that waits already was decided before: its first bytes stay.
//= B-8
async fn write_calls(connection: &mut PgConnection, steps: &[&StepRows]) -> Written {
    let calls: Vec<(&CallRow, &str)> = each(steps, |step| &step.calls).collect();
    if calls.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO outbox (call_id, order_id, api, subject, body, due_at) \
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[]) \
         ON CONFLICT (call_id) DO NOTHING",
    )
    .bind(of(&calls, |(row, _)| row.id.as_str()))
    .bind(of(&calls, |(_, order_id)| *order_id))
    .bind(of(&calls, |(row, _)| row.call.api.name()))
    .bind(of(&calls, |(row, _)| row.subject.as_str()))
    .bind(of(&calls, |(row, _)| row.call.body.as_bytes()))
    .bind(of(&calls, |(row, _)| row.due_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// One column of all rows.
fn of<'r, R, T>(rows: &'r [R], column: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(column).collect()
}

/// The parts of all steps, each with its order.
fn each<'s, T: 's>(
    steps: &[&'s StepRows],
    parts: impl Fn(&'s StepRows) -> &'s [T],
) -> impl Iterator<Item = (&'s T, &'s str)> {
    steps.iter().flat_map(move |step| parts(step).iter().map(|part| (part, step.order_id.as_str())))
}

/// A version as the database takes it; one that it cannot hold was never stored.
fn column(version: Version) -> Result<i64, Halt<CommitError>> {
    i64::try_from(version).map_err(|_| Halt::Refused(CommitError::Conflict))
}
