//! Who may call, and how they show it: key versions, API keys, several clients, the gateway's own key versions.
//! What the operations answer is tested in `core_rules`.

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
use antom_simulator::{ClockMode, Settings, Simulator, StartError};
use serde_json::{Value, json};
use support::{Answered, Merchant, NotifyServer, request_for};

const INQUIRY: &str = "/ams/sandbox/api/v1/payments/inquiryPayment";
const BODY: &str = "{\"paymentId\":\"1\"}";

async fn manual() -> Simulator {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
    Simulator::start_with(settings).await.expect("a simulator")
}

fn result(answered: &Answered) -> (&str, &str) {
    let member = |name: &str| answered.body["result"][name].as_str().unwrap_or("none");
    (member("resultCode"), member("resultStatus"))
}

/// The headers of a signed request, with one of them replaced.
fn with_header(mut headers: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    headers.retain(|(known, _)| known != name);
    headers.push((name.to_owned(), value.to_owned()));
    headers
}

fn bearer(key: &str) -> Vec<(String, String)> {
    let headers =
        [("Authorization", format!("Bearer {key}")), ("Content-Type", "application/json".to_owned())];
    headers.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

async fn call_with_key(merchant: &Merchant, key: &str, path: &str) -> Answered {
    merchant.send_with("POST", path, BODY, bearer(key)).await
}

async fn issue(merchant: &Merchant, client: &str, body: Value) -> Value {
    let (status, issued) = merchant.control("POST", &format!("clients/{client}/keys"), Some(body)).await;
    assert_eq!(status, 200, "{issued}");
    issued
}

#[tokio::test]
async fn old_and_new_key_version_both_verify_and_an_absent_version_means_the_newest() {
    let simulator = manual().await;
    let id = simulator.client_id().to_owned();
    let old = Merchant::of(&simulator);
    let made = issue(&old, &id, json!({})).await;
    assert_eq!(made["keyVersion"], 2);
    let new = Merchant::with_key(&simulator, &id, made["merchantPrivateKey"].as_str().expect("a key"));
    let sent = async |merchant: &Merchant, version: &str| {
        let headers = merchant.headers(INQUIRY, BODY);
        let signature = headers.iter().find(|(name, _)| name == "signature").expect("signed").1.clone();
        let headers = with_header(headers, "signature", &signature.replace("keyVersion=1,", version));
        merchant.send_with("POST", INQUIRY, BODY, headers).await
    };
    for (merchant, version, expected) in [
        (&old, "keyVersion=1,", "ORDER_NOT_EXIST"),
        (&new, "keyVersion=2,", "ORDER_NOT_EXIST"),
        (&new, "", "ORDER_NOT_EXIST"),
        (&old, "", "INVALID_SIGNATURE"),
        (&new, "keyVersion=1,", "INVALID_SIGNATURE"),
        (&new, "keyVersion=3,", "KEY_NOT_FOUND"),
    ] {
        assert_eq!(result(&sent(merchant, version).await).0, expected, "{version}");
    }
    let path = format!("clients/{id}/keys/1");
    assert_eq!(old.control("DELETE", &path, None).await.0, 200);
    assert_eq!(result(&sent(&old, "keyVersion=1,").await).0, "KEY_NOT_FOUND");
    assert_eq!(old.control("DELETE", &path, None).await.0, 404);
    let taken = json!({"keyVersion": 2, "merchantPublicKey": made["merchantPublicKey"]});
    let (status, body) = old.control("POST", &format!("clients/{id}/keys"), Some(taken)).await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("already_exists")));
}

#[tokio::test]
async fn an_api_key_stands_for_its_client_and_the_answer_carries_no_signature() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    merchant.call("createPaymentSession", &request_for("a1", "http://127.0.0.1:1/n")).await;
    simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    let body = "{\"paymentRequestId\":\"a1\"}";
    let answered = merchant.send_with("POST", INQUIRY, body, bearer(simulator.gateway_api_key())).await;
    assert_eq!((answered.status, result(&answered)), (200, ("SUCCESS", "S")));
    assert_eq!(answered.body["paymentStatus"], "SUCCESS", "the books are those of the client");
    assert!(!answered.has_signature);
}

