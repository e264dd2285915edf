//! Puts the service together and runs it.
//! Any port can be replaced; what is not replaced is made from the configuration.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::order::Policy;
use antom_domain::policy::{Patience, Retry};
use antom_domain::port::{
    Clock, EventPublisher, EventQueue, IdSource, Inbox, Jitter, OrderStore, Outbox, PaymentGateway,
};
use antom_domain::service::{Books, Ports, Publishing};
use antom_http::{
    ApiKey as GatewayApiKey, Client, Credential, Endpoint, ReqwestOptions, ReqwestTransport, RsaCredential,
};
use antom_signing::{KeyVersion, LocalSigner, MerchantKey, NotificationPolicy};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::{
    Config, ConfigFaults, CredentialConfig, DatabaseConfig, EventSink, EventsConfig, GatewayConfig,
};
use super::reload::{Keys, Source, WatchingKeys};
use crate::inbound::admin::{self, Admin, LastLook};
use crate::inbound::listener::{self, Crowd, Limits};
use crate::inbound::observe::observed;
use crate::inbound::{api, pages, webhook};
use crate::metrics::{CountedGateway, CountedStore, Metrics, Surface, Survey};
use crate::outbound::clock::SystemClock;
use crate::outbound::entropy::SystemEntropy;
#[cfg(feature = "nats")]
use crate::outbound::events::nats::NatsPublisher;
use crate::outbound::events::webhook::{SigningSecret, WebhookPublisher};
use crate::outbound::gateway::{HttpGateway, PooledSigner};
use crate::outbound::inspect::Inspect;
#[cfg(feature = "postgres")]
use crate::outbound::postgres::PostgresStore;
#[cfg(feature = "sqlite")]
use crate::outbound::sqlite::SqliteStore;
use crate::worker::{EventWorker, Retention, Worker};

/// From the signal to the end, the drain included; calls that are under way may come back meanwhile.
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
    publisher: Option<Arc<dyn EventPublisher>>,
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
    events: Arc<dyn EventQueue>,
    inspect: Option<Arc<dyn Inspect>>,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Storage {
    /// One store behind all four ports.
    pub(super) fn of<S: OrderStore + Outbox + Inbox + EventQueue + Inspect>(store: S) -> Storage {
        let store = Arc::new(store);
        Storage {
            store: store.clone(),
            outbox: store.clone(),
            inbox: store.clone(),
            events: store.clone(),
            inspect: Some(store),
        }
    }
}

/// A running service. Dropping it leaves its tasks running until the runtime ends; call [`Running::stop`].
#[derive(Debug)]
pub struct Running {
    /// Where merchant API, webhook and pages listen.
    pub listening: SocketAddr,
    /// Where health and metrics listen.
    pub admin: SocketAddr,
    ending: Ending,
    servers: [JoinHandle<()>; 2],
    worker: Worker,
    event_worker: EventWorker,
    keys: Keys,
}

/// The steps in which a service ends.
#[derive(Debug)]
struct Ending {
    /// First it says that it is not ready, and goes on serving for so long.
    told: watch::Sender<bool>,
    drain: Duration,
    /// Then nobody is accepted any more, except on the admin listener.
    public: watch::Sender<bool>,
    /// That one ends last.
    admin: watch::Sender<bool>,
}

