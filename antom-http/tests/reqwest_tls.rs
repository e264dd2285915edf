//! TLS of the reqwest transport: a good certificate is accepted, eight kinds of bad ones end before a byte is sent.
//! Plain sockets are tested elsewhere.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use antom_http::{
    HttpRequest, HttpResponse, ReqwestOptions, ReqwestTransport, Transport as _, TransportError,
    TransportFault,
};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

type Authority = Issuer<'static, KeyPair>;

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn authority(name: &str) -> (Certificate, Authority) {
    let key = KeyPair::generate().unwrap();
    let params = authority_params(name);
    (params.self_signed(&key).unwrap(), Issuer::new(params, key))
}

fn leaf_params() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    params.distinguished_name = named("gateway");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// The certificates and the key that a server shows.
struct Identity {
    chain: Vec<Certificate>,
    key: KeyPair,
}

fn issued(params: &CertificateParams, issuer: &Authority) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity { chain: vec![params.signed_by(&key, issuer).unwrap()], key }
}

/// Shows the identity once, answers the first request, and gives back what arrived decrypted.
async fn server(identity: Identity) -> (String, tokio::task::JoinHandle<Vec<u8>>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = identity.chain.iter().map(|certificate| certificate.der().clone()).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut received = vec![0; 4096];
        let Ok(mut stream) = acceptor.accept(stream).await else { return Vec::new() };
        let count = stream.read(&mut received).await.unwrap_or(0);
        received.truncate(count);
        // A client that does not trust us is gone by now.
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
        let _ = stream.shutdown().await;
        received
    });
    (format!("https://127.0.0.1:{port}/ams/api/v1/payments/pay"), task)
}

async fn post(url: String, options: &ReqwestOptions) -> Result<HttpResponse, TransportError> {
    let body = b"{\"secret\":1}".to_vec();
    let request =
        HttpRequest { url, headers: Vec::new(), body, deadline: Duration::from_secs(5), max_response: 1024 };
    ReqwestTransport::new(options).unwrap().send(request).await
}

#[tokio::test]
async fn a_certificate_of_the_given_authority_is_accepted() {
    let (root, issuer) = authority("root");
    let (url, task) = server(issued(&leaf_params(), &issuer)).await;
    let response = post(url, &ReqwestOptions::default().with_ca_pem(root.pem())).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, &b"{}"[..]));
    assert!(task.await.unwrap().starts_with(b"POST /ams/api/v1/payments/pay"));
}

#[tokio::test]
async fn public_authorities_do_not_vouch_for_a_test_certificate_and_a_given_one_replaces_them() {
    let (_, issuer) = authority("root");
    let (url, task) = server(issued(&leaf_params(), &issuer)).await;
    let outcome = post(url, &ReqwestOptions::default()).await;
    assert!(
        matches!(outcome, Err(TransportError::NotSent { fault: TransportFault::Connect, .. })),
        "{outcome:?}"
    );
    assert!(task.await.unwrap().is_empty());
}

fn self_signed() -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity { chain: vec![leaf_params().self_signed(&key).unwrap()], key }
}

fn with(issuer: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Identity {
    let mut params = leaf_params();
    change(&mut params);
    issued(&params, issuer)
}

/// A leaf under an intermediate that the server does not show.
fn without_intermediate(root: &Authority) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = authority_params("intermediate");
    let _shown_to_nobody = params.signed_by(&key, root).unwrap();
    issued(&leaf_params(), &Issuer::new(params, key))
}

/// A leaf signed by another leaf, which is no authority.
fn under_a_leaf(root: &Authority) -> Identity {
    let key = KeyPair::generate().unwrap();
    let mut params = leaf_params();
    params.distinguished_name = named("leaf that signs");
    params.is_ca = IsCa::ExplicitNoCa;
    let middle = params.signed_by(&key, root).unwrap();
    let mut identity = issued(&leaf_params(), &Issuer::new(params, key));
    identity.chain.push(middle);
    identity
}

#[tokio::test]
async fn eight_kinds_of_bad_certificates_end_before_a_byte_of_the_request_is_sent() {
    let (root, issuer) = authority("root");
    let (_, stranger) = authority("root");
    let bad = [
        ("signed by itself", self_signed()),
        ("another authority of the same name", issued(&leaf_params(), &stranger)),
        ("another host", with(&issuer, |params| params.subject_alt_names.clear())),
        ("expired", with(&issuer, |params| params.not_after = date_time_ymd(2020, 1, 1))),
        ("not yet valid", with(&issuer, |params| params.not_before = date_time_ymd(2999, 1, 1))),
        (
            "for clients only",
            with(&issuer, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
        ),
        ("intermediate missing", without_intermediate(&issuer)),
        ("signed by a leaf", under_a_leaf(&issuer)),
    ];
    for (name, identity) in bad {
        let (url, task) = server(identity).await;
        let outcome = post(url, &ReqwestOptions::default().with_ca_pem(root.pem())).await;
        let refused = matches!(outcome, Err(TransportError::NotSent { fault: TransportFault::Connect, .. }));
        assert!(refused, "{name}: {outcome:?}");
        assert!(task.await.unwrap().is_empty(), "{name}");
    }
}
