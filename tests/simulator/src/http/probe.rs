//! Asks a simulator, here or elsewhere, whether it serves.
//! What its health says is made in `control`.

use std::time::Duration;

use serde_json::Value;

use super::tls::{CertificateError, client_config};

const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Why a simulator does not count as serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The address cannot be asked.
    #[error("{url} is not an address such as http://127.0.0.1:4010")]
    Address {
        /// What was given.
        url: String,
    },
    /// The certificate to trust cannot be used.
    #[error("the certificate to trust cannot be used")]
    Certificate(#[from] CertificateError),
    /// Nobody answers, or not within three seconds.
    #[error("no answer from {url}")]
    NoAnswer {
        /// What was asked.
        url: String,
        /// What the HTTP client says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Somebody answers, but no simulator that is well.
    #[error("{url} answers with status {status}, and not as a simulator that serves")]
    Unwell {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
}

/// The health of the simulator at this address (`http://…` or `https://…`, without a path): version, client id, virtual
/// time. Over TLS only the given authority is trusted, the `ca.pem` of the simulator's keys folder.
///
/// # Errors
/// If it does not answer within three seconds, or not as a simulator that serves.
pub async fn probe(url: &str, ca_pem: Option<&str>) -> Result<Value, ProbeError> {
    let address = || ProbeError::Address { url: url.to_owned() };
    let mut asked = reqwest::Url::parse(url).map_err(|_| address())?;
    if !matches!(asked.scheme(), "http" | "https") || !asked.has_host() {
        return Err(address());
    }
    asked.set_path("/_simulator/health");
    let no_answer =
        |source: reqwest::Error| ProbeError::NoAnswer { url: url.to_owned(), source: source.into() };
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(client_config(ca_pem)?)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LONGEST_WAIT)
        .no_proxy()
        .build()
        .map_err(no_answer)?;
    let answer = client.get(asked).send().await.map_err(no_answer)?;
    let status = answer.status().as_u16();
    let health: Value = serde_json::from_str(&answer.text().await.map_err(no_answer)?).unwrap_or_default();
    if status == 200 && health.get("status").and_then(Value::as_str) == Some("ok") {
        Ok(health)
    } else {
        Err(ProbeError::Unwell { url: url.to_owned(), status })
    }
}
