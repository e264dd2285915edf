//! Captures: which are allowed, how they end, what is told of them, and the end of the authorization.
//! Refunds of captured money are tested in `refunding`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{CompletionError, Operation, Outcome};
use scene::{CLIENT, Scene, body_of, capture, changed, code_of, pay};
use serde_json::{Value, json};

#[test]
fn an_automatic_capture_follows_two_seconds_after_the_authorization() {
    let mut scene = Scene::new();
    let payment_id = scene.authorized("a1", "");
    let inquiry = json!({"paymentId": payment_id});
    let entry = scene.call(Operation::InquiryPayment, &inquiry)["transactions"][1].clone();
    assert_eq!(
        (&entry["transactionType"], &entry["transactionResult"]["resultStatus"]),
        (&json!("CAPTURE"), &json!("U"))
    );
    scene.advance(1);
    assert_eq!(scene.attempt("a1")["captured"], "0");
    scene.advance(1);
    assert_eq!(scene.attempt("a1")["captured"], "4200");
    let entry = scene.call(Operation::InquiryPayment, &inquiry)["transactions"][1].clone();
    assert_eq!(entry["transactionResult"]["resultStatus"], "S");
    assert_eq!(scene.kinds(), Vec::<String>::new());
    scene.advance(1);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S"]);
    let (_, send) = &scene.received[1];
    assert_eq!(body_of(send)["captureAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert_eq!(body_of(send)["paymentId"], json!(payment_id));
}

#[test]
fn a_manual_capture_is_in_process_first_and_replays_its_end() {
    let mut scene = Scene::new();
    let payment_id = scene.authorized("a1", "MANUAL");
    scene.advance(10);
    let request = capture("c1", &payment_id, "4200");
    let answer = scene.call(Operation::Capture, &request);
    assert_eq!((code_of(&answer).as_str(), &answer["captureId"]), ("CAPTURE_IN_PROCESS", &Value::Null));
    assert_eq!(scene.code(Operation::Capture, &request), "CAPTURE_IN_PROCESS");
    assert_eq!(scene.attempt("a1")["executed"]["capture"], 0);
    scene.advance(2);
    let answer = scene.call(Operation::Capture, &request);
    assert_eq!(code_of(&answer), "SUCCESS");
    assert!(answer["captureId"].is_string());
    assert_eq!(scene.attempt("a1")["executed"]["capture"], 1);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S"]);
    assert_eq!(scene.violations(), json!([]));
}

#[test]
fn captures_are_refused_with_the_code_that_says_why() {
    let mut scene = Scene::new();
    let unpaid = scene.pay("u1", "MANUAL");
    let automatic = scene.authorized("a1", "AUTOMATIC");
    let manual = scene.authorized("m1", "MANUAL");
    let voided = scene.authorized("v1", "MANUAL");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": voided})), "SUCCESS");
    let yen = json!({"captureRequestId": "y", "paymentId": manual, "captureAmount": {"currency": "JPY", "value": "1"}});
    let refused = [
        (capture("c1", "2026", "1"), "AUTH_NOT_FOUND"),
        (capture("c2", &unpaid, "4200"), "AUTH_NOT_FOUND"),
        (capture("c3", &automatic, "4200"), "ORDER_STATUS_INVALID"),
        (capture("c4", &manual, "4201"), "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"),
        (capture("c5", &voided, "4200"), "AUTH_CANCELLED"),
        (yen, "CURRENCY_NOT_SUPPORT"),
        (capture("c6", &manual, "0"), "PARAM_ILLEGAL"),
    ];
    for (request, code) in &refused {
        assert_eq!(&scene.code(Operation::Capture, request), code, "{request}");
        assert_eq!(&scene.code(Operation::Capture, request), code, "the same again");
    }
    assert_eq!(scene.violations(), json!([{"rule": "capture_exceeds_authorization", "id": "c4"}]));
}

#[test]
fn captures_never_exceed_the_authorization_in_sum() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4000")), "CAPTURE_IN_PROCESS");
    assert_eq!(
        scene.code(Operation::Capture, &capture("c2", &id, "201")),
        "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"
    );
    assert_eq!(scene.code(Operation::Capture, &capture("c3", &id, "200")), "CAPTURE_IN_PROCESS");
    scene.advance(2);
    assert_eq!(scene.attempt("m1")["captured"], "4200");
    assert_eq!(scene.attempt("m1")["executed"]["capture"], 2);
}

#[test]
fn an_authorization_that_nobody_captures_is_voided_after_seven_days() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    scene.advance(7 * 86_400 - 1);
    assert_eq!(scene.attempt("m1")["held"], "4200");
    scene.advance(1);
    let attempt = scene.attempt("m1");
    assert_eq!((&attempt["held"], &attempt["voided"]), (&json!("0"), &json!("4200")));
    assert_eq!(attempt["executed"]["cancel"], 0);
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4200")), "AUTH_EXPIRED");
}

