//! The publisher: one attempt to tell one merchant event to the merchant's own systems.
//! When to try again, and when to give up, is the service's; which events wait is the queue's.

use std::fmt::Debug;
use std::time::Duration;

use antom_core::time::Timestamp;
use async_trait::async_trait;

use crate::merchant_event::MerchantEvent;

/// Tells the merchant's own systems about an event.
///
/// # Contract
/// [`publish`](EventPublisher::publish) makes one attempt and answers `Ok` only when the receiver said that it has the
/// event. What is sent carries [`MerchantEvent::id`], by which a receiver knows an event that comes again, and
/// [`MerchantEvent::payload`], both the same at every attempt. `at` is the instant of the attempt.
///
/// # Durability
/// None here: an event that was sent and not recorded as accepted is sent again.
///
/// # Ordering
/// The caller never has two events of one order under way. An adapter that queues must keep that order.
///
/// # Errors
/// [`PublishFailure`]; whether or not the event arrived, it is sent again.
///
/// # Cancellation
/// A dropped attempt may have arrived.
///
/// # For implementers
/// End within 20 s: the event's lease lasts 30 s. Follow no redirect, and never put a secret into an error. The mistake that
/// loses an event is an `Ok` for something that the receiver has not said that it has.
#[async_trait]
pub trait EventPublisher: Debug + Send + Sync + 'static {
    /// Makes one attempt.
    async fn publish(&self, event: &MerchantEvent, at: Timestamp) -> Result<(), PublishFailure>;
}

const _: fn(&dyn EventPublisher) = |_| {};

/// An attempt that the receiver did not confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct PublishFailure {
    /// What happened.
    pub reason: PublishFailureReason,
    /// How long the receiver asked us to wait, where it did.
    pub retry_after: Option<Duration>,
}

impl PublishFailure {
    /// A failure whose receiver asked for nothing.
    pub fn new(reason: PublishFailureReason) -> PublishFailure {
        PublishFailure { reason, retry_after: None }
    }
}

/// What kept an event from being confirmed. The text is shown to the merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishFailureReason {
    /// Nobody was reached.
    #[error("no connection")]
    NoConnection,
    /// There was no answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection ended before the answer.
    #[error("the connection broke")]
    ConnectionLost,
    /// The answer's status was none of 200 to 299.
    #[error("answered with status {0}")]
    Status(u16),
    /// The answer was larger than anybody needs to say yes.
    #[error("the answer was too large")]
    AnswerTooLarge,
    /// No stream takes what is published under the configured subject.
    #[error("no stream takes the subject")]
    NoStream,
    /// The receiver answered something else than a confirmation.
    #[error("not confirmed")]
    NotConfirmed,
}
