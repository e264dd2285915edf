//! pay.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, changed, code_of, pay, wallet};

// rules 3.1
#[test]
fn what_pay_needs_is_asked_for_by_name() {
    let mut scene = Scene::new();
    for field in [
        "productCode",
        "paymentRequestId",
        "order",
        "paymentAmount",
        "paymentMethod",
        "paymentRedirectUrl",
        "env",
    ] {
        let answer = scene.call(Operation::Pay, &changed(&pay("a1", ""), field, Value::Null));
        assert_eq!(code_of(&answer), "PARAM_ILLEGAL", "{field}");
    }
}

// rules 3.2
#[test]
fn a_card_needs_an_authorization_and_a_known_capture_mode() {
    let mut scene = Scene::new();
    let with = |factor: Value| changed(&pay("a1", ""), "paymentFactor", factor);
    assert_eq!(scene.code(Operation::Pay, &with(Value::Null)), "PARAM_ILLEGAL");
    assert_eq!(scene.code(Operation::Pay, &with(json!({"isAuthorization": false}))), "PARAM_ILLEGAL");
    assert_eq!(
        scene.code(Operation::Pay, &with(json!({"isAuthorization": true, "captureMode": "LATER"}))),
        "PARAM_ILLEGAL"
    );
    assert_eq!(scene.code(Operation::Pay, &with(json!({"isAuthorization": true}))), "PAYMENT_IN_PROCESS");
    assert_eq!(scene.code(Operation::Pay, &wallet("b1")), "PAYMENT_IN_PROCESS", "others need none");
}

// rules 3.3
#[test]
fn a_billing_address_needs_its_region() {
    let mut scene = Scene::new();
    let meta = json!({"billingAddress": {"zipCode": "310000"}});
    let request = changed(&pay("a1", ""), "paymentMethod.paymentMethodMetaData", meta);
    assert_eq!(scene.code(Operation::Pay, &request), "PARAM_ILLEGAL");
}

// rules 3.4
#[test]
fn a_terminal_is_required_and_its_system_where_it_is_a_device() {
    let mut scene = Scene::new();
    let with = |env: Value| changed(&pay("a1", ""), "env", env);
    assert_eq!(scene.code(Operation::Pay, &with(json!({"clientIp": "1.2.3.4"}))), "PARAM_ILLEGAL");
    assert_eq!(scene.code(Operation::Pay, &with(json!({"terminalType": "TV"}))), "PARAM_ILLEGAL");
    for terminal in ["APP", "WAP", "MINI_APP"] {
        assert_eq!(scene.code(Operation::Pay, &with(json!({"terminalType": terminal}))), "PARAM_ILLEGAL");
    }
    let app = with(json!({"terminalType": "APP", "osType": "ANDROID"}));
    assert_eq!(scene.code(Operation::Pay, &app), "PAYMENT_IN_PROCESS");
}

// rules 3.5
#[test]
fn regions_have_two_letters_and_an_app_id_at_most_32() {
    let mut scene = Scene::new();
    for (field, value) in
        [("userRegion", "SGP".to_owned()), ("merchantRegion", "SGP".to_owned()), ("appId", "x".repeat(33))]
    {
        let request = changed(&pay("a1", ""), field, json!(value));
        assert_eq!(scene.code(Operation::Pay, &request), "PARAM_ILLEGAL", "{field}");
    }
}

// rules 3.6
#[test]
fn the_answer_names_the_payment_and_an_address_while_it_is_in_process() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(answer["result"]["resultStatus"], "U");
    for field in ["paymentId", "paymentCreateTime", "normalUrl"] {
        assert!(answer[field].is_string(), "{field}");
    }
    assert_eq!(answer["paymentRequestId"], "a1");
    assert_eq!(answer["paymentAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert_eq!(answer.get("paymentTime"), None, "only of what is paid");
    scene.act("a1", Outcome::Success).expect("paid");
    assert!(scene.call(Operation::Pay, &pay("a1", ""))["paymentTime"].is_string());
}

// rules 3.7
#[test]
fn times_carry_an_offset() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(answer["paymentCreateTime"], "2026-01-10T10:00:00+08:00");
}