#[tokio::test]
async fn an_unknown_malformed_revoked_or_production_key_is_not_found() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let id = simulator.client_id().to_owned();
    let key = simulator.gateway_api_key().to_owned();
    let last = if key.ends_with('0') { "1" } else { "0" };
    let other_secret = format!("{}{last}", &key[..key.len() - 1]);
    for wrong in [other_secret.as_str(), "isak_TEST_NOBODY_secret", "sk_test_1", "isak_TEST_1"] {
        let answered = call_with_key(&merchant, wrong, INQUIRY).await;
        assert_eq!(result(&answered), ("KEY_NOT_FOUND", "F"), "{wrong}");
        assert!(!answered.has_signature);
    }
    let production = call_with_key(&merchant, &key, "/ams/api/v1/payments/inquiryPayment").await;
    assert_eq!(result(&production), ("KEY_NOT_FOUND", "F"), "a TEST key has no production path");
    let issued = issue(&merchant, &id, json!({"apiKey": "standard"})).await;
    let text = issued["apiKey"].as_str().expect("a key");
    assert_eq!(result(&call_with_key(&merchant, text, INQUIRY).await).0, "ORDER_NOT_EXIST");
    let path = format!("clients/{id}/keys/{}", issued["apiKeyId"].as_str().expect("an id"));
    assert_eq!(merchant.control("DELETE", &path, None).await.0, 200);
    assert_eq!(result(&call_with_key(&merchant, text, INQUIRY).await).0, "KEY_NOT_FOUND");
    assert_eq!(result(&call_with_key(&merchant, &key, INQUIRY).await).0, "ORDER_NOT_EXIST");
}

#[tokio::test]
async fn a_restricted_key_is_refused_what_it_does_not_list() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let id = simulator.client_id().to_owned();
    let issued = issue(&merchant, &id, json!({"apiKey": "restricted", "apis": ["inquiryPayment"]})).await;
    let key = issued["apiKey"].as_str().expect("a key");
    assert!(key.starts_with("irak_TEST_"), "{key}");
    assert_eq!(result(&call_with_key(&merchant, key, INQUIRY).await).0, "ORDER_NOT_EXIST");
    let refused = call_with_key(&merchant, key, "/ams/sandbox/api/v1/payments/pay").await;
    assert_eq!(result(&refused), ("OAUTH_FAIL", "F"));
    assert!(!refused.has_signature);
    let journal = merchant.control("GET", "journal", None).await.1;
    assert_eq!(journal["entries"][1]["resultCode"], "OAUTH_FAIL");
    let path = format!("clients/{id}/keys");
    for bad in [
        json!({"apiKey": "restricted"}),
        json!({"apiKey": "restricted", "apis": ["dance"]}),
        json!({"apiKey": "standard", "apis": ["pay"]}),
        json!({"apiKey": "standard", "keyVersion": 3}),
        json!({"apiKey": "golden"}),
        json!({"merchantPublicKey": "rubbish"}),
        json!({"apis": ["pay"]}),
    ] {
        assert_eq!(merchant.control("POST", &path, Some(bad.clone())).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn keys_are_listed_without_their_secrets() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let id = simulator.client_id().to_owned();
    let issued = issue(&merchant, &id, json!({"apiKey": "restricted", "apis": ["pay", "refund"]})).await;
    let (status, listed) = merchant.control("GET", &format!("clients/{id}/keys"), None).await;
    assert_eq!(status, 200);
    assert_eq!(listed["keys"][0]["keyVersion"], 1);
    let kinds: Vec<&Value> =
        listed["apiKeys"].as_array().expect("a list").iter().map(|key| &key["kind"]).collect();
    assert!(kinds.contains(&&json!("standard")) && kinds.contains(&&json!("restricted")), "{kinds:?}");
    let text = listed.to_string();
    for secret in [issued["apiKey"].as_str().expect("a key"), simulator.gateway_api_key()] {
        let secret = secret.rsplit('_').next().expect("a secret");
        assert!(!text.contains(secret));
        call_with_key(&merchant, issued["apiKey"].as_str().expect("a key"), INQUIRY).await;
        let journal = merchant.control("GET", "journal", None).await.1.to_string();
        assert!(!journal.contains(secret), "no secret in the journal");
    }
    assert_eq!(merchant.control("GET", "clients/nobody/keys", None).await.0, 404);
}

#[tokio::test]
async fn clients_made_for_parallel_tests_share_neither_ids_nor_keys() {
    let simulator = manual().await;
    let control = Merchant::of(&simulator);
    let mut merchants = Vec::new();
    for _ in 0..2 {
        let (status, made) = control.control("POST", "clients", Some(json!({}))).await;
        assert_eq!(status, 200);
        let text = |name: &str| made[name].as_str().expect("text").to_owned();
        assert!(text("clientId").starts_with("SANDBOX_") && text("apiKey").starts_with("isak_TEST_"));
        let merchant = Merchant::with_key(&simulator, &text("clientId"), &text("merchantPrivateKey"));
        merchants.push((text("clientId"), text("apiKey"), merchant));
    }
    let request = request_for("a1", "http://127.0.0.1:1/n");
    for (id, _, merchant) in &merchants {
        assert_eq!(result(&merchant.call("createPaymentSession", &request).await).0, "SUCCESS", "{id}");
    }
    let (first, second) = (&merchants[0], &merchants[1]);
    let act = json!({"outcome": "success"});
    let path = format!("payments/a1/complete?clientId={}", first.0);
    assert_eq!(control.control("POST", &path, Some(act)).await.0, 200);
    let body = "{\"paymentRequestId\":\"a1\"}";
    let paid = second.2.send_with("POST", INQUIRY, body, bearer(&first.1)).await;
    assert_eq!(result(&paid).0, "SUCCESS");
    let untried = second.2.send_with("POST", INQUIRY, body, bearer(&second.1)).await;
    assert_eq!(result(&untried).0, "ORDER_NOT_EXIST", "the other client's buyer has not paid");
    let (status, _) = control.control("POST", "clients", Some(json!({"clientId": first.0}))).await;
    assert_eq!(status, 409);
}

#[tokio::test]
async fn a_client_id_without_the_sandbox_prefix_gets_production_keys() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let (_, made) = merchant.control("POST", "clients", Some(json!({"clientId": "T_2"}))).await;
    let key = made["apiKey"].as_str().expect("a key");
    assert!(key.starts_with("isak_PROD_"), "{key}");
    let production = "/ams/api/v1/payments/inquiryPayment";
    assert_eq!(result(&call_with_key(&merchant, key, production).await).0, "ORDER_NOT_EXIST");
    assert_eq!(result(&call_with_key(&merchant, key, INQUIRY).await).0, "KEY_NOT_FOUND");
}

