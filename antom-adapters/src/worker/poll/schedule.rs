//! When to look at which order: the rhythm and the budget of the policy, over all orders that are open.
//! Asking is left to `ask`, reading the store to the loop.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{CallId, Question};
use antom_domain::policy::{Bucket, Budget, Crowd, Draw, Polling};
use antom_domain::port::{StoredOrder, Version};
use antom_domain::service::{Books, BooksError};

use super::STORE_RETRY;
use super::ask::Asked;

/// When to look at which order.
#[derive(Debug)]
pub(super) struct Schedule {
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
    /// The newest version that was noted.
    version: Version,
    /// The order is being asked about: nobody else may begin.
    is_asking: bool,
    /// It changed while it was being asked about.
    has_changed: bool,
    /// It was found in the store: another instance may be watching it.
    is_found: bool,
    /// Its open questions, when it was last looked at.
    questions: Crowd,
    last_asked: LastAsked,
}

/// When which question of an order was last asked. They are few, and there are as many lists as open orders: the
/// smallest map is a list.
#[derive(Debug, Clone, Default)]
pub(super) struct LastAsked(Vec<(CallId, Timestamp)>);

impl LastAsked {
    pub(super) fn of(&self, call: &CallId) -> Option<Timestamp> {
        self.0.iter().find(|(asked, _)| asked == call).map(|(_, at)| *at)
    }

    fn of_question(&self, question: &Question) -> Option<Timestamp> {
        // The name of a call is a text; most orders change before anything was asked about them.
        if self.0.is_empty() { None } else { self.of(&question.subject.call_id()) }
    }

    fn note(&mut self, call: CallId, now: Timestamp) {
        match self.0.iter_mut().find(|(asked, _)| *asked == call) {
            Some((_, at)) => *at = now,
            None => {
                self.0.reserve_exact(1);
                self.0.push((call, now));
            }
        }
    }
}

