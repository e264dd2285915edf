//! The steps that are measured, each beside the raw operation of its backend.
//! Measuring them is left to the harness.

use std::hint::black_box;

use antom_core::{ClientId, Timestamp};
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, NotificationPolicy, Signature, SignatureHeader, Signer, Verifier,
    canonical, sign_request, verify_notification, verify_unread,
};

use crate::support::{CLIENT, PATH, TIME, client_id, now, pkcs8, sign};

/// The notification that is verified: 1.2 KB, as a card payment has it.
const BODY: &str = include_str!("../../tests/data/notification.json");
/// The path that is signed.
const API: &str = "/ams/sandbox/api/v1/payments/pay";

/// A whole step and its raw operation.
pub(crate) struct Pair {
    pub(crate) backend: &'static str,
    pub(crate) step: &'static str,
    /// The least ratio of the rates, whole to raw.
    pub(crate) floor: Option<f64>,
    pub(crate) raw: Box<dyn FnMut()>,
    pub(crate) whole: Box<dyn FnMut()>,
}

pub(crate) fn pairs() -> Vec<Pair> {
    let mut all = ring();
    #[cfg(feature = "aws-lc-rs")]
    all.extend(aws_lc());
    all
}

fn ring() -> Vec<Pair> {
    use ring::rand::SystemRandom;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};

    let pair = RsaKeyPair::from_pkcs8(&pkcs8()).unwrap();
    let public: RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
    let random = SystemRandom::new();
    let raw_sign = move |message: &[u8]| {
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
        signature
    };
    let raw_verify = move |message: &[u8], signature: &[u8]| {
        public.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).unwrap();
    };
    let key = crate::support::signer();
    let verifier = antom_signing::PublicKey::parse(crate::support::PUBLIC).unwrap();
    steps("ring", 0.75, raw_sign, raw_verify, key, verifier)
}

#[cfg(feature = "aws-lc-rs")]
fn aws_lc() -> Vec<Pair> {
    use antom_signing::{AwsLcSigner, AwsLcVerifier, PublicKey};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeyPair;
    use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};

    let pair = KeyPair::from_pkcs8(&pkcs8()).unwrap();
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key()).unwrap();
    let raw_sign = move |message: &[u8]| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    };
    let raw_verify = move |message: &[u8], signature: &[u8]| public.verify_sig(message, signature).unwrap();
    let key = AwsLcSigner::parse(crate::support::PRIVATE, KeyVersion::FIRST).unwrap();
    let verifier = AwsLcVerifier::new(PublicKey::parse(crate::support::PUBLIC).unwrap()).unwrap();
    steps("aws-lc-rs", 0.80, raw_sign, raw_verify, key, verifier)
}

/// The three steps over one backend.
fn steps(
    backend: &'static str,
    verify_floor: f64,
    raw_sign: impl Fn(&[u8]) -> Vec<u8> + 'static,
    raw_verify: impl Fn(&[u8], &[u8]) + Clone + 'static,
    signer: impl Signer,
    verifier: impl Verifier,
) -> Vec<Pair> {
    let client = ClientId::parse(CLIENT).unwrap();
    let at = Timestamp::parse(TIME).unwrap();
    let to_sign = canonical("POST", API, CLIENT, &at.epoch_millis().to_string(), BODY.as_bytes());
    let incoming = Incoming::new(verifier);
    let raw = incoming.raw(raw_verify);
    let (head, whole) = (incoming.clone(), incoming);
    vec![
        Pair {
            backend,
            step: "sign a request: text, signature, headers",
            floor: Some(0.95),
            raw: Box::new(move || drop(black_box(raw_sign(black_box(&to_sign))))),
            whole: Box::new(move || {
                let future = sign_request(&signer, "POST", API, &client, at, black_box(BODY.as_bytes()));
                drop(black_box(now_or_never(future).unwrap()));
            }),
        },
        Pair {
            backend,
            step: "verify a notification, read what decides",
            floor: Some(verify_floor),
            raw: Box::new(raw.clone()),
            whole: Box::new(move || head.read_head()),
        },
        Pair {
            backend,
            step: "verify a notification, read every member",
            // Some forty owned values: told beside the others, and not held to their floor.
            floor: None,
            raw: Box::new(raw),
            whole: Box::new(move || whole.read_all()),
        },
    ]
}

/// One notification as a web server hands it over.
#[derive(Clone)]
struct Incoming {
    headers: Vec<(String, Vec<u8>)>,
    keys: KeyRing,
    policy: NotificationPolicy,
    now: Timestamp,
}

impl Incoming {
    fn new(verifier: impl Verifier) -> Self {
        let signature = sign(PATH, CLIENT, TIME, BODY.as_bytes());
        let headers = crate::support::headers(&[
            ("host", "shop.example.com"),
            ("user-agent", "Apache-HttpClient/4.5.13"),
            ("content-type", "application/json; charset=UTF-8"),
            ("content-length", "1234"),
            ("client-id", CLIENT),
            ("request-time", TIME),
            ("signature", &signature),
        ]);
        let keys = KeyRing::new().with(client_id(), KeyEntry::new(KeyVersion::FIRST, verifier));
        Self { headers, keys, policy: NotificationPolicy::default(), now: now() }
    }

    /// The raw verification of the same message, with everything around it done before.
    fn raw(&self, verify: impl Fn(&[u8], &[u8]) + Clone + 'static) -> impl FnMut() + Clone + 'static {
        let (_, text) = self.headers.last().unwrap();
        let header: SignatureHeader = std::str::from_utf8(text).unwrap().parse().unwrap();
        let signature: Signature = header.signature().clone();
        let message = canonical("POST", PATH, CLIENT, TIME, BODY.as_bytes());
        move || verify(black_box(&message), black_box(signature.as_bytes()))
    }

    fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    fn read_head(&self) {
        let body = black_box(BODY.as_bytes());
        let verified =
            verify_unread("POST", PATH, self.headers(), body, &self.keys, self.now, &self.policy).unwrap();
        black_box(verified.head().unwrap());
    }

    fn read_all(&self) {
        let body = black_box(BODY.as_bytes());
        let verified =
            verify_notification("POST", PATH, self.headers(), body, &self.keys, self.now, &self.policy);
        black_box(verified.unwrap());
    }
}

/// A signer in this process never waits, so one poll is enough.
fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a local signer does not wait"),
    }
}