#[tokio::test]
async fn answers_and_notifications_carry_the_gateways_new_key_version() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(200).await;
    let (status, rotated) = merchant.control("POST", "antom-keys", Some(json!({"activate": false}))).await;
    assert_eq!((status, &rotated["current"]), (200, &json!(1)));
    assert!(merchant.call("inquiryPayment", &json!({"paymentId": "1"})).await.is_signed, "still version 1");
    let (status, active) = merchant.control("PUT", "antom-keys", Some(json!({"current": 2}))).await;
    assert_eq!((status, &active["current"]), (200, &json!(2)));
    let fresh = Merchant::of(&simulator)
        .trusting(active["keys"][1]["antomPublicKey"].as_str().expect("a public key"));
    let request = request_for("a1", &notified.url);
    let answered = fresh.call("createPaymentSession", &request).await;
    assert!(answered.is_signed, "the new key signs");
    assert_eq!(answered.key_version.as_deref(), Some("2"));
    assert!(!merchant.call("inquiryPayment", &json!({"paymentId": "1"})).await.is_signed);
    simulator.complete("a1", &Completion::of(Outcome::Fail)).expect("failed");
    simulator.advance(Duration::from_secs(3)).await;
    let received = notified.take();
    assert!(fresh.trusts(&received[0]) && !merchant.trusts(&received[0]));
    assert_eq!(received[0].key_version().as_deref(), Some("2"));
    let (status, back) = merchant.control("PUT", "antom-keys", Some(json!({"current": 1}))).await;
    assert_eq!((status, &back["current"]), (200, &json!(1)));
    assert!(merchant.call("inquiryPayment", &json!({"paymentId": "1"})).await.is_signed);
    assert_eq!(merchant.control("PUT", "antom-keys", Some(json!({"current": 9}))).await.0, 404);
    assert_eq!(merchant.control("POST", "antom-keys", Some(json!({"keyVersion": 2}))).await.0, 409);
    let (_, named) = merchant.control("POST", "antom-keys", Some(json!({"keyVersion": 7}))).await;
    assert_eq!(named["current"], 7);
}

/// The forms of five SDKs and of the documents (official-sdks 1.2).
#[tokio::test]
async fn every_published_form_of_the_request_time_is_taken() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    for time in [
        "1767924000000",
        "2026-01-10T02:00:00+00:00",
        "2026-01-10T02:00:00+0000",
        "2026-01-10T10:00:00.1234567Z",
        "2026-01-10T10:00:00.123+08:00",
    ] {
        let headers = merchant.headers_at(time, INQUIRY, BODY);
        let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
        assert_eq!((result(&answered).0, answered.is_signed), ("ORDER_NOT_EXIST", true), "{time}");
    }
    let headers = merchant.headers_at("yesterday", INQUIRY, BODY);
    let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
    assert_eq!((result(&answered).0, answered.is_signed), ("PARAM_ILLEGAL", true));
    let message = answered.body["result"]["resultMessage"].as_str().expect("a message");
    assert!(message.contains("request-time"), "{message}");
}

