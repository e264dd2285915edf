//! Inquiries: what they show of a payment and its movements of money, by its state.
//! What the movements are is tested in `capturing`, `cancelling` and `refunding`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{Operation, Outcome};
use scene::{Scene, capture, code_of, refund, wallet};
use serde_json::{Value, json};

/// The transactions as type, status, result status and amount.
fn movements(answer: &Value) -> Vec<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let entries = answer["transactions"].as_array().cloned().unwrap_or_default();
    let row = |entry: &Value| {
        (
            text(&entry["transactionType"]),
            text(&entry["transactionStatus"]),
            text(&entry["transactionResult"]["resultStatus"]),
            text(&entry["transactionAmount"]["value"]),
        )
    };
    entries.iter().map(row).collect()
}

fn rows(expected: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    let owned = |text: &str| text.to_owned();
    expected.iter().map(|(a, b, c, d)| (owned(a), owned(b), owned(c), owned(d))).collect()
}

#[test]
fn an_inquiry_lists_every_movement_of_a_cards_money() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    assert_eq!(movements(&scene.inquire("m1")), rows(&[("AUTHORIZATION", "SUCCESS", "S", "4200")]));
    scene.arrange("m1", json!({"capture": {"outcome": "fail"}}));
    scene.call(Operation::Capture, &capture("c1", &id, "4000"));
    assert_eq!(movements(&scene.inquire("m1"))[1..], rows(&[("CAPTURE", "PROCESSING", "U", "4000")]));
    scene.advance(2);
    scene.call(Operation::Capture, &capture("c2", &id, "3000"));
    scene.advance(2);
    scene.call(Operation::Refund, &refund("r1", &id, "100"));
    scene.advance(7 * 86_400);
    scene.call(Operation::Refund, &refund("r2", &id, "200"));
    assert_eq!(
        movements(&scene.inquire("m1")),
        rows(&[
            ("AUTHORIZATION", "SUCCESS", "S", "4200"),
            ("CAPTURE", "FAIL", "F", "4000"),
            ("CAPTURE", "SUCCESS", "S", "3000"),
            ("REFUND", "SUCCESS", "S", "100"),
            ("REFUND", "PROCESSING", "U", "200"),
            ("VOID", "SUCCESS", "S", "1200"),
        ])
    );
    let captured = &scene.transactions("m1", "CAPTURE")[1];
    assert_eq!(captured["transactionRequestId"], "c2");
    assert!(captured["transactionId"].is_string() && captured["transactionTime"].is_string());
}

#[test]
fn an_inquiry_shows_what_a_cancel_did() {
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    scene.call(Operation::Pay, &wallet("w1"));
    scene.act("w1", Outcome::Success).expect("paid");
    scene.pay("u1", "");
    for id in ["a1", "w1", "u1"] {
        scene.call(Operation::Cancel, &json!({"paymentRequestId": id}));
        assert_eq!(scene.status(id), "CANCELLED");
    }
    scene.advance(10);
    let void = rows(&[("AUTHORIZATION", "SUCCESS", "S", "4200"), ("VOID", "SUCCESS", "S", "4200")]);
    assert_eq!(movements(&scene.inquire("a1")), void, "the automatic capture never happened");
    assert_eq!(movements(&scene.inquire("w1")), rows(&[("CANCEL", "SUCCESS", "S", "4200")]));
    assert_eq!(scene.inquire("u1")["transactions"], Value::Null);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "PAYMENT_RESULT S"]);
}

#[test]
fn the_payment_time_is_told_of_a_success_only() {
    let mut scene = Scene::new();
    let id = scene.authorized("a1", "MANUAL");
    assert_eq!(scene.inquire("a1")["paymentTime"], "2026-01-10T10:00:00+08:00");
    scene.call(Operation::Cancel, &json!({"paymentId": id}));
    assert_eq!(scene.inquire("a1")["paymentTime"], Value::Null);
    scene.pay("u1", "");
    assert_eq!(scene.inquire("u1")["paymentTime"], Value::Null);
}

#[test]
fn a_refund_leaves_the_payment_a_success() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &wallet("w1"));
    scene.act("w1", Outcome::Success).expect("paid");
    let id = answer["paymentId"].as_str().expect("an id").to_owned();
    scene.call(Operation::Refund, &refund("r1", &id, "4200"));
    assert_eq!(scene.status("w1"), "SUCCESS");
    assert_eq!(movements(&scene.inquire("w1")), rows(&[("REFUND", "SUCCESS", "S", "4200")]));
}

#[test]
fn ids_are_looked_up_by_kind_and_the_gateways_own_wins() {
    let mut scene = Scene::new();
    let first = scene.pay("a1", "");
    scene.pay("b1", "");
    let both = json!({"paymentId": first, "paymentRequestId": "b1"});
    assert_eq!(scene.call(Operation::InquiryPayment, &both)["paymentRequestId"], "a1");
    for (question, code) in [
        (json!({"paymentId": "a1"}), "ORDER_NOT_EXIST"),
        (json!({"paymentRequestId": first}), "ORDER_NOT_EXIST"),
        (json!({}), "PARAM_ILLEGAL"),
        (json!({"paymentRequestId": "a*"}), "PARAM_ILLEGAL"),
    ] {
        assert_eq!(code_of(&scene.call(Operation::InquiryPayment, &question)), code, "{question}");
    }
    let neither = scene.call(Operation::InquiryRefund, &json!({"refundRequestId": "r9"}));
    assert_eq!(code_of(&neither), "ORDER_NOT_EXIST");
}

#[test]
fn a_fault_rule_makes_the_transactions_as_odd_as_the_documents_show_them() {
    let mut scene = Scene::new();
    scene.arrange("a1", json!({"capture": {"outcome": "fail"}}));
    scene.authorized("a1", "");
    scene.advance(2);
    let mut under = |kind: &str| {
        let rule = json!({"target": "inquiryPayment", "script": [true], "do": {"kind": kind}});
        scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
        scene.inquire("a1")
    };
    let answer = under("null_transactions");
    assert_eq!(
        (answer.get("transactions"), &answer["paymentStatus"]),
        (Some(&Value::Null), &json!("SUCCESS"))
    );
    let answer = under("no_transaction_result");
    assert_eq!(answer["transactions"][1]["transactionResult"], Value::Null);
    assert_eq!(answer["transactions"][1]["transactionType"], "CAPTURE");
    let odd = movements(&under("success_transaction_status"));
    assert_eq!(
        odd[1..],
        rows(&[("CAPTURE", "SUCCESS", "F", "4200")]),
        "the status lies, the result does not"
    );
}
