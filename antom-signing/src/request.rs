//! Signs a request: the three header values that the gateway asks for.
//! Sending them, and exactly the bytes that were signed, is the HTTP client's business.

use std::fmt;

use antom_core::id::ClientId;
use antom_core::time::Timestamp;

use crate::canonical::canonical;
use crate::header::SignatureHeader;
use crate::signer::{SignError, Signer};

/// Values of the headers `client-id`, `request-time` and `signature`.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestHeaders {
    /// Value of `client-id`.
    pub client_id: String,
    /// Value of `request-time`: milliseconds since the epoch, as digits.
    pub request_time: String,
    /// Value of `signature`.
    pub signature: String,
}

/// Signs a request that is about to be sent at `at`.
///
/// `path` is the one that is sent, sandbox rewrite included, without the host; `body` holds the very bytes that are sent.
///
/// # Errors
/// [`SignError`] from the signer: nothing was signed.
///
/// # Idempotency
/// The same arguments give the same headers.
//= N-1
//= G-2
pub async fn sign_request(
    signer: &dyn Signer,
    method: &str,
    path: &str,
    client_id: &ClientId,
    at: Timestamp,
    body: &[u8],
) -> Result<RequestHeaders, SignError> {
    let request_time = at.epoch_millis().to_string();
    let message = canonical(method, path, client_id.as_str(), &request_time, body);
    let signature = signer.sign(&message).await?;
    let header = SignatureHeader::new(Some(signer.key_version()), signature);
    Ok(RequestHeaders {
        client_id: client_id.as_str().to_owned(),
        request_time,
        signature: header.to_string(),
    })
}

impl fmt::Debug for RequestHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHeaders")
            .field("client_id", &self.client_id)
            .field("request_time", &self.request_time)
            .finish_non_exhaustive()
    }
}
