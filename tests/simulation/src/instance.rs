//! One instance of the merchant: the domain's services over the simulated ports, with its dispatch and poll loops.
//! Everything in it dies when the instance dies; what outlives it is in the store.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_core::wire::Notification;
use antom_domain::order::{Command, NewOrder, Order, Policy, Question};
use antom_domain::policy::Retry;
use antom_domain::port::{Claimed, Clock, IdKey, ReceivedNotification};
use antom_domain::service::{Books, CommandError, Dispatcher, Inquiries, Notifications, Orders, Ports};

use serde_json::json;

use crate::executor::{Bell, Owner, Promise, promise};
use crate::mistake::{Known, Mistake, capture_forgetting_doubt};
use crate::port::{SimulatedClock, SimulatedGateway, SimulatedIds, SimulatedStore};
use crate::world::World;

/// How long a claimed call belongs to its instance.
const LEASE: Duration = Duration::from_secs(60);
/// How many calls are claimed at once.
const CLAIMED_AT_ONCE: usize = 8;
/// A slow rhythm, as with polling: hours of trouble are not to be filled with repetitions of one call.
const RETRY: Retry = Retry {
    not_sent: Duration::from_millis(500),
    maybe_sent: Duration::from_secs(5),
    cap: Duration::from_secs(600),
};
/// How long to wait for a store that is away.
const STORE_PAUSE_MS: u64 = 1_000;

/// A running instance.
#[derive(Debug)]
pub struct Instance {
    owner: Owner,
    world: Arc<World>,
    clock: Arc<SimulatedClock>,
    services: Services,
    calls_due: Bell,
    orders_changed: Bell,
}

/// What an instance does for those who ask it.
#[derive(Debug, Clone)]
pub struct Services {
    books: Books,
    orders: Orders,
    notifications: Notifications,
    inquiries: Inquiries,
    dispatcher: Dispatcher,
    mistake: Option<Mistake>,
}

impl Services {
    /// Creates an order; `None` if it did not work out.
    pub async fn create(&self, new: &NewOrder) -> Option<Arc<Order>> {
        self.orders.create(new).await.ok().map(|created| created.order)
    }

    /// Carries out a command.
    pub async fn execute(
        &self,
        id: &ReferenceOrderId,
        command: &Command,
    ) -> Result<Arc<Order>, CommandError> {
        if self.mistake == Some(Mistake::CapturesInDoubtAreFree)
            && let Some(order) = capture_forgetting_doubt(&self.books, id, command).await?
        {
            return Ok(order);
        }
        self.orders.execute(id, command).await.map(|executed| executed.order)
    }

    /// The order as it stands.
    pub async fn look(&self, id: &ReferenceOrderId) -> Option<Arc<Order>> {
        self.books.load(id).await.ok().map(|stored| stored.order)
    }

    /// Takes in a notification; whether it may be acknowledged.
    pub async fn receive(&self, notification: ReceivedNotification, message: &Notification) -> bool {
        self.notifications.receive(notification, message).await.is_ok()
    }

    /// The mistake that was planted, if one was.
    pub fn mistake(&self) -> Option<Mistake> {
        self.mistake
    }

    /// What our books say of the order that one of these ids leads to.
    pub async fn known_of(&self, keys: &[IdKey]) -> Option<Known> {
        let store = &self.books.ports().store;
        for key in keys {
            if let Ok(Some(id)) = store.find(key).await {
                let order = store.load(&id).await.ok()??.order;
                let captures = order.attempts.iter().flat_map(|attempt| &attempt.captures);
                let mut newest = captures.filter_map(|capture| {
                    Some((capture.capture_request_id.as_ref()?.to_string(), json!(capture.amount)))
                });
                return Some(Known { price: json!(order.amount), newest_capture: newest.next_back() });
            }
        }
        None
    }
}

impl Instance {
    /// Starts an instance in this world.
    pub fn start(
        world: &Arc<World>,
        owner: Owner,
        policy: &Arc<Policy>,
        mistake: Option<Mistake>,
    ) -> Arc<Instance> {
        let clock = Arc::new(SimulatedClock::new(Arc::clone(world)));
        let store = Arc::new(SimulatedStore::new(Arc::clone(world)));
        let ids = Arc::new(SimulatedIds(Arc::clone(world)));
        let ports = Ports {
            gateway: Arc::new(SimulatedGateway::new(Arc::clone(world))),
            store: store.clone(),
            outbox: store.clone(),
            inbox: store,
            clock: clock.clone(),
            ids: ids.clone(),
            jitter: ids,
        };
        let ports = match mistake {
            Some(mistake) => mistake.planted_in(ports, world),
            None => ports,
        };
        let books = Books::new(ports, Arc::clone(policy));
        let services = Services {
            orders: Orders::new(books.clone()),
            notifications: Notifications::new(books.clone()),
            inquiries: Inquiries::new(books.clone()),
            dispatcher: Dispatcher::new(books.clone(), RETRY),
            books,
            mistake,
        };
        let instance = Arc::new(Instance {
            owner,
            world: Arc::clone(world),
            clock,
            services,
            calls_due: Bell::default(),
            orders_changed: Bell::default(),
        });
        world.instances().insert(owner, Arc::clone(&instance));
        world.note("start", "instance", &owner.to_string());
        let (dispatching, polling) = (Arc::clone(&instance), Arc::clone(&instance));
        world.handle.spawn(owner, async move { dispatching.dispatch().await });
        if mistake != Some(Mistake::NoPolling) {
            world.handle.spawn(owner, async move { polling.poll().await });
        }
        instance
    }

