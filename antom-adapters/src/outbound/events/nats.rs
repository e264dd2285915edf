//! Merchant events to NATS JetStream: one message each, confirmed by the stream that takes it.
//! The stream itself, how long it keeps what, and who reads it, is the merchant's.
//!
//! An event goes to `<subject>.<type>`, such as `antom.events.order.paid`, with its id as `Nats-Msg-Id`: within the stream's
//! duplicate window an event that comes again is stored once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use antom_core::secret::Secret;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEvent;
use antom_domain::port::{EventPublisher, PublishFailure, PublishFailureReason};
use async_nats::connection::State;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions, ServerAddr};
use async_trait::async_trait;
use rustls::{ClientConfig, RootCertStore};

/// Where the stream is.
#[derive(Debug, Clone)]
pub struct NatsServer {
    /// `nats://` or `tls://` addresses of one cluster, separated by commas; each may hold a user and a password, or a token.
    pub url: Secret,
    /// The content of a credentials file, where the server asks for one.
    pub credentials: Option<Secret>,
}

/// The publisher cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NatsError {
    /// An address cannot be read; it is not repeated, since it may hold a password.
    #[error("must be nats://host:port or tls://host:port, several separated by commas")]
    Address,
    /// The credentials cannot be read.
    #[error("the credentials are not those of a NATS user")]
    Credentials,
    /// TLS cannot be set up with this machine's certificate authorities.
    #[error("TLS cannot be set up with this machine's certificate authorities")]
    Tls,
    /// The client cannot be set up.
    #[error("the client cannot be set up")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl NatsServer {
    /// The addresses, read.
    ///
    /// # Errors
    /// [`NatsError::Address`].
    pub fn addresses(&self) -> Result<Vec<ServerAddress>, NatsError> {
        self.url.expose().split(',').map(|text| ServerAddress::read(text.trim())).collect()
    }
}

/// One address of a server.
#[derive(Clone)]
pub struct ServerAddress(ServerAddr);

impl ServerAddress {
    fn read(text: &str) -> Result<ServerAddress, NatsError> {
        let address: ServerAddr = text.parse().map_err(|_| NatsError::Address)?;
        let is_known = matches!(address.scheme(), "nats" | "tls");
        if is_known && !address.host().is_empty() {
            Ok(ServerAddress(address))
        } else {
            Err(NatsError::Address)
        }
    }

    /// Whether the connection is encrypted whatever the server says.
    pub fn is_encrypted(&self) -> bool {
        self.0.tls_required()
    }

    /// The host, without a user or a password.
    pub fn host(&self) -> &str {
        self.0.host()
    }
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerAddress").field(&self.host()).finish()
    }
}

/// Whether this is a subject under which events can be published: words of visible ASCII without wildcards, joined by dots.
pub fn is_subject(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic() && !b"*>".contains(&byte))
    };
    text.len() <= 200 && !text.starts_with('$') && text.split('.').all(is_word)
}

/// Publishes each event under one subject.
pub struct NatsPublisher {
    client: Client,
    stream: Context,
    subject: String,
    timeout: Duration,
}

impl NatsPublisher {
    /// A publisher under this subject. The connection is made, and made again when it is lost, in the background; one attempt
    /// takes at most `timeout`.
    ///
    /// # Errors
    /// [`NatsError`]; a server that is away is none.
    pub async fn connect(
        server: &NatsServer,
        subject: impl Into<String>,
        timeout: Duration,
    ) -> Result<NatsPublisher, NatsError> {
        let addresses: Vec<ServerAddr> = server.addresses()?.into_iter().map(|address| address.0).collect();
        let options = ConnectOptions::new()
            .name("antom")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .connection_timeout(timeout)
            .tls_client_config(tls()?);
        let options = match &server.credentials {
            Some(credentials) => {
                options.credentials(credentials.expose()).map_err(|_| NatsError::Credentials)?
            }
            None => options,
        };
        let client = options.connect(addresses).await.map_err(|error| NatsError::Setup(Box::new(error)))?;
        let mut stream = jetstream::new(client.clone());
        stream.set_timeout(timeout);
        Ok(NatsPublisher { client, stream, subject: subject.into(), timeout })
    }

    async fn send(&self, event: &MerchantEvent) -> Result<(), PublishErrorKind> {
        let payload = event.payload().map_err(|_| PublishErrorKind::Other)?;
        let subject = format!("{}.{}", self.subject, event.kind);
        let message = PublishMessage::build().payload(payload.into()).message_id(event.id().as_str());
        let sent = self.stream.send_publish(subject, message).await.map_err(|error| error.kind())?;
        sent.await.map(|_| ()).map_err(|error| error.kind())
    }
}

/// Ring, whatever else the process has compiled in, and the machine's own authorities.
fn tls() -> Result<ClientConfig, NatsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| NatsError::Tls)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[async_trait]
impl EventPublisher for NatsPublisher {
    async fn publish(&self, event: &MerchantEvent, _at: Timestamp) -> Result<(), PublishFailure> {
        // What is handed to a client without a connection is sent when it has one again, long after we gave it up.
        if self.client.connection_state() != State::Connected {
            return Err(PublishFailure::new(PublishFailureReason::NoConnection));
        }
        let sent = tokio::time::timeout(self.timeout, self.send(event)).await;
        let kind = match sent {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(kind)) => kind,
            Err(_) => PublishErrorKind::TimedOut,
        };
        Err(PublishFailure::new(match kind {
            PublishErrorKind::StreamNotFound => PublishFailureReason::NoStream,
            PublishErrorKind::TimedOut => PublishFailureReason::Timeout,
            PublishErrorKind::BrokenPipe => PublishFailureReason::ConnectionLost,
            _ => PublishFailureReason::NotConfirmed,
        }))
    }
}

impl fmt::Debug for NatsPublisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsPublisher").field("subject", &self.subject).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_words_and_no_wildcards() {
        for subject in ["antom", "antom.events", "shop-1.pay_2"] {
            assert!(is_subject(subject), "{subject}");
        }
        for subject in ["", "antom.", ".antom", "a..b", "antom.*", "antom.>", "a b", "$JS.API", "café"] {
            assert!(!is_subject(subject), "{subject}");
        }
    }

    #[test]
    fn an_address_is_read_and_its_password_is_not_shown() {
        let server = |url: &str| NatsServer { url: Secret::from(url), credentials: None };
        let several =
            server("tls://shop:canary@nats-1.example:4222, nats://127.0.0.1:4222").addresses().unwrap();
        assert_eq!(several.iter().map(ServerAddress::is_encrypted).collect::<Vec<_>>(), [true, false]);
        assert_eq!(several[0].host(), "nats-1.example");
        assert!(!format!("{several:?}").contains("canary"));
        for url in ["http://nats.example", "", "nats://", "wss://canary.example", "nats://a,ftp://canary"] {
            let refused = server(url).addresses().unwrap_err();
            assert!(!refused.to_string().contains("canary"));
        }
    }
}
