//! Each usual mistake is found, named, and explained without secrets.
//! That nothing of it is ever accepted is tested with the notifications.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use antom_core::ClientId;
use antom_signing::{
    BodyChange, Cause, HeaderError, KeyChoiceError, KeyEntry, KeyRing, KeyVersion, PublicKey, Received,
    Surroundings, explain,
};
use support::{CLIENT, OTHER_PUBLIC, PATH, PUBLIC, TIME, client_id, now, ring, sign};

const BODY: &str = r#"{"a":"x/y <1>","b":["2","ü"], "c":{}}"#;

fn received<'a>(signature: &'a str) -> Received<'a> {
    Received { method: "POST", path: PATH, client_id: CLIENT, time: TIME, body: BODY.as_bytes(), signature }
}

fn cause(received: &Received<'_>) -> Cause {
    explain(received, &ring(), now(), Surroundings::default())
}

#[test]
fn an_honest_message_fits() {
    assert_eq!(cause(&received(&sign(PATH, CLIENT, TIME, BODY.as_bytes()))), Cause::Fits);
}

#[test]
fn another_path_is_named() {
    for signed in ["/notifications/antom/", "/antom", "/notifications/antom?", "/gateway/notifications/antom"]
    {
        let signature = sign(signed, CLIENT, TIME, BODY.as_bytes());
        let around = Surroundings {
            own_key: None,
            other_paths: &["/gateway/notifications/antom", "/notifications/antom?"],
        };
        let found = explain(&received(&signature), &ring(), now(), around);
        assert_eq!(found, Cause::OtherPath { signed: signed.to_owned() });
        assert!(found.to_string().contains(signed));
    }
    let pairs = [
        ("/ams/sandbox/api/v1/payments/pay", "/ams/api/v1/payments/pay"),
        ("/ams/api/v1/payments/pay", "/ams/sandbox/api/v1/payments/pay"),
        ("/hooks?shop=1", "/hooks"),
        ("/hooks/?shop=1", "/hooks?shop=1"),
        ("/shop//hooks", "/shop/hooks"),
        ("https://shop.example/hooks", "/hooks"),
    ];
    for (seen, signed) in pairs {
        let signature = sign(signed, CLIENT, TIME, BODY.as_bytes());
        let found = cause(&Received { path: seen, ..received(&signature) });
        assert_eq!(found, Cause::OtherPath { signed: signed.to_owned() }, "{seen}");
    }
}

