//! The port by which calls prove who makes them, and answers who wrote them.
//! The two kinds, RSA signatures and API keys, have a file each; when to call is the client's business.

mod api_key;
mod rsa;

use std::fmt::Debug;

use antom_core::Timestamp;
use antom_signing::{ResponseRefused, ResponseTrust, SignError};
use async_trait::async_trait;

pub use api_key::{ApiKey, ApiKeyError};
pub use rsa::RsaCredential;

use crate::transport::HttpResponse;

/// A call that is about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct OutgoingCall<'a> {
    /// Path that is sent, without the host.
    pub path: &'a str,
    /// The very bytes that are sent.
    pub body: &'a [u8],
    /// Our time now.
    pub at: Timestamp,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
}

/// What is known about who wrote an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerTrust {
    /// The gateway wrote it, for us and this path.
    Verified,
    /// Anybody on the way can have written it.
    Unsigned,
}

/// Proves who calls, and checks who answers.
///
/// # Contract
/// `authorize` gives the headers that prove the caller, for exactly these bytes and this path. `judge` looks at an answer
/// before anything of it is read, and says `Verified` only if the gateway must have written it.
///
/// # Errors
/// An error of `authorize` means that nothing was sent. An error of `judge` means that the outcome of the call is unknown.
///
/// # Cancellation
/// `authorize` may be dropped at any time.
///
/// # For implementers
/// The mistake that loses money is a `judge` that trusts what it did not check: whoever sits on the way could then declare
/// any payment successful, or failed. `authorize` should end by itself within a second or two: it is not under the call's
/// deadline.
#[async_trait]
pub trait Credential: Debug + Send + Sync + 'static {
    /// Whether it belongs to the sandbox, whose paths differ.
    fn is_sandbox(&self) -> bool;

    /// The headers that prove the caller.
    ///
    /// # Errors
    /// [`CredentialError`] when there is no proof; the call is not sent then.
    async fn authorize(&self, call: OutgoingCall<'_>)
    -> Result<Vec<(&'static str, String)>, CredentialError>;

    /// Who wrote the answer to that call. `now` is our time.
    ///
    /// # Errors
    /// [`ResponseRefused`] when the answer claims a proof that does not hold.
    fn judge(
        &self,
        call: OutgoingCall<'_>,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<AnswerTrust, ResponseRefused>;
}

const _: Option<&dyn Credential> = None;

/// Why a call cannot be proved, and was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// The signer gave no signature.
    #[error("the request could not be signed")]
    Sign(#[from] SignError),
    /// An API key over a connection that others can read and write.
    #[error("an api key is sent over https only")]
    NeedsEncryption,
}

impl CredentialError {
    /// Whether the same call may work later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Sign(error) if error.is_retryable())
    }
}

impl From<ResponseTrust> for AnswerTrust {
    fn from(trust: ResponseTrust) -> Self {
        match trust {
            ResponseTrust::Verified { .. } => Self::Verified,
            ResponseTrust::Unsigned => Self::Unsigned,
        }
    }
}
