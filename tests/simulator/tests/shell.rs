//! The simulator over real sockets: signatures, TLS, notifications, the control API, the keys folder.
//! The rules of the gateway are tested in `core_rules`.

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
use support::{Answered, Merchant, NotifyServer, request_for, tls_client};

async fn manual() -> Simulator {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
    Simulator::start_with(settings).await.expect("a simulator")
}

fn code(answered: &Answered) -> &str {
    answered.body["result"]["resultCode"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn a_payment_runs_from_session_to_capture_with_signed_notifications() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(200).await;
    let answered = merchant.call("createPaymentSession", &request_for("a1", &notified.url)).await;
    assert_eq!(code(&answered), "SUCCESS");
    assert!(answered.is_signed, "answers are signed with the gateway's key");
    simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    simulator.advance(Duration::from_secs(5)).await;
    let received = notified.take();
    let kinds: Vec<&Value> = received.iter().map(|one| &one.body["notifyType"]).collect();
    assert_eq!(kinds, ["PAYMENT_RESULT", "CAPTURE_RESULT"]);
    assert!(
        received.iter().all(|one| merchant.trusts(one)),
        "notifications are signed over their exact bytes"
    );
    assert_eq!(simulator.ledger()["orders"]["order-1"]["held"], "4200");
}

#[tokio::test]
async fn both_path_prefixes_are_served() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    for prefix in ["/ams/api/v1/payments/", "/ams/sandbox/api/v1/payments/"] {
        let answered = merchant.send(&format!("{prefix}inquiryPayment"), "{\"paymentId\":\"1\"}").await;
        assert_eq!((code(&answered), answered.is_signed), ("ORDER_NOT_EXIST", true));
    }
}

#[tokio::test]
async fn the_path_with_one_slash_too_many_is_answered_and_signed_as_it_was_sent() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    for prefix in ["/ams/api//v1", "/ams/sandbox/api//v1"] {
        let path = format!("{prefix}/payments/retrievePaymentSession");
        let answered = merchant.send(&path, "{\"paymentRequestId\":\"none\"}").await;
        assert!(answered.is_signed, "{path}");
        assert_ne!(code(&answered), "NO_INTERFACE_DEF");
        let other = merchant.send(&format!("{prefix}/payments/pay"), "{}").await;
        assert_eq!((code(&other), other.is_signed), ("NO_INTERFACE_DEF", true));
    }
}

#[tokio::test]
async fn only_unknown_clients_and_bad_signatures_get_unsigned_answers() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let path = "/ams/api/v1/payments/inquiryPayment";
    let body = "{\"paymentId\":\"1\"}";
    let good = merchant.headers(path, body);
    let with = |name: &str, value: &str| {
        let mut headers = good.clone();
        headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            headers.push((name.to_owned(), value.to_owned()));
        }
        headers
    };
    let signature = &good.iter().find(|(name, _)| name == "signature").expect("a header").1;
    for (headers, expected) in [
        (with("client-id", "SANDBOX_NOBODY"), "CLIENT_INVALID"),
        (with("client-id", ""), "CLIENT_INVALID"),
        (with("request-time", ""), "INVALID_SIGNATURE"),
        (with("request-time", "1"), "INVALID_SIGNATURE"),
        (with("signature", ""), "INVALID_SIGNATURE"),
        (with("signature", "algorithm=RSA256,keyVersion=1,signature="), "INVALID_SIGNATURE"),
        (with("signature", "rubbish"), "INVALID_SIGNATURE"),
        (with("signature", &signature.replace("keyVersion=1", "keyVersion=9")), "KEY_NOT_FOUND"),
    ] {
        let answered = merchant.send_with("POST", path, body, headers.clone()).await;
        assert_eq!((code(&answered), answered.status), (expected, 200), "{headers:?}");
        assert!(!answered.has_signature);
    }
    let answered = merchant.send_with("POST", path, "{\"paymentId\":\"2\"}", good.clone()).await;
    assert_eq!(code(&answered), "INVALID_SIGNATURE", "another body than the one that was signed");
    let reordered = signature.replace(",", " , ").replace("keyVersion=1 , ", "");
    let answered = merchant.send_with("POST", path, body, with("signature", &reordered)).await;
    assert_eq!((code(&answered), answered.is_signed), ("ORDER_NOT_EXIST", true));
}