#[test]
fn a_changed_body_is_recognised_by_its_change() {
    let compact = r#"{"a":"x/y <1>","b":["2","ü"],"c":{}}"#;
    let signed = [
        (String::new(), BodyChange::Lost),
        (format!("{BODY}\n"), BodyChange::LineEnd),
        (format!("{BODY}\r\n"), BodyChange::LineEnd),
        (format!("\u{feff}{BODY}"), BodyChange::ByteOrderMark),
        (compact.to_owned(), BodyChange::Reprinted),
        (r#"{"a": "x/y <1>", "b": ["2", "ü"], "c": {}}"#.to_owned(), BodyChange::Reprinted),
        (BODY.replace('/', "\\/"), BodyChange::Escapes),
        (BODY.replace('ü', "\\u00fc"), BodyChange::Escapes),
        (BODY.replace('<', "\\u003c").replace('>', "\\u003e"), BodyChange::Escapes),
    ];
    for (body, change) in signed {
        let signature = sign(PATH, CLIENT, TIME, body.as_bytes());
        let found = cause(&received(&signature));
        assert_eq!(found, Cause::BodyChanged(change), "{body}");
        assert!(!found.to_string().contains("x/y"));
    }
    let signature = sign(PATH, CLIENT, TIME, b"{\r\n}\r\n");
    let unix = Received { body: b"{\n}\n", ..received(&signature) };
    assert_eq!(cause(&unix), Cause::BodyChanged(BodyChange::LineEndsConverted));
}

#[test]
fn a_time_that_was_printed_again_is_named_in_its_signed_form() {
    for signed in
        ["1795311000000", "2026-11-22T01:30:00.000Z", "2026-11-22T01:30:00+00:00", "2026-11-22T01:30:00+0000"]
    {
        let signature = sign(PATH, CLIENT, signed, BODY.as_bytes());
        assert_eq!(cause(&received(&signature)), Cause::TimeRewritten { signed: signed.to_owned() });
    }
}

#[test]
fn keys_in_the_wrong_place_are_found() {
    let own = PublicKey::parse(OTHER_PUBLIC).unwrap();
    let gateway = || PublicKey::parse(PUBLIC).unwrap();
    let around = Surroundings { own_key: Some(&own), other_paths: &[] };
    let signature = sign(PATH, CLIENT, TIME, BODY.as_bytes());
    let entry = |version, key: &PublicKey| KeyEntry::new(KeyVersion::new(version), key.clone());

    let own_configured = KeyRing::new().with(client_id(), entry(1, &own));
    assert_eq!(explain(&received(&signature), &own_configured, now(), around), Cause::OwnKeyConfigured);

    let swapped = KeyRing::new().with(client_id(), entry(1, &own)).with(client_id(), entry(2, &gateway()));
    let expected = Cause::OtherKey { client_id: client_id(), version: KeyVersion::new(2) };
    assert_eq!(explain(&received(&signature), &swapped, now(), Surroundings::default()), expected);

    let missing = KeyRing::new().with(client_id(), entry(3, &own));
    let unknown = Cause::Key(KeyChoiceError::UnknownVersion { version: KeyVersion::FIRST });
    assert_eq!(explain(&received(&signature), &missing, now(), around), unknown);

    let ours = gateway();
    let other = KeyRing::new().with(client_id(), entry(1, &own));
    let signed_by_us = Surroundings { own_key: Some(&ours), other_paths: &[] };
    assert_eq!(explain(&received(&signature), &other, now(), signed_by_us), Cause::SignedByUs);

    let nobody = explain(&received(&signature), &other, now(), Surroundings::default());
    assert_eq!(nobody, Cause::Unknown { key_fingerprint: own.fingerprint() });
    assert!(nobody.to_string().contains(&own.fingerprint()));
}

#[test]
fn another_client_id_or_method_is_named() {
    let live = ClientId::parse("5X00000000000000").unwrap();
    let keys =
        ring().with(live.clone(), KeyEntry::new(KeyVersion::FIRST, PublicKey::parse(OTHER_PUBLIC).unwrap()));
    let signature = sign(PATH, live.as_str(), TIME, BODY.as_bytes());
    let found = explain(&received(&signature), &keys, now(), Surroundings::default());
    assert_eq!(found, Cause::OtherClientId { signed: live });
    let signature = sign(PATH, CLIENT, TIME, BODY.as_bytes());
    let found = cause(&Received { method: "PUT", ..received(&signature) });
    assert_eq!(found, Cause::OtherMethod { signed: "POST" });
}

#[test]
fn a_header_that_was_url_decoded_is_recognised() {
    let honest = sign(PATH, CLIENT, TIME, BODY.as_bytes());
    assert!(honest.contains("%2B"), "the test signature holds a plus sign");
    let as_form = honest.replace("%2B", " ").replace("%2F", "/").replace("%3D", "=");
    assert_eq!(cause(&received(&as_form)), Cause::HeaderDecodedWrongly);
    let encoded_twice = honest.replace('%', "%25");
    assert_eq!(cause(&received(&encoded_twice)), Cause::HeaderDecodedWrongly);
    assert_eq!(cause(&received("algorithm=none")), Cause::Header(HeaderError::Algorithm));
}

#[test]
fn explanations_show_no_signature() {
    let signature = sign("/elsewhere", CLIENT, TIME, b"other");
    let message = received(&signature);
    let printed = format!("{} {message:?}", cause(&message));
    assert!(!printed.contains(&signature[50..70]));
    assert!(!printed.contains("x/y"));
}
