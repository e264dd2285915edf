//! Reads the configuration: file, then variables, then checks; every fault is collected.
//! Printing it is left to `redacted`.

mod credential;
mod events;
mod payment;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use antom_core::id::ClientId;
use antom_core::secret::Secret;
use antom_http::Endpoint;
use antom_signing::{MerchantKey, PublicKey};
use toml::{Table, Value};

use super::{
    ApiKey, Config, ConfigFault, ConfigFaults, CredentialConfig, DatabaseConfig, GatewayConfig, Scope,
    ServerConfig,
};

const PREFIX: &str = "ANTOM__";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// A call is leased for 30 s.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(20);
/// With what calls may take afterwards, SIGTERM still ends the service within 10 s.
const LONGEST_DRAIN: Duration = Duration::from_secs(5);
/// Far more than a shop makes, and less than a loop without a pause.
const REQUESTS_A_SECOND: NonZeroU32 = match NonZeroU32::new(2_000) {
    Some(rate) => rate,
    None => NonZeroU32::MIN,
};

/// Where the books are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Books {
    /// In a database that the configuration must name.
    InDatabase,
    /// In the program's own storage.
    Elsewhere,
}

pub(super) fn load(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
    books: Books,
) -> Result<Config, ConfigFaults> {
    let mut reader =
        Reader { table: Table::new(), known: BTreeSet::new(), faults: Vec::new(), base: base_of(file) };
    if let Some(file) = file {
        reader.read_file(file);
    }
    if !reader.faults.is_empty() {
        return Err(ConfigFaults(reader.faults));
    }
    for (name, value) in variables {
        if let Some(path) = name.strip_prefix(PREFIX) {
            reader.set(&path.to_lowercase(), &value);
        }
    }
    let gateway = reader.gateway();
    let database = reader.database(books);
    let server = reader.server();
    let payment = reader.payment();
    let events = reader.events();
    let log_level = reader.log_level();
    let otlp = reader.otlp();
    reader.refuse_unknown_keys();
    if let (Some(gateway), Some(server)) = (&gateway, &server) {
        reader.check_together(gateway, server);
    }
    #[cfg(feature = "nats")]
    if let (Some(gateway), Some(events)) = (&gateway, &events) {
        reader.check_nats(gateway, events);
    }
    match (gateway, server, payment, events) {
        (Some(gateway), Some(server), Some(payment), Some(events)) if reader.faults.is_empty() => {
            Ok(Config { gateway, database, server, payment, events, log_level, otlp })
        }
        _ => Err(ConfigFaults(reader.faults)),
    }
}

fn base_of(file: Option<&Path>) -> PathBuf {
    file.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default()
}

struct Reader {
    table: Table,
    known: BTreeSet<String>,
    faults: Vec<ConfigFault>,
    base: PathBuf,
}

impl Reader {
    fn fault(&mut self, key: &str, message: impl Into<String>) {
        self.faults.push(ConfigFault { key: key.to_owned(), message: message.into() });
    }

    fn read_file(&mut self, file: &Path) {
        match std::fs::read_to_string(file) {
            Ok(text) => match text.parse::<Table>() {
                Ok(table) => self.table = table,
                Err(error) => {
                    self.fault(&file.display().to_string(), format!("not TOML: {}", error.message()))
                }
            },
            Err(error) => self.fault(&file.display().to_string(), format!("cannot be read: {error}")),
        }
    }

