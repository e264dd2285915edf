//! Odd messages are read: what is not understood is kept and reads as unknown.
//! What the domain makes of unknown values is tested in `antom-domain`.

use antom_core::wire::{
    Amount, CaptureResponse, CreatePaymentSessionResponse, InquiryPaymentResponse, Notification,
    PaymentResultInfo,
};
use antom_core::{GatewayResult, MoneyError, PaymentStatus};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn read<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let message: T = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(&serde_json::to_value(&message).unwrap(), body);
    message
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Texts and numbers are told apart by what they say, since either may stand for the other.
fn without_types(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_types(value))).collect()
        }
        Value::Array(entries) => entries.iter().map(without_types).collect(),
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}

proptest! {
    //= X-11 test
    #[test]
    fn members_that_nobody_knows_survive(name in "[a-z]{1,5}Unheard", value in any_json()) {
        let body = json!({ "notifyType": "PAYMENT_RESULT", name.as_str(): value });
        let notification: Notification = read(&body);
        prop_assert_eq!(notification.unknown.get(&name), body.get(&name));
    }

    #[test]
    fn no_value_of_any_member_makes_a_message_unreadable(
        name in prop::sample::select(vec![
            "notifyType", "result", "paymentAmount", "paymentTime", "paymentId", "paymentResultInfo", "refundStatus",
            "authExpiryTime", "acquirerInfo", "settlementQuote", "pspCustomerInfo",
        ]),
        value in any_json(),
    ) {
        let body = json!({ name: value, "captureId": "c" });
        let notification: Notification = serde_json::from_str(&body.to_string()).unwrap();
        prop_assert_eq!(notification.capture_id.as_deref(), Some("c"));
        prop_assert_eq!(without_types(&serde_json::to_value(&notification).unwrap()), without_types(&body));
    }
}

//= X-12 test
#[test]
fn booleans_and_integers_are_read_from_strings_too() {
    let strings: PaymentResultInfo = serde_json::from_value(json!({
        "refundOnAuthorizationAvailable": "true",
        "extendedAuthorizationAvailable": "false",
        "creditPayPlan": { "installmentNum": "3", "feePercentage": 100 },
    }))
    .unwrap();
    assert_eq!(strings.refund_on_authorization_available, Some(true));
    assert_eq!(strings.extended_authorization_available, Some(false));
    let plan = strings.credit_pay_plan.unwrap();
    assert_eq!((plan.installment_num, plan.fee_percentage), (Some(3), Some(100)));
    let odd: PaymentResultInfo = read(&json!({ "refundOnAuthorizationAvailable": "perhaps" }));
    assert_eq!(odd.refund_on_authorization_available, None);
}

#[test]
fn odd_amounts_are_carried_but_are_no_money() {
    let texts: CaptureResponse = read(&json!({ "captureAmount": { "currency": "SGD", "value": "42.00" } }));
    assert_eq!(texts.capture_amount.unwrap().to_money(), Err(MoneyError::Malformed));
    for odd in [
        json!({ "currency": "SGD", "value": 4200 }),
        json!({ "currency": "SGD" }),
        json!({ "value": "4200", "currency": null }),
        json!("SGD 42.00"),
        json!(null),
        json!([]),
    ] {
        let response: CaptureResponse = read(&json!({ "captureAmount": odd, "captureId": "c" }));
        assert_eq!(response.capture_amount, None, "{odd}");
    }
    let more: CaptureResponse =
        read(&json!({ "captureAmount": { "currency": "SGD", "value": "1", "scale": "2" } }));
    assert_eq!(more.capture_amount.unwrap().to_money().unwrap().minor_units(), 1);
}

#[test]
fn an_odd_entry_keeps_the_whole_list_of_transactions() {
    let body = json!({ "transactions": [{ "transactionType": "CAPTURE" }, "?", { "transactionId": "t" }] });
    let inquiry: InquiryPaymentResponse = read(&body);
    assert_eq!(inquiry.transactions, None);
}

#[test]
fn a_member_that_comes_twice_is_refused() {
    for body in [
        r#"{"paymentStatus":"FAIL","paymentStatus":"SUCCESS"}"#,
        r#"{"paymentStatus":null,"paymentStatus":"SUCCESS"}"#,
        r#"{"result":{"resultStatus":"F","resultStatus":"S"}}"#,
        r#"{"paymentAmount":{"currency":"SGD","value":"1","value":"2"}}"#,
    ] {
        assert!(serde_json::from_str::<InquiryPaymentResponse>(body).is_err(), "{body}");
    }
}

#[test]
fn what_is_no_object_is_no_message() {
    for body in ["null", "[]", "\"SUCCESS\"", "1", "{", ""] {
        assert!(serde_json::from_str::<Notification>(body).is_err(), "{body}");
    }
}

#[test]
fn wording_of_messages_and_missing_members_of_a_result_are_kept_apart() {
    let spoken: GatewayResult = read(&json!({ "resultStatus": "S", "resultMessage": "success." }));
    let silent: GatewayResult = read(&json!({ "resultStatus": "S" }));
    assert!(spoken.is_success() && silent.is_success());
    assert_eq!((silent.result_code.as_str(), silent.result_message), ("", None));
    let empty: GatewayResult = read(&json!({ "resultCode": "", "resultStatus": null, "extra": { "a": 1 } }));
    assert!(empty.is_unknown());
}

#[test]
fn a_member_set_after_an_odd_one_is_printed_once() {
    let mut inquiry: InquiryPaymentResponse = read(&json!({ "paymentStatus": null }));
    inquiry.payment_status = Some(PaymentStatus::Pending);
    inquiry.payment_amount = Some(Amount::new("SGD", "1"));
    let printed = serde_json::to_string(&inquiry).unwrap();
    assert_eq!(printed.matches("paymentStatus").count(), 1);
    assert!(printed.contains("PENDING"));
}

//= X-15 test
#[test]
fn session_data_of_any_length_and_number_of_parts_is_one_text() {
    let data = format!(" {}==&&SG&&111&&eyJhIjoxfQ== ", "a+/".repeat(5000));
    let response: CreatePaymentSessionResponse = read(&json!({ "paymentSessionData": data }));
    assert_eq!(response.payment_session_data, Some(data));
}
