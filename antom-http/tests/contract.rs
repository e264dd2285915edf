//! Our adapters, and the one of the example, pass the contract suites.
//! What the suites leave out, certificates above all, has tests of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

#[path = "../examples/custom_transport.rs"]
#[allow(dead_code, unreachable_pub, reason = "the example is a program of its own")]
mod custom_transport;

use std::sync::Arc;

use antom_core::Secret;
use antom_http::testing::{RecordingTransport, ScriptedTransport, contract};
use antom_http::{
    AnswerTrust, ApiKey, Credential, CredentialError, HttpResponse, OutgoingCall, ReqwestOptions,
    ReqwestTransport,
};
use antom_signing::ResponseRefused;
use support::{CLIENT, client, credential, pay, signed_for};

#[tokio::test]
async fn the_reqwest_transport_keeps_the_contract() {
    let shared = ReqwestTransport::new(&ReqwestOptions::default()).unwrap();
    contract::transport(|| shared.clone()).await;
}

#[tokio::test]
async fn the_transport_of_the_example_keeps_the_contract() {
    contract::transport(custom_transport::UreqTransport::default).await;
}

#[tokio::test]
async fn recording_changes_nothing_and_keeps_what_went_through() {
    let inner = ReqwestTransport::new(&ReqwestOptions::default()).unwrap();
    contract::transport(|| RecordingTransport::new(inner.clone())).await;

    let script = ScriptedTransport::new().reply(|_| Ok(support::unsigned(500, "x"))).refuse();
    let recording = RecordingTransport::new(script);
    let client = client(recording.clone());
    assert!(pay(&client).await.is_err() && pay(&client).await.is_err());
    let statuses: Vec<Option<u16>> = recording
        .exchanges()
        .iter()
        .map(|one| one.response.as_ref().map(|response| response.status))
        .collect();
    assert_eq!(statuses, [Some(500), None]);
}

#[tokio::test]
async fn both_credentials_keep_the_contract() {
    contract::signed_credential(&credential(), |path, body| {
        signed_for(path, CLIENT, 200, std::str::from_utf8(body).unwrap())
    })
    .await;
    contract::credential(&ApiKey::parse(Secret::new("isak_TEST_id_s3cret")).unwrap()).await;
}

/// Believes everything: what no credential may do.
#[derive(Debug)]
struct Gullible;

#[async_trait::async_trait]
impl Credential for Gullible {
    fn is_sandbox(&self) -> bool {
        true
    }

    async fn authorize(&self, _: OutgoingCall<'_>) -> Result<Vec<(&'static str, String)>, CredentialError> {
        Ok(vec![("client-id", CLIENT.to_owned())])
    }

    fn judge(
        &self,
        _: OutgoingCall<'_>,
        _: &HttpResponse,
        _: antom_core::Timestamp,
    ) -> Result<AnswerTrust, ResponseRefused> {
        Ok(AnswerTrust::Verified)
    }
}

#[tokio::test]
async fn the_suites_find_what_they_are_for() {
    let gullible = Arc::new(Gullible);
    assert!(
        tokio::spawn(async move { contract::credential(&*gullible).await }).await.unwrap_err().is_panic()
    );
    let scripted = || ScriptedTransport::new().refuse();
    assert!(tokio::spawn(async move { contract::transport(scripted).await }).await.unwrap_err().is_panic());
}
