//! The parts of the service as the configuration says: gateway, books, receiver of events, clock, policy, paths.
//! Joining and running them is left to `run`.

use std::sync::Arc;

use antom_core::time::Timestamp;
use antom_domain::order::Policy;
use antom_domain::port::{Clock, EventPublisher, EventQueue, Inbox, OrderStore, Outbox, Retention};
use antom_domain::service::{Books, Ports};
use antom_http::{
    ApiKey as GatewayApiKey, Client, Credential, Endpoint, ReqwestOptions, ReqwestTransport, RsaCredential,
};
use antom_signing::{KeyVersion, LocalSigner, MerchantKey};

#[cfg(feature = "test-clock")]
use super::config::FollowedClockConfig;
use super::config::{Config, CredentialConfig, DatabaseConfig, EventSink, EventsConfig, GatewayConfig};
use super::reload::Keys;
use super::run::StartError;
use crate::inbound::webhook;
use crate::outbound::archive::Archive;
use crate::outbound::clock::SystemClock;
use crate::outbound::entropy::SystemEntropy;
#[cfg(feature = "nats")]
use crate::outbound::events::nats::NatsPublisher;
use crate::outbound::events::webhook::WebhookPublisher;
#[cfg(feature = "test-clock")]
use crate::outbound::followed_clock::FollowedClock;
use crate::outbound::gateway::{HttpGateway, PooledSigner};
use crate::outbound::inspect::Inspect;
#[cfg(feature = "postgres")]
use crate::outbound::postgres::PostgresStore;
#[cfg(feature = "sqlite")]
use crate::outbound::sqlite::SqliteStore;

/// The ports of the books, which share one transaction.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pub(crate) store: Arc<dyn OrderStore>,
    pub(super) outbox: Arc<dyn Outbox>,
    pub(crate) inbox: Arc<dyn Inbox>,
    pub(super) events: Arc<dyn EventQueue>,
    pub(super) inspect: Option<Arc<dyn Inspect>>,
    pub(super) retention: Option<Arc<dyn Retention>>,
    /// Reports of reconciliations; in memory where the storage has no place for them.
    pub(crate) archive: Arc<dyn Archive>,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Storage {
    /// One store behind all ports.
    pub(super) fn of<S: OrderStore + Outbox + Inbox + EventQueue + Inspect + Retention + Archive>(
        store: S,
    ) -> Storage {
        let store = Arc::new(store);
        Storage {
            store: store.clone(),
            outbox: store.clone(),
            inbox: store.clone(),
            events: store.clone(),
            inspect: Some(store.clone()),
            retention: Some(store.clone()),
            archive: store,
        }
    }
}

pub(super) fn http_gateway(
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

pub(super) async fn publisher(
    config: &EventsConfig,
    keys: &Keys,
) -> Result<Option<Arc<dyn EventPublisher>>, StartError> {
    let fault = |key: &'static str| move |reason: String| StartError::Config { key, reason };
    match &config.sink {
        None => Ok(None),
        Some(EventSink::Webhook { url, ca_pem, .. }) => {
            let mut options = ReqwestOptions::default();
            if let Some(pem) = ca_pem {
                options = options.with_ca_pem(pem.as_str());
            }
            let transport = ReqwestTransport::new(&options)
                .map_err(|error| fault("events.webhook_ca_file")(error.to_string()))?;
            let (transport, secrets) = (Arc::new(transport), keys.event_secrets());
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
        DatabaseConfig::Sqlite { path, data_keys } => {
            let opened = SqliteStore::open_sealed(path, data_keys.clone());
            Ok(Storage::of(opened.map_err(|error| not_opened(&error))?))
        }
        #[cfg(not(feature = "sqlite"))]
        DatabaseConfig::Sqlite { .. } => Err(not_built("SQLite", "sqlite")),
        #[cfg(feature = "postgres")]
        DatabaseConfig::Postgres { url, data_keys } => {
            let opened = PostgresStore::open_sealed(url.expose(), data_keys.clone()).await;
            Ok(Storage::of(opened.map_err(|error| not_opened(&error))?))
        }
        #[cfg(not(feature = "postgres"))]
        DatabaseConfig::Postgres { .. } => Err(not_built("PostgreSQL", "postgres")),
    }
}

/// Books for a command that runs beside no service. Calls that its answers wish are made by the next service.
pub(super) fn books(config: &Config, storage: &Storage) -> Result<Books, StartError> {
    let keys = Keys::new(config, None)?;
    let clock = clock(config)?;
    let ports = Ports {
        gateway: Arc::new(http_gateway(&config.gateway, &keys, Arc::clone(&clock))?),
        store: Arc::clone(&storage.store),
        outbox: Arc::clone(&storage.outbox),
        inbox: Arc::clone(&storage.inbox),
        clock,
        ids: Arc::new(SystemEntropy),
        jitter: Arc::new(SystemEntropy),
    };
    // Notify URLs go with calls that open payments; none is opened here.
    let public_url = config.server.public_url.clone().unwrap_or_default();
    let sends_events = config.events.sink.is_some();
    Ok(Books::new(ports, Arc::new(Policy { sends_events, ..policy(config, &public_url) })))
}

/// The database that the configuration names.
pub(super) async fn configured_database(config: &Config) -> Result<Storage, StartError> {
    database(config.database.as_ref().ok_or_else(no_database)?).await
}

/// The machine's clock, unless a test's is configured.
pub(super) fn clock(config: &Config) -> Result<Arc<dyn Clock>, StartError> {
    match &config.clock {
        None => Ok(Arc::new(SystemClock)),
        #[cfg(feature = "test-clock")]
        Some(FollowedClockConfig { simulator, path }) => {
            let followed = FollowedClock::start(*simulator, path);
            tracing::warn!(%simulator, "the time is a simulator's");
            Ok(Arc::new(followed.map_err(|error| not_followed(error.to_string()))?))
        }
        #[cfg(not(feature = "test-clock"))]
        Some(_) => Err(not_followed("this program was built without the feature `test-clock`".to_owned())),
    }
}

fn not_followed(reason: String) -> StartError {
    StartError::Config { key: "clock.follow", reason }
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

pub(super) fn policy(config: &Config, public_url: &str) -> Policy {
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
pub(super) fn prefix(public_url: &str) -> &str {
    let after_scheme = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|slash| after_scheme.get(slash..)).unwrap_or_default()
}

/// The routes as they are, for a proxy that takes the prefix away, and under the prefix, for one that does not.
pub(super) fn under(prefix: &str, routes: axum::Router) -> axum::Router {
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
