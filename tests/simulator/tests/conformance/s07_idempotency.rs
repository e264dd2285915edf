//! One id, one content.

use antom_simulator::core::{Operation, Outcome};
use serde_json::json;

use crate::scene::{Scene, capture, changed, code_of, pay, refund, session};

// rules 7.1
#[test]
fn each_operation_has_its_own_key() {
    let mut scene = Scene::new();
    assert_eq!(
        scene.call(Operation::CreatePaymentSession, &session("a1", ""))["paymentSessionId"],
        scene.call(Operation::CreatePaymentSession, &session("a1", ""))["paymentSessionId"]
    );
    let payment = scene.authorized("b1", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    scene.advance(5);
    scene.call(Operation::Refund, &refund("r1", &payment, "4200"));
    scene.call(Operation::Refund, &refund("r1", &payment, "4200"));
    scene.advance(5);
    let attempt = scene.attempt("b1");
    assert_eq!((&attempt["captured"], &attempt["refunded"]), (&json!("4200"), &json!("4200")));
    assert_eq!((&attempt["executed"]["capture"], &attempt["executed"]["refund"]), (&json!(1), &json!(1)));
    let cancel = json!({"paymentRequestId": "d1"});
    scene.pay("d1", "");
    assert_eq!(scene.code(Operation::Cancel, &cancel), "SUCCESS");
    assert_eq!(scene.code(Operation::Cancel, &cancel), "SUCCESS");
}

// rules 7.2
#[test]
fn a_final_answer_is_replayed_and_an_open_one_tells_the_present() {
    let mut scene = Scene::new();
    let first = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(scene.call(Operation::Pay, &pay("a1", "")), first);
    scene.act("a1", Outcome::Success).expect("paid");
    let paid = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(code_of(&paid), "SUCCESS");
    scene.advance(3_600);
    assert_eq!(scene.call(Operation::Pay, &pay("a1", "")), paid);
}

// rules 7.3
#[test]
fn other_key_fields_under_the_same_id_are_refused_and_leave_the_first_alone() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    let dearer = changed(&pay("a1", "MANUAL"), "paymentAmount", json!({"currency": "SGD", "value": "4300"}));
    assert_eq!(scene.code(Operation::Pay, &dearer), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(scene.status("a1"), "SUCCESS");
    scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &payment, "4100")), "REPEAT_REQ_INCONSISTENT");
    scene.advance(5);
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &payment, "200")), "REPEAT_REQ_INCONSISTENT");
}

// rules 7.4
#[test]
fn a_known_id_returns_the_existing_order() {
    let mut scene = Scene::new();
    let payment = scene.pay("a1", "");
    let again = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(again["paymentId"], json!(payment));
    scene.act("a1", Outcome::Fail).expect("failed");
    let code = scene.code(Operation::Pay, &pay("a1", ""));
    assert_eq!(scene.code(Operation::Pay, &pay("a1", "")), code, "a failure is replayed");
}

// rules 7.5
#[test]
fn two_attempts_of_an_order_may_both_succeed_and_one_can_be_taken_back() {
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    scene.authorized("a2", "MANUAL");
    scene.advance(5);
    assert_eq!(scene.gateway.ledger(None)["orders"]["order-a"]["held"], "8400");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "a2"})), "SUCCESS");
    assert_eq!(scene.gateway.ledger(None)["orders"]["order-a"]["held"], "4200");
}
