//! `retrievePaymentSession`: a session told again, and what became of it.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::*;

fn retrieve(scene: &mut Scene, id: &str) -> Value {
    scene.call(Operation::RetrievePaymentSession, &json!({"paymentRequestId": id}))
}

#[test]
fn a_session_is_told_again_with_the_same_data_and_the_order_as_it_was_sent() {
    let mut scene = Scene::new();
    let request = session("a1", "");
    let made = scene.call(Operation::CreatePaymentSession, &request);
    let told = retrieve(&mut scene, "a1");
    assert_eq!(code_of(&told), "SUCCESS");
    for name in ["paymentSessionData", "paymentSessionId", "paymentSessionExpiryTime"] {
        assert!(made[name].is_string(), "{name}");
        assert_eq!(told[name], made[name], "{name}");
    }
    assert_eq!(told["order"], request["order"]);
    assert_eq!(told["paymentStatus"], Value::Null, "nobody has tried to pay");
    assert_eq!(scene.status("a1"), "none", "telling a session makes no payment");
}

#[test]
fn after_a_try_it_tells_where_the_payment_stands_and_the_data_only_while_it_can_be_used() {
    let mut scene = Scene::new();
    let made = scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    scene.act("a1", Outcome::Decline).expect("a failed try");
    let told = retrieve(&mut scene, "a1");
    assert_eq!(told["paymentStatus"], "PROCESSING");
    assert_eq!(told["paymentSessionData"], made["paymentSessionData"]);
    scene.act("a1", Outcome::Success).expect("paid");
    let told = retrieve(&mut scene, "a1");
    assert_eq!((&told["paymentStatus"], &told["paymentResultCode"]), (&json!("SUCCESS"), &json!("SUCCESS")));
    assert!(told["paymentId"].is_string());
    assert_eq!(told["order"], session("a1", "")["order"]);
    assert_eq!(told["paymentSessionData"], Value::Null);
}

#[test]
fn a_session_that_is_unknown_or_expired_is_refused_by_different_codes() {
    let mut scene = Scene::new();
    scene.pay("b1", "");
    for id in ["none", "b1"] {
        assert_eq!(code_of(&retrieve(&mut scene, id)), "ORDER_NOT_EXIST", "{id}: no session");
    }
    assert_eq!(scene.code(Operation::RetrievePaymentSession, &json!({})), "PARAM_ILLEGAL");
    scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    scene.advance(3_599);
    assert_eq!(code_of(&retrieve(&mut scene, "a1")), "SUCCESS");
    scene.advance(1);
    assert_eq!(code_of(&retrieve(&mut scene, "a1")), "ORDER_IS_CLOSED");
}

#[test]
fn a_session_is_its_clients_own() {
    let mut scene = Scene::new();
    scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    let body = json!({"paymentRequestId": "a1"}).to_string();
    let other =
        scene.gateway.call(scene.now, "SANDBOX_OTHER", Operation::RetrievePaymentSession, body.as_bytes());
    assert!(format!("{other:?}").contains("ORDER_NOT_EXIST"), "{other:?}");
}
