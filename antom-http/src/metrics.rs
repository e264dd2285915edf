//! The hook by which a program counts calls and measures how long they take.
//! Exporting numbers is left to the program; no id, body or key passes through here.

use std::fmt::Debug;
use std::time::Duration;

use antom_core::Api;

use crate::answer::Answer;
use crate::call_error::CallError;

/// How one try of a call ended, in few classes: a label for counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultClass {
    /// A verified answer S.
    Success,
    /// A verified answer F.
    Failure,
    /// A verified answer U, or one without a readable status.
    Unknown,
    /// Nothing was sent.
    NotSent,
    /// The call may have been sent, there is no verified answer.
    MaybeSent,
}

impl ResultClass {
    /// The class as a label: `success`, `failure`, `unknown`, `not_sent`, `maybe_sent`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
            Self::MaybeSent => "maybe_sent",
        }
    }

    pub(crate) fn of(outcome: &Result<Answer, CallError>) -> Self {
        match outcome {
            Ok(answer) => match answer.result() {
                Some(result) if result.is_success() => Self::Success,
                Some(result) if result.is_failure() => Self::Failure,
                _ => Self::Unknown,
            },
            Err(CallError::NotSent { .. }) => Self::NotSent,
            Err(CallError::MaybeSent { .. }) => Self::MaybeSent,
        }
    }
}

/// Why a client waits before it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// The gateway said that there are too many calls.
    Pace,
    /// The call is repeated.
    Retry,
}

/// Counts and measures.
///
/// # Contract
/// The client tells each try of a call once, when it ends, and each wait once, when it begins. A call whose future is dropped
/// is not told.
///
/// # For implementers
/// It is called on the way of the call: count, do not block. A panic here would end a call whose outcome is then unknown.
pub trait Metrics: Debug + Send + Sync + 'static {
    /// One try has ended after `took`, by the client's clock, waiting excluded.
    fn called(&self, api: Api, class: ResultClass, took: Duration);

    /// A call waits for `wait` before it is sent.
    fn waits(&self, api: Api, reason: WaitReason, wait: Duration);
}

const _: Option<&dyn Metrics> = None;
