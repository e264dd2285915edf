//! Notifications: what a verified one changes, durable before it is acknowledged.
//! Verification is the webhook's; what the words mean is read in `reading`.

use antom_core::id::ReferenceOrderId;
use antom_core::wire;

use crate::order::Order;
use crate::port::{
    IdKey, InboxMark, InboxVerdict, NotificationDigest, ReceivedNotification, StoreError, StoredOrder,
};
use crate::reading::{self, NotificationReading};

use super::books::{Along, Books, BooksError, Taken};

/// Takes in notifications.
#[derive(Debug, Clone)]
pub struct Notifications {
    books: Books,
}

/// What became of a notification. Whoever holds one may acknowledge: everything is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The verdict that is stored.
    pub verdict: InboxVerdict,
    /// The order that it spoke of, as it stood afterwards, if one is known.
    pub order: Option<StoredOrder>,
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
        if reading::notification(message) == NotificationReading::NotOurs {
            return self.keep(notification, InboxVerdict::Kept).await;
        }
        if let Some(order_id) = self.owner(&notification.keys).await? {
            return self.take_in(notification, message, order_id).await;
        }
        let receipt = self.keep(notification.clone(), InboxVerdict::Parked).await?;
        // The order may have learnt the id between the look and the parking.
        match self.owner(&notification.keys).await? {
            Some(order_id) => self.take_in(notification, message, order_id).await,
            None => Ok(receipt),
        }
    }

    /// Takes in once more what is stored under this digest: after an upgrade that understands it, or where somebody doubts
    /// that it was taken in. `None` where there is no such notification, or where its body is no longer kept.
    ///
    /// # Idempotency
    /// Facts that the order has already heard add nothing.
    ///
    /// # Errors
    /// As [`receive`](Notifications::receive); nothing is lost, it can be asked for again.
    pub async fn replay(&self, digest: &NotificationDigest) -> Result<Option<Receipt>, BooksError> {
        let Some(mark) = self.books.ports().inbox.notification(digest).await? else { return Ok(None) };
        if mark.notification.body.is_empty() {
            return Ok(None);
        }
        let Ok(message) = wire::read::<wire::Notification>(&mark.notification.body) else {
            return Err(unreadable(&mark.notification).into());
        };
        self.receive(mark.notification, &message).await.map(Some)
    }

    /// Takes in what was parked under the gateway's ids of an order; the last step of those that followed.
    ///
    /// Whoever has just heard of the order calls it, also where nothing was new: a process that died between learning an id
    /// and taking in what was parked under it left that to the next one.
    //= X-16
    pub(super) async fn unpark(&self, order: &Order) -> Result<Option<Taken>, BooksError> {
        let known = order.attempts.iter().filter_map(|attempt| attempt.payment.payment_id.as_ref());
        let keys: Vec<IdKey> = known.map(|id| IdKey::Payment(id.to_string())).collect();
        if keys.is_empty() {
            return Ok(None);
        }
        let mut last = None;
        for notification in self.books.ports().inbox.parked(&keys).await? {
            let Ok(message) = wire::read::<wire::Notification>(&notification.body) else {
                return Err(unreadable(&notification).into());
            };
            let (_, taken) = self.absorb(notification, &message, &order.reference_order_id).await?;
            last = Some(taken);
        }
        Ok(last)
    }

    async fn take_in(
        &self,
        notification: ReceivedNotification,
        message: &wire::Notification,
        order_id: ReferenceOrderId,
    ) -> Result<Receipt, BooksError> {
        let (verdict, taken) = self.absorb(notification, message, &order_id).await?;
        let taken = self.unpark(&taken.order).await?.unwrap_or(taken);
        let Taken { order, version, announced, .. } = taken;
        Ok(Receipt { verdict, order: Some(StoredOrder { order, version, announced }) })
    }

    /// A notification of an unlikely age is only a reason to ask; any other one is believed.
    async fn absorb(
        &self,
        notification: ReceivedNotification,
        message: &wire::Notification,
        order_id: &ReferenceOrderId,
    ) -> Result<(InboxVerdict, Taken), BooksError> {
        let (verdict, facts) = match reading::notification(message) {
            NotificationReading::Facts(facts) if notification.is_fact => (InboxVerdict::Absorbed, facts),
            _ => {
                let mark: String = notification.digest.0.chars().take(16).collect();
                (InboxVerdict::Hint, vec![reading::hint(message, &mark)])
            }
        };
        let mark = InboxMark { notification, verdict };
        let along = |_: &Order| Along { inbox: Some(mark.clone()), ..Along::default() };
        let taken = self.books.absorb(order_id, &facts, along).await?;
        if taken.step.is_empty() {
            self.books.ports().inbox.record(&mark).await?;
        }
        Ok((verdict, taken))
    }

    async fn keep(
        &self,
        notification: ReceivedNotification,
        verdict: InboxVerdict,
    ) -> Result<Receipt, BooksError> {
        self.books.ports().inbox.record(&InboxMark { notification, verdict }).await?;
        Ok(Receipt { verdict, order: None })
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
