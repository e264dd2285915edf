//! What a status means.

use antom_simulator::core::{Operation, Outcome};
use serde_json::json;

use crate::scene::{Scene, capture, pay, refund, session};

// rules 6.2
#[test]
fn inquiries_take_the_merchants_own_ids() {
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    scene.advance(5);
    assert_eq!(scene.status("a1"), "SUCCESS");
    let payment = scene.inquire("a1")["paymentId"].as_str().expect("an id").to_owned();
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    assert_eq!(scene.code(Operation::InquiryRefund, &json!({"refundRequestId": "r1"})), "SUCCESS");
}

// rules 6.5
#[test]
fn a_failure_is_final_for_its_id() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    let again = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(again["result"]["resultStatus"], "F");
    assert_eq!(scene.status("a1"), "FAIL");
    assert_eq!(scene.code(Operation::Pay, &pay("a2", "")), "PAYMENT_IN_PROCESS", "a new id is a new attempt");
}

#[test]
fn the_status_of_a_call_is_not_that_of_the_payment() {
    let mut scene = Scene::new();
    scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    scene.act("a1", Outcome::Fail).expect("failed");
    let answer = scene.inquire("a1");
    assert_eq!((&answer["result"]["resultStatus"], &answer["paymentStatus"]), (&json!("S"), &json!("FAIL")));
    let held = scene.authorized("b1", "MANUAL");
    let answer = scene.call(Operation::Capture, &capture("c1", &held, "4200"));
    assert_eq!(answer["result"]["resultStatus"], "U", "a capture in process is neither done nor refused");
}