#[tokio::test]
async fn what_the_sdks_send_beside_the_documented_headers_does_no_harm() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let plain = merchant.headers(INQUIRY, BODY);
    let signature = plain.iter().find(|(name, _)| name == "signature").expect("signed").1.clone();
    let raw = signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    let added = |pairs: &[(&str, &str)]| {
        let mut headers = plain.clone();
        headers.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        headers
    };
    let go = added(&[
        ("Content-type", "application/json"),
        ("agent-token", ""),
        ("SDK-VERSION", "1.3.5"),
        ("Key-Version", "1"),
    ]);
    for (what, headers) in [
        ("Go: two content types and an empty agent-token", go),
        ("an agent-token", added(&[("Agent-Token", "token-of-a-partner")])),
        ("another authorization scheme", added(&[("Authorization", "Basic eDp5")])),
        ("base64 that is not URL-encoded", with_header(plain.clone(), "signature", &raw)),
        ("blanks after commas", with_header(plain.clone(), "signature", &signature.replace(',', ", "))),
    ] {
        let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
        assert_eq!((result(&answered).0, answered.is_signed), ("ORDER_NOT_EXIST", true), "{what}");
    }
    let mixed = added(&[("content-type", "text/plain")]);
    let answered = merchant.send_with("POST", INQUIRY, BODY, mixed).await;
    assert_eq!(result(&answered).0, "MEDIA_TYPE_NOT_ACCEPTABLE");
}

/// Over a bare socket, since HTTP libraries make all header names small.
#[tokio::test]
async fn header_names_are_read_in_any_case() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let simulator = manual().await;
    let headers = Merchant::of(&simulator).headers(INQUIRY, BODY);
    for spelling in [str::to_uppercase, str::to_lowercase, title_case] {
        let mut request = format!("POST {INQUIRY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (name, value) in &headers {
            request.push_str(&format!("{}: {value}\r\n", spelling(name)));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{BODY}", BODY.len()));
        let address = simulator.base_url().trim_start_matches("http://");
        let mut socket = tokio::net::TcpStream::connect(address).await.expect("a connection");
        socket.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.contains("ORDER_NOT_EXIST") && answer.contains("\r\nsignature: "), "{answer}");
    }
}

fn title_case(name: &str) -> String {
    let parts = name.split('-').map(|part| part[..1].to_uppercase() + &part[1..]);
    parts.collect::<Vec<_>>().join("-")
}

#[tokio::test]
async fn the_gateway_api_key_is_kept_in_the_folder_and_a_spoilt_one_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { keys: Some(folder.path().to_owned()), ..Settings::default() };
    let first = Simulator::start_with(settings.clone()).await.expect("a simulator");
    let path = folder.path().join("gateway_api_key");
    let written = std::fs::read_to_string(&path).expect("the file");
    assert_eq!(written, first.gateway_api_key());
    assert_eq!(std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
    assert_ne!(written, std::fs::read_to_string(folder.path().join("api_key")).expect("the file"));
    drop(first);
    let second = Simulator::start_with(settings.clone()).await.expect("a simulator");
    assert_eq!(second.gateway_api_key(), written);
    drop(second);
    std::fs::remove_file(&path).expect("removed");
    let third =
        Simulator::start_with(settings.clone()).await.expect("a folder from before there were API keys");
    assert_ne!(third.gateway_api_key(), written);
    drop(third);
    std::fs::write(&path, "not a key").expect("written");
    let error = Simulator::start_with(settings).await.expect_err("a spoilt file");
    assert!(matches!(&error, StartError::Keys(_)));
    assert!(error.to_string().contains("gateway_api_key"), "{error}");
}

#[tokio::test]
async fn keys_are_also_written_as_one_line_of_base64() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { keys: Some(folder.path().to_owned()), ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    for (name, pem) in [
        ("merchant_private.base64", simulator.merchant_private_key()),
        ("antom_public.base64", simulator.antom_public_key()),
    ] {
        let line = std::fs::read_to_string(folder.path().join(name)).expect("the file");
        assert!(line.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c)), "{name}");
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(line, lines);
    }
}
