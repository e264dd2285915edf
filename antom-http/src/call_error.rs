//! Why a call gave no verified answer, by how far it got: not sent, or perhaps sent.
//! A verified answer is never an error, whatever it says; what to do next is for policies to decide.

use std::time::Duration;

use antom_core::wire::FieldErrors;
use antom_core::{Action, Api, GatewayResult};
use antom_signing::ResponseRefused;

use crate::credential::CredentialError;
use crate::trace_id::TraceId;
use crate::transport::{TransportError, TransportFault};

/// A call without a verified answer.
///
/// An answer that is not surely the gateway's is never treated as a failure of the payment: the outcome is unknown, and only
/// an inquiry tells.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The gateway did not receive it. The same ids may be used again, or given up.
    #[error("{api} was not sent")]
    NotSent {
        /// What was called.
        api: Api,
        /// Why it was not sent.
        #[source]
        reason: NotSentReason,
    },
    /// The gateway may have received it, and may have acted. Inquire, or repeat the very same bytes.
    #[error("{api} may have been sent, its outcome is unknown")]
    MaybeSent {
        /// What was called.
        api: Api,
        /// Why there is no verified answer.
        #[source]
        reason: MaybeSentReason,
        /// An F or U that came unsigned or with another status than 200: it helps people and leads to an inquiry, and is
        /// never the outcome.
        hint: Option<Box<GatewayResult>>,
        /// The gateway's own id of the call, for its support, where the answer carries one.
        trace_id: Option<TraceId>,
    },
}

/// Why a call was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSentReason {
    /// Fields break rules of the gateway; all of them are listed.
    #[error("the request breaks rules of the gateway")]
    Fields(#[source] FieldErrors),
    /// The body is not a JSON object.
    #[error("the request body is not a json object")]
    Body,
    /// The call could not be signed or otherwise proved.
    #[error(transparent)]
    Credential(CredentialError),
    /// No connection, or a forbidden URL.
    #[error(transparent)]
    Transport(TransportError),
    /// The gateway asked for fewer calls, and the turn of this one comes too late for its deadline, or the client was given
    /// no way to wait for it.
    #[error("held back for {wait:?}, because the gateway asked for fewer calls")]
    Paced {
        /// When its turn would come.
        wait: Duration,
    },
}

/// Why there is no verified answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaybeSentReason {
    /// The connection broke, the deadline passed, the answer was incomplete or too large.
    #[error(transparent)]
    Transport(TransportError),
    /// An HTTP status other than 200, redirects included: they are not followed.
    #[error("the gateway answered with http status {status}")]
    Status {
        /// The status.
        status: u16,
        /// What `retry-after` asks for, if it does so in seconds.
        retry_after: Option<Duration>,
    },
    /// The answer claims a signature that does not hold.
    #[error(transparent)]
    Refused(ResponseRefused),
    /// The answer is not signed.
    #[error("the answer is not signed")]
    Unsigned,
    /// The answer is verified, but cannot be read as the message that it should be.
    #[error("the answer is not readable (line {line}, column {column})")]
    Unreadable {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
    },
    /// The answer is verified, but speaks of another payment, capture or refund.
    #[error("the answer echoes another {field} than the request")]
    ForeignId {
        /// Wire name of the id.
        field: &'static str,
    },
}

impl CallError {
    /// What was called.
    #[must_use]
    pub fn api(&self) -> Api {
        match self {
            Self::NotSent { api, .. } | Self::MaybeSent { api, .. } => *api,
        }
    }

    /// Whether the gateway may have acted.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::MaybeSent { .. })
    }

    /// Whether the very same bytes may be sent again with a chance of a better end.
    ///
    /// False where something must be repaired first: fields, keys, addresses. It speaks of the fault only; whether this
    /// operation may be repeated, how often and when, is for the retry policy.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotSent { reason, .. } => match reason {
                NotSentReason::Fields(_) | NotSentReason::Body => false,
                NotSentReason::Credential(error) => error.is_retryable(),
                NotSentReason::Transport(error) => transport_may_recover(error),
                NotSentReason::Paced { .. } => true,
            },
            Self::MaybeSent { reason, hint, .. } => match reason {
                MaybeSentReason::Transport(error) => transport_may_recover(error),
                MaybeSentReason::Status { status, .. } => *status >= 500 || *status == 429 || *status == 408,
                MaybeSentReason::Unsigned => !hint.as_ref().is_some_and(|hint| hint.is_failure()),
                MaybeSentReason::Unreadable { .. } => true,
                MaybeSentReason::Refused(_) | MaybeSentReason::ForeignId { .. } => false,
            },
        }
    }

    /// What to do next.
    ///
    /// After `MaybeSent` it is always an inquiry or, for calls that only read, the same call again: a hint never tells more.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Self::NotSent { .. } if self.is_retryable() => Action::RetrySameRequest,
            Self::NotSent { reason: NotSentReason::Fields(_) | NotSentReason::Body, .. } => {
                Action::FixRequest
            }
            Self::NotSent { .. } => Action::FixConfig,
            Self::MaybeSent { .. } if !reads_only(self.api()) => Action::Inquire,
            Self::MaybeSent { .. } if self.is_retryable() => Action::RetrySameRequest,
            Self::MaybeSent { .. } => Action::FixConfig,
        }
    }

    /// How long the gateway asks to wait, if it does.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::MaybeSent { reason: MaybeSentReason::Status { retry_after, .. }, .. } => *retry_after,
            Self::NotSent { reason: NotSentReason::Paced { wait }, .. } => Some(*wait),
            _ => None,
        }
    }

    /// The result code of the hint, if there is one.
    #[must_use]
    pub fn result_code(&self) -> Option<&str> {
        self.hint().map(|hint| hint.result_code.as_str())
    }

    /// What an answer said that nobody vouches for: F or U, never S.
    #[must_use]
    pub fn hint(&self) -> Option<&GatewayResult> {
        match self {
            Self::MaybeSent { hint, .. } => hint.as_deref(),
            Self::NotSent { .. } => None,
        }
    }

    /// The gateway's own id of the call, where the answer carried one.
    #[must_use]
    pub fn trace_id(&self) -> Option<&TraceId> {
        match self {
            Self::MaybeSent { trace_id, .. } => trace_id.as_ref(),
            Self::NotSent { .. } => None,
        }
    }
}

/// Operations that change nothing at the gateway.
pub(crate) fn reads_only(api: Api) -> bool {
    matches!(
        api,
        Api::InquiryPayment
            | Api::InquiryRefund
            | Api::Consult
            | Api::RetrievePaymentSession
            | Api::InquireInstallment
            | Api::InquireExchangeRate
            | Api::InquireVaulting
            | Api::InquireToken
    )
}

fn transport_may_recover(error: &TransportError) -> bool {
    let (TransportError::NotSent { fault, .. } | TransportError::MaybeSent { fault, .. }) = error;
    !matches!(fault, TransportFault::ForbiddenUrl | TransportFault::InvalidRequest | TransportFault::TooLarge)
}
