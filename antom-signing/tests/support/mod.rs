//! The test pair and a gateway that signs with it.
//! What is verified, and with what result, is left to the tests.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

use antom_core::{ClientId, Timestamp};
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, LocalSigner, MerchantKey, NotificationPolicy, NotificationRefused,
    PublicKey, SignatureHeader, VerifiedNotification, canonical, verify_notification,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub const PRIVATE: &str = include_str!("../data/test_private.pem");
pub const PUBLIC: &str = include_str!("../data/test_public.pem");
pub const OTHER_PUBLIC: &str = include_str!("../data/other_public.pem");

pub const CLIENT: &str = "SANDBOX_5X00000000000000";
pub const PATH: &str = "/notifications/antom";
pub const TIME: &str = "2026-11-22T01:30:00Z";
pub const BODY: &str = r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"paymentRequestId":"R-1","paymentId":"2026","paymentAmount":{"currency":"USD","value":"1000"}}"#;

pub fn client_id() -> ClientId {
    ClientId::parse(CLIENT).unwrap()
}

pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T01:30:05Z").unwrap()
}

pub fn signer() -> LocalSigner {
    LocalSigner::new(MerchantKey::parse(PRIVATE).unwrap(), KeyVersion::FIRST)
}

/// The test pair as PKCS#8 bytes.
pub fn pkcs8() -> Vec<u8> {
    let text: String = PRIVATE.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).unwrap()
}

pub fn ring() -> KeyRing {
    KeyRing::new().with(client_id(), KeyEntry::new(KeyVersion::FIRST, PublicKey::parse(PUBLIC).unwrap()))
}

/// The header value over these parts, with key version 1.
pub fn sign(path: &str, client_id: &str, time: &str, body: &[u8]) -> String {
    let signature = signer().sign_now(&canonical("POST", path, client_id, time, body)).unwrap();
    SignatureHeader::new(Some(KeyVersion::FIRST), signature).to_string()
}

pub type Headers = Vec<(String, Vec<u8>)>;

pub fn headers(parts: &[(&str, &str)]) -> Headers {
    parts.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}

pub fn honest_headers() -> Headers {
    headers(&[
        ("Client-Id", CLIENT),
        ("content-type", "application/json"),
        ("Request-Time", TIME),
        ("Signature", &sign(PATH, CLIENT, TIME, BODY.as_bytes())),
    ])
}

pub fn verify_at(
    headers: &Headers,
    body: &[u8],
    keys: &KeyRing,
    now: Timestamp,
) -> Result<VerifiedNotification, NotificationRefused> {
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    verify_notification("POST", PATH, headers, body, keys, now, &NotificationPolicy::default())
}

pub fn verify(headers: &Headers, body: &[u8]) -> Result<VerifiedNotification, NotificationRefused> {
    verify_at(headers, body, &ring(), now())
}
