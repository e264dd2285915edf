//! The loop that makes a call again: the same bytes, when policy and budget allow, until its deadline.
//! Whether a try may be followed by another is told by the retry policy.

use std::time::Duration;

use antom_core::{Api, Timestamp};

use super::Client;
use crate::answer::Answer;
use crate::call_error::CallError;
use crate::metrics::WaitReason;
use crate::pause::Waiting;
use crate::retry::{RetryStep, Tried, TryEnd};

/// A call under way.
struct Series<'a> {
    api: Api,
    begin: Timestamp,
    deadline: Duration,
    tries: u32,
    waiting: &'a Waiting,
}

impl Client {
    /// Sends bytes that were prepared earlier, and sends them again as the retry policy allows.
    ///
    /// # Errors
    /// [`CallError`] by how far any try got: a call that may have been sent once stays so, even if a later try was not sent.
    ///
    /// # Idempotency
    /// Every try sends the same bytes.
    ///
    /// # Cancellation
    /// Dropping the future leaves the outcome unknown.
    pub async fn call_repeating(
        &self,
        api: Api,
        body: Vec<u8>,
        deadline: Duration,
    ) -> Result<Answer, CallError> {
        let Some(waiting) = &self.waiting else { return self.call(api, body, deadline).await };
        self.load.budget().deposit();
        let mut series = Series { api, begin: self.now(), deadline, tries: 0, waiting };
        let mut in_doubt = None;
        loop {
            let outcome = self.call(api, body.clone(), series.left(self.now())).await;
            series.tries = series.tries.saturating_add(1);
            match (self.wait_before_next(&series, &outcome), outcome) {
                (Some(wait), outcome) => {
                    in_doubt = outcome.err().filter(CallError::is_outcome_unknown).or(in_doubt);
                    self.tell_wait(api, WaitReason::Retry, wait);
                    waiting.pause().wait(wait).await;
                }
                (None, Err(not_sent @ CallError::NotSent { .. })) => {
                    // What an earlier try may have done does not become undone because this one stayed here.
                    return Err(in_doubt.unwrap_or(not_sent));
                }
                (None, outcome) => return outcome,
            }
        }
    }

    /// The wait before the next try, if there is to be one.
    fn wait_before_next(&self, series: &Series<'_>, outcome: &Result<Answer, CallError>) -> Option<Duration> {
        let end = match outcome {
            Ok(answer) => TryEnd::Answered(answer.result()),
            Err(error) => TryEnd::Failed(error),
        };
        let left = series.left(self.now());
        let tried = Tried { api: series.api, end, tries: series.tries, left };
        match self.retry.next(&tried, series.waiting.jitter_permille()) {
            RetryStep::After(wait) => self.load.budget().withdraw().then_some(wait),
            RetryStep::Stop => None,
        }
    }
}

impl Series<'_> {
    fn left(&self, now: Timestamp) -> Duration {
        self.deadline.saturating_sub(now.since(self.begin))
    }
}
