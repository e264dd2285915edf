//! What was committed lately: orders, so that whoever loads one again need not read its text anew, and ids that lead to
//! them.
//! What is stored decides: an order is taken from here only where its very text is stored. Where an id leads never
//! changes, so that needs no look.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antom_core::id::ReferenceOrderId;
use antom_domain::order::Order;
use antom_domain::port::IdKey;

/// So many orders are kept at least, and at most twice as many: some megabytes.
const ORDERS: usize = 512;
/// An order with one attempt has four ids.
const IDS: usize = 4 * ORDERS;

/// The orders and ids.
#[derive(Debug, Default)]
pub(super) struct Recent {
    orders: Mutex<Generations<ReferenceOrderId, (String, Arc<Order>)>>,
    ids: Mutex<Generations<IdKey, ReferenceOrderId>>,
}

impl Recent {
    /// Keeps an order with the text that it was written as.
    pub(super) fn keep_order(&self, id: ReferenceOrderId, text: String, order: Arc<Order>) {
        lock(&self.orders).keep(id, (text, order), ORDERS);
    }

    /// What this text means, if it is known.
    pub(super) fn order(&self, id: &ReferenceOrderId, text: &[u8]) -> Option<Arc<Order>> {
        let orders = lock(&self.orders);
        orders.find(id).filter(|(known, _)| known.as_bytes() == text).map(|(_, order)| Arc::clone(order))
    }

    /// Keeps where an id leads, which stands in the database.
    pub(super) fn keep_id(&self, key: IdKey, order: ReferenceOrderId) {
        lock(&self.ids).keep(key, order, IDS);
    }

    /// Where an id leads, if that is known here.
    pub(super) fn owner(&self, key: &IdKey) -> Option<ReferenceOrderId> {
        lock(&self.ids).find(key).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Two generations: what did not come again while the younger one filled up is forgotten with the older one.
#[derive(Debug)]
struct Generations<K, V> {
    younger: HashMap<K, V>,
    older: HashMap<K, V>,
}

impl<K, V> Default for Generations<K, V> {
    fn default() -> Self {
        Generations { younger: HashMap::new(), older: HashMap::new() }
    }
}

impl<K: Hash + Eq, V> Generations<K, V> {
    fn keep(&mut self, key: K, value: V, most: usize) {
        if self.younger.len() >= most {
            self.older = std::mem::take(&mut self.younger);
        }
        self.younger.insert(key, value);
    }

    fn find(&self, key: &K) -> Option<&V> {
        self.younger.get(key).or_else(|| self.older.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_come_again_is_forgotten_and_the_rest_stays() {
        let mut generations = Generations::default();
        for number in 0..3 {
            generations.keep(number, number, 2);
        }
        assert_eq!(generations.find(&0), Some(&0), "the older generation is there");
        generations.keep(1, 10, 2);
        generations.keep(3, 3, 2);
        assert_eq!((generations.find(&0), generations.find(&1)), (None, Some(&10)));
        assert!(generations.younger.len() <= 2 && generations.older.len() <= 2);
    }
}
