//! Notifications from raw parts: what is accepted, what is refused and why, and that nothing in between exists.
//! The header's own grammar and flipped bits have tests of their own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::time::Duration;

use antom_core::{ClientId, NotifyType, Timestamp};
use antom_signing::{
    Freshness, HeaderError, HeaderFault, HintReason, KeyChoiceError, KeyEntry, KeyRing, KeyVersion, Mismatch,
    NotificationPolicy, NotificationRefused, PublicKey, verify_notification,
};
use support::{
    BODY, CLIENT, Headers, OTHER_PUBLIC, PATH, PUBLIC, TIME, client_id, headers, honest_headers, now, ring,
    sign, verify, verify_at,
};

//= N-1 test
//= X-14 test
#[test]
fn an_honest_notification_is_verified_over_the_configured_path_and_read() {
    let verified = verify(&honest_headers(), BODY.as_bytes()).unwrap();
    assert_eq!(verified.client_id().as_str(), CLIENT);
    assert_eq!(verified.request_time(), TIME);
    assert_eq!(verified.made_at(), Timestamp::parse(TIME).unwrap());
    assert_eq!(verified.key_version(), Some(KeyVersion::FIRST));
    assert_eq!(verified.freshness(), Freshness::Fact);
    assert_eq!(verified.body(), BODY.as_bytes());
    assert_eq!(verified.notification().notify_type, Some(NotifyType::PaymentResult));
    assert!(!format!("{verified:?}").contains("R-1"), "bodies are not printed");
    let (notification, body) = verified.into_parts();
    assert_eq!(notification.payment_request_id.as_deref(), Some("R-1"));
    assert_eq!(body, BODY.as_bytes());
}

#[test]
fn the_path_is_the_configured_one_to_the_byte() {
    for path in [
        "/notifications/antom/",
        "/notifications//antom",
        "/Notifications/antom",
        "/notifications/antom?x=1",
        "/",
        "",
    ] {
        let forged = headers(&[
            ("client-id", CLIENT),
            ("request-time", TIME),
            ("signature", &sign(path, CLIENT, TIME, BODY.as_bytes())),
        ]);
        assert!(
            matches!(verify(&forged, BODY.as_bytes()), Err(NotificationRefused::Signature { .. })),
            "{path}"
        );
    }
}

//= N-2 test
#[test]
fn each_signed_header_must_be_there_exactly_once_and_readable() {
    for (name, lower) in
        [("Client-Id", "client-id"), ("Request-Time", "request-time"), ("Signature", "signature")]
    {
        let honest = honest_headers();
        let position = honest.iter().position(|(header, _)| header == name).unwrap();
        let with = |value: &[u8]| -> Headers {
            let mut changed = honest.clone();
            changed[position].1 = value.to_vec();
            changed
        };
        let mut without = honest.clone();
        without.remove(position);
        let mut doubled = honest.clone();
        doubled.push((lower.to_owned(), honest[position].1.clone()));
        let cases = [
            (without, HeaderFault::Missing { name: lower }),
            (doubled, HeaderFault::Repeated { name: lower }),
            (with(b""), HeaderFault::Empty { name: lower }),
            (with(b" \t "), HeaderFault::Empty { name: lower }),
            (with(b"a\nb"), HeaderFault::Unreadable { name: lower }),
            (with(b"a\0"), HeaderFault::Unreadable { name: lower }),
            (with(b"\xff"), HeaderFault::Unreadable { name: lower }),
            (with("\u{ff11}".as_bytes()), HeaderFault::Unreadable { name: lower }),
        ];
        for (changed, fault) in cases {
            let refused = verify(&changed, BODY.as_bytes()).unwrap_err();
            assert_eq!(refused, NotificationRefused::Headers(fault));
            assert!(!refused.next_step().is_empty());
        }
    }
}

//= N-2 test
#[test]
fn any_subset_of_the_signed_headers_but_the_whole_is_refused() {
    let honest = honest_headers();
    for kept in 0..(1_u32 << honest.len()) {
        let subset: Headers = honest
            .iter()
            .enumerate()
            .filter(|(index, _)| kept & (1 << index) != 0)
            .map(|(_, header)| header.clone())
            .collect();
        let signed = subset.iter().filter(|(name, _)| name != "content-type").count();
        assert_eq!(verify(&subset, BODY.as_bytes()).is_ok(), signed == 3, "{kept:b}");
    }
}