#[test]
fn a_failed_capture_frees_its_amount_for_another_id() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    scene.arrange("m1", json!({"capture": {"outcome": "fail", "resultCode": "USER_BALANCE_NOT_ENOUGH"}}));
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4200")), "CAPTURE_IN_PROCESS");
    scene.advance(3);
    let told = scene.told("CAPTURE_RESULT");
    assert_eq!(code_of(&told[0]), "USER_BALANCE_NOT_ENOUGH");
    assert_eq!(told[0]["result"]["resultStatus"], "F");
    assert_eq!(told[0]["captureRequestId"], "c1");
    assert_eq!(told[0]["acquirerReferenceNo"], Value::Null);
    let entry = &scene.transactions("m1", "CAPTURE")[0];
    assert_eq!(
        (&entry["transactionStatus"], &entry["transactionResult"]["resultStatus"]),
        (&json!("FAIL"), &json!("F"))
    );
    // Final for its id, but not for the authorization.
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4200")), "USER_BALANCE_NOT_ENOUGH");
    assert_eq!(scene.attempt("m1")["captured"], "0");
    assert_eq!(scene.attempt("m1")["held"], "4200");
    assert_eq!(scene.code(Operation::Capture, &capture("c2", &id, "4200")), "CAPTURE_IN_PROCESS");
    scene.advance(2);
    assert_eq!(scene.attempt("m1")["captured"], "4200");
    assert_eq!(scene.violations(), json!([]));
}

#[test]
fn a_capture_may_be_refused_or_done_in_its_answer() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    scene.arrange("m1", json!({"capture": [{"outcome": "refuse"}, {"outcome": "succeed", "afterMs": 0}]}));
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4200")), "PROCESS_FAIL");
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4200")), "PROCESS_FAIL", "replayed");
    assert_eq!(scene.transactions("m1", "CAPTURE").len(), 0);
    let answer = scene.call(Operation::Capture, &capture("c2", &id, "4200"));
    assert_eq!(code_of(&answer), "SUCCESS");
    assert_eq!(answer["captureTime"], "2026-01-10T10:00:00+08:00");
    assert_eq!(scene.attempt("m1")["captured"], "4200");
}

#[test]
fn an_answer_without_a_result_says_nothing_of_the_capture() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    let rule = json!({"target": "capture", "script": [true], "do": {"kind": "no_result"}});
    scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
    let request = capture("c1", &id, "4200");
    assert_eq!(scene.call(Operation::Capture, &request)["result"], Value::Null);
    scene.advance(2);
    assert_eq!(scene.code(Operation::Capture, &request), "SUCCESS");
    assert_eq!(scene.attempt("m1")["executed"]["capture"], 1);
}

#[test]
fn a_capture_may_stay_in_process_until_its_end_is_arranged() {
    let mut scene = Scene::new();
    let id = scene.authorized("m1", "MANUAL");
    scene.arrange("m1", json!({"capture": {"outcome": "stay"}}));
    let request = capture("c1", &id, "4200");
    assert_eq!(scene.code(Operation::Capture, &request), "CAPTURE_IN_PROCESS");
    scene.advance(86_400);
    assert_eq!(scene.code(Operation::Capture, &request), "CAPTURE_IN_PROCESS");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": id})), "ORDER_STATUS_INVALID");
    scene.end_capture("m1", "c1", "succeed").expect("ended");
    assert_eq!(scene.code(Operation::Capture, &request), "SUCCESS");
    assert_eq!(scene.end_capture("m1", "c1", "fail"), Err(CompletionError::Final));
    assert_eq!(scene.end_capture("m1", "c9", "fail"), Err(CompletionError::Unknown));
    assert_eq!(scene.attempt("m1")["captured"], "4200");
}

#[test]
fn an_automatic_capture_may_fail() {
    let mut scene = Scene::new();
    // Arranged before the payment is there.
    scene.arrange("a1", json!({"capture": {"outcome": "fail", "resultCode": "RISK_REJECT"}}));
    let id = scene.authorized("a1", "");
    scene.advance(5);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT F"]);
    assert_eq!(scene.status("a1"), "SUCCESS");
    assert_eq!(scene.attempt("a1")["captured"], "0");
    assert_eq!(scene.attempt("a1")["held"], "4200");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": id})), "SUCCESS");
    assert_eq!(scene.attempt("a1")["held"], "0");
}

