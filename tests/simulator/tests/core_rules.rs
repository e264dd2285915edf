//! The gateway's rules under virtual time: what is answered, what happens later, what the ledger says.
//! Sockets and signatures are tested in `shell`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use std::time::Duration;

use antom_simulator::core::{
    Answer, Completion, CompletionError, Delivery, GatewaySettings, NotificationFilter, Operation, Outcome,
    Seal, Time,
};
use scene::{ACKNOWLEDGED, CLIENT, Scene, body_of, capture, changed, code_of, pay, refund, session, wallet};
use serde_json::{Value, json};

#[test]
fn a_session_is_no_payment_until_a_buyer_tries() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    assert_eq!(code_of(&answer), "SUCCESS");
    assert_eq!(answer["paymentSessionData"].as_str().expect("data").split("&&").count(), 4);
    assert_eq!(answer["paymentSessionExpiryTime"], "2026-01-10T11:00:00+08:00");
    let inquiry = json!({"paymentRequestId": "a1"});
    assert_eq!(scene.code(Operation::InquiryPayment, &inquiry), "ORDER_NOT_EXIST");
    scene.act("a1", Outcome::Decline).expect("a failed try");
    assert_eq!(scene.status("a1"), "PROCESSING");
    scene.act("a1", Outcome::Success).expect("a second try in the same session");
    assert_eq!(scene.status("a1"), "SUCCESS");
    assert_eq!(scene.act("a1", Outcome::Success), Err(CompletionError::Final));
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S"]);
}

#[test]
fn an_automatic_capture_follows_two_seconds_after_the_authorization() {
    let mut scene = Scene::new();
    let payment_id = scene.authorized("a1", "");
    let inquiry = json!({"paymentId": payment_id});
    let entry = scene.call(Operation::InquiryPayment, &inquiry)["transactions"][0].clone();
    assert_eq!(
        (&entry["transactionType"], &entry["transactionResult"]["resultStatus"]),
        (&json!("CAPTURE"), &json!("U"))
    );
    scene.advance(1);
    assert_eq!(scene.attempt("a1")["captured"], "0");
    scene.advance(1);
    assert_eq!(scene.attempt("a1")["captured"], "4200");
    let entry = scene.call(Operation::InquiryPayment, &inquiry)["transactions"][0].clone();
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
fn an_unpaid_payment_is_closed_after_fourteen_minutes_and_then_told() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Cancel).expect("the buyer leaves");
    scene.advance(14 * 60 - 1);
    assert_eq!((scene.status("a1").as_str(), scene.received.len()), ("PROCESSING", 0));
    scene.advance(1);
    assert_eq!(scene.status("a1"), "FAIL");
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT F"]);
    assert_eq!(code_of(&body_of(&scene.received[0].1)), "ORDER_IS_CLOSED");
    assert_eq!(scene.act("a1", Outcome::Success), Err(CompletionError::Final));
}

#[test]
fn a_payment_expiry_time_in_the_request_wins() {
    let mut scene = Scene::new();
    let request = changed(&pay("a1", ""), "paymentExpiryTime", json!("2026-01-10T10:05:00+08:00"));
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
    scene.advance(300);
    assert_eq!(scene.status("a1"), "FAIL");
    let past = changed(&pay("a2", ""), "paymentExpiryTime", json!("2026-01-10T10:05:00+08:00"));
    assert_eq!(scene.code(Operation::Pay, &past), "PARAM_ILLEGAL");
}

#[test]
fn a_session_expires_after_an_hour_without_any_payment() {
    let mut scene = Scene::new();
    scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    scene.advance(3_600);
    assert_eq!(scene.act("a1", Outcome::Success), Err(CompletionError::Final));
    assert_eq!(scene.attempt("a1")["status"], "OPEN");
    assert_eq!(scene.received.len(), 0);
}

#[test]
fn a_failure_is_final_for_its_request_id() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    let act = Completion::of(Outcome::Fail).with_result_code("USER_BALANCE_NOT_ENOUGH");
    scene.gateway.complete(scene.now, None, "a1", &act).expect("failed");
    assert_eq!(scene.code(Operation::Pay, &pay("a1", "")), "USER_BALANCE_NOT_ENOUGH");
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT F"]);
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "a1"})), "SUCCESS");
    assert_eq!(scene.status("a1"), "FAIL");
    assert_eq!(scene.attempt("a1")["executed"]["cancel"], 0);
}

