//! Refunds.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, capture, changed, refund, wallet};

fn captured(scene: &mut Scene, id: &str) -> String {
    let payment = scene.authorized(id, "");
    scene.advance(5);
    payment
}

fn paid_wallet(scene: &mut Scene, id: &str) -> String {
    let answer = scene.call(Operation::Pay, &wallet(id));
    scene.act(id, Outcome::Success).expect("paid");
    answer["paymentId"].as_str().expect("an id").to_owned()
}

// rules 12.1
#[test]
fn what_a_refund_needs_is_asked_for_by_name() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    for field in ["refundRequestId", "paymentId", "refundAmount"] {
        let without = changed(&refund("r1", &payment, "100"), field, Value::Null);
        assert_eq!(scene.code(Operation::Refund, &without), "PARAM_ILLEGAL", "{field}");
    }
    let other = changed(&refund("r1", &payment, "100"), "refundAmount.currency", json!("USD"));
    assert_eq!(scene.call(Operation::Refund, &other)["result"]["resultStatus"], "F", "another currency");
    let several = scene.authorized("b1", "MANUAL");
    for id in ["c1", "c2"] {
        scene.call(Operation::Capture, &capture(id, &several, "2000"));
    }
    scene.advance(5);
    let unnamed = scene.call(Operation::Refund, &refund("r2", &several, "100"));
    assert_eq!(unnamed["result"]["resultStatus"], "F", "of several captures one must be named");
}

// rules 12.2
#[test]
fn refunds_may_be_several_and_never_more_than_was_taken() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    scene.call(Operation::Refund, &refund("r1", &payment, "4000"));
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &payment, "201")), "REFUND_AMOUNT_EXCEED");
    assert_eq!(scene.code(Operation::Refund, &refund("r3", &payment, "200")), "REFUND_IN_PROCESS");
    scene.advance(5);
    assert_eq!(scene.attempt("a1")["refunded"], "4200");
}

// rules 12.3
#[test]
fn a_refund_has_its_window() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    scene.advance(366 * 86_400);
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &payment, "100")), "REFUND_WINDOW_EXCEED");
}

// rules 12.4
#[test]
fn where_nothing_was_taken_nothing_is_refunded() {
    let mut scene = Scene::new();
    let unpaid = scene.pay("a1", "");
    let held = scene.authorized("b1", "MANUAL");
    let cancelled = scene.pay("d1", "");
    scene.call(Operation::Cancel, &json!({"paymentRequestId": "d1"}));
    for (id, payment) in [("r1", unpaid), ("r2", held), ("r3", cancelled)] {
        let answer = scene.call(Operation::Refund, &refund(id, &payment, "100"));
        let code = answer["result"]["resultCode"].as_str().expect("a code");
        assert!(
            ["ORDER_STATUS_INVALID", "ORDER_IS_CLOSED", "ORDER_IS_CANCELED"].contains(&code),
            "{id}: {code}"
        );
    }
}

// rules 12.5
#[test]
fn a_refund_leaves_the_payment_a_success_and_shows_in_its_transactions() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    scene.call(Operation::Refund, &refund("r1", &payment, "4200"));
    scene.advance(5);
    assert_eq!(scene.status("a1"), "SUCCESS");
    assert_eq!(scene.transactions("a1", "REFUND")[0]["transactionRequestId"], "r1");
}

// rules 12.6
#[test]
fn wallets_are_refunded_at_once_and_cards_later() {
    let mut scene = Scene::new();
    let wallet = paid_wallet(&mut scene, "a1");
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &wallet, "100")), "SUCCESS");
    let card = captured(&mut scene, "b1");
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &card, "100")), "REFUND_IN_PROCESS");
    scene.advance(5);
    let inquiry = scene.call(Operation::InquiryRefund, &json!({"refundRequestId": "r2"}));
    assert_eq!(inquiry["refundStatus"], "SUCCESS");
    assert_eq!(scene.told("REFUND_RESULT").len(), 1);
}

// rules 12.7
#[test]
fn the_same_refund_again_is_the_same_refund() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    for _ in 0..3 {
        scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    }
    scene.advance(5);
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &payment, "100")), "SUCCESS");
    assert_eq!(scene.attempt("a1")["refunded"], "100");
}

// rules 12.8
#[test]
fn a_refunds_notification_goes_to_its_own_address_and_names_no_payment() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    scene.advance(5);
    let (_, send) = scene.received.last().expect("a notification");
    assert_eq!(send.url.as_str(), "http://127.0.0.1:1/refunds");
    let told = &scene.told("REFUND_RESULT")[0];
    assert_eq!(told.get("paymentId"), None);
    assert_eq!((&told["refundRequestId"], &told["refundStatus"]), (&json!("r1"), &json!("SUCCESS")));
    assert!(told["refundId"].is_string() && told["refundTime"].is_string() && told["result"].is_object());
    assert_eq!(told["refundAmount"], json!({"currency": "SGD", "value": "100"}));
}

// rules 12.9
#[test]
fn a_refused_refund_is_not_told_again() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    scene.call(Operation::Refund, &refund("r1", &payment, "9999"));
    scene.advance(2 * 86_400);
    assert_eq!(scene.told("REFUND_RESULT").len(), 0);
}

// rules 12.10
#[test]
fn a_refund_that_bounces_is_not_told_over_the_api() {
    let mut scene = Scene::new();
    let payment = captured(&mut scene, "a1");
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    scene.advance(5);
    scene.end_refund("a1", "r1", "bounce").expect("bounced");
    scene.advance(2 * 86_400);
    assert_eq!(scene.told("REFUND_RESULT").len(), 1, "that of its success");
    let inquiry = scene.call(Operation::InquiryRefund, &json!({"refundRequestId": "r1"}));
    assert_eq!(inquiry["refundStatus"], "SUCCESS");
}

// rules 12.11
#[test]
fn without_balance_a_refund_fails_and_works_under_a_new_id_when_there_is_some() {
    let mut scene = Scene::new();
    let payment = paid_wallet(&mut scene, "a1");
    scene.agree(&json!({"balance": "empty"}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &payment, "100")), "MERCHANT_BALANCE_NOT_ENOUGH");
    scene.agree(&json!({"balance": "enough"}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &payment, "100")), "MERCHANT_BALANCE_NOT_ENOUGH");
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &payment, "100")), "SUCCESS");
}
