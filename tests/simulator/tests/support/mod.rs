//! A merchant for tests: signs requests, checks answers and notifications, with the keys that the simulator hands out.
//! It is written on the raw cryptography library, so that it does not repeat the simulator's own mistakes.

use std::sync::{Arc, Mutex};

use antom_simulator::Simulator;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};

const TIME: &str = "1767924000000";

/// An answer of the gateway and what its signature is worth.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) has_signature: bool,
    pub(crate) is_signed: bool,
    pub(crate) key_version: Option<String>,
}

/// A notification as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Notified {
    pub(crate) body: Value,
    signed: String,
    signature: String,
}

pub(crate) struct Merchant {
    pub(crate) client: reqwest::Client,
    base: String,
    client_id: String,
    key: RsaKeyPair,
    gateway_key: Vec<u8>,
}

impl Merchant {
    pub(crate) fn of(simulator: &Simulator) -> Self {
        Self::with_key(simulator, simulator.client_id(), simulator.merchant_private_key())
    }

    pub(crate) fn with_key(simulator: &Simulator, client_id: &str, private_pem: &str) -> Self {
        Self::at(simulator.base_url(), client_id, private_pem, simulator.antom_public_key())
    }

    pub(crate) fn at(base: &str, client_id: &str, private_pem: &str, gateway_pem: &str) -> Self {
        Self {
            client: client_builder(&[]).build().expect("a client"),
            base: base.to_owned(),
            client_id: client_id.to_owned(),
            key: RsaKeyPair::from_pkcs8(&der(private_pem)).expect("a private key"),
            gateway_key: der(gateway_pem),
        }
    }

    /// The same merchant, with another public key of the gateway.
    pub(crate) fn trusting(self, gateway_pem: &str) -> Self {
        Self { gateway_key: der(gateway_pem), ..self }
    }

    pub(crate) fn over(simulator: &Simulator, client: reqwest::Client, base: &str) -> Self {
        Self { client, base: base.to_owned(), ..Self::of(simulator) }
    }

    pub(crate) fn headers(&self, path: &str, body: &str) -> Vec<(String, String)> {
        self.headers_for("POST", path, body)
    }

    pub(crate) fn headers_for(&self, method: &str, path: &str, body: &str) -> Vec<(String, String)> {
        self.sign(method, path, TIME, body)
    }

    pub(crate) fn headers_at(&self, time: &str, path: &str, body: &str) -> Vec<(String, String)> {
        self.sign("POST", path, time, body)
    }

