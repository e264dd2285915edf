//! Notifications: what a verified one changes, durable before it is acknowledged.
//! Verification is the webhook's; what the words mean is read in `reading`.

use antom_core::id::ReferenceOrderId;
use antom_core::wire;

use crate::order::{Event, Step};
use crate::port::{IdKey, InboxMark, InboxVerdict, ReceivedNotification, StoreError};
use crate::reading::{self, NotificationReading};

use super::books::{Along, Books, BooksError};

/// Takes in notifications.
#[derive(Debug, Clone)]
pub struct Notifications {
    books: Books,
}

/// What became of a notification. Whoever holds one may acknowledge: everything is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The verdict that is stored.
    pub verdict: InboxVerdict,
    /// The order that it spoke of, if one is known.
    pub order_id: Option<ReferenceOrderId>,
}

impl Notifications {
    /// Notifications for these books.
    pub fn new(books: Books) -> Notifications {
        Notifications { books }
    }

    /// Takes in a verified notification.
    ///
    /// # Idempotency
    /// A notification that was taken in before changes nothing and gives a receipt again (N-4).
    ///
    /// # Errors
    /// Where it could not be stored: it must not be acknowledged, and the gateway sends it again.
    //= N-3, N-4, N-8, N-10, X-4
    pub async fn receive(
        &self,
        notification: ReceivedNotification,
        message: &wire::Notification,
    ) -> Result<Receipt, BooksError> {
        let facts = match reading::notification(message) {
            NotificationReading::Facts(facts) => facts,
            NotificationReading::NotOurs => return self.keep(notification, InboxVerdict::Kept, None).await,
        };
        let Some(order_id) = self.owner(&notification.keys).await? else {
            self.keep(notification.clone(), InboxVerdict::Parked, None).await?;
            // The order may have learnt the id between the look and the parking.
            let Some(order_id) = self.owner(&notification.keys).await? else {
                return Ok(Receipt { verdict: InboxVerdict::Parked, order_id: None });
            };
            return self.take_in(notification, &facts, order_id).await;
        };
        if !notification.is_fact {
            return self.keep(notification, InboxVerdict::Hint, Some(order_id)).await;
        }
        self.take_in(notification, &facts, order_id).await
    }

    /// Takes in what was parked under ids that this step made known.
    //= X-16
    pub(super) async fn unpark(&self, id: &ReferenceOrderId, step: &Step) -> Result<(), BooksError> {
        let learnt: Vec<IdKey> = step
            .events
            .iter()
            .filter_map(|event| match event {
                Event::PaymentIdLearnt { payment_id, .. } => Some(IdKey::Payment(payment_id.to_string())),
                _ => None,
            })
            .collect();
        if learnt.is_empty() {
            return Ok(());
        }
        for notification in self.books.ports().inbox.parked(&learnt).await? {
            let Ok(message) = serde_json::from_slice::<wire::Notification>(&notification.body) else {
                return Err(unreadable(&notification).into());
            };
            if let NotificationReading::Facts(facts) = reading::notification(&message) {
                self.absorb(notification, &facts, id).await?;
            }
        }
        Ok(())
    }

    async fn take_in(
        &self,
        notification: ReceivedNotification,
        facts: &[crate::order::Fact],
        order_id: ReferenceOrderId,
    ) -> Result<Receipt, BooksError> {
        let step = self.absorb(notification, facts, &order_id).await?;
        self.unpark(&order_id, &step).await?;
        Ok(Receipt { verdict: InboxVerdict::Absorbed, order_id: Some(order_id) })
    }

    async fn absorb(
        &self,
        notification: ReceivedNotification,
        facts: &[crate::order::Fact],
        order_id: &ReferenceOrderId,
    ) -> Result<Step, BooksError> {
        let mark = InboxMark { notification, verdict: InboxVerdict::Absorbed };
        let along = |_: &crate::order::Order| Along { inbox: Some(mark.clone()), ..Along::default() };
        let taken = self.books.absorb(order_id, facts, along).await?;
        if taken.step.is_empty() {
            self.books.ports().inbox.record(&mark).await?;
        }
        Ok(taken.step)
    }

    async fn keep(
        &self,
        notification: ReceivedNotification,
        verdict: InboxVerdict,
        order_id: Option<ReferenceOrderId>,
    ) -> Result<Receipt, BooksError> {
        self.books.ports().inbox.record(&InboxMark { notification, verdict }).await?;
        Ok(Receipt { verdict, order_id })
    }

    async fn owner(&self, keys: &[IdKey]) -> Result<Option<ReferenceOrderId>, StoreError> {
        for key in keys {
            if let Some(order_id) = self.books.ports().store.find(key).await? {
                return Ok(Some(order_id));
            }
        }
        Ok(None)
    }
}

fn unreadable(notification: &ReceivedNotification) -> StoreError {
    StoreError::Unreadable { what: "notification", id: notification.digest.to_string() }
}