#[test]
fn a_contract_may_allow_one_capture_of_the_whole_amount_only() {
    let mut scene = Scene::new();
    scene.agree(&json!({"captures": "full"}));
    let id = scene.authorized("m1", "MANUAL");
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4199")), "INVALID_CONTRACT");
    assert_eq!(
        scene.code(Operation::Capture, &capture("c2", &id, "4201")),
        "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"
    );
    assert_eq!(scene.code(Operation::Capture, &capture("c3", &id, "4200")), "CAPTURE_IN_PROCESS");
    assert_eq!(scene.code(Operation::Capture, &capture("c4", &id, "1")), "MULTI_CAPTURE_NOT_SUPPORTED");
    let violations = json!([
        {"rule": "capture_exceeds_authorization", "id": "c2"},
        {"rule": "capture_exceeds_authorization", "id": "c4"},
    ]);
    assert_eq!(scene.violations(), violations);
}

#[test]
fn a_contract_with_a_single_capture_releases_the_rest() {
    let mut scene = Scene::new();
    scene.agree(&json!({"captures": "single"}));
    let id = scene.authorized("m1", "MANUAL");
    scene.arrange("m1", json!({"capture": {"outcome": "fail"}}));
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "3000")), "CAPTURE_IN_PROCESS");
    assert_eq!(scene.code(Operation::Capture, &capture("c2", &id, "1000")), "MULTI_CAPTURE_NOT_SUPPORTED");
    scene.advance(2);
    assert_eq!(
        scene.code(Operation::Capture, &capture("c3", &id, "3000")),
        "CAPTURE_IN_PROCESS",
        "after a failure"
    );
    scene.advance(2);
    let attempt = scene.attempt("m1");
    assert_eq!(
        (&attempt["captured"], &attempt["voided"], &attempt["held"]),
        (&json!("3000"), &json!("1200"), &json!("3000"))
    );
    assert_eq!(scene.violations(), json!([]));
}

#[test]
fn the_last_of_several_captures_releases_the_rest() {
    for (id, field, value) in [("m1", "isLastCapture", json!(true)), ("m2", "captureType", json!("FINAL"))] {
        let mut scene = Scene::new();
        let payment_id = scene.authorized(id, "MANUAL");
        let first = changed(&capture("c1", &payment_id, "1000"), "captureType", json!("NON_FINAL"));
        assert_eq!(scene.code(Operation::Capture, &first), "CAPTURE_IN_PROCESS");
        let last = changed(&capture("c2", &payment_id, "2000"), field, value);
        assert_eq!(scene.code(Operation::Capture, &last), "CAPTURE_IN_PROCESS");
        let late = capture("c3", &payment_id, "1200");
        assert_eq!(scene.code(Operation::Capture, &late), "ORDER_STATUS_INVALID", "{field}");
        assert_eq!(scene.attempt(id)["voided"], "0", "not before it is captured");
        scene.advance(2);
        let attempt = scene.attempt(id);
        assert_eq!(
            (&attempt["captured"], &attempt["voided"], &attempt["held"]),
            (&json!("3000"), &json!("1200"), &json!("3000"))
        );
        let void = &scene.transactions(id, "VOID")[0];
        assert_eq!(void["transactionAmount"]["value"], "1200");
    }
    let mut scene = Scene::new();
    let id = scene.authorized("m3", "MANUAL");
    let both = changed(&capture("c1", &id, "1000"), "captureType", json!("FINAL"));
    let both = changed(&both, "isLastCapture", json!("false"));
    assert_eq!(scene.code(Operation::Capture, &both), "PARAM_ILLEGAL");
}

#[test]
fn nothing_is_captured_while_the_gateway_reviews_the_payment() {
    let mut scene = Scene::new();
    let manual = scene.authorized("m1", "MANUAL");
    scene.authorized("a1", "");
    for id in ["m1", "a1"] {
        scene.review(id, "PROCESSING");
        assert_eq!(scene.inquire(id)["authReviewStatus"], "PROCESSING");
        assert_eq!(scene.status(id), "SUCCESS");
    }
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &manual, "4200")), "ORDER_STATUS_INVALID");
    assert_eq!(scene.violations(), json!([{"rule": "capture_under_review", "id": "c1"}]));
    scene.advance(3_600);
    assert_eq!(scene.attempt("a1")["captured"], "0");
    scene.review("a1", "ACCEPT");
    scene.advance(2);
    assert_eq!(scene.attempt("a1")["captured"], "4200");
    assert_eq!(scene.inquire("a1")["authReviewStatus"], "ACCEPT");
    scene.review("m1", "REJECT");
    assert_eq!(scene.code(Operation::Capture, &capture("c2", &manual, "4200")), "RISK_REJECT");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": manual})), "SUCCESS");
    assert_eq!(scene.attempt("m1")["held"], "0");
}

