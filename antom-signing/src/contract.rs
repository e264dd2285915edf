//! Contract suites of the two ports: an adapter that passes them can stand in for ours.
//! They use a published throw-away key; what an adapter does with real keys is its author's to prove.
//!
//! A platform team calls [`verifier`] and [`signer`] from its own tests and gives a factory that makes its adapter over the
//! key that it is handed. A key service that cannot take a key in is tested with [`signer_of`] over its own public key.
#![allow(clippy::panic, reason = "a suite fails by panicking, like any test")]

use crate::header::KeyVersion;
use crate::key::{KeyError, MerchantKey, PublicKey};
use crate::signature::Signature;
use crate::signer::{LocalSigner, Signer};
use crate::verifier::{Mismatch, Verifier};

/// PEM text of the private key of the suites. It is published: it guards nothing.
pub const PRIVATE_KEY: &str = include_str!("../tests/data/test_private.pem");

/// PEM text of the public key of the suites.
pub const PUBLIC_KEY: &str = include_str!("../tests/data/test_public.pem");

const VERSION: KeyVersion = KeyVersion::new(7);

/// Proves a verifier that `make` builds over a public key.
///
/// # Panics
/// When the adapter breaks the contract of [`Verifier`].
pub fn verifier<V: Verifier>(make: impl Fn(PublicKey) -> V) {
    let key = read(PublicKey::parse(PUBLIC_KEY));
    let adapter = make(key.clone());
    assert_eq!(adapter.fingerprint(), key.fingerprint(), "the fingerprint is that of the key");
    for message in messages() {
        let right = sign_locally(&message);
        assert_eq!(adapter.verify(&message, right.as_bytes()), Ok(()), "a right signature is accepted");
        refuses_every_flipped_bit(&adapter, &message, right.as_bytes());
        refuses_other_messages(&adapter, &message, right.as_bytes());
        refuses_other_lengths(&adapter, &message, right.as_bytes());
    }
}

/// Proves a signer that `make` builds over a private key's text.
///
/// # Panics
/// When the adapter breaks the contract of [`Signer`].
pub async fn signer<S: Signer>(make: impl Fn(&str, KeyVersion) -> S) {
    let adapter = make(PRIVATE_KEY, VERSION);
    assert_eq!(adapter.key_version(), VERSION, "the version is the one that was given");
    for message in messages() {
        match adapter.sign(&message).await {
            Ok(signature) => assert_eq!(signature, sign_locally(&message), "the scheme is deterministic"),
            Err(error) => panic!("no signature: {error}"),
        }
    }
    let printed = format!("{adapter:?}");
    let key_lines = PRIVATE_KEY.lines().filter(|line| !line.starts_with("-----"));
    assert!(key_lines.into_iter().all(|line| !printed.contains(line)), "the key is not printed");
    signer_of(&adapter, &read(PublicKey::parse(PUBLIC_KEY))).await;
}

/// Proves a signer whose private key nobody can see, by its public key.
///
/// # Panics
/// When the adapter breaks the contract of [`Signer`].
pub async fn signer_of(adapter: &dyn Signer, public: &PublicKey) {
    for message in messages() {
        let signature = match adapter.sign(&message).await {
            Ok(signature) => signature,
            Err(error) => panic!("no signature: {error}"),
        };
        assert_eq!(
            public.verify(&message, signature.as_bytes()),
            Ok(()),
            "the signature belongs to the public key"
        );
        assert_eq!(
            adapter.sign(&message).await.ok(),
            Some(signature),
            "the same message gives the same bytes"
        );
    }
}

fn messages() -> [Vec<u8>; 4] {
    let long = vec![b'x'; 300_000];
    [
        Vec::new(),
        b"POST /ams/api/v1/payments/pay\nT_1.1685599933871.{}".to_vec(),
        vec![0, 0xFF, b'\n', 0],
        long,
    ]
}

fn refuses_every_flipped_bit(adapter: &impl Verifier, message: &[u8], right: &[u8]) {
    for bit in 0..right.len() * 8 {
        let mut wrong = right.to_vec();
        if let Some(byte) = wrong.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
        assert_eq!(adapter.verify(message, &wrong), Err(Mismatch::Signature), "bit {bit} flipped");
        if message.len() > 100_000 && bit > 64 {
            // Hashing a long message for every bit proves nothing more.
            break;
        }
    }
}

fn refuses_other_messages(adapter: &impl Verifier, message: &[u8], right: &[u8]) {
    let longer = [message, b"\0"].concat();
    assert_eq!(adapter.verify(&longer, right), Err(Mismatch::Signature), "a byte more");
    if let Some((_, shorter)) = message.split_last() {
        assert_eq!(adapter.verify(shorter, right), Err(Mismatch::Signature), "a byte less");
    }
}

fn refuses_other_lengths(adapter: &impl Verifier, message: &[u8], right: &[u8]) {
    let expected = right.len();
    let with_zero_before = [b"\0", right].concat();
    let with_zero_after = [right, b"\0"].concat();
    for wrong in [&[][..], right.get(1..).unwrap_or_default(), &with_zero_before, &with_zero_after] {
        let mismatch = Mismatch::Length { expected, found: wrong.len() };
        assert_eq!(adapter.verify(message, wrong), Err(mismatch), "another length");
    }
}

fn sign_locally(message: &[u8]) -> Signature {
    let signer = LocalSigner::new(read(MerchantKey::parse(PRIVATE_KEY)), VERSION);
    match signer.sign_now(message) {
        Ok(signature) => signature,
        Err(error) => panic!("no signature: {error}"),
    }
}

fn read<T>(key: Result<T, KeyError>) -> T {
    match key {
        Ok(key) => key,
        Err(error) => panic!("the suite's own key: {error}"),
    }
}
