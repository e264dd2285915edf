//! Notifications: what they say, where they go, in which order, how often, and what acknowledges them.
//! Their signatures and the posting are tested in `shell`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use std::time::Duration;

use antom_simulator::core::{Answer, Delivery, NotificationFilter, Operation, Outcome, Seal, Time};
use scene::{ACKNOWLEDGED, CLIENT, Scene, body_of, capture, changed, pay, refund, session, wallet};
use serde_json::{Value, json};

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

/// The moments of the tries of the first notification, in seconds after the first one.
fn tries(scene: &Scene) -> Vec<u64> {
    let log = scene.gateway.notification_views(&NotificationFilter::default());
    let at = |one: &Value| Time::parse(one["at"].as_str().expect("a time")).expect("a time");
    let tries = log[0]["tries"].as_array().expect("tries");
    tries.iter().map(|one| at(one).since(at(&tries[0])).as_secs()).collect()
}

#[test]
fn a_ninth_send_is_a_matter_of_the_waits() {
    let mut scene = Scene::new();
    scene.deaf = true;
    let waits = [0, 0, 120, 600, 600, 3_600, 7_200, 21_600, 54_000].map(|seconds: u64| seconds * 1_000);
    scene.gateway.set_timings(&json!({"resendWaitsMs": waits})).expect("timings");
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.advance(200_000);
    assert_eq!(tries(&scene), [0, 0, 120, 720, 1_320, 4_920, 12_120, 33_720, 87_720]);
}

#[test]
fn an_acknowledgement_ends_the_sends_at_any_point() {
    let mut scene = Scene::new();
    scene.deaf = true;
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.advance(3 + 120 + 600);
    scene.deaf = false;
    scene.advance(100_000);
    assert_eq!(tries(&scene), [0, 120, 720, 1_320]);
    assert_eq!(scene.received.len(), 1);
}

#[test]
fn what_surrounds_the_acknowledgement_does_not_matter() {
    let answer = |text: &str| Delivery { status: Some(200), answer: text.to_owned(), error: None };
    for tolerated in [
        r#" {"result": {"resultMessage": "Success.", "resultStatus": "S", "resultCode": "SUCCESS"}} "#,
        r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"},"more":[1]}"#,
        r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":""}}"#,
    ] {
        assert!(answer(tolerated).acknowledges(), "{tolerated}");
    }
    for refused in [
        r#"{"resultCode":"SUCCESS","resultStatus":"S"}"#,
        r#"{"result":{"resultCode":"success","resultStatus":"S"}}"#,
        r#"{"result":{"resultCode":"SUCCESS","resultStatus":"s"}}"#,
        r#"{"result":{"resultStatus":"S"}}"#,
        r#"{"result":{"resultCode":"SUCCESS","resultStatus":true}}"#,
    ] {
        assert!(!answer(refused).acknowledges(), "{refused}");
    }
}

