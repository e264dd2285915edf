//! Faults that only several values together show: keys that changed places, and what must not be in live mode.
//! What one value shows alone is checked where it is read.

use std::net::IpAddr;
use std::path::Path;

use antom_signing::{MerchantKey, PublicKey};

use super::super::{
    CheckoutConfig, CredentialConfig, FollowedClockConfig, GatewayConfig, SdkScript, ServerConfig,
};
use super::Reader;

/// Fingerprints of key pairs that are published with this project, private halves included.
const PUBLISHED: [&str; 2] = [
    "60d501814f946804353c2b40338ac1d79038887d2cb9397f2e85e4c52ff178f9",
    "b1ec287879953f946b5a6a14672192b911bf88ea92155c9d1e2bef704674d6b0",
];
/// Nobody but a simulator has the gateway's private key in a file.
const MARK_OF_SIMULATOR: &str = "antom_private.pem";

impl Reader {
    /// Faults that only several values together show.
    pub(super) fn check_together(
        &mut self,
        gateway: &GatewayConfig,
        server: &ServerConfig,
        checkout: &CheckoutConfig,
    ) {
        let own = own_key(gateway);
        let own = own.map(|key| key.public_key().fingerprint());
        let is_own =
            |text: &String| PublicKey::parse(text).ok().map(|key| key.fingerprint()) == own && own.is_some();
        if gateway.antom_public_keys.values().any(is_own) {
            let message = "holds our own public key; configure the gateway's, from its dashboard";
            self.fault("gateway.antom_public_keys", message);
        }
        if !gateway.client_id.is_sandbox() {
            self.check_live(gateway, server);
            self.check_live_checkout(checkout);
        }
    }

    /// Whoever moves our time could end holds and payments of real buyers.
    pub(super) fn check_clock(&mut self, gateway: &GatewayConfig, clock: Option<&FollowedClockConfig>) {
        if clock.is_some() && !(gateway.client_id.is_sandbox() && is_loopback(&gateway.base_url)) {
            let message =
                "is for a sandbox client id with a simulator on this machine as its gateway; remove it";
            self.fault("clock.follow", message);
        }
    }

    /// A client id without the sandbox's prefix moves real money.
    fn check_live(&mut self, gateway: &GatewayConfig, server: &ServerConfig) {
        if server.public_url.as_deref().is_some_and(|url| url.starts_with("http://")) {
            self.fault("server.public_url", "must be https in live mode");
        }
        if server.public_url.is_none() && server.listen.ip().is_loopback() {
            self.fault("server.public_url", "is missing; in live mode the gateway must reach us over https");
        }
        if is_loopback(&gateway.base_url) {
            let message = "must not be this machine in live mode: a simulator moves no money";
            self.fault("gateway.base_url", message);
        }
        let own = own_key(gateway);
        if own.is_some_and(|key| is_published(key.public_key())) {
            let message = "is a published test key, which must not be used in live mode; make one: antom keys generate --out keys";
            self.fault("gateway.merchant_private_key", message);
        }
        let keys = gateway.antom_public_keys.values();
        if keys.filter_map(|text| PublicKey::parse(text).ok()).any(|key| is_published(&key)) {
            let message = "holds a published test key, which must not be used in live mode; take the gateway's from its dashboard";
            self.fault("gateway.antom_public_keys", message);
        }
        self.refuse_simulator_files();
        if server.api_keys.iter().any(|key| key.name == "simulator") {
            let message = "holds the simulator's key, whose clear text lies in a file; make one: antom api-key new --name shop";
            self.fault("server.api_keys", message);
        }
    }

    /// A stand-in for the SDK takes card numbers that it must not see.
    fn check_live_checkout(&mut self, checkout: &CheckoutConfig) {
        if matches!(&checkout.sdk, Some(SdkScript::Url { url, .. }) if is_loopback(url)) {
            let message = "must not be on this machine in live mode: a stand-in takes no payments; name the gateway's, or a file";
            self.fault("checkout.sdk_script", message);
        }
        let links = [
            ("checkout.order_url", &checkout.order_url),
            ("checkout.pay_again_url", &checkout.pay_again_url),
        ];
        for (key, url) in links {
            if url.as_deref().is_some_and(|url| url.starts_with("http://")) {
                self.fault(key, "must be https in live mode");
            }
        }
    }

    fn refuse_simulator_files(&mut self) {
        let from_simulator = |file: &Path| file.with_file_name(MARK_OF_SIMULATOR).exists();
        let found: Vec<_> = self.key_files.iter().filter(|(_, file)| from_simulator(file)).cloned().collect();
        for (key, file) in found {
            let message = format!(
                "{} is a simulator's key ({MARK_OF_SIMULATOR} is beside it), which must not be used in live mode",
                file.display()
            );
            self.fault(&key, message);
        }
    }
}

/// Our own key pair, where calls are authorized by one.
fn own_key(gateway: &GatewayConfig) -> Option<MerchantKey> {
    match &gateway.credential {
        CredentialConfig::Rsa(key) => MerchantKey::parse(key.expose()).ok(),
        CredentialConfig::ApiKey(_) => None,
    }
}

fn is_published(key: &PublicKey) -> bool {
    PUBLISHED.contains(&key.fingerprint().as_str())
}

/// Whether the address names this machine: `localhost`, 127.0.0.0/8 or ::1.
pub(super) fn is_loopback(base_url: &str) -> bool {
    let after_scheme = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let authority = after_scheme.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_recognised_by_name_and_by_address() {
        for url in ["http://127.0.0.1:4010", "https://LOCALHOST:1", "https://127.9.9.9", "http://[::1]:4010"]
        {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://open-sea-global.alipay.com", "https://192.0.2.1:1", "https://localhost.example"]
        {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn the_published_keys_are_those_of_this_repository() {
        let vectors = include_str!("../../../../../tests/vectors/signing-vectors.json");
        let vectors: Vec<serde_json::Value> = serde_json::from_str(vectors).unwrap();
        for vector in vectors {
            assert!(is_published(
                &PublicKey::parse(vector["public_key_spki_b64"].as_str().unwrap()).unwrap()
            ));
        }
        let test_key = include_str!("../../../../../antom-signing/tests/data/test_public.pem");
        assert!(is_published(&PublicKey::parse(test_key).unwrap()));
    }
}
