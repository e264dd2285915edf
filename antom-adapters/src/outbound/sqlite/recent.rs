//! What was committed lately: orders as they stand, and ids that lead to them, so that nobody has to read them again.
//! Committing and reading are left to `orders`.
//!
//! All writes go through this store (invariant I-14), so what it committed last is what stands. Where something else wrote
//! to the file, that is noticed after a moment, or by the next step, which is refused: the version is checked by the
//! statement that changes it, never here. Where an id leads never changes, so that needs no look at all.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_domain::order::Order;
use antom_domain::port::{IdKey, StoredOrder};
use tokio::time::Instant;

/// So many orders are kept at least, and at most twice as many: some megabytes.
const ORDERS: usize = 512;
/// An order with one attempt has four ids.
const IDS: usize = 4 * ORDERS;
/// After so long the database is asked again, for the case that a support engineer's shell wrote.
const LONGEST: Duration = Duration::from_secs(1);

/// The orders and ids.
#[derive(Debug, Default)]
pub(super) struct Recent {
    orders: Mutex<Generations<ReferenceOrderId, Standing>>,
    ids: Mutex<Generations<IdKey, ReferenceOrderId>>,
}

/// An order as it was committed.
#[derive(Debug)]
struct Standing {
    stored: StoredOrder,
    /// The text that it is stored as.
    text: String,
    /// When that was certain.
    since: Instant,
}

impl Recent {
    /// Keeps an order that was committed, with the text that it was written as.
    pub(super) fn keep_order(&self, id: ReferenceOrderId, stored: StoredOrder, text: String) {
        lock(&self.orders).keep(id, Standing { stored, text, since: Instant::now() }, ORDERS);
    }

    /// The order as it stands, if that is certain.
    pub(super) fn order(&self, id: &ReferenceOrderId) -> Option<StoredOrder> {
        let mut orders = lock(&self.orders);
        let known = orders.find(id).filter(|known| known.since.elapsed() < LONGEST);
        known.map(|known| known.stored.clone())
    }

    /// What this text, read just now, means, if it is known: nobody has to understand it again.
    pub(super) fn meaning(&self, id: &ReferenceOrderId, text: &[u8]) -> Option<Arc<Order>> {
        let mut orders = lock(&self.orders);
        let known = orders.find(id).filter(|known| known.text.as_bytes() == text)?;
        known.since = Instant::now();
        Some(Arc::clone(&known.stored.order))
    }

    /// The order is read again: a step was refused, or nobody knows how it ended.
    pub(super) fn forget_order(&self, id: &ReferenceOrderId) {
        lock(&self.orders).forget(id);
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
            // The room of the forgotten generation is used again.
            std::mem::swap(&mut self.younger, &mut self.older);
            self.younger.clear();
        }
        self.younger.insert(key, value);
    }

    fn find(&mut self, key: &K) -> Option<&mut V> {
        self.younger.get_mut(key).or_else(|| self.older.get_mut(key))
    }

    fn forget(&mut self, key: &K) {
        self.younger.remove(key);
        self.older.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use antom_core::money::{Currency, Money};
    use antom_core::time::Timestamp;

    use super::*;

    fn stored(version: u64) -> StoredOrder {
        let order = Order {
            reference_order_id: id(),
            amount: Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap(),
            description: String::new(),
            reference_buyer_id: "BUYER-1".parse().unwrap(),
            created_at: Timestamp::from_epoch_millis(0),
            has_details: false,
            erased: None,
            attempts: Vec::new(),
            is_read_only: false,
        };
        StoredOrder { order: Arc::new(order), version, announced: 0 }
    }

    fn id() -> ReferenceOrderId {
        "ORDER-1".parse().unwrap()
    }

    fn make_old(recent: &Recent) {
        lock(&recent.orders).find(&id()).unwrap().since = Instant::now() - LONGEST;
    }

    #[test]
    fn an_order_stands_until_it_is_forgotten_or_old() {
        let recent = Recent::default();
        recent.keep_order(id(), stored(1), "one".to_owned());
        recent.keep_order(id(), stored(2), "two".to_owned());
        assert_eq!(recent.order(&id()), Some(stored(2)));
        make_old(&recent);
        assert_eq!(recent.order(&id()), None);
        recent.keep_order(id(), stored(2), "two".to_owned());
        recent.forget_order(&id());
        assert_eq!(recent.order(&id()), None);
    }

    #[test]
    fn an_old_order_stands_again_where_its_very_text_was_read() {
        let recent = Recent::default();
        recent.keep_order(id(), stored(1), "one".to_owned());
        make_old(&recent);
        assert_eq!(recent.meaning(&id(), b"another"), None);
        assert_eq!(recent.order(&id()), None);
        assert_eq!(recent.meaning(&id(), b"one"), Some(stored(1).order));
        assert_eq!(recent.order(&id()), Some(stored(1)));
    }

    #[test]
    fn what_does_not_come_again_is_forgotten_and_the_rest_stays() {
        let mut generations = Generations::default();
        for number in 0..3 {
            generations.keep(number, number, 2);
        }
        assert_eq!(generations.find(&0).copied(), Some(0), "the older generation is there");
        generations.keep(1, 10, 2);
        generations.keep(3, 3, 2);
        assert_eq!(generations.find(&0), None);
        assert_eq!(generations.find(&1).copied(), Some(10));
        assert!(generations.younger.len() <= 2 && generations.older.len() <= 2);
    }
}
