//! Open enums: listed words are known, all others are kept.
//! What a status leads to is tested in `antom-domain`.

use antom_core::{
    AuthReviewStatus, CaptureMode, GatewayResult, NotifyType, PaymentStatus, RefundStatus, ResultCode,
    ResultStatus, TransactionType,
};
use proptest::prelude::*;

proptest! {
    //= X-11 test
    #[test]
    fn any_word_survives(word in "\\PC{0,30}") {
        prop_assert_eq!(PaymentStatus::from(word.as_str()).to_string(), word.as_str());
        prop_assert_eq!(NotifyType::from(word.clone()).to_string(), word.as_str());
        prop_assert_eq!(ResultCode::from(word.as_str()).to_string(), word.as_str());
    }
}

#[test]
fn listed_words_are_known_by_their_exact_spelling() {
    for status in PaymentStatus::LISTED {
        assert_eq!(&PaymentStatus::from(status.as_str()), status);
        assert!(PaymentStatus::from(status.as_str().to_lowercase()).is_unlisted());
    }
    assert_eq!(ResultStatus::from("S"), ResultStatus::Success);
    assert_eq!(CaptureMode::from("MANUAL"), CaptureMode::Manual);
    assert_eq!(TransactionType::from("VOID"), TransactionType::Void);
    assert_eq!(AuthReviewStatus::from("REJECT"), AuthReviewStatus::Reject);
}

#[test]
fn unknown_statuses_are_never_final() {
    for word in ["", "success", "SUCCESSFUL", "CANCELED", "CLOSED"] {
        assert!(!PaymentStatus::from(word).is_final(), "{word}");
        assert!(!RefundStatus::from(word).is_final(), "{word}");
    }
    assert!(PaymentStatus::Cancelled.is_final() && !PaymentStatus::Pending.is_final());
    assert!(RefundStatus::Fail.is_final() && !RefundStatus::Processing.is_final());
}

//= X-11 test
#[test]
fn a_result_without_a_listed_status_is_unknown() {
    assert!(GatewayResult::default().is_unknown());
    for status in ["U", "s", "SUCCESS", ""] {
        let result = GatewayResult::new("SUCCESS", ResultStatus::from(status), "success");
        assert!(result.is_unknown() && !result.is_success() && !result.is_failure(), "{status}");
    }
    assert!(GatewayResult::new("X", ResultStatus::Success, "").is_success());
    assert!(GatewayResult::new("SUCCESS", ResultStatus::Failure, "").is_failure());
}

#[cfg(feature = "serde")]
#[test]
fn words_are_read_and_written_as_strings() {
    for word in ["PAYMENT_RESULT", "PAYMENT_REVERSED_TWICE", ""] {
        let json = serde_json::to_string(word).unwrap();
        let read: NotifyType = serde_json::from_str(&json).unwrap();
        assert_eq!((read.as_str(), serde_json::to_string(&read).unwrap()), (word, json));
    }
}
