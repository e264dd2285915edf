//! Publishing: tells one merchant event, and records what became of it.
//! Claiming events and telling many at a time is the worker's.

use std::sync::Arc;

use crate::policy::{AfterFailure, Patience};
use crate::port::{
    ClaimedEvent, Clock, EventEnd, EventPublisher, EventQueue, EventQueueError, Jitter, PublishFailure,
    StoreError,
};

/// Tells merchant events.
#[derive(Debug, Clone)]
pub struct Publishing {
    queue: Arc<dyn EventQueue>,
    publisher: Arc<dyn EventPublisher>,
    clock: Arc<dyn Clock>,
    jitter: Arc<dyn Jitter>,
    patience: Patience,
}

/// What became of a claimed event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The receiver has it.
    Delivered,
    /// It will be sent again, under the same id.
    Postponed(PublishFailure),
    /// It was given up: somebody has to look, and may ask for it to be sent once more.
    GivenUp(PublishFailure),
    /// The lease ran out during the attempt, and somebody else has the event.
    Superseded,
}

impl Publishing {
    /// Tells what is in this queue to this publisher.
    pub fn new(
        queue: Arc<dyn EventQueue>,
        publisher: Arc<dyn EventPublisher>,
        clock: Arc<dyn Clock>,
        jitter: Arc<dyn Jitter>,
        patience: Patience,
    ) -> Publishing {
        Publishing { queue, publisher, clock, jitter, patience }
    }

    /// The queue.
    pub fn queue(&self) -> &dyn EventQueue {
        self.queue.as_ref()
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Makes one attempt on a claimed event.
    ///
    /// # Idempotency
    /// The receiver knows an event that comes again by its id.
    ///
    /// # Errors
    /// What became of the attempt could not be recorded: the claim runs out by itself, and the event is sent again.
    pub async fn run(&self, claimed: &ClaimedEvent) -> Result<Published, StoreError> {
        let failure = self.publisher.publish(&claimed.event, self.clock.now()).await.err();
        let now = self.clock.now();
        let (end, published) = match failure {
            None => (EventEnd::Delivered, Published::Delivered),
            Some(failure) => {
                let text = failure.to_string();
                let wait = failure.retry_after;
                let jitter = self.jitter.permille();
                match self.patience.after_failure(claimed.since, claimed.tries, wait, jitter, now) {
                    AfterFailure::TryAgain(due) => {
                        (EventEnd::Postponed { due, failure: text }, Published::Postponed(failure))
                    }
                    AfterFailure::GiveUp => {
                        (EventEnd::GivenUp { failure: text }, Published::GivenUp(failure))
                    }
                }
            }
        };
        match self.queue.settle(&claimed.claim, end, now).await {
            Ok(()) => Ok(published),
            Err(EventQueueError::LeaseLost) => Ok(Published::Superseded),
            Err(EventQueueError::Store(error)) => Err(error),
        }
    }
}
