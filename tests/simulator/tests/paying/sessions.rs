//! Sessions: what is handed out for which scene, repeats, and when they end.

use antom_simulator::core::{Checkout, CheckoutStanding, CompletionError, Operation, Outcome, Submitted};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::forms::{declined, form, session_key};
use crate::scene::{Scene, changed, code_of, pay, session};

const GOOD: &str = "4054695723100768";
const BAD: &str = "4054692760174822";

fn fourth_part(answer: &Value) -> Value {
    let data = answer["paymentSessionData"].as_str().expect("data");
    let part = data.splitn(4, "&&").nth(3).expect("a fourth part");
    serde_json::from_slice(&STANDARD.decode(part).expect("base64")).expect("JSON")
}

#[test]
fn the_session_string_tells_the_sdk_the_scene_and_the_method() {
    let mut scene = Scene::new();
    for (id, changes, name, category) in [
        ("a1", json!({}), "CASHIER_PAYMENT", "CARD"),
        ("b1", json!({"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}}), "CASHIER_PAYMENT", "APM"),
        ("c1", json!({"productScene": "ELEMENT_PAYMENT", "paymentMethod": null}), "ELEMENT_PAYMENT", "ALL"),
        ("d1", json!({"productScene": "CHECKOUT_PAYMENT", "paymentMethod": null}), "CHECKOUT_PAYMENT", "ALL"),
    ] {
        let mut request = session(id, "");
        let members = request.as_object_mut().expect("an object");
        members.extend(changes.as_object().expect("an object").clone());
        let answer = scene.call(Operation::CreatePaymentSession, &request);
        let config = fourth_part(&answer)["paymentSessionConfig"].clone();
        assert_eq!(config["productScene"], name, "{id}");
        assert_eq!(config["paymentMethodCategoryType"], category, "{id}");
        assert_eq!(answer.get("normalUrl").is_some(), name == "CHECKOUT_PAYMENT", "{id}");
    }
    let nothing = changed(&session("e1", ""), "paymentMethod", Value::Null);
    assert_eq!(scene.code(Operation::CreatePaymentSession, &nothing), "PARAM_ILLEGAL");
}

#[test]
fn the_hosted_checkout_of_a_session_is_a_page_and_no_payment_yet() {
    let mut scene = Scene::new();
    let request = changed(&session("a1", ""), "productScene", json!("CHECKOUT_PAYMENT"));
    let answer = scene.call(Operation::CreatePaymentSession, &request);
    let url = answer["normalUrl"].as_str().expect("an address");
    let id = url.strip_prefix("http://127.0.0.1:4010/checkout/").expect("the hosted page").to_owned();
    let place = Checkout::Payment(&id);
    assert_eq!(scene.gateway.checkout_view(place).expect("a view").standing, CheckoutStanding::Open);
    let by_id = json!({"paymentId": id});
    assert_eq!(scene.code(Operation::InquiryPayment, &by_id), "ORDER_NOT_EXIST");
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Ok(Submitted::Authorized));
    let answer = scene.call(Operation::InquiryPayment, &by_id);
    assert_eq!((&answer["paymentStatus"], &answer["paymentId"]), (&json!("SUCCESS"), &json!(id)));
}

#[test]
fn session_data_stays_within_its_length_whatever_the_texts() {
    let mut scene = Scene::new();
    for (number, text) in ["\u{1}", "\"", "\u{10FFFF}", "é"].into_iter().enumerate() {
        let long = |count: usize| json!(text.repeat(count));
        let id = if number == 2 { text.repeat(64) } else { format!("{number}{}", "x".repeat(63)) };
        let request = changed(&session(&id, ""), "order.orderDescription", long(256));
        let request = changed(&request, "paymentMethod.paymentMethodType", long(64));
        let request = changed(&request, "productScene", json!("CHECKOUT_PAYMENT"));
        let answer = scene.call(Operation::CreatePaymentSession, &request);
        assert_eq!(code_of(&answer), "SUCCESS", "{text:?}");
        let length = answer["paymentSessionData"].as_str().expect("data").len();
        assert!(length <= 4_096, "{length} characters with {text:?}");
        assert_eq!(fourth_part(&answer)["paymentSessionFactor"]["order"]["orderDescription"], long(256));
    }
}

#[test]
fn a_session_ends_when_it_was_asked_to_or_after_an_hour() {
    let mut scene = Scene::new();
    let asked = |id: &str, time: &str| changed(&session(id, ""), "paymentSessionExpiryTime", json!(time));
    let key = session_key(&mut scene, &asked("a1", "2026-01-10T10:05:00+08:00"));
    for (id, time) in [
        ("b1", "2026-01-10T09:59:59+08:00"),
        ("b2", "2026-01-10T11:00:01+08:00"),
        ("b3", "1768010700000"),
        ("b4", "soon"),
    ] {
        assert_eq!(scene.code(Operation::CreatePaymentSession, &asked(id, time)), "PARAM_ILLEGAL", "{time}");
    }
    let place = Checkout::Session(&key);
    scene.advance(299);
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(BAD)), Ok(declined("DO_NOT_HONOR")));
    scene.advance(1);
    assert_eq!(scene.gateway.checkout_view(place).expect("a view").standing, CheckoutStanding::Expired);
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Err(CompletionError::Final));
}

