//! Tells those who wait for calls that these came back.
//! Making calls is left to `dispatch`; what a call brought is told by its order.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_domain::order::CallId;
use tokio::sync::Notify;

/// How many calls are remembered that came back: more than can come back while one command is carried out.
const REMEMBERED: usize = 1_024;

/// The calls that came back, and who waits for which.
#[derive(Debug, Clone, Default)]
pub(super) struct Returns(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The last calls that came back, oldest first.
    last: VecDeque<CallId>,
    /// How many came back before those.
    before: usize,
    waiting: HashMap<CallId, Vec<Arc<Notify>>>,
}

/// Waits for calls to come back. Made before the command that wishes them, so that no answer is missed.
#[derive(Debug)]
pub struct Waiter {
    returns: Returns,
    /// How many calls it has seen coming back.
    seen: usize,
    awaited: Vec<CallId>,
    woken: Arc<Notify>,
}

impl Returns {
    pub(super) fn waiter(&self) -> Waiter {
        let state = self.state();
        let seen = state.before.saturating_add(state.last.len());
        Waiter { returns: self.clone(), seen, awaited: Vec::new(), woken: Arc::default() }
    }

    pub(super) fn came_back(&self, call: &CallId) {
        let mut state = self.state();
        if state.last.len() == REMEMBERED {
            state.last.pop_front();
            state.before = state.before.saturating_add(1);
        }
        state.last.push_back(call.clone());
        for waiter in state.waiting.remove(call).unwrap_or_default() {
            waiter.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    /// Waits until all these calls came back, at most this long, and says whether there is nothing left to wait for.
    /// What came back is taken out of `open`; the caller reads the order to see what it brought.
    pub async fn wait(&mut self, open: &mut Vec<CallId>, time: Duration) -> bool {
        let all_back = async {
            while !self.look(open) {
                self.woken.notified().await;
            }
        };
        tokio::time::timeout(time, all_back).await.is_ok()
    }

    /// Takes out what came back since the last look; whether nothing is left, or some answers were missed.
    fn look(&mut self, open: &mut Vec<CallId>) -> bool {
        let mut state = self.returns.state();
        let has_missed = self.seen < state.before;
        let new = self.seen.saturating_sub(state.before);
        open.retain(|call| !state.last.iter().skip(new).any(|back| back == call));
        self.seen = state.before.saturating_add(state.last.len());
        for call in open.iter() {
            if !self.awaited.contains(call) {
                self.awaited.push(call.clone());
                state.waiting.entry(call.clone()).or_default().push(self.woken.clone());
            }
        }
        has_missed || open.is_empty()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.returns.state();
        for call in &self.awaited {
            if let Some(waiters) = state.waiting.get_mut(call) {
                waiters.retain(|waiter| !Arc::ptr_eq(waiter, &self.woken));
                if waiters.is_empty() {
                    state.waiting.remove(call);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(10);
    const LONG: Duration = Duration::from_secs(10);

    fn call(number: usize) -> CallId {
        CallId::from_stored(format!("call {number}"))
    }

    #[tokio::test]
    async fn a_call_that_came_back_before_anybody_asked_for_it_is_not_missed() {
        let returns = Returns::default();
        returns.came_back(&call(0));
        let mut waiter = returns.waiter();
        returns.came_back(&call(1));

        let mut open = vec![call(0), call(1)];
        assert!(!waiter.wait(&mut open, SHORT).await);
        assert_eq!(open, [call(0)], "it came back before the waiter was made");
    }

    #[tokio::test]
    async fn a_waiter_is_woken_by_the_last_of_its_calls() {
        let returns = Returns::default();
        let (mut waiter, mut other) = (returns.waiter(), returns.waiter());
        let waiting = tokio::spawn(async move { waiter.wait(&mut vec![call(1), call(2)], LONG).await });
        assert!(!other.wait(&mut vec![call(3)], SHORT).await);

        returns.came_back(&call(1));
        returns.came_back(&call(2));

        assert!(waiting.await.unwrap());
        drop(other);
        assert!(returns.state().waiting.is_empty(), "nobody is left");
    }

    #[tokio::test]
    async fn one_that_may_have_missed_its_call_does_not_wait_for_it() {
        let returns = Returns::default();
        let mut waiter = returns.waiter();
        for number in 0..=REMEMBERED {
            returns.came_back(&call(number));
        }
        assert!(waiter.wait(&mut vec![call(REMEMBERED + 1)], LONG).await);
    }
}
