//! The poll loop: asks the open questions of every order that is not at rest, in the rhythm and within the budget of
//! the policy, and has every order that it reads looked at for deadlines.
//! It lives in memory; after a restart it begins again from the store.
//!
//! Several instances may share one store. Each watches the orders that changed through it, and looks through the store
//! for others that stay open: those it asks about once a sweep, so that what a dead instance left is taken up, and a
//! living one is hardly doubled. Inquiries are idempotent; whoever learns something new by one watches the order from then
//! on as its own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{CallId, Order};
use antom_domain::policy::{Bucket, Budget, Crowd, Draw, Polling};
use antom_domain::port::StoreError;
use antom_domain::service::{Books, BooksError, Inquiries};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{Id, JoinSet};
use tracing::Instrument as _;

use super::deadline::Deadlines;
use super::{POLLS_AT_ONCE, WorkerHandle};

/// How many orders are read at once at start.
const PAGE: usize = 500;
/// How often the store is looked through during one sweep. What is found there waits for the rest of the sweep.
const LOOKS_PER_SWEEP: u32 = 4;
/// How long to wait before reading again what could not be read.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// When to look at which order.
#[derive(Debug)]
struct Schedule {
    polling: Polling,
    bucket: Bucket,
    /// The budget is used up until then.
    not_before: Option<Timestamp>,
    due: BTreeSet<(Timestamp, ReferenceOrderId)>,
    by_order: HashMap<ReferenceOrderId, Watched>,
    /// The open questions of all orders.
    crowd: Crowd,
}

#[derive(Debug)]
struct Watched {
    due: Timestamp,
    /// The order is being asked about: nobody else may begin.
    is_asking: bool,
    /// It changed while it was being asked about.
    has_changed: bool,
    /// It was found in the store: another instance may be watching it.
    is_found: bool,
    /// Its open questions, when it was last looked at.
    questions: Crowd,
    last_asked: HashMap<CallId, Timestamp>,
}