#[test]
fn the_time_to_pay_can_end_before_the_session() {
    let mut scene = Scene::new();
    let until = json!("2026-01-10T10:10:00+08:00");
    let key = session_key(&mut scene, &changed(&session("a1", ""), "paymentExpiryTime", until));
    let place = Checkout::Session(&key);
    let view = scene.gateway.checkout_view(place).expect("a view");
    assert_eq!(view.expires_at.expect("a time").to_utc(), "2026-01-10T02:10:00.000Z");
    scene.advance(599);
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(BAD)), Ok(declined("DO_NOT_HONOR")));
    scene.advance(1);
    assert_eq!(scene.status("a1"), "FAIL");
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Err(CompletionError::Final));
}

#[test]
fn a_repeat_hands_out_the_same_session_until_it_is_over() {
    let mut scene = Scene::new();
    let request = changed(&session("a1", ""), "paymentSessionExpiryTime", json!("2026-01-10T10:30:00+08:00"));
    let first = scene.call(Operation::CreatePaymentSession, &request);
    scene.advance(1_799);
    assert_eq!(scene.call(Operation::CreatePaymentSession, &request), first);
    scene.advance(1);
    assert_eq!(scene.code(Operation::CreatePaymentSession, &request), "ORDER_IS_CLOSED");
    for (id, outcome, code) in [
        ("b1", Outcome::Fail, "ORDER_IS_CLOSED"),
        ("c1", Outcome::Success, "SUCCESS"),
        ("d1", Outcome::Decline, "SUCCESS"),
    ] {
        scene.call(Operation::CreatePaymentSession, &session(id, ""));
        scene.act(id, outcome).expect("acted");
        assert_eq!(scene.code(Operation::CreatePaymentSession, &session(id, "")), code, "{id}");
    }
    scene.call(Operation::CreatePaymentSession, &session("e1", ""));
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "e1"})), "SUCCESS");
    assert_eq!(scene.code(Operation::CreatePaymentSession, &session("e1", "")), "ORDER_IS_CANCELED");
}

#[test]
fn amount_and_card_decide_whether_a_repeat_is_one() {
    let mut scene = Scene::new();
    let first = scene.call(Operation::Pay, &pay("a1", ""));
    for (path, value, code) in [
        ("order.orderDescription", json!("a table"), "PAYMENT_IN_PROCESS"),
        ("paymentAmount.value", json!("4201"), "REPEAT_REQ_INCONSISTENT"),
        ("paymentAmount.currency", json!("USD"), "REPEAT_REQ_INCONSISTENT"),
        ("paymentMethod.paymentMethodId", json!("TOKEN"), "REPEAT_REQ_INCONSISTENT"),
    ] {
        let answer = scene.call(Operation::Pay, &changed(&pay("a1", ""), path, value));
        assert_eq!(code_of(&answer), code, "{path}");
        if code == "PAYMENT_IN_PROCESS" {
            assert_eq!(answer["paymentId"], first["paymentId"]);
        }
    }
    assert_eq!(scene.violations(), json!([{"rule": "same_id_other_content", "id": "a1"}]));
    assert_eq!(scene.code(Operation::CreatePaymentSession, &session("a1", "")), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(scene.status("a1"), "PROCESSING", "the original is untouched");
}

#[test]
fn a_repeat_after_the_time_to_pay_tells_what_became_of_the_payment() {
    let mut scene = Scene::new();
    let request = changed(&pay("a1", ""), "paymentExpiryTime", json!("2026-01-10T10:05:00+08:00"));
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
    scene.advance(299);
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
    scene.advance(1);
    assert_eq!(scene.code(Operation::Pay, &request), "ORDER_IS_CLOSED");
    assert_eq!(scene.code(Operation::Pay, &pay("a2", "")), "PAYMENT_IN_PROCESS", "the order under a new id");
    let attempts = scene.gateway.ledger(None)["orders"]["order-a"]["attempts"].clone();
    assert_eq!(attempts.as_array().map(Vec::len), Some(2));
}
