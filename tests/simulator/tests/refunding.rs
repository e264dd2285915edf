//! Refunds: which are allowed, how they end, what is told of them, where it is told.
//! Cancels are tested in `cancelling`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{Answer, CompletionError, Operation, Outcome};
use scene::{Scene, body_of, capture, changed, code_of, refund, wallet, with_method};
use serde_json::{Value, json};

#[test]
fn refunds_of_cards_come_later_and_those_of_wallets_at_once() {
    let mut scene = Scene::new();
    let card = scene.authorized("c1", "");
    assert_eq!(scene.code(Operation::Refund, &refund("r0", &card, "1")), "ORDER_STATUS_INVALID");
    scene.advance(3);
    let answer = scene.call(Operation::Refund, &refund("r1", &card, "1200"));
    assert_eq!(code_of(&answer), "REFUND_IN_PROCESS");
    let inquiry = json!({"refundRequestId": "r1"});
    assert_eq!(scene.call(Operation::InquiryRefund, &inquiry)["refundStatus"], "PROCESSING");
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &card, "3001")), "REFUND_AMOUNT_EXCEED");
    scene.advance(2);
    assert_eq!(scene.call(Operation::InquiryRefund, &inquiry)["refundStatus"], "SUCCESS");
    let by_id = json!({"refundId": answer["refundId"]});
    assert_eq!(scene.call(Operation::InquiryRefund, &by_id)["refundRequestId"], "r1");
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S", "REFUND_RESULT S"]);
    let notification = body_of(&scene.received[2].1);
    assert_eq!(
        (&notification["refundStatus"], &notification["paymentId"]),
        (&json!("SUCCESS"), &Value::Null)
    );
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": card})), "PROCESS_FAIL");
    let answer = scene.call(Operation::Pay, &wallet("w1"));
    scene.act("w1", Outcome::Success).expect("paid");
    let wallet_id = answer["paymentId"].as_str().expect("an id");
    assert_eq!(scene.code(Operation::Refund, &refund("r3", wallet_id, "4200")), "SUCCESS");
    assert_eq!(scene.attempt("w1")["held"], "0");
    assert_eq!(scene.attempt("c1")["held"], "3000");
    assert_eq!(scene.code(Operation::Refund, &refund("r4", "nobody", "1")), "ORDER_NOT_EXIST");
    assert_eq!(scene.code(Operation::InquiryRefund, &json!({"refundRequestId": "r9"})), "ORDER_NOT_EXIST");
    assert_eq!(scene.violations(), json!([{"rule": "refund_exceeds_captured", "id": "r2"}]));
}

/// A wallet payment that was paid.
fn paid(scene: &mut Scene, id: &str) -> String {
    let answer = scene.call(Operation::Pay, &wallet(id));
    scene.act(id, Outcome::Success).expect("paid");
    answer["paymentId"].as_str().expect("a payment id").to_owned()
}

fn inquiry(scene: &mut Scene, id: &str) -> Value {
    scene.call(Operation::InquiryRefund, &json!({"refundRequestId": id}))
}

#[test]
fn a_refund_that_fails_later_frees_its_amount_for_another_id() {
    let mut scene = Scene::new();
    let id = scene.authorized("c1", "");
    scene.advance(3);
    scene.arrange("c1", json!({"refund": {"outcome": "fail", "resultCode": "RISK_REJECT"}}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "4200")), "REFUND_IN_PROCESS");
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &id, "1")), "REFUND_AMOUNT_EXCEED");
    scene.advance(2);
    let told = scene.told("REFUND_RESULT")[0].clone();
    assert_eq!(
        (&told["refundStatus"], &told["result"]["resultStatus"], &told["result"]["resultCode"]),
        (&json!("FAIL"), &json!("F"), &json!("RISK_REJECT"))
    );
    assert_eq!(told["refundTime"], Value::Null);
    let inquired = inquiry(&mut scene, "r1");
    assert_eq!(code_of(&inquired), "SUCCESS", "the inquiry itself succeeds");
    assert_eq!(inquired["refundStatus"], "FAIL");
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "4200")), "RISK_REJECT");
    assert_eq!(scene.attempt("c1")["refunded"], "0");
    assert_eq!(scene.code(Operation::Refund, &refund("r3", &id, "4200")), "REFUND_IN_PROCESS");
    scene.advance(2);
    assert_eq!(scene.attempt("c1")["refunded"], "4200");
}

