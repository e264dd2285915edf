//! What a card payment with automatic capture needs at least, in processor time: one signature, three verifications,
//! and a bare write of everything that it commits, 64 commits in a transaction. No HTTP, no JSON, no reading.
//!
//! The last line is `floor: N`, in microseconds: what a payment costs the real process is held against it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark prints and fails by panicking"
)]

mod support;

use std::hint::black_box;

use base64::Engine as _;
use ring::rand::SystemRandom;
use ring::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use support::bare::{Bare, Rows};
use support::measure::{cpu_of_this_thread, median, micros_each};
use support::payments::{self, COMMITS, Payment};

const ROUNDS: usize = 9;
const PAYMENTS: usize = 256;
const SIGNATURES: usize = 60;
/// Many, since a thread's time is told in steps of some milliseconds.
const VERIFIED: usize = 1_500;
const VERIFICATIONS: f64 = 3.0;
/// As long as a notification.
const MESSAGE: [u8; 1_228] = [b'a'; 1_228];
const PRIVATE: &str = include_str!("../../antom-signing/tests/data/test_private.pem");

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut bare = Bare::open(&folder.path().join("bare.db"));
    let key = RsaKeyPair::from_pkcs8(&der(PRIVATE)).unwrap();
    let (mut signs, mut verifies, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let payments = runtime.block_on(payments::payments(&format!("F{round}"), PAYMENTS));
        let written = write(&mut bare, &payments);
        let (signed, verified) = sign_and_verify(&key);
        if round > 0 {
            writes.push(written);
            signs.push(signed);
            verifies.push(verified);
        }
    }
    let (sign, verify, write) = (median(&signs), median(&verifies), median(&writes));
    println!(
        "a card payment needs at least: a signature {sign:.0} us, {VERIFICATIONS} verifications of {verify:.0} us, {COMMITS} commits together {write:.0} us"
    );
    println!("floor: {:.1}", sign + VERIFICATIONS * verify + write);
}

/// Microseconds of CPU for one signature and for one verification.
fn sign_and_verify(key: &RsaKeyPair) -> (f64, f64) {
    let random = SystemRandom::new();
    let mut signature = vec![0; key.public().modulus_len()];
    let before = cpu_of_this_thread();
    for _ in 0..SIGNATURES {
        key.sign(&RSA_PKCS1_SHA256, &random, black_box(&MESSAGE), &mut signature).unwrap();
    }
    let signed = cpu_of_this_thread();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref());
    for _ in 0..VERIFIED {
        public.verify(black_box(&MESSAGE), &signature).unwrap();
    }
    let verified = cpu_of_this_thread();
    (micros_each(signed - before, SIGNATURES), micros_each(verified - signed, VERIFIED))
}

/// Microseconds of CPU for the commits of one payment.
fn write(bare: &mut Bare, payments: &[Payment]) -> f64 {
    let rows: Vec<Vec<Rows>> =
        payments.iter().map(|payment| payment.commits.iter().map(Rows::of).collect()).collect();
    let step = |number: usize| rows.iter().map(move |rows| &rows[number]).collect::<Vec<_>>();
    let opened = bare.write(&[step(0), step(1)].concat());
    bare.lease(&step(2));
    let rest = bare.write(&[step(2), step(3), step(4)].concat());
    micros_each(opened.cpu + rest.cpu, payments.len())
}

/// The bytes of a PEM text.
fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
