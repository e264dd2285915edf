//! Puts the service together and runs it.
//! Any port can be replaced; what is not replaced is made from the configuration.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::order::Policy;
use antom_domain::policy::Retry;
use antom_domain::port::{Clock, IdSource, Inbox, Jitter, OrderStore, Outbox, PaymentGateway};
use antom_domain::service::{Books, Ports};
use antom_http::{Client, Endpoint, ReqwestOptions, ReqwestTransport, RsaCredential};
use antom_signing::{KeyVersion, LocalSigner, MerchantKey, NotificationPolicy};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::{Config, ConfigFaults, DatabaseConfig, GatewayConfig};
use super::reload::{Keys, Source, WatchingKeys};
use crate::inbound::listener::{self, Limits};
use crate::inbound::{admin, api, pages, webhook};
use crate::outbound::clock::SystemClock;
use crate::outbound::entropy::SystemEntropy;
use crate::outbound::gateway::{HttpGateway, PooledSigner};
#[cfg(feature = "postgres")]
use crate::outbound::postgres::PostgresStore;
#[cfg(feature = "sqlite")]
use crate::outbound::sqlite::SqliteStore;
use crate::worker::Worker;

/// How long calls that are under way may take to come back when the service ends.
const DRAIN: Duration = Duration::from_secs(8);

/// The service could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A value of the configuration cannot be used.
    #[error("{key} cannot be used: {reason}")]
    Config {
        /// The key.
        key: &'static str,
        /// Why.
        reason: String,
    },
    /// The books cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Database(String),
    /// An address cannot be listened on.
    #[error("{address} cannot be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// Puts a service together. Without replacements it uses the machine's clock, the configured database and the real
/// gateway.
#[derive(Debug)]
pub struct Builder {
    config: Config,
    gateway: Option<Arc<dyn PaymentGateway>>,
    storage: Option<Storage>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    jitter: Arc<dyn Jitter>,
    retry: Retry,
    limits: Limits,
    source: Option<Source>,
}

#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pub(crate) store: Arc<dyn OrderStore>,
    outbox: Arc<dyn Outbox>,
    pub(crate) inbox: Arc<dyn Inbox>,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Storage {
    /// One store behind all three ports.
    pub(super) fn of<S: OrderStore + Outbox + Inbox>(store: S) -> Storage {
        let store = Arc::new(store);
        Storage { store: store.clone(), outbox: store.clone(), inbox: store }
    }
}

/// A running service. Dropping it leaves its tasks running until the runtime ends; call [`Running::stop`].
#[derive(Debug)]
pub struct Running {
    /// Where merchant API, webhook and pages listen.
    pub listening: SocketAddr,
    /// Where health listens.
    pub admin: SocketAddr,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    worker: Worker,
    keys: Keys,
}

