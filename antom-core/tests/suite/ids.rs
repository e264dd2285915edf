//! Ids: what they take, and that they give it back unchanged.
//! That kinds are not mixed up is the compiler's work.

use antom_core::{
    CaptureId, CaptureRequestId, ClientId, IdFault, PaymentId, PaymentRequestId, PaymentSessionId,
    ReferenceBuyerId, ReferenceOrderId, RefundId, RefundRequestId, TransactionId,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn merchant_ids_take_visible_ascii_and_keep_it(text in "[!-~&&[^#*]]{1,64}") {
        let id = PaymentRequestId::parse(text.as_str()).unwrap();
        prop_assert_eq!(id.as_str(), text.as_str());
        prop_assert_eq!(id.to_string(), text.as_str());
        prop_assert_eq!(text.parse::<PaymentRequestId>().unwrap(), id);
        prop_assert!(CaptureRequestId::parse(text.as_str()).is_ok());
        prop_assert!(RefundRequestId::parse(text.as_str()).is_ok());
        prop_assert!(ReferenceOrderId::parse(text.as_str()).is_ok());
        prop_assert!(ReferenceBuyerId::parse(text.as_str()).is_ok());
    }

    #[test]
    fn merchant_ids_are_refused_exactly_for_the_stated_reasons(text in "\\PC{0,80}") {
        let fits = (1..=64).contains(&text.chars().count())
            && text.chars().all(|c| c.is_ascii_graphic() && c != '#' && c != '*');
        prop_assert_eq!(PaymentRequestId::parse(text).is_ok(), fits);
    }

    //= T-2 test
    #[test]
    fn gateway_ids_are_opaque_text(text in "\\PC{1,128}") {
        prop_assert_eq!(PaymentId::parse(text.as_str()).unwrap().to_string(), text.as_str());
        for parsed in [CaptureId::parse(text.as_str()).map(String::from), RefundId::parse(text.as_str()).map(String::from)] {
            prop_assert_eq!(parsed.unwrap(), text.as_str());
        }
        prop_assert!(PaymentSessionId::parse(text.as_str()).is_ok());
        prop_assert!(TransactionId::parse(text.as_str()).is_ok());
    }
}

//= T-2 test
#[test]
fn the_ids_of_the_documents_are_taken() {
    for text in ["20211112194010800100188570271832381", "2019060811401080010018882020035XXXX", "2022XXXXXXX"]
    {
        assert_eq!(PaymentId::parse(text).unwrap().as_str(), text);
        assert_eq!(CaptureId::parse(text).unwrap().as_str(), text);
    }
}

//= T-1 test
#[test]
fn ids_of_exactly_64_characters_are_taken() {
    let id = "iJ9lsVgTx8pX7qJpvW6rfqEE2Kdv9M3lgL8e1999ydfz52uMSqwvT3qXYw8IFBYt";
    assert_eq!(id.len(), 64);
    assert!(PaymentRequestId::parse(id).is_ok());
    let fault = PaymentRequestId::parse(format!("{id}x")).unwrap_err();
    assert_eq!((fault.kind, fault.reason), ("paymentRequestId", IdFault::TooLong { max: 64, len: 65 }));
}

#[test]
fn faults_say_where_and_never_what() {
    let fault = ReferenceOrderId::parse("order 17").unwrap_err();
    assert_eq!(fault.reason, IdFault::ForbiddenCharacter { position: 6 });
    assert_eq!(fault.to_string(), "not a valid referenceOrderId: the character at position 6 is not allowed");
    assert_eq!(ReferenceOrderId::parse("").unwrap_err().reason, IdFault::Empty);
    for text in ["订单1", "a#b", "a*b", "a\tb", "a\u{7f}b", "é"] {
        assert!(ReferenceOrderId::parse(text).is_err(), "{text:?}");
    }
    assert!(PaymentId::parse("a\nb").is_err());
}

//= G-1 test
#[test]
fn sandbox_client_ids_are_known_by_their_prefix() {
    assert!(ClientId::parse("SANDBOX_5X00000000000000").unwrap().is_sandbox());
    for id in ["T_111222333", "sandbox_5X00000000000000", "5X_SANDBOX_", "SANDBOX"] {
        assert!(!ClientId::parse(id).unwrap().is_sandbox(), "{id}");
    }
    assert!(ClientId::parse("SANDBOX_\r\nx: y").is_err());
}

#[cfg(feature = "serde")]
#[test]
fn ids_are_checked_when_they_are_read() {
    assert_eq!(serde_json::from_str::<PaymentRequestId>(r#""a-1""#).unwrap().as_str(), "a-1");
    assert!(serde_json::from_str::<PaymentRequestId>(r#""a 1""#).is_err());
    assert_eq!(serde_json::to_string(&PaymentId::parse("p1").unwrap()).unwrap(), r#""p1""#);
}
