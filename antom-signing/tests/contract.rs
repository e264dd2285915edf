//! Our own backends under the contract suites, and against each other.
//! Other people's adapters are proved in the same way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use antom_signing::{LocalSigner, MerchantKey, contract};

/// Signers in this process never wait, so one poll is enough.
fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a local signer does not wait"),
    }
}

#[test]
fn ring_verifies_as_the_contract_says() {
    contract::verifier(|key| key);
}

#[test]
fn ring_signs_as_the_contract_says() {
    now_or_never(contract::signer(|text, version| {
        LocalSigner::new(MerchantKey::parse(text).unwrap(), version)
    }));
}

#[cfg(feature = "aws-lc-rs")]
mod aws_lc {
    use antom_signing::{
        AwsLcSigner, AwsLcVerifier, KeyError, KeyVersion, LocalSigner, MerchantKey, Mismatch, PublicKey,
        Signer as _, Verifier, contract,
    };
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{
        RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA512, RsaEncoding,
    };
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::now_or_never;

    #[test]
    fn aws_lc_verifies_as_the_contract_says() {
        contract::verifier(|key| AwsLcVerifier::new(key).unwrap());
    }

    #[test]
    fn aws_lc_signs_as_the_contract_says() {
        now_or_never(contract::signer(|text, version| AwsLcSigner::parse(text, version).unwrap()));
    }

    #[test]
    fn aws_lc_refuses_the_keys_that_ring_refuses() {
        let parse = |text: &str| AwsLcSigner::parse(text, KeyVersion::FIRST).unwrap_err();
        assert_eq!(parse(contract::PUBLIC_KEY), KeyError::PublicWherePrivate);
        assert_eq!(parse(include_str!("data/rsa1024_private.pem")), KeyError::TooShort { bits: 1024 });
        assert_eq!(parse(include_str!("data/encrypted_pkcs8.pem")), KeyError::Encrypted);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn both_backends_agree_on_every_message(message in prop::collection::vec(any::<u8>(), 0..4000), index in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let ring = LocalSigner::new(MerchantKey::parse(contract::PRIVATE_KEY).unwrap(), KeyVersion::FIRST);
            let aws = AwsLcSigner::parse(contract::PRIVATE_KEY, KeyVersion::FIRST).unwrap();
            let key = PublicKey::parse(contract::PUBLIC_KEY).unwrap();
            let other = AwsLcVerifier::new(key.clone()).unwrap();
            let signature = ring.sign_now(&message).unwrap();
            prop_assert_eq!(&now_or_never(aws.sign(&message)).unwrap(), &signature);
            prop_assert_eq!(other.verify(&message, signature.as_bytes()), Ok(()));
            let mut wrong = signature.as_bytes().to_vec();
            let index = index.index(wrong.len());
            wrong[index] ^= 1 << bit;
            prop_assert_eq!(key.verify(&message, &wrong), Err(Mismatch::Signature));
            prop_assert_eq!(other.verify(&message, &wrong), Err(Mismatch::Signature));
        }
    }

    #[test]
    fn both_backends_agree_on_keys_of_every_size() {
        for size in [KeySize::Rsa2048, KeySize::Rsa3072, KeySize::Rsa4096] {
            let pair = KeyPair::generate(size).unwrap();
            let der: Pkcs8V1Der<'static> = pair.as_der().unwrap();
            let text = STANDARD.encode(der.as_ref());
            let ring = LocalSigner::new(MerchantKey::parse(&text).unwrap(), KeyVersion::FIRST);
            let aws = AwsLcSigner::parse(&text, KeyVersion::FIRST).unwrap();
            let key = aws.public_key().clone();
            let other = AwsLcVerifier::new(key.clone()).unwrap();
            let signature = ring.sign_now(b"message").unwrap();
            assert_eq!(now_or_never(aws.sign(b"message")).unwrap(), signature, "{size:?}");
            assert_eq!(signature.as_bytes().len() * 8, key.bits());
            for verifier in [&key as &dyn Verifier, &other] {
                assert_eq!(verifier.verify(b"message", signature.as_bytes()), Ok(()), "{size:?}");
                assert_eq!(verifier.verify(b"other", signature.as_bytes()), Err(Mismatch::Signature));
            }
        }
    }

    #[test]
    fn both_backends_refuse_every_other_scheme_of_the_same_key() {
        let text: String = contract::PRIVATE_KEY.lines().filter(|line| !line.starts_with("-----")).collect();
        let pair = KeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap();
        let key = PublicKey::parse(contract::PUBLIC_KEY).unwrap();
        let other = AwsLcVerifier::new(key.clone()).unwrap();
        let schemes: [&'static dyn RsaEncoding; 4] =
            [&RSA_PKCS1_SHA384, &RSA_PKCS1_SHA512, &RSA_PSS_SHA256, &RSA_PSS_SHA512];
        for scheme in schemes {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(scheme, &SystemRandom::new(), b"message", &mut signature).unwrap();
            for verifier in [&key as &dyn Verifier, &other] {
                assert_eq!(verifier.verify(b"message", &signature), Err(Mismatch::Signature), "{scheme:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn both_backends_give_the_same_verdict_on_any_bytes(
            message in prop::collection::vec(any::<u8>(), 0..200),
            signature in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                prop::collection::vec(any::<u8>(), 256),
                prop::collection::vec(prop_oneof![Just(0_u8), Just(0xFF_u8), Just(1_u8)], 256),
            ],
        ) {
            let key = PublicKey::parse(contract::PUBLIC_KEY).unwrap();
            let other = AwsLcVerifier::new(key.clone()).unwrap();
            let verdict = key.verify(&message, &signature);
            prop_assert!(verdict.is_err());
            prop_assert_eq!(other.verify(&message, &signature), verdict);
        }
    }
}
