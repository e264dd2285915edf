//! Reminders: records that a merchant has to act in time, so that the merchant's systems are told.
//! What there is to remind of is the order's; when an order is looked at is the worker's.

use crate::order::Order;

use super::books::{Along, Books, BooksError};

/// Records reminders.
#[derive(Debug, Clone)]
pub struct Reminders {
    books: Books,
}

impl Reminders {
    /// Reminders over these books.
    pub fn new(books: Books) -> Reminders {
        Reminders { books }
    }

    /// Records what there is to remind of in an order that was just read; nearly always there is nothing, and nothing is
    /// written.
    ///
    /// # Errors
    /// Only where the books cannot be read or written.
    pub async fn remind(&self, order: &Order) -> Result<(), BooksError> {
        let policy = self.books.policy();
        if order.remind(self.books.now(), policy).is_empty() {
            return Ok(());
        }
        let decide = |order: &Order, at| Ok::<_, BooksError>(order.remind(at, policy));
        self.books.step(&order.reference_order_id, decide, |_| Along::default()).await.map(|_| ())
    }
}