    fn sign(&self, method: &str, path: &str, time: &str, body: &str) -> Vec<(String, String)> {
        let text = format!("{method} {path}\n{}.{time}.{body}", self.client_id);
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).expect("a signature");
        let value = STANDARD.encode(signature).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        [
            ("client-id", self.client_id.as_str()),
            ("request-time", time),
            ("signature", &format!("algorithm=RSA256,keyVersion=1,signature={value}")),
            ("content-type", "application/json; charset=UTF-8"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub(crate) async fn call(&self, operation: &str, body: &Value) -> Answered {
        self.send(&format!("/ams/sandbox/api/v1/payments/{operation}"), &body.to_string()).await
    }

    pub(crate) async fn send(&self, path: &str, body: &str) -> Answered {
        self.try_send(path, body).await.expect("an answer")
    }

    pub(crate) async fn try_send(&self, path: &str, body: &str) -> Result<Answered, reqwest::Error> {
        self.exchange("POST", path, body, self.headers(path, body)).await
    }

    pub(crate) async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: Vec<(String, String)>,
    ) -> Answered {
        self.exchange(method, path, body, headers).await.expect("an answer")
    }

    async fn exchange(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: Vec<(String, String)>,
    ) -> Result<Answered, reqwest::Error> {
        let verb = method.parse().expect("a method");
        let mut request = self.client.request(verb, format!("{}{path}", self.base)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let status = response.status().as_u16();
        let (client, time, signature) = (header("client-id"), header("response-time"), header("signature"));
        let text = response.text().await?;
        let is_signed = match (&client, &time, &signature) {
            (Some(client), Some(time), Some(signature)) => {
                self.verifies(&format!("{method} {path}\n{client}.{time}.{text}"), signature)
            }
            _ => false,
        };
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let key_version = signature.as_deref().and_then(key_version_in);
        Ok(Answered { status, body, has_signature: signature.is_some(), is_signed, key_version })
    }

    pub(crate) fn trusts(&self, notified: &Notified) -> bool {
        self.verifies(&notified.signed, &notified.signature)
    }

    fn verifies(&self, text: &str, header: &str) -> bool {
        let Some((_, value)) = header.split_once("signature=") else { return false };
        let value = value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        let Ok(signature) = STANDARD.decode(value) else { return false };
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.gateway_key);
        key.verify(text.as_bytes(), &signature).is_ok()
    }

    /// What a path answers to GET: status, content type and text.
    pub(crate) async fn get(&self, path: &str) -> (u16, String, String) {
        let response = self.client.get(format!("{}{path}", self.base)).send().await.expect("an answer");
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let (status, kind) = (response.status().as_u16(), kind.unwrap_or_default().to_owned());
        (status, kind, response.text().await.expect("text"))
    }

    /// A request to the control API: status and JSON.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let verb = method.parse().expect("a method");
        let mut request = self.client.request(verb, format!("{}/_simulator/{path}", self.base));
        if let Some(body) = body.filter(|body| !body.is_null()) {
            request = request.body(body.to_string());
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

impl Notified {
    pub(crate) fn key_version(&self) -> Option<String> {
        key_version_in(&self.signature)
    }
}

/// A merchant's notify URL that answers every notification with one status.
pub(crate) struct NotifyServer {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Notified>>>,
    task: tokio::task::JoinHandle<()>,
}

impl NotifyServer {
    pub(crate) async fn start(status: u16) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let handler = async move |State(log): State<Arc<Mutex<Vec<Notified>>>>,
                                  uri: Uri,
                                  headers: HeaderMap,
                                  body: Bytes| {
            let text = String::from_utf8(body.to_vec()).expect("text");
            let header =
                |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
            log.lock().expect("the log").push(Notified {
                body: serde_json::from_str(&text).expect("a JSON notification"),
                signed: format!("POST {uri}\n{}.{}.{text}", header("client-id"), header("request-time")),
                signature: header("signature"),
            });
            let answer =
                json!({"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}});
            (StatusCode::from_u16(status).expect("a status"), answer.to_string()).into_response()
        };
        let router = Router::new().fallback(handler).with_state(log);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("served");
        });
        Self { url: format!("http://{address}/notifications/antom?shop=1"), received, task }
    }

    /// What has arrived since this was last asked.
    pub(crate) fn take(&self) -> Vec<Notified> {
        std::mem::take(&mut self.received.lock().expect("the log"))
    }
}

impl Drop for NotifyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client that trusts only this authority and finds the host on loopback.
pub(crate) fn tls_client(ca_pem: &str, host: &str, port: u16) -> reqwest::Client {
    let authority = CertificateDer::from_pem_slice(ca_pem.as_bytes()).expect("a certificate");
    client_builder(&[authority]).resolve(host, ([127, 0, 0, 1], port).into()).build().expect("a client")
}

pub(crate) fn request_for(id: &str, notify_url: &str) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": id,
        "paymentAmount": {"currency": "SGD", "value": "4200"},
        "paymentMethod": {"paymentMethodType": "CARD"},
        "paymentFactor": {"isAuthorization": true},
        "order": {
            "referenceOrderId": "order-1",
            "orderDescription": "a chair",
            "orderAmount": {"currency": "SGD", "value": "4200"},
        },
        "paymentRedirectUrl": "https://shop.test/result",
        "paymentNotifyUrl": notify_url,
    })
}

fn client_builder(authorities: &[CertificateDer<'static>]) -> reqwest::ClientBuilder {
    let mut roots = rustls::RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.clone()).expect("a usable certificate");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
}

fn key_version_in(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("keyVersion=")?;
    rest.split(',').next().map(str::to_owned)
}

fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("base64")
}