    /// Kills the instance: whatever it is doing ends here.
    pub fn die(&self) {
        self.world.note("death", "instance", &self.owner.to_string());
        self.world.instances().remove(&self.owner);
        self.world.handle.kill(self.owner);
    }

    /// The time as this instance's clock shows it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets how far the instance's clock is off.
    pub fn set_clock_error(&self, ms: i64) {
        self.clock.set_error(ms);
        self.wake();
    }

    /// Something was committed: calls may be due, questions may be new.
    pub fn wake(&self) {
        self.calls_due.ring();
        self.orders_changed.ring();
    }

    /// Does something in this instance; the promise is broken if the instance dies over it.
    pub fn do_here<T, F>(&self, act: impl FnOnce(Services) -> F) -> Promise<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (keeper, promised) = promise();
        let work = act(self.services.clone());
        self.world.handle.spawn(self.owner, async move { keeper.keep(work.await) });
        promised
    }

    /// Claims due calls and makes each on its own, for ever.
    async fn dispatch(&self) {
        loop {
            let ports = self.services.books.ports();
            let claimed = ports.outbox.claim_due(self.now(), LEASE, CLAIMED_AT_ONCE).await;
            let is_away = claimed.is_err();
            let claimed = claimed.unwrap_or_default();
            let has_more = !claimed.is_empty();
            for one in claimed {
                self.make(one);
            }
            if has_more {
                continue;
            }
            let until = match ports.outbox.next_due().await {
                _ if is_away => Some(self.in_a_moment()),
                Err(_) => Some(self.in_a_moment()),
                Ok(due) => {
                    due.map(|due| self.clock.world_time(due).max(self.world.handle.now().saturating_add(5)))
                }
            };
            self.calls_due.wait(&self.world.handle, until).await;
        }
    }

    fn make(&self, claimed: Claimed) {
        let (dispatcher, world) = (self.services.dispatcher.clone(), Arc::clone(&self.world));
        self.world.handle.spawn(self.owner, async move {
            // Where it could not be recorded the claim runs out, and the call is made again.
            let _outcome = dispatcher.run(&claimed).await;
            for instance in world.instances().values() {
                instance.calls_due.ring();
            }
        });
    }

    /// Asks the open questions of every order that is not at rest, in the rhythm of the policy, for ever.
    async fn poll(&self) {
        let mut asked: BTreeMap<String, Timestamp> = BTreeMap::new();
        loop {
            let mut next: Option<i64> = None;
            match self.services.books.ports().store.unresolved(None, 100).await {
                Err(_) => next = Some(self.in_a_moment()),
                Ok(ids) => {
                    for id in ids {
                        let due = self.ask_about(&id, &mut asked).await;
                        next = [next, due].into_iter().flatten().min();
                    }
                }
            }
            self.orders_changed.wait(&self.world.handle, next).await;
        }
    }

    /// Asks what is due about one order; when the next question about it is due.
    async fn ask_about(&self, id: &ReferenceOrderId, asked: &mut BTreeMap<String, Timestamp>) -> Option<i64> {
        let Some(order) = self.services.look(id).await else { return Some(self.in_a_moment()) };
        let mut next = None;
        for question in order.questions() {
            let call_id = question.subject.call_id().to_string();
            if asked.get(&call_id).is_some_and(|last| last.epoch_millis() == i64::MAX) {
                continue;
            }
            let due = self.due_of(&question, asked.get(&call_id).copied());
            let due = if due <= self.now() && asked.contains_key(&call_id) {
                // A failed inquiry leaves the question open; it is asked again in the same rhythm.
                let answer = self.services.inquiries.ask(id, &question).await;
                let has_failed = answer.is_ok_and(|answer| answer.failure.is_some());
                if self.gives_up(&question, has_failed) {
                    asked.insert(call_id, Timestamp::from_epoch_millis(i64::MAX));
                    continue;
                }
                asked.insert(call_id, self.now());
                self.due_of(&question, Some(self.now()))
            } else {
                asked.entry(call_id).or_insert(self.now());
                due
            };
            let due = self.clock.world_time(due).max(self.world.handle.now().saturating_add(5));
            next = Some(next.map_or(due, |earlier: i64| earlier.min(due)));
        }
        next
    }

    fn due_of(&self, question: &Question, last: Option<Timestamp>) -> Timestamp {
        let polling = &self.services.books.policy().polling;
        polling.next(question.quick_since, last, self.now())
    }

    /// Whether a planted mistake ends the polling of this question here.
    fn gives_up(&self, question: &Question, has_failed: bool) -> bool {
        let fast_window = self.services.books.policy().polling.fast_window;
        let is_slow = question.quick_since.is_none_or(|since| self.now().since(since) >= fast_window);
        match self.services.mistake {
            Some(Mistake::PollingEndsInDoubt) => has_failed,
            Some(Mistake::NoSweep) => is_slow,
            _ => false,
        }
    }

    fn in_a_moment(&self) -> i64 {
        self.world.handle.now().saturating_add(i64::try_from(STORE_PAUSE_MS).unwrap_or(0))
    }
}