#[tokio::test]
async fn what_no_operation_can_take_gets_a_signed_failure() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let answered = merchant.send("/ams/api/v1/payments/nothing", "{}").await;
    assert_eq!((code(&answered), answered.is_signed), ("NO_INTERFACE_DEF", true));
    let answered = merchant.send("/ams/api/v1/payments/pay", "{broken").await;
    assert_eq!((code(&answered), answered.is_signed), ("PARAM_ILLEGAL", true));
    let path = "/ams/api/v1/payments/pay";
    let mut headers = merchant.headers(path, "{}");
    headers.retain(|(name, _)| name != "content-type");
    headers.push(("content-type".to_owned(), "text/plain".to_owned()));
    let answered = merchant.send_with("POST", path, "{}", headers).await;
    assert_eq!((code(&answered), answered.is_signed), ("MEDIA_TYPE_NOT_ACCEPTABLE", true));
    let headers = merchant.headers_for("PUT", path, "{}");
    let answered = merchant.send_with("PUT", path, "{}", headers).await;
    assert_eq!(code(&answered), "METHOD_NOT_SUPPORTED");
}

#[tokio::test]
async fn a_notification_that_is_not_acknowledged_comes_again_under_the_clock() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(500).await;
    merchant.call("createPaymentSession", &request_for("a1", &notified.url)).await;
    simulator.complete("a1", &Completion::of(Outcome::Fail)).expect("failed");
    simulator.advance(Duration::from_secs(3)).await;
    assert_eq!(notified.take().len(), 1);
    simulator.advance(Duration::from_secs(119)).await;
    assert_eq!(notified.take().len(), 0);
    simulator.advance(Duration::from_secs(1)).await;
    let again = notified.take();
    assert_eq!(again.len(), 1);
    assert!(merchant.trusts(&again[0]), "a resend is signed for its own time");
    simulator.advance(Duration::from_secs(100_000)).await;
    assert_eq!(notified.take().len(), 6);
}

#[tokio::test]
async fn a_notification_is_not_sent_to_other_machines() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    merchant.call("createPaymentSession", &request_for("a1", "https://www.example.com/notify")).await;
    simulator.complete("a1", &Completion::of(Outcome::Fail)).expect("failed");
    simulator.advance(Duration::from_secs(3)).await;
    let log = merchant.control("GET", "notifications", None).await.1;
    assert_eq!(log["notifications"][0]["status"], "refused");
    assert_eq!(log["notifications"][0]["tries"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_dropped_call_closes_the_connection_and_has_no_effect() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let rule = json!({"target": "createPaymentSession", "script": [true], "do": {"kind": "drop"}});
    simulator.set_faults(json!({"rules": [rule]})).expect("a plan");
    let request = request_for("a1", "http://127.0.0.1:1/n").to_string();
    let path = "/ams/api/v1/payments/createPaymentSession";
    assert!(merchant.try_send(path, &request).await.is_err(), "no answer at all");
    assert_eq!(simulator.ledger()["orders"], json!({}));
    assert_eq!(code(&merchant.send(path, &request).await), "SUCCESS");
}

#[tokio::test]
async fn signatures_are_spoilt_on_request() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    for (kind, has_signature) in [("bad_signature", true), ("no_signature", false)] {
        let rule = json!({"target": "inquiryPayment", "script": [true], "do": {"kind": kind}});
        simulator.set_faults(json!({"rules": [rule]})).expect("a plan");
        let answered = merchant.call("inquiryPayment", &json!({"paymentId": "1"})).await;
        assert_eq!((answered.has_signature, answered.is_signed), (has_signature, false), "{kind}");
    }
}

