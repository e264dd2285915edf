//! Cancels.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, pay, refund, wallet};

fn cancel(scene: &mut Scene, id: &str) -> Value {
    scene.call(Operation::Cancel, &json!({"paymentRequestId": id}))
}

// rules 11.1
#[test]
fn either_id_names_the_payment_and_the_gateways_own_wins() {
    let mut scene = Scene::new();
    let first = scene.pay("a1", "");
    scene.pay("b1", "");
    scene.call(Operation::Cancel, &json!({"paymentId": first, "paymentRequestId": "b1"}));
    assert_eq!((scene.status("a1").as_str(), scene.status("b1").as_str()), ("CANCELLED", "PROCESSING"));
    assert_eq!(scene.code(Operation::Cancel, &json!({})), "PARAM_ILLEGAL");
}

// rules 11.2
#[test]
fn a_cancel_is_done_when_it_is_answered_and_is_not_told_again() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    let answer = cancel(&mut scene, "a1");
    assert_eq!(answer["result"]["resultStatus"], "S");
    assert!(answer["cancelTime"].is_string() && answer["paymentId"].is_string());
    assert_eq!(answer["paymentRequestId"], "a1");
    assert_eq!(scene.status("a1"), "CANCELLED");
    scene.advance(2 * 86_400);
    assert_eq!(scene.received.len(), 0);
}

// rules 11.3
#[test]
fn a_cancel_has_its_time() {
    let mut scene = Scene::new();
    scene.authorized("a1", "MANUAL");
    scene.call(Operation::Pay, &wallet("b1"));
    scene.act("b1", Outcome::Success).expect("paid");
    // It is 10:00 in UTC+8: the wallet's window ends at 00:15 of the next day.
    scene.advance(14 * 3_600 + 15 * 60);
    assert_eq!(cancel(&mut scene, "b1")["result"]["resultStatus"], "S");
    scene.call(Operation::Pay, &wallet("c1"));
    scene.act("c1", Outcome::Success).expect("paid");
    scene.advance(24 * 3_600 + 1);
    assert_eq!(cancel(&mut scene, "c1")["result"]["resultCode"], "CANCEL_WINDOW_EXCEED");
    assert_eq!(cancel(&mut scene, "a1")["result"]["resultStatus"], "S", "a card up to 7 days");
}

// rules 11.4
#[test]
fn what_a_cancel_does_depends_on_how_far_the_payment_is() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.authorized("b1", "MANUAL");
    scene.call(Operation::Pay, &wallet("c1"));
    scene.act("c1", Outcome::Success).expect("paid");
    for id in ["a1", "b1", "c1"] {
        assert_eq!(cancel(&mut scene, id)["result"]["resultStatus"], "S", "{id}");
        assert_eq!(scene.attempt(id)["held"], "0", "{id}");
    }
    assert_eq!(scene.attempt("b1")["voided"], "4200");
    assert_eq!(scene.attempt("c1")["refunded"], "4200");
    assert!(scene.act("a1", Outcome::Success).is_err(), "a closed payment takes no buyer");
}

// rules 11.5
#[test]
fn what_was_refunded_in_part_is_not_cancelled() {
    let mut scene = Scene::new();
    let payment = scene.call(Operation::Pay, &wallet("a1"))["paymentId"].as_str().expect("an id").to_owned();
    scene.act("a1", Outcome::Success).expect("paid");
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    assert_eq!(cancel(&mut scene, "a1")["result"]["resultCode"], "PROCESS_FAIL");
}

// rules 11.6
#[test]
fn cancelling_a_failed_payment_succeeds_and_changes_nothing() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &pay("a1", ""));
    scene.act("a1", Outcome::Fail).expect("failed");
    assert_eq!(cancel(&mut scene, "a1")["result"]["resultStatus"], "S");
    assert_eq!(scene.status("a1"), "FAIL");
}

// rules 11.7
#[test]
fn a_success_after_a_cancel_leaves_the_payment_cancelled() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    cancel(&mut scene, "a1");
    scene.gateway.succeed_late(scene.now, None, "a1").expect("paid late");
    scene.advance(5);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S"]);
    assert_eq!(scene.status("a1"), "CANCELLED");
    assert_eq!(cancel(&mut scene, "a1")["result"]["resultStatus"], "S");
    assert_eq!(scene.attempt("a1")["held"], "0");
}
