//! Key texts in every form: read, or refused with the precise reason.
//! What keys do with messages is tested with the vectors.

use antom_core::Secret;
use antom_signing::{KeyError, MerchantKey, PublicKey, Verifier as _};

macro_rules! data {
    ($name:literal) => {
        include_str!(concat!("data/", $name))
    };
}

fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

//= G-3 test
#[test]
fn a_private_key_is_read_from_every_form_as_the_same_key() {
    let expected = PublicKey::parse(data!("test_public.pem")).unwrap();
    let pkcs8 = data!("test_private.pem");
    let pkcs1 = data!("test_private_pkcs1.pem");
    let pkcs8_under_pkcs1_label = pkcs8.replace("PRIVATE KEY", "RSA PRIVATE KEY");
    let windows = pkcs8.replace('\n', "\r\n");
    for text in [pkcs8, pkcs1, &bare(pkcs8), &bare(pkcs1), &pkcs8_under_pkcs1_label, &windows] {
        assert_eq!(MerchantKey::parse(text).unwrap().public_key(), &expected);
    }
    assert_eq!(MerchantKey::from_secret(Secret::new(pkcs8)).unwrap().public_key(), &expected);
}

//= G-3 test
#[test]
fn a_public_key_is_read_from_every_form_as_the_same_key() {
    let expected = PublicKey::parse(data!("test_public.pem")).unwrap();
    let spki = data!("test_public.pem");
    let pkcs1 = data!("test_public_pkcs1.pem");
    let certificate = data!("test_certificate.pem");
    for text in [spki, pkcs1, certificate, &bare(spki), &bare(pkcs1), &bare(certificate)] {
        assert_eq!(PublicKey::parse(text).unwrap(), expected);
    }
}

#[test]
fn a_public_key_prints_back_the_forms_that_it_was_read_from() {
    let key = PublicKey::parse(data!("test_public.pem")).unwrap();
    assert_eq!(key.to_pem(), data!("test_public.pem"));
    assert_eq!(key.to_base64(), bare(data!("test_public.pem")));
    assert_eq!(key.bits(), 2048);
    // openssl pkey -pubin -in test_public.pem -outform DER | sha256sum
    assert_eq!(key.fingerprint(), "60d501814f946804353c2b40338ac1d79038887d2cb9397f2e85e4c52ff178f9");
}

#[test]
fn a_text_that_is_no_usable_private_key_is_refused_for_the_right_reason() {
    let curve = KeyError::NotRsa { algorithm: "an elliptic curve key" };
    let cases = [
        (data!("encrypted_pkcs8.pem"), KeyError::Encrypted),
        (data!("encrypted_pkcs1.pem"), KeyError::Encrypted),
        (&bare(data!("encrypted_pkcs8.pem")), KeyError::Encrypted),
        (data!("ec_private.pem"), curve),
        (data!("ec_private_sec1.pem"), curve),
        (data!("ec_public.pem"), curve),
        (data!("ed25519_private.pem"), KeyError::NotRsa { algorithm: "an Ed25519 key" }),
        (data!("pss_private.pem"), KeyError::NotRsa { algorithm: "an RSA-PSS key" }),
        (data!("rsa1024_private.pem"), KeyError::TooShort { bits: 1024 }),
        (data!("test_public.pem"), KeyError::PublicWherePrivate),
        (data!("test_public_pkcs1.pem"), KeyError::PublicWherePrivate),
        (data!("test_certificate.pem"), KeyError::PublicWherePrivate),
        ("bm90IGEga2V5", KeyError::NotAKey),
        ("sk_live_123", KeyError::NotBase64 { offset: 2 }),
        ("", KeyError::Empty),
    ];
    for (text, expected) in cases {
        assert_eq!(MerchantKey::parse(text).unwrap_err(), expected);
    }
}

#[test]
fn a_text_that_is_no_usable_public_key_is_refused_for_the_right_reason() {
    let cases = [
        (data!("test_private.pem"), KeyError::PrivateWherePublic),
        (data!("test_private_pkcs1.pem"), KeyError::PrivateWherePublic),
        (data!("ec_public.pem"), KeyError::NotRsa { algorithm: "an elliptic curve key" }),
        (data!("rsa1024_public.pem"), KeyError::TooShort { bits: 1024 }),
        (data!("encrypted_pkcs8.pem"), KeyError::Encrypted),
    ];
    for (text, expected) in cases {
        assert_eq!(PublicKey::parse(text).unwrap_err(), expected);
    }
}

#[test]
fn a_key_that_is_cut_off_anywhere_is_refused_and_most_cuts_are_named() {
    let whole = bare(data!("test_private.pem"));
    let mut named = 0;
    for length in 1..whole.trim_end_matches('=').len() - 1 {
        let error = MerchantKey::parse(&whole[..length]).unwrap_err();
        named += usize::from(matches!(error, KeyError::Truncated { .. } | KeyError::IncompleteBase64));
    }
    assert!(named > whole.len() - 16, "{named} of {}", whole.len());
}

#[test]
fn a_damaged_private_key_is_refused_or_is_still_the_same_key() {
    let whole = bare(data!("test_private_pkcs1.pem"));
    let expected = PublicKey::parse(data!("test_public.pem")).unwrap();
    for index in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone().into_bytes();
        damaged[index] = if damaged[index] == b'A' { b'B' } else { b'A' };
        if let Ok(key) = MerchantKey::parse(std::str::from_utf8(&damaged).unwrap()) {
            // Exponents are not all checked by the crypto library; the public half is.
            assert_eq!(key.public_key(), &expected, "changed at {index}");
        }
    }
}

#[test]
fn bytes_after_the_key_are_refused() {
    let mut text = bare(data!("test_public.pem"));
    text = text.trim_end_matches('=').to_owned();
    let error = PublicKey::parse(&(text + "AAAA")).unwrap_err();
    assert!(matches!(error, KeyError::TrailingBytes { .. }), "{error}");
}

#[test]
fn a_private_key_never_shows_in_debug_or_errors() {
    let pem = data!("test_private.pem");
    let key = MerchantKey::parse(pem).unwrap();
    let printed = format!(
        "{key:?} {:?}",
        antom_signing::LocalSigner::new(key.clone(), antom_signing::KeyVersion::FIRST)
    );
    for line in bare(pem).as_bytes().chunks(16) {
        assert!(!printed.contains(std::str::from_utf8(line).unwrap()));
    }
    assert!(printed.contains("MerchantKey(2048 bits, public sha256:60d50181"), "{printed}");
}

#[test]
fn a_signature_of_another_length_is_refused_before_any_arithmetic() {
    let key = PublicKey::parse(data!("test_public.pem")).unwrap();
    for length in [0, 1, 255, 257, 512] {
        let expected = antom_signing::Mismatch::Length { expected: 256, found: length };
        assert_eq!(key.verify(b"", &vec![0; length]), Err(expected));
    }
}
