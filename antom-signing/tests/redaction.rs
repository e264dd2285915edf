//! Every public type, printed with marker secrets inside: no key, no signature, no body shows.
//! Secrets of other crates are tested there.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::fmt::{Debug, Display};

use antom_core::{ClientId, Timestamp};
use antom_signing::{
    BodyChange, Cause, Freshness, HeaderError, HeaderFault, HintReason, KeyChoiceError, KeyEntry, KeyError,
    KeyRing, KeyVersion, MerchantKey, Mismatch, NotificationPolicy, NotificationRefused, PublicKey, Received,
    ResponseRefused, ResponseTrust, SharedKeyRing, SignError, Signature, SignatureHeader, Surroundings,
    acknowledgement, explain, sign_request, verify_response, verify_unread,
};
use support::{
    CLIENT, OTHER_PUBLIC, PATH, PRIVATE, PUBLIC, TIME, client_id, headers, now, ring, sign, signer, verify,
};

/// A body whose every private member holds the marker.
const BODY: &str = r#"{"notifyType":"PAYMENT_RESULT","paymentId":"2026","metadata":"marker-metadata","pspCustomerInfo":{"pspCustomerId":"marker-buyer","displayCustomerId":"marker-buyer"},"strange":"marker-strange","cardInfo":{"cardToken":"marker-token"}}"#;

/// What must not show: the markers, every line of every key, and the signature in its forms.
fn secrets(header: &str) -> Vec<String> {
    let key_lines = [PRIVATE, PUBLIC, OTHER_PUBLIC].into_iter().flat_map(str::lines);
    let mut all: Vec<String> =
        key_lines.filter(|line| !line.starts_with("-----")).map(str::to_owned).collect();
    all.push("marker".to_owned());
    all.push(header[50..70].to_owned());
    let parsed: SignatureHeader = header.parse().unwrap();
    all.push(format!("{:?}", &parsed.signature().as_bytes()[..4]).trim_matches(['[', ']']).to_owned());
    all
}

#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn debug(&mut self, value: impl Debug) {
        self.0.push(format!("{value:?} {value:#?}"));
    }

    fn both(&mut self, value: impl Debug + Display) {
        self.0.push(format!("{value}"));
        self.debug(value);
    }
}

fn keys(printed: &mut Printed) {
    let public = PublicKey::parse(PUBLIC).unwrap();
    printed.debug(MerchantKey::parse(PRIVATE).unwrap());
    printed.debug(signer());
    printed.debug(&public);
    printed.debug(KeyEntry::new(KeyVersion::FIRST, public.clone()));
    printed.debug((ring(), SharedKeyRing::new(ring()), KeyRing::new()));
    #[cfg(feature = "aws-lc-rs")]
    {
        printed.debug(antom_signing::AwsLcSigner::parse(PRIVATE, KeyVersion::FIRST).unwrap());
        printed.debug(antom_signing::AwsLcVerifier::new(public).unwrap());
    }
    let cut = &PRIVATE[..PRIVATE.len() / 2];
    let broken = PRIVATE.replacen("MII", "MIJ", 1);
    for text in ["", "marker", "mark\u{e9}r", cut, &broken, PUBLIC, include_str!("data/encrypted_pkcs8.pem")]
    {
        let fault: KeyError = MerchantKey::parse(text).unwrap_err();
        printed.both(fault);
    }
    printed.both(PublicKey::parse(PRIVATE).unwrap_err());
    for fault in [KeyChoiceError::UnknownClient, KeyChoiceError::Retired { version: KeyVersion::FIRST }] {
        printed.both(fault);
    }
}

fn signatures(printed: &mut Printed, header: &str) {
    let parsed: SignatureHeader = header.parse().unwrap();
    printed.debug((&parsed, parsed.signature(), Signature::from_bytes(b"marker".to_vec())));
    for text in [
        "marker",
        "marker=x",
        "algorithm=marker,signature=AAAA",
        "algorithm=RSA256,signature=mark!er",
        "algorithm=RSA256,keyVersion=marker,signature=AAAA",
        "algorithm=RSA256,signature=marker%",
        "algorithm=RSA256",
    ] {
        let fault: HeaderError = text.parse::<SignatureHeader>().unwrap_err();
        printed.both(fault);
    }
    printed.both(Mismatch::Signature);
    printed.both(Mismatch::Length { expected: 256, found: 6 });
    printed.both(SignError::Refused { source: None });
    let client = client_id();
    let signer = signer();
    let future = sign_request(&signer, "POST", PATH, &client, now(), BODY.as_bytes());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(signed) => printed.debug(signed.unwrap()),
        std::task::Poll::Pending => panic!("a local signer does not wait"),
    }
}

