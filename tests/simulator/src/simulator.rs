//! A running simulator: what to start it with, where it is, and its end.
//! The command line around it is the binary's.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_rustls::TlsAcceptor;

use crate::core::{Completion, CompletionError, Gateway, GatewaySettings, ScenarioBook, Time};
use crate::http::{
    Archive, CertificateError, Certificates, Clock, ClockMode, Door, Identities, Keys, KeysError, Links,
    Parts, Patience, Server, Shell, StateError, StateFile,
};

/// What a simulator is started with. The default listens on a free loopback port, with keys of its own in memory and
/// the machine's clock. Build it from the default, so that it survives further settings:
///
/// ```
/// use antom_simulator::{ClockMode, Settings};
///
/// let settings = Settings { clock: ClockMode::Manual, seed: 7, ..Settings::default() };
/// # assert_eq!(settings.journal, 1_000);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where HTTP is served; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where HTTPS is served, if at all; port 0 picks a free one.
    pub tls_listen: Option<SocketAddr>,
    /// Names for the certificate beside the gateway's real hosts and loopback.
    pub tls_names: Vec<String>,
    /// Folder for the keys, created and filled if it is empty; without one they live in memory and are new each time.
    pub keys: Option<PathBuf>,
    /// How virtual time moves.
    pub clock: ClockMode,
    /// When virtual time begins; the machine's time if absent.
    pub start: Option<Time>,
    /// Decides ids and faults: the same calls at the same times with the same seed have the same answers.
    pub seed: u64,
    /// How many journal entries are kept; 0 keeps none and saves their making.
    pub journal: usize,
    /// Whether amounts 9901 to 9904 have the meaning that the vendor's mock host gives them.
    pub magic_amounts: bool,
    /// Whether fields that the gateway does not know are refused; the real one passes over them.
    pub strict_wire: bool,
    /// Whether notifications may go to other addresses than loopback ones.
    pub allow_remote: bool,
    /// File in which the state outlives the simulator; it needs a keys folder. Snapshots are not part of it.
    pub state: Option<PathBuf>,
    /// The script of the gateway's own web SDK, for the page to try it on; nothing else reads it.
    pub web_sdk: Option<PathBuf>,
    /// File of scenarios that the control API starts by name.
    pub scenarios: Option<PathBuf>,
    /// How long a client may take to send a request.
    pub patience: Patience,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            tls_listen: None,
            tls_names: Vec::new(),
            keys: None,
            clock: ClockMode::Real { speed: 1 },
            start: None,
            seed: 1,
            journal: 1_000,
            magic_amounts: false,
            strict_wire: false,
            allow_remote: false,
            state: None,
            web_sdk: None,
            scenarios: None,
            patience: Patience::default(),
        }
    }
}

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The keys folder is at fault.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The state file is at fault.
    #[error(transparent)]
    State(#[from] StateError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] CertificateError),
    /// The script of the web SDK cannot be read.
    #[error("cannot read {} for --web-sdk", path.display())]
    WebSdk {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file of scenarios is at fault.
    #[error("{} of --scenarios cannot be used: {reason}", path.display())]
    Scenarios {
        /// The file.
        path: PathBuf,
        /// Which scenario it is and what is wrong with it, or what the operating system says.
        reason: String,
    },
    /// The client that posts notifications cannot be made.
    #[error("the client for notifications cannot be made")]
    Poster(#[source] reqwest::Error),
}

/// A running simulator; dropping it ends it, with all its connections.
#[derive(Debug)]
pub struct Simulator {
    shell: Arc<Shell>,
    links: Links,
    ca_pem: Option<String>,
}

impl Simulator {
    /// Starts with the default settings.
    ///
    /// # Errors
    /// If no port or key can be had.
    pub async fn start() -> Result<Self, StartError> {
        Self::start_with(Settings::default()).await
    }

    /// Starts with these settings. Nothing is global: several may run side by side.
    ///
    /// # Errors
    /// If an address is taken, the keys folder is incomplete or cannot be written, or the state file cannot be read.
    pub async fn start_with(settings: Settings) -> Result<Self, StartError> {
        let server = bind(settings.listen).await?;
        let tls_server = match settings.tls_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let authority = |server: &Server, address| {
            server.authority().map_err(|source| StartError::Bind { address, source })
        };
        let links = Links {
            http: format!("http://{}", authority(&server, settings.listen)?),
            tls: match (&tls_server, settings.tls_listen) {
                (Some(server), Some(address)) => Some(format!("https://{}", authority(server, address)?)),
                _ => None,
            },
        };
        let folder = settings.keys.as_deref();
        let keys = match folder {
            Some(folder) => Keys::open(folder)?,
            None => Keys::generate()?,
        };
        let certificates = match tls_server {
            Some(_) => Some(Certificates::make(folder, &settings.tls_names)?),
            None => None,
        };
        let ca_pem = certificates.as_ref().map(|certificates| certificates.ca_pem.clone());
        let tls_config = certificates.map(|certificates| certificates.server_config()).transpose()?;
        let shell = Arc::new(make_shell(&settings, keys, &links, ca_pem.as_deref())?);
        if let Some(folder) = folder {
            shell.keys.write_configuration(folder, &links)?;
        }
        // From here on nothing fails, so that no task is left behind.
        let door = |listen: SocketAddr| Door::new(&settings.tls_names, listen.ip());
        shell.tasks.spawn(Arc::clone(&shell).run());
        shell.tasks.spawn(Arc::clone(&shell).keep_state());
        shell.tasks.spawn(server.serve(Arc::clone(&shell), door(settings.listen), settings.patience, None));
        let tls = tls_server.zip(settings.tls_listen).zip(tls_config);
        if let Some(((server, listen), config)) = tls {
            let acceptor = TlsAcceptor::from(config);
            shell.tasks.spawn(server.serve(
                Arc::clone(&shell),
                door(listen),
                settings.patience,
                Some(acceptor),
            ));
        }
        Ok(Self { shell, links, ca_pem })
    }

    /// Ends the simulator and waits until its ports are closed and no task of it is left. Dropping it ends it as well,
    /// without waiting.
    pub async fn stop(self) {
        self.shell.tasks.end();
        self.shell.tasks.ended().await;
    }

    /// `http://` and the address, without a final slash: what a merchant is configured with.
    pub fn base_url(&self) -> &str {
        &self.links.http
    }

    /// `https://` and the address, if TLS is served.
    pub fn tls_url(&self) -> Option<&str> {
        self.links.tls.as_deref()
    }

    /// The certificate authority to trust for TLS, as PEM; `None` if TLS is not served.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The merchant's client id; it starts with `SANDBOX_`.
    pub fn client_id(&self) -> &str {
        &self.shell.keys.client_id
    }

    /// The merchant's private key as PKCS#8 PEM.
    pub fn merchant_private_key(&self) -> &str {
        &self.shell.keys.merchant_private_pem
    }

    /// The gateway's public key as SPKI PEM, key version 1.
    pub fn antom_public_key(&self) -> &str {
        &self.shell.keys.antom_public_pem
    }

    /// The merchant's API key for the gateway, `isak_TEST_…`: an alternative to signatures, taken over TLS and from
    /// loopback.
    pub fn gateway_api_key(&self) -> &str {
        &self.shell.keys.gateway_api_key
    }

    /// The present moment of virtual time.
    pub fn now(&self) -> Time {
        self.shell.clock.now()
    }

    /// Moves virtual time on, with a running clock too; returns when every notification that came due was answered or
    /// timed out, and tells the time that it is then.
    pub async fn advance(&self, by: Duration) -> Time {
        self.shell.advance(by).await
    }

    /// Acts for the buyer of a payment.
    ///
    /// # Errors
    /// If there is no such payment, or it is final.
    pub fn complete(&self, payment_request_id: &str, act: &Completion) -> Result<Value, CompletionError> {
        self.shell.work(|gateway, now| gateway.complete(now, None, payment_request_id, act))
    }

    /// Acts for the buyer who stores a card.
    ///
    /// # Errors
    /// If there is no such vaulting, or it is final.
    pub fn complete_vaulting(
        &self,
        vaulting_request_id: &str,
        act: &Completion,
    ) -> Result<Value, CompletionError> {
        self.shell.work(|gateway, now| gateway.complete_vaulting(now, None, vaulting_request_id, act))
    }

    /// What really happened to the money.
    pub fn ledger(&self) -> Value {
        self.shell.work(|gateway, now| {
            gateway.run_to(now);
            gateway.ledger(None)
        })
    }

    /// Writes the state file, if there is one and anything has changed; dropping the simulator does so too, but can only
    /// log that it failed.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self) -> Result<(), StateError> {
        self.shell.write_state()
    }

    /// Replaces the fault rules; see the control API for their form.
    ///
    /// # Errors
    /// If the plan is not understood; it says what is wrong.
    pub fn set_faults(&self, plan: Value) -> Result<usize, String> {
        self.shell.work(|gateway, _| gateway.set_faults(plan))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shell.tasks.end();
        if let Err(error) = self.shell.end_state() {
            tracing::error!(%error, "the state is not saved");
        }
    }
}

async fn bind(address: SocketAddr) -> Result<Server, StartError> {
    Server::bind(address).await.map_err(|source| StartError::Bind { address, source })
}

fn make_shell(
    settings: &Settings,
    keys: Keys,
    links: &Links,
    ca_pem: Option<&str>,
) -> Result<Shell, StartError> {
    let (state_file, saved) = match (&settings.state, &settings.keys) {
        (None, _) => (None, None),
        (Some(_), None) => return Err(StateError::NeedsKeys.into()),
        (Some(path), Some(_)) => {
            let (file, saved) = StateFile::open(path, &keys.client_id)?;
            (Some(file), saved)
        }
    };
    let gateway_settings = GatewaySettings {
        seed: settings.seed,
        base_url: links.http.clone(),
        journal: settings.journal,
        magic_amounts: settings.magic_amounts,
        strict_wire: settings.strict_wire,
    };
    let (clock, gateway, identities) = match saved {
        None => {
            let clock = Clock::new(settings.clock, settings.start);
            let gateway = Gateway::new(gateway_settings, clock.now());
            (clock, gateway, Identities::of(&keys)?)
        }
        Some(state) => {
            let clock = Clock::resumed(settings.clock, settings.start, state.clock);
            let identities = Identities::resumed(&keys, &state)?;
            (clock, state.gateway.resume(gateway_settings), identities)
        }
    };
    let archive = match &settings.keys {
        Some(folder) => Archive::beside(folder),
        // No two simulators have the same client id.
        None => Archive::temporary(&keys.client_id),
    };
    let poster = crate::http::poster(ca_pem)?;
    let web_sdk = match &settings.web_sdk {
        None => None,
        Some(path) => {
            let read = std::fs::read_to_string(path);
            Some(read.map_err(|source| StartError::WebSdk { path: path.clone(), source })?)
        }
    };
    let scenario_book = match &settings.scenarios {
        None => ScenarioBook::default(),
        Some(path) => {
            let fault = |reason| StartError::Scenarios { path: path.clone(), reason };
            let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
            ScenarioBook::read(&text).map_err(fault)?
        }
    };
    Ok(Shell::new(Parts {
        clock,
        keys,
        identities,
        poster,
        allow_remote: settings.allow_remote,
        web_sdk,
        scenario_book,
        archive,
        gateway,
        state_file,
    }))
}
