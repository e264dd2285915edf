//! Waiting for the end of a payment by asking: when to ask next, as a pure policy, and the thin loop over it.
//! What the end means for the order (amount, review, capture) is for the caller to judge.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use antom_core::wire::{InquiryPaymentRequest, InquiryPaymentResponse};
use antom_core::{Action, Api, PaymentStatus, advise};

use crate::call_error::CallError;
use crate::client::Client;
use crate::operation::prepare;
use crate::pause::Pause;

/// The rhythm of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// From the start of one inquiry to the start of the next.
    pub every: Duration,
    /// When to stop asking, counted from the first inquiry. The payment may still end later.
    pub give_up_after: Duration,
}

impl Default for Polling {
    /// Every 2 s for 14 minutes, the time that a buyer has by default.
    //= I-2
    fn default() -> Self {
        Self { every: Duration::from_secs(2), give_up_after: Duration::from_mins(14) }
    }
}

/// What one inquiry showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The payment has ended.
    Final,
    /// It has not, or nobody knows.
    Open,
    /// The gateway does not take this inquiry, now or later: the request or the set-up must be corrected.
    Refused,
}

impl Seen {
    /// Reads an answer.
    ///
    /// `ORDER_NOT_EXIST` is open: a session may not have been tried yet, a call may still be on its way.
    //= I-1
    //= X-5
    #[must_use]
    pub fn of(answer: &InquiryPaymentResponse) -> Self {
        let ended = answer.payment_status.as_ref().is_some_and(PaymentStatus::is_final);
        match &answer.result {
            Some(result) if result.is_failure() => {
                let action = advise(Api::InquiryPayment, result).action;
                if matches!(action, Action::FixConfig | Action::FixRequest) {
                    Self::Refused
                } else {
                    Self::Open
                }
            }
            Some(result) if !result.is_success() => Self::Open,
            _ if ended => Self::Final,
            _ => Self::Open,
        }
    }
}

/// What to do after an inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollStep {
    /// The payment has ended.
    Done,
    /// Ask again after this wait.
    AskAfter(Duration),
    /// The time is up.
    GiveUp,
    /// Asking again is of no use.
    Refused,
}

impl Polling {
    /// Decides after an inquiry that took `took`, at `elapsed` since the first one began. `at_least` is a wait that the
    /// gateway asked for.
    #[must_use]
    pub fn next(&self, seen: Seen, elapsed: Duration, took: Duration, at_least: Duration) -> PollStep {
        match seen {
            Seen::Final => PollStep::Done,
            Seen::Refused => PollStep::Refused,
            Seen::Open => {
                let wait = self.every.saturating_sub(took).max(at_least);
                let in_time = elapsed.saturating_add(wait) <= self.give_up_after;
                if in_time { PollStep::AskAfter(wait) } else { PollStep::GiveUp }
            }
        }
    }
}

/// Why the wait for a payment ended without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitEnd {
    /// The time was up.
    GaveUp,
    /// The caller's signal came: a notification, say.
    Signal,
    /// The gateway does not take the inquiry; `last` says why.
    Refused,
}

/// How the wait for a payment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentWait {
    /// The payment has ended: succeeded, failed or cancelled. Compare its amount, and for cards its capture, before shipping.
    Final(Box<InquiryPaymentResponse>),
    /// It had not ended: nothing is known but what the last answer said.
    Open {
        /// Why the wait ended.
        end: WaitEnd,
        /// The last verified answer, if there was one.
        last: Option<Box<InquiryPaymentResponse>>,
    },
}

impl Client {
    /// Asks about a payment until it has ended, the time is up or `signal` is ready.
    ///
    /// Calls whose outcome is unknown, and those that were not sent, are simply made again at the next beat: asking changes
    /// nothing. Pass [`std::future::pending`] where there is no signal.
    ///
    /// # Errors
    /// [`CallError`] that another try cannot mend: fields, keys, forged answers.
    ///
    /// # Cancellation
    /// May be dropped at any time.
    pub async fn wait_for_payment(
        &self,
        request: &InquiryPaymentRequest,
        polling: Polling,
        pause: &Pause,
        signal: impl Future<Output = ()>,
    ) -> Result<PaymentWait, CallError> {
        let body = prepare(request)?;
        let mut last = None;
        let step = race(self.poll_payment(&body, polling, pause, &mut last), signal).await.transpose()?;
        let end = match step {
            Some(PollStep::Refused) => WaitEnd::Refused,
            Some(_) => WaitEnd::GaveUp,
            None => WaitEnd::Signal,
        };
        Ok(match last {
            Some(answer) if step == Some(PollStep::Done) => PaymentWait::Final(answer),
            last => PaymentWait::Open { end, last },
        })
    }

    async fn poll_payment(
        &self,
        body: &[u8],
        polling: Polling,
        pause: &Pause,
        last: &mut Option<Box<InquiryPaymentResponse>>,
    ) -> Result<PollStep, CallError> {
        let begin = self.now();
        loop {
            let asked = self.now();
            let answer = self.call(Api::InquiryPayment, body.to_vec(), self.deadline()).await;
            let (seen, at_least) = match answer.and_then(|answer| answer.parse()) {
                Ok(answer) => (Seen::of(last.insert(Box::new(answer))), Duration::ZERO),
                Err(error) if error.is_retryable() => (Seen::Open, error.retry_after().unwrap_or_default()),
                Err(error) => return Err(error),
            };
            let now = self.now();
            match polling.next(seen, now.since(begin), now.since(asked), at_least) {
                PollStep::AskAfter(wait) => pause.wait(wait).await,
                step => return Ok(step),
            }
        }
    }
}

/// The work's outcome, or nothing if the signal comes first. When both are ready the work counts.
async fn race<T>(work: impl Future<Output = T>, signal: impl Future<Output = ()>) -> Option<T> {
    let (mut work, mut signal) = (pin!(work), pin!(signal));
    poll_fn(|context| {
        if let Poll::Ready(outcome) = work.as_mut().poll(context) {
            return Poll::Ready(Some(outcome));
        }
        signal.as_mut().poll(context).map(|()| None)
    })
    .await
}
