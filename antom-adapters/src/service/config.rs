//! The configuration of `antom serve`: a TOML file, overridden by `ANTOM__SECTION__KEY` variables.
//! All faults are found at once, those of keys and addresses too; what is made of them is `run`'s.

mod read;
mod redacted;

use self::read::Books;
pub(crate) use self::read::checkout::encoded;
pub(crate) use self::read::secret::{CREDENTIALS_VARIABLE, open_mode};

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use antom_core::id::ClientId;
use antom_core::money::Currency;
use antom_core::outcome::CaptureMode;
use antom_core::secret::Secret;
use antom_domain::policy::CapturePolicy;
use antom_domain::service::Terms;

use crate::outbound::data_keys::DataKeys;

#[cfg(feature = "nats")]
use crate::outbound::events::nats::NatsServer;

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The gateway and our account there.
    pub gateway: GatewayConfig,
    /// Where the books are kept; `None` only for a program that brings its own storage.
    pub database: Option<DatabaseConfig>,
    /// Who may talk to us, and where.
    pub server: ServerConfig,
    /// How payments are made.
    pub payment: PaymentConfig,
    /// What buyers see.
    pub checkout: CheckoutConfig,
    /// Where the merchant's own systems are told what happened.
    pub events: EventsConfig,
    /// For how long personal data are kept.
    pub retention: RetentionConfig,
    /// Where settlement files come to lie.
    pub reconciliation: ReconciliationConfig,
    /// What is logged, as a filter such as `info,antom_adapters=debug`.
    pub log_level: String,
    /// Where spans are sent, where they are (`log.otlp`): a collector's address, without a path.
    pub otlp: Option<String>,
    /// Whose time counts instead of this machine's; for tests only.
    pub clock: Option<FollowedClockConfig>,
}

/// `[clock]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedClockConfig {
    /// The simulator, on this machine.
    pub simulator: SocketAddr,
    /// The path of its clock.
    pub path: String,
}

/// `[gateway]`
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Scheme, host and port, without a path.
    pub base_url: String,
    /// Our id at the gateway.
    pub client_id: ClientId,
    /// How our calls are authorized.
    pub credential: CredentialConfig,
    /// The gateway's public keys by version, as PEM or bare base64.
    pub antom_public_keys: BTreeMap<u32, String>,
    /// Further certificate authorities, for test gateways.
    pub ca_pem: Option<String>,
    /// How long a call may take (B-2).
    pub timeout: Duration,
}

/// `[gateway] credential`
#[derive(Debug, Clone)]
pub enum CredentialConfig {
    /// Our private key, as PEM or bare base64; answers are signed too.
    Rsa(Secret),
    /// An API key over an encrypted connection, whose answers are unsigned.
    ApiKey(Secret),
}

/// `[database]`
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// One SQLite file, for one process.
    Sqlite {
        /// The file of the books.
        path: PathBuf,
        /// What they are sealed with.
        data_keys: DataKeys,
    },
    /// A PostgreSQL database, for any number of processes.
    Postgres {
        /// Its address, which may hold a password.
        url: Secret,
        /// What the books are sealed with.
        data_keys: DataKeys,
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
    /// For how long the service goes on serving after it was told to end and reports that it is not ready: load balancers
    /// look away meanwhile.
    pub drain: Duration,
    /// Who may use the merchant API.
    pub api_keys: Vec<ApiKey>,
    /// How many requests a second each of these keys may make.
    pub rate_limit: NonZeroU32,
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
    /// Show orders and payments, and ask the gateway about them.
    Read,
    /// Create orders, open payments, capture and cancel them, and use stored cards.
    Pay,
    /// Give money back.
    Refund,
    /// Look at notifications, and take one in again.
    Admin,
}

impl Scope {
    /// All scopes, the weakest first.
    pub const ALL: [Scope; 4] = [Scope::Read, Scope::Pay, Scope::Refund, Scope::Admin];

    /// The word in configuration and problems.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Pay => "pay",
            Scope::Refund => "refund",
            Scope::Admin => "admin",
        }
    }

    /// What a word of the configuration grants: its scope, and by `write` everything that moves money.
    pub fn from_word(word: &str) -> Option<Vec<Scope>> {
        if word == "write" {
            return Some(vec![Scope::Pay, Scope::Refund]);
        }
        Scope::ALL.into_iter().find(|scope| scope.as_str() == word).map(|scope| vec![scope])
    }
}