#[test]
fn a_pending_payment_is_told_as_pending_and_may_still_succeed() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Pending).expect("pending");
    scene.advance(3);
    assert_eq!(
        (scene.status("a1").as_str(), scene.kinds().as_slice()),
        ("PENDING", &["PAYMENT_PENDING S".to_owned()][..])
    );
    scene.act("a1", Outcome::Success).expect("paid after all");
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_PENDING S", "PAYMENT_RESULT S", "CAPTURE_RESULT S"]);
}

#[test]
fn the_same_id_means_the_same_content() {
    let mut scene = Scene::new();
    let first = scene.call(Operation::CreatePaymentSession, &session("a1", ""));
    assert_eq!(scene.call(Operation::CreatePaymentSession, &session("a1", "")), first);
    assert_eq!(scene.violations(), json!([]));
    let dearer = changed(&session("a1", ""), "paymentAmount.value", json!("4300"));
    assert_eq!(scene.code(Operation::CreatePaymentSession, &dearer), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(scene.code(Operation::Pay, &pay("a1", "")), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(scene.violations(), json!([{"rule": "same_id_other_content", "id": "a1"}]));
    let id = scene.authorized("m1", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &id, "4200"));
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &id, "4100")), "REPEAT_REQ_INCONSISTENT");
    scene.advance(2);
    scene.call(Operation::Refund, &refund("r1", &id, "100"));
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "200")), "REPEAT_REQ_INCONSISTENT");
    scene.advance(2);
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &id, "100")), "SUCCESS");
    assert_eq!(scene.attempt("m1")["refunded"], "100");
    assert_eq!(scene.violations().as_array().map(Vec::len), Some(3));
}

#[test]
fn a_change_beside_the_key_fields_is_replayed_but_remembered() {
    let mut scene = Scene::new();
    let first = scene.call(Operation::Pay, &pay("a1", ""));
    let other = changed(&pay("a1", ""), "order.orderDescription", json!("a table"));
    assert_eq!(scene.call(Operation::Pay, &other)["paymentId"], first["paymentId"]);
    assert_eq!(scene.violations(), json!([{"rule": "same_id_other_content", "id": "a1"}]));
}

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
fn the_outcome_of_a_send_from_before_a_reset_is_not_mixed_up_with_a_later_one() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.now = scene.now.after(Duration::from_secs(3));
    scene.gateway.run_to(scene.now);
    let old = scene.gateway.take_sends();
    scene.gateway.reset();
    scene.pay("a2", "");
    scene.act("a2", Outcome::Fail).expect("failed");
    let acknowledged = Delivery { status: Some(200), answer: ACKNOWLEDGED.to_owned(), error: None };
    scene.gateway.delivered(&old[0], acknowledged);
    let log = scene.gateway.notification_views(&NotificationFilter::default());
    assert_eq!(log[0]["status"], "pending");
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

#[test]
fn the_ledger_adds_up_what_an_order_holds() {
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    scene.authorized("a2", "MANUAL");
    scene.advance(5);
    let ledger = scene.gateway.ledger(None);
    assert_eq!(ledger["orders"]["order-a"]["held"], "8400");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "a2"})), "SUCCESS");
    let order = scene.gateway.ledger(Some(CLIENT))["orders"]["order-a"].clone();
    assert_eq!((&order["held"], &order["currency"]), (&json!("4200"), &json!("SGD")));
    assert_eq!(order["attempts"][0]["executed"], json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0}));
    assert_eq!(order["attempts"][1]["executed"], json!({"pay": 1, "capture": 0, "cancel": 1, "refund": 0}));
    assert_eq!(scene.gateway.ledger(Some("another client"))["orders"], json!({}));
}

#[test]
fn a_notification_without_acknowledgement_is_sent_eight_times_on_the_documented_schedule() {
    let mut scene = Scene::new();
    scene.deaf = true;
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.advance(200_000);
    let log = scene.gateway.notification_views(&NotificationFilter::default());
    assert_eq!((log.len(), &log[0]["status"]), (1, &json!("exhausted")));
    let tries = log[0]["tries"].as_array().expect("tries");
    let at = |one: &Value| Time::parse(one["at"].as_str().expect("a time")).expect("a time");
    let waits: Vec<u64> = tries.windows(2).map(|pair| at(&pair[1]).since(at(&pair[0])).as_secs()).collect();
    assert_eq!(waits, [120, 600, 600, 3_600, 7_200, 21_600, 54_000]);
    let stamps: std::collections::BTreeSet<_> =
        tries.iter().map(|one| one["requestTime"].to_string()).collect();
    assert_eq!(stamps.len(), 8, "each send carries a stamp of its own");
}

