//! Erasing personal data: of one order or one buyer on request, and of all orders when their time has come.
//! What goes is the order's to say, how it goes the store's; when to look is left to the worker.

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::{ReferenceBuyerId, ReferenceOrderId};
use antom_core::time::Timestamp;

use super::books::{Books, BooksError};
use crate::order::{Attempt, Erased, ErasureRefusal, Event, Order, Recorded};
use crate::port::{
    CommitError, DroppedBodies, EraseError, Erasure, IdKey, OrderQuery, RestingPage, RestingQuery, Retention,
    StoreError,
};

/// How many orders are looked at in one turn.
const PAGE: usize = 200;
/// How often an erasure is decided again after another step came first.
const MAX_CONFLICTS: usize = 5;

/// Erases personal data.
#[derive(Debug, Clone)]
pub struct Erasing {
    books: Books,
    retention: Arc<dyn Retention>,
}

/// For how long personal data are kept; `None`: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// Everything personal in an order at rest, since its last event.
    pub orders: Option<Duration>,
    /// Contact data of an order at rest, since its last event.
    pub contact: Option<Duration>,
    /// Bodies of notifications, since they came. Not longer than `orders`, or what orders no longer tell stands there.
    pub notifications: Option<Duration>,
}

/// What became of the data of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasal {
    /// They are erased now.
    Erased,
    /// They were erased before.
    ErasedBefore,
}

/// What one turn over the orders did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many orders lost personal data.
    pub orders: usize,
    /// Where the next turn goes on; `None` where all orders were looked at.
    pub next: Option<String>,
}

