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
        Signer as _, Verifier as _, contract,
    };
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
}
