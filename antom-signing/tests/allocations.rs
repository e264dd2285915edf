//! What one verified notification costs in allocations and copies: counts do not depend on the machine, so they are tests.
//! How long it takes is measured by the benchmark.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/cost.rs"]
mod cost;
mod support;

use antom_signing::{PublicKey, Verifier as _};
use cost::{BODY, Incoming};
use support::PUBLIC;

#[test]
fn verifying_and_reading_what_decides_takes_at_most_ten_allocations() {
    for cost in cost::costs() {
        if let Some(most) = cost.most {
            assert!(cost.allocations <= most, "{}, {}: {}", cost.backend, cost.step, cost.allocations);
        }
    }
    assert!((1150..1300).contains(&BODY.len()), "the notification has 1.2 KB");
}

#[test]
fn the_body_is_copied_exactly_once() {
    for cost in cost::costs().iter().filter(|cost| cost.step.starts_with("verify a notification")) {
        assert_eq!(cost.body_copies, 1, "{}, {}", cost.backend, cost.step);
    }
}

#[test]
fn a_verification_does_not_read_the_key_again() {
    // Reading a key allocates; a verification over a key that was read allocates what the backend does and nothing more.
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
    let reading = allocation_counter::measure(|| drop(PublicKey::parse(PUBLIC).unwrap()));
    assert!(reading.count_total > 0);

    let pair = ring::signature::RsaKeyPair::from_pkcs8(&support::pkcs8()).unwrap();
    let public: RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
    let key = PublicKey::parse(PUBLIC).unwrap();
    let incoming = Incoming::new(key.clone(), BODY.to_owned());
    let raw = incoming.raw(|message, signature| {
        public.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).unwrap();
    });
    let ours = incoming.raw(|message, signature| key.verify(message, signature).unwrap());
    assert_eq!((ours.count_total, ours.bytes_total), (raw.count_total, raw.bytes_total));
}