impl Schedule {
    pub(super) fn new(polling: &Polling, now: Timestamp) -> Schedule {
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
    pub(super) fn rhythm(&self) -> Polling {
        self.polling.stretched(self.crowd)
    }

    /// Schedules an order after a change. What is already due earlier stays so: a page that is read again and again
    /// must not put the inquiry off. A change that was overtaken by a later one tells nothing.
    pub(super) fn note_change(&mut self, books: &Books, stored: &StoredOrder) {
        let StoredOrder { order, version, .. } = stored;
        let id = &order.reference_order_id;
        if let Some(watched) = self.by_order.get_mut(id) {
            if watched.version > *version {
                return;
            }
            watched.is_found = false;
        }
        let earlier = self.by_order.get(id).map(|watched| watched.due);
        let (now, questions) = (books.ports().clock.now(), order.questions());
        match (self.next_due(id, &questions, now), earlier) {
            (Some(due), Some(earlier)) => self.set_due(id, due.min(earlier)),
            (Some(due), None) => self.set_due(id, due),
            (None, _) => self.forget(id),
        }
        if let Some(watched) = self.by_order.get_mut(id) {
            watched.version = *version;
        }
        self.count_questions(id, &questions, now);
    }

    /// When the first open question of the order is due; `None` when it is at rest.
    fn next_due(&self, id: &ReferenceOrderId, questions: &[Question], now: Timestamp) -> Option<Timestamp> {
        let rhythm = self.rhythm();
        let asked = self.by_order.get(id).map(|watched| &watched.last_asked);
        let last = |question: &Question| asked?.of_question(question);
        questions.iter().map(|question| rhythm.next(question.quick_since, last(question), now)).min()
    }

    fn count_questions(&mut self, id: &ReferenceOrderId, questions: &[Question], now: Timestamp) {
        let is_quick = |since| self.polling.is_quick(since, now);
        let quick = questions.iter().filter(|question| is_quick(question.quick_since)).count();
        let open = Crowd { quick, sweep: questions.len().saturating_sub(quick) };
        if let Some(watched) = self.by_order.get_mut(id) {
            let before = std::mem::replace(&mut watched.questions, open);
            self.crowd.quick = self.crowd.quick.saturating_add(open.quick).saturating_sub(before.quick);
            self.crowd.sweep = self.crowd.sweep.saturating_add(open.sweep).saturating_sub(before.sweep);
        }
    }

    pub(super) fn answered(&mut self, books: &Books, id: &ReferenceOrderId, asked: Asked) {
        let now = books.ports().clock.now();
        let polling = &books.policy().polling;
        let (mut has_changed, mut is_found) = (false, false);
        if let Some(watched) = self.by_order.get_mut(id) {
            asked.calls.into_iter().for_each(|call| watched.last_asked.note(call, now));
            watched.is_asking = false;
            watched.is_found &= !asked.has_news;
            has_changed = std::mem::take(&mut watched.has_changed);
            is_found = watched.is_found;
        }
        let Some(order) = &asked.order else { return self.set_due(id, now.saturating_add(STORE_RETRY)) };
        let questions = order.questions();
        self.count_questions(id, &questions, now);
        match self.next_due(id, &questions, now) {
            // What we hold may be older than the change: look again.
            _ if has_changed => self.set_due(id, now.saturating_add(polling.quick)),
            Some(_) if is_found => self.set_due(id, now.saturating_add(polling.sweep)),
            Some(due) => self.set_due(id, due),
            None => self.forget(id),
        }
    }

    /// Whether a change of this order waits until the order has been asked about.
    pub(super) fn defers_change(&mut self, id: &ReferenceOrderId) -> bool {
        match self.by_order.get_mut(id) {
            Some(watched) if watched.is_asking => {
                watched.has_changed = true;
                watched.is_found = false;
                true
            }
            _ => false,
        }
    }

    pub(super) fn look_later(&mut self, id: &ReferenceOrderId, now: Timestamp, error: &BooksError) {
        tracing::error!(order_id = %id, %error, "order cannot be read");
        self.set_due(id, now.saturating_add(STORE_RETRY));
    }

    pub(super) fn set_due(&mut self, id: &ReferenceOrderId, due: Timestamp) {
        let watched = self.by_order.entry(id.clone()).or_insert(Watched {
            due,
            version: 0,
            is_asking: false,
            has_changed: false,
            is_found: false,
            questions: Crowd::default(),
            last_asked: LastAsked::default(),
        });
        self.due.remove(&(watched.due, id.clone()));
        watched.due = due;
        self.due.insert((due, id.clone()));
    }

    /// Schedules an order that was found in the store, unless it is watched already.
    pub(super) fn find(&mut self, id: &ReferenceOrderId, due: Timestamp) {
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
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<ReferenceOrderId> {
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

    pub(super) fn last_asked(&self, id: &ReferenceOrderId) -> LastAsked {
        self.by_order.get(id).map(|watched| watched.last_asked.clone()).unwrap_or_default()
    }

    /// One for each open question, of which there is at least one; never more than the budget can ever give.
    fn cost_of(&self, id: &ReferenceOrderId) -> u32 {
        let open = self.by_order.get(id).map(|watched| watched.questions).unwrap_or_default();
        let questions = u32::try_from(open.quick.saturating_add(open.sweep)).unwrap_or(u32::MAX);
        questions.clamp(1, self.polling.budget.get())
    }

    pub(super) fn until_due(&self, now: Timestamp) -> Duration {
        let first = self.due.first().map(|(due, _)| *due);
        let due = first.map(|due| self.not_before.map_or(due, |then| then.max(due)));
        due.map_or(Duration::from_secs(60), |due| due.since(now))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use antom_domain::order::Order;
    use antom_domain::testing::SetClock;

    use super::super::fixture::{at, books_at, order, order_with_an_open_attempt, stored};
    use super::*;

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

    #[test]
    fn a_page_that_is_read_again_and_again_does_not_put_the_inquiry_off() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let mut schedule = Schedule::new(&Polling::default(), at(0));
        for _ in 0..4 {
            schedule.note_change(&books, &stored(&opened, 2));
            clock.advance(Duration::from_millis(500));
        }
        assert_eq!(schedule.take_due(at(2_000)), [order()]);
        let calls = vec![opened.questions()[0].subject.call_id()];
        schedule.answered(&books, &order(), Asked { calls, order: Some(opened.into()), has_news: false });
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
        Asked { calls, order: Some(order.clone().into()), has_news: false }
    }

    //= I-2 test
    #[test]
    fn many_open_questions_stretch_the_rhythm_and_answers_give_it_back() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let call = opened.questions()[0].subject.call_id();
        let mut schedule = Schedule::new(&Polling { budget: NonZeroU32::MIN, ..Polling::default() }, at(0));
        schedule.note_change(&books, &stored(&opened, 2));
        assert_eq!(schedule.crowd, Crowd { quick: 1, sweep: 0 });
        for number in 2..=10 {
            let mut other = opened.clone();
            other.reference_order_id = ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap();
            schedule.note_change(&books, &stored(&other, 2));
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
            schedule.answered(
                &books,
                &order(),
                Asked { calls, order: Some(opened.clone().into()), has_news },
            );
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

        schedule.note_change(&books, &stored(&opened, 2));

        assert_eq!(schedule.until_due(at(0)), Duration::from_secs(2));
        assert!(schedule.by_order.values().all(|watched| !watched.is_found));
    }

    #[test]
    fn a_change_that_was_overtaken_tells_nothing() {
        let clock = Arc::new(SetClock::new(at(0)));
        let books = books_at(&clock);
        let opened = order_with_an_open_attempt(&books, at(0));
        let before = Order { attempts: Vec::new(), ..opened.clone() };
        let mut schedule = Schedule::new(&Polling::default(), at(0));

        schedule.note_change(&books, &stored(&opened, 2));
        schedule.note_change(&books, &stored(&before, 1));
        assert_eq!(schedule.until_due(at(0)), Duration::from_secs(2), "the attempt is still watched");

        schedule.note_change(&books, &stored(&before, 3));
        assert!(schedule.by_order.is_empty(), "at rest");
    }
}
