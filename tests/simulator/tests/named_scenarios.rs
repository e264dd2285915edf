//! Scenarios of a file: started by name, over the control API, and every error that a file can hold.
//! What errors, faults, timings, contracts and arrangements do by themselves is tested elsewhere.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use antom_simulator::core::{Gateway, GatewaySettings, Operation, ScenarioBook, Time};
use antom_simulator::{ClockMode, Settings, Simulator, StartError};
use serde_json::{Value, json};
use support::{Merchant, request_for};

const EXAMPLE: &str = include_str!("../data/scenarios.json");

async fn started(text: &str) -> Result<(Simulator, tempfile::TempDir), StartError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scenarios.json");
    std::fs::write(&path, text).expect("written");
    let start = Time::parse("2026-01-10T02:00:00Z");
    let clock = ClockMode::Manual;
    let settings = Settings { clock, start, scenarios: Some(path), ..Settings::default() };
    Ok((Simulator::start_with(settings).await?, folder))
}

#[tokio::test]
async fn the_example_file_is_listed_and_each_of_its_scenarios_starts() {
    let (simulator, _folder) = started(EXAMPLE).await.expect("a good file");
    let merchant = Merchant::of(&simulator);
    let (_, listed) = merchant.control("GET", "scenarios", None).await;
    let named = listed["named"].as_array().expect("a list").clone();
    assert_eq!(named.len(), 4);
    for one in &named {
        let name = one["name"].as_str().expect("a name");
        assert!(one["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        let (status, answer) = merchant.control("POST", &format!("scenarios/{name}"), None).await;
        assert_eq!((status, &answer["name"]), (200, &json!(name)), "{answer}");
    }
    let (_, listed) = merchant.control("GET", "scenarios", None).await;
    assert_eq!(listed["scenarios"].as_array().expect("a list").len(), 3);
    let (_, timings) = merchant.control("GET", "timings", None).await;
    assert_eq!(timings["captureMs"], 20_000);
    let (_, contract) = merchant.control("GET", "contract", None).await;
    assert_eq!(contract["balance"], "empty");
    let (_, faults) = merchant.control("GET", "faults", None).await;
    assert_eq!(faults["rules"].as_array().expect("rules").len(), 3);
    let answered = merchant.call("pay", &request_for("a1", "http://127.0.0.1:1/n")).await;
    assert_eq!(answered.body["result"]["resultCode"], "SYSTEM_ERROR");
}

#[tokio::test]
async fn a_scenario_for_one_client_leaves_the_others_alone() {
    let (simulator, _folder) = started(EXAMPLE).await.expect("a good file");
    let merchant = Merchant::of(&simulator);
    let (_, other) = merchant.control("POST", "clients", Some(json!({"clientId": "SANDBOX_OTHER"}))).await;
    let key = other["merchantPrivateKey"].as_str().expect("a key").to_owned();
    let (status, _) = merchant.control("POST", "scenarios/acquirer-down?clientId=SANDBOX_OTHER", None).await;
    assert_eq!(status, 200);
    let (_, own) =
        merchant.control("GET", &format!("scenarios?clientId={}", simulator.client_id()), None).await;
    let (_, all) = merchant.control("GET", "scenarios?clientId=SANDBOX_OTHER", None).await;
    let count = |listed: &Value| listed["scenarios"].as_array().map(Vec::len);
    assert_eq!((count(&own), count(&all)), (Some(0), Some(3)));
    let theirs = Merchant::with_key(&simulator, "SANDBOX_OTHER", &key);
    let request = request_for("a1", "http://127.0.0.1:1/n");
    assert_eq!(theirs.call("pay", &request).await.body["result"]["resultCode"], "SYSTEM_ERROR");
    assert_ne!(merchant.call("pay", &request).await.body["result"]["resultCode"], "SYSTEM_ERROR");
    let (status, _) = merchant.control("POST", "scenarios/acquirer-down?clientId=SANDBOX_NOBODY", None).await;
    assert_eq!(status, 404);
    let (status, _) = merchant.control("POST", "scenarios/none", None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_file_with_a_mistake_or_none_at_all_does_not_start() {
    let wrong = r#"{"a": {"errors": [{"api": "pay", "resultCode": "NO_SUCH", "minutes": 30}]}}"#;
    let error = started(wrong).await.expect_err("a mistake").to_string();
    assert!(error.contains("a: errors: resultCode NO_SUCH"), "{error}");
    let settings = Settings { scenarios: Some("/no/such/file".into()), ..Settings::default() };
    let error = Simulator::start_with(settings).await.expect_err("no file").to_string();
    assert!(error.contains("/no/such/file"), "{error}");
}

#[test]
fn every_failure_and_unknown_outcome_of_every_operation_can_stand_in_a_file() {
    let codes: Value = serde_json::from_str(include_str!("../data/result-codes.json")).expect("JSON");
    let mut count = 0;
    for (api, table) in codes.as_object().expect("tables") {
        let Some(operation) = Operation::named(api) else { continue };
        for (code, row) in table.as_object().expect("codes") {
            if row[0] == "S" {
                continue;
            }
            let error = json!({"api": api, "resultCode": code, "minutes": 30});
            let book =
                ScenarioBook::read(&json!({"one": {"errors": [error]}}).to_string()).expect("a good file");
            let at = Time::from_epoch_millis(0);
            let mut gateway = Gateway::new(GatewaySettings::default(), at);
            gateway.start_named(at, &book, "one", None, "SANDBOX_1").expect("started");
            let answer = format!("{:?}", gateway.call(at, "SANDBOX_1", operation, b"{}").answer);
            assert!(answer.contains(&format!("\\\"{code}\\\"")), "{api} {code}: {answer}");
            count += 1;
        }
    }
    assert!(count > 150, "only {count} codes");
}
