//! The control API's routes about money over real sockets: contract, arrangements, ends, review, late success.
//! What they lead to is tested in `capturing`, `cancelling`, `refunding` and `notifying`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "each suite uses its own part of the merchant")]
mod support;

use std::time::Duration;

use antom_simulator::core::{Completion, Outcome, Time};
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};
use support::{Answered, Merchant, NotifyServer, request_for};

async fn simulator() -> Simulator {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
    Simulator::start_with(settings).await.expect("a simulator")
}

fn code(answered: &Answered) -> &str {
    answered.body["result"]["resultCode"].as_str().unwrap_or("none")
}

/// An authorized payment that waits for a capture.
async fn authorized(simulator: &Simulator, merchant: &Merchant, id: &str, notify_url: &str) -> Value {
    let mut request = request_for(id, notify_url);
    request["paymentFactor"]["captureMode"] = json!("MANUAL");
    request["env"] = json!({"terminalType": "WEB"});
    let answered = merchant.call("pay", &request).await;
    simulator.complete(id, &Completion::of(Outcome::Success)).expect("paid");
    answered.body["paymentId"].clone()
}

fn capture(id: &str, payment_id: &Value) -> Value {
    json!({"captureRequestId": id, "paymentId": payment_id, "captureAmount": {"currency": "SGD", "value": "4200"}})
}

#[tokio::test]
async fn a_contract_is_shown_and_changed_for_each_client() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let (_, other) = merchant.control("POST", "clients", None).await;
    let other = format!("contract?clientId={}", other["clientId"].as_str().expect("an id"));
    let (status, changed) = merchant.control("PUT", &other, Some(json!({"captures": "full"}))).await;
    assert_eq!((status, &changed["captures"]), (200, &json!("full")));
    let (status, own) = merchant.control("GET", "contract", None).await;
    assert_eq!((status, &own["captures"]), (200, &json!("multiple")));
    let (status, problem) = merchant.control("PUT", &other, Some(json!({"captures": "none"}))).await;
    assert_eq!((status, &problem["error"]["code"]), (400, &json!("invalid_request")));
    assert_eq!(merchant.control("GET", "contract?clientId=SANDBOX_NOBODY", None).await.0, 404);
}

#[tokio::test]
async fn a_capture_that_stays_in_process_is_ended_by_hand() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let areas = json!({"capture": {"outcome": "stay"}, "refund": {"outcome": "stay"}});
    let (status, arranged) = merchant.control("POST", "payments/m1/arrange", Some(areas)).await;
    assert_eq!((status, &arranged["capture"][0]["outcome"]), (200, &json!("stay")));
    let id = authorized(&simulator, &merchant, "m1", "http://127.0.0.1:1/").await;
    assert_eq!(code(&merchant.call("capture", &capture("c1", &id)).await), "CAPTURE_IN_PROCESS");
    let end = json!({"outcome": "succeed"});
    for (path, expected) in [
        ("payments/m1/captures/c9/end", 404),
        ("payments/m9/captures/c1/end", 404),
        ("payments/m1/captures/c1/end", 200),
        ("payments/m1/captures/c1/end", 409),
    ] {
        assert_eq!(merchant.control("POST", path, Some(end.clone())).await.0, expected, "{path}");
    }
    assert_eq!(code(&merchant.call("capture", &capture("c1", &id)).await), "SUCCESS");
    let refund = json!({"refundRequestId": "r1", "paymentId": id,
                        "refundAmount": {"currency": "SGD", "value": "4200"}});
    assert_eq!(code(&merchant.call("refund", &refund).await), "REFUND_IN_PROCESS");
    for (outcome, expected) in
        [("bounce", 400), ("succeed", 200), ("fail", 409), ("bounce", 200), ("bounce", 409)]
    {
        let end = Some(json!({"outcome": outcome}));
        let (status, body) = merchant.control("POST", "payments/m1/refunds/r1/end", end).await;
        assert_eq!(status, expected, "{outcome}: {body}");
    }
    assert_eq!(simulator.ledger()["orders"]["order-1"]["held"], "4200");
}

#[tokio::test]
async fn a_review_and_a_late_success_are_acts_of_the_control_api() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let id = authorized(&simulator, &merchant, "m1", "http://127.0.0.1:1/").await;
    let (status, shown) =
        merchant.control("POST", "payments/m1/review", Some(json!({"status": "PROCESSING"}))).await;
    assert_eq!((status, &shown["authReviewStatus"]), (200, &json!("PROCESSING")));
    assert_eq!(code(&merchant.call("capture", &capture("c1", &id)).await), "ORDER_STATUS_INVALID");
    assert_eq!(merchant.control("POST", "payments/m1/review", Some(json!({}))).await.0, 400);
    assert_eq!(merchant.control("POST", "payments/m1/late-success", None).await.0, 400);
    assert_eq!(merchant.control("POST", "payments/m9/late-success", None).await.0, 404);
    let mut request = request_for("u1", "http://127.0.0.1:1/");
    request["env"] = json!({"terminalType": "WEB"});
    merchant.call("pay", &request).await;
    merchant.call("cancel", &json!({"paymentRequestId": "u1"})).await;
    let (status, shown) = merchant.control("POST", "payments/u1/late-success", None).await;
    assert_eq!((status, &shown["status"]), (200, &json!("CANCELLED")));
    assert_eq!(shown["ledger"]["held"], "4200");
}

#[tokio::test]
async fn an_answer_waits_until_the_notification_that_goes_first_was_acknowledged() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(200).await;
    let id = authorized(&simulator, &merchant, "m1", &notified.url).await;
    simulator.advance(Duration::from_secs(5)).await;
    notified.take();
    let rule = json!({"target": "capture", "script": [true], "do": {"kind": "notify_first"}});
    simulator.set_faults(json!({"rules": [rule]})).expect("a plan");
    assert_eq!(code(&merchant.call("capture", &capture("c1", &id)).await), "CAPTURE_IN_PROCESS");
    let received = notified.take();
    assert_eq!(received.len(), 1, "it is there when the answer comes");
    assert_eq!(received[0].body["notifyType"], "CAPTURE_RESULT");
    let (_, log) = merchant.control("GET", "notifications?notifyType=CAPTURE_RESULT", None).await;
    assert_eq!(log["notifications"][0]["status"], "acknowledged");
}
