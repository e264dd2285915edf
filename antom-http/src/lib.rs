//! Typed client of the Antom payment gateway: signed requests, verified answers, errors by how far the money got.
//! Deciding what to call and what an answer means is left to `antom-domain` or to the embedding program.
//!
//! A [`Client`] is made of four parts: an [`Endpoint`], a [`Credential`] (RSA keys or an API key), a [`Transport`]
//! (`ReqwestTransport` with the feature `reqwest`, or one's own) and a clock. Each operation is one method; prepared bytes go
//! through [`Client::call`].
//!
//! A verified answer is a value, whatever it says. Everything else is a [`CallError`]: `NotSent` may be repeated or given
//! up, `MaybeSent` must be inquired.
#![cfg_attr(feature = "reqwest", doc = include_str!("usage.md"))]

mod answer;
mod call_error;
mod client;
mod clock;
mod credential;
mod endpoint;
mod metrics;
mod operation;
mod pace;
mod pause;
mod polling;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
mod retry;
#[cfg(feature = "testing")]
pub mod testing;
mod trace_id;
mod transport;

pub use answer::Answer;
pub use call_error::{CallError, MaybeSentReason, NotSentReason};
pub use client::{Client, DEFAULT_DEADLINE, MAX_RESPONSE};
pub use clock::{Clock, Jitter, system_clock, system_jitter};
pub use credential::{
    AnswerTrust, ApiKey, ApiKeyError, Credential, CredentialError, OutgoingCall, RsaCredential,
};
pub use endpoint::{Endpoint, EndpointError, PathChoice, Region};
pub use metrics::{Metrics, ResultClass, WaitReason};
pub use operation::{Operation, prepare};
pub use pace::{Pace, PaceSettings};
pub use pause::{Pause, Waiting};
pub use polling::{PaymentWait, PollStep, Polling, Seen, WaitEnd};
#[cfg(feature = "reqwest")]
pub use reqwest_transport::{ReqwestBuildError, ReqwestOptions, ReqwestTransport};
pub use retry::{RetryBudget, RetryPolicy, RetryStep, Tried, TryEnd};
pub use trace_id::TraceId;
pub use transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFault};
