//! One queue for each order: steps of the same order wait for each other instead of deciding in vain.
//! Other processes are kept out by the order's version, which stays the real guard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use antom_core::id::ReferenceOrderId;

/// Below this many entries nobody looks for those that are no longer used.
const SWEEP_FROM: usize = 1_024;

/// The queues of the orders that somebody is stepping.
#[derive(Debug, Default)]
pub(super) struct Queues(Mutex<HashMap<ReferenceOrderId, Weak<async_lock::Mutex<()>>>>);

impl Queues {
    /// The queue of this order; whoever holds its lock may take a step.
    pub(super) fn of(&self, id: &ReferenceOrderId) -> Arc<async_lock::Mutex<()>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(id).and_then(Weak::upgrade) {
            return queue;
        }
        if queues.len() >= SWEEP_FROM {
            queues.retain(|_, queue| queue.strong_count() > 0);
        }
        let queue = Arc::new(async_lock::Mutex::new(()));
        queues.insert(id.clone(), Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(number: usize) -> ReferenceOrderId {
        ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap()
    }

    #[test]
    fn two_steps_of_one_order_share_a_queue_and_two_orders_do_not() {
        let queues = Queues::default();
        let first = queues.of(&order(1));
        let turn = first.try_lock();
        assert!(turn.is_some());
        assert!(queues.of(&order(1)).try_lock().is_none());
        assert!(queues.of(&order(2)).try_lock().is_some());
    }

    #[test]
    fn queues_that_nobody_uses_are_forgotten() {
        let queues = Queues::default();
        for number in 0..10 * SWEEP_FROM {
            drop(queues.of(&order(number)));
        }
        assert!(queues.0.lock().unwrap().len() <= SWEEP_FROM);
    }
}
