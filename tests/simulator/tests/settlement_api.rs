//! Settlement over the control API: files on disk and over HTTP, what is told about them, refusals.
//! What is in the files is tested in `settlement`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use antom_simulator::core::{Completion, Outcome, Time};
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};
use support::{Merchant, request_for};

async fn after_a_sale(keys: Option<&Path>) -> (Simulator, Merchant) {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let keys = keys.map(Path::to_owned);
    let settings = Settings { clock: ClockMode::Manual, start, keys, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    let mut request = request_for("a1", "http://127.0.0.1:1/n");
    request["order"]["orderDescription"] = json!("a chair, red");
    merchant.call("createPaymentSession", &request).await;
    simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    simulator.advance(Duration::from_secs(86_400)).await;
    (simulator, merchant)
}

fn paths(settled: &Value) -> Vec<&Path> {
    let files = settled["files"].as_array().expect("files");
    files.iter().map(|file| Path::new(file.as_str().expect("a path"))).collect()
}

#[tokio::test]
async fn settled_files_lie_beside_the_keys_and_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_simulator, merchant) = after_a_sale(Some(&folder.path().join("keys"))).await;
    let (status, settled) = merchant.control("POST", "settlement", Some(json!({"date": "2026-01-10"}))).await;
    assert_eq!((status, &settled["planted"]), (200, &json!([])));
    let root = folder.path().join("keys/settlements/v1/settlements").canonicalize().expect("the folder");
    let files = paths(&settled);
    assert_eq!(files.len(), 3, "{settled}");
    for (path, url) in files.iter().zip(settled["urls"].as_array().expect("urls")) {
        assert!(path.is_absolute() && path.starts_with(&root), "{}", path.display());
        let date = path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned();
        let details = path.to_string_lossy().contains("transactionItems");
        assert_eq!(date, if details { "20260110" } else { "20260111" });
        let on_disk = std::fs::read_to_string(path).expect("a file");
        let (status, kind, served) = merchant.get(url.as_str().expect("a url")).await;
        assert_eq!((status, kind.as_str(), served), (200, "text/csv; charset=utf-8", on_disk));
    }
    let (_, listed) = merchant.control("GET", "settlement", None).await;
    let listed: BTreeSet<&str> =
        listed["files"].as_array().expect("files").iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(listed, files.iter().filter_map(|path| path.to_str()).collect());
    let (_, none) = merchant.control("GET", "settlement?clientId=nobody", None).await;
    assert_eq!(none, json!({"files": []}));
}

#[tokio::test]
async fn a_second_settlement_of_a_day_leaves_nothing_of_the_first() {
    let (_simulator, merchant) = after_a_sale(None).await;
    let parts = json!({"date": "2026-01-10", "rowsPerPart": 1});
    let (_, first) = merchant.control("POST", "settlement", Some(parts)).await;
    assert_eq!(paths(&first).len(), 4, "the authorization and the capture are two parts");
    let lacking = json!({"date": "2026-01-10", "plant": ["missing_part"]});
    let (status, second) = merchant.control("POST", "settlement", Some(lacking)).await;
    assert_eq!(status, 200, "{second}");
    let planted = &second["planted"][0];
    assert_eq!((&planted["kind"], &planted["line"]), (&json!("missing_part"), &Value::Null));
    let absent = Path::new(planted["file"].as_str().expect("a path"));
    assert!(!absent.exists(), "what lacks is not there: {}", absent.display());
    let (_, listed) = merchant.control("GET", "settlement", None).await;
    assert_eq!(listed["files"].as_array().map(Vec::len), Some(paths(&second).len()));
}

#[tokio::test]
async fn what_cannot_be_settled_is_refused_with_the_reason() {
    let (_simulator, merchant) = after_a_sale(None).await;
    for (input, status, hint) in [
        (json!({}), 400, "date"),
        (json!({"date": "2026-01-10", "plant": ["gremlin"]}), 400, "gremlin"),
        (json!({"date": "2026-01-10", "plant": ["wrong_quote"]}), 422, "wrong_quote"),
        (json!({"date": "2026-01-09", "plant": ["extra_refund"]}), 422, "extra_refund"),
        (json!({"date": "2026-01-10", "clientId": "nobody"}), 404, "client"),
    ] {
        let (found, answer) = merchant.control("POST", "settlement", Some(input)).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(found == status && message.contains(hint), "{found} {answer}");
    }
    for path in ["20260110/nothing.csv", "20260110/..%2F..%2Fclient_id", "..%2F..%2F/client_id"] {
        assert_eq!(merchant.control("GET", &format!("settlement/{path}"), None).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn a_simulator_without_a_keys_folder_cleans_up_after_itself() {
    let (simulator, merchant) = after_a_sale(None).await;
    let (_, settled) = merchant.control("POST", "settlement", Some(json!({"date": "2026-01-10"}))).await;
    let file = paths(&settled)[0].to_owned();
    assert!(file.exists());
    drop(simulator);
    // Its tasks hold the archive until the runtime has ended them.
    for _ in 0..1_000 {
        if !file.exists() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} is still there", file.display());
}
