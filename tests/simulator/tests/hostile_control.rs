//! Every route of the control API under wrong methods, bodies, queries and names: a refusal in JSON that names what is
//! wrong, never a 500, and nothing changes. What the routes are comes from the document that describes them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use antom_simulator::core::Time;
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};
use support::{Merchant, request_for};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];
/// Makes a form, not a document, of what it is sent; it is a page for people.
const PAGE: &str = "/_simulator/demo";

struct Place {
    simulator: Simulator,
    merchant: Merchant,
    routes: Value,
}

impl Place {
    async fn open() -> Self {
        let start = Time::parse("2026-01-10T02:00:00Z");
        let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
        let simulator = Simulator::start_with(settings).await.expect("a simulator");
        let merchant = Merchant::of(&simulator);
        merchant.call("createPaymentSession", &request_for("a1", "http://127.0.0.1:1/n")).await;
        let (_, document) = merchant.control("GET", "openapi.json", None).await;
        Self { simulator, merchant, routes: document["paths"].clone() }
    }

    /// Every path of the document but the page, with its methods.
    fn paths(&self) -> Vec<(&str, Vec<&str>)> {
        let all = self.routes.as_object().expect("paths").iter().filter(|(path, _)| path.as_str() != PAGE);
        all.map(|(path, about)| {
            (path.as_str(), METHODS.into_iter().filter(|method| about.get(method).is_some()).collect())
        })
        .collect()
    }