#[test]
fn the_result_of_a_failed_refunds_notification_may_speak_of_the_notification_only() {
    let mut scene = Scene::new();
    scene.agree(&json!({"failedRefundIsFailedResult": false}));
    let id = scene.authorized("c1", "");
    scene.advance(3);
    scene.arrange("c1", json!({"refund": {"outcome": "fail"}}));
    scene.call(Operation::Refund, &refund("r1", &id, "4200"));
    scene.advance(2);
    let told = scene.told("REFUND_RESULT")[0].clone();
    assert_eq!((&told["refundStatus"], &told["result"]["resultStatus"]), (&json!("FAIL"), &json!("S")));
}

#[test]
fn a_refund_may_be_refused_at_once_or_stay_in_process() {
    let mut scene = Scene::new();
    let id = paid(&mut scene, "w1");
    scene.arrange("w1", json!({"refund": [{"outcome": "refuse"}, {"outcome": "stay"}]}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "100")), "PROCESS_FAIL");
    assert_eq!(code_of(&inquiry(&mut scene, "r1")), "ORDER_NOT_EXIST");
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &id, "100")), "REFUND_IN_PROCESS");
    scene.advance(86_400);
    assert_eq!(inquiry(&mut scene, "r2")["refundStatus"], "PROCESSING");
    scene.end_refund("w1", "r2", "succeed").expect("ended");
    assert_eq!(inquiry(&mut scene, "r2")["refundStatus"], "SUCCESS");
    assert_eq!(scene.attempt("w1")["refunded"], "100");
}

#[test]
fn the_contract_and_the_request_say_whether_a_refund_is_done_at_once() {
    let mut scene = Scene::new();
    let wallet = paid(&mut scene, "w1");
    let later = changed(&refund("r1", &wallet, "100"), "isAsyncRefund", json!(true));
    assert_eq!(scene.code(Operation::Refund, &later), "REFUND_IN_PROCESS");
    scene.agree(&json!({"cardRefunds": "synchronous"}));
    let card = scene.authorized("c1", "");
    scene.advance(3);
    let answer = scene.call(Operation::Refund, &refund("r2", &card, "100"));
    assert_eq!(code_of(&answer), "SUCCESS");
    assert_eq!(answer["acquirerReferenceNo"].as_str().map(str::len), Some(23));
    assert_eq!(scene.told("REFUND_RESULT").len(), 1, "that of the refund which came later");
    scene.agree(&json!({"notifySynchronousRefunds": true}));
    scene.call(Operation::Refund, &refund("r3", &card, "100"));
    scene.advance(1);
    assert_eq!(scene.told("REFUND_RESULT")[1]["refundRequestId"], "r3");
}

#[test]
fn a_method_may_send_nothing_back_or_only_all_of_it_or_only_once() {
    for (kind, currency, first, first_code, second, second_code) in [
        ("KONBINI", "JPY", "1000", "REFUND_NOT_SUPPORTED", "1", "REFUND_NOT_SUPPORTED"),
        ("BILLEASE", "PHP", "999", "PARTIAL_REFUND_NOT_SUPPORTED", "1000", "SUCCESS"),
        ("GRABPAY_SG", "SGD", "400", "SUCCESS", "600", "MULTIPLE_REFUNDS_NOT_SUPPORTED"),
        ("GCASH", "PHP", "400", "SUCCESS", "600", "SUCCESS"),
        ("BLIK", "PLN", "400", "REFUND_IN_PROCESS", "600", "REFUND_IN_PROCESS"),
    ] {
        let mut scene = Scene::new();
        let answer = scene.call(Operation::Pay, &with_method("a1", kind, currency, "1000"));
        let id = answer["paymentId"].as_str().expect("an id").to_owned();
        scene.act("a1", Outcome::Success).expect("paid");
        let of = |name: &str, value: &str| {
            changed(&refund(name, &id, value), "refundAmount.currency", json!(currency))
        };
        assert_eq!(scene.code(Operation::Refund, &of("r1", first)), first_code, "{kind}");
        assert_eq!(scene.code(Operation::Refund, &of("r2", second)), second_code, "{kind}");
    }
}