#[test]
fn resends_carry_the_first_stamp_if_asked_to() {
    let mut scene = Scene::new();
    scene.deaf = true;
    scene.gateway.set_timings(&json!({"resendStamp": "same"})).expect("timings");
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.advance(200_000);
    let log = scene.gateway.notification_views(&NotificationFilter::default());
    let tries = log[0]["tries"].as_array().expect("tries");
    assert!(tries.iter().all(|one| one["requestTime"] == "2026-01-10T10:00:03+08:00"));
    assert_eq!(tries.len(), 8);
}

#[test]
fn only_the_documented_answer_acknowledges() {
    let answer =
        |status: u16, text: &str| Delivery { status: Some(status), answer: text.to_owned(), error: None };
    assert!(answer(200, ACKNOWLEDGED).acknowledges());
    let short = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"}}"#;
    assert!(answer(200, short).acknowledges());
    for refused in [
        answer(201, ACKNOWLEDGED),
        answer(500, ACKNOWLEDGED),
        answer(200, ""),
        answer(200, "success"),
        answer(200, "{}"),
        answer(200, &ACKNOWLEDGED.replace("\"S\"", "\"F\"")),
        answer(200, &ACKNOWLEDGED.replace("SUCCESS", "FAIL")),
        Delivery::failed("no answer in time"),
    ] {
        assert!(!refused.acknowledges(), "{refused:?}");
    }
}

#[test]
fn bad_requests_get_a_failure_with_the_right_code_and_leave_no_trace() {
    let long = "x".repeat(65);
    let good = pay("a1", "");
    let bad: Vec<(&str, Value, &str)> = vec![
        ("productCode", json!("OTHER"), "PARAM_ILLEGAL"),
        ("paymentRequestId", Value::Null, "PARAM_ILLEGAL"),
        ("paymentRequestId", json!(7), "PARAM_ILLEGAL"),
        ("paymentRequestId", json!(long), "PARAM_ILLEGAL"),
        ("paymentRequestId", json!("a#1"), "PARAM_ILLEGAL"),
        ("paymentAmount", Value::Null, "PARAM_ILLEGAL"),
        ("paymentAmount.value", json!("0"), "PARAM_ILLEGAL"),
        ("paymentAmount.value", json!("10.00"), "PARAM_ILLEGAL"),
        ("paymentAmount.value", json!([]), "PARAM_ILLEGAL"),
        ("paymentAmount.currency", json!("sgd"), "PARAM_ILLEGAL"),
        ("paymentAmount.currency", json!("XXY"), "CURRENCY_NOT_SUPPORT"),
        ("paymentMethod", Value::Null, "PARAM_ILLEGAL"),
        ("paymentFactor", Value::Null, "PARAM_ILLEGAL"),
        ("paymentFactor.isAuthorization", json!(false), "PARAM_ILLEGAL"),
        ("paymentFactor.captureMode", json!("LATER"), "PARAM_ILLEGAL"),
        ("order", json!("order"), "PARAM_ILLEGAL"),
        ("order.referenceOrderId", json!(long), "PARAM_ILLEGAL"),
        ("order.orderDescription", json!("椅子"), "PARAM_ILLEGAL"),
        ("order.goods", json!([{"goodsName": "y".repeat(257)}]), "PARAM_ILLEGAL"),
        ("paymentRedirectUrl", Value::Null, "PARAM_ILLEGAL"),
        ("paymentNotifyUrl", json!("z".repeat(2_049)), "PARAM_ILLEGAL"),
        ("env", Value::Null, "PARAM_ILLEGAL"),
        ("env.terminalType", json!("FRIDGE"), "PARAM_ILLEGAL"),
        ("env.terminalType", json!("APP"), "PARAM_ILLEGAL"),
    ];
    let mut scene = Scene::new();
    for (path, value, code) in bad {
        let answer = scene.call(Operation::Pay, &changed(&good, path, value.clone()));
        assert_eq!(
            (code_of(&answer).as_str(), &answer["result"]["resultStatus"]),
            (code, &json!("F")),
            "{path} {value}"
        );
    }
    assert_eq!(scene.gateway.payment_views(None).len(), 0);
    assert_eq!(scene.code(Operation::Pay, &good), "PAYMENT_IN_PROCESS");
}

