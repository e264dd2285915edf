//! `[gateway] credential`: how our calls are authorized: by a private key, or by an API key over TLS.
//! The gateway's public keys are needed with both, since notifications are always signed.

use antom_core::id::ClientId;
use antom_core::secret::Secret;
use antom_http::{ApiKey as GatewayApiKey, Credential as _};
use antom_signing::MerchantKey;

use super::Reader;
use crate::service::config::CredentialConfig;

impl Reader {
    /// The private key, or the API key where that is chosen. The other may stand there too, for the day of a change.
    //= X-13
    pub(super) fn credential(
        &mut self,
        client_id: Option<&ClientId>,
        base_url: Option<&str>,
    ) -> Option<CredentialConfig> {
        const CHOICE: &str = "gateway.credential";
        const API_KEY: &str = "gateway.api_key";
        match self.text(CHOICE).as_deref() {
            None | Some("rsa") => {
                self.value(API_KEY);
                self.value("gateway.api_key_file");
                let key = self.secret("gateway.merchant_private_key")?;
                if let Err(error) = MerchantKey::parse(key.expose()) {
                    self.fault("gateway.merchant_private_key", error.to_string());
                }
                Some(CredentialConfig::Rsa(key))
            }
            Some("api_key") => {
                self.value("gateway.merchant_private_key");
                self.value("gateway.merchant_private_key_file");
                let key = self.api_key(API_KEY)?;
                match GatewayApiKey::parse(key.clone()) {
                    Err(error) => self.fault(API_KEY, error.to_string()),
                    Ok(parsed) if client_id.is_some_and(|id| id.is_sandbox() != parsed.is_sandbox()) => {
                        self.fault(API_KEY, "belongs to another environment than gateway.client_id");
                    }
                    Ok(_) => {}
                }
                if base_url.is_some_and(|url| !url.starts_with("https://")) {
                    self.fault("gateway.base_url", "must be https: an API key is sent as it is");
                }
                Some(CredentialConfig::ApiKey(key))
            }
            Some(_) => {
                self.fault(CHOICE, "must be \"rsa\" or \"api_key\"");
                None
            }
        }
    }

    /// The API key itself, or the content of the file that `<key>_file` names.
    fn api_key(&mut self, key: &str) -> Option<Secret> {
        let file_key = format!("{key}_file");
        let Some(file) = self.text(&file_key) else { return self.required(key).map(Secret::from) };
        // The file wins over a key that stands elsewhere.
        self.value(key);
        let path = self.base.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.refuse_open_mode(&file_key, &path);
                Some(Secret::from(text.trim()))
            }
            Err(error) => {
                self.fault(&file_key, format!("cannot be read ({}: {error})", path.display()));
                None
            }
        }
    }
}
