//! Puts the service together and runs it.
//! Any port can be replaced; what is not replaced is made from the configuration.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use antom_domain::order::Policy;
use antom_domain::policy::{Patience, Retry};
use antom_domain::port::{
    Clock, EventPublisher, EventQueue, IdSource, Inbox, Jitter, OrderStore, Outbox, PaymentGateway, Retention,
};
use antom_domain::service::{Books, Erasing, Ports, Publishing};
use antom_signing::NotificationPolicy;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::config::{Config, ConfigFaults};
use super::parts::{self, Storage};
use super::reload::{Keys, Source, WatchingKeys};
use crate::inbound::admin::{self, Admin, LastLook};
use crate::inbound::dashboard::{self, Dashboard};
use crate::inbound::listener::{self, Crowd, Limits};
use crate::inbound::observe::observed;
use crate::inbound::reconciliation::Reconciler;
use crate::inbound::{api, pages, unread, webhook};
use crate::metrics::{CountedGateway, CountedStore, Metrics, Surface, Survey};
use crate::outbound::archive::MemoryArchive;
use crate::outbound::entropy::SystemEntropy;
use crate::outbound::gateway::HttpGateway;
use crate::outbound::inspect::Inspect;
use crate::worker::{EventRetention, EventWorker, Sweeper, Worker};

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
    retention: Option<Arc<dyn Retention>>,
    publisher: Option<Arc<dyn EventPublisher>>,
    clock: Option<Arc<dyn Clock>>,
    ids: Arc<dyn IdSource>,
    jitter: Arc<dyn Jitter>,
    retry: Retry,
    limits: Limits,
    source: Option<Source>,
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
    sweeper: Sweeper,
    watching: Option<JoinHandle<()>>,
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
            retention: None,
            publisher: None,
            clock: None,
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
            retention: None,
            archive: Arc::new(MemoryArchive::default()),
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
            retention: None,
            archive: Arc::new(MemoryArchive::default()),
        });
        self
    }

    /// Gives the storage that was brought along a way to erase personal data: on request, and when `[retention]` says so.
    /// Without it `POST /v1/erasures` answers 501, and nothing is erased by itself.
    #[must_use]
    pub fn retention(mut self, retention: Arc<dyn Retention>) -> Builder {
        self.retention = Some(retention);
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
        self.clock = Some(clock);
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
    /// merchant API, and the secrets that event webhooks are signed with. It is read on [`Running::reload`], and at most every 10 s when a message names a key version that is
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
        let prefix = parts::prefix(&public_url);

        let clock = self.clock.map_or_else(|| parts::clock(&config), Ok)?;
        let keys = Keys::new(&config, self.source)?;
        let (gateway, consults): (Arc<dyn PaymentGateway>, Option<HttpGateway>) = match self.gateway {
            Some(gateway) => (gateway, None),
            None => {
                let http = parts::http_gateway(&config.gateway, &keys, Arc::clone(&clock))?;
                (Arc::new(WatchingKeys { gateway: Arc::new(http.clone()), keys: keys.clone() }), Some(http))
            }
        };
        let storage = match self.storage {
            Some(storage) => storage,
            None => parts::configured_database(&config).await?,
        };
        let mut metrics = Metrics::new();
        let gateway = Arc::new(CountedGateway { gateway, counts: metrics.calls() });
        let store = Arc::new(CountedStore { store: storage.store, counts: metrics.steps() });
        let publisher = match self.publisher {
            Some(given) => Some(given),
            None => parts::publisher(&config.events, &keys).await?,
        };
        let events = storage.events;
        let publishing = publisher.map(|publisher| {
            let patience = Patience { give_up_after: config.events.give_up_after, ..Patience::default() };
            let (clock, jitter) = (Arc::clone(&clock), Arc::clone(&self.jitter));
            Publishing::new(Arc::clone(&events), publisher, clock, jitter, patience)
        });
        let ports = Ports {
            gateway,
            store,
            outbox: storage.outbox,
            inbox: storage.inbox,
            clock: Arc::clone(&clock),
            ids: self.ids,
            jitter: self.jitter,
        };
        let tells_events = publishing.is_some();
        let policy = Policy { sends_events: tells_events, ..parts::policy(&config, &public_url) };
        let books = Books::new(ports, Arc::new(policy));
        let worker = Worker::start(&books, self.retry);
        let erasing =
            storage.retention.or(self.retention).map(|retention| Erasing::new(books.clone(), retention));
        let are_sealed = config.database.as_ref().is_some_and(|database| database.data_keys().is_sealing());
        let sweeper = Sweeper::start(erasing.clone(), config.retention.terms(are_sealed));
        let retention = EventRetention { time: config.events.keep_for, most: config.events.keep_at_most };
        let event_worker =
            EventWorker::start(publishing, Arc::clone(&events), clock, retention, &worker.handle());
        if let Some(inspect) = storage.inspect.clone() {
            let levels = inspect.clone();
            metrics.watch_storage(move || levels.use_now());
            metrics.watch_books(|registry| Survey::register(registry, inspect, &books, tells_events));
        }
        let requests = metrics.requests();
        let reconciler = Reconciler {
            books: books.clone(),
            archive: storage.archive,
            worker: worker.handle(),
            folder: config.reconciliation.folder.clone(),
            busy: Arc::default(),
        };

        let api = api::Api {
            books: books.clone(),
            events,
            erasing,
            worker: worker.handle(),
            keys: keys.clone(),
            limits: api::RateLimits::per_second(config.server.rate_limit),
            is_sandbox: config.gateway.client_id.is_sandbox(),
            patience: config.gateway.timeout.saturating_add(Duration::from_secs(2)),
            public_url: public_url.as_str().into(),
            fresh_for: config.payment.fresh_for,
            consults,
            reconciler: reconciler.clone(),
            product_scene: config.checkout.product_scene(),
            methods: config.payment.methods.clone().into(),
        };
        let hook = webhook::router(webhook::Webhook {
            books: books.clone(),
            worker: worker.handle(),
            keys: keys.clone(),
            signed_path: format!("{prefix}{}", webhook::PATH).into(),
            policy: NotificationPolicy::default(),
            limits: self.limits.clone(),
        });
        let gateway_url = config.gateway.base_url.as_str();
        let pages = pages::router(api.clone(), &config.checkout, gateway_url);
        let public = observed(hook, Surface::Webhook, requests.clone()).merge(observed(
            pages,
            Surface::Pages,
            requests.clone(),
        ));
        let merchant_api = observed(api::router(api.clone()), Surface::MerchantApi, requests);
        let dashboard = Dashboard::new(api, merchant_api.clone(), storage.inspect.clone());
        let everything = merchant_api.merge(parts::under(prefix, public));

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
        let watching = reconciler.watch(config.reconciliation.every, ending.public.subscribe());
        let admin_routes = admin::router(Admin {
            books,
            inspect: storage.inspect,
            pulse: worker.pulse(),
            ending: ending.told.subscribe(),
            metrics,
            storage: LastLook::default(),
        })
        .merge(dashboard::router(dashboard));
        let header = self.limits.header;
        let servers = [
            listener::serve(listener, unread::told(everything), crowd, header, ending.public.subscribe()),
            listener::serve(
                admin_listener,
                unread::told(admin_routes),
                admin_crowd,
                header,
                ending.admin.subscribe(),
            ),
        ];
        Ok(Running { listening, admin, ending, servers, worker, event_worker, sweeper, watching, keys })
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
        let Running { ending, servers: [public, admin], worker, event_worker, sweeper, watching, .. } = self;
        ending.told.send_replace(true);
        tracing::info!(drainSeconds = ending.drain.as_secs(), "ending");
        pause(ending.drain).await;
        ending.public.send_replace(true);
        // A comparison that is under way changes nothing, and may be broken off.
        watching.iter().for_each(JoinHandle::abort);
        let drain = async {
            tokio::join!(worker.stop(), event_worker.stop(), sweeper.stop());
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
