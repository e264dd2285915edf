//! The configuration of `antom serve`: a TOML file, overridden by `ANTOM__SECTION__KEY` variables.
//! All faults are found at once, those of keys and addresses too; what is made of them is `run`'s.

mod read;
mod redacted;

pub(crate) use read::secret::open_mode;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use antom_core::id::ClientId;
use antom_core::money::Currency;
use antom_core::outcome::CaptureMode;
use antom_core::secret::Secret;
use antom_domain::policy::CapturePolicy;

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The gateway and our account there.
    pub gateway: GatewayConfig,
    /// Where the books are kept.
    pub database: DatabaseConfig,
    /// Who may talk to us, and where.
    pub server: ServerConfig,
    /// How payments are made.
    pub payment: PaymentConfig,
    /// What is logged, as a filter such as `info,antom_adapters=debug`.
    pub log_level: String,
}

/// `[gateway]`
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Scheme, host and port, without a path.
    pub base_url: String,
    /// Our id at the gateway.
    pub client_id: ClientId,
    /// Our private key, as PEM or bare base64.
    pub merchant_private_key: Secret,
    /// The gateway's public keys by version, as PEM or bare base64.
    pub antom_public_keys: BTreeMap<u32, String>,
    /// Further certificate authorities, for test gateways.
    pub ca_pem: Option<String>,
    /// How long a call may take (B-2).
    pub timeout: Duration,
}

/// `[database]`
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// One SQLite file, for one process.
    Sqlite {
        /// The file of the books.
        path: PathBuf,
    },
    /// A PostgreSQL database, for any number of processes.
    Postgres {
        /// Its address, which may hold a password.
        url: Secret,
    },
}

/// `[server]`
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where merchant API, webhook and pages listen.
    pub listen: SocketAddr,
    /// Where health and metrics listen.
    pub admin_listen: SocketAddr,
    /// How the gateway and buyers reach us; the bound address where absent on loopback.
    pub public_url: Option<String>,
    /// Who may use the merchant API.
    pub api_keys: Vec<ApiKey>,
}

/// One key of the merchant API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// A name for logs.
    pub name: String,
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read orders and payments.
    Read,
    /// Create, pay, capture, cancel and refund.
    Write,
    /// Look at notifications, and take one in again.
    Admin,
}

impl Scope {
    /// All scopes, the weakest first.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Admin => "admin",
        }
    }

    /// Reads the word of the configuration.
    pub fn from_word(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// `[payment]`
#[derive(Debug, Clone)]
pub struct PaymentConfig {
    /// The settlement currency to name, where one is configured (S-3).
    pub settlement_currency: Option<Currency>,
    /// Who captures cards where the merchant does not say.
    pub capture: CaptureMode,
    /// How an authorization may be captured, as the contract says.
    pub captures: CapturePolicy,
    /// How long a buyer may take (B-1); the gateway's 14 minutes where absent.
    pub expiry: Option<Duration>,
    /// Payment methods that know no refunds (B-6).
    pub methods_without_refunds: Vec<String>,
    /// How long the 2 s rhythm of inquiries lasts, and how many a second there may be.
    pub polling: PollingConfig,
}

/// `[payment] polling`
#[derive(Debug, Clone, Copy)]
pub struct PollingConfig {
    /// How long the 2 s rhythm of inquiries lasts.
    pub fast_window: Duration,
    /// Between two inquiries afterwards; within this time another instance takes up what a dead one left.
    pub sweep: Duration,
    /// How many inquiries a second there may be for all orders together; a short budget stretches the rhythm evenly.
    pub budget: NonZeroU32,
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// The key, such as `gateway.client_id`.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fault(s) in the configuration", self.0.len())?;
        for fault in &self.0 {
            write!(f, "\n  {}: {}", fault.key, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}

impl Config {
    /// Reads the file, lets the variables override it, and checks the result.
    ///
    /// # Errors
    /// Every fault, not only the first.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigFaults> {
        read::load(file, variables)
    }

    /// The merged configuration without its secrets, one `key = value` a line.
    pub fn redacted(&self) -> String {
        self.redacted_entries().iter().map(|(key, value)| format!("{key} = {value}\n")).collect()
    }

    /// The merged configuration without its secrets, and the bounds that follow from it, as keys and values.
    pub fn redacted_entries(&self) -> Vec<(&'static str, String)> {
        redacted::entries(self)
    }
}

impl DatabaseConfig {
    /// Reads where the books are kept, and nothing else: for commands that work on them without a gateway.
    ///
    /// # Errors
    /// What is wrong with the file or with this section.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<DatabaseConfig, ConfigFaults> {
        read::part(file, variables, read::Reader::database)
    }
}

impl ServerConfig {
    /// Reads where the service listens, and nothing else: for commands that talk to it.
    ///
    /// # Errors
    /// What is wrong with the file or with this value.
    pub fn load_listen(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<SocketAddr, ConfigFaults> {
        read::part(file, variables, read::Reader::listen)
    }
}