    /// Sets `section__key` from a variable; arrays and tables come as JSON.
    fn set(&mut self, path: &str, text: &str) {
        let keys: Vec<&str> = path.split("__").collect();
        let Some((last, sections)) = keys.split_last() else { return };
        let mut table = &mut self.table;
        for section in sections {
            let entry = table.entry((*section).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(inner) = entry else { return };
            table = inner;
        }
        let value = match text.trim_start().chars().next() {
            Some('[' | '{') => serde_json::from_str::<Value>(text).ok(),
            _ => None,
        };
        table.insert((*last).to_owned(), value.unwrap_or_else(|| Value::String(text.to_owned())));
    }

    fn value(&mut self, key: &str) -> Option<Value> {
        self.known.insert(key.to_owned());
        let mut value: Option<&Value> = None;
        for (depth, part) in key.split('.').enumerate() {
            value = if depth == 0 { self.table.get(part) } else { value.and_then(|table| table.get(part)) };
        }
        value.cloned()
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) => Some(text),
            other => {
                self.fault(key, format!("must be a text, not {}", other.type_str()));
                None
            }
        }
    }

    fn required(&mut self, key: &str) -> Option<String> {
        if self.value(key).is_none() {
            self.fault(key, "is missing");
        }
        self.text(key)
    }

    fn duration(&mut self, key: &str) -> Option<Duration> {
        let text = self.text(key)?;
        let parsed = parse_duration(&text);
        if parsed.is_none() {
            self.fault(key, "must be a time such as \"10s\", \"14min\" or \"1h\"");
        }
        parsed
    }

    /// A whole number of something, at least 1.
    fn count(&mut self, key: &str, what: &str) -> Option<NonZeroU32> {
        let number = match self.value(key)? {
            Value::Integer(number) => u32::try_from(number).ok().and_then(NonZeroU32::new),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.fault(key, format!("must be a whole number of {what}"));
        }
        number
    }

    /// A key's text, or the content of the file that it names; also `<key>_file`.
    fn key_text(&mut self, key: &str, value: &str) -> Option<String> {
        if looks_inline(value) {
            return Some(value.to_owned());
        }
        let path = self.base.join(value);
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) => {
                self.fault(
                    key,
                    format!("is neither a key nor a readable file ({}: {error})", path.display()),
                );
                None
            }
        }
    }

    fn secret(&mut self, key: &str) -> Option<Secret> {
        let value = match self.text(&format!("{key}_file")) {
            Some(path) => {
                // The file wins over a key that stands elsewhere.
                self.value(key);
                path
            }
            None => self.required(key)?,
        };
        self.key_text(key, &value).map(Secret::from)
    }

    fn gateway(&mut self) -> Option<GatewayConfig> {
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
        let mut keys = BTreeMap::new();
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
        if keys.is_empty() {
            self.fault(KEY, "must hold at least one key");
        }
        Some(keys)
    }

    fn database(&mut self, books: Books) -> Option<DatabaseConfig> {
        const KEY: &str = "database.url";
        let url = self.database_url(books)?;
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Some(DatabaseConfig::Postgres { url: Secret::from(url) });
        }
        let Some(path) = url.strip_prefix("sqlite://") else {
            self.fault(
                KEY,
                "must begin with sqlite://, followed by the path of a file, or with postgres://user@host/database",
            );
            return None;
        };
        if path.is_empty() || path.contains(['?', '#']) || path.starts_with(':') {
            self.fault(KEY, "must name a file: sqlite://antom.sqlite; other forms of SQLite's are not known");
            return None;
        }
        Some(DatabaseConfig::Sqlite { path: self.base.join(path) })
    }

    /// The address, or the content of the file that `database.url_file` names, since it may hold a password.
    fn database_url(&mut self, books: Books) -> Option<String> {
        const FILE: &str = "database.url_file";
        let Some(file) = self.text(FILE) else {
            return match books {
                Books::InDatabase => self.required("database.url"),
                Books::Elsewhere => self.text("database.url"),
            };
        };
        // The file wins over an address that stands elsewhere.
        self.value("database.url");
        let path = self.base.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.fault(FILE, format!("cannot be read ({}: {error})", path.display()));
                None
            }
        }
    }

    fn server(&mut self) -> Option<ServerConfig> {
        let listen = self.address("server.listen", "127.0.0.1:8080");
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

    fn log_level(&mut self) -> String {
        let level = self.text("log.level").unwrap_or_else(|| "info".to_owned());
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&level) {
            let wanted = "must be a level or a filter such as \"info,antom_adapters=debug\"";
            self.fault("log.level", format!("{wanted}: {error}"));
        }
        level
    }

    fn otlp(&mut self) -> Option<String> {
        const KEY: &str = "log.otlp";
        let collector = self.text(KEY)?;
        if cfg!(not(feature = "otel")) {
            self.fault(KEY, "needs a program that was built with the feature `otel`");
        }
        if let Err(error) = Endpoint::custom(&collector) {
            self.fault(KEY, error.to_string());
        }
        Some(collector)
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
                        "needs name, sha256 (64 hexadecimal digits) and scopes of \"read\", \"pay\" and \"refund\"";
                    self.fault(&format!("{KEY}[{index}]"), wanted);
                }
                parsed
            })
            .collect()
    }

    /// Faults that only two values together show.
    fn check_together(&mut self, gateway: &GatewayConfig, server: &ServerConfig) {
        let own = match &gateway.credential {
            CredentialConfig::Rsa(key) => MerchantKey::parse(key.expose()).ok(),
            CredentialConfig::ApiKey(_) => None,
        };
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

    fn refuse_unknown_keys(&mut self) {
        let mut found = Vec::new();
        collect_keys("", &self.table, &mut found);
        let is_known = |key: &String| {
            self.known.iter().any(|known| {
                known == key || key.strip_prefix(known.as_str()).is_some_and(|k| k.starts_with('.'))
            })
        };
        let unknown: Vec<String> = found.into_iter().filter(|key| !is_known(key)).collect();
        for key in unknown {
            self.fault(&key, "is not a key of the configuration");
        }
    }
}

fn api_key(entry: &Value) -> Option<ApiKey> {
    let name = entry.get("name")?.as_str()?.to_owned();
    let sha256 = hex32(entry.get("sha256")?.as_str()?)?;
    let scopes = entry
        .get("scopes")?
        .as_array()?
        .iter()
        .map(|scope| match scope.as_str()? {
            "read" => Some(vec![Scope::Read]),
            "pay" => Some(vec![Scope::Pay]),
            "refund" => Some(vec![Scope::Refund]),
            // Everything that moves money, in one word.
            "write" => Some(vec![Scope::Pay, Scope::Refund]),
            _ => None,
        })
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

fn looks_inline(value: &str) -> bool {
    let text = value.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    text.starts_with("-----BEGIN") || (text.len() > 200 && text.bytes().all(is_base64))
}

fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let seconds = match text.strip_prefix(digits)? {
        "s" => 1,
        "min" | "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

fn collect_keys(prefix: &str, table: &Table, found: &mut Vec<String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) if !inner.is_empty() => collect_keys(&key, inner, found),
            _ => found.push(key),
        }
    }
}

#[cfg(test)]
mod tests;