#[test]
fn a_payment_without_capture_of_its_own_cannot_be_captured() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &scene::wallet("w1"));
    scene.act("w1", Outcome::Success).expect("paid");
    let id = answer["paymentId"].as_str().expect("an id").to_owned();
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4200")), "ORDER_STATUS_INVALID");
    let korean = changed(&pay("k1", "MANUAL"), "paymentMethod.requireIssuerAuthentication", json!(true));
    let answer = scene.call(Operation::Pay, &korean);
    assert_eq!(code_of(&answer), "PARAM_ILLEGAL");
    assert!(answer["result"]["resultMessage"].as_str().expect("a message").contains("MANUAL"));
}

#[test]
fn a_capture_carries_the_acquirers_reference_where_the_contract_says_so() {
    for (settings, expected) in [(json!({}), true), (json!({"acquirerReferenceNo": false}), false)] {
        let mut scene = Scene::new();
        scene.agree(&settings);
        let id = scene.authorized("m1", "MANUAL");
        let request = capture("c1", &id, "4200");
        scene.call(Operation::Capture, &request);
        scene.advance(3);
        let answered = scene.call(Operation::Capture, &request)["acquirerReferenceNo"].clone();
        let told = scene.told("CAPTURE_RESULT")[0]["acquirerReferenceNo"].clone();
        assert_eq!(answered.is_string(), expected);
        assert_eq!(answered, told);
        if let Some(reference) = told.as_str() {
            assert!(reference.len() == 23 && reference.bytes().all(|b| b.is_ascii_digit()), "{reference}");
        }
    }
}

#[test]
fn the_contract_says_how_long_an_authorization_lives() {
    let mut scene = Scene::new();
    scene.agree(&json!({"authorizationExpiryMs": 3_600_000}));
    let id = scene.authorized("m1", "MANUAL");
    assert_eq!(scene.inquire("m1")["authExpiryTime"], "2026-01-10T11:00:00+08:00");
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "1000")), "CAPTURE_IN_PROCESS");
    scene.advance(3_600);
    let attempt = scene.attempt("m1");
    assert_eq!((&attempt["captured"], &attempt["voided"]), (&json!("1000"), &json!("3200")));
    assert_eq!(scene.status("m1"), "SUCCESS", "a part of it was captured");
    assert_eq!(scene.code(Operation::Capture, &capture("c2", &id, "1000")), "AUTH_EXPIRED");
}

#[test]
fn what_cannot_be_arranged_is_refused_and_changes_nothing() {
    let mut scene = Scene::new();
    scene.arrange("m1", json!({"capture": {"outcome": "stay"}}));
    for (input, hint) in [
        (json!({"capture": {"outcome": "vanish"}}), "vanish"),
        (
            json!({"capture": {"outcome": "fail", "resultCode": "REFUND_WINDOW_EXCEED"}}),
            "REFUND_WINDOW_EXCEED",
        ),
        (json!({"capture": {"outcome": "fail", "resultCode": "NO_SUCH_CODE"}}), "NO_SUCH_CODE"),
        (json!({"capture": {"outcome": "succeed", "resultCode": "PROCESS_FAIL"}}), "capture.resultCode"),
        (json!({"refund": [{"outcome": "fail"}, {"result": "fail"}]}), "result"),
        (json!({"notifications": {"notifyType": "CAPTURE_RESULT"}}), "afterMs"),
    ] {
        let error = scene.gateway.arrange(scene.now, None, CLIENT, "m1", &input).expect_err("a mistake");
        assert!(error.contains(hint), "{input}: {error}");
    }
    let arranged = scene.gateway.arrange(scene.now, None, CLIENT, "m1", &json!({})).expect("no change");
    assert_eq!(arranged["capture"][0]["outcome"], "stay");
    let id = scene.authorized("m1", "MANUAL");
    scene.code(Operation::Capture, &capture("c1", &id, "4200"));
    for (verdict, hint) in [
        (json!({"outcome": "bounce"}), "bounce"),
        (json!({"outcome": "succeed", "resultCode": "PROCESS_FAIL"}), "resultCode"),
        (json!({"outcome": "fail", "resultCode": "REFUND_WINDOW_EXCEED"}), "REFUND_WINDOW_EXCEED"),
        (json!({}), "outcome"),
    ] {
        match scene.gateway.end_capture(scene.now, None, "m1", "c1", verdict.clone()) {
            Err(CompletionError::Invalid(reason)) => assert!(reason.contains(hint), "{reason}"),
            other => panic!("{verdict}: {other:?}"),
        }
    }
    scene.advance(86_400);
    assert_eq!(scene.attempt("m1")["captured"], "0");
}
