//! A client of the merchant API, and what its answers mean for a command.
//! What is printed of an answer is left to the commands.

use std::sync::Arc;
use std::time::Duration;

use antom_core::Secret;
use antom_http::Endpoint;
use reqwest::{Client, Method, RequestBuilder, Url, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

use super::answer::{Answer, IN_DOUBT, NEGATIVE, REFUSED, STORAGE, USAGE};

/// Longer than the service itself waits for the gateway.
const PATIENCE: Duration = Duration::from_secs(60);
/// More than any page of the merchant API.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The merchant API at one address, with one key.
#[derive(Debug)]
pub(super) struct Service {
    client: Client,
    base: Url,
    key: Secret,
}

/// What the service answered.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    text: String,
    json: Value,
}

/// Why there is no answer.
#[derive(Debug)]
enum NoAnswer {
    NotSent(String),
    MaybeSent(String),
}

impl Service {
    /// Https to anywhere, http to this machine only: the key goes along with every request.
    pub(super) fn new(url: &str, key: Secret) -> Result<Self, Answer> {
        let allowed = Endpoint::custom(url.trim_end_matches('/'));
        allowed.map_err(|error| Answer::usage(format!("the service's address: {error}")))?;
        let base =
            Url::parse(url).map_err(|error| Answer::usage(format!("the service's address: {error}")))?;
        let client = client().map_err(|error| Answer::configuration(&format!("no client: {error}")))?;
        Ok(Self { client, base, key })
    }

    /// Reads something.
    pub(super) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Reply, Answer> {
        let mut url = self.url(path);
        for (name, value) in query {
            url.query_pairs_mut().append_pair(name, value);
        }
        self.exchange(self.client.request(Method::GET, url)).map_err(|no_answer| match no_answer {
            NoAnswer::NotSent(why) | NoAnswer::MaybeSent(why) => self.away(&why),
        })
    }

    /// Asks for something; `again` says how to ask for the same thing once more.
    pub(super) fn post(&self, path: &[&str], body: &Value, again: &str) -> Result<Reply, Answer> {
        let request = self.client.request(Method::POST, self.url(path));
        let request = request.header("content-type", "application/json").body(body.to_string());
        self.exchange(request).map_err(|no_answer| match no_answer {
            NoAnswer::NotSent(why) => self.away(&why),
            NoAnswer::MaybeSent(why) => {
                Answer::in_doubt(format!("the service may have done it, its answer is lost ({why}); {again}"))
            }
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().push("v1").extend(path);
        }
        url
    }

    fn away(&self, why: &str) -> Answer {
        let reason = format!(
            "no service answers at {} ({why}); is `antom serve` running there? While it is not, orders, payments and \
             notifications can be read with --offline",
            self.base
        );
        Answer::configuration(&reason)
    }

    fn exchange(&self, request: RequestBuilder) -> Result<Reply, NoAnswer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| NoAnswer::NotSent(error.to_string()))?;
        let request = request.bearer_auth(self.key.expose()).timeout(PATIENCE);
        runtime.block_on(async {
            let mut response = request.send().await.map_err(|error| {
                let why = root_cause(&error);
                if error.is_connect() || error.is_builder() {
                    NoAnswer::NotSent(why)
                } else {
                    NoAnswer::MaybeSent(why)
                }
            })?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            let broken = |error: reqwest::Error| NoAnswer::MaybeSent(root_cause(&error));
            while let Some(chunk) = response.chunk().await.map_err(broken)? {
                if chunk.len() > MAX_ANSWER.saturating_sub(body.len()) {
                    return Err(NoAnswer::MaybeSent("it is too large".to_owned()));
                }
                body.extend_from_slice(&chunk);
            }
            let text = String::from_utf8_lossy(&body).into_owned();
            let json = serde_json::from_str(&text).unwrap_or(Value::Null);
            Ok(Reply { status, text, json })
        })
    }
}

impl Reply {
    /// An answer without a service, as the service would have given it.
    pub(super) fn found(json: Value) -> Self {
        Self { status: 200, text: json.to_string(), json }
    }

    /// The answer of the service for something that is not there.
    pub(super) fn not_found(what: &str) -> Self {
        let json =
            json!({ "status": 404, "code": "not_found", "detail": format!("there is no such {what}") });
        Self { status: 404, text: json.to_string(), json }
    }

    /// What a good answer holds; any other one as it is.
    pub(super) fn good(self) -> Result<Value, Self> {
        if self.status == 200 { Ok(self.json) } else { Err(self) }
    }

    /// What the command says: `show` prints a good answer, `has_failed` looks whether the gateway refused in it, and
    /// `later` says what to do where the outcome is not known yet.
    pub(super) fn judge(
        self,
        show: impl FnOnce(&Value) -> String,
        has_failed: impl FnOnce(&Value) -> bool,
        later: &str,
    ) -> Answer {
        let is_refused = matches!(self.status, 200 | 201) && has_failed(&self.json);
        let (code, text) = match self.status {
            _ if is_refused => (REFUSED, format!("the gateway refused\n{}", show(&self.json))),
            200 | 201 => (0, show(&self.json)),
            202 => (IN_DOUBT, format!("the outcome is not known yet; {later}\n{}", show(&self.json))),
            400 => (USAGE, problem(&self.json)),
            404 | 409 => (NEGATIVE, problem(&self.json)),
            422 => (REFUSED, problem(&self.json)),
            401 => {
                (STORAGE, "the service does not know this API key; `antom api-key new` makes one".to_owned())
            }
            status => (STORAGE, format!("the service answers {status}: {}", problem(&self.json))),
        };
        Answer::with_code(code, text, self.text)
    }

    /// What a reading command says.
    pub(super) fn shown(self, show: impl FnOnce(&Value) -> String) -> Answer {
        self.judge(show, |_| false, "ask again")
    }
}

/// The detail of a problem and its fields.
fn problem(problem: &Value) -> String {
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).unwrap_or("no detail was given").to_owned()
    };
    let fields = problem.get("errors").and_then(Value::as_array).into_iter().flatten();
    let fields: String =
        fields.map(|field| format!("\n  {}: {}", text(field, "field"), text(field, "message"))).collect();
    text(problem, "detail") + &fields
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn client() -> Result<Client, Box<dyn std::error::Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Client::builder().tls_backend_preconfigured(tls).http1_only().no_proxy();
    Ok(client.redirect(redirect::Policy::none()).retry(retry::never()).build()?)
}
