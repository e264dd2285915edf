//! createPaymentSession.

use antom_simulator::core::{CompletionError, Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, changed, code_of, session};

fn open(scene: &mut Scene, request: &Value) -> Value {
    scene.call(Operation::CreatePaymentSession, request)
}

// rules 2.1
#[test]
fn what_a_session_needs_is_asked_for_by_name() {
    let mut scene = Scene::new();
    for field in ["productCode", "paymentRequestId", "order", "paymentAmount", "paymentRedirectUrl"] {
        let answer = open(&mut scene, &changed(&session("a1", ""), field, Value::Null));
        assert_eq!(code_of(&answer), "PARAM_ILLEGAL", "{field}");
        let message = answer["result"]["resultMessage"].as_str().expect("a message");
        assert!(message.contains(field), "{message}");
    }
    let other = changed(&session("a1", ""), "productCode", json!("AGREEMENT_PAYMENT"));
    assert_eq!(code_of(&open(&mut scene, &other)), "PARAM_ILLEGAL");
    let long = changed(&session("a1", ""), "paymentRequestId", json!("x".repeat(65)));
    assert_eq!(code_of(&open(&mut scene, &long)), "PARAM_ILLEGAL");
}

// rules 2.2
#[test]
fn a_settlement_currency_has_three_letters_and_may_be_absent() {
    let mut scene = Scene::new();
    let with = |currency: &str| {
        changed(&session("a1", ""), "settlementStrategy", json!({"settlementCurrency": currency}))
    };
    assert_eq!(code_of(&open(&mut scene, &with("USDOLLAR"))), "PARAM_ILLEGAL");
    assert_eq!(code_of(&open(&mut scene, &with("USD"))), "SUCCESS");
    assert_eq!(code_of(&open(&mut scene, &session("b1", ""))), "SUCCESS");
}

// rules 2.3
#[test]
fn the_method_may_be_absent_only_where_the_page_lists_them() {
    let mut scene = Scene::new();
    let without = changed(&session("a1", ""), "paymentMethod", Value::Null);
    assert_eq!(code_of(&open(&mut scene, &without)), "PARAM_ILLEGAL");
    for (id, scene_name) in [("b1", "CHECKOUT_PAYMENT"), ("c1", "ELEMENT_PAYMENT")] {
        let request = changed(&session(id, ""), "paymentMethod", Value::Null);
        let request = changed(&request, "productScene", json!(scene_name));
        assert_eq!(code_of(&open(&mut scene, &request)), "SUCCESS", "{scene_name}");
    }
}

// rules 2.4
#[test]
fn optional_fields_are_taken_within_their_lengths() {
    let mut scene = Scene::new();
    let request = changed(&session("a1", ""), "locale", json!("en_US"));
    let request = changed(&request, "merchantRegion", json!("SG"));
    assert_eq!(code_of(&open(&mut scene, &request)), "SUCCESS");
    for (field, value) in [("locale", "en_US_POSIX"), ("merchantRegion", "SGP"), ("merchantAccountId", "x")] {
        let long = if field == "merchantAccountId" { "x".repeat(33) } else { value.to_owned() };
        let request = changed(&session("b1", ""), field, json!(long));
        assert_eq!(code_of(&open(&mut scene, &request)), "PARAM_ILLEGAL", "{field}");
    }
}

// rules 2.5
#[test]
fn an_order_has_an_amount_an_id_and_a_description() {
    let mut scene = Scene::new();
    for field in ["order.orderAmount", "order.referenceOrderId", "order.orderDescription"] {
        let answer = open(&mut scene, &changed(&session("a1", ""), field, Value::Null));
        assert_eq!(code_of(&answer), "PARAM_ILLEGAL", "{field}");
    }
}

// rules 2.6
#[test]
fn the_answer_carries_what_the_client_sdk_needs_within_its_lengths() {
    let mut scene = Scene::new();
    let long = changed(&session("a1", ""), "order.orderDescription", json!("d".repeat(256)));
    let answer = open(&mut scene, &long);
    let length = |name: &str| answer[name].as_str().expect(name).chars().count();
    assert!((1..=4_096).contains(&length("paymentSessionData")));
    assert!((1..=64).contains(&length("paymentSessionId")));
    assert_eq!(answer["paymentSessionExpiryTime"], "2026-01-10T11:00:00+08:00");
    let page = changed(&session("b1", ""), "productScene", json!("CHECKOUT_PAYMENT"));
    assert!(open(&mut scene, &page)["normalUrl"].is_string(), "a hosted checkout page");
}

// rules 2.7
#[test]
fn a_session_says_nothing_about_a_payment() {
    let mut scene = Scene::new();
    assert_eq!(code_of(&open(&mut scene, &session("a1", ""))), "SUCCESS");
    assert_eq!(code_of(&scene.inquire("a1")), "ORDER_NOT_EXIST");
    scene.act("a1", Outcome::Success).expect("paid");
    assert_eq!(scene.status("a1"), "SUCCESS");
}

// rules 2.8
#[test]
fn a_session_lasts_an_hour_or_less_and_cannot_be_used_afterwards() {
    let mut scene = Scene::new();
    open(&mut scene, &session("a1", ""));
    let short = changed(&session("b1", ""), "paymentSessionExpiryTime", json!("2026-01-10T10:20:00+08:00"));
    assert_eq!(code_of(&open(&mut scene, &short)), "SUCCESS");
    let long = changed(&session("c1", ""), "paymentSessionExpiryTime", json!("2026-01-10T11:00:01+08:00"));
    assert_eq!(code_of(&open(&mut scene, &long)), "PARAM_ILLEGAL");
    scene.advance(20 * 60);
    assert_eq!(scene.act("b1", Outcome::Success), Err(CompletionError::Final));
    scene.advance(40 * 60);
    assert_eq!(scene.act("a1", Outcome::Success), Err(CompletionError::Final));
}
