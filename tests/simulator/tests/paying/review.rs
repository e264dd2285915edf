//! Reviews of authorizations: nothing is captured while one is open, or after a rejection.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{CLIENT, Scene, body_of, capture, pay};

fn arrange(scene: &mut Scene, id: &str, review: &Value) {
    scene.gateway.arrange(scene.now, None, CLIENT, id, &json!({"review": review})).expect("arranged");
}

fn reviewed(scene: &mut Scene, id: &str, mode: &str, review: &Value) -> String {
    arrange(scene, id, review);
    let answer = scene.call(Operation::Pay, &pay(id, mode));
    scene.act(id, Outcome::Success).expect("authorized");
    answer["paymentId"].as_str().expect("an id").to_owned()
}

fn told(scene: &mut Scene, id: &str) -> Value {
    let answer = scene.call(Operation::InquiryPayment, &json!({"paymentRequestId": id}));
    json!([answer["paymentStatus"], answer["authReviewStatus"], answer["authReviewSource"]])
}

#[test]
fn an_open_review_holds_captures_back_until_it_accepts() {
    let mut scene = Scene::new();
    let accepts = json!({"decision": "ACCEPT", "afterMs": 60_000});
    let manual = reviewed(&mut scene, "m1", "MANUAL", &accepts);
    reviewed(&mut scene, "a1", "", &accepts);
    assert_eq!(told(&mut scene, "m1"), json!(["SUCCESS", "PROCESSING", "ANTOM_SHIELD"]));
    scene.advance(10);
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &manual, "4200")), "ORDER_STATUS_INVALID");
    assert_eq!(scene.violations(), json!([{"rule": "capture_under_review", "id": "c1"}]));
    assert_eq!(scene.attempt("a1")["captured"], "0");
    scene.advance(50);
    assert_eq!(told(&mut scene, "m1"), json!(["SUCCESS", "ACCEPT", "ANTOM_SHIELD"]));
    assert_eq!(scene.code(Operation::Capture, &capture("c2", &manual, "4200")), "CAPTURE_IN_PROCESS");
    scene.advance(2);
    assert_eq!(scene.attempt("m1")["captured"], "4200");
    assert_eq!(scene.attempt("a1")["captured"], "4200", "the automatic capture has waited");
    let payment_id = scene.attempt("a1")["paymentId"].clone();
    let notified: Vec<Value> = scene
        .received
        .iter()
        .map(|(_, send)| body_of(send))
        .filter(|body| body["paymentId"] == payment_id)
        .map(|body| json!([body["notifyType"], body["authReviewStatus"]]))
        .collect();
    let expected =
        json!([["PAYMENT_RESULT", "PROCESSING"], ["PAYMENT_RESULT", "ACCEPT"], ["CAPTURE_RESULT", null]]);
    assert_eq!(json!(notified), expected);
}

#[test]
fn after_a_rejection_the_money_stays_held_until_the_merchant_cancels() {
    let mut scene = Scene::new();
    let rejects = json!({"source": "PSP", "decision": "REJECT", "afterMs": 5_000});
    let id = reviewed(&mut scene, "a1", "", &rejects);
    scene.advance(60);
    assert_eq!(told(&mut scene, "a1"), json!(["SUCCESS", "REJECT", "PSP"]));
    let attempt = scene.attempt("a1");
    assert_eq!((&attempt["held"], &attempt["captured"]), (&json!("4200"), &json!("0")));
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": id})), "SUCCESS");
    assert_eq!(scene.attempt("a1")["held"], "0");
}

#[test]
fn a_review_stays_open_until_its_end_is_arranged() {
    let mut scene = Scene::new();
    reviewed(&mut scene, "a1", "", &json!({}));
    scene.advance(86_400);
    assert_eq!(told(&mut scene, "a1"), json!(["SUCCESS", "PROCESSING", "ANTOM_SHIELD"]));
    arrange(&mut scene, "a1", &json!({"decision": "ACCEPT"}));
    scene.advance(2);
    assert_eq!(scene.attempt("a1")["captured"], "4200");
    let unreviewed = scene.authorized("b1", "");
    assert!(!unreviewed.is_empty());
    assert_eq!(told(&mut scene, "b1"), json!(["SUCCESS", null, null]));
}

#[test]
fn a_payment_that_is_cancelled_during_its_review_is_not_decided_any_more() {
    let mut scene = Scene::new();
    reviewed(&mut scene, "a1", "", &json!({"decision": "ACCEPT", "afterMs": 5_000}));
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "a1"})), "SUCCESS");
    scene.advance(60);
    assert_eq!(told(&mut scene, "a1"), json!(["CANCELLED", "PROCESSING", "ANTOM_SHIELD"]));
    let attempt = scene.attempt("a1");
    assert_eq!((&attempt["captured"], &attempt["held"]), (&json!("0"), &json!("0")));
}
