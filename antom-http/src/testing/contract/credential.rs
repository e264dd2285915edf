//! The suites of the credential port: what every kind must keep, and what those that verify signatures must.
//! Keys and their times are left to the author's own tests.

use antom_core::{Api, Timestamp};

use crate::credential::{AnswerTrust, Credential, CredentialError, OutgoingCall};
use crate::transport::HttpResponse;

const BODY: &[u8] = b"{\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\"}}";

/// Proves any credential.
///
/// # Panics
/// When the adapter breaks the contract of [`Credential`].
pub async fn credential(adapter: &dyn Credential) {
    let printed = format!("{adapter:?}");
    for (body, encrypted) in [(&b""[..], true), (b"{}", true), (BODY, true), (BODY, false)] {
        let call = OutgoingCall { body, encrypted, ..call(adapter, Api::Pay) };
        match adapter.authorize(call).await {
            Ok(headers) => well_formed(&headers, &printed),
            Err(CredentialError::NeedsEncryption) => {
                assert!(!encrypted, "an encrypted call needs no more encryption")
            }
            Err(error) => panic!("no proof: {error}"),
        }
    }
    let plain = OutgoingCall { encrypted: false, ..call(adapter, Api::Pay) };
    let bare = HttpResponse { status: 200, headers: Vec::new(), body: BODY.to_vec() };
    is_not_believed(
        adapter,
        plain,
        &bare,
        "an answer without any proof, over a connection that others can write",
    );
    assert_eq!(adapter.is_sandbox(), adapter.is_sandbox(), "the environment does not change");
}

/// Proves a credential whose answers are signed. `sign` makes the gateway's right answer for a path and a body.
///
/// # Panics
/// When the adapter breaks the contract of [`Credential`].
pub async fn signed_credential(adapter: &dyn Credential, sign: impl Fn(&str, &[u8]) -> HttpResponse) {
    credential(adapter).await;
    let call = call(adapter, Api::Pay);
    let right = sign(call.path, BODY);
    assert_eq!(judged(adapter, call, &right), Some(AnswerTrust::Verified), "the right answer is believed");

    let unsigned = HttpResponse { headers: Vec::new(), ..right.clone() };
    is_not_believed(adapter, call, &unsigned, "an answer without its headers");
    for (index, (name, _)) in right.headers.iter().enumerate() {
        if ["signature", "response-time"].iter().any(|needed| name.eq_ignore_ascii_case(needed)) {
            let mut fewer = right.clone();
            fewer.headers.remove(index);
            is_not_believed(adapter, call, &fewer, &format!("an answer without {name}"));
        }
    }
    for index in 0..right.body.len() {
        let mut changed = right.clone();
        if let Some(byte) = changed.body.get_mut(index) {
            *byte ^= 1;
        }
        is_not_believed(adapter, call, &changed, "an answer with a changed byte");
    }
    let mut longer = right.clone();
    longer.body.push(b' ');
    is_not_believed(adapter, call, &longer, "an answer with one byte more");
    let elsewhere = OutgoingCall { path: path(adapter, Api::Refund), ..call };
    is_not_believed(adapter, elsewhere, &right, "an answer to another path");
}

fn path(adapter: &dyn Credential, api: Api) -> &'static str {
    if adapter.is_sandbox() { api.sandbox_path() } else { api.path() }
}

fn call(adapter: &dyn Credential, api: Api) -> OutgoingCall<'static> {
    let at = Timestamp::from_epoch_millis(1_795_311_000_000);
    OutgoingCall { path: path(adapter, api), body: BODY, at, encrypted: true }
}

fn judged(adapter: &dyn Credential, call: OutgoingCall<'_>, answer: &HttpResponse) -> Option<AnswerTrust> {
    adapter.judge(call, answer, call.at).ok()
}

fn is_not_believed(adapter: &dyn Credential, call: OutgoingCall<'_>, answer: &HttpResponse, what: &str) {
    assert_ne!(judged(adapter, call, answer), Some(AnswerTrust::Verified), "{what} is not believed");
}

fn well_formed(headers: &[(&'static str, String)], printed: &str) {
    assert!(!headers.is_empty(), "a call is proved by something");
    let reserved = ["content-type", "content-length", "user-agent", "host", "agent-token"];
    for (index, (name, value)) in headers.iter().enumerate() {
        assert_eq!(*name, name.to_ascii_lowercase(), "header names are in lower case");
        assert!(!reserved.contains(name), "{name} is set by the client");
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name} is printable");
        assert!(headers.iter().skip(index + 1).all(|(other, _)| other != name), "{name} comes once");
        let is_public = ["client-id", "request-time"].contains(name);
        assert!(is_public || !printed.contains(value.as_str()), "Debug does not print {name}");
    }
}
