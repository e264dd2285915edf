//! Every single bit of a signature and of a recorded body, turned over: refused, by every backend.
//! Which other changes are refused is tested with the notifications.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;

use antom_core::ClientId;
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, NotificationPolicy, NotificationRefused, PublicKey, Signature,
    SignatureHeader, Verifier, verify_unread,
};
use serde_json::Value;
use support::{CLIENT, PATH, PUBLIC, TIME, now, sign};

const VECTORS: &str = include_str!("../../tests/vectors/signing-vectors.json");

/// A signed message as it was recorded.
struct Recorded {
    key: PublicKey,
    path: String,
    client_id: String,
    time: String,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl Recorded {
    fn new(key: &str, [path, client_id, time, body, header]: [&str; 5]) -> Self {
        let header: SignatureHeader = header.parse().unwrap();
        Self {
            key: PublicKey::parse(key).unwrap(),
            path: path.to_owned(),
            client_id: client_id.to_owned(),
            time: time.to_owned(),
            body: body.as_bytes().to_vec(),
            signature: header.signature().as_bytes().to_vec(),
        }
    }

    /// Verifies with this body and this signature, and every other part as recorded.
    fn verify(&self, keys: &KeyRing, body: &[u8], signature: &[u8]) -> Result<(), NotificationRefused> {
        let signature = Signature::from_bytes(signature.to_vec());
        let header = SignatureHeader::new(Some(KeyVersion::FIRST), signature).to_string();
        let headers = [
            ("client-id", self.client_id.as_bytes()),
            ("request-time", self.time.as_bytes()),
            ("signature", header.as_bytes()),
        ];
        verify_unread("POST", &self.path, headers, body, keys, now(), &NotificationPolicy::default())
            .map(drop)
    }
}

/// The vectors of the official SDKs, and a notification of 1.2 KB.
fn recorded() -> Vec<Recorded> {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let text = |vector: &Value, name: &str| vector[name].as_str().unwrap().to_owned();
    let mut all: Vec<Recorded> = vectors
        .iter()
        .map(|vector| {
            let parts = ["path", "client_id", "time", "body", "signature_header_value"]
                .map(|name| text(vector, name));
            Recorded::new(&text(vector, "public_key_spki_b64"), parts.each_ref().map(String::as_str))
        })
        .collect();
    assert_eq!(all.len(), 8);
    let body = include_str!("data/notification.json");
    let header = sign(PATH, CLIENT, TIME, body.as_bytes());
    all.push(Recorded::new(PUBLIC, [PATH, CLIENT, TIME, body, &header]));
    all
}

fn backends(key: &PublicKey) -> Vec<Arc<dyn Verifier>> {
    vec![
        Arc::new(key.clone()),
        #[cfg(feature = "aws-lc-rs")]
        Arc::new(antom_signing::AwsLcVerifier::new(key.clone()).unwrap()),
    ]
}

/// A backend that was chosen at run time.
#[derive(Debug)]
struct Chosen(Arc<dyn Verifier>);

impl Verifier for Chosen {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), antom_signing::Mismatch> {
        self.0.verify(message, signature)
    }

    fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }
}

/// Calls `refused` with every version of `bytes` in which one bit is turned over; answers how many there were.
fn each_flip(bytes: &[u8], mut refused: impl FnMut(&[u8]) -> bool) -> usize {
    let mut changed = bytes.to_vec();
    for bit in 0..bytes.len() * 8 {
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(&changed), "bit {bit}");
        changed[bit / 8] ^= 1 << (bit % 8);
    }
    bytes.len() * 8
}

fn with_every_backend(check: impl Fn(&Recorded, &KeyRing)) {
    for message in recorded() {
        for backend in backends(&message.key) {
            let client_id = ClientId::parse(&*message.client_id).unwrap();
            let keys = KeyRing::new().with(client_id, KeyEntry::new(KeyVersion::FIRST, Chosen(backend)));
            assert_eq!(message.verify(&keys, &message.body, &message.signature), Ok(()), "as recorded");
            check(&message, &keys);
        }
    }
}

fn is_mismatch(verdict: &Result<(), NotificationRefused>) -> bool {
    matches!(verdict, Err(NotificationRefused::Signature { .. }))
}

//= N-2 test
#[test]
fn every_flipped_bit_of_a_signature_is_refused() {
    with_every_backend(|message, keys| {
        let flips = each_flip(&message.signature, |changed| {
            is_mismatch(&message.verify(keys, &message.body, changed))
        });
        assert_eq!(flips, 2048);
    });
}

//= N-2 test
#[test]
fn every_flipped_bit_of_a_recorded_body_is_refused() {
    with_every_backend(|message, keys| {
        each_flip(&message.body, |changed| is_mismatch(&message.verify(keys, changed, &message.signature)));
    });
}
