//! Prints messages full of marker secrets and looks for the marker.
//! Redaction of logs is tested where logs are written.

use antom_core::Secret;
use antom_core::wire::{
    CardFeatures, CreatePaymentSessionRequest, CreatePaymentSessionResponse, InquiryPaymentResponse,
    Notification, PayRequest, PayResponse, PaymentResultInfo, RefundRequest,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const MARKER: &str = "MARKER-SECRET";

#[test]
fn secrets_show_their_length_only() {
    let secret = Secret::from(MARKER);
    assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(<13 bytes>) Secret(<13 bytes>)");
    assert_eq!((secret.expose(), secret.len(), secret.is_empty()), (MARKER, 13, false));
    let read: Secret = serde_json::from_value(json!(MARKER)).unwrap();
    assert_eq!(read.expose(), MARKER);
}

fn printed<T: DeserializeOwned + std::fmt::Debug>(message: Value) -> String {
    let message: T = serde_json::from_value(message).unwrap();
    format!("{message:?} {message:#?}")
}

fn name() -> Value {
    json!({ "firstName": MARKER, "middleName": MARKER, "lastName": MARKER, "fullName": MARKER })
}

fn address() -> Value {
    json!({ "region": "SG", "state": MARKER, "city": MARKER, "address1": MARKER, "address2": MARKER,
        "address3": MARKER, "label": MARKER, "zipCode": MARKER })
}

fn payment_result_info() -> Value {
    json!({
        "cardNo": MARKER, "cardToken": MARKER, "cardholderName": MARKER, "expiryMonth": MARKER, "expiryYear": MARKER,
        "accountNo": MARKER, "threeDSResult": { "cavv": MARKER, "caav": MARKER, "xid": MARKER, "dsTransactionId": MARKER },
        "acquirerInfo": { "acquirerCardToken": MARKER }, "somethingNew": MARKER,
    })
}

fn request() -> Value {
    let amount = json!({ "currency": "SGD", "value": "1" });
    json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": "visible-id",
        "order": {
            "referenceOrderId": "o-1", "orderDescription": "visible", "orderAmount": amount, "extendInfo": MARKER,
            "buyer": { "buyerName": name(), "buyerPhoneNo": MARKER, "buyerEmail": MARKER },
            "shipping": { "shippingName": name(), "shippingAddress": address(), "shippingPhoneNo": MARKER,
                "shipToEmail": MARKER, "notes": MARKER },
        },
        "paymentAmount": amount,
        "paymentMethod": {
            "paymentMethodType": "CARD", "paymentMethodId": MARKER, "extendInfo": MARKER,
            "paymentMethodMetaData": { "billingAddress": address(), "anything": MARKER },
        },
        "paymentRedirectUrl": MARKER,
        "env": { "terminalType": "WEB", "clientIp": MARKER, "deviceTokenId": MARKER, "deviceId": MARKER,
            "cookieId": MARKER, "extendInfo": MARKER },
        "savedPaymentMethods": [{ "paymentMethodType": "CARD", "paymentMethodId": MARKER }],
        "metadata": MARKER,
        "somethingNew": { "deep": MARKER },
    })
}

#[test]
fn requests_show_neither_tokens_nor_personal_data() {
    for text in [printed::<PayRequest>(request()), printed::<CreatePaymentSessionRequest>(request())] {
        assert!(!text.contains(MARKER), "{text}");
        assert!(
            text.contains("visible-id") && text.contains("<hidden>") && text.contains("somethingNew"),
            "{text}"
        );
    }
    let refund = json!({ "refundRequestId": "r", "paymentId": "p", "refundAmount": { "currency": "SGD", "value": "1" },
        "extendInfo": MARKER, "metadata": MARKER });
    assert!(!printed::<RefundRequest>(refund).contains(MARKER));
    let mpi = json!({ "threeDSVersion": "2.2.0", "eci": "05", "cavv": MARKER, "dsTransactionId": MARKER });
    assert!(
        !printed::<CardFeatures>(json!({ "billingAddress": address(), "mpiData": mpi })).contains(MARKER)
    );
}

#[test]
fn answers_and_notifications_show_neither_tokens_nor_personal_data() {
    let session = json!({ "paymentSessionData": MARKER, "normalUrl": MARKER, "url": MARKER, "paymentSessionId": "visible-id" });
    let wallet = json!({ "pspCustomerId": MARKER, "displayCustomerId": MARKER, "displayCustomerName": MARKER,
        "customer2088Id": MARKER, "extendInfo": MARKER });
    let payment = json!({
        "result": { "resultStatus": "S", "extra": MARKER },
        "paymentAmount": { "currency": "SGD", "value": "1", "extra": MARKER },
        "paymentId": "visible-id", "normalUrl": MARKER, "schemeUrl": MARKER, "applinkUrl": MARKER, "metadata": MARKER,
        "extendInfo": MARKER, "paymentResultInfo": payment_result_info(), "cardInfo": payment_result_info(),
        "pspCustomerInfo": wallet, "redirectActionForm": { "parameters": MARKER, "redirectUrl": MARKER },
    });
    let mut pay = payment.clone();
    pay["paymentData"] = json!(MARKER);
    pay["paymentActionForm"] = json!(MARKER);
    pay["challengeActionForm"] = json!({ "challengeRenderValue": MARKER, "extendInfo": MARKER });
    pay["orderCodeForm"] = json!({ "codeDetails": [{ "codeValue": MARKER }], "extendInfo": MARKER });
    for text in [
        printed::<CreatePaymentSessionResponse>(session),
        printed::<PayResponse>(pay),
        printed::<InquiryPaymentResponse>(payment.clone()),
        printed::<Notification>(payment),
    ] {
        assert!(!text.contains(MARKER), "{text}");
        assert!(text.contains("visible-id"), "{text}");
    }
    assert!(!printed::<PaymentResultInfo>(payment_result_info()).contains(MARKER));
}

#[test]
fn absent_members_are_not_printed() {
    let text = printed::<PayResponse>(json!({ "paymentId": "p" }));
    assert!(text.starts_with(r#"PayResponse { payment_id: "p" }"#), "{text}");
}
