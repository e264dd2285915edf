//! Cancels: what they do by how far the payment is, until when, and a success that comes after them.
//! Refunds are tested in `refunding`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{Answer, CompletionError, Operation, Outcome};
use scene::{CLIENT, Scene, capture, code_of, refund, session, wallet, with_method};
use serde_json::{Value, json};

#[test]
fn what_a_cancel_does_depends_on_how_far_the_payment_is() {
    let mut scene = Scene::new();
    let cancel = |id: &str| json!({"paymentRequestId": id});
    scene.pay("u1", "");
    scene.authorized("a1", "MANUAL");
    scene.authorized("b1", "");
    let captured = scene.authorized("c1", "MANUAL");
    scene.call(Operation::Capture, &capture("cc", &captured, "4200"));
    assert_eq!(scene.code(Operation::Cancel, &cancel("c1")), "ORDER_STATUS_INVALID");
    for id in ["u1", "a1", "b1"] {
        let answer = scene.call(Operation::Cancel, &cancel(id));
        assert_eq!(code_of(&answer), "SUCCESS", "{id}");
        assert_eq!(scene.call(Operation::Cancel, &cancel(id)), answer, "the same again");
    }
    scene.advance(3_600);
    assert_eq!(scene.code(Operation::Cancel, &cancel("c1")), "CANCEL_WINDOW_EXCEED");
    assert_eq!(scene.code(Operation::Cancel, &cancel("nobody")), "ORDER_NOT_EXIST");
    for (id, status, voided, captured, cancels) in [
        ("u1", "CANCELLED", "0", "0", 1),
        ("a1", "CANCELLED", "4200", "0", 1),
        ("b1", "CANCELLED", "4200", "0", 1),
        ("c1", "SUCCESS", "0", "4200", 0),
    ] {
        let attempt = scene.attempt(id);
        assert_eq!(
            (attempt["status"].as_str(), attempt["voided"].as_str()),
            (Some(status), Some(voided)),
            "{id}"
        );
        assert_eq!(attempt["captured"].as_str(), Some(captured), "{id}");
        assert_eq!(attempt["executed"]["cancel"], cancels, "{id}");
    }
    assert_eq!(scene.act("u1", Outcome::Success), Err(CompletionError::Final));
}

#[test]
fn a_session_that_nobody_tried_can_be_closed() {
    let mut scene = Scene::new();
    scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "a1"})), "SUCCESS");
    assert_eq!(scene.status("a1"), "CANCELLED");
    assert_eq!(scene.act("a1", Outcome::Success), Err(CompletionError::Final));
    scene.advance(10_000);
    assert_eq!(scene.received.len(), 0);
}

#[test]
fn a_wallet_payment_is_reversed_by_cancel_until_a_quarter_past_midnight() {
    let mut scene = Scene::new();
    for id in ["w1", "w2"] {
        assert_eq!(scene.code(Operation::Pay, &wallet(id)), "PAYMENT_IN_PROCESS");
        scene.act(id, Outcome::Success).expect("paid");
    }
    assert_eq!(scene.attempt("w1")["captured"], "4200");
    scene.advance(14 * 3_600 + 15 * 60);
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "w1"})), "SUCCESS");
    let attempt = scene.attempt("w1");
    assert_eq!((&attempt["held"], &attempt["refunded"]), (&json!("0"), &json!("4200")));
    scene.advance(1);
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "w2"})), "CANCEL_WINDOW_EXCEED");
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "PAYMENT_RESULT S"]);
}

fn cancel(id: &str) -> Value {
    json!({"paymentRequestId": id})
}

