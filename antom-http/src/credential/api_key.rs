//! The API-key credential: a bearer key over an encrypted connection, answers unsigned.
//! Notifications stay RSA, so a merchant with an API key still needs the gateway's public key.

use antom_core::{Secret, Timestamp};
use antom_signing::ResponseRefused;
use async_trait::async_trait;

use super::{AnswerTrust, Credential, CredentialError, OutgoingCall};
use crate::transport::HttpResponse;

/// A key of the form `isak_TEST_<identity>_<secret>` (standard) or `irak_...` (restricted).
#[derive(Debug, Clone)]
pub struct ApiKey {
    key: Secret,
    sandbox: bool,
}

/// Why a text is not an API key. Holds nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an api key looks like isak_TEST_<identity>_<secret> or irak_PROD_<identity>_<secret>")]
pub struct ApiKeyError;

impl ApiKey {
    /// Takes a key and reads from it whether it belongs to the sandbox (`TEST`) or to production (`PROD`).
    ///
    /// # Errors
    /// [`ApiKeyError`] when the text has another form.
    //= X-13
    pub fn parse(key: Secret) -> Result<Self, ApiKeyError> {
        let text = key.expose();
        let rest = text.strip_prefix("isak_").or_else(|| text.strip_prefix("irak_")).ok_or(ApiKeyError)?;
        let (environment, rest) = rest.split_once('_').ok_or(ApiKeyError)?;
        let sandbox = match environment {
            "TEST" => true,
            "PROD" => false,
            _ => return Err(ApiKeyError),
        };
        let (identity, secret) = rest.split_once('_').ok_or(ApiKeyError)?;
        let readable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if identity.is_empty() || secret.is_empty() || !readable {
            return Err(ApiKeyError);
        }
        Ok(Self { key, sandbox })
    }
}

#[async_trait]
impl Credential for ApiKey {
    fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    //= X-13
    async fn authorize(
        &self,
        call: OutgoingCall<'_>,
    ) -> Result<Vec<(&'static str, String)>, CredentialError> {
        if !call.encrypted {
            return Err(CredentialError::NeedsEncryption);
        }
        Ok(vec![("authorization", format!("Bearer {}", self.key.expose()))])
    }

    /// The gateway signs nothing here: what vouches for the answer is the checked certificate of the connection.
    fn judge(
        &self,
        call: OutgoingCall<'_>,
        _answer: &HttpResponse,
        _now: Timestamp,
    ) -> Result<AnswerTrust, ResponseRefused> {
        Ok(if call.encrypted { AnswerTrust::Verified } else { AnswerTrust::Unsigned })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= X-13 test
    #[test]
    fn the_key_itself_says_whether_it_belongs_to_the_sandbox() {
        assert!(ApiKey::parse(Secret::new("isak_TEST_id_secret")).unwrap().is_sandbox());
        assert!(!ApiKey::parse(Secret::new("irak_PROD_id_se_cret")).unwrap().is_sandbox());
    }

    #[test]
    fn other_texts_are_no_api_keys() {
        for text in [
            "",
            "isak_",
            "isak_TEST",
            "isak_TEST_id",
            "isak_TEST_id_",
            "isak_TEST__s",
            "isak_LIVE_i_s",
            "xsak_TEST_i_s",
            "isak_TEST_i_s\n",
        ] {
            assert_eq!(ApiKey::parse(Secret::new(text)).unwrap_err(), ApiKeyError, "{text:?}");
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        let key = ApiKey::parse(Secret::new("isak_TEST_id_marker-secret")).unwrap();
        assert!(!format!("{key:?}").contains("marker"));
    }
}
