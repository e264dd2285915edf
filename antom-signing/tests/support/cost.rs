//! Counts allocations and copies of the body on the way of one notification.
//! What they may be is said by the tests and by the benchmark.
#![allow(dead_code, unreachable_pub, reason = "each binary uses its own part")]

use allocation_counter::{AllocationInfo, measure};
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, NotificationPolicy, PublicKey, SignatureHeader, Verifier, canonical,
    verify_notification, verify_unread,
};

use crate::support::{CLIENT, Headers, PATH, PUBLIC, TIME, client_id, headers, now, sign};

/// A card payment's notification of 1.2 KB.
pub const BODY: &str = include_str!("../data/notification.json");

/// What one step costs.
pub struct Cost {
    pub backend: &'static str,
    pub step: &'static str,
    pub allocations: u64,
    /// The most allocations that the step may make.
    pub most: Option<u64>,
    /// How often the bytes of a body are copied.
    pub body_copies: u64,
}

/// One notification as a web server hands it over.
pub struct Incoming {
    headers: Headers,
    body: String,
    keys: KeyRing,
}

impl Incoming {
    pub fn new(verifier: impl Verifier, body: String) -> Self {
        let signature = sign(PATH, CLIENT, TIME, body.as_bytes());
        let headers = headers(&[("client-id", CLIENT), ("request-time", TIME), ("signature", &signature)]);
        let keys = KeyRing::new().with(client_id(), KeyEntry::new(KeyVersion::FIRST, verifier));
        Self { headers, body, keys }
    }

    /// The verification alone, with everything around it done before.
    pub fn raw(&self, verify: impl Fn(&[u8], &[u8])) -> AllocationInfo {
        let (_, text) = self.headers.last().unwrap();
        let header: SignatureHeader = std::str::from_utf8(text).unwrap().parse().unwrap();
        let message = canonical("POST", PATH, CLIENT, TIME, self.body.as_bytes());
        measure(|| verify(&message, header.signature().as_bytes()))
    }

    pub fn head(&self) -> AllocationInfo {
        measure(|| {
            let (headers, policy) = (self.headers(), NotificationPolicy::default());
            let verified =
                verify_unread("POST", PATH, headers, self.body.as_bytes(), &self.keys, now(), &policy)
                    .unwrap();
            assert!(verified.head().unwrap().payment_id.is_some());
        })
    }

    pub fn all(&self) -> AllocationInfo {
        measure(|| {
            let (headers, policy) = (self.headers(), NotificationPolicy::default());
            let verified =
                verify_notification("POST", PATH, headers, self.body.as_bytes(), &self.keys, now(), &policy);
            assert!(verified.unwrap().notification().payment_id.is_some());
        })
    }

    fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

/// How often the bytes of a body are copied: what a body that is longer by blanks takes more, per blank.
///
/// Blanks stand between members, so that no parser has a reason to keep them.
pub fn body_copies<V: Verifier + Clone>(verifier: &V, step: fn(&Incoming) -> AllocationInfo) -> u64 {
    const MORE: usize = 100_000;
    let longer = BODY.replacen(',', &format!(",{}", " ".repeat(MORE)), 1);
    let plain = step(&Incoming::new(verifier.clone(), BODY.to_owned())).bytes_total;
    let padded = step(&Incoming::new(verifier.clone(), longer)).bytes_total;
    // Rounded to the nearest, so that half a copy more is seen.
    (padded - plain + MORE as u64 / 2) / MORE as u64
}

/// Both steps over every backend.
pub fn costs() -> Vec<Cost> {
    let key = PublicKey::parse(PUBLIC).unwrap();
    let mut all = of_backend("ring", &key);
    #[cfg(feature = "aws-lc-rs")]
    all.extend(of_backend("aws-lc-rs", &antom_signing::AwsLcVerifier::new(key).unwrap()));
    all
}

fn of_backend<V: Verifier + Clone>(backend: &'static str, verifier: &V) -> Vec<Cost> {
    let incoming = Incoming::new(verifier.clone(), BODY.to_owned());
    let raw = incoming.raw(|message, signature| verifier.verify(message, signature).unwrap());
    let step = |step, info: AllocationInfo, most, body_copies| Cost {
        backend,
        step,
        allocations: info.count_total,
        most,
        body_copies,
    };
    vec![
        step("the backend's verification alone", raw, None, 0),
        step(
            "verify a notification, read what decides",
            incoming.head(),
            Some(10),
            body_copies(verifier, Incoming::head),
        ),
        step(
            "verify a notification, read every member",
            incoming.all(),
            None,
            body_copies(verifier, Incoming::all),
        ),
    ]
}