#[test]
fn bytes_cannot_be_shifted_between_client_id_time_and_body() {
    // The signed text "…\nCLIENT.TIME.BODY" can be cut elsewhere; every other cut must be refused, although the
    // signature over the whole is right.
    for time in [TIME, "2026-11-22T01:30:00.000Z", "1795311000000"] {
        let signature = sign(PATH, CLIENT, time, BODY.as_bytes());
        let text = format!("{CLIENT}.{time}.{BODY}");
        let dots: Vec<usize> = text.match_indices('.').map(|(index, _)| index).collect();
        let mut accepted = 0;
        for first in &dots {
            for second in dots.iter().filter(|second| *second > first) {
                let shifted = headers(&[
                    ("client-id", &text[..*first]),
                    ("request-time", &text[first + 1..*second]),
                    ("signature", &signature),
                ]);
                accepted += usize::from(verify(&shifted, &text.as_bytes()[second + 1..]).is_ok());
            }
        }
        assert_eq!(accepted, 1, "{time}");
    }
}

//= X-4 test
#[test]
fn the_time_is_read_in_every_form_and_its_raw_text_is_what_is_verified() {
    for time in [
        "1795311000000",
        "2026-11-22T09:30:00+08:00",
        "2026-11-22T09:30:00+0800",
        "2026-11-22T01:30:00.123Z",
        "2026-11-22T01:30:00Z",
    ] {
        let honest = headers(&[
            ("client-id", CLIENT),
            ("request-time", time),
            ("signature", &sign(PATH, CLIENT, time, BODY.as_bytes())),
        ]);
        let verified = verify(&honest, BODY.as_bytes()).unwrap();
        assert_eq!(verified.request_time(), time);
        assert_eq!(verified.freshness(), Freshness::Fact, "{time}");
    }
    for time in
        ["yesterday", "2026-11-22 01:30:00", "2026-11-22T01:30:00", "-1", "1.5", "2026-13-01T00:00:00Z"]
    {
        let odd = headers(&[
            ("client-id", CLIENT),
            ("request-time", time),
            ("signature", &sign(PATH, CLIENT, time, BODY.as_bytes())),
        ]);
        assert_eq!(verify(&odd, BODY.as_bytes()).unwrap_err(), NotificationRefused::RequestTime, "{time}");
    }
}

//= X-4 test
#[test]
fn age_never_refuses_but_turns_a_fact_into_a_hint() {
    let made = Timestamp::parse(TIME).unwrap();
    let seen_at = |now| verify_at(&honest_headers(), BODY.as_bytes(), &ring(), now).unwrap().freshness();
    let hour = Duration::from_secs(3600);
    let minute = Duration::from_secs(60);
    // The last resend comes after 24 h 22 min.
    assert_eq!(seen_at(made.saturating_add(24 * hour + 22 * minute)), Freshness::Fact);
    assert_eq!(seen_at(made.saturating_add(25 * hour)), Freshness::Fact);
    assert_eq!(
        seen_at(made.saturating_add(26 * hour)),
        Freshness::Hint(HintReason::TooOld { age: 26 * hour })
    );
    assert_eq!(seen_at(made.saturating_sub(10 * minute)), Freshness::Fact);
    let ahead = 11 * minute;
    assert_eq!(seen_at(made.saturating_sub(ahead)), Freshness::Hint(HintReason::FromTheFuture { ahead }));
}