fn notifications(printed: &mut Printed, header: &str) {
    let honest = headers(&[("client-id", CLIENT), ("request-time", TIME), ("signature", header)]);
    let pairs = || honest.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    let policy = NotificationPolicy::default();
    let unread = verify_unread("POST", PATH, pairs(), BODY.as_bytes(), &ring(), now(), &policy).unwrap();
    printed.debug(unread.head().unwrap());
    printed.debug((&unread, unread.clone().read().unwrap(), policy, acknowledgement()));

    let with = |name: &str, value: &str| {
        let mut changed = honest.clone();
        changed.retain(|(present, _)| present != name);
        changed.push((name.to_owned(), value.as_bytes().to_vec()));
        changed
    };
    let other_body = BODY.replace("2026", "2027");
    let mut refusals: Vec<NotificationRefused> = [
        with("client-id", "marker"),
        with("client-id", "mark\u{e9}r"),
        with("request-time", "marker"),
        with("signature", "marker"),
        with("signature", ""),
    ]
    .iter()
    .map(|changed| verify(changed, BODY.as_bytes()).unwrap_err())
    .collect();
    refusals.push(verify(&honest, other_body.as_bytes()).unwrap_err());
    let unreadable = "[\"marker\"]";
    let signed = sign(PATH, CLIENT, TIME, unreadable.as_bytes());
    refusals.push(verify(&with("signature", &signed), unreadable.as_bytes()).unwrap_err());
    for refused in refusals {
        printed.0.push(refused.next_step().to_owned());
        printed.both(refused);
    }
    printed.both(HeaderFault::Unreadable { name: "signature" });
    let age = std::time::Duration::from_secs(1);
    printed.debug((Freshness::Fact, Freshness::Hint(HintReason::TooOld { age })));
}

fn answers(printed: &mut Printed, header: &str) {
    let judge = |body: &str, client: &ClientId| -> Result<ResponseTrust, ResponseRefused> {
        let signed = [("response-time", TIME.as_bytes()), ("signature", header.as_bytes())];
        verify_response("POST", PATH, client, signed, body.as_bytes(), &ring(), now())
    };
    printed.debug(judge(BODY, &client_id()).unwrap());
    printed.both(judge("marker", &client_id()).unwrap_err());
    printed.both(judge(BODY, &ClientId::parse("SANDBOX_NOBODY").unwrap()).unwrap_err());
}

fn explanations(printed: &mut Printed, header: &str) {
    let own = PublicKey::parse(OTHER_PUBLIC).unwrap();
    let around = Surroundings { own_key: Some(&own), other_paths: &["/elsewhere"] };
    printed.debug(around);
    let message = Received {
        method: "POST",
        path: PATH,
        client_id: CLIENT,
        time: TIME,
        body: BODY.as_bytes(),
        signature: header,
    };
    let spaced = BODY.replace(',', ", ");
    let decoded = header.replace("%2B", " ").replace("%2F", "/").replace("%3D", "=");
    for changed in [
        message,
        Received { path: "/other", ..message },
        Received { body: spaced.as_bytes(), ..message },
        Received { body: b"marker", ..message },
        Received { time: "elsewhen", ..message },
        Received { method: "GET", ..message },
        Received { client_id: "SOMEBODY", ..message },
        Received { signature: "marker", ..message },
        Received { signature: &decoded, ..message },
    ] {
        printed.debug(changed);
        let cause: Cause = explain(&changed, &ring(), now(), around);
        printed.both(cause);
    }
    let swapped = KeyRing::new().with(client_id(), KeyEntry::new(KeyVersion::FIRST, own.clone()));
    printed.both(explain(&message, &swapped, Timestamp::from_epoch_millis(0), around));
    printed.both(BodyChange::Reprinted);
}

#[test]
fn no_type_prints_a_key_a_signature_or_a_body() {
    let header = sign(PATH, CLIENT, TIME, BODY.as_bytes());
    let mut printed = Printed::default();
    keys(&mut printed);
    signatures(&mut printed, &header);
    notifications(&mut printed, &header);
    answers(&mut printed, &header);
    explanations(&mut printed, &header);
    let secrets = secrets(&header);
    assert!(printed.0.len() > 60, "{} texts", printed.0.len());
    for text in &printed.0 {
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
