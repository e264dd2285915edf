//! Faults that only several values together show.
//! What one value shows alone is checked where it is read.

use antom_signing::{MerchantKey, PublicKey};

use super::super::{GatewayConfig, ServerConfig};
use super::Reader;

impl Reader {
    /// Faults that only two values together show.
    pub(super) fn check_together(&mut self, gateway: &GatewayConfig, server: &ServerConfig) {
        let own = MerchantKey::parse(gateway.merchant_private_key.expose()).ok();
        let own = own.map(|key| key.public_key().fingerprint());
        let is_own =
            |text: &String| PublicKey::parse(text).ok().map(|key| key.fingerprint()) == own && own.is_some();
        if gateway.antom_public_keys.values().any(is_own) {
            let message = "holds our own public key; configure the gateway's, from its dashboard";
            self.fault("gateway.antom_public_keys", message);
        }
        let is_plain = server.public_url.as_deref().is_some_and(|url| url.starts_with("http://"));
        if is_plain && !gateway.client_id.is_sandbox() {
            self.fault("server.public_url", "must be https in live mode");
        }
    }
}