#[tokio::test]
async fn the_control_api_drives_a_payment() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(200).await;
    let control =
        async |method: &str, path: &str, body: Value| merchant.control(method, path, Some(body)).await;
    assert_eq!(control("GET", "health", Value::Null).await.0, 200);
    merchant.call("createPaymentSession", &request_for("a1", &notified.url)).await;
    assert_eq!(control("GET", "payments/a1", Value::Null).await.1["status"], "OPEN");
    assert_eq!(control("GET", "payments/a2", Value::Null).await.0, 404);
    assert_eq!(control("POST", "payments/a2/complete", json!({"outcome": "success"})).await.0, 404);
    for bad in [json!({}), json!({"outcome": "perhaps"}), json!({"outcome": "success", "resultCode": "X"})] {
        assert_eq!(control("POST", "payments/a1/complete", bad.clone()).await.0, 400, "{bad}");
    }
    let act = json!({"outcome": "success", "card": "5162774114974622"});
    let (status, payment) = control("POST", "payments/a1/complete", act.clone()).await;
    assert_eq!((status, &payment["status"]), (200, &json!("SUCCESS")));
    assert_eq!(control("POST", "payments/a1/complete", act).await.0, 409);
    let (status, clock) = control("POST", "clock/advance", json!({"seconds": 3})).await;
    assert_eq!((status, &clock["now"]), (200, &json!("2026-01-10T02:00:03.000Z")));
    assert_eq!(clock["mode"], "manual");
    let path = "notifications?wait=30&paymentRequestId=a1&notifyType=PAYMENT_RESULT";
    let (_, log) = control("GET", path, Value::Null).await;
    assert_eq!(log["notifications"].as_array().map(Vec::len), Some(1));
    assert_eq!(log["notifications"][0]["status"], "acknowledged");
    assert_eq!(log["notifications"][0]["body"]["paymentResultInfo"]["cardBrand"], "MASTERCARD");
    notified.take();
    let (status, resent) = control("POST", "notifications/n-0/resend", Value::Null).await;
    assert_eq!((status, resent["tries"].as_array().map(Vec::len)), (200, Some(2)));
    assert_eq!(notified.take().len(), 1);
    let (_, payments) = control("GET", "payments?clientId=nobody", Value::Null).await;
    assert_eq!(payments, json!({"payments": []}));
    assert_eq!(control("POST", "reset", Value::Null).await.0, 200);
    assert_eq!(simulator.ledger(), json!({"orders": {}, "violations": []}));
}

#[tokio::test]
async fn a_notification_made_by_hand_is_signed_whatever_it_says() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(200).await;
    let input = json!({"url": notified.url, "notifyType": "SOMETHING_NEW", "body": {"weather": "rain"}});
    let (status, sent) = merchant.control("POST", "notifications/trigger", Some(input)).await;
    assert_eq!((status, &sent["status"]), (200, &json!("acknowledged")));
    let received = notified.take();
    assert!(merchant.trusts(&received[0]));
    assert_eq!(received[0].body["weather"], "rain");
    assert_eq!(merchant.control("POST", "notifications/trigger", Some(json!({}))).await.0, 400);
}

#[tokio::test]
async fn a_long_poll_of_the_clock_ends_with_the_next_advance() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let before = merchant.control("GET", "clock", None).await.1;
    let path = format!("clock?after={}", before["epochMillis"]);
    let waiting = merchant.control("GET", &path, None);
    let (after, _) = tokio::join!(waiting, simulator.advance(Duration::from_secs(60)));
    assert_eq!(after.1["now"], "2026-01-10T02:01:00.000Z");
    assert_eq!(merchant.control("GET", "clock?after=soon", None).await.0, 400);
}