impl Builder {
    /// A service as the configuration says.
    pub fn new(config: Config) -> Builder {
        Builder {
            config,
            gateway: None,
            storage: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemEntropy),
            jitter: Arc::new(SystemEntropy),
            retry: Retry::default(),
            limits: Limits::default(),
            source: None,
        }
    }

    /// Replaces the gateway.
    #[must_use]
    pub fn gateway(mut self, gateway: Arc<dyn PaymentGateway>) -> Builder {
        self.gateway = Some(gateway);
        self
    }

    /// Replaces the storage: the three ports share one transaction, so they come together.
    #[must_use]
    pub fn storage<S: OrderStore + Outbox + Inbox>(mut self, storage: Arc<S>) -> Builder {
        self.storage = Some(Storage { store: storage.clone(), outbox: storage.clone(), inbox: storage });
        self
    }

    /// Replaces the clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Builder {
        self.clock = clock;
        self
    }

    /// Replaces the source of ids.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn IdSource>) -> Builder {
        self.ids = ids;
        self
    }

    /// Replaces the chance in retries.
    #[must_use]
    pub fn jitter(mut self, jitter: Arc<dyn Jitter>) -> Builder {
        self.jitter = jitter;
        self
    }

    /// Replaces the limits of inbound connections.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Builder {
        self.limits = limits;
        self
    }

    /// Tells how the configuration is read again, so that new keys count without a restart: those of the gateway and of the
    /// merchant API. It is read on [`Running::reload`], and at most every 10 s when a message names a key version that is
    /// not there. A configuration with a fault is logged and changes nothing.
    #[must_use]
    pub fn read_again(
        mut self,
        read: impl Fn() -> Result<Config, ConfigFaults> + Send + Sync + 'static,
    ) -> Builder {
        self.source = Some(Source::new(read));
        self
    }

    /// Starts listening and working.
    ///
    /// # Errors
    /// [`StartError`]; nothing was started then.
    pub async fn start(self) -> Result<Running, StartError> {
        let config = self.config;
        let listener = bind(config.server.listen).await?;
        let admin_listener = bind(config.server.admin_listen).await?;
        let (listening, admin) = (local(&listener)?, local(&admin_listener)?);
        let public_url = config.server.public_url.clone().unwrap_or_else(|| format!("http://{listening}"));
        let prefix = prefix(&public_url);

        let keys = Keys::new(&config, self.source)?;
        let gateway = match self.gateway {
            Some(gateway) => gateway,
            None => http_gateway(&config.gateway, &keys, self.clock.clone())?,
        };
        let storage = match self.storage {
            Some(storage) => storage,
            None => database(&config.database).await?,
        };
        let ports = Ports {
            gateway,
            store: storage.store,
            outbox: storage.outbox,
            inbox: storage.inbox,
            clock: self.clock,
            ids: self.ids,
            jitter: self.jitter,
        };
        let books = Books::new(ports, Arc::new(policy(&config, &public_url)));
        let worker = Worker::start(&books, self.retry);

        let merchant_api = api::router(api::Api {
            books: books.clone(),
            worker: worker.handle(),
            keys: keys.clone(),
            is_sandbox: config.gateway.client_id.is_sandbox(),
            patience: config.gateway.timeout.saturating_add(Duration::from_secs(2)),
        });
        let hook = webhook::router(webhook::Webhook {
            books: books.clone(),
            worker: worker.handle(),
            keys: keys.clone(),
            signed_path: format!("{prefix}{}", webhook::PATH).into(),
            policy: NotificationPolicy::default(),
            limits: self.limits.clone(),
        });
        let public = hook.merge(pages::router(books.clone(), worker.handle()));
        let everything = merchant_api.merge(under(prefix, public));

        let (stop, stopped) = watch::channel(false);
        let servers = vec![
            listener::serve(listener, everything, &self.limits, stopped.clone()),
            listener::serve(admin_listener, admin::router(books), &self.limits, stopped),
        ];
        Ok(Running { listening, admin, stop, servers, worker, keys })
    }
}

impl Running {
    /// Reads the keys again; see [`Builder::read_again`].
    pub async fn reload(&self) {
        self.keys.reload().await;
    }

    /// Stops: no new connections, no new calls; what is under way may come back.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let drain = async {
            self.worker.stop().await;
            for server in self.servers {
                // A server that ended badly has nothing left to stop.
                let _ended = server.await;
            }
        };
        if tokio::time::timeout(DRAIN, drain).await.is_err() {
            tracing::warn!("calls were still under way; the next start takes them up");
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unspecified = SocketAddr::from(([0, 0, 0, 0], 0));
    listener.local_addr().map_err(|source| StartError::Listen { address: unspecified, source })
}

