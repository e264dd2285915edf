//! The poll loop: asks the open questions of every order that is not at rest, in the rhythm and within the budget of
//! the policy, and has whoever must act reminded of deadlines.
//! It lives in memory; after a restart it begins again from the store. When to look at which order is told by `schedule`.
//!
//! Several instances may share one store. Each watches the orders that changed through it, and looks through the store
//! for others that stay open: those it asks about once a sweep, so that what a dead instance left is taken up, and a
//! living one is hardly doubled. Inquiries are idempotent; whoever learns something new by one watches the order from then
//! on as its own.

mod ask;
#[cfg(test)]
mod fixture;
mod schedule;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::port::StoreError;
use antom_domain::service::{Books, BooksError, Inquiries};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{Id, JoinSet};
use tracing::Instrument as _;

use ask::{Asked, ask_due};
use schedule::Schedule;

use super::{Change, LONGEST_SLEEP, POLLS_AT_ONCE, WorkerHandle, pause};

/// How many orders are read at once at start.
const PAGE: usize = 500;
/// How many changes are taken in before anybody is asked about.
const CHANGES_AT_ONCE: usize = 64;
/// How often the store is looked through during one sweep. What is found there waits for the rest of the sweep.
const LOOKS_PER_SWEEP: u32 = 4;
/// How long to wait before reading again what could not be read.
const STORE_RETRY: Duration = Duration::from_secs(1);

pub(super) async fn run(
    books: Books,
    inquiries: Inquiries,
    handle: WorkerHandle,
    mut changes: mpsc::UnboundedReceiver<Change>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut schedule = Schedule::new(&books.policy().polling, books.ports().clock.now());
    let slots = Arc::new(Semaphore::new(POLLS_AT_ONCE));
    let mut asking: JoinSet<Asked> = JoinSet::new();
    let mut asked_about: HashMap<Id, ReferenceOrderId> = HashMap::new();
    let mut changed = Vec::with_capacity(CHANGES_AT_ONCE);
    resume(&books, &mut schedule).await;
    let between_looks = books.policy().polling.sweep / LOOKS_PER_SWEEP;
    let mut next_look = books.ports().clock.now().saturating_add(between_looks);
    while !*stopped.borrow() {
        let now = books.ports().clock.now();
        let sleep = schedule.until_due(now).min(next_look.since(now)).min(LONGEST_SLEEP);
        tokio::select! {
            () = pause(sleep) => {}
            _ = changes.recv_many(&mut changed, CHANGES_AT_ONCE) => {
                for change in changed.drain(..) {
                    note(&books, &mut schedule, change).await;
                }
            }
            Some(ended) = asking.join_next_with_id() => {
                let (task, asked) = match ended {
                    Ok(ended) => ended,
                    Err(error) => {
                        tracing::error!(%error, "an inquiry ended badly");
                        (error.id(), Asked::default())
                    }
                };
                if asked.has_news {
                    handle.wake.notify_one();
                    handle.told.notify_one();
                }
                if let Some(order_id) = asked_about.remove(&task) {
                    schedule.answered(&books, &order_id, asked);
                }
            }
            _ = stopped.changed() => {}
        }
        let now = books.ports().clock.now();
        if next_look <= now {
            find_others(&books, &mut schedule).await;
            next_look = now.saturating_add(between_looks);
        }
        for order_id in schedule.take_due(now) {
            let (books, inquiries, slots) = (books.clone(), inquiries.clone(), slots.clone());
            let last_asked = schedule.last_asked(&order_id);
            let polling = schedule.rhythm();
            let about = order_id.clone();
            let span = tracing::info_span!("inquire", referenceOrderId = %about);
            let task = asking.spawn(async move {
                let Ok(_permit) = slots.acquire_owned().await else { return Asked::default() };
                ask_due(&books, &inquiries, &about, &last_asked, &polling).instrument(span).await
            });
            asked_about.insert(task.id(), order_id);
        }
    }
    while asking.join_next().await.is_some() {}
}

/// Schedules an order that changed, unless it is being asked about: then it is looked at afterwards.
async fn note(books: &Books, schedule: &mut Schedule, change: Change) {
    match change {
        Change::Read(stored) if !schedule.defers_change(&stored.order.reference_order_id) => {
            schedule.note_change(books, &stored);
        }
        Change::Unread(order_id) if !schedule.defers_change(&order_id) => {
            let now = books.ports().clock.now();
            match books.load(&order_id).await {
                Ok(stored) => schedule.note_change(books, &stored),
                // A request named an order that nobody has created.
                Err(BooksError::UnknownOrder) => {}
                Err(error) => schedule.look_later(&order_id, now, &error),
            }
        }
        Change::Read(_) | Change::Unread(_) => {}
    }
}

/// Every order that is not at rest is watched again after a start.
async fn resume(books: &Books, schedule: &mut Schedule) {
    while let Err(error) = each_open(books, |id, now| schedule.set_due(id, now)).await {
        tracing::error!(%error, "orders cannot be read; trying again");
        pause(STORE_RETRY).await;
    }
}

/// Orders that are open in the store and not watched here are looked at before the sweep is over. One that came to rest
/// meanwhile costs one reading and no inquiry.
async fn find_others(books: &Books, schedule: &mut Schedule) {
    let sweep = books.policy().polling.sweep;
    let rest = sweep.saturating_sub(sweep / LOOKS_PER_SWEEP);
    let found = each_open(books, |id, now| schedule.find(id, now.saturating_add(rest))).await;
    if let Err(error) = found {
        tracing::error!(%error, "orders of other instances cannot be read; trying again later");
    }
}

async fn each_open(
    books: &Books,
    mut found: impl FnMut(&ReferenceOrderId, Timestamp),
) -> Result<(), StoreError> {
    let mut after: Option<ReferenceOrderId> = None;
    loop {
        let page = books.ports().store.unresolved(after.as_ref(), PAGE).await?;
        let now = books.ports().clock.now();
        page.iter().for_each(|id| found(id, now));
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.clone()),
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use antom_domain::order::{Event, Recorded};
    use antom_domain::policy::Polling;
    use antom_domain::port::{Announced, Commit};
    use antom_domain::testing::SetClock;

    use super::fixture::{at, books_at, order, order_with_an_open_attempt};
    use super::*;

    #[tokio::test]
    async fn an_order_that_is_not_there_is_not_looked_for_again() {
        let books = books_at(&Arc::new(SetClock::new(at(0))));
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        note(&books, &mut schedule, Change::Unread(order())).await;
        assert_eq!(schedule.take_due(at(3_600)), []);
    }

    #[tokio::test]
    async fn the_store_is_looked_through_for_orders_that_nobody_here_watches() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let left_behind = Commit {
            order_id: order(),
            expected: 0,
            events: vec![Recorded {
                at: at(0),
                event: Event::AttemptKept { payment_request_id: "PAY-1".parse().unwrap() },
            }],
            phase: opened.phase(),
            next_check_at: opened.next_check_at(at(0), books.policy()),
            snapshot: opened.into(),
            ids: Vec::new(),
            effects: Vec::new(),
            settles: None,
            inbox: None,
            announced: Announced::default(),
        };
        books.ports().store.commit(left_behind).await.unwrap();
        let mut schedule = Schedule::new(&Polling::default(), at(0));

        find_others(&books, &mut schedule).await;

        assert_eq!(schedule.until_due(at(0)), Duration::from_secs(45), "within a sweep of the last look");
    }
}