#[tokio::test]
async fn a_running_clock_fires_by_itself_and_can_be_moved_on() {
    let settings = Settings { clock: ClockMode::Real { speed: 1_000 }, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    let notified = NotifyServer::start(200).await;
    merchant.call("createPaymentSession", &request_for("a1", &notified.url)).await;
    simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    let path = "notifications?wait=30&notifyType=CAPTURE_RESULT";
    let (_, log) = merchant.control("GET", path, None).await;
    assert_eq!(log["notifications"][0]["status"], "acknowledged");
    let before = simulator.now();
    simulator.advance(Duration::from_secs(86_400)).await;
    assert!(simulator.now().since(before) >= Duration::from_secs(86_400));
}

#[tokio::test]
async fn further_clients_have_keys_and_books_of_their_own() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let (status, made) = merchant.control("POST", "clients", Some(json!({"clientId": "T_2"}))).await;
    assert_eq!((status, &made["clientId"]), (200, &json!("T_2")));
    let key = made["merchantPrivateKey"].as_str().expect("a private key");
    let other = Merchant::with_key(&simulator, "T_2", key);
    let request = request_for("a1", "http://127.0.0.1:1/n");
    assert_eq!(code(&other.call("createPaymentSession", &request).await), "SUCCESS");
    let (_, ledger) =
        merchant.control("GET", &format!("ledger?clientId={}", simulator.client_id()), None).await;
    assert_eq!(ledger["orders"], json!({}));
    assert_eq!(merchant.control("POST", "clients", Some(json!({"clientId": "T_2"}))).await.0, 409);
    let version = json!({"keyVersion": 2, "merchantPublicKey": made["merchantPublicKey"]});
    assert_eq!(merchant.control("POST", "clients/T_2/keys", Some(version)).await.0, 200);
    assert_eq!(code(&other.call("createPaymentSession", &request).await), "SUCCESS");
}

#[tokio::test]
async fn a_snapshot_brings_back_payments_and_time() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    merchant.call("createPaymentSession", &request_for("a1", "http://127.0.0.1:1/n")).await;
    let name = || Some(json!({"name": "before"}));
    assert_eq!(merchant.control("POST", "snapshot", name()).await.0, 200);
    let before = simulator.now();
    simulator.complete("a1", &Completion::of(Outcome::Fail)).expect("failed");
    simulator.advance(Duration::from_secs(60)).await;
    assert_eq!(merchant.control("POST", "restore", name()).await.0, 200);
    assert_eq!(simulator.now(), before);
    assert_eq!(simulator.ledger()["orders"]["order-1"]["attempts"][0]["status"], "OPEN");
    assert_eq!(merchant.control("POST", "restore", Some(json!({"name": "x"}))).await.0, 404);
}

#[tokio::test]
async fn every_path_of_the_openapi_document_is_served() {
    let simulator = manual().await;
    let merchant = Merchant::of(&simulator);
    let (status, document) = merchant.control("GET", "openapi.json", None).await;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() >= 18, "{}", paths.len());
    for (path, methods) in paths {
        let path = path.strip_prefix("/_simulator/").expect("a control path").replace(['{', '}'], "");
        for method in methods.as_object().expect("methods").keys() {
            let (status, body) = merchant.control(&method.to_uppercase(), &path, None).await;
            assert_ne!(status, 405, "{method} {path}");
            assert_ne!(body["error"]["message"], "no such route of the control API", "{method} {path}");
        }
    }
    assert_eq!(merchant.control("GET", "nowhere", None).await.0, 404);
}

