//! The network around the gateway: listeners, TLS, keys, signatures, delivery, the control API, the buyer's page.
//! What the gateway decides is in `core`.

mod answers;
mod antom_keys;
mod api_keys;
mod archive;
mod authentication;
mod buyer;
mod clients;
mod clock;
mod console;
mod control;
mod crypto;
mod delivery;
mod door;
mod gateway_api;
mod keys;
mod patience;
mod probe;
mod server;
mod shell;
mod state;
mod tasks;
mod tls;
mod truststore;
mod wait;

pub use clock::ClockMode;
pub use crypto::CryptoError;
pub use keys::KeysError;
pub use patience::Patience;
pub use probe::{ProbeError, probe};
pub use state::StateError;
pub use tls::CertificateError;

pub(crate) use archive::Archive;
pub(crate) use clock::Clock;
pub(crate) use delivery::poster;
pub(crate) use door::Door;
pub(crate) use keys::{Keys, Links};
pub(crate) use server::Server;
pub(crate) use shell::{Identities, Parts, Shell};
pub(crate) use state::StateFile;
pub(crate) use tls::Certificates;
