//! The transport over `reqwest` with rustls: certificates always checked, nothing followed, nothing decompressed.
//! What is sent, and what an answer means, is the client's business.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Proxy, Url, redirect, retry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::endpoint;
use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFault};

/// Connections outlive the polling period of 2 s many times, so that a poll never pays for a handshake.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// A host that does not take a connection by then is away; the request was not sent.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Optional settings of [`ReqwestTransport`].
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ReqwestOptions {
    /// PEM text of certificate authorities that are trusted *instead of* the public ones, for test gateways.
    pub ca_pem: Option<String>,
    /// URL of a proxy for all connections. The environment's proxy settings are never used.
    pub proxy: Option<String>,
}

impl ReqwestOptions {
    /// Trusts only these certificate authorities.
    #[must_use]
    pub fn with_ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// Connects through a proxy.
    #[must_use]
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }
}

/// Why the transport cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReqwestBuildError {
    /// No certificate in the PEM text, or one that is not readable.
    #[error("the certificate authorities are not readable as PEM certificates")]
    CaPem,
    /// Not a proxy URL.
    #[error("the proxy url is not readable")]
    Proxy,
    /// The TLS or HTTP library refuses its settings.
    #[error("the http client cannot be set up")]
    Setup,
}

/// One pooled HTTP/1.1 client over TLS 1.2 and 1.3 with the `ring` provider.
///
/// Keep one for the life of the process. Plain http reaches loopback addresses only; redirects come back as they are.
#[derive(Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// Sets the client up. No connection is made yet.
    ///
    /// # Errors
    /// [`ReqwestBuildError`] when a setting is not usable.
    pub fn new(options: &ReqwestOptions) -> Result<Self, ReqwestBuildError> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_config(options.ca_pem.as_deref())?)
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            // The signature covers the bytes as they came; another crate's choice of features must not change them.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE);
        let builder = match &options.proxy {
            Some(url) => builder.proxy(Proxy::all(url).map_err(|_| ReqwestBuildError::Proxy)?),
            None => builder,
        };
        let client = builder.build().map_err(|_| ReqwestBuildError::Setup)?;
        Ok(Self { client })
    }
}

fn tls_config(ca_pem: Option<&str>) -> Result<ClientConfig, ReqwestBuildError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| ReqwestBuildError::Setup)?;
    Ok(builder.with_root_certificates(roots(ca_pem)?).with_no_client_auth())
}

fn roots(ca_pem: Option<&str>) -> Result<RootCertStore, ReqwestBuildError> {
    let Some(pem) = ca_pem else {
        return Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect());
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| ReqwestBuildError::CaPem)?;
        roots.add(certificate).map_err(|_| ReqwestBuildError::CaPem)?;
    }
    if roots.is_empty() { Err(ReqwestBuildError::CaPem) } else { Ok(roots) }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let url = allowed(&request.url).ok_or(TransportError::not_sent(TransportFault::ForbiddenUrl))?;
        let mut builder = self.client.post(url).timeout(request.deadline);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let response = builder.body(request.body).send().await.map_err(before_answer)?;
        read(response, request.max_response).await
    }
}

/// Https to anywhere, http to this machine.
fn allowed(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let port = url.port_or_known_default()?;
    let base = format!("{}://{}:{port}", url.scheme(), url.host_str()?);
    let bare = url.username().is_empty() && url.password().is_none();
    if bare && endpoint::check_base(&base).is_ok() { Some(url) } else { None }
}

async fn read(mut response: reqwest::Response, max: usize) -> Result<HttpResponse, TransportError> {
    let too_large = || TransportError::maybe_sent(TransportFault::TooLarge);
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > max) {
        return Err(too_large());
    }
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(within_answer)? {
        if chunk.len() > max.saturating_sub(body.len()) {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpResponse { status, headers, body })
}

/// Only a connection that was never made, certificate included, is surely not sent.
fn before_answer(error: reqwest::Error) -> TransportError {
    let source =
        |error: reqwest::Error| -> Option<Box<dyn std::error::Error + Send + Sync>> { Some(Box::new(error)) };
    if error.is_builder() {
        TransportError::NotSent { fault: TransportFault::InvalidRequest, source: source(error) }
    } else if error.is_connect() {
        TransportError::NotSent { fault: TransportFault::Connect, source: source(error) }
    } else if error.is_timeout() {
        TransportError::MaybeSent { fault: TransportFault::Deadline, source: source(error) }
    } else {
        TransportError::MaybeSent { fault: TransportFault::Broken, source: source(error) }
    }
}

fn within_answer(error: reqwest::Error) -> TransportError {
    let fault = if error.is_timeout() { TransportFault::Deadline } else { TransportFault::Incomplete };
    TransportError::MaybeSent { fault, source: Some(Box::new(error)) }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}
