//! Commands of the merchant: create an order, open an attempt, capture, cancel, refund.
//! The calls that follow are durable when a command returns; making them is the dispatcher's.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;

use crate::order::{
    AttemptTerms, Command, Event, GatewayCall, NewOrder, OpenAttempt, Order, OrderDetails, Refusal,
};
use crate::payment::PaymentTable;
use crate::port::{CommitError, IdKey};
use crate::verdict::Table;

use super::books::{Along, Books, BooksError};
use super::inquiries::Inquiries;

/// Carries out commands.
#[derive(Debug, Clone)]
pub struct Orders {
    books: Books,
}

/// A command was not carried out. Nothing was recorded, but for the cancel that a postponed attempt waits for (B-6).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The order refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// An order with this id and other content exists (B-8).
    #[error("an order with this id and other content exists")]
    OrderExists,
    /// The books could not be read or written.
    #[error(transparent)]
    Books(#[from] BooksError),
}

/// An order that was created, now or before.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The order.
    pub order: Arc<Order>,
    /// Whether the same order existed before.
    pub existed: bool,
}

/// A command that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed {
    /// The order after the step.
    pub order: Arc<Order>,
    /// The calls that the step wished.
    pub calls: Vec<GatewayCall>,
}

impl Orders {
    /// Commands on these books.
    pub fn new(books: Books) -> Orders {
        Orders { books }
    }

    /// Creates an order.
    ///
    /// # Idempotency
    /// The same order again is [`Created::existed`]; another content under the same id is
    /// [`CommandError::OrderExists`].
    pub async fn create(&self, new: &NewOrder) -> Result<Created, CommandError> {
        let at = self.books.now();
        let (order, step) = Order::create(new, at)?;
        let order = Arc::new(order);
        match self.books.create(Arc::clone(&order), &step, at).await {
            Ok(()) => Ok(Created { order, existed: false }),
            Err(error @ (CommitError::Conflict | CommitError::OutcomeUnknown)) => {
                let known = match self.books.load(&new.reference_order_id).await {
                    Ok(stored) => stored.order,
                    Err(BooksError::UnknownOrder) if error == CommitError::OutcomeUnknown => {
                        return Err(BooksError::OutcomeUnknown.into());
                    }
                    Err(error) => return Err(error.into()),
                };
                let same = known.amount == new.amount
                    && known.description == new.description
                    && known.reference_buyer_id == new.reference_buyer_id
                    && same_details(&known, self.details_of(&known).await?.unwrap_or_default(), &new.details);
                if same {
                    Ok(Created { order: known, existed: true })
                } else {
                    Err(CommandError::OrderExists)
                }
            }
            Err(CommitError::IdTaken(key)) => Err(BooksError::IdTaken(key).into()),
            Err(CommitError::Store(error)) => Err(BooksError::Store(error).into()),
            Err(CommitError::LeaseLost) => Err(BooksError::OutcomeUnknown.into()),
        }
    }

    /// Carries out a command.
    ///
    /// An earlier attempt whose outcome is unknown is inquired before another one is opened (B-4), and cancelled first
    /// where its method knows no refunds: the command is refused, while the cancel is durable and on its way (B-6).
    ///
    /// # Idempotency
    /// A command that is carried out or under way changes nothing and is no error.
    pub async fn execute(&self, id: &ReferenceOrderId, command: &Command) -> Result<Executed, CommandError> {
        let mut detailed = None;
        if let Command::OpenAttempt(open) = command {
            let order = self.books.load(id).await?.order;
            self.inquire_earlier_attempts(&order, open).await?;
            detailed = self.with_details(&order, open).await?;
        }
        let command = detailed.as_ref().unwrap_or(command);
        let policy = self.books.policy();
        let taken = self
            .books
            .step(
                id,
                |order, at| order.decide(command, at, policy).map_err(CommandError::from),
                |_| Along::default(),
            )
            .await
            .map_err(|error| match error {
                CommandError::Books(BooksError::IdTaken(IdKey::Idempotency(_))) => {
                    Refusal::IdempotencyKeyReused.into()
                }
                other => other,
            })?;
        if let Some(reason) = taken.step.postponed {
            return Err(reason.into());
        }
        Ok(Executed { calls: taken.step.effects, order: taken.order })
    }

    //= B-4
    async fn inquire_earlier_attempts(&self, order: &Order, open: &OpenAttempt) -> Result<(), BooksError> {
        // The same request again opens nothing, so a client that repeats it causes no inquiries.
        if order.attempt_by_key(open.idempotency_key.as_deref()).is_some() {
            return Ok(());
        }
        let inquiries = Inquiries::new(self.books.clone());
        if order.is_read_only {
            return Err(BooksError::WrittenByNewerProgram);
        }
        for question in order.questions() {
            let open = order
                .attempt(question.subject.payment_request_id())
                .is_some_and(|attempt| !PaymentTable::is_final(attempt.payment.phase));
            if open {
                // Without an answer the buyer may still go on; the older attempt stays watched.
                inquiries.ask(&order.reference_order_id, &question).await?;
            }
        }
        Ok(())
    }

    /// The same command with what the order's log tells of goods and buyer; `None` where it tells nothing.
    async fn with_details(&self, order: &Order, open: &OpenAttempt) -> Result<Option<Command>, BooksError> {
        let details = self.details_of(order).await?;
        Ok(details.map(|details| {
            let terms = AttemptTerms { order: Some(Box::new(details)), ..open.terms.clone() };
            Command::OpenAttempt(Box::new(OpenAttempt { terms, ..open.clone() }))
        }))
    }

    async fn details_of(&self, order: &Order) -> Result<Option<OrderDetails>, BooksError> {
        if !order.has_details {
            return Ok(None);
        }
        let history = self.books.ports().store.history(&order.reference_order_id).await?;
        Ok(history.into_iter().next().and_then(|first| match first.event {
            Event::OrderCreated { details, .. } => details.map(|details| *details),
            _ => None,
        }))
    }
}

/// Of an order whose contact data were erased, nobody can tell which they were.
fn same_details(known: &Order, details: OrderDetails, new: &OrderDetails) -> bool {
    let buyer = if known.erased.is_some() { None } else { new.buyer.clone() };
    details == OrderDetails { buyer, goods: new.goods.clone() }
}
