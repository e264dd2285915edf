//! The head of a notification agrees with the full message, member by member, on honest and on odd bodies.
//! That both are read only after verification is tested with the notifications.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::borrow::Cow;

use antom_core::wire::{Amount, Notification};
use antom_core::{AuthReviewStatus, NotifyType, RefundStatus, ResultStatus};
use antom_signing::{
    AmountHead, NotificationHead, NotificationPolicy, NotificationRefused, UnreadNotification, verify_unread,
};
use proptest::prelude::*;
use support::{CLIENT, PATH, TIME, headers, now, ring, sign};

const CARD: &str = include_str!("data/notification.json");

fn unread(body: &str) -> UnreadNotification {
    let signature = sign(PATH, CLIENT, TIME, body.as_bytes());
    let headers = headers(&[("client-id", CLIENT), ("request-time", TIME), ("signature", &signature)]);
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    verify_unread("POST", PATH, pairs, body.as_bytes(), &ring(), now(), &NotificationPolicy::default())
        .unwrap()
}

/// Both readings of every member that the head lists.
fn assert_agreement(head: &NotificationHead<'_>, full: &Notification, body: &str) {
    let text = |head: &Option<Cow<'_, str>>, full: &Option<String>, name: &str| {
        assert_eq!(head.as_deref(), full.as_deref(), "{name} of {body}");
    };
    let amount = |head: &Option<AmountHead<'_>>, full: &Option<Amount>, name: &str| {
        let head = head.as_ref().map(|amount| (&*amount.currency, &*amount.value));
        let full = full.as_ref().map(|amount| (amount.currency.as_str(), amount.value.as_str()));
        assert_eq!(head, full, "{name} of {body}");
    };
    assert_eq!(head.notify_type, full.notify_type, "{body}");
    assert_eq!(head.refund_status, full.refund_status, "{body}");
    assert_eq!(head.auth_review_status, full.auth_review_status, "{body}");
    let code = head.result.as_ref().map(|result| result.result_code.clone().unwrap_or_default());
    assert_eq!(code, full.result.as_ref().map(|result| result.result_code.clone()), "{body}");
    let status = head.result.as_ref().and_then(|result| result.result_status.clone());
    assert_eq!(status, full.result.as_ref().and_then(|result| result.result_status.clone()), "{body}");
    text(&head.payment_request_id, &full.payment_request_id, "paymentRequestId");
    text(&head.payment_id, &full.payment_id, "paymentId");
    text(&head.capture_request_id, &full.capture_request_id, "captureRequestId");
    text(&head.capture_id, &full.capture_id, "captureId");
    text(&head.refund_request_id, &full.refund_request_id, "refundRequestId");
    text(&head.refund_id, &full.refund_id, "refundId");
    text(&head.update_request_id, &full.update_request_id, "updateRequestId");
    amount(&head.payment_amount, &full.payment_amount, "paymentAmount");
    amount(&head.capture_amount, &full.capture_amount, "captureAmount");
    amount(&head.refund_amount, &full.refund_amount, "refundAmount");
}

fn agrees(body: &str) {
    let full: Notification = serde_json::from_str(body).unwrap();
    assert_agreement(&unread(body).head().unwrap(), &full, body);
}

#[test]
fn the_head_of_a_card_payment_has_what_decides_and_borrows_it() {
    let unread = unread(CARD);
    let head = unread.head().unwrap();
    assert_eq!(head.notify_type, Some(NotifyType::PaymentResult));
    assert_eq!(head.auth_review_status, Some(AuthReviewStatus::from("ACCEPT")));
    assert_eq!(head.result.as_ref().unwrap().result_status, Some(ResultStatus::Success));
    assert!(matches!(head.payment_request_id, Some(Cow::Borrowed("SANDBOX-PR-20260101-000001-attempt-01"))));
    assert_eq!(head.payment_amount.as_ref().unwrap().to_money().unwrap().minor_units(), 4200);
    assert_eq!(head.capture_amount, None);
    agrees(CARD);
    let full = unread.clone().read().unwrap();
    assert_eq!(full.body(), CARD.as_bytes());
    assert_eq!((full.request_time(), full.made_at()), (TIME, unread.made_at()));
    assert_eq!(unread.into_body(), CARD.as_bytes());
}

