//! The RSA credential: requests signed with the merchant's key, answers verified with the gateway's.
//! Keys and their times are kept by the signer and the key ring.

use std::sync::Arc;

use antom_core::{ClientId, Timestamp};
use antom_signing::{ResponseRefused, SharedKeyRing, Signer, sign_request, verify_response};
use async_trait::async_trait;

use super::{AnswerTrust, Credential, CredentialError, OutgoingCall};
use crate::transport::HttpResponse;

const METHOD: &str = "POST";

/// A client id with its signer, and the gateway's public keys.
#[derive(Debug, Clone)]
pub struct RsaCredential {
    client_id: ClientId,
    signer: Arc<dyn Signer>,
    keys: SharedKeyRing,
}

impl RsaCredential {
    /// Calls as `client_id`, signs with `signer`, verifies with `keys`, which may be replaced at any time.
    #[must_use]
    pub fn new(client_id: ClientId, signer: Arc<dyn Signer>, keys: SharedKeyRing) -> Self {
        Self { client_id, signer, keys }
    }
}

#[async_trait]
impl Credential for RsaCredential {
    //= G-1
    fn is_sandbox(&self) -> bool {
        self.client_id.is_sandbox()
    }

    //= G-2
    async fn authorize(
        &self,
        call: OutgoingCall<'_>,
    ) -> Result<Vec<(&'static str, String)>, CredentialError> {
        let signed =
            sign_request(&*self.signer, METHOD, call.path, &self.client_id, call.at, call.body).await?;
        Ok(vec![
            ("client-id", signed.client_id),
            ("request-time", signed.request_time),
            ("signature", signed.signature),
        ])
    }

    //= G-2
    fn judge(
        &self,
        call: OutgoingCall<'_>,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<AnswerTrust, ResponseRefused> {
        let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        let keys = self.keys.current();
        verify_response(METHOD, call.path, &self.client_id, headers, &answer.body, &keys, now)
            .map(AnswerTrust::from)
    }
}