#[test]
fn every_method_has_its_own_end_of_cancelling() {
    const DAY: u64 = 86_400;
    // Paid at 10:00 in UTC+8; 00:15 of the next day is 14 h 15 min later.
    for (kind, currency, value, unpaid, paid, until) in [
        ("GCASH", "PHP", "10000", "SUCCESS", "SUCCESS", Some(14 * 3_600 + 900)),
        ("KONBINI", "JPY", "1000", "SUCCESS", "SUCCESS", Some(14 * 3_600 + 900)),
        ("MERCADOPAGO_BR", "BRL", "1000", "SUCCESS", "SUCCESS", Some(7 * DAY)),
        ("BANKAPP_KTB", "THB", "1000", "SUCCESS", "CANCEL_WINDOW_EXCEED", None),
        ("DANA", "IDR", "100000", "PAYMENT_METHOD_NOT_SUPPORTED", "PAYMENT_METHOD_NOT_SUPPORTED", None),
        ("JKOPAY", "TWD", "10000", "PAYMENT_METHOD_NOT_SUPPORTED", "PAYMENT_METHOD_NOT_SUPPORTED", None),
    ] {
        let mut scene = Scene::new();
        for id in ["u1", "a1", "b1", "c1"] {
            scene.call(Operation::Pay, &with_method(id, kind, currency, value));
        }
        assert_eq!(scene.code(Operation::Cancel, &cancel("u1")), unpaid, "{kind} unpaid");
        for id in ["a1", "b1", "c1"] {
            scene.act(id, Outcome::Success).expect("paid");
        }
        assert_eq!(scene.code(Operation::Cancel, &cancel("a1")), paid, "{kind} paid");
        if let Some(seconds) = until {
            assert_eq!(scene.attempt("a1")["held"], "0");
            scene.advance(seconds);
            assert_eq!(scene.code(Operation::Cancel, &cancel("b1")), "SUCCESS", "{kind} at the end");
            scene.advance(1);
            assert_eq!(scene.code(Operation::Cancel, &cancel("c1")), "CANCEL_WINDOW_EXCEED", "{kind}");
        }
    }
}

#[test]
fn an_authorization_is_cancelled_for_seven_days_and_only_before_it_is_captured() {
    let mut scene = Scene::new();
    scene.gateway.set_timings(&json!({"authorizationExpiryMs": 30 * 86_400_000_u64})).expect("timings");
    for id in ["m1", "m2"] {
        scene.authorized(id, "MANUAL");
    }
    let captured = scene.authorized("m3", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &captured, "1"));
    scene.advance(2);
    assert_eq!(scene.code(Operation::Cancel, &cancel("m3")), "CANCEL_WINDOW_EXCEED");
    scene.advance(7 * 86_400 - 2);
    assert_eq!(scene.code(Operation::Cancel, &cancel("m1")), "SUCCESS");
    scene.advance(1);
    assert_eq!(scene.code(Operation::Cancel, &cancel("m2")), "CANCEL_WINDOW_EXCEED");
}

#[test]
fn what_was_refunded_cannot_be_cancelled() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &wallet("w1"));
    let id = answer["paymentId"].as_str().expect("an id").to_owned();
    scene.act("w1", Outcome::Success).expect("paid");
    scene.arrange("w1", json!({"refund": {"outcome": "fail"}}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "100")), "REFUND_IN_PROCESS");
    assert_eq!(
        scene.code(Operation::Cancel, &cancel("w1")),
        "PROCESS_FAIL",
        "while the refund is in process"
    );
    scene.advance(2);
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &id, "100")), "SUCCESS");
    assert_eq!(scene.code(Operation::Cancel, &cancel("w1")), "PROCESS_FAIL");
    assert_eq!(scene.attempt("w1")["refunded"], "100");
}

#[test]
fn the_payment_id_wins_over_the_request_id() {
    let mut scene = Scene::new();
    let first = scene.pay("a1", "");
    scene.pay("b1", "");
    let both = json!({"paymentId": first, "paymentRequestId": "b1"});
    assert_eq!(scene.call(Operation::Cancel, &both)["paymentRequestId"], "a1");
    assert_eq!((scene.status("a1"), scene.status("b1")), ("CANCELLED".to_owned(), "PROCESSING".to_owned()));
}

#[test]
fn a_cancel_whose_answer_was_lost_is_repeated_as_it_was() {
    let mut scene = Scene::new();
    scene.authorized("m1", "MANUAL");
    let rule = json!({"target": "cancel", "script": [true], "do": {"kind": "timeout_after_effect"}});
    scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
    assert_eq!(scene.raw(Operation::Cancel, cancel("m1").to_string().as_bytes()), Answer::Close);
    scene.advance(60);
    let answer = scene.call(Operation::Cancel, &cancel("m1"));
    assert_eq!(code_of(&answer), "SUCCESS");
    assert_eq!(answer["cancelTime"], "2026-01-10T10:00:00+08:00", "the time of the first one");
    assert_eq!(scene.attempt("m1")["executed"]["cancel"], 1);
    assert_eq!(scene.violations(), json!([]));
}

#[test]
fn a_paid_order_is_not_reversed_without_balance() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &wallet("w1"));
    scene.act("w1", Outcome::Success).expect("paid");
    scene.authorized("m1", "MANUAL");
    scene.agree(&json!({"balance": "empty"}));
    assert_eq!(scene.code(Operation::Cancel, &cancel("w1")), "MERCHANT_BALANCE_NOT_ENOUGH");
    assert_eq!(scene.code(Operation::Cancel, &cancel("m1")), "SUCCESS", "a void costs no balance");
    scene.agree(&json!({"balance": "enough"}));
    assert_eq!(scene.code(Operation::Cancel, &cancel("w1")), "SUCCESS");
}

