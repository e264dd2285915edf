//! A world that stands still: a clock that is set, ids that count, a gateway that says what it was told.
//! Storage is `memory`'s.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_core::time::Timestamp;
use async_trait::async_trait;

use crate::order::GatewayCall;
use crate::port::{
    CallFailure, Clock, FailureReason, GatewayAnswer, IdSource, Inbox, Jitter, OrderStore, Outbox,
    PaymentGateway, Reach,
};
use crate::service::Ports;

/// Ports over one storage, with ids that count and no jitter. Whoever needs another one names it, and takes the rest from
/// here.
///
/// ```
/// use std::sync::Arc;
///
/// use antom_core::time::Timestamp;
/// use antom_domain::order::Policy;
/// use antom_domain::service::Books;
/// use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};
///
/// let (store, gateway) = (Arc::new(MemoryStore::new()), Arc::new(ScriptedGateway::default()));
/// let clock = Arc::new(SetClock::new(Timestamp::from_epoch_millis(0)));
/// let policy = Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/");
/// let books = Books::new(ports(&store, gateway, clock), Arc::new(policy));
/// assert_eq!(books.ports().ids.fresh(), "id-1");
/// ```
pub fn ports<S>(store: &Arc<S>, gateway: Arc<dyn PaymentGateway>, clock: Arc<dyn Clock>) -> Ports
where
    S: OrderStore + Outbox + Inbox + 'static,
{
    Ports {
        gateway,
        store: store.clone(),
        outbox: store.clone(),
        inbox: store.clone(),
        clock,
        ids: Arc::new(CountedIds::default()),
        jitter: Arc::new(NoJitter),
    }
}

/// A clock that only moves when it is told to.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// A clock that shows `at`.
    pub fn new(at: Timestamp) -> SetClock {
        SetClock(Mutex::new(at))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = lock(&self.0);
        *now = now.saturating_add(by);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *lock(&self.0)
    }
}

/// Ids that count from 1, for tests that compare whole states. They can be guessed: never use them in a service.
#[derive(Debug, Default)]
pub struct CountedIds(Mutex<u64>);

impl IdSource for CountedIds {
    fn fresh(&self) -> String {
        let mut count = lock(&self.0);
        *count = count.saturating_add(1);
        format!("id-{count}")
    }
}

/// No jitter at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJitter;

impl Jitter for NoJitter {
    fn permille(&self) -> u16 {
        0
    }
}

/// A gateway that answers from a script, in order, and remembers what it was asked.
///
/// When the script is at its end, calls fail as [`Reach::NotSent`], so that a test never waits.
#[derive(Debug, Default)]
pub struct ScriptedGateway {
    script: Mutex<VecDeque<Result<GatewayAnswer, CallFailure>>>,
    calls: Mutex<Vec<GatewayCall>>,
}

impl ScriptedGateway {
    /// Answers the next call so.
    pub fn answer(&self, answer: GatewayAnswer) {
        lock(&self.script).push_back(Ok(answer));
    }

    /// Leaves the next call without a verified answer.
    pub fn fail(&self, reach: Reach) {
        let reason = match reach {
            Reach::NotSent => FailureReason::NoConnection,
            Reach::MaybeSent => FailureReason::Timeout,
        };
        lock(&self.script).push_back(Err(CallFailure { reach, reason, hint: None }));
    }

    /// Every call so far, oldest first.
    pub fn calls(&self) -> Vec<GatewayCall> {
        lock(&self.calls).clone()
    }
}

#[async_trait]
impl PaymentGateway for ScriptedGateway {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        lock(&self.calls).push(call.clone());
        lock(&self.script).pop_front().unwrap_or(Err(CallFailure {
            reach: Reach::NotSent,
            reason: FailureReason::NoConnection,
            hint: None,
        }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