impl Builder {
    /// A service as the configuration says.
    pub fn new(config: Config) -> Builder {
        Builder {
            config,
            gateway: None,
            storage: None,
            publisher: None,
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

    /// Replaces the storage: the four ports share one transaction, so they come together.
    #[must_use]
    pub fn storage<S: OrderStore + Outbox + Inbox + EventQueue>(mut self, storage: Arc<S>) -> Builder {
        self.storage = Some(Storage {
            store: storage.clone(),
            outbox: storage.clone(),
            inbox: storage.clone(),
            events: storage,
            inspect: None,
        });
        self
    }

    /// Replaces the storage by one that can be looked at from the outside: readiness then means that it can be written, and
    /// the metrics tell which orders wait.
    #[must_use]
    pub fn inspected_storage<S>(mut self, storage: Arc<S>) -> Builder
    where
        S: OrderStore + Outbox + Inbox + EventQueue + Inspect,
    {
        self.storage = Some(Storage {
            store: storage.clone(),
            outbox: storage.clone(),
            inbox: storage.clone(),
            events: storage.clone(),
            inspect: Some(storage),
        });
        self
    }

    /// Replaces the receiver of merchant events that the configuration names, or gives one where it names none.
    #[must_use]
    pub fn publisher(mut self, publisher: Arc<dyn EventPublisher>) -> Builder {
        self.publisher = Some(publisher);
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
        let (gateway, consults): (Arc<dyn PaymentGateway>, Option<HttpGateway>) = match self.gateway {
            Some(gateway) => (gateway, None),
            None => {
                let http = http_gateway(&config.gateway, &keys, self.clock.clone())?;
                (Arc::new(WatchingKeys { gateway: Arc::new(http.clone()), keys: keys.clone() }), Some(http))
            }
        };
        let storage = match self.storage {
            Some(storage) => storage,
            None => database(config.database.as_ref().ok_or_else(no_database)?).await?,
        };
        let mut metrics = Metrics::new();
        let gateway = Arc::new(CountedGateway { gateway, counts: metrics.calls() });
        let store = Arc::new(CountedStore { store: storage.store, counts: metrics.steps() });
        let publisher = match self.publisher {
            Some(given) => Some(given),
            None => publisher(&config.events).await?,
        };
        let events = storage.events;
        let publishing = publisher.map(|publisher| {
            let patience = Patience { give_up_after: config.events.give_up_after, ..Patience::default() };
            let (clock, jitter) = (Arc::clone(&self.clock), Arc::clone(&self.jitter));
            Publishing::new(Arc::clone(&events), publisher, clock, jitter, patience)
        });
        let clock = Arc::clone(&self.clock);
        let ports = Ports {
            gateway,
            store,
            outbox: storage.outbox,
            inbox: storage.inbox,
            clock: self.clock,
            ids: self.ids,
            jitter: self.jitter,
        };
        let policy = Policy { sends_events: publishing.is_some(), ..policy(&config, &public_url) };
        let books = Books::new(ports, Arc::new(policy));
        let worker = Worker::start(&books, self.retry);
        let retention = Retention { time: config.events.keep_for, most: config.events.keep_at_most };
        let event_worker =
            EventWorker::start(publishing, Arc::clone(&events), clock, retention, &worker.handle());
        if let Some(inspect) = storage.inspect.clone() {
            let levels = inspect.clone();
            metrics.watch_storage(move || levels.use_now());
            metrics.watch_books(|registry| Survey::register(registry, inspect, &books, None));
        }
        let requests = metrics.requests();

        let api = api::Api {
            books: books.clone(),
            events,
            worker: worker.handle(),
            keys: keys.clone(),
            limits: api::RateLimits::per_second(config.server.rate_limit),
            is_sandbox: config.gateway.client_id.is_sandbox(),
            patience: config.gateway.timeout.saturating_add(Duration::from_secs(2)),
            public_url: public_url.as_str().into(),
            fresh_for: config.payment.fresh_for,
            consults,
            methods: config.payment.methods.clone().into(),
        };
        let merchant_api = api::router(api.clone());
        let hook = webhook::router(webhook::Webhook {
            books: books.clone(),
            worker: worker.handle(),
            keys: keys.clone(),
            signed_path: format!("{prefix}{}", webhook::PATH).into(),
            policy: NotificationPolicy::default(),
            limits: self.limits.clone(),
        });
        let gateway_url = config.gateway.base_url.as_str();
        let pages = pages::router(api, &config.checkout, gateway_url);
        let public = observed(hook, Surface::Webhook, requests.clone()).merge(observed(
            pages,
            Surface::Pages,
            requests.clone(),
        ));
        let merchant_api = observed(merchant_api, Surface::MerchantApi, requests);
        let everything = merchant_api.merge(under(prefix, public));

        let (crowd, admin_crowd) = (Crowd::of(self.limits.connections), Crowd::of(self.limits.connections));
        let (counted, admin_counted) = (crowd.clone(), admin_crowd.clone());
        metrics.watch_connections(
            [
                ("public", Box::new(move || counted.count())),
                ("admin", Box::new(move || admin_counted.count())),
            ],
            self.limits.connections,
        );
        let ending = Ending {
            told: watch::Sender::new(false),
            drain: config.server.drain,
            public: watch::Sender::new(false),
            admin: watch::Sender::new(false),
        };
        let admin_routes = admin::router(Admin {
            books,
            inspect: storage.inspect,
            pulse: worker.pulse(),
            ending: ending.told.subscribe(),
            metrics,
            storage: LastLook::default(),
        });
        let header = self.limits.header;
        let servers = [
            listener::serve(listener, everything, crowd, header, ending.public.subscribe()),
            listener::serve(admin_listener, admin_routes, admin_crowd, header, ending.admin.subscribe()),
        ];
        Ok(Running { listening, admin, ending, servers, worker, event_worker, keys })
    }
}

impl Running {
    /// Reads the keys again; see [`Builder::read_again`].
    pub async fn reload(&self) {
        self.keys.reload().await;
    }

    /// Stops, in this order: `/readyz` says no, and everything is served for the configured while; then there are no new
    /// connections and no new calls, and what is under way may come back; the admin listener ends last.
    pub async fn stop(self) {
        let Running { ending, servers: [public, admin], worker, event_worker, .. } = self;
        ending.told.send_replace(true);
        tracing::info!(drainSeconds = ending.drain.as_secs(), "ending");
        pause(ending.drain).await;
        ending.public.send_replace(true);
        let drain = async {
            tokio::join!(worker.stop(), event_worker.stop());
            // A server that ended badly has nothing left to stop.
            let _ended = public.await;
            ending.admin.send_replace(true);
            let _ended = admin.await;
        };
        if tokio::time::timeout(DRAIN.saturating_sub(ending.drain), drain).await.is_err() {
            tracing::warn!("calls were still under way; the next start takes them up");
        }
        tracing::info!("ended");
    }
}

#[expect(clippy::disallowed_methods, reason = "load balancers look away while nothing else happens")]
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
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
) -> Result<HttpGateway, StartError> {
    let fault = |key: &'static str| move |reason: String| StartError::Config { key, reason };
    let credential: Arc<dyn Credential> = match &config.credential {
        CredentialConfig::Rsa(key) => {
            let key = MerchantKey::parse(key.expose())
                .map_err(|error| fault("gateway.merchant_private_key")(error.to_string()))?;
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            let signer = PooledSigner::new(LocalSigner::new(key, KeyVersion::new(1)), cores);
            Arc::new(RsaCredential::new(config.client_id.clone(), Arc::new(signer), keys.shared()))
        }
        //= X-13
        CredentialConfig::ApiKey(key) => {
            let key = GatewayApiKey::parse(key.clone());
            Arc::new(key.map_err(|error| fault("gateway.api_key")(error.to_string()))?)
        }
    };
    let mut options = ReqwestOptions::default();
    if let Some(pem) = &config.ca_pem {
        options = options.with_ca_pem(pem.as_str());
    }
    let transport =
        ReqwestTransport::new(&options).map_err(|error| fault("gateway.ca_file")(error.to_string()))?;
    let endpoint =
        Endpoint::custom(&config.base_url).map_err(|error| fault("gateway.base_url")(error.to_string()))?;
    let now = move || -> Timestamp { clock.now() };
    let client =
        Client::new(endpoint, credential, Arc::new(transport), Arc::new(now)).with_deadline(config.timeout);
    Ok(HttpGateway::new(client))
}

async fn publisher(config: &EventsConfig) -> Result<Option<Arc<dyn EventPublisher>>, StartError> {
    let fault = |key: &'static str| move |reason: String| StartError::Config { key, reason };
    match &config.sink {
        None => Ok(None),
        Some(EventSink::Webhook { url, secrets, ca_pem }) => {
            let secrets = secrets.iter().map(SigningSecret::parse).collect::<Result<Vec<_>, _>>();
            let secrets = secrets.map_err(|error| fault("events.webhook_secrets")(error.to_string()))?;
            let mut options = ReqwestOptions::default();
            if let Some(pem) = ca_pem {
                options = options.with_ca_pem(pem.as_str());
            }
            let transport = ReqwestTransport::new(&options)
                .map_err(|error| fault("events.webhook_ca_file")(error.to_string()))?;
            let transport = Arc::new(transport);
            Ok(Some(Arc::new(WebhookPublisher::new(transport, url.clone(), secrets, config.timeout))))
        }
        #[cfg(feature = "nats")]
        Some(EventSink::Nats { server, subject, .. }) => {
            let connected = NatsPublisher::connect(server, subject, config.timeout).await;
            Ok(Some(Arc::new(connected.map_err(|error| fault("events.nats_url")(error.to_string()))?)))
        }
    }
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

fn no_database() -> StartError {
    let reason =
        "it is missing: name sqlite://FILE or postgres://…, or give `Builder::storage` a storage of your own";
    StartError::Config { key: "database.url", reason: reason.to_owned() }
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
    policy.settlement_currencies.clone_from(&config.payment.settlement_currencies);
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