/// Nothing was erased.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErasingError {
    /// The order does not allow it yet.
    #[error(transparent)]
    Refused(#[from] ErasureRefusal),
    /// A call waits to be made, or an event to be told.
    #[error("a call of the order waits to be made, or an event to be told; erase again when that is over")]
    StillNeeded,
    /// The books could not be read or written.
    #[error(transparent)]
    Books(#[from] BooksError),
}

impl From<StoreError> for ErasingError {
    fn from(error: StoreError) -> ErasingError {
        ErasingError::Books(error.into())
    }
}

impl Erasing {
    /// Erases in these books.
    pub fn new(books: Books, retention: Arc<dyn Retention>) -> Erasing {
        Erasing { books, retention }
    }

    /// Erases everything personal in an order, its notifications included.
    ///
    /// # Idempotency
    /// [`Erasal::ErasedBefore`] where nothing was left to erase.
    ///
    /// # Errors
    /// [`ErasingError::Refused`] for an order that is not at rest.
    pub async fn erase(&self, id: &ReferenceOrderId) -> Result<Erasal, ErasingError> {
        self.erase_as_far(id, Erased::Everything, true).await
    }

    /// The orders of a buyer on one page of all orders of the books, and where the next page begins.
    ///
    /// # Errors
    /// [`StoreError`], also for a cursor that no page gave out.
    pub async fn orders_of(
        &self,
        buyer: &ReferenceBuyerId,
        cursor: Option<String>,
    ) -> Result<(Vec<ReferenceOrderId>, Option<String>), StoreError> {
        let query = OrderQuery { phase: None, cursor, limit: PAGE };
        let page = self.books.ports().store.list(&query).await?;
        let theirs = page.orders.into_iter().filter(|order| order.reference_buyer_id == *buyer);
        Ok((theirs.map(|order| order.reference_order_id).collect(), page.next))
    }

    /// Looks at one page of orders at rest and erases what has had its time.
    ///
    /// # Errors
    /// Where the books cannot be read or written. An order that does not allow it yet is passed over.
    pub async fn sweep_orders(&self, terms: &Terms, cursor: Option<String>) -> Result<Swept, ErasingError> {
        let now = self.books.now();
        let (Some(shortest), Some(less_than)) = (terms.shortest(), terms.furthest()) else {
            return Ok(Swept::default());
        };
        let created_until = now.saturating_sub(shortest);
        let query = RestingQuery { less_than, created_until, cursor, limit: PAGE };
        let RestingPage { orders, next } = self.retention.resting(&query).await?;
        let mut swept = Swept { orders: 0, next };
        for id in orders {
            let Some(how_far) = self.due(&id, terms, now).await? else { continue };
            match self.erase_as_far(&id, how_far, false).await {
                Ok(Erasal::Erased) => swept.orders = swept.orders.saturating_add(1),
                Ok(Erasal::ErasedBefore) | Err(ErasingError::Refused(_) | ErasingError::StillNeeded) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(swept)
    }

    /// Looks at one page of notifications and drops the bodies that have had their time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_notifications(
        &self,
        terms: &Terms,
        cursor: Option<String>,
    ) -> Result<DroppedBodies, StoreError> {
        let Some(time) = terms.notifications else { return Ok(DroppedBodies::default()) };
        self.retention.drop_bodies(self.books.now().saturating_sub(time), cursor).await
    }

    /// How much of the order has had its time, if anything that is still there.
    async fn due(
        &self,
        id: &ReferenceOrderId,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Option<Erased>, ErasingError> {
        let order = self.books.load(id).await?.order;
        let has_contact = order.has_details && order.erased.is_none();
        if order.is_read_only || (terms.orders.is_none() && !has_contact) {
            return Ok(None);
        }
        let history = self.books.ports().store.history(id).await?;
        let mut others =
            history.iter().rev().filter(|one| !matches!(one.event, Event::PersonalDataErased { .. }));
        let Some(last) = others.next().map(|recorded| recorded.at) else { return Ok(None) };
        let is_over = |time: Option<Duration>| time.is_some_and(|time| last.saturating_add(time) <= now);
        Ok(match (is_over(terms.orders), is_over(terms.contact) && has_contact) {
            (true, _) => Some(Erased::Everything),
            (false, true) => Some(Erased::Contact),
            (false, false) => None,
        })
    }

    async fn erase_as_far(
        &self,
        id: &ReferenceOrderId,
        how_far: Erased,
        with_notifications: bool,
    ) -> Result<Erasal, ErasingError> {
        let _turn = self.books.turn(id).await;
        for _ in 0..MAX_CONFLICTS {
            let stored = self.books.load(id).await?;
            let at = self.books.now();
            let step = stored.order.erase(how_far)?;
            if step.is_empty() {
                return Ok(Erasal::ErasedBefore);
            }
            let history = self.books.ports().store.history(id).await?;
            let commit = self.books.commit_of(&stored, &step, at, &|_: &Order| Default::default());
            let rewritten = rewritten(&history, how_far);
            let named = if with_notifications { ids_of(&stored.order) } else { Vec::new() };
            let erasure = Erasure { commit, how_far, rewritten, named };
            match self.retention.erase(erasure).await {
                Ok(_) => return Ok(Erasal::Erased),
                Err(EraseError::StillNeeded) => return Err(ErasingError::StillNeeded),
                Err(EraseError::Commit(CommitError::Conflict)) => {}
                Err(EraseError::Commit(CommitError::Store(error))) => return Err(error.into()),
                // The step has neither ids nor claims; a commit of unknown outcome is told by asking again.
                Err(EraseError::Commit(_)) => return Err(BooksError::OutcomeUnknown.into()),
            }
        }
        Err(BooksError::Busy.into())
    }
}

impl Terms {
    fn shortest(&self) -> Option<Duration> {
        self.orders.into_iter().chain(self.contact).min()
    }

    fn furthest(&self) -> Option<Erased> {
        let contact = self.contact.map(|_| Erased::Contact);
        contact.max(self.orders.map(|_| Erased::Everything))
    }
}

/// The ids by which the gateway names what belongs to the order.
fn ids_of(order: &Order) -> Vec<IdKey> {
    let of_attempt = |attempt: &Attempt| {
        let captures = attempt.captures.iter().filter_map(|capture| capture.capture_request_id.as_ref());
        let captures = captures.map(|id| IdKey::CaptureRequest(id.to_string()));
        let refunds = attempt.refunds.iter().map(|refund| refund.refund_request_id.to_string());
        let payment = attempt.payment.payment_id.iter().map(|id| IdKey::Payment(id.to_string()));
        let own = IdKey::PaymentRequest(attempt.payment_request_id.to_string());
        let others = captures.chain(refunds.map(IdKey::RefundRequest)).chain(payment);
        std::iter::once(own).chain(others).collect::<Vec<_>>()
    };
    order.attempts.iter().flat_map(of_attempt).collect()
}

fn rewritten(history: &[Recorded], how_far: Erased) -> Vec<(u64, Recorded)> {
    (1..).zip(history).filter_map(|(seq, event)| Some((seq, event.without_personal_data(how_far)?))).collect()
}
