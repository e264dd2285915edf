//! Every public type that meets a secret, printed: no key, no signature, no body shows.
//! Secrets of other crates are tested there.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use antom_signing::{
    KeyEntry, KeyVersion, MerchantKey, PublicKey, Received, SharedKeyRing, Signature, SignatureHeader,
    explain,
};
use support::{BODY, CLIENT, PATH, PRIVATE, PUBLIC, TIME, honest_headers, now, ring, sign, signer, verify};

#[test]
fn no_type_prints_a_key_a_signature_or_a_body() {
    let header_text = sign(PATH, CLIENT, TIME, BODY.as_bytes());
    let header: SignatureHeader = header_text.parse().unwrap();
    let public = PublicKey::parse(PUBLIC).unwrap();
    let received = Received {
        method: "POST",
        path: PATH,
        client_id: CLIENT,
        time: TIME,
        body: BODY.as_bytes(),
        signature: &header_text,
    };
    let wrong = Received { path: "/elsewhere", ..received };
    let printed = [
        format!("{:?}", MerchantKey::parse(PRIVATE).unwrap()),
        format!("{:?}", signer()),
        format!("{public:?}"),
        format!("{:?}", KeyEntry::new(KeyVersion::FIRST, public)),
        format!("{:?} {:?}", ring(), SharedKeyRing::new(ring())),
        format!("{header:?} {:?}", header.signature()),
        format!("{:?}", Signature::from_bytes(b"marker".to_vec())),
        format!("{:?}", verify(&honest_headers(), BODY.as_bytes()).unwrap()),
        format!("{:?}", verify(&honest_headers(), b"{}").unwrap_err()),
        format!("{:?} {received:?}", explain(&wrong, &ring(), now(), Default::default())),
        format!("{:?}", MerchantKey::parse("marker").unwrap_err()),
        format!("{:?}", "algorithm=RSA256,signature=mark!er".parse::<SignatureHeader>().unwrap_err()),
    ];
    let key_lines = PRIVATE.lines().chain(PUBLIC.lines()).filter(|line| !line.starts_with("-----"));
    let secrets: Vec<&str> = key_lines.chain(["marker", "mark!er", "R-1", &header_text[40..60]]).collect();
    let signature_bytes = format!("{:?}", &header.signature().as_bytes()[..4]);
    for text in printed {
        for secret in &secrets {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(!text.contains(signature_bytes.trim_matches(['[', ']'])), "{text}");
    }
}
