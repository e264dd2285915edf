//! Finds the likely cause of a signature that does not match, by trying what commonly goes wrong.
//! It is for people at a terminal: it accepts nothing, and no decision may rest on it.

mod cause;
mod variants;

use antom_core::Timestamp;

pub use cause::{BodyChange, Cause};

use crate::canonical::canonical;
use crate::header::SignatureHeader;
use crate::key::PublicKey;
use crate::keyring::KeyRing;
use crate::verifier::Verifier;

/// A message whose signature does not match, as it was received.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path that is taken as signed, with its query.
    pub path: &'a str,
    /// Value of `client-id`.
    pub client_id: &'a str,
    /// Value of `request-time` or `response-time`.
    pub time: &'a str,
    /// Body.
    pub body: &'a [u8],
    /// Value of `signature`.
    pub signature: &'a str,
}

/// What else is known on our side.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The merchant's own public key. Configuring it in place of the gateway's is the commonest mistake.
    pub own_key: Option<&'a PublicKey>,
    /// Other paths under which this service can be reached.
    pub other_paths: &'a [&'a str],
}

/// Looks for the one change that makes the signature match, or that shows why it cannot.
///
/// It does some dozens of verifications, a millisecond or two of work: do not call it for every refused message.
///
/// # Idempotency
/// A pure function of its arguments.
#[must_use]
pub fn explain(received: &Received<'_>, keys: &KeyRing, now: Timestamp, around: Surroundings<'_>) -> Cause {
    let header: SignatureHeader = match received.signature.parse() {
        Ok(header) => header,
        Err(fault) => return damaged_header(received, keys, now).unwrap_or(Cause::Header(fault)),
    };
    let key = match keys.choose(received.client_id, header.key_version(), now) {
        Ok(key) => key,
        Err(fault) => return other_key(received, &header, keys).unwrap_or(Cause::Key(fault)),
    };
    let trial = Trial { received, key: &**key, signature: header.signature().as_bytes() };
    if trial.fits(received) {
        return Cause::Fits;
    }
    if around.own_key.is_some_and(|own| own.fingerprint() == key.fingerprint()) {
        return Cause::OwnKeyConfigured;
    }
    trial
        .path(around.other_paths)
        .or_else(|| trial.body())
        .or_else(|| trial.time())
        .or_else(|| trial.method())
        .or_else(|| trial.client_id(keys))
        .or_else(|| other_key(received, &header, keys))
        .or_else(|| own_signature(received, &header, around.own_key))
        .unwrap_or(Cause::Unknown { key_fingerprint: key.fingerprint() })
}

/// One key and one signature, tried over changed messages.
struct Trial<'a> {
    received: &'a Received<'a>,
    key: &'a dyn Verifier,
    signature: &'a [u8],
}

impl Trial<'_> {
    fn fits(&self, message: &Received<'_>) -> bool {
        fits(message, self.key, self.signature)
    }

    fn path(&self, others: &[&str]) -> Option<Cause> {
        let candidates =
            others.iter().map(|path| (*path).to_owned()).chain(variants::paths(self.received.path));
        candidates
            .into_iter()
            .find(|path| self.fits(&Received { path, ..*self.received }))
            .map(|signed| Cause::OtherPath { signed })
    }

    fn body(&self) -> Option<Cause> {
        let candidates = variants::bodies(self.received.body);
        let found = candidates.into_iter().find(|(_, body)| self.fits(&Received { body, ..*self.received }));
        found.map(|(change, _)| Cause::BodyChanged(change))
    }

    fn time(&self) -> Option<Cause> {
        let mut candidates = variants::times(self.received.time).into_iter();
        let found = candidates.find(|time| self.fits(&Received { time, ..*self.received }));
        found.map(|signed| Cause::TimeRewritten { signed })
    }

    fn method(&self) -> Option<Cause> {
        let mut candidates = ["POST", "GET", "PUT", "post"].into_iter();
        let found = candidates.find(|method| self.fits(&Received { method, ..*self.received }));
        found.map(|signed| Cause::OtherMethod { signed })
    }

    fn client_id(&self, keys: &KeyRing) -> Option<Cause> {
        let mut candidates = keys.client_ids();
        let found = candidates
            .find(|client_id| self.fits(&Received { client_id: client_id.as_str(), ..*self.received }));
        found.map(|client_id| Cause::OtherClientId { signed: client_id.clone() })
    }
}

fn fits(message: &Received<'_>, key: &dyn Verifier, signature: &[u8]) -> bool {
    let Received { method, path, client_id, time, body, .. } = *message;
    key.verify(&canonical(method, path, client_id, time, body), signature).is_ok()
}

/// A configured key that fits, although another one was asked for.
fn other_key(received: &Received<'_>, header: &SignatureHeader, keys: &KeyRing) -> Option<Cause> {
    let signature = header.signature().as_bytes();
    let (client_id, entry) = keys.entries().find(|(_, entry)| fits(received, entry.verifier(), signature))?;
    Some(Cause::OtherKey { client_id: client_id.clone(), version: entry.version() })
}

fn own_signature(
    received: &Received<'_>,
    header: &SignatureHeader,
    own: Option<&PublicKey>,
) -> Option<Cause> {
    own.filter(|own| fits(received, *own, header.signature().as_bytes())).map(|_| Cause::SignedByUs)
}

/// A header that becomes readable, and right, once a known kind of damage is undone.
fn damaged_header(received: &Received<'_>, keys: &KeyRing, now: Timestamp) -> Option<Cause> {
    variants::headers(received.signature).into_iter().find_map(|text| {
        let header: SignatureHeader = text.parse().ok()?;
        let key = keys.choose(received.client_id, header.key_version(), now).ok()?;
        fits(received, &**key, header.signature().as_bytes()).then_some(Cause::HeaderDecodedWrongly)
    })
}

impl std::fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("client_id", &self.client_id)
            .field("time", &self.time)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}
