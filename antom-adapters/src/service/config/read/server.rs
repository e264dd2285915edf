//! `[server]`: where we listen, how others reach us, and who may call.
//! Comparing keys is left to the merchant API.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use toml::Value;

use super::super::{ApiKey, Scope, ServerConfig};
use super::Reader;

/// With what calls may take afterwards, SIGTERM still ends the service within 10 s.
const LONGEST_DRAIN: Duration = Duration::from_secs(5);
/// Far more than a shop makes, and less than a loop without a pause.
const REQUESTS_A_SECOND: NonZeroU32 = match NonZeroU32::new(2_000) {
    Some(rate) => rate,
    None => NonZeroU32::MIN,
};

impl Reader {
    pub(super) fn server(&mut self) -> Option<ServerConfig> {
        let listen = self.listen();
        let admin_listen = self.address("server.admin_listen", "127.0.0.1:8081");
        let public_url = self.public_url();
        let api_keys = self.api_keys();
        let rate_limit = self.count("server.rate_limit", "requests a second, at least 1");
        let (listen, admin_listen) = (listen?, admin_listen?);
        if public_url.is_none() && !listen.ip().is_loopback() {
            self.fault("server.public_url", "is missing; the gateway must know how to reach us");
        }
        let rate_limit = rate_limit.unwrap_or(REQUESTS_A_SECOND);
        let drain = self.duration("server.drain").unwrap_or_default();
        if drain > LONGEST_DRAIN {
            self.fault("server.drain", "must be at most 5s: the service ends within 10s");
        }
        Some(ServerConfig { listen, admin_listen, public_url, drain, api_keys, rate_limit })
    }

    /// Where the merchant API, the webhook and the pages listen.
    pub(in super::super) fn listen(&mut self) -> Option<SocketAddr> {
        self.address("server.listen", "127.0.0.1:8080")
    }

    fn address(&mut self, key: &str, default: &str) -> Option<SocketAddr> {
        let text = self.text(key).unwrap_or_else(|| default.to_owned());
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(key, "must be an address such as 127.0.0.1:8080");
        }
        parsed
    }

    //= N-9
    fn public_url(&mut self) -> Option<String> {
        const KEY: &str = "server.public_url";
        let url = self.text(KEY)?;
        let has_scheme = url.starts_with("https://") || url.starts_with("http://");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        let after_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        if !has_scheme || url.contains(['?', '#', '@']) {
            self.fault(KEY, "must be an http(s) address without a query and without a user");
        } else if after_scheme.split_once('/').is_some_and(|(_, path)| !path.bytes().all(is_plain)) {
            self.fault(
                KEY,
                "must have a path of letters, digits and -._~% only: the gateway signs it as it stands",
            );
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    fn api_keys(&mut self) -> Vec<ApiKey> {
        const KEY: &str = "server.api_keys";
        let Some(value) = self.value(KEY) else { return Vec::new() };
        let Value::Array(entries) = value else {
            self.fault(KEY, "must be an array of { name, sha256, scopes }");
            return Vec::new();
        };
        entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                let parsed = api_key(entry);
                if parsed.is_none() {
                    let wanted =
                        "needs name, sha256 (64 hexadecimal digits) and scopes of \"read\", \"pay\", \"refund\" and \"admin\"";
                    self.fault(&format!("{KEY}[{index}]"), wanted);
                }
                parsed
            })
            .collect()
    }
}

fn api_key(entry: &Value) -> Option<ApiKey> {
    let name = entry.get("name")?.as_str()?.to_owned();
    let sha256 = hex32(entry.get("sha256")?.as_str()?)?;
    let scopes = entry
        .get("scopes")?
        .as_array()?
        .iter()
        .map(|scope| Scope::from_word(scope.as_str()?))
        .collect::<Option<Vec<Vec<Scope>>>>()?;
    Some(ApiKey { name, sha256, scopes: scopes.concat() })
}

fn hex32(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