#[test]
fn a_success_after_a_cancel_leaves_the_payment_cancelled_until_it_is_cancelled_once_more() {
    for (id, request) in [("w1", wallet("w1")), ("a1", scene::pay("a1", ""))] {
        let mut scene = Scene::new();
        scene.call(Operation::Pay, &request);
        assert_eq!(scene.code(Operation::Cancel, &cancel(id)), "SUCCESS");
        scene.gateway.succeed_late(scene.now, None, id).expect("paid too late");
        scene.advance(3);
        assert_eq!(scene.kinds(), ["PAYMENT_RESULT S"], "{id}: and nothing is captured");
        assert_eq!((scene.status(id).as_str(), &scene.attempt(id)["held"]), ("CANCELLED", &json!("4200")));
        assert_eq!(scene.inquire(id)["paymentTime"], Value::Null, "{id}");
        for _ in 0..2 {
            assert_eq!(scene.code(Operation::Cancel, &cancel(id)), "SUCCESS");
            assert_eq!(scene.attempt(id)["held"], "0");
        }
        assert_eq!(scene.attempt(id)["executed"]["cancel"], 2, "{id}");
        let before = scene.attempt(id);
        scene.advance(10 * 86_400);
        assert_eq!(scene.attempt(id), before, "{id}: nothing is left to send back");
    }
}

#[test]
fn a_success_after_a_cancel_is_sent_back_by_the_gateway_if_nobody_cancels_again() {
    let mut scene = Scene::new();
    scene.gateway.set_timings(&json!({"lateRefundMs": 60_000})).expect("timings");
    scene.call(Operation::Pay, &wallet("w1"));
    scene.pay("a1", "");
    for id in ["w1", "a1"] {
        scene.call(Operation::Cancel, &cancel(id));
        scene.gateway.succeed_late(scene.now, None, id).expect("paid too late");
    }
    scene.advance(59);
    assert_eq!(scene.attempt("w1")["held"], "4200");
    scene.advance(1);
    for id in ["w1", "a1"] {
        assert_eq!((scene.status(id).as_str(), &scene.attempt(id)["held"]), ("CANCELLED", &json!("0")));
        assert_eq!(scene.attempt(id)["executed"]["refund"], 0, "{id}: the merchant did nothing");
    }
    assert_eq!(scene.transactions("w1", "REFUND")[0]["transactionAmount"]["value"], "4200");
    assert_eq!(scene.transactions("a1", "VOID")[0]["transactionAmount"]["value"], "4200");
    assert_eq!(scene.told("REFUND_RESULT").len(), 0);
}

#[test]
fn a_payment_that_was_closed_becomes_a_success_when_it_is_paid_late() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &with_method("k1", "KONBINI", "JPY", "1000"));
    scene.advance(7 * 86_400);
    assert_eq!(scene.status("k1"), "FAIL");
    scene.gateway.succeed_late(scene.now, None, "k1").expect("paid too late");
    assert_eq!(scene.status("k1"), "SUCCESS");
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_PENDING S", "PAYMENT_RESULT F", "PAYMENT_RESULT S"]);
    assert_eq!(scene.attempt("k1")["held"], "1000");
    // The merchant may cancel it before the gateway sends it back, which it does after a day.
    scene.advance(86_400 - 4);
    assert_eq!(scene.attempt("k1")["held"], "1000");
    scene.advance(1);
    assert_eq!((scene.status("k1").as_str(), &scene.attempt("k1")["held"]), ("SUCCESS", &json!("0")));
}

#[test]
fn only_what_was_closed_or_cancelled_unpaid_can_be_paid_late() {
    let mut scene = Scene::new();
    scene.authorized("m1", "MANUAL");
    scene.pay("u1", "");
    scene.pay("f1", "");
    scene.act("f1", Outcome::Fail).expect("failed");
    scene.call(Operation::CreatePaymentSession, &session("s1", ""));
    scene.call(Operation::Cancel, &cancel("s1"));
    for id in ["m1", "u1", "f1", "s1"] {
        let refused = scene.gateway.succeed_late(scene.now, None, id);
        assert!(matches!(refused, Err(CompletionError::Invalid(_))), "{id}: {refused:?}");
    }
    assert_eq!(scene.gateway.succeed_late(scene.now, Some(CLIENT), "x1"), Err(CompletionError::Unknown));
}
