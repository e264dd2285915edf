//! Reminders: records that a merchant has to act in time, so that the merchant's systems are told.
//! What there is to remind of is the order's; when an order is looked at is the worker's.

use crate::order::{Event, Order};

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

    /// Records what there is to remind of in an order that was just read, and answers with what was recorded; nearly always
    /// there is nothing, and nothing is written.
    ///
    /// # Idempotency
    /// Each reminder is recorded, and answered, once in the life of the order, whichever instance looks.
    ///
    /// # Errors
    /// Only where the books cannot be read or written.
    pub async fn remind(&self, order: &Order) -> Result<Vec<Event>, BooksError> {
        let policy = self.books.policy();
        if order.remind(self.books.now(), policy).is_empty() {
            return Ok(Vec::new());
        }
        let decide = |order: &Order, at| Ok::<_, BooksError>(order.remind(at, policy));
        self.books
            .step(&order.reference_order_id, decide, |_| Along::default())
            .await
            .map(|taken| taken.step.events)
    }
}