/// `[payment]`
#[derive(Debug, Clone)]
pub struct PaymentConfig {
    /// The settlement currency to name, where one is configured (S-3).
    pub settlement_currency: Option<Currency>,
    /// All that the contract has; a payment may name another of them.
    pub settlement_currencies: Vec<Currency>,
    /// Who captures cards where the merchant does not say.
    pub capture: CaptureMode,
    /// How an authorization may be captured, as the contract says.
    pub captures: CapturePolicy,
    /// How long a buyer may take (B-1); the gateway's 14 minutes where absent.
    pub expiry: Option<Duration>,
    /// Payment methods that know no refunds (B-6).
    pub methods_without_refunds: Vec<String>,
    /// Methods to offer where the gateway cannot be asked (H-1).
    pub methods: Vec<String>,
    /// For so long the gateway's last word is good enough to ship (B-7).
    pub fresh_for: Duration,
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

/// `[checkout]`
#[derive(Debug, Clone)]
pub struct CheckoutConfig {
    /// Whether we serve a checkout page; result pages are there in any case.
    pub enabled: bool,
    /// The gateway's web SDK; without one only hosted payments have a checkout page.
    pub sdk: Option<SdkScript>,
    /// How the form is shown.
    pub style: CheckoutStyle,
    /// Light, dark, or as the buyer's device has it.
    pub theme: CheckoutTheme,
    /// Whether an embedded card form asks for the address that AVS compares (C-8).
    pub billing_address: bool,
    /// The shop's page of an order, with `{referenceOrderId}`.
    pub order_url: Option<String>,
    /// The shop's page that opens another payment of an order, with `{referenceOrderId}` (B-4).
    pub pay_again_url: Option<String>,
    /// A style sheet of the merchant's, after ours.
    pub css: Option<Arc<str>>,
    /// The merchant's apps that open our result pages by app links.
    pub android_apps: Vec<AndroidApp>,
}

/// An app, as Android's asset links name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidApp {
    /// Such as `com.example.shop`.
    pub package_name: String,
    /// Of the certificates that sign it: SHA-256, 32 pairs of hexadecimal digits in capitals with colons between.
    pub sha256_cert_fingerprints: Vec<String>,
}

/// Where buyers' browsers get the web SDK from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SdkScript {
    /// From another host.
    Url {
        /// Its address.
        url: String,
        /// What it must be, as browsers check it: `sha384-…`.
        integrity: Option<String>,
    },
    /// From us: the operator's copy.
    Copy(Arc<str>),
}

/// How the web SDK's form is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutStyle {
    /// In a pop-up, with the SDK's own button.
    Popup,
    /// In the page, with our button.
    Embedded,
    /// In the page, with our button, by the newer `AMSElement`.
    Element,
}

/// The colours of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutTheme {
    /// As the buyer's device has it.
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl CheckoutStyle {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Popup, Self::Embedded, Self::Element];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Popup => "popup",
            Self::Embedded => "embedded",
            Self::Element => "element",
        }
    }
}

impl CheckoutTheme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// `[events]`
#[derive(Debug, Clone)]
pub struct EventsConfig {
    /// Where events go; where absent they are only kept.
    pub sink: Option<EventSink>,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// An event that cannot be told for so long is given up.
    pub give_up_after: Duration,
    /// How long events are kept.
    pub keep_for: Duration,
    /// About how many of the newest events are kept.
    pub keep_at_most: u64,
}

/// `[retention]`
#[derive(Debug, Clone, Copy)]
pub struct RetentionConfig {
    /// Personal data of orders at rest, since their last event; `None`: for ever.
    pub orders: Option<Duration>,
    /// Bodies of notifications, since they came; `None`: for ever.
    pub notifications: Option<Duration>,
    /// Buyers' contact data of orders at rest, and bodies of notifications, where nothing is sealed.
    pub unsealed: Duration,
}

/// `[reconciliation]`
#[derive(Debug, Clone)]
pub struct ReconciliationConfig {
    /// Where somebody puts the gateway's files; nothing is watched where it is absent.
    pub folder: Option<PathBuf>,
    /// How often to look there.
    pub every: Duration,
}

/// Where events go.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EventSink {
    /// Signed webhooks.
    Webhook {
        /// The address, which may hold a token.
        url: Secret,
        /// The secrets to sign with: the one in use, and, while it is changed, its successor.
        secrets: Vec<Secret>,
        /// The certificate authorities of the receiver, instead of the public ones.
        ca_pem: Option<String>,
    },
    /// NATS JetStream.
    #[cfg(feature = "nats")]
    Nats {
        /// The server.
        server: NatsServer,
        /// What subjects begin with.
        subject: String,
        /// Whether every address is encrypted or on this machine.
        is_safe: bool,
    },
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
        read::load(file, variables, Books::InDatabase)
    }

    /// As [`load`](Config::load), for a program that gives [`Builder::storage`](super::Builder::storage) its own storage:
    /// `database.url` may be absent.
    ///
    /// # Errors
    /// Every fault, not only the first.
    pub fn load_without_database(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigFaults> {
        read::load(file, variables, Books::Elsewhere)
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

impl RetentionConfig {
    /// What that means for books that are sealed or not.
    pub(crate) fn terms(self, are_sealed: bool) -> Terms {
        let RetentionConfig { orders, notifications, unsealed } = self;
        let unsealed = (!are_sealed).then_some(unsealed);
        Terms { orders, contact: unsealed, notifications: notifications.into_iter().chain(unsealed).min() }
    }
}

impl DatabaseConfig {
    /// What the books are sealed with.
    pub fn data_keys(&self) -> &DataKeys {
        let (DatabaseConfig::Sqlite { data_keys, .. } | DatabaseConfig::Postgres { data_keys, .. }) = self;
        data_keys
    }

    /// Reads where the books are kept, and nothing else: for commands that work on them without a gateway.
    ///
    /// # Errors
    /// What is wrong with the file or with this section.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<DatabaseConfig, ConfigFaults> {
        read::part(file, variables, |reader| reader.database(Books::InDatabase))
    }
}

impl PaymentConfig {
    /// Reads which methods know no refunds, and nothing else: for commands that show payments while no service runs.
    ///
    /// # Errors
    /// What is wrong with the file or with this value.
    pub fn load_methods_without_refunds(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<String>, ConfigFaults> {
        read::part(file, variables, |reader| Some(reader.methods_without_refunds()))
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
