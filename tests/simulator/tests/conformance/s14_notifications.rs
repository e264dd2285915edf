//! Notifications.

use std::time::Duration;

use antom_simulator::core::{Completion, Operation, Outcome, Time};
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};

use crate::scene::{Scene, capture, changed, pay, refund};
use crate::support::{Merchant, NotifyServer, request_for};

async fn running() -> (Simulator, Merchant) {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    (simulator, merchant)
}

// rules 14.1
#[tokio::test]
async fn a_notification_is_signed_over_the_path_with_its_query() {
    let (simulator, merchant) = running().await;
    let server = NotifyServer::start(200).await;
    merchant.call("createPaymentSession", &request_for("a1", &server.url)).await;
    simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    simulator.advance(Duration::from_secs(3)).await;
    let received = server.take();
    assert!(!received.is_empty() && received.iter().all(|one| merchant.trusts(one)));
}

// rules 14.2
#[test]
fn payment_capture_and_refund_have_types_of_their_own() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "");
    scene.advance(5);
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    scene.advance(5);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S", "REFUND_RESULT S"]);
}

// rules 14.3
#[test]
fn a_pending_payment_is_told_with_status_s_and_is_not_paid() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Pending).expect("pending");
    scene.advance(5);
    assert_eq!(scene.kinds(), ["PAYMENT_PENDING S"]);
    assert_eq!(scene.status("a1"), "PENDING");
}

// rules 14.4
#[test]
fn a_payments_notification_has_no_payment_status() {
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    scene.advance(5);
    let told = &scene.told("PAYMENT_RESULT")[0];
    assert_eq!(told.get("paymentStatus"), None);
    for field in ["paymentRequestId", "paymentId", "paymentCreateTime", "paymentTime"] {
        assert!(told[field].is_string(), "{field}");
    }
    assert!(told["paymentResultInfo"].is_object());
    scene.pay("b1", "");
    scene.act("b1", Outcome::Fail).expect("failed");
    scene.advance(5);
    assert_eq!(scene.told("PAYMENT_RESULT")[1]["result"]["resultStatus"], "F");
}

// rules 14.5
#[test]
fn the_address_in_the_request_wins_over_the_contracts() {
    let mut scene = Scene::new();
    scene.agree(&json!({"paymentNotifyUrl": "http://127.0.0.1:1/dashboard"}));
    scene.authorized("a1", "");
    let without = changed(&pay("b1", ""), "paymentNotifyUrl", Value::Null);
    scene.call(Operation::Pay, &without);
    scene.act("b1", Outcome::Success).expect("paid");
    scene.advance(5);
    let urls: Vec<String> = scene.received.iter().map(|(_, send)| send.url.to_string()).collect();
    assert!(urls.contains(&"http://127.0.0.1:1/notify".to_owned()), "{urls:?}");
    assert!(urls.contains(&"http://127.0.0.1:1/dashboard".to_owned()), "{urls:?}");
}

// rules 14.6
#[tokio::test]
async fn only_http_200_with_success_acknowledges() {
    let (simulator, merchant) = running().await;
    for (status, sends) in [(200, 1), (500, 2)] {
        let server = NotifyServer::start(status).await;
        let id = format!("a{status}");
        merchant.call("createPaymentSession", &request_for(&id, &server.url)).await;
        simulator.complete(&id, &Completion::of(Outcome::Fail)).expect("failed");
        simulator.advance(Duration::from_secs(3 + 120)).await;
        assert_eq!(server.take().len(), sends, "HTTP {status}");
    }
}

// rules 14.7
#[test]
fn without_acknowledgement_there_are_eight_sends_in_24_hours() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Fail).expect("failed");
    scene.deaf = true;
    scene.advance(3 * 86_400);
    let log = scene.gateway.notification_view(0).expect("a notification");
    let times: Vec<i64> = log["tries"]
        .as_array()
        .expect("tries")
        .iter()
        .map(|one| Time::parse(one["at"].as_str().expect("a time")).expect("a time").epoch_millis() / 1_000)
        .collect();
    let gaps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [120, 600, 600, 3_600, 7_200, 21_600, 54_000]);
}

// rules 14.8
#[test]
fn the_same_notification_may_come_twice_and_the_capture_before_the_payment() {
    let mut scene = Scene::new();
    let rules = json!({"rules": [
        {"target": "notification:PAYMENT_RESULT", "script": [true], "do": {"kind": "reorder", "ms": 60_000}},
        {"target": "notification:CAPTURE_RESULT", "script": [true], "do": {"kind": "duplicate"}},
    ]});
    scene.gateway.set_faults(rules).expect("rules");
    scene.authorized("a1", "");
    scene.advance(120);
    assert_eq!(scene.kinds(), ["CAPTURE_RESULT S", "PAYMENT_RESULT S"]);
    assert_eq!(scene.received[0].1.copies, 2);
}

// rules 14.10
#[tokio::test]
async fn a_sample_can_be_sent_to_any_address() {
    let (_simulator, merchant) = running().await;
    let server = NotifyServer::start(200).await;
    let sample = json!({"url": server.url, "notifyType": "PAYMENT_RESULT"});
    let (status, _) = merchant.control("POST", "notifications/trigger", Some(sample)).await;
    assert_eq!(status, 200);
    let received = server.take();
    assert_eq!(received.len(), 1);
    assert!(merchant.trusts(&received[0]));
}

#[test]
fn a_capture_of_ones_own_is_told_as_well() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    scene.advance(10);
    assert_eq!(scene.told("CAPTURE_RESULT").len(), 1);
}
