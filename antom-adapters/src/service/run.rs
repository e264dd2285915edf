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
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, LocalSigner, MerchantKey, NotificationPolicy, PublicKey, SharedKeyRing,
};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::{Config, DatabaseConfig, GatewayConfig};
use crate::inbound::{admin, api, pages, webhook};
use crate::outbound::clock::SystemClock;
use crate::outbound::entropy::SystemEntropy;
use crate::outbound::gateway::{HttpGateway, PooledSigner};
use crate::outbound::postgres::PostgresStore;
use crate::outbound::sqlite::SqliteStore;
use crate::worker::Worker;

/// The path that the gateway notifies, below the public URL.
const NOTIFY_PATH: &str = "/notifications/antom";
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
}

#[derive(Debug, Clone)]
struct Storage {
    store: Arc<dyn OrderStore>,
    outbox: Arc<dyn Outbox>,
    inbox: Arc<dyn Inbox>,
}

/// A running service. Dropping it leaves its tasks running until the runtime ends; call [`Running::stop`].
#[derive(Debug)]
pub struct Running {
    /// Where merchant API, webhook and pages listen.
    pub listening: SocketAddr,
    /// Where health listens.
    pub admin: SocketAddr,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<std::io::Result<()>>>,
    worker: Worker,
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

        let keys = SharedKeyRing::new(key_ring(&config.gateway)?);
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
            keys: config.server.api_keys.clone().into(),
            is_sandbox: config.gateway.client_id.is_sandbox(),
            patience: config.gateway.timeout.saturating_add(Duration::from_secs(2)),
        });
        let hook = webhook::router(webhook::Webhook {
            books: books.clone(),
            worker: worker.handle(),
            keys,
            signed_path: signed_path(&public_url).into(),
            policy: NotificationPolicy::default(),
        });
        let public = merchant_api.merge(hook).merge(pages::router(books.clone(), worker.handle()));

        let (stop, stopped) = watch::channel(false);
        let servers = vec![
            serve(listener, public, stopped.clone()),
            serve(admin_listener, admin::router(books), stopped),
        ];
        Ok(Running { listening, admin, stop, servers, worker })
    }
}

impl Running {
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

fn serve(
    listener: TcpListener,
    router: axum::Router,
    mut stopped: watch::Receiver<bool>,
) -> JoinHandle<std::io::Result<()>> {
    let until_stopped = async move {
        // An error means that the sender is gone: the service is ending.
        let _ending = stopped.wait_for(|stopped| *stopped).await;
    };
    tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(until_stopped).await })
}

//= G-3
fn key_ring(config: &GatewayConfig) -> Result<KeyRing, StartError> {
    config.antom_public_keys.iter().try_fold(KeyRing::new(), |ring, (version, text)| {
        let key = PublicKey::parse(text).map_err(|error| StartError::Config {
            key: "gateway.antom_public_keys",
            reason: error.to_string(),
        })?;
        Ok(ring.with(config.client_id.clone(), KeyEntry::new(KeyVersion::new(*version), key)))
    })
}

fn http_gateway(
    config: &GatewayConfig,
    keys: &SharedKeyRing,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn PaymentGateway>, StartError> {
    let fault = |key: &'static str| move |reason: String| StartError::Config { key, reason };
    let key = MerchantKey::parse(config.merchant_private_key.expose())
        .map_err(|error| fault("gateway.merchant_private_key")(error.to_string()))?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let signer = PooledSigner::new(LocalSigner::new(key, KeyVersion::new(1)), cores);
    let credential = RsaCredential::new(config.client_id.clone(), Arc::new(signer), keys.clone());
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
    Ok(Arc::new(HttpGateway::new(client)))
}

async fn database(config: &DatabaseConfig) -> Result<Storage, StartError> {
    let fault = |error: &dyn std::error::Error| StartError::Database(with_source(error));
    match config {
        DatabaseConfig::Sqlite { path } => {
            let store = Arc::new(SqliteStore::open(path).map_err(|error| fault(&error))?);
            Ok(Storage { store: store.clone(), outbox: store.clone(), inbox: store })
        }
        DatabaseConfig::Postgres { url } => {
            let store = PostgresStore::open(url.expose()).await.map_err(|error| fault(&error))?;
            let store = Arc::new(store);
            Ok(Storage { store: store.clone(), outbox: store.clone(), inbox: store })
        }
    }
}

/// What went wrong and why, as far as the error tells.
fn with_source(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

fn policy(config: &Config, public_url: &str) -> Policy {
    let mut policy = Policy::new(format!("{public_url}{NOTIFY_PATH}"), format!("{public_url}/result/"));
    policy.settlement_currency = config.payment.settlement_currency;
    policy.capture_mode = config.payment.capture.clone();
    if let Some(expiry) = config.payment.expiry {
        policy.payment_timeout = expiry;
    }
    policy.methods_without_refunds.clone_from(&config.payment.methods_without_refunds);
    policy.polling.fast_window = config.payment.fast_window;
    policy.polling.sweep = config.payment.sweep;
    policy
}

/// The path that the gateway signs: that of the notify URL as we gave it, not what a proxy makes of it.
//= X-14
fn signed_path(public_url: &str) -> String {
    let after_scheme = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let prefix = after_scheme.find('/').and_then(|slash| after_scheme.get(slash..)).unwrap_or_default();
    format!("{prefix}{NOTIFY_PATH}")
}

#[cfg(test)]
mod tests {
    use super::*;

    //= X-14 test
    #[test]
    fn the_signed_path_is_the_configured_one_with_its_prefix() {
        assert_eq!(signed_path("https://shop.example"), "/notifications/antom");
        assert_eq!(signed_path("https://shop.example/pay/v2"), "/pay/v2/notifications/antom");
    }
}
