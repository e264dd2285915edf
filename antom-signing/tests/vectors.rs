//! The vectors of the official SDKs: our signatures are the same bytes, and our verifier accepts theirs.
//! Where the vectors come from is told beside them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use antom_core::{ClientId, Timestamp};
use antom_signing::{
    KeyVersion, LocalSigner, MerchantKey, PublicKey, SignatureHeader, Verifier as _, canonical, sign_request,
};
use serde_json::Value;

const VECTORS: &str = include_str!("../../tests/vectors/signing-vectors.json");

struct Vector {
    name: String,
    key: MerchantKey,
    public: PublicKey,
    method: String,
    path: String,
    client_id: String,
    time: String,
    body: String,
    header: String,
}

fn vectors() -> Vec<Vector> {
    let all: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let text = |vector: &Value, name: &str| vector[name].as_str().unwrap().to_owned();
    all.iter()
        .map(|vector| Vector {
            name: format!("{} by {}", text(vector, "name"), text(vector, "produced_by")),
            key: MerchantKey::parse(&text(vector, "private_key_pkcs8_b64")).unwrap(),
            public: PublicKey::parse(&text(vector, "public_key_spki_b64")).unwrap(),
            method: text(vector, "method"),
            path: text(vector, "path"),
            client_id: text(vector, "client_id"),
            time: text(vector, "time"),
            body: text(vector, "body"),
            header: text(vector, "signature_header_value"),
        })
        .collect()
}

fn message(vector: &Vector) -> Vec<u8> {
    canonical(&vector.method, &vector.path, &vector.client_id, &vector.time, vector.body.as_bytes())
}

//= N-1 test
#[test]
fn our_signatures_are_byte_identical_with_those_of_the_official_sdks() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        let signer = LocalSigner::new(vector.key.clone(), KeyVersion::FIRST);
        let signature = signer.sign_now(&message(&vector)).unwrap();
        let header = SignatureHeader::new(Some(KeyVersion::FIRST), signature).to_string();
        assert_eq!(header, vector.header, "{}", vector.name);
    }
}

//= N-1 test
#[test]
fn our_verifier_accepts_every_vector_and_refuses_it_for_any_other_part() {
    for vector in vectors() {
        let header: SignatureHeader = vector.header.parse().unwrap();
        assert_eq!(header.key_version(), Some(KeyVersion::FIRST));
        let signature = header.signature().as_bytes();
        assert_eq!(vector.public.verify(&message(&vector), signature), Ok(()), "{}", vector.name);
        let changed = [
            canonical("PUT", &vector.path, &vector.client_id, &vector.time, vector.body.as_bytes()),
            canonical("POST", "/other", &vector.client_id, &vector.time, vector.body.as_bytes()),
            canonical("POST", &vector.path, "T_0", &vector.time, vector.body.as_bytes()),
            canonical("POST", &vector.path, &vector.client_id, "1", vector.body.as_bytes()),
            canonical("POST", &vector.path, &vector.client_id, &vector.time, b"{} "),
        ];
        for message in changed {
            assert!(vector.public.verify(&message, signature).is_err(), "{}", vector.name);
        }
    }
}

//= G-3 test
#[test]
fn the_public_half_of_the_private_key_is_the_public_key_of_the_vectors() {
    for vector in vectors() {
        assert_eq!(vector.key.public_key(), &vector.public);
    }
}

//= G-2 test
#[test]
fn a_signed_request_carries_the_headers_of_the_vector() {
    let vectors = vectors();
    let in_millis: Vec<&Vector> =
        vectors.iter().filter(|vector| vector.time.parse::<i64>().is_ok()).collect();
    assert_eq!(in_millis.len(), 4);
    for vector in in_millis {
        let signer = LocalSigner::new(vector.key.clone(), KeyVersion::FIRST);
        let client_id = ClientId::parse(vector.client_id.clone()).unwrap();
        let at = Timestamp::from_epoch_millis(vector.time.parse().unwrap());
        let future = sign_request(&signer, "POST", &vector.path, &client_id, at, vector.body.as_bytes());
        let headers = now_or_never(future).unwrap();
        assert_eq!(headers.client_id, vector.client_id);
        assert_eq!(headers.request_time, vector.time);
        assert_eq!(headers.signature, vector.header);
        assert!(!format!("{headers:?}").contains("RSA256"), "signatures are not printed");
    }
}

/// A local signer never waits, so one poll is enough.
fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a local signer does not wait"),
    }
}