#[test]
fn no_body_whatever_makes_the_gateway_stumble() {
    let mut scene = Scene::new();
    let bodies: [&[u8]; 8] = [b"", b"{", b"[]", b"null", b"\"x\"", b"{}", b"\xff\xfe", b"{\"paymentId\":{}}"];
    let operations = [
        "createPaymentSession",
        "pay",
        "inquiryPayment",
        "capture",
        "cancel",
        "refund",
        "inquiryRefund",
        "consult",
    ];
    for name in operations {
        let operation = Operation::named(name).expect("an operation");
        for body in bodies {
            let Answer::Body(text, Seal::Good) = scene.raw(operation, body) else { panic!("{name}") };
            let answer: Value = serde_json::from_str(&text).expect("a JSON answer");
            assert_eq!(answer["result"]["resultStatus"], "F", "{name} {body:?}");
        }
    }
}

#[test]
fn booleans_and_amounts_may_come_as_other_json_types() {
    let mut scene = Scene::new();
    let request = changed(&pay("a1", ""), "paymentFactor.isAuthorization", json!("true"));
    let request = changed(&request, "paymentAmount.value", json!(4_200));
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
}

#[test]
fn test_cards_in_the_request_settle_the_payment_at_once() {
    let with_card = |id: &str, number: &str, month: &str, cvv: &str, three_ds: bool| {
        let card = json!({"cardNo": number, "expiryYear": "30", "expiryMonth": month, "cvv": cvv,
                          "is3DSAuthentication": three_ds});
        changed(&pay(id, ""), "paymentMethod.paymentMethodMetaData", card)
    };
    let mut scene = Scene::new();
    for (id, number, month, cvv, three_ds, code) in [
        ("a1", "4054695723100768", "12", "123", false, "SUCCESS"),
        ("a2", "4054695723100768", "12", "123", true, "PAYMENT_IN_PROCESS"),
        ("a3", "4035501000000008", "12", "123", true, "SUCCESS"),
        ("a4", "4054692760174822", "12", "123", false, "DO_NOT_HONOR"),
        ("a5", "4111111111111111", "12", "123", false, "INVALID_CARD_NUMBER"),
        ("a6", "4054695723100768", "13", "123", false, "INVALID_EXPIRATION_DATE"),
        ("a7", "4054695723100768", "12", "99", false, "INVALID_PAYMENT_METHOD_META_DATA"),
    ] {
        let answer = scene.call(Operation::Pay, &with_card(id, number, month, cvv, three_ds));
        assert_eq!(code_of(&answer), code, "{id}");
        assert!(!answer.to_string().contains(number), "card numbers are never echoed");
    }
    let risky = changed(&pay("r1", ""), "paymentAmount.value", json!("11"));
    assert_eq!(scene.code(Operation::Pay, &risky), "RISK_REJECT");
}

#[test]
fn faults_before_the_effect_leave_no_payment_and_those_after_it_do() {
    for (kind, effect, payments, answer) in [
        ("timeout_before_effect", false, 0, Answer::Close),
        ("timeout_after_effect", false, 1, Answer::Close),
        ("drop", false, 0, Answer::Close),
        ("drop", true, 1, Answer::Close),
        ("status", false, 0, Answer::Status(502)),
        ("status", true, 1, Answer::Status(502)),
    ] {
        let mut scene = Scene::new();
        let fault = json!({"kind": kind, "ms": 0, "status": 502, "effect": effect});
        let plan = json!({"rules": [{"target": "pay", "script": [true], "do": fault}]});
        scene.gateway.set_faults(plan).expect("a plan");
        let body = pay("a1", "").to_string();
        assert_eq!(scene.raw(Operation::Pay, body.as_bytes()), answer, "{kind}");
        assert_eq!(scene.gateway.payment_views(None).len(), payments, "{kind} {effect}");
        assert_eq!(scene.code(Operation::Pay, &pay("a1", "")), "PAYMENT_IN_PROCESS");
        assert_eq!(scene.gateway.payment_views(None).len(), 1);
    }
}

