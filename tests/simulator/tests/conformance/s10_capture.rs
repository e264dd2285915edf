//! Captures.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, body_of, capture, changed, code_of, pay};

// rules 10.1
#[test]
fn only_an_authorization_with_manual_capture_is_captured_by_the_merchant() {
    let mut scene = Scene::new();
    let unpaid = scene.pay("a1", "MANUAL");
    assert_eq!(
        scene.call(Operation::Capture, &capture("c1", &unpaid, "4200"))["result"]["resultStatus"],
        "F"
    );
    let automatic = scene.authorized("b1", "");
    assert_eq!(
        scene.call(Operation::Capture, &capture("c2", &automatic, "4200"))["result"]["resultStatus"],
        "F"
    );
    let manual = scene.authorized("d1", "MANUAL");
    let other = changed(&capture("c3", &manual, "4200"), "captureAmount.currency", json!("USD"));
    assert_eq!(scene.call(Operation::Capture, &other)["result"]["resultStatus"], "F", "another currency");
    for field in ["captureRequestId", "paymentId", "captureAmount"] {
        let without = changed(&capture("c4", &manual, "4200"), field, Value::Null);
        assert_eq!(scene.code(Operation::Capture, &without), "PARAM_ILLEGAL", "{field}");
    }
}

// rules 10.2
#[test]
fn the_gateway_captures_by_itself_two_seconds_after_the_authorization() {
    let mut scene = Scene::new();
    scene.authorized("a1", "AUTOMATIC");
    scene.advance(1);
    assert_eq!(scene.attempt("a1")["captured"], "0");
    scene.advance(1);
    assert_eq!(scene.attempt("a1")["captured"], "4200");
}

// rules 10.3
#[test]
fn an_authorization_ends_after_seven_days() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    assert_eq!(scene.inquire("a1")["authExpiryTime"], "2026-01-17T10:00:00+08:00");
    scene.advance(7 * 86_400);
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &payment, "4200")), "AUTH_EXPIRED");
    assert_eq!(scene.attempt("a1")["held"], "0", "the hold was given back");
}

// rules 10.4
#[test]
fn captures_never_exceed_what_is_authorized() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    assert_eq!(
        scene.code(Operation::Capture, &capture("c1", &payment, "4201")),
        "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"
    );
    scene.call(Operation::Capture, &capture("c2", &payment, "4000"));
    assert_eq!(
        scene.code(Operation::Capture, &capture("c3", &payment, "201")),
        "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"
    );
}

// rules 10.5
#[test]
fn the_contract_says_whether_there_may_be_several_captures() {
    let mut scene = Scene::new();
    scene.agree(&json!({"captures": "single"}));
    let payment = scene.authorized("a1", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &payment, "1000"));
    scene.advance(5);
    let second = scene.call(Operation::Capture, &capture("c2", &payment, "1000"));
    assert_eq!(second["result"]["resultStatus"], "F", "{second}");
    scene.agree(&json!({"captures": "multiple"}));
    let payment = scene.authorized("b1", "MANUAL");
    scene.call(Operation::Capture, &capture("c3", &payment, "1000"));
    scene.advance(5);
    assert_eq!(scene.code(Operation::Capture, &capture("c4", &payment, "1000")), "CAPTURE_IN_PROCESS");
}

// rules 10.6
#[test]
fn issuer_authentication_goes_with_automatic_capture_only() {
    let mut scene = Scene::new();
    let meta = json!({"requireIssuerAuthentication": true, "paymentMethodRegion": "KR"});
    let request = changed(&pay("a1", "MANUAL"), "paymentMethod.paymentMethodMetaData", meta);
    assert_eq!(scene.call(Operation::Pay, &request)["result"]["resultStatus"], "F");
}

// rules 10.7
#[test]
fn the_last_capture_releases_the_rest() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    let last = changed(&capture("c1", &payment, "4000"), "isLastCapture", json!(true));
    scene.call(Operation::Capture, &last);
    scene.advance(5);
    let attempt = scene.attempt("a1");
    assert_eq!(
        (&attempt["captured"], &attempt["voided"], &attempt["held"]),
        (&json!("4000"), &json!("200"), &json!("4000"))
    );
}

// rules 10.8
#[test]
fn the_capture_id_and_time_come_with_success_only() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    let open = scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    assert_eq!((open.get("captureId"), open.get("captureTime")), (None, None), "{open}");
    scene.advance(5);
    let done = scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    assert_eq!(code_of(&done), "SUCCESS");
    assert!(done["captureId"].is_string() && done["captureTime"].is_string(), "{done}");
}

// rules 10.9
#[test]
fn a_capture_is_told_to_the_notify_url_and_in_the_inquiry() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    scene.advance(10);
    let told = scene.told("CAPTURE_RESULT");
    assert_eq!(told.len(), 1);
    for (field, value) in [("captureRequestId", json!("c1")), ("paymentId", json!(payment))] {
        assert_eq!(told[0][field], value, "{field}");
    }
    assert!(told[0]["captureId"].is_string() && told[0]["captureTime"].is_string());
    assert_eq!(told[0]["captureAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert!(
        scene.received.iter().all(|(_, send)| send.url.as_str() == "http://127.0.0.1:1/notify"),
        "one address for both"
    );
    assert_eq!(scene.transactions("a1", "CAPTURE")[0]["transactionRequestId"], "c1");
    assert!(body_of(&scene.received[0].1).is_object());
}

// rules 10.10
#[test]
fn a_captured_card_payment_is_not_cancelled() {
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    scene.advance(5);
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "a1"})), "CANCEL_WINDOW_EXCEED");
    assert!(scene.act("a1", Outcome::Success).is_err());
}
