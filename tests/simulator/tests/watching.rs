//! The control API for those who watch: a feed of changes, what is in force, and no door for foreign pages.
//! What the routes change is tested in `shell`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use std::time::Duration;

use antom_simulator::core::{Completion, Outcome, Time};
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};
use support::{Merchant, request_for};

async fn manual() -> (Simulator, Merchant) {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let settings = Settings {
        clock: ClockMode::Manual,
        start,
        tls_names: vec!["gateway.example.com".to_owned()],
        ..Settings::default()
    };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    (simulator, merchant)
}

/// A request as a browser sends it: status and body.
async fn browse(simulator: &Simulator, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let merchant = Merchant::of(simulator);
    let url = format!("{}/_simulator/{path}", simulator.base_url());
    let mut request = merchant.client.request(method.parse().expect("a method"), url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.expect("text")).unwrap_or_default())
}

#[tokio::test]
async fn pages_of_other_sites_may_not_use_the_control_api() {
    let (simulator, merchant) = manual().await;
    let own = simulator.base_url();
    let port = own.rsplit(':').next().expect("a port");
    let before = merchant.control("GET", "clock", None).await.1;
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "file://", "x"] {
        for (method, path) in [
            ("POST", "reset"),
            ("POST", "clock/advance"),
            ("PUT", "faults"),
            ("DELETE", "faults"),
            ("GET", "payments"),
        ] {
            let (status, body) = browse(&simulator, method, path, &[("origin", origin)]).await;
            assert_eq!(
                (status, &body["error"]["code"]),
                (403, &json!("foreign_origin")),
                "{origin} {method}"
            );
            assert!(body["error"]["message"].as_str().expect("a message").contains(origin), "{body}");
        }
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(browse(&simulator, "POST", "reset", &[("sec-fetch-site", site)]).await.0, 403, "{site}");
    }
    assert_eq!(merchant.control("GET", "clock", None).await.1, before, "nothing has changed");
    let local = format!("localhost:{port}");
    let origin = format!("http://{local}");
    for headers in [
        vec![],
        vec![("origin", own), ("sec-fetch-site", "same-origin")],
        vec![("origin", origin.as_str()), ("host", local.as_str())],
    ] {
        assert_eq!(browse(&simulator, "POST", "reset", &headers).await.0, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn a_name_that_was_made_to_point_at_this_machine_is_refused() {
    let (simulator, _) = manual().await;
    for (host, status) in [
        ("evil.example:4010", 403),
        ("127.0.0.1.evil.example", 403),
        ("127.0.0.1:4010", 200),
        ("[::1]:4010", 200),
        ("localhost:4010", 200),
        ("simulator:4010", 200),
        ("host.docker.internal", 200),
        ("open-sea-global.alipay.com", 200),
        ("gateway.example.com:4010", 200),
    ] {
        let (found, body) = browse(&simulator, "GET", "health", &[("host", host)]).await;
        assert_eq!(found, status, "{host}: {body}");
        let origin = format!("http://{host}");
        let found = browse(&simulator, "POST", "reset", &[("host", host), ("origin", &origin)]).await.0;
        assert_eq!(found, status, "{host}");
    }
}

#[tokio::test]
async fn the_feed_tells_changes_and_reading_is_none() {
    let (simulator, merchant) = manual().await;
    let get = async |path: &str| merchant.control("GET", path, None).await.1;
    let counter = async || get("events").await["counter"].as_u64().expect("a counter");
    let before = counter().await;
    for path in [
        "payments",
        "notifications",
        "ledger",
        "scenarios",
        "faults",
        "journal",
        "timings",
        "clock",
        "snapshot",
        "clients",
    ] {
        get(path).await;
        assert_eq!(counter().await, before, "{path} changes nothing");
    }
    let path = format!("events?after={before}");
    let request = request_for("a1", "http://127.0.0.1:1/n");
    let (event, _) = tokio::join!(get(&path), merchant.call("createPaymentSession", &request));
    assert!(event["counter"].as_u64() > Some(before), "{event}");
    assert_eq!((&event["overview"]["payments"], &event["clock"]["mode"]), (&json!(1), &json!("manual")));
    simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    assert_eq!(get("events").await["overview"]["nextDueAt"], "2026-01-10T02:00:02.000Z");
    let before = counter().await;
    assert_eq!(merchant.control("POST", "clients", Some(json!({"clientId": "T_2"}))).await.0, 200);
    assert!(counter().await > before, "clients are no part of the gateway's books, and yet a change");
    assert_eq!(get("events?clientId=T_2").await["overview"]["payments"], 0);
    // A counter of before a restart is answered at once.
    assert!(get("events?after=999999999").await["counter"].as_u64() < Some(999_999_999));
}

#[tokio::test]
async fn a_running_clock_tells_what_happened_by_itself() {
    let settings = Settings { clock: ClockMode::Real { speed: 1_000 }, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    let mut request = request_for("a1", "");
    request.as_object_mut().expect("an object").remove("paymentNotifyUrl");
    merchant.call("createPaymentSession", &request).await;
    simulator.complete("a1", &Completion::of(Outcome::Cancel)).expect("left");
    let mut event = merchant.control("GET", "events", None).await.1;
    while merchant.control("GET", "payments/a1", None).await.1["status"] != "FAIL" {
        event = merchant.control("GET", &format!("events?after={}", event["counter"]), None).await.1;
    }
    assert_eq!(event["overview"]["notifications"], 0, "nobody was told; the closing alone was the change");
}

#[tokio::test]
async fn fault_rules_are_read_as_they_can_be_written() {
    let (_simulator, merchant) = manual().await;
    let plan = json!({"seed": 7, "rules": [
        {"target": "pay", "probability": 0.25, "do": {"kind": "status", "status": 500, "effect": true}},
        {"target": "createPaymentSession", "script": [false, true], "do": {"kind": "latency", "ms": 1}},
    ]});
    assert_eq!(merchant.control("PUT", "faults", Some(plan.clone())).await.0, 200);
    merchant.call("createPaymentSession", &request_for("a1", "http://127.0.0.1:1/n")).await;
    let mut expected = plan;
    expected["rules"][1]["next"] = json!(1);
    let (_, read) = merchant.control("GET", "faults", None).await;
    assert_eq!(read, expected, "with the place that the script has come to");
    assert_eq!(merchant.control("PUT", "faults", Some(read.clone())).await.0, 200);
    assert_eq!(merchant.control("GET", "faults", None).await.1, read);
    merchant.control("DELETE", "faults", None).await;
    assert_eq!(merchant.control("GET", "faults", None).await.1["rules"], json!([]));
}

#[tokio::test]
async fn lists_can_be_narrowed_down() {
    let (simulator, merchant) = manual().await;
    for id in ["a1", "a2", "b1"] {
        merchant.call("createPaymentSession", &request_for(id, "http://127.0.0.1:1/n")).await;
        simulator.complete(id, &Completion::of(Outcome::Fail)).expect("failed");
    }
    merchant.call("createPaymentSession", &request_for("c1", "http://127.0.0.1:1/n")).await;
    simulator.advance(Duration::from_secs(3)).await;
    for (query, expected) in [
        ("limit=2", vec!["b1", "c1"]),
        ("search=a", vec!["a1", "a2"]),
        ("search=order-1&limit=1", vec!["c1"]),
        ("status=OPEN", vec!["c1"]),
        ("status=FAIL&search=b", vec!["b1"]),
        ("status=SUCCESS", vec![]),
        ("clientId=nobody", vec![]),
    ] {
        let (_, listed) = merchant.control("GET", &format!("payments?{query}"), None).await;
        let listed = listed["payments"].as_array().expect("payments");
        let ids: Vec<&str> = listed.iter().filter_map(|one| one["paymentRequestId"].as_str()).collect();
        assert_eq!(ids, expected, "{query}");
    }
    let (_, listed) = merchant.control("GET", "notifications?limit=1", None).await;
    assert_eq!(listed["notifications"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["notifications"][0]["paymentRequestId"], "b1", "the newest");
}

#[tokio::test]
async fn snapshots_are_listed_with_the_time_that_they_hold() {
    let (simulator, merchant) = manual().await;
    assert_eq!(merchant.control("GET", "snapshot", None).await.1, json!({"snapshots": []}));
    merchant.control("POST", "snapshot", Some(json!({"name": "before"}))).await;
    simulator.advance(Duration::from_secs(60)).await;
    assert_eq!(
        merchant.control("GET", "snapshot", None).await.1,
        json!({"snapshots": [{"name": "before", "now": "2026-01-10T02:00:00.000Z"}]})
    );
}