pub(super) async fn run(
    books: Books,
    inquiries: Inquiries,
    handle: WorkerHandle,
    mut changes: mpsc::UnboundedReceiver<ReferenceOrderId>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut schedule = Schedule::new(&books.policy().polling, books.ports().clock.now());
    let slots = Arc::new(Semaphore::new(POLLS_AT_ONCE));
    let mut asking: JoinSet<Asked> = JoinSet::new();
    let mut asked_about: HashMap<Id, ReferenceOrderId> = HashMap::new();
    let mut deadlines = Deadlines::default();
    resume(&books, &mut schedule).await;
    let between_looks = books.policy().polling.sweep / LOOKS_PER_SWEEP;
    let mut next_look = books.ports().clock.now().saturating_add(between_looks);
    while !*stopped.borrow() {
        let now = books.ports().clock.now();
        tokio::select! {
            () = pause(schedule.until_due(now).min(next_look.since(now))) => {}
            Some(order_id) = changes.recv() => {
                if !schedule.defers_change(&order_id) {
                    match books.load(&order_id).await {
                        Ok(stored) => schedule.note_change(&books, &stored.order),
                        Err(error) => schedule.look_later(&order_id, now, &error),
                    }
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
                if let Some(order) = &asked.order {
                    deadlines.look(order, now, books.policy());
                }
                if let Some(order_id) = asked_about.remove(&task) {
                    schedule.answered(&books, &order_id, asked);
                }
                handle.wake.notify_one();
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

/// What came of asking about an order.
#[derive(Debug, Default)]
struct Asked {
    /// What was asked.
    calls: Vec<CallId>,
    /// The order afterwards; `None` where it could not be read.
    order: Option<Order>,
    /// Whether the answers changed the order.
    has_news: bool,
}

/// Asks the questions whose time has come.
async fn ask_due(
    books: &Books,
    inquiries: &Inquiries,
    order_id: &ReferenceOrderId,
    last_asked: &HashMap<CallId, Timestamp>,
    polling: &Polling,
) -> Asked {
    let mut order = match books.load(order_id).await {
        Ok(stored) => stored.order,
        Err(error) => {
            tracing::error!(referenceOrderId = %order_id, %error, "order cannot be read");
            return Asked::default();
        }
    };
    let before = order.clone();
    let now = books.ports().clock.now();
    if order.is_read_only {
        // Instances of the newer program ask; this one looks again in the same rhythm.
        let left = order.questions().iter().map(|question| question.subject.call_id()).collect();
        return Asked { calls: left, has_news: false, order: Some(order) };
    }
    let mut asked = Vec::new();
    for question in order.questions() {
        let id = question.subject.call_id();
        let last = last_asked.get(&id).copied();
        if last.is_some() && polling.next(question.quick_since, last, now) > now {
            continue;
        }
        match inquiries.ask(order_id, &question).await {
            Ok(answer) => {
                if let Some(failure) = answer.failure {
                    tracing::warn!(referenceOrderId = %order_id, call = %id, %failure, "inquiry without an answer");
                }
                order = answer.order;
            }
            Err(error) => {
                tracing::error!(referenceOrderId = %order_id, call = %id, %error, "inquiry not recorded")
            }
        }
        asked.push(id);
    }
    Asked { calls: asked, has_news: order != before, order: Some(order) }
}

impl Schedule {
    fn new(polling: &Polling, now: Timestamp) -> Schedule {
        Schedule {
            polling: polling.clone(),
            bucket: Bucket::full(Budget::per_second(polling.budget), now),
            not_before: None,
            due: BTreeSet::new(),
            by_order: HashMap::new(),
            crowd: Crowd::default(),
        }
    }

    /// The rhythm for everything that is open now.
    fn rhythm(&self) -> Polling {
        self.polling.stretched(self.crowd)
    }

    /// Schedules an order after a change. What is already due earlier stays so: a page that is read again and again
    /// must not put the inquiry off.
    fn note_change(&mut self, books: &Books, order: &Order) {
        let id = &order.reference_order_id;
        if let Some(watched) = self.by_order.get_mut(id) {
            watched.is_found = false;
        }
        let earlier = self.by_order.get(id).map(|watched| watched.due);
        match (self.next_due(books, order), earlier) {
            (Some(due), Some(earlier)) => self.set_due(id, due.min(earlier)),
            (Some(due), None) => self.set_due(id, due),
            (None, _) => self.forget(id),
        }
        self.count_questions(books, order);
    }

    /// When the first open question of the order is due; `None` when it is at rest.
    fn next_due(&self, books: &Books, order: &Order) -> Option<Timestamp> {
        let now = books.ports().clock.now();
        let (polling, asked) = (self.rhythm(), self.last_asked(&order.reference_order_id));
        let questions = order.questions();
        let due = questions.iter().map(|question| {
            polling.next(question.quick_since, asked.get(&question.subject.call_id()).copied(), now)
        });
        due.min()
    }

    fn count_questions(&mut self, books: &Books, order: &Order) {
        let now = books.ports().clock.now();
        let questions = order.questions();
        let is_quick = |since| self.polling.is_quick(since, now);
        let quick = questions.iter().filter(|question| is_quick(question.quick_since)).count();
        let open = Crowd { quick, sweep: questions.len().saturating_sub(quick) };
        if let Some(watched) = self.by_order.get_mut(&order.reference_order_id) {
            let before = std::mem::replace(&mut watched.questions, open);
            self.crowd.quick = self.crowd.quick.saturating_add(open.quick).saturating_sub(before.quick);
            self.crowd.sweep = self.crowd.sweep.saturating_add(open.sweep).saturating_sub(before.sweep);
        }
    }

    fn answered(&mut self, books: &Books, id: &ReferenceOrderId, asked: Asked) {
        let now = books.ports().clock.now();
        let polling = &books.policy().polling;
        let (mut has_changed, mut is_found) = (false, false);
        if let Some(watched) = self.by_order.get_mut(id) {
            watched.last_asked.extend(asked.calls.into_iter().map(|call| (call, now)));
            watched.is_asking = false;
            watched.is_found &= !asked.has_news;
            has_changed = std::mem::take(&mut watched.has_changed);
            is_found = watched.is_found;
        }
        let Some(order) = &asked.order else { return self.set_due(id, now.saturating_add(STORE_RETRY)) };
        self.count_questions(books, order);
        match self.next_due(books, order) {
            // What we hold may be older than the change: look again.
            _ if has_changed => self.set_due(id, now.saturating_add(polling.quick)),
            Some(_) if is_found => self.set_due(id, now.saturating_add(polling.sweep)),
            Some(due) => self.set_due(id, due),
            None => self.forget(id),
        }
    }

    /// Whether a change of this order waits until the order has been asked about.
    fn defers_change(&mut self, id: &ReferenceOrderId) -> bool {
        match self.by_order.get_mut(id) {
            Some(watched) if watched.is_asking => {
                watched.has_changed = true;
                watched.is_found = false;
                true
            }
            _ => false,
        }
    }

    fn look_later(&mut self, id: &ReferenceOrderId, now: Timestamp, error: &BooksError) {
        tracing::error!(order_id = %id, %error, "order cannot be read");
        self.set_due(id, now.saturating_add(STORE_RETRY));
    }

    fn set_due(&mut self, id: &ReferenceOrderId, due: Timestamp) {
        let watched = self.by_order.entry(id.clone()).or_insert(Watched {
            due,
            is_asking: false,
            has_changed: false,
            is_found: false,
            questions: Crowd::default(),
            last_asked: HashMap::new(),
        });
        self.due.remove(&(watched.due, id.clone()));
        watched.due = due;
        self.due.insert((due, id.clone()));
    }

    /// Schedules an order that was found in the store, unless it is watched already.
    fn find(&mut self, id: &ReferenceOrderId, due: Timestamp) {
        if !self.by_order.contains_key(id) {
            self.set_due(id, due);
            if let Some(watched) = self.by_order.get_mut(id) {
                watched.is_found = true;
            }
        }
    }

    fn forget(&mut self, id: &ReferenceOrderId) {
        if let Some(watched) = self.by_order.remove(id) {
            self.due.remove(&(watched.due, id.clone()));
            self.crowd.quick = self.crowd.quick.saturating_sub(watched.questions.quick);
            self.crowd.sweep = self.crowd.sweep.saturating_sub(watched.questions.sweep);
        }
    }

    /// Takes the orders that are due and for which the budget lasts out of the queue, the longest due first; each comes
    /// back when it was asked about.
    fn take_due(&mut self, now: Timestamp) -> Vec<ReferenceOrderId> {
        let mut taken = Vec::new();
        self.not_before = None;
        while let Some((due, id)) = self.due.first().cloned() {
            if due > now {
                break;
            }
            if let Draw::NotBefore(then) = self.bucket.take(now, self.cost_of(&id)) {
                self.not_before = Some(then);
                break;
            }
            self.due.remove(&(due, id.clone()));
            if let Some(watched) = self.by_order.get_mut(&id) {
                watched.is_asking = true;
            }
            taken.push(id);
        }
        taken
    }

    fn last_asked(&self, id: &ReferenceOrderId) -> HashMap<CallId, Timestamp> {
        self.by_order.get(id).map(|watched| watched.last_asked.clone()).unwrap_or_default()
    }

    /// One for each open question, of which there is at least one; never more than the budget can ever give.
    fn cost_of(&self, id: &ReferenceOrderId) -> u32 {
        let open = self.by_order.get(id).map(|watched| watched.questions).unwrap_or_default();
        let questions = u32::try_from(open.quick.saturating_add(open.sweep)).unwrap_or(u32::MAX);
        questions.clamp(1, self.polling.budget.get())
    }

    fn until_due(&self, now: Timestamp) -> Duration {
        let first = self.due.first().map(|(due, _)| *due);
        let due = first.map(|due| self.not_before.map_or(due, |then| then.max(due)));
        due.map_or(Duration::from_secs(60), |due| due.since(now))
    }
}

#[expect(clippy::disallowed_methods, reason = "the worker is where the service waits")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use antom_core::money::{Currency, Money};
    use antom_domain::order::{Command, Event, Integration, NewOrder, OpenAttempt, Policy, Recorded};
    use antom_domain::port::Commit;
    use antom_domain::service::Ports;
    use antom_domain::testing::{CountedIds, MemoryStore, NoJitter, ScriptedGateway, SetClock};

    use super::*;

    fn order() -> ReferenceOrderId {
        "ORDER-1".parse().unwrap()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_epoch_millis(millis)
    }

    #[test]
    fn an_order_that_is_being_asked_about_is_not_asked_again_and_its_change_is_remembered() {
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        schedule.set_due(&order(), at(10));
        assert_eq!(schedule.take_due(at(9)), []);
        assert_eq!(schedule.take_due(at(10)), [order()]);
        assert!(schedule.defers_change(&order()), "the change waits");
        assert_eq!(schedule.take_due(at(1_000)), [], "nobody asks meanwhile");
        assert!(schedule.by_order.get(&order()).is_some_and(|watched| watched.has_changed));
    }

    fn books_at(clock: &Arc<SetClock>) -> Books {
        let store = Arc::new(MemoryStore::new());
        let ports = Ports {
            gateway: Arc::new(ScriptedGateway::default()),
            store: store.clone(),
            outbox: store.clone(),
            inbox: store,
            clock: clock.clone(),
            ids: Arc::new(CountedIds::default()),
            jitter: Arc::new(NoJitter),
        };
        let policy = Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/");
        Books::new(ports, Arc::new(policy))
    }

    fn order_with_an_open_attempt(books: &Books, at: Timestamp) -> Order {
        let new = NewOrder {
            reference_order_id: order(),
            amount: Money::parse_minor(Currency::parse("USD").unwrap(), "4200").unwrap(),
            description: "Two cups".to_owned(),
            reference_buyer_id: "BUYER-1".parse().unwrap(),
        };
        let (mut opened, _) = Order::create(&new, at).unwrap();
        let open = OpenAttempt {
            payment_request_id: "PAY-1".parse().unwrap(),
            token: "token".to_owned(),
            integration: Integration::Session,
            payment_method_type: "CARD".to_owned(),
            capture_mode: None,
            terminal_type: None,
            os_type: None,
            client_ip: None,
            idempotency_key: None,
        };
        let step = opened.decide(&Command::OpenAttempt(Box::new(open)), at, books.policy()).unwrap();
        step.events.iter().for_each(|event| opened.apply(event, at));
        opened
    }

    #[test]
    fn a_page_that_is_read_again_and_again_does_not_put_the_inquiry_off() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        for _ in 0..4 {
            schedule.note_change(&books, &opened);
            clock.advance(Duration::from_millis(500));
        }
        assert_eq!(schedule.take_due(at(2_000)), [order()]);
        let calls = vec![opened.questions()[0].subject.call_id()];
        schedule.answered(&books, &order(), Asked { calls, order: Some(opened), has_news: false });
        assert_eq!(schedule.until_due(at(2_000)), Duration::from_secs(2), "two seconds after it was asked");
    }

    //= I-2 test
    #[test]
    fn a_short_budget_lets_the_longest_due_go_first_and_loses_nobody() {
        let polling = Polling { budget: 2.try_into().unwrap(), ..Polling::default() };
        let mut schedule = Schedule::new(&polling, at(0));
        let name = |number: i64| ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap();
        for number in 1..=5 {
            schedule.set_due(&name(number), at(number));
        }
        assert_eq!(schedule.take_due(at(10)), [name(1), name(2)]);
        assert_eq!(
            schedule.until_due(at(10)),
            Duration::from_millis(500),
            "then there is budget for one more"
        );
        assert_eq!(schedule.take_due(at(509)), []);
        assert_eq!(schedule.take_due(at(510)), [name(3)]);
        assert_eq!(schedule.take_due(at(1_510)), [name(4), name(5)]);
        assert_eq!(schedule.until_due(at(1_510)), Duration::from_secs(60), "nobody is left in the queue");
    }

    fn asked(calls: Vec<CallId>, order: &Order) -> Asked {
        Asked { calls, order: Some(order.clone()), has_news: false }
    }

    //= I-2 test
    #[test]
    fn many_open_questions_stretch_the_rhythm_and_answers_give_it_back() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let call = opened.questions()[0].subject.call_id();
        let mut schedule = Schedule::new(&Polling { budget: NonZeroU32::MIN, ..Polling::default() }, at(0));
        schedule.note_change(&books, &opened);
        assert_eq!(schedule.crowd, Crowd { quick: 1, sweep: 0 });
        for number in 2..=10 {
            let mut other = opened.clone();
            other.reference_order_id = ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap();
            schedule.note_change(&books, &other);
        }
        schedule.answered(&books, &order(), asked(vec![call.clone()], &opened));
        let due = |schedule: &Schedule| schedule.by_order.get(&order()).unwrap().due;
        assert_eq!(due(&schedule), at(10_000), "ten questions, one a second");
        for number in 2..=10 {
            schedule.forget(&ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap());
        }
        schedule.answered(&books, &order(), asked(vec![call], &opened));
        assert_eq!((due(&schedule), schedule.crowd), (at(2_000), Crowd { quick: 1, sweep: 0 }));
    }

    #[test]
    fn an_order_is_due_once_however_often_it_is_scheduled() {
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        schedule.set_due(&order(), at(10));
        schedule.set_due(&order(), at(5));
        assert_eq!(schedule.until_due(at(0)), Duration::from_millis(5));
        assert_eq!(schedule.take_due(at(20)), [order()]);
        schedule.forget(&order());
        assert!(schedule.due.is_empty() && schedule.by_order.is_empty());
    }

    #[test]
    fn an_order_that_another_instance_may_watch_is_asked_about_once_a_sweep_until_something_is_new() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        schedule.find(&order(), at(45_000));
        schedule.find(&order(), at(60_000));
        assert_eq!(schedule.until_due(at(0)), Duration::from_secs(45), "found once");

        let answered = |schedule: &mut Schedule, has_news| {
            let now = books.ports().clock.now();
            assert_eq!(schedule.take_due(now), [order()]);
            let calls = vec![opened.questions()[0].subject.call_id()];
            schedule.answered(&books, &order(), Asked { calls, order: Some(opened.clone()), has_news });
            schedule.until_due(now)
        };
        clock.advance(Duration::from_secs(45));
        assert_eq!(answered(&mut schedule, false), Duration::from_secs(60), "somebody else may be asking");
        clock.advance(Duration::from_secs(60));
        assert_eq!(answered(&mut schedule, true), Duration::from_secs(2), "nobody else heard it");
    }

    #[test]
    fn an_order_that_changes_through_this_instance_is_its_own() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        schedule.find(&order(), at(45_000));

        schedule.note_change(&books, &opened);

        assert_eq!(schedule.until_due(at(0)), Duration::from_secs(2));
        assert!(schedule.by_order.values().all(|watched| !watched.is_found));
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
            snapshot: opened,
            ids: Vec::new(),
            effects: Vec::new(),
            settles: None,
            inbox: None,
        };
        books.ports().store.commit(left_behind).await.unwrap();
        let mut schedule = Schedule::new(&Polling::default(), at(0));

        find_others(&books, &mut schedule).await;

        assert_eq!(schedule.until_due(at(0)), Duration::from_secs(45), "within a sweep of the last look");
    }
}