#[tokio::test]
async fn tls_is_served_under_the_names_of_the_real_gateway() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        tls_listen: Some("127.0.0.1:0".parse().expect("an address")),
        tls_names: vec!["gateway.test".to_owned()],
        keys: Some(folder.path().to_owned()),
        ..Settings::default()
    };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let url = simulator.tls_url().expect("TLS is on").to_owned();
    let port: u16 = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let ca = std::fs::read_to_string(folder.path().join("ca.pem")).expect("ca.pem");
    assert_eq!(simulator.ca_pem(), Some(ca.as_str()));
    assert!(folder.path().join("truststore.p12").exists());
    for host in ["127.0.0.1", "localhost", "gateway.test", "open-sea-global.alipay.com"] {
        let client = tls_client(&ca, host, port);
        let health = client.get(format!("https://{host}:{port}/_simulator/health")).send().await;
        assert_eq!(health.expect("an answer over TLS").status(), 200, "{host}");
    }
    let stranger = tls_client(&ca, "other.test", port);
    assert!(stranger.get(format!("https://other.test:{port}/")).send().await.is_err());
    let merchant = Merchant::over(&simulator, tls_client(&ca, "localhost", port), &url);
    let answered = merchant.call("inquiryPayment", &json!({"paymentId": "1"})).await;
    assert_eq!((code(&answered), answered.is_signed), ("ORDER_NOT_EXIST", true));
    let toml = std::fs::read_to_string(folder.path().join("antom.toml")).expect("antom.toml");
    assert!(toml.contains(&format!("# base_url = \"{url}\"")) && toml.contains("# ca_file = "));
}

#[tokio::test]
async fn the_certificate_authority_stays_the_same_over_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        tls_listen: Some("127.0.0.1:0".parse().expect("an address")),
        keys: Some(folder.path().to_owned()),
        ..Settings::default()
    };
    let first = Simulator::start_with(settings.clone()).await.expect("a simulator");
    let ca = first.ca_pem().expect("an authority").to_owned();
    drop(first);
    let second = Simulator::start_with(settings.clone()).await.expect("a simulator");
    let url = second.tls_url().expect("TLS is on");
    let port: u16 = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let health =
        tls_client(&ca, "localhost", port).get(format!("https://localhost:{port}/_simulator/health"));
    assert_eq!(health.send().await.expect("the old authority is trusted").status(), 200);
    std::fs::remove_file(folder.path().join("ca_private.pem")).expect("removed");
    assert!(matches!(Simulator::start_with(settings).await, Err(StartError::Tls(_))));
}

#[tokio::test]
async fn the_keys_folder_is_filled_once_and_a_partial_one_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    let settings = Settings { keys: Some(keys.clone()), ..Settings::default() };
    let first = Simulator::start_with(settings.clone()).await.expect("a simulator");
    let text = |name: &str| std::fs::read_to_string(keys.join(name)).expect("a file");
    let mode = |name: &str| std::fs::metadata(keys.join(name)).expect("a file").permissions().mode() & 0o777;
    for name in ["merchant_private.pem", "antom_private.pem", "api_key", "operator_api_key"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    assert!(text("client_id").starts_with("SANDBOX_"));
    assert!(text("merchant_private.pem").starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(text("antom_public.pem").starts_with("-----BEGIN PUBLIC KEY-----\n"));
    assert!(text("antom.toml").contains(&format!("base_url = \"{}\"", first.base_url())));
    for key in [text("api_key"), text("operator_api_key")] {
        assert!(!text("antom.toml").contains(&key), "only the hash of an API key is configured");
    }
    assert_ne!(text("api_key"), text("operator_api_key"));
    let (private, operator) = (text("merchant_private.pem"), text("operator_api_key"));
    drop(first);
    let second = Simulator::start_with(settings.clone()).await.expect("the same keys again");
    assert_eq!((second.merchant_private_key(), text("operator_api_key").as_str()), (&*private, &*operator));
    assert!(text("antom.toml").contains(&format!("base_url = \"{}\"", second.base_url())));
    drop(second);
    std::fs::remove_file(keys.join("operator_api_key")).expect("removed");
    let _third =
        Simulator::start_with(settings.clone()).await.expect("a folder from before there was a dashboard");
    assert_ne!(text("operator_api_key"), operator);
    std::fs::remove_file(keys.join("antom_public.pem")).expect("removed");
    let error = Simulator::start_with(settings).await.expect_err("an incomplete folder");
    assert!(matches!(&error, StartError::Keys(_)));
    assert!(error.to_string().contains("antom_public.pem"), "{error}");
}