#[test]
fn a_payments_notification_has_every_documented_field() {
    let mut scene = Scene::new();
    let request = changed(&pay("a1", ""), "metadata", json!("{\"shelf\":7}"));
    let request = changed(&request, "settlementStrategy", json!({"settlementCurrency": "USD"}));
    let payment_id = scene.call(Operation::Pay, &request)["paymentId"].clone();
    scene.advance(1);
    scene.act("a1", Outcome::Success).expect("paid");
    scene.advance(5);
    let told = scene.told("PAYMENT_RESULT")[0].clone();
    assert_eq!(told["paymentRequestId"], "a1");
    assert_eq!(told["paymentId"], payment_id);
    assert_eq!(told["paymentAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert_eq!(told["paymentCreateTime"], "2026-01-10T10:00:00+08:00");
    assert_eq!(told["paymentTime"], "2026-01-10T10:00:01+08:00");
    assert_eq!(told["authExpiryTime"], "2026-01-17T10:00:01+08:00");
    assert_eq!(told["metadata"], "{\"shelf\":7}");
    assert_eq!(told["paymentResultInfo"]["cardBrand"], "VISA");
    assert_eq!(told["acquirerReferenceNo"].as_str().map(str::len), Some(23));
    assert_eq!(told["settlementQuote"]["quoteCurrencyPair"], "USD/SGD");
    assert_eq!(told["grossSettlementAmount"]["currency"], "USD");
    assert_eq!(told["paymentStatus"], Value::Null, "the type and the result say it");
    let inquired = scene.inquire("a1");
    for name in ["paymentTime", "authExpiryTime", "metadata", "grossSettlementAmount", "settlementQuote"] {
        assert_eq!(inquired[name], told[name], "{name}");
    }
    let captured = scene.told("CAPTURE_RESULT")[0].clone();
    for name in ["captureRequestId", "captureId", "captureTime", "acquirerReferenceNo"] {
        assert!(captured[name].is_string(), "{name}");
    }
    assert_eq!(captured["captureAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert_eq!(captured["paymentId"], payment_id);
}

#[test]
fn without_a_url_in_the_request_the_dashboards_is_used() {
    let without = changed(&pay("a1", ""), "paymentNotifyUrl", Value::Null);
    for (settings, expected) in [
        (json!({}), vec![]),
        (json!({"paymentNotifyUrl": "http://127.0.0.1:1/shop"}), vec!["http://127.0.0.1:1/shop"; 2]),
    ] {
        let mut scene = Scene::new();
        scene.agree(&settings);
        scene.call(Operation::Pay, &without);
        scene.act("a1", Outcome::Success).expect("paid");
        scene.advance(5);
        let urls: Vec<&str> = scene.received.iter().map(|(_, send)| send.url.as_str()).collect();
        assert_eq!(urls, expected);
    }
    let mut scene = Scene::new();
    scene.agree(&json!({"paymentNotifyUrl": "http://127.0.0.1:1/shop"}));
    scene.authorized("b1", "");
    scene.advance(5);
    assert!(scene.received.iter().all(|(_, send)| send.url.as_str() == "http://127.0.0.1:1/notify"));
}

#[test]
fn a_notification_may_be_arranged_to_come_later_or_never() {
    let mut scene = Scene::new();
    let later = json!({"notifyType": "PAYMENT_RESULT", "afterMs": 60_000});
    scene.arrange("a1", json!({"notifications": later}));
    scene.arrange("b1", json!({"notifications": [{"notifyType": "CAPTURE_RESULT", "never": true}]}));
    scene.authorized("a1", "");
    scene.advance(30);
    assert_eq!(scene.kinds(), ["CAPTURE_RESULT S"], "a capture before its payment");
    scene.advance(30);
    assert_eq!(scene.kinds(), ["CAPTURE_RESULT S", "PAYMENT_RESULT S"]);
    scene.authorized("b1", "");
    scene.advance(100_000);
    assert_eq!(scene.kinds().len(), 3);
    let filter =
        NotificationFilter { payment_request_id: Some("b1".to_owned()), ..NotificationFilter::default() };
    let log = scene.gateway.notification_views(&filter);
    let standings: Vec<&Value> = log.iter().map(|one| &one["status"]).collect();
    assert_eq!(standings, ["acknowledged", "withheld"]);
    assert_eq!(scene.attempt("b1")["captured"], "4200");
}

/// The types of the notifications that must be acknowledged before the answer leaves, and the code of the answer.
fn told_first(scene: &mut Scene, operation: Operation, request: &Value) -> (Vec<String>, String) {
    let rule = json!({"target": operation.name(), "script": [true], "do": {"kind": "notify_first"}});
    scene.gateway.set_faults(json!({"rules": [rule]})).expect("a plan");
    let handled = scene.gateway.call(scene.now, CLIENT, operation, request.to_string().as_bytes());
    let Answer::Body(text, Seal::Good) = handled.answer else { panic!("an answer") };
    let answer: Value = serde_json::from_str(&text).expect("a JSON answer");
    assert!(handled.after.iter().all(|one| !scene.gateway.is_told(*one)), "not before the merchant answers");
    scene.advance(0);
    assert!(handled.after.iter().all(|one| scene.gateway.is_told(*one)));
    let view = |one: &usize| scene.gateway.notification_view(*one).expect("a notification");
    let kinds = handled.after.iter().map(|one| view(one)["notifyType"].as_str().expect("a type").to_owned());
    (kinds.collect(), scene::code_of(&answer))
}

#[test]
fn a_notification_may_overtake_the_answer_to_the_call_that_causes_it() {
    let mut scene = Scene::new();
    let first = |kind: &str, code: &str| (vec![kind.to_owned()], code.to_owned());
    let request = pay("m1", "MANUAL");
    assert_eq!(
        told_first(&mut scene, Operation::Pay, &request),
        first("PAYMENT_RESULT", "PAYMENT_IN_PROCESS")
    );
    let id = scene.inquire("m1")["paymentId"].as_str().expect("an id").to_owned();
    assert_eq!(
        told_first(&mut scene, Operation::Capture, &capture("c1", &id, "4200")),
        first("CAPTURE_RESULT", "CAPTURE_IN_PROCESS")
    );
    assert_eq!(
        told_first(&mut scene, Operation::Refund, &refund("r1", &id, "4200")),
        first("REFUND_RESULT", "REFUND_IN_PROCESS")
    );
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S", "REFUND_RESULT S"]);
    scene.advance(100);
    assert_eq!(scene.kinds().len(), 3, "each is told once");
    let nothing = told_first(&mut scene, Operation::CreatePaymentSession, &session("s1", ""));
    assert_eq!(nothing, (vec![], "SUCCESS".to_owned()));
}

#[test]
fn the_log_holds_every_try_with_what_was_answered() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &wallet("w1"));
    scene.act("w1", Outcome::Success).expect("paid");
    scene.advance(2);
    assert_eq!(scene.gateway.notification_views(&NotificationFilter::default())[0]["tries"], json!([]));
    scene.gateway.run_to(scene.now.after(Duration::from_secs(1)));
    let send = scene.gateway.take_sends().remove(0);
    let refused = Delivery { status: Some(500), answer: "no".to_owned(), error: None };
    scene.gateway.delivered(&send, refused);
    scene.now = scene.gateway.now();
    scene.advance(120);
    let entry = scene.gateway.notification_views(&NotificationFilter::default()).remove(0);
    assert_eq!(entry["status"], "acknowledged");
    assert_eq!(entry["url"], "http://127.0.0.1:1/notify");
    assert_eq!(entry["body"], body_of(&scene.received[0].1));
    let answers: Vec<(&Value, &Value)> = entry["tries"]
        .as_array()
        .expect("tries")
        .iter()
        .map(|one| (&one["status"], &one["answer"]))
        .collect();
    assert_eq!(answers, [(&json!(500), &json!("no")), (&json!(200), &json!(ACKNOWLEDGED))]);
}
