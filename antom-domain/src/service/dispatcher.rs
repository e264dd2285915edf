//! The dispatcher: makes one durable call, records what came back, and says when to try again.
//! Claiming rows and running many at a time is the worker's.

use crate::order::{Fact, GatewayCall, Order, Report};
use crate::policy::Retry;
use crate::port::{CallFailure, Claim, Claimed, GatewayAnswer, OutboxError, Reach};
use crate::reading;

use super::books::{Along, Books, BooksError};
use super::notifications::Notifications;

/// Makes durable calls.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    books: Books,
    retry: Retry,
}

/// What became of a claimed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatched {
    /// It was answered, and the answer is recorded.
    Answered,
    /// Its answer was already known: it was not made.
    NotWanted,
    /// It was not made: its order was written by a newer program, whose instances make it.
    LeftToNewerProgram,
    /// It was not made: the lease was over before the call began, so the call is somebody else's.
    LeaseLost,
    /// It has no final answer yet and will be made again, with the same id and the same bytes.
    Postponed,
}

impl Dispatcher {
    /// A dispatcher over these books.
    pub fn new(books: Books, retry: Retry) -> Dispatcher {
        Dispatcher { books, retry }
    }

    /// Makes one claimed call.
    ///
    /// # Idempotency
    /// The call carries its id and bytes from the step that wished it; making it again under a new claim is safe.
    ///
    /// # Errors
    /// Where the books cannot be written the claim runs out by itself, and the call is made again.
    //= A-4, B-8
    pub async fn run(&self, claimed: &Claimed) -> Result<Dispatched, BooksError> {
        let stored = match self.books.load(&claimed.order_id).await {
            Ok(stored) => stored,
            Err(BooksError::UnknownOrder) => return self.drop_row(&claimed.claim).await,
            Err(error) => return Err(error),
        };
        if stored.order.is_read_only {
            self.postpone(claimed, Reach::NotSent).await?;
            return Ok(Dispatched::LeftToNewerProgram);
        }
        if !stored.order.wants(&claimed.call) {
            return self.drop_row(&claimed.claim).await;
        }
        // Whoever was stopped since the claim, and wakes here, must not begin what another makes by now.
        let ports = self.books.ports();
        if !ports.outbox.is_held(&claimed.claim, ports.clock.now()).await? {
            return Ok(Dispatched::LeaseLost);
        }
        let reply = ports.gateway.call(&claimed.call).await;
        let facts = facts_of(&claimed.call, &reply);
        let answered_question = claimed.call.subject.is_question() && reply.is_ok();
        let settles = |order: &Order| Along {
            settles: (answered_question || !order.wants(&claimed.call)).then(|| claimed.claim.clone()),
            ..Along::default()
        };
        let taken = self.books.absorb(&claimed.order_id, &facts, settles).await?;
        Notifications::new(self.books.clone()).unpark(&taken.order).await?;
        if !answered_question && taken.order.wants(&claimed.call) {
            return self
                .postpone(claimed, reply.err().map_or(Reach::MaybeSent, |failure| failure.reach))
                .await;
        }
        if taken.step.is_empty() {
            self.drop_row(&claimed.claim).await?;
        }
        Ok(Dispatched::Answered)
    }

    async fn drop_row(&self, claim: &Claim) -> Result<Dispatched, BooksError> {
        match self.books.ports().outbox.complete(claim).await {
            Ok(()) | Err(OutboxError::LeaseLost) => Ok(Dispatched::NotWanted),
            Err(OutboxError::Store(error)) => Err(error.into()),
        }
    }

    async fn postpone(&self, claimed: &Claimed, reach: Reach) -> Result<Dispatched, BooksError> {
        let ports = self.books.ports();
        let due = self.retry.next(reach, claimed.tries, ports.jitter.permille(), ports.clock.now());
        match ports.outbox.postpone(&claimed.claim, due).await {
            Ok(()) | Err(OutboxError::LeaseLost) => Ok(Dispatched::Postponed),
            Err(OutboxError::Store(error)) => Err(error.into()),
        }
    }
}

/// What a reply shows: the content of a verified answer, or how far the call got.
//= B-2
fn facts_of(call: &GatewayCall, reply: &Result<GatewayAnswer, CallFailure>) -> Vec<Fact> {
    match reply {
        Ok(answer) => reading::answer(&call.subject, answer),
        Err(failure) => {
            let report = match failure.reach {
                Reach::NotSent => Report::NotSent,
                Reach::MaybeSent => Report::MaybeSent,
            };
            vec![Fact::Report { subject: call.subject.clone(), report }]
        }
    }
}