#[test]
fn a_key_counts_only_for_its_client_its_version_and_its_time() {
    let key = || PublicKey::parse(PUBLIC).unwrap();
    let honest = honest_headers();
    let refused = |ring: &KeyRing| match verify_at(&honest, BODY.as_bytes(), ring, now()) {
        Err(NotificationRefused::Key(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let version = KeyVersion::FIRST;
    let at = |seconds: u64| now().saturating_add(Duration::from_secs(seconds));
    let live = ClientId::parse("5X00000000000000").unwrap();

    assert_eq!(refused(&KeyRing::new()), KeyChoiceError::UnknownClient);
    assert_eq!(
        refused(&KeyRing::new().with(live, KeyEntry::new(version, key()))),
        KeyChoiceError::UnknownClient
    );
    let second = KeyRing::new().with(client_id(), KeyEntry::new(KeyVersion::new(2), key()));
    assert_eq!(refused(&second), KeyChoiceError::UnknownVersion { version });
    let later = KeyRing::new().with(client_id(), KeyEntry::new(version, key()).activates_at(at(1)));
    assert_eq!(refused(&later), KeyChoiceError::NotYetActive { version });
    let retired = KeyRing::new().with(client_id(), KeyEntry::new(version, key()).retires_at(now()));
    assert_eq!(refused(&retired), KeyChoiceError::Retired { version });
    let still =
        KeyRing::new().with(client_id(), KeyEntry::new(version, key()).activates_at(now()).retires_at(at(1)));
    assert!(verify_at(&honest, BODY.as_bytes(), &still, now()).is_ok());
}

#[test]
fn another_key_under_the_right_version_is_a_mismatch_that_says_what_to_check() {
    let other = PublicKey::parse(OTHER_PUBLIC).unwrap();
    let fingerprint = other.fingerprint();
    let ring = KeyRing::new().with(client_id(), KeyEntry::new(KeyVersion::FIRST, other));
    let refused = verify_at(&honest_headers(), BODY.as_bytes(), &ring, now()).unwrap_err();
    let expected = NotificationRefused::Signature {
        mismatch: Mismatch::Signature,
        key_fingerprint: fingerprint,
        path: PATH.to_owned(),
    };
    assert_eq!(refused, expected);
    assert!(refused.next_step().contains("not our own"));
}

#[test]
fn without_a_version_the_newest_active_key_is_taken() {
    let unversioned: Headers = honest_headers()
        .into_iter()
        .map(|(name, value)| {
            (name, String::from_utf8(value).unwrap().replace("keyVersion=1,", "").into_bytes())
        })
        .collect();
    let right = || PublicKey::parse(PUBLIC).unwrap();
    let wrong = || PublicKey::parse(OTHER_PUBLIC).unwrap();
    let entry = |version, key| KeyEntry::new(KeyVersion::new(version), key);
    let soon = now().saturating_add(Duration::from_secs(1));
    let earlier = now().saturating_sub(Duration::from_secs(1));
    let accepted = |older: KeyEntry, newer: KeyEntry| {
        let ring = KeyRing::new().with(client_id(), newer).with(client_id(), older);
        verify_at(&unversioned, BODY.as_bytes(), &ring, now()).is_ok()
    };
    assert!(accepted(entry(1, wrong()), entry(2, right())), "the highest version");
    assert!(!accepted(entry(1, right()), entry(2, wrong())), "never an older one instead");
    assert!(accepted(entry(9, wrong()), entry(2, right()).activates_at(earlier)), "activated last");
    assert!(accepted(entry(1, right()), entry(2, wrong()).activates_at(soon)), "not one of the future");
    assert!(accepted(entry(1, right()), entry(2, wrong()).retires_at(now())), "not a retired one");
    let none = KeyRing::new().with(client_id(), entry(1, right()).retires_at(now()));
    let refused = verify_at(&unversioned, BODY.as_bytes(), &none, now()).unwrap_err();
    assert_eq!(refused, NotificationRefused::Key(KeyChoiceError::NoActiveKey));
}

#[test]
fn a_shared_ring_is_replaced_for_all_who_hold_it() {
    let shared = antom_signing::SharedKeyRing::new(KeyRing::new());
    let held = shared.clone();
    assert!(verify_at(&honest_headers(), BODY.as_bytes(), &held.current(), now()).is_err());
    shared.replace(ring());
    assert!(verify_at(&honest_headers(), BODY.as_bytes(), &held.current(), now()).is_ok());
}

#[test]
fn method_size_header_and_body_faults_are_told_apart() {
    let honest = honest_headers();
    let call = |method: &str, body: &[u8], policy: &NotificationPolicy| {
        let pairs = honest.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        verify_notification(method, PATH, pairs, body, &ring(), now(), policy).unwrap_err()
    };
    let policy = NotificationPolicy::default();
    for method in ["GET", "post", "PUT", "HEAD", ""] {
        assert_eq!(call(method, BODY.as_bytes(), &policy), NotificationRefused::Method);
    }
    let small = NotificationPolicy { max_body: BODY.len() - 1, ..policy };
    let size = BODY.len();
    assert_eq!(
        call("POST", BODY.as_bytes(), &small),
        NotificationRefused::BodyTooLarge { size, max: size - 1 }
    );

    let odd = headers(&[
        ("client-id", CLIENT),
        ("request-time", TIME),
        ("signature", "algorithm=none,signature=AAAA"),
    ]);
    let refused = verify(&odd, BODY.as_bytes()).unwrap_err();
    assert_eq!(refused, NotificationRefused::SignatureHeader(HeaderError::Algorithm));

    for body in ["", "null", "[]", "{", "{\"notifyType\":\"A\",\"notifyType\":\"B\"}", "\u{feff}{}", "{}x"] {
        let signed = headers(&[
            ("client-id", CLIENT),
            ("request-time", TIME),
            ("signature", &sign(PATH, CLIENT, TIME, body.as_bytes())),
        ]);
        let refused = verify(&signed, body.as_bytes());
        assert!(matches!(refused, Err(NotificationRefused::Body { .. })), "{body:?}");
    }
}

#[test]
fn refusals_print_no_signature_and_no_body() {
    let mut changed = honest_headers();
    changed.retain(|(name, _)| name != "Signature");
    let signature = sign(PATH, CLIENT, "1", BODY.as_bytes());
    changed.push(("signature".to_owned(), signature.clone().into_bytes()));
    let refused = verify(&changed, BODY.as_bytes()).unwrap_err();
    let printed = format!("{refused} {refused:?} {}", refused.next_step());
    assert!(!printed.contains("R-1"));
    assert!(!printed.contains(&signature[40..60]));
}
