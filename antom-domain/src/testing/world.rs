//! A world that stands still: a clock that is set, ids that count, a gateway that says what it was told.
//! Storage is `memory`'s.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_core::time::Timestamp;
use async_trait::async_trait;

use crate::order::GatewayCall;
use crate::port::{
    CallFailure, Clock, FailureReason, GatewayAnswer, IdSource, Jitter, PaymentGateway, Reach,
};

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