#[test]
fn a_refund_is_not_smaller_than_the_least_payment_with_its_method() {
    for (kind, currency, amount, part, code) in [
        ("KAKAOPAY", "KRW", "1000", "49", "PARAM_ILLEGAL"),
        ("KAKAOPAY", "KRW", "1000", "50", "SUCCESS"),
        ("JKOPAY", "TWD", "1000", "150", "PARAM_ILLEGAL"),
        ("JKOPAY", "TWD", "1000", "200", "SUCCESS"),
    ] {
        let mut scene = Scene::new();
        let answer = scene.call(Operation::Pay, &with_method("a1", kind, currency, amount));
        let id = answer["paymentId"].as_str().expect("an id").to_owned();
        scene.act("a1", Outcome::Success).expect("paid");
        let request = changed(&refund("r1", &id, part), "refundAmount.currency", json!(currency));
        assert_eq!(scene.code(Operation::Refund, &request), code, "{kind} {part}");
    }
}

#[test]
fn a_refund_names_the_capture_where_there_were_several() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    let ids: Vec<String> = [("c1", "1000"), ("c2", "3000")]
        .into_iter()
        .map(|(name, value)| {
            let request = capture(name, &id, value);
            scene.call(Operation::Capture, &request);
            scene.advance(2);
            scene.call(Operation::Capture, &request)["captureId"].as_str().expect("an id").to_owned()
        })
        .collect();
    let plain = refund("r1", &id, "500");
    let answer = scene.call(Operation::Refund, &plain);
    assert_eq!(code_of(&answer), "PARAM_ILLEGAL");
    assert!(answer["result"]["resultMessage"].as_str().expect("a message").contains("captureId"));
    let of = |request: &Value, capture: &str| changed(request, "captureId", json!(capture));
    assert_eq!(scene.code(Operation::Refund, &of(&plain, "2026")), "PARAM_ILLEGAL");
    assert_eq!(
        scene.code(Operation::Refund, &of(&plain, &ids[0])),
        "REFUND_IN_PROCESS",
        "the same id, now whole"
    );
    let more = refund("r2", &id, "501");
    assert_eq!(scene.code(Operation::Refund, &of(&more, &ids[0])), "REFUND_AMOUNT_EXCEED");
    let other = refund("r3", &id, "3000");
    assert_eq!(scene.code(Operation::Refund, &of(&other, &ids[1])), "REFUND_IN_PROCESS");
}

#[test]
fn money_is_sent_back_only_where_there_is_some_and_the_window_is_open() {
    let mut scene = Scene::new();
    let unpaid = scene.pay("u1", "");
    let authorized = scene.authorized("m1", "MANUAL");
    let cancelled = scene.pay("x1", "");
    scene.call(Operation::Cancel, &json!({"paymentId": cancelled}));
    let closed = scene.pay("f1", "");
    scene.act("f1", Outcome::Fail).expect("failed");
    let wallet = paid(&mut scene, "w1");
    let foreign = changed(&refund("r6", &wallet, "100"), "refundAmount.currency", json!("USD"));
    for (request, code) in [
        (refund("r1", "2026", "100"), "ORDER_NOT_EXIST"),
        (refund("r2", &unpaid, "100"), "ORDER_STATUS_INVALID"),
        (refund("r3", &authorized, "100"), "ORDER_STATUS_INVALID"),
        (refund("r4", &cancelled, "100"), "ORDER_IS_CANCELED"),
        (refund("r5", &closed, "100"), "ORDER_IS_CLOSED"),
        (foreign, "CURRENCY_NOT_SUPPORT"),
    ] {
        assert_eq!(scene.code(Operation::Refund, &request), code, "{request}");
    }
    scene.agree(&json!({"refundWindowMs": 86_400_000}));
    scene.advance(86_400);
    assert_eq!(scene.code(Operation::Refund, &refund("r7", &wallet, "100")), "SUCCESS");
    scene.advance(1);
    assert_eq!(scene.code(Operation::Refund, &refund("r8", &wallet, "100")), "REFUND_WINDOW_EXCEED");
    assert_eq!(scene.violations(), json!([]));
}

#[test]
fn without_balance_a_refund_fails_for_good_and_another_id_works_when_there_is_some() {
    let mut scene = Scene::new();
    let id = paid(&mut scene, "w1");
    scene.agree(&json!({"balance": "empty"}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "100")), "MERCHANT_BALANCE_NOT_ENOUGH");
    scene.agree(&json!({"balance": "enough"}));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "100")), "MERCHANT_BALANCE_NOT_ENOUGH");
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &id, "100")), "SUCCESS");
}