#[test]
fn faults_spoil_bodies_and_seals() {
    let plan = |target: &str, kind: &str| json!({"rules": [{"target": target, "probability": 1, "do": {"kind": kind}}]});
    let mut scene = Scene::new();
    let inquire = json!({"paymentRequestId": "a1"}).to_string();
    scene.authorized("a1", "");
    let mut spoilt = |kind: &str| {
        scene.gateway.set_faults(plan("inquiryPayment", kind)).expect("a plan");
        match scene.raw(Operation::InquiryPayment, inquire.as_bytes()) {
            Answer::Body(text, seal) => (serde_json::from_str::<Value>(&text).expect("JSON"), seal),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(spoilt("wrong_amount").0["paymentAmount"]["value"], "4201");
    assert_eq!(spoilt("unknown_enum").0["paymentStatus"], "NEWLY_INVENTED");
    assert!(spoilt("unknown_field").0["fieldOfTheFuture"].is_object());
    assert_eq!(spoilt("bad_signature").1, Seal::Bad);
    assert_eq!(spoilt("no_signature").1, Seal::Missing);
    assert_eq!(spoilt("duplicate").1, Seal::Good);
    scene.gateway.set_faults(plan("notification:PAYMENT_RESULT", "wrong_amount")).expect("a plan");
    scene.advance(3);
    assert_eq!(body_of(&scene.received[0].1)["paymentAmount"]["value"], "4201");
    assert_eq!(body_of(&scene.received[1].1)["captureAmount"]["value"], "4200");
}

#[test]
fn a_reordered_notification_is_overtaken_by_the_next_one() {
    let mut scene = Scene::new();
    let rule = json!({"target": "notification:PAYMENT_RESULT", "script": [true], "do": {"kind": "reorder"}});
    scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
    scene.authorized("a1", "");
    scene.advance(20);
    assert_eq!(scene.kinds(), ["CAPTURE_RESULT S", "PAYMENT_RESULT S"]);
}

#[test]
fn lost_notifications_come_again_on_schedule() {
    let mut scene = Scene::new();
    let rule = json!({"target": "notification:*", "script": [true], "do": {"kind": "drop"}});
    scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.advance(3);
    assert_eq!(scene.received.len(), 0);
    scene.advance(120);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT F"]);
    scene.advance(100_000);
    assert_eq!(scene.received.len(), 1);
}

#[test]
fn a_scenario_answers_every_call_of_an_operation_for_its_time() {
    let mut scene = Scene::new();
    let input = json!({"api": "pay", "resultCode": "SYSTEM_ERROR", "minutes": 30});
    scene.gateway.start_scenario(scene.now, input).expect("a scenario");
    assert_eq!(scene.code(Operation::Pay, &pay("a1", "")), "SYSTEM_ERROR");
    assert_eq!(scene.code(Operation::Pay, &json!({})), "SYSTEM_ERROR");
    assert_eq!(scene.code(Operation::CreatePaymentSession, &session("a2", "")), "SUCCESS");
    scene.advance(30 * 60);
    assert_eq!(scene.code(Operation::Pay, &pay("a1", "")), "PAYMENT_IN_PROCESS");
    for wrong in [
        json!({"api": "pray", "resultCode": "SYSTEM_ERROR", "minutes": 30}),
        json!({"api": "pay", "resultCode": "NO_SUCH_CODE", "minutes": 30}),
        json!({"api": "pay", "resultCode": "SYSTEM_ERROR", "minutes": 31}),
    ] {
        assert!(scene.gateway.start_scenario(scene.now, wrong).is_err());
    }
}

#[test]
fn magic_amounts_work_only_when_they_are_switched_on() {
    let amount = |id: &str, value: &str| changed(&pay(id, ""), "paymentAmount.value", json!(value));
    let mut scene = Scene::new();
    assert_eq!(scene.code(Operation::Pay, &amount("a1", "9901")), "PAYMENT_IN_PROCESS");
    let mut scene = Scene::with(GatewaySettings { magic_amounts: true, ..GatewaySettings::default() });
    assert_eq!(scene.code(Operation::Pay, &amount("a1", "9901")), "UNKNOWN_EXCEPTION");
    assert_eq!(scene.raw(Operation::Pay, amount("a2", "9902").to_string().as_bytes()), Answer::Close);
    for (id, value) in [("a3", "9903"), ("a4", "9904")] {
        assert_eq!(scene.code(Operation::Pay, &amount(id, value)), "PAYMENT_IN_PROCESS");
    }
    assert_eq!(
        scene.code(Operation::InquiryPayment, &json!({"paymentRequestId": "a3"})),
        "UNKNOWN_EXCEPTION"
    );
    assert_eq!(scene.raw(Operation::InquiryPayment, br#"{"paymentRequestId":"a4"}"#), Answer::Close);
}

#[test]
fn clients_do_not_see_each_other() {
    let mut scene = Scene::new();
    let id = scene.authorized("a1", "");
    let body = json!({"paymentId": id}).to_string();
    let other = scene.gateway.call(scene.now, "SANDBOX_OTHER", Operation::Cancel, body.as_bytes());
    let Answer::Body(text, _) = other.answer else { panic!("an answer") };
    assert!(text.contains("ORDER_NOT_EXIST"));
}