fn http_gateway(
    config: &GatewayConfig,
    keys: &Keys,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn PaymentGateway>, StartError> {
    let fault = |key: &'static str| move |reason: String| StartError::Config { key, reason };
    let key = MerchantKey::parse(config.merchant_private_key.expose())
        .map_err(|error| fault("gateway.merchant_private_key")(error.to_string()))?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let signer = PooledSigner::new(LocalSigner::new(key, KeyVersion::new(1)), cores);
    let credential = RsaCredential::new(config.client_id.clone(), Arc::new(signer), keys.shared());
    let mut options = ReqwestOptions::default();
    if let Some(pem) = &config.ca_pem {
        options = options.with_ca_pem(pem.as_str());
    }
    let transport =
        ReqwestTransport::new(&options).map_err(|error| fault("gateway.ca_file")(error.to_string()))?;
    let endpoint =
        Endpoint::custom(&config.base_url).map_err(|error| fault("gateway.base_url")(error.to_string()))?;
    let now = move || -> Timestamp { clock.now() };
    let client = Client::new(endpoint, Arc::new(credential), Arc::new(transport), Arc::new(now))
        .with_deadline(config.timeout);
    Ok(Arc::new(WatchingKeys { gateway: Arc::new(HttpGateway::new(client)), keys: keys.clone() }))
}

pub(super) async fn database(config: &DatabaseConfig) -> Result<Storage, StartError> {
    match config {
        #[cfg(feature = "sqlite")]
        DatabaseConfig::Sqlite { path } => {
            Ok(Storage::of(SqliteStore::open(path).map_err(|error| not_opened(&error))?))
        }
        #[cfg(not(feature = "sqlite"))]
        DatabaseConfig::Sqlite { .. } => Err(not_built("SQLite", "sqlite")),
        #[cfg(feature = "postgres")]
        DatabaseConfig::Postgres { url } => {
            let opened = PostgresStore::open(url.expose()).await;
            Ok(Storage::of(opened.map_err(|error| not_opened(&error))?))
        }
        #[cfg(not(feature = "postgres"))]
        DatabaseConfig::Postgres { .. } => Err(not_built("PostgreSQL", "postgres")),
    }
}

/// What went wrong and why, as far as the error tells.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) fn not_opened(error: &dyn std::error::Error) -> StartError {
    StartError::Database(
        error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
    )
}

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
pub(super) fn not_built(storage: &str, feature: &str) -> StartError {
    let reason = format!(
        "it names {storage}, which this program was built without: build it with the feature `{feature}`, or give \
         `Builder::storage` a storage of your own"
    );
    StartError::Config { key: "database.url", reason }
}

fn policy(config: &Config, public_url: &str) -> Policy {
    let notify_url = format!("{public_url}{}", webhook::PATH);
    let mut policy = Policy::new(notify_url, format!("{public_url}/result/"));
    policy.settlement_currency = config.payment.settlement_currency;
    policy.capture_mode = config.payment.capture.clone();
    if let Some(expiry) = config.payment.expiry {
        policy.expiry.timeout = expiry;
    }
    policy.methods_without_refunds.clone_from(&config.payment.methods_without_refunds);
    policy.captures = config.payment.captures;
    policy.polling.fast_window = config.payment.polling.fast_window;
    policy.polling.sweep = config.payment.polling.sweep;
    policy.polling.budget = config.payment.polling.budget;
    policy
}

/// What the public URL has before our own paths. The gateway signs the path of the notify URL as we gave it, with this
/// prefix, whatever a proxy makes of it.
//= X-14
fn prefix(public_url: &str) -> &str {
    let after_scheme = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|slash| after_scheme.get(slash..)).unwrap_or_default()
}

/// The routes as they are, for a proxy that takes the prefix away, and under the prefix, for one that does not.
fn under(prefix: &str, routes: axum::Router) -> axum::Router {
    if prefix.is_empty() { routes } else { routes.clone().nest(prefix, routes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= X-14 test
    #[test]
    fn the_prefix_of_the_signed_path_is_that_of_the_public_url() {
        assert_eq!(prefix("https://shop.example"), "");
        assert_eq!(prefix("https://shop.example/pay/v2"), "/pay/v2");
    }
}
