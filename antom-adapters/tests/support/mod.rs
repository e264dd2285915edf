//! A running service with storage in memory, a gateway that signs with the test key, and sockets to speak to it byte by byte.
//! What is sent, and what must come of it, is left to the tests.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;

use antom_adapters::service::{Builder, Config, Limits, Running};
use antom_core::time::Timestamp;
use antom_domain::port::{EventQueue, IdKey, Inbox, OrderStore, Outbox};
use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock};
use antom_signing::{KeyVersion, LocalSigner, MerchantKey, SignatureHeader, canonical};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const GATEWAY_PRIVATE: &str = include_str!("../../../antom-signing/tests/data/test_private.pem");
pub(crate) const GATEWAY_PUBLIC: &str = include_str!("../../../antom-signing/tests/data/test_public.pem");
const VECTORS: &str = include_str!("../../../tests/vectors/signing-vectors.json");
pub(crate) const CLIENT: &str = "SANDBOX_5X00000000000000";
const TIME: &str = "2026-11-22T01:30:00Z";
pub(crate) const PATH: &str = "/notifications/antom";
/// About a payment that nobody knows: it is stored, so that it is acknowledged.
pub(crate) const BODY: &str = r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"paymentRequestId":"R-1","paymentId":"2026","paymentAmount":{"currency":"USD","value":"1000"}}"#;

pub(crate) fn config(more: &[(&str, &str)]) -> Config {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let own = vectors[0]["private_key_pkcs8_b64"].as_str().unwrap().to_owned();
    let gateway = serde_json::json!({ "1": GATEWAY_PUBLIC }).to_string();
    let usual = [
        ("ANTOM__GATEWAY__BASE_URL", "http://127.0.0.1:1"),
        ("ANTOM__GATEWAY__CLIENT_ID", CLIENT),
        ("ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY", &own),
        ("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &gateway),
        ("ANTOM__SERVER__LISTEN", "127.0.0.1:0"),
        ("ANTOM__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
    ];
    let all = usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load_without_database(None, all).unwrap()
}

/// A builder whose clock stands five seconds after the notification was made.
pub(crate) fn builder(config: Config) -> Builder {
    let now = Timestamp::parse("2026-11-22T01:30:05Z").unwrap();
    Builder::new(config).gateway(Arc::new(ScriptedGateway::default())).clock(Arc::new(SetClock::new(now)))
}

pub(crate) async fn service(limits: Limits) -> Running {
    builder(config(&[])).storage(Arc::new(MemoryStore::new())).limits(limits).start().await.unwrap()
}

/// The header value over the notification, as the gateway signs a path.
pub(crate) fn signature(path: &str, body: &str, version: u32) -> String {
    let version = KeyVersion::new(version);
    let signer = LocalSigner::new(MerchantKey::parse(GATEWAY_PRIVATE).unwrap(), version);
    let signature = signer.sign_now(&canonical("POST", path, CLIENT, TIME, body.as_bytes())).unwrap();
    SignatureHeader::new(Some(version), signature).to_string()
}

/// The head of an honest notification, but for what `change` makes of its lines.
pub(crate) fn head_with(change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut lines = vec![
        format!("POST {PATH} HTTP/1.1"),
        "host: shop.example".to_owned(),
        "content-type: application/json; charset=UTF-8".to_owned(),
        format!("content-length: {}", BODY.len()),
        format!("client-id: {CLIENT}"),
        format!("request-time: {TIME}"),
        format!("signature: {}", signature(PATH, BODY, 1)),
    ];
    change(&mut lines);
    lines.join("\r\n") + "\r\n\r\n"
}

/// Signed by the gateway, with NUL in an id and in the kind, and half of a character in a text for people.
const ODD: [&str; 2] = [
    r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"tea \ud83c"},"paymentRequestId":"R-1","paymentId":"20\u000026"}"#,
    r#"{"notifyType":"PAYMENT\u0000RESULT","paymentRequestId":"R\u0000","paymentId":"2026\udf75"}"#,
];

/// Whatever the texts are, what the gateway signed is stored byte for byte and acknowledged.
pub(crate) async fn odd_notifications_are_kept<S: OrderStore + Outbox + Inbox + EventQueue>(store: Arc<S>) {
    let running = builder(config(&[])).storage(store.clone()).start().await.unwrap();
    for body in ODD {
        let head = head_with(|lines| {
            lines[3] = format!("content-length: {}", body.len());
            lines[6] = format!("signature: {}", signature(PATH, body, 1));
        });
        let answer = exchange(running.listening, &(head + body)).await;
        assert!(looks_acknowledged(&answer), "{body}: {answer}");
    }
    let mut kept: Vec<_> = store.recent(9).await.unwrap();
    kept.sort_by_key(|mark| mark.verdict.as_str());
    let words: Vec<_> = kept.iter().map(|mark| mark.verdict.as_str()).collect();
    assert_eq!(words, ["kept", "parked"]);
    assert_eq!(kept[0].notification.body, ODD[1].as_bytes());
    assert_eq!(kept[0].notification.notify_type, "PAYMENT\0RESULT");
    assert_eq!(kept[1].notification.body, ODD[0].as_bytes());
    let found = store.parked(&[IdKey::Payment("20\u{0}26".to_owned())]).await.unwrap();
    assert_eq!(found.len(), 1, "it is found by its odd id");
    running.stop().await;
}

pub(crate) fn honest() -> String {
    head_with(|_| ()) + BODY
}

pub(crate) async fn connect(to: SocketAddr) -> TcpStream {
    TcpStream::connect(to).await.unwrap()
}

/// Sends on a fresh connection and answers everything that comes back until the other side closes it.
pub(crate) async fn exchange(to: SocketAddr, request: &str) -> String {
    let mut stream = connect(to).await;
    let closing = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(closing.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

/// Everything that still comes; a connection that is reset has ended too.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// Whether the gateway would take it for an acknowledgement, read as generously as it might.
pub(crate) fn looks_acknowledged(answer: &str) -> bool {
    (200..300).contains(&status(answer)) || answer.to_lowercase().contains("success")
}