#[test]
fn heads_of_captures_refunds_and_strangers_agree_with_the_full_message() {
    for body in [
        r#"{"notifyType":"CAPTURE_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S"},"captureRequestId":"C-1","captureId":"2","paymentId":"3","captureAmount":{"currency":"JPY","value":"100"}}"#,
        r#"{"notifyType":"REFUND_RESULT","refundStatus":"FAIL","refundRequestId":"R","refundId":"4","refundAmount":{"value":"1","currency":"USD"}}"#,
        r#"{"notifyType":"UPDATE_AMOUNT_RESULT","updateRequestId":"U-1"}"#,
        r#"{"notifyType":"SOMETHING_NEW","resultat":{"resultStatus":"S"},"more":[{"notifyType":"PAYMENT_RESULT"}]}"#,
        "{}",
        " {\n\"paymentId\" : \"a\\u0062\\\"c\" }\r\n",
    ] {
        agrees(body);
    }
    assert_eq!(
        unread(r#"{"refundStatus":"SUCCESS"}"#).head().unwrap().refund_status,
        Some(RefundStatus::Success)
    );
}

#[test]
fn a_member_of_an_odd_type_is_left_out_as_the_full_message_leaves_it_out() {
    let values = [
        "null",
        "true",
        "7",
        "-7",
        "7.5",
        "18446744073709551615",
        r#""text""#,
        r#""""#,
        "[]",
        r#"["S"]"#,
        "{}",
        r#"{"resultStatus":7,"resultCode":8}"#,
        r#"{"resultStatus":"F","resultCode":null}"#,
        r#"{"resultStatus":"?"}"#,
        r#"{"currency":"USD"}"#,
        r#"{"currency":"USD","value":100}"#,
        r#"{"currency":null,"value":"100"}"#,
        r#"{"currency":"USD","value":"100","more":{"value":"1"}}"#,
    ];
    for name in [
        "notifyType",
        "result",
        "refundStatus",
        "authReviewStatus",
        "paymentRequestId",
        "paymentId",
        "captureRequestId",
        "captureId",
        "refundRequestId",
        "refundId",
        "updateRequestId",
        "paymentAmount",
        "captureAmount",
        "refundAmount",
    ] {
        for value in values {
            agrees(&format!("{{\"{name}\":{value},\"other\":{value}}}"));
        }
    }
}

#[test]
fn what_is_named_twice_or_is_no_object_has_no_head() {
    for body in [
        "",
        "null",
        "[]",
        "7",
        "\"{}\"",
        "{",
        "{}x",
        "\u{feff}{}",
        r#"{"notifyType":"A","notifyType":"A"}"#,
        r#"{"paymentId":null,"paymentId":"1"}"#,
        r#"{"result":{"resultStatus":"F","resultStatus":"S"}}"#,
        r#"{"result":{"resultStatus":7,"resultStatus":"S"}}"#,
        r#"{"result":{},"result":{"resultStatus":"S"}}"#,
        r#"{"paymentAmount":{"currency":"USD","value":"1","value":"2"}}"#,
        r#"{"paymentAmount":{"currency":1,"currency":"USD","value":"1"}}"#,
    ] {
        assert!(matches!(unread(body).head(), Err(NotificationRefused::Body { .. })), "{body}");
        assert!(matches!(unread(body).read(), Err(NotificationRefused::Body { .. })), "{body}");
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[ -~\u{e9}\u{4e2d}]{0,12}".prop_map(Into::into),
        prop_oneof![Just("S"), Just("F"), Just("U"), Just("USD"), Just("100"), Just("PAYMENT_RESULT")]
            .prop_map(Into::into),
    ];
    let names = prop_oneof![
        Just("currency".to_owned()),
        Just("value".to_owned()),
        Just("resultStatus".to_owned()),
        Just("resultCode".to_owned()),
        Just("paymentAmount".to_owned()),
        Just("result".to_owned()),
        Just("notifyType".to_owned()),
        "[a-z]{1,4}",
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::Array),
            prop::collection::btree_map(names.clone(), inner, 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_head_agrees_with_the_full_message_on_any_object(
        members in prop::collection::btree_map(
            prop_oneof![Just("notifyType".to_owned()), Just("result".to_owned()), Just("paymentId".to_owned()),
                Just("paymentAmount".to_owned()), Just("refundStatus".to_owned()), "[a-z]{1,4}"],
            json(), 0..6),
    ) {
        agrees(&serde_json::to_string(&members).unwrap());
    }
}
