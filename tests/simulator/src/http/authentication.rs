//! Who calls: a client with a signature over the raw bytes, or one with an API key over TLS.
//! What a caller gets is decided in `core`; whether the answer is signed follows from the credential.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, header};

use super::api_keys::{Permission, Presented};
use super::clients::{ClientLookup, Clients};
use super::crypto::{SignatureHeader, signed_bytes};
use crate::core::{Operation, Time};

/// How a request came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channel {
    pub(crate) is_tls: bool,
    pub(crate) peer: IpAddr,
}

impl Channel {
    /// Whether nobody on the way can read what is sent: over TLS, or within one machine.
    fn is_private(self) -> bool {
        self.is_tls || self.peer.to_canonical().is_loopback()
    }
}

/// A client that has shown who it is.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client: String,
    pub(crate) credential: Credential,
}

/// What it has shown.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    Signature,
    ApiKey(Permission),
}

impl Caller {
    pub(crate) fn may(&self, operation: Operation) -> bool {
        match &self.credential {
            Credential::Signature => true,
            Credential::ApiKey(permission) => permission.allows(operation),
        }
    }

    /// Answers to an API key carry no signature.
    pub(crate) fn expects_signature(&self) -> bool {
        matches!(self.credential, Credential::Signature)
    }
}

/// Why a request is not believed; the answer is unsigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stranger {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

/// A request as it came, for the question who sent it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) channel: Channel,
}

impl Claim<'_> {
    /// The caller. An API key, where one is shown, decides alone.
    pub(crate) fn check(&self, clients: &Clients) -> Result<Caller, Stranger> {
        match self.bearer() {
            Some(text) => self.check_api_key(text, clients),
            None => self.check_signature(clients),
        }
    }

    fn check_api_key(&self, text: &str, clients: &Clients) -> Result<Caller, Stranger> {
        if !self.channel.is_private() {
            let message = "an API key is taken over TLS only: use the https address";
            return Err(Stranger { code: "ACCESS_DENIED", message });
        }
        let unknown = |message| Stranger { code: "KEY_NOT_FOUND", message };
        let presented = Presented::parse(text);
        let presented =
            presented.ok_or(unknown("the API key has not the form isak_TEST_<identity>_<secret>"))?;
        let found = clients.with_api_key(&presented);
        let (client, key) = found.ok_or(unknown("no such API key; it may have been revoked"))?;
        if !key.environment.serves(self.path) {
            return Err(unknown(
                "the API key is of the other environment: TEST keys belong to /ams/sandbox/api/",
            ));
        }
        Ok(Caller { client, credential: Credential::ApiKey(key.permission) })
    }

    fn check_signature(&self, clients: &Clients) -> Result<Caller, Stranger> {
        let refused = |code, message| Stranger { code, message };
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let client =
            header("client-id").ok_or(refused("CLIENT_INVALID", "the client-id header is missing"))?;
        if !clients.contains(client) {
            return Err(refused("CLIENT_INVALID", "no such client id"));
        }
        let broken = |message| refused("INVALID_SIGNATURE", message);
        let time = header("request-time").ok_or(broken("the request-time header is missing"))?;
        let signature = header("signature").ok_or(broken("the signature header is missing"))?;
        let signature = SignatureHeader::parse(signature).ok_or(broken(
            "the signature header is not algorithm=RSA256,keyVersion=<n>,signature=<base64>",
        ))?;
        let key = match clients.key(client, signature.key_version) {
            ClientLookup::Key(key) => key,
            ClientLookup::UnknownClient => return Err(refused("CLIENT_INVALID", "no such client id")),
            ClientLookup::UnknownKey => {
                return Err(refused("KEY_NOT_FOUND", "the client has no key of this keyVersion"));
            }
        };
        let bytes = signed_bytes(self.method.as_str(), self.path, client, time, self.body);
        if !key.verifies(&bytes, &signature.signature) {
            return Err(broken(
                "the signature does not verify over method, path, client-id, request-time and body",
            ));
        }
        Ok(Caller { client: client.to_owned(), credential: Credential::Signature })
    }

    /// What stands behind `Authorization: Bearer`; another scheme is not for the gateway.
    fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, text) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
    }
}

/// Whether the gateway can read a request-time: milliseconds, or ISO 8601 with an offset (rules 1.5).
pub(crate) fn is_readable_time(headers: &HeaderMap) -> bool {
    let time = headers.get("request-time").and_then(|value| value.to_str().ok());
    time.is_some_and(|time| Time::parse(time).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_private_within_one_machine_only() {
        let channel = |peer: &str, is_tls| Channel { is_tls, peer: peer.parse().expect("an address") };
        for peer in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(channel(peer, false).is_private(), "{peer}");
        }
        for peer in ["172.17.0.1", "::ffff:10.0.0.1", "2001:db8::1"] {
            assert!(!channel(peer, false).is_private(), "{peer}");
            assert!(channel(peer, true).is_private(), "{peer}");
        }
    }
}
