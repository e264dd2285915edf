//! `[gateway]`: where it is, who we are there, and both sides' keys.
//! Our own credential is read in `credential`; what only holds together with the other sections is checked in `together`.

use std::collections::BTreeMap;
use std::time::Duration;

use antom_core::id::ClientId;
use antom_http::Endpoint;
use antom_signing::PublicKey;
use toml::Value;

use super::super::GatewayConfig;
use super::Reader;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// A call is leased for 30 s.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(20);

impl Reader {
    pub(super) fn gateway(&mut self) -> Option<GatewayConfig> {
        let base_url = self.base_url();
        if let Some(Err(error)) = base_url.as_deref().map(Endpoint::custom) {
            self.fault("gateway.base_url", error.to_string());
        }
        let client_id = self.required("gateway.client_id").and_then(|text| match ClientId::parse(text) {
            Ok(id) => Some(id),
            Err(error) => {
                self.fault("gateway.client_id", error.to_string());
                None
            }
        });
        let credential = self.credential(client_id.as_ref(), base_url.as_deref());
        let antom_public_keys = self.public_keys();
        let ca_pem = self.text("gateway.ca_file").map(|path| self.key_text("gateway.ca_file", &path));
        let timeout = self.duration("gateway.timeout").unwrap_or(DEFAULT_TIMEOUT);
        if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
            self.fault("gateway.timeout", "must be from 1s to 20s: a call must end before its lease");
        }
        Some(GatewayConfig {
            base_url: base_url?,
            client_id: client_id?,
            credential: credential?,
            antom_public_keys: antom_public_keys?,
            ca_pem: match ca_pem {
                Some(read) => Some(read?),
                None => None,
            },
            timeout,
        })
    }

    fn base_url(&mut self) -> Option<String> {
        let region = self.text("gateway.region");
        match (self.text("gateway.base_url"), region.as_deref()) {
            (Some(url), None) => Some(url),
            (None, Some("NA")) => Some("https://open-na-global.alipay.com".to_owned()),
            (None, Some("ASIA")) => Some("https://open-sea-global.alipay.com".to_owned()),
            (None, Some("EU")) => Some("https://open-de-global.alipay.com".to_owned()),
            (None, Some(_)) => {
                self.fault("gateway.region", "must be NA, ASIA or EU");
                None
            }
            (None, None) => {
                self.fault("gateway.base_url", "is missing; give it or gateway.region");
                None
            }
            (Some(_), Some(_)) => {
                self.fault("gateway.region", "must not be given beside gateway.base_url");
                None
            }
        }
    }

    fn public_keys(&mut self) -> Option<BTreeMap<u32, String>> {
        const KEY: &str = "gateway.antom_public_keys";
        let Some(Value::Table(table)) = self.value(KEY) else {
            self.fault(
                KEY,
                "must map versions to keys: { \"1\" = \"antom_public.pem\" }, as JSON in a variable",
            );
            return None;
        };
        let (mut keys, is_empty) = (BTreeMap::new(), table.is_empty());
        for (version, value) in table {
            match (version.parse::<u32>(), value.as_str()) {
                (Ok(version), Some(text)) => {
                    let text = self.key_text(KEY, text);
                    if let Some(Err(error)) = text.as_deref().map(PublicKey::parse) {
                        self.fault(KEY, format!("version {version}: {error}"));
                    }
                    keys.extend(text.map(|text| (version, text)));
                }
                _ => self.fault(KEY, "must map version numbers to keys or files"),
            }
        }
        if is_empty {
            self.fault(KEY, "must hold at least one key");
        }
        Some(keys)
    }
}
