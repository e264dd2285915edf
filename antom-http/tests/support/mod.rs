//! A client with a test key over any transport, and a gateway that signs its answers with the same key.
//! What is answered, and what becomes of it, is left to the tests.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

pub mod time;

use std::sync::Arc;
use std::time::Duration;

use antom_core::{Api, ClientId, Timestamp};
use antom_http::{
    Answer, CallError, Client, Clock, Endpoint, HttpRequest, HttpResponse, RsaCredential, Transport,
};
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, LocalSigner, MerchantKey, PublicKey, SharedKeyRing, SignatureHeader,
    canonical,
};

pub const PRIVATE: &str = include_str!("../../../antom-signing/tests/data/test_private.pem");
pub const PUBLIC: &str = include_str!("../../../antom-signing/tests/data/test_public.pem");
pub const CLIENT: &str = "SANDBOX_5X00000000000000";
pub const PATH: &str = "/ams/sandbox/api/v1/payments/pay";
pub const TIME: &str = "2026-11-22T09:30:01+08:00";
pub const REQUEST: &str = r#"{"paymentRequestId":"R-1","paymentAmount":{"currency":"USD","value":"1000"}}"#;

pub fn signer() -> LocalSigner {
    LocalSigner::new(MerchantKey::parse(PRIVATE).unwrap(), KeyVersion::FIRST)
}

pub fn credential() -> RsaCredential {
    let client_id = ClientId::parse(CLIENT).unwrap();
    let entry = KeyEntry::new(KeyVersion::FIRST, PublicKey::parse(PUBLIC).unwrap());
    let keys = SharedKeyRing::new(KeyRing::new().with(client_id.clone(), entry));
    RsaCredential::new(client_id, Arc::new(signer()), keys)
}

pub fn clock() -> Clock {
    Arc::new(|| Timestamp::from_epoch_millis(1_795_311_000_000))
}

pub fn client_at(base_url: &str, transport: impl Transport) -> Client {
    Client::new(Endpoint::custom(base_url).unwrap(), Arc::new(credential()), Arc::new(transport), clock())
}

pub fn client(transport: impl Transport) -> Client {
    client_at("https://gateway.example", transport)
}

/// With a time of its own.
pub fn client_with(clock: Clock, transport: impl Transport) -> Client {
    let endpoint = Endpoint::custom("https://gateway.example").unwrap();
    Client::new(endpoint, Arc::new(credential()), Arc::new(transport), clock)
}

pub async fn pay(client: &Client) -> Result<Answer, CallError> {
    client.call(Api::Pay, REQUEST.as_bytes().to_vec(), Duration::from_secs(5)).await
}

pub fn result_body(code: &str, status: &str) -> String {
    format!(
        r#"{{"result":{{"resultCode":"{code}","resultStatus":"{status}","resultMessage":"m"}},"paymentRequestId":"R-1"}}"#
    )
}

pub fn unsigned(status: u16, body: &str) -> HttpResponse {
    let headers = vec![("Content-Type".to_owned(), b"application/json".to_vec())];
    HttpResponse { status, headers, body: body.as_bytes().to_vec() }
}

/// Signed for the path of the request, as the gateway does it.
pub fn signed(request: &HttpRequest, status: u16, body: &str) -> HttpResponse {
    let path = request.url.strip_prefix("https://gateway.example").unwrap();
    signed_for(path, CLIENT, status, body)
}

pub fn signed_for(path: &str, client_id: &str, status: u16, body: &str) -> HttpResponse {
    let mut response = unsigned(status, body);
    for (name, value) in signed_headers(path, client_id, body) {
        response.headers.push((name.to_owned(), value.into_bytes()));
    }
    response
}

pub fn signed_headers(path: &str, client_id: &str, body: &str) -> Vec<(&'static str, String)> {
    let signature = signer().sign_now(&canonical("POST", path, client_id, TIME, body.as_bytes())).unwrap();
    let header = SignatureHeader::new(Some(KeyVersion::FIRST), signature);
    vec![
        ("client-id", client_id.to_owned()),
        ("response-time", TIME.to_owned()),
        ("signature", header.to_string()),
    ]
}