    /// Status and JSON of a request whose body is any bytes.
    async fn send(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> (u16, Value) {
        let verb = method.to_uppercase().parse().expect("a method");
        let url = format!("{}{path}", self.simulator.base_url());
        let response =
            self.merchant.client.request(verb, url).body(body.into()).send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Sends what is wrong; the message of the refusal.
    async fn refused(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> (u16, String) {
        let (status, answer) = self.send(method, path, body).await;
        assert!((400..500).contains(&status), "{method} {path}: {status} {answer}");
        let error = &answer["error"];
        let text = |name: &str| error[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let (code, message) = (text("code"), text("message"));
        assert!(code.is_some() && message.is_some(), "{method} {path}: {answer}");
        (status, message.unwrap_or_default())
    }

    /// All that requests could have changed.
    async fn state(&self) -> Value {
        let mut all = Vec::new();
        for path in [
            "clock",
            "payments",
            "vaultings",
            "tokens",
            "notifications",
            "faults",
            "scenarios",
            "timings",
            "contract",
            "clients",
            "antom-keys",
            "ledger",
            "snapshot",
            "settlement",
            "verdicts",
        ] {
            let (status, view) = self.merchant.control("GET", path, None).await;
            assert_eq!(status, 200, "{path}");
            all.push(view);
        }
        let client = self.simulator.client_id();
        all.push(self.merchant.control("GET", &format!("clients/{client}/keys"), None).await.1);
        Value::Array(all)
    }
}

/// A path with names that exist where there are any, else with one that does not.
fn filled(path: &str, id: &str, client: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled.push('/');
        filled.push_str(match part {
            "{paymentRequestId}" => id,
            "{id}" if path.contains("/clients/") => client,
            part if part.starts_with('{') => "nothing",
            part => part,
        });
    }
    filled
}

#[tokio::test]
async fn a_method_that_a_route_has_not_is_refused_in_json() {
    let place = Place::open().await;
    let before = place.state().await;
    for (path, methods) in place.paths() {
        let path = filled(path, "a1", place.simulator.client_id());
        for method in METHODS.into_iter().filter(|method| !methods.contains(method)) {
            let (status, message) = place.refused(method, &path, "{}").await;
            assert!(matches!(status, 404 | 405), "{method} {path}: {status}");
            assert!(status == 404 || message.contains(&method.to_uppercase()), "{message}");
        }
    }
    assert_eq!(place.refused("get", "/_simulator/nothing", "").await.0, 404);
    assert_eq!(place.state().await, before);
}

#[tokio::test]
async fn a_body_that_no_route_can_take_is_refused_and_changes_nothing() {
    let place = Place::open().await;
    let before = place.state().await;
    let deep = "[".repeat(500);
    for (path, methods) in place.paths() {
        let takes = |method: &&str| !place.routes[path][*method]["requestBody"].is_null();
        for method in methods.iter().filter(|method| takes(method)) {
            let path = filled(path, "a1", place.simulator.client_id());
            for body in ["{", "{} {}", "nonsense", "[]", "7", "\"x\"", "null", "{\"noSuchMember\":1}", &deep]
            {
                place.refused(method, &path, body).await;
            }
            place.refused(method, &path, b"\xff\xfe{}".to_vec()).await;
        }
    }
    assert_eq!(place.state().await, before);
}

#[tokio::test]
async fn a_member_of_a_wrong_type_is_named_by_its_path() {
    let place = Place::open().await;
    let before = place.state().await;
    let own = format!("clients/{}/keys", place.simulator.client_id());
    for (method, path, body, named) in [
        ("post", "clock/advance", json!({"seconds": "ten"}), "seconds"),
        ("post", "clock/advance", json!({"seconds": -1}), "seconds"),
        ("post", "clock/advance", json!({"seconds": 1.5}), "seconds"),
        ("post", "clock/advance", json!({"seconds": u64::MAX}), "seconds"),
        ("post", "clock/advance", json!({}), "seconds"),
        ("post", "payments/a1/complete", json!({"outcome": 1}), "outcome"),
        ("post", "payments/a1/complete", json!({"outcome": "gone"}), "outcome"),
        ("post", "payments/a1/review", json!({"status": []}), "status"),
        ("post", "payments/a1/captures/c/end", json!({"outcome": {}}), "outcome"),
        ("post", "payments/a1/refunds/r/end", json!({"outcome": null}), "outcome"),
        ("post", "payments/a1/arrange", json!({"card": "soft"}), "card"),
        ("post", "vaultings/v/complete", json!({"outcome": "gone"}), "outcome"),
        ("post", "notifications/trigger", json!({"url": 1}), "url"),
        ("post", "notifications/trigger", json!({"url": "http://127.0.0.1:1", "body": []}), "body"),
        ("put", "timings", json!({"captureMs": "soon"}), "captureMs"),
        ("put", "timings", json!({"resendWaitsMs": [0, -1]}), "resendWaitsMs[1]"),
        ("put", "contract", json!({"notifySynchronousRefunds": 1}), "notifySynchronousRefunds"),
        ("post", "clients", json!({"clientId": 7}), "clientId"),
        ("post", "clients", json!({"clientId": "with space"}), "clientId"),
        ("post", "clients", json!({"merchantPublicKey": "none"}), "merchantPublicKey"),
        ("post", &own, json!({"keyVersion": -1}), "keyVersion"),
        ("post", &own, json!({"apiKey": "all"}), "apiKey"),
        ("post", &own, json!({"apiKey": "restricted", "apis": ["pay", 1]}), "apis[1]"),
        ("post", "antom-keys", json!({"keyVersion": "two"}), "keyVersion"),
        ("put", "antom-keys", json!({"current": "one"}), "current"),
        ("post", "snapshot", json!({"name": 1}), "name"),
        ("post", "restore", json!({"name": ""}), "name"),
        ("post", "settlement", json!({"date": 20260110}), "date"),
        ("post", "settlement", json!({"date": "2026-02-30"}), "date"),
        ("post", "settlement", json!({"date": "2026-01-10", "clientId": 5}), "clientId"),
        ("post", "scenarios", json!({"api": "pay"}), "resultCode"),
    ] {
        let (_, message) = place.refused(method, &format!("/_simulator/{path}"), body.to_string()).await;
        assert!(message.contains(named), "{method} {path} {body}: {message}");
    }
    assert_eq!(place.state().await, before);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_refused_with_the_name_of_the_parameter() {
    let place = Place::open().await;
    for (path, named) in [
        ("payments?limit=many", "limit"),
        ("payments?limit=-1", "limit"),
        ("notifications?wait=long", "wait"),
        ("notifications?limit=1.5", "limit"),
        ("events?after=yesterday", "after"),
        ("clock?after=yesterday", "after"),
        ("payments?status=SUCCESS&status=FAIL", "status"),
    ] {
        let (status, message) = place.refused("get", &format!("/_simulator/{path}"), "").await;
        assert_eq!(status, 400, "{path}");
        assert!(message.contains(named), "{path}: {message}");
    }
}

#[tokio::test]
async fn names_that_nothing_has_are_not_found_and_hostile_names_are_borne() {
    let place = Place::open().await;
    let before = place.state().await;
    let long = "x".repeat(5_000);
    for id in ["nothing", "%00", "%ff", "%2e%2e%2f", "a%2Fb", "%F0%9F%92%A9", &long, "18446744073709551616"] {
        for (method, path, body) in [
            ("get", format!("payments/{id}"), ""),
            ("post", format!("payments/{id}/complete"), "{\"outcome\":\"success\"}"),
            ("post", format!("payments/{id}/late-success"), ""),
            ("post", format!("payments/{id}/review"), "{\"status\":\"ACCEPT\"}"),
            ("post", format!("payments/{id}/captures/{id}/end"), "{\"outcome\":\"succeed\"}"),
            ("post", format!("payments/a1/refunds/{id}/end"), "{\"outcome\":\"succeed\"}"),
            ("post", format!("vaultings/{id}/complete"), "{\"outcome\":\"success\"}"),
            ("post", format!("notifications/{id}/resend"), ""),
            ("post", format!("notifications/n-{id}/resend"), ""),
            ("get", format!("clients/{id}/keys"), ""),
            ("post", format!("clients/{id}/keys"), "{}"),
            ("delete", format!("clients/{id}/keys/1"), ""),
            ("delete", format!("clients/{}/keys/{id}", place.simulator.client_id()), ""),
            ("get", format!("settlement/{id}/{id}"), ""),
            ("get", format!("contract?clientId={id}"), ""),
        ] {
            let (status, message) = place.refused(method, &format!("/_simulator/{path}"), body).await;
            let expected = if id == "%ff" { &[400, 404][..] } else { &[404][..] };
            assert!(expected.contains(&status), "{method} {path}: {status} {message}");
        }
    }
    assert_eq!(place.refused("put", "/_simulator/antom-keys", "{\"current\":9}").await.0, 404);
    assert_eq!(place.refused("post", "/_simulator/restore", "{\"name\":\"none\"}").await.0, 404);
    assert_eq!(place.state().await, before);
}
