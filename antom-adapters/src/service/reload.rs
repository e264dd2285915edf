//! Keys that change while the service runs: the gateway's public keys, those of the merchant API, and the secrets that events
//! are signed with.
//! How the configuration is read again is told by whoever starts the service; everything else in it needs a restart.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use antom_core::id::ClientId;
use antom_core::secret::Secret;
use antom_domain::order::GatewayCall;
use antom_domain::port::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway};
use antom_signing::{KeyEntry, KeyRing, KeyVersion, PublicKey, SharedKeyRing};
use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::config::{ApiKey, Config, ConfigFaults, EventSink, EventsConfig, GatewayConfig};
use super::run::StartError;
use crate::outbound::events::webhook::{SigningSecret, SigningSecrets};

/// How long strangers who name unknown keys wait until the configuration is read again for them.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(10);
const NEXT_STEP: &str =
    "the keys that were in use stay in use; repair the configuration or its key files, then send SIGHUP";

/// Reads the configuration anew.
#[derive(Clone)]
pub(super) struct Source(Arc<dyn Fn() -> Result<Config, ConfigFaults> + Send + Sync>);

impl Source {
    pub(super) fn new(read: impl Fn() -> Result<Config, ConfigFaults> + Send + Sync + 'static) -> Source {
        Source(Arc::new(read))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

/// The keys in use, shared by all who check something with them.
#[derive(Debug, Clone)]
pub struct Keys {
    gateway: SharedKeyRing,
    merchant: Arc<RwLock<Arc<[ApiKey]>>>,
    events: SigningSecrets,
    client_id: ClientId,
    source: Option<Source>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    public_keys: BTreeMap<u32, String>,
    event_secrets: Vec<Secret>,
    last_look: Option<Instant>,
}

impl Keys {
    pub(super) fn new(config: &Config, source: Option<Source>) -> Result<Keys, StartError> {
        let public_keys = config.gateway.antom_public_keys.clone();
        let event_secrets = event_secrets(&config.events);
        Ok(Keys {
            events: SigningSecrets::new(signing_secrets(&event_secrets)?),
            gateway: SharedKeyRing::new(key_ring(&config.gateway)?),
            merchant: Arc::new(RwLock::new(config.server.api_keys.clone().into())),
            client_id: config.gateway.client_id.clone(),
            source,
            state: Arc::new(Mutex::new(State { public_keys, event_secrets, last_look: None })),
        })
    }

    /// Keys that are never read again, for a webhook without the rest of the service; nobody may use the merchant API.
    pub fn fixed(gateway: SharedKeyRing, client_id: ClientId) -> Keys {
        Keys {
            gateway,
            merchant: Arc::new(RwLock::new(Arc::new([]))),
            client_id,
            source: None,
            events: SigningSecrets::new(Vec::new()),
            state: Arc::new(Mutex::new(State {
                public_keys: BTreeMap::new(),
                event_secrets: Vec::new(),
                last_look: None,
            })),
        }
    }

    /// The gateway's keys as they are now. Take them once per message.
    pub(crate) fn gateway(&self) -> Arc<KeyRing> {
        self.gateway.current()
    }

    /// The gateway's keys, for whoever keeps looking at them.
    pub(super) fn shared(&self) -> SharedKeyRing {
        self.gateway.clone()
    }

    /// The keys of the merchant API as they are now.
    pub(crate) fn merchant(&self) -> Arc<[ApiKey]> {
        Arc::clone(&self.merchant.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The secrets that events are signed with, for whoever signs them.
    pub(super) fn event_secrets(&self) -> SigningSecrets {
        self.events.clone()
    }

    /// Reads the configuration again because somebody asked for it.
    pub(super) async fn reload(&self) {
        let mut state = self.state.lock().await;
        self.read_again(&mut state).await;
    }

    /// Looks whether the configuration has a newer key than the ring `tried`, which lacked one. Whoever comes too early after
    /// an earlier look is told no, so that strangers cannot keep the service reading files.
    //= G-3
    pub(crate) async fn look_again(&self, tried: &Arc<KeyRing>) -> bool {
        let mut state = self.state.lock().await;
        if !Arc::ptr_eq(tried, &self.gateway()) {
            return true;
        }
        if state.last_look.is_some_and(|last| last.elapsed() < LOOK_AGAIN_AFTER) {
            return false;
        }
        state.last_look = Some(Instant::now());
        self.read_again(&mut state).await
    }

    /// Puts what changed in place; answers whether the gateway's keys did. A configuration with a fault changes nothing.
    async fn read_again(&self, state: &mut State) -> bool {
        let Some(Source(read)) = self.source.clone() else { return false };
        let config = match tokio::task::spawn_blocking(move || read()).await {
            Ok(Ok(config)) => config,
            Ok(Err(faults)) => {
                tracing::error!(%faults, next_step = NEXT_STEP, "keys not read again");
                return false;
            }
            Err(error) => {
                tracing::error!(%error, next_step = NEXT_STEP, "keys not read again");
                return false;
            }
        };
        self.replace_merchant_keys(&config.server.api_keys);
        self.replace_event_secrets(&config.events, state);
        if config.gateway.antom_public_keys == state.public_keys {
            return false;
        }
        let public_keys = config.gateway.antom_public_keys.clone();
        let gateway = GatewayConfig { client_id: self.client_id.clone(), ..config.gateway };
        match key_ring(&gateway) {
            Ok(ring) => self.gateway.replace(ring),
            Err(error) => {
                tracing::error!(%error, next_step = NEXT_STEP, "keys not read again");
                return false;
            }
        }
        tracing::info!(versions = ?public_keys.keys().collect::<Vec<_>>(), "the gateway's keys were read again");
        state.public_keys = public_keys;
        true
    }

    /// Where events go, or whether they go anywhere, does not change without a restart.
    fn replace_event_secrets(&self, config: &EventsConfig, state: &mut State) {
        let new = event_secrets(config);
        let is_same = new.iter().map(Secret::expose).eq(state.event_secrets.iter().map(Secret::expose));
        if is_same || new.is_empty() || state.event_secrets.is_empty() {
            return;
        }
        match signing_secrets(&new) {
            Ok(secrets) => self.events.replace(secrets),
            Err(error) => return tracing::error!(%error, next_step = NEXT_STEP, "keys not read again"),
        }
        tracing::info!(secrets = new.len(), "the secrets of event webhooks were read again");
        state.event_secrets = new;
    }

    fn replace_merchant_keys(&self, keys: &[ApiKey]) {
        let mut current = self.merchant.write().unwrap_or_else(PoisonError::into_inner);
        if **current != *keys {
            *current = keys.into();
            let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            tracing::info!(?names, "the keys of the merchant API were read again");
        }
    }
}

/// The texts of the secrets that the configuration names; none where events go elsewhere.
fn event_secrets(config: &EventsConfig) -> Vec<Secret> {
    match &config.sink {
        Some(EventSink::Webhook { secrets, .. }) => secrets.clone(),
        _ => Vec::new(),
    }
}

fn signing_secrets(secrets: &[Secret]) -> Result<Vec<SigningSecret>, StartError> {
    let parsed = secrets.iter().map(SigningSecret::parse).collect::<Result<Vec<_>, _>>();
    parsed.map_err(|error| StartError::Config { key: "events.webhook_secrets", reason: error.to_string() })
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

/// A gateway whose unverified answers lead to a look at the configured keys. The answer stays unverified: the inquiry or
/// repetition that follows is checked with the new keys.
#[derive(Debug)]
pub(super) struct WatchingKeys {
    pub(super) gateway: Arc<dyn PaymentGateway>,
    pub(super) keys: Keys,
}

#[async_trait]
impl PaymentGateway for WatchingKeys {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let tried = self.keys.gateway();
        let answer = self.gateway.call(call).await;
        if answer.as_ref().is_err_and(|failure| failure.reason == FailureReason::NotVerified) {
            self.keys.look_again(&tried).await;
        }
        answer
    }
}
