//! What all clones of a client share: its pace and its retry budget, and the waiting for a turn.
//! The rules of both are plain data in modules of their own.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_core::{Api, Timestamp};

use super::Client;
use crate::answer::Answer;
use crate::call_error::{CallError, MaybeSentReason, NotSentReason};
use crate::metrics::{ResultClass, WaitReason};
use crate::pace::{Pace, PaceSettings};
use crate::retry::{RetryBudget, TRAFFIC};

/// Pace and budget behind their locks, which are never held across a wait.
#[derive(Debug, Default)]
pub(super) struct Load {
    pace: Mutex<Pace>,
    budget: Mutex<RetryBudget>,
}

impl Load {
    pub(super) fn new(pace: PaceSettings, budget: RetryBudget) -> Self {
        Self { pace: Mutex::new(Pace::new(pace)), budget: Mutex::new(budget) }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn budget(&self) -> MutexGuard<'_, RetryBudget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Waits for the call's turn and tells what is left of its deadline: at least half, so that the call itself is not
    /// given up needlessly.
    pub(super) async fn take_turn(&self, api: Api, deadline: Duration) -> Result<Duration, CallError> {
        let at_most = if self.waiting.is_some() { deadline / 2 } else { Duration::ZERO };
        let turn = self.load.pace().reserve(self.now(), at_most);
        let wait = turn.map_err(|wait| {
            self.count(api, ResultClass::NotSent, Duration::ZERO);
            CallError::NotSent { api, reason: NotSentReason::Paced { wait } }
        })?;
        if let Some(waiting) = self.waiting.as_ref().filter(|_| !wait.is_zero()) {
            self.tell_wait(api, WaitReason::Pace, wait);
            waiting.pause().wait(wait).await;
        }
        Ok(deadline.saturating_sub(wait))
    }

    /// One exchange, told to the metrics, and to the pace where the gateway finds the calls too many.
    pub(super) async fn timed_exchange(
        &self,
        api: Api,
        body: Vec<u8>,
        deadline: Duration,
    ) -> Result<Answer, CallError> {
        let begin = self.now();
        let outcome = self.exchange(api, body, deadline).await;
        let end = self.now();
        self.count(api, ResultClass::of(&outcome), end.since(begin));
        if is_too_many(&outcome) {
            self.slow_down(end);
        }
        outcome
    }

    pub(super) fn tell_wait(&self, api: Api, reason: WaitReason, wait: Duration) {
        if let Some(metrics) = &self.metrics {
            metrics.waits(api, reason, wait);
        }
    }

    fn slow_down(&self, now: Timestamp) {
        self.load.pace().slow_down(now);
        tracing::warn!("the gateway asks for fewer calls");
    }

    fn count(&self, api: Api, class: ResultClass, took: Duration) {
        if let Some(metrics) = &self.metrics {
            metrics.called(api, class, took);
        }
    }
}

/// Signed or not: whoever forges it only makes us slower.
fn is_too_many(outcome: &Result<Answer, CallError>) -> bool {
    let result = match outcome {
        Ok(answer) => answer.result(),
        Err(CallError::MaybeSent { reason: MaybeSentReason::Status { status: 429, .. }, .. }) => return true,
        Err(error) => error.hint(),
    };
    result.is_some_and(|result| result.result_code.is(TRAFFIC))
}
