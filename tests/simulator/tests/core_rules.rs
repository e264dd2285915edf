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

use antom_simulator::core::{Answer, Completion, CompletionError, GatewaySettings, Operation, Outcome, Seal};
use scene::{CLIENT, Scene, body_of, capture, changed, code_of, pay, refund, session};
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
