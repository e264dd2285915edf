//! When a call is made again by itself: the same bytes, only where the operation allows it, within deadline and budget.
//! Sending and waiting is the client's; a new id is a decision of the merchant, never taken here.

mod budget;

use std::time::Duration;

use antom_core::{Action, Api, GatewayResult, advise};

use crate::call_error::{CallError, reads_only};

pub use budget::RetryBudget;

/// The code by which the gateway turns a call away for the number of calls.
pub(crate) const TRAFFIC: &str = "REQUEST_TRAFFIC_EXCEED_LIMIT";

/// The gateway's documents allow a cancel to be sent three times; then its support has to look.
const CANCEL_TRIES: u32 = 3;

/// How often and how fast a call is repeated. A pure value: it waits for nothing and draws nothing.
///
/// | Operation | Not sent | May have been sent, or answered U |
/// |---|---|---|
/// | consult, inquiries | again | again |
/// | createPaymentSession, refund | again | again, under the same id |
/// | cancel | again | again, three tries in all |
/// | pay, capture and all others | again | no: inquire |
///
/// Never again: an answer F, an answer that something is in process (`REFUND_IN_PROCESS`, `PAYMENT_IN_PROCESS` ...), an
/// answer that is not believed, anything that has to be repaired first. A verified `REQUEST_TRAFFIC_EXCEED_LIMIT` was turned
/// away at the door, so any operation may come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// All tries of a call, the first included. 1 or 0: nothing is repeated.
    pub tries: u32,
    /// Wait before the second try; it doubles with each further one.
    pub first_wait: Duration,
    /// Longest wait between two tries, unless the gateway asks for more.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// Three tries, 200 ms and 400 ms apart.
    fn default() -> Self {
        Self { tries: 3, first_wait: Duration::from_millis(200), longest_wait: Duration::from_secs(2) }
    }
}

/// How one try ended.
#[derive(Debug, Clone, Copy)]
pub enum TryEnd<'a> {
    /// A verified answer, with its result if it has one.
    Answered(Option<&'a GatewayResult>),
    /// No verified answer.
    Failed(&'a CallError),
}

/// A call and how its last try ended.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// What was called.
    pub api: Api,
    /// How it ended.
    pub end: TryEnd<'a>,
    /// Tries so far, from 1.
    pub tries: u32,
    /// What is left of the deadline of the whole call.
    pub left: Duration,
}

/// What to do after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryStep {
    /// Send the same bytes again after this wait.
    After(Duration),
    /// This is how the call ends.
    Stop,
}

impl RetryPolicy {
    /// The off switch: every call is made once.
    #[must_use]
    pub const fn off() -> Self {
        Self { tries: 1, first_wait: Duration::ZERO, longest_wait: Duration::ZERO }
    }

    /// Decides after a try. `jitter_permille` (0 to 999) shortens the wait by up to a half.
    #[must_use]
    pub fn next(&self, tried: &Tried<'_>, jitter_permille: u16) -> RetryStep {
        let limit = self.tries.min(tries_of(tried.api));
        if tried.tries >= limit || !may_repeat(tried.api, tried.end) {
            return RetryStep::Stop;
        }
        let wait = self.wait(tried.tries, jitter_permille).max(asked_for(tried.end));
        // A try without time is only one more doubt.
        if wait < tried.left { RetryStep::After(wait) } else { RetryStep::Stop }
    }

    fn wait(&self, tries: u32, jitter_permille: u16) -> Duration {
        let doublings = tries.saturating_sub(1).min(16);
        let full = self.first_wait.saturating_mul(2_u32.saturating_pow(doublings)).min(self.longest_wait);
        let half = full / 2;
        full.saturating_sub(half.saturating_mul(u32::from(jitter_permille.min(999))) / 1_000)
    }
}

fn tries_of(api: Api) -> u32 {
    if api == Api::Cancel { CANCEL_TRIES } else { u32::MAX }
}

fn asked_for(end: TryEnd<'_>) -> Duration {
    match end {
        TryEnd::Failed(error) => error.retry_after().unwrap_or_default(),
        TryEnd::Answered(_) => Duration::ZERO,
    }
}

//= B-8
fn may_repeat(api: Api, end: TryEnd<'_>) -> bool {
    match end {
        TryEnd::Failed(error @ CallError::NotSent { .. }) => error.is_retryable(),
        TryEnd::Failed(error @ CallError::MaybeSent { hint, .. }) => {
            let hint_allows = hint.as_deref().is_none_or(|hint| asks_for_the_same(api, hint));
            error.is_retryable() && repeats_in_doubt(api) && hint_allows
        }
        TryEnd::Answered(Some(result)) => {
            let turned_away = result.is_unknown() && result.result_code.is(TRAFFIC);
            turned_away || (repeats_in_doubt(api) && asks_for_the_same(api, result))
        }
        TryEnd::Answered(None) => false,
    }
}

/// Operations that may be sent again although an earlier try may have arrived (rules 6, 11.8 and 12.7).
fn repeats_in_doubt(api: Api) -> bool {
    reads_only(api) || matches!(api, Api::CreatePaymentSession | Api::Refund | Api::Cancel)
}

/// Whether a result without an end asks for the same request again, and not for patience.
//= X-7
fn asks_for_the_same(api: Api, result: &GatewayResult) -> bool {
    let in_process = result.result_code.as_str().ends_with("_IN_PROCESS");
    result.is_unknown() && !in_process && advise(api, result).action == Action::RetrySameRequest
}