#[test]
fn a_refund_is_told_where_it_asks_or_where_the_contract_says() {
    let with_url = |id: &str| refund("r1", id, "100");
    let without = |id: &str| changed(&with_url(id), "refundNotifyUrl", Value::Null);
    let dashboard = json!({"refundNotifyUrl": "http://127.0.0.1:1/dashboard"});
    let to_payment = json!({"refundsToPaymentUrl": true, "refundNotifyUrl": "http://127.0.0.1:1/dashboard"});
    for (settings, asks, expected) in [
        (json!({}), true, vec!["http://127.0.0.1:1/refunds"]),
        (json!({}), false, vec![]),
        (dashboard.clone(), true, vec!["http://127.0.0.1:1/refunds"]),
        (dashboard, false, vec!["http://127.0.0.1:1/dashboard"]),
        (to_payment, false, vec!["http://127.0.0.1:1/notify"]),
    ] {
        let mut scene = Scene::new();
        scene.agree(&settings);
        let id = scene.authorized("c1", "");
        scene.advance(3);
        let request = if asks { with_url(&id) } else { without(&id) };
        assert_eq!(scene.code(Operation::Refund, &request), "REFUND_IN_PROCESS");
        scene.advance(2);
        let told: Vec<&str> = scene
            .received
            .iter()
            .filter(|(_, send)| body_of(send)["notifyType"] == "REFUND_RESULT")
            .map(|(_, send)| send.url.as_str())
            .collect();
        assert_eq!(told, expected, "{settings}");
    }
}

#[test]
fn a_refunds_notification_has_every_documented_field_and_no_payment_id() {
    let mut scene = Scene::new();
    let id = scene.authorized("c1", "");
    scene.advance(3);
    let request = changed(&refund("r1", &id, "1200"), "metadata", json!("{\"case\":7}"));
    let refund_id = scene.call(Operation::Refund, &request)["refundId"].clone();
    scene.advance(2);
    let told = scene.told("REFUND_RESULT")[0].clone();
    let amount = json!({"currency": "SGD", "value": "1200"});
    assert_eq!(told["refundRequestId"], "r1");
    assert_eq!(told["refundId"], refund_id);
    assert_eq!((&told["refundAmount"], &told["actualRefundAmount"]), (&amount, &amount));
    assert_eq!(told["refundTime"], "2026-01-10T10:00:05+08:00");
    assert_eq!(told["refundStatus"], "SUCCESS");
    assert_eq!(told["metadata"], "{\"case\":7}");
    assert_eq!(told["arn"].as_str().map(str::len), Some(23));
    assert_eq!((&told["paymentId"], &told["paymentRequestId"]), (&Value::Null, &Value::Null));
    let inquired = inquiry(&mut scene, "r1");
    for name in ["refundAmount", "refundTime", "refundStatus", "metadata", "arn", "refundId"] {
        assert_eq!(inquired[name], told[name], "{name}");
    }
}

#[test]
fn a_bounced_refund_shows_in_the_ledger_alone() {
    let mut scene = Scene::new();
    let id = paid(&mut scene, "w1");
    scene.call(Operation::Refund, &refund("r1", &id, "4200"));
    assert_eq!(scene.attempt("w1")["held"], "0");
    scene.end_refund("w1", "r1", "bounce").expect("bounced");
    assert_eq!(
        (&scene.attempt("w1")["held"], &scene.attempt("w1")["refunded"]),
        (&json!("4200"), &json!("4200"))
    );
    assert_eq!(inquiry(&mut scene, "r1")["refundStatus"], "SUCCESS");
    scene.advance(86_400);
    assert_eq!(scene.told("REFUND_RESULT").len(), 0);
    assert_eq!(scene.code(Operation::Refund, &refund("r2", &id, "1")), "REFUND_AMOUNT_EXCEED");
    assert_eq!(scene.end_refund("w1", "r1", "bounce"), Err(CompletionError::Final));
}

#[test]
fn a_refund_whose_answer_was_lost_happens_once() {
    let mut scene = Scene::new();
    let id = paid(&mut scene, "w1");
    let rule = json!({"target": "refund", "script": [true], "do": {"kind": "drop", "effect": true}});
    scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
    let request = refund("r1", &id, "4200");
    assert_eq!(scene.raw(Operation::Refund, request.to_string().as_bytes()), Answer::Close);
    assert_eq!(scene.code(Operation::Refund, &request), "SUCCESS");
    assert_eq!(scene.attempt("w1")["executed"]["refund"], 1);
    assert_eq!(scene.violations(), json!([]));
}
