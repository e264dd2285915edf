//! What both examples need to be seen working: a configuration on free ports, and one HTTP request at a time.
//! What is replaced in the service is each example's own.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use antom_adapters::service::Config;
use serde_json::Value;

/// A test key, published with this repository: it guards nothing.
const OUR_PRIVATE_KEY: &str = include_str!("../../../antom-signing/tests/data/test_private.pem");
const GATEWAY_PUBLIC_KEY: &str = include_str!("../../../antom-signing/tests/data/other_public.pem");
/// The SHA-256 of `example`, as `sha256sum` prints it.
const API_KEY_SHA256: &str = "50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What a file `antom.toml` would say, given as variables.
pub(crate) fn config() -> Outcome<Config> {
    let public_keys = serde_json::json!({ "1": GATEWAY_PUBLIC_KEY }).to_string();
    let api_keys = format!(r#"[{{"name":"shop","sha256":"{API_KEY_SHA256}","scopes":["read","write"]}}]"#);
    let variables = [
        ("ANTOM__GATEWAY__BASE_URL", "https://open-sea-global.alipay.com"),
        ("ANTOM__GATEWAY__CLIENT_ID", "SANDBOX_5YEXAMPLE"),
        ("ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY", OUR_PRIVATE_KEY),
        ("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &public_keys),
        ("ANTOM__SERVER__LISTEN", "127.0.0.1:0"),
        ("ANTOM__SERVER__ADMIN_LISTEN", "127.0.0.1:0"),
        ("ANTOM__SERVER__API_KEYS", &api_keys),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Config::load_without_database(None, variables)?)
}

/// Posts to the merchant API, with its key; answers the status and the body.
pub(crate) async fn post(to: SocketAddr, path: &str, body: Value) -> Outcome<(u16, Value)> {
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {to}\r\nauthorization: Bearer example\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.to_string().len()
    );
    let answer = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(to)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    });
    let answer = answer.await??;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer has no body")?;
    let status = head.split(' ').nth(1).ok_or("the answer has no status")?.parse()?;
    Ok((status, serde_json::from_str(body)?))
}

/// An order of the value of one coffee.
pub(crate) fn order() -> Value {
    serde_json::json!({
        "referenceOrderId": "ORDER-1",
        "amount": { "currency": "USD", "value": "420" },
        "description": "One coffee",
        "buyer": { "referenceBuyerId": "BUYER-1" },
    })
}
