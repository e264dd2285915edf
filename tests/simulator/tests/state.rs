//! The state file: what survives the end of a simulator, by its library and as a process, and what is refused.
//! What of the gateway is saved is tested in `saved`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "each suite uses its own part of the merchant")]
mod support;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use antom_simulator::core::{Completion, Outcome, Time};
use antom_simulator::{ClockMode, Settings, Simulator, StartError, StateError};
use serde_json::{Value, json};
use support::{Merchant, NotifyServer, request_for};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn state(&self) -> PathBuf {
        self.path("state.json")
    }

    fn settings(&self) -> Settings {
        Settings {
            keys: Some(self.path("keys")),
            state: Some(self.state()),
            clock: ClockMode::Manual,
            start: Time::parse("2026-01-10T02:00:00Z"),
            ..Settings::default()
        }
    }

    async fn start(&self) -> Simulator {
        Simulator::start_with(self.settings()).await.expect("a simulator")
    }

    async fn refused(&self) -> StateError {
        match Simulator::start_with(self.settings()).await {
            Err(StartError::State(error)) => error,
            other => panic!("not refused for its state: {other:?}"),
        }
    }
}

fn pay_request(id: &str, notify_url: &str) -> Value {
    let mut request = request_for(id, notify_url);
    request["env"] = json!({"terminalType": "WEB"});
    request
}

async fn status(merchant: &Merchant, id: &str) -> Value {
    let answer = merchant.call("inquiryPayment", &json!({"paymentRequestId": id})).await;
    answer.body["paymentStatus"].clone()
}

#[tokio::test]
async fn payments_clock_faults_clients_and_keys_survive_and_the_resend_schedule_continues() {
    let (place, deaf, hearing) =
        (Place::new(), NotifyServer::start(500).await, NotifyServer::start(200).await);
    let (second_client, rotated) = {
        let simulator = place.start().await;
        let merchant = Merchant::of(&simulator);
        merchant.call("pay", &pay_request("p1", &deaf.url)).await;
        merchant.call("pay", &pay_request("p2", &hearing.url)).await;
        for id in ["p1", "p2"] {
            simulator.complete(id, &Completion::of(Outcome::Success)).expect("paid");
        }
        simulator.advance(Duration::from_secs(10)).await;
        assert_eq!((deaf.take().len(), hearing.take().len()), (2, 2));
        let rule = json!({"rules": [{"target": "consult", "script": [true], "do": {"kind": "status", "status": 502}}]});
        simulator.set_faults(rule).expect("a plan");
        let (_, client) =
            merchant.control("POST", "clients", Some(json!({"clientId": "SANDBOX_SECOND"}))).await;
        let (_, keys) = merchant.control("POST", "antom-keys", Some(json!({}))).await;
        (client, keys)
    };
    let simulator = place.start().await;
    assert_eq!(simulator.now(), Time::parse("2026-01-10T02:00:10Z").expect("a time"));
    let merchant = Merchant::of(&simulator);
    assert_eq!(status(&merchant, "p1").await, "SUCCESS");
    assert_eq!(simulator.ledger()["orders"]["order-1"]["held"], "8400");
    let broken = merchant.call("consult", &json!({})).await;
    assert_eq!(broken.status, 502, "the script of the fault goes on");
    // The gateway signs with the version that it was rotated to.
    assert_eq!(rotated["current"], 2);
    let public = rotated["keys"][1]["antomPublicKey"].as_str().expect("a key");
    let answer = Merchant::of(&simulator).trusting(public).call("inquiryPayment", &json!({})).await;
    assert!(answer.is_signed);
    assert_eq!(answer.key_version.as_deref(), Some("2"));
    let private = second_client["merchantPrivateKey"].as_str().expect("a key");
    let second = Merchant::with_key(&simulator, "SANDBOX_SECOND", private).trusting(public);
    let answer = second.call("inquiryPayment", &json!({"paymentRequestId": "p1"})).await;
    assert_eq!(answer.body["result"]["resultCode"], "ORDER_NOT_EXIST", "its own books, and known by its key");
    // The second sends are due two minutes after the first ones: 02:02:03.
    simulator.advance(Duration::from_secs(112)).await;
    assert_eq!(deaf.take().len(), 0);
    simulator.advance(Duration::from_secs(1)).await;
    assert_eq!((deaf.take().len(), hearing.take().len()), (2, 0));
}

#[tokio::test]
async fn a_change_is_in_the_file_before_the_simulator_ends() {
    let place = Place::new();
    let simulator = place.start().await;
    assert!(!place.state().exists(), "nothing has changed yet");
    let merchant = Merchant::of(&simulator);
    merchant.call("pay", &pay_request("p1", "http://127.0.0.1:1/")).await;
    // Asking for the list waits for nothing, so the file is waited for by looking.
    let file = loop {
        if let Ok(text) = std::fs::read_to_string(place.state()) {
            break text;
        }
        tokio::task::yield_now().await;
    };
    assert!(file.contains("\"p1\""), "the request came before the first write");
    let mode = std::fs::metadata(place.state()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the state holds keys");
}

#[tokio::test]
async fn a_file_that_is_no_state_is_refused_and_left_alone() {
    let place = Place::new();
    drop(place.start().await);
    let current = || {
        let state = json!({"clientId": "x"});
        json!({"format": "antom-simulator state", "version": 1, "state": state})
    };
    let mut newer = current();
    newer["version"] = json!(2);
    for (content, hint) in [
        (String::new(), "EOF"),
        ("{\"format\":\"antom-simulator state\",\"version\":1,\"sta".to_owned(), "EOF"),
        (json!({"some": "file"}).to_string(), "missing field `format`"),
        (json!({"format": "another", "version": 1}).to_string(), "its format is not"),
        (current().to_string(), "missing field `clock`"),
        (newer.to_string(), "version 2"),
    ] {
        std::fs::write(place.state(), &content).expect("written");
        let error = place.refused().await;
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        let text = format!("{error}: {source}");
        assert!(text.contains(hint) && text.contains("state.json"), "{text}");
        assert_eq!(std::fs::read_to_string(place.state()).expect("still there"), content);
    }
}

#[tokio::test]
async fn a_state_belongs_to_one_client_and_to_one_simulator_at_a_time() {
    let place = Place::new();
    let simulator = place.start().await;
    assert!(matches!(place.refused().await, StateError::InUse { .. }));
    let merchant = Merchant::of(&simulator);
    merchant.call("pay", &pay_request("p1", "http://127.0.0.1:1/")).await;
    drop(simulator);
    let others = Settings { keys: Some(place.path("other-keys")), ..place.settings() };
    let error = Simulator::start_with(others).await.expect_err("refused");
    assert!(matches!(error, StartError::State(StateError::OtherClient { .. })), "{error}");
    let none = Settings { keys: None, ..place.settings() };
    let error = Simulator::start_with(none).await.expect_err("refused");
    assert!(matches!(error, StartError::State(StateError::NeedsKeys)), "{error}");
    assert_eq!(status(&Merchant::of(&place.start().await), "p1").await, "PROCESSING");
}

struct Process {
    child: Child,
    ready: Value,
}

impl Process {
    fn start(place: &Place) -> Self {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut child = Command::new(env!("CARGO_BIN_EXE_antom-simulator"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--clock",
                "manual",
                "--start",
                "2026-01-10T02:00:00Z",
            ])
            .args(["--keys", &text(&place.path("keys")), "--state", &text(&place.state())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
        Self { ready: serde_json::from_str(&line).unwrap_or_default(), child }
    }

    fn merchant(&self, place: &Place) -> Merchant {
        let file = |name: &str| std::fs::read_to_string(place.path("keys").join(name)).expect("a key");
        let base = self.ready["listening"].as_str().expect("an address");
        Merchant::at(base, &file("client_id"), &file("merchant_private.pem"), &file("antom_public.pem"))
    }

    /// The exit code after SIGTERM.
    fn terminate(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        self.child.wait().expect("ended").code()
    }
}

#[tokio::test]
async fn a_process_that_is_terminated_goes_on_where_it_was_when_it_is_started_again() {
    let (place, shop) = (Place::new(), NotifyServer::start(503).await);
    let process = Process::start(&place);
    let merchant = process.merchant(&place);
    merchant.call("pay", &pay_request("p1", &shop.url)).await;
    let (done, _) =
        merchant.control("POST", "payments/p1/complete", Some(json!({"outcome": "success"}))).await;
    assert_eq!(done, 200);
    merchant.control("POST", "clock/advance", Some(json!({"seconds": 3}))).await;
    assert_eq!(shop.take().len(), 2, "the payment and its capture");
    let (_, before) = merchant.control("GET", "journal", None).await;
    assert_eq!(process.terminate(), Some(0));

    let process = Process::start(&place);
    let merchant = process.merchant(&place);
    assert_eq!(status(&merchant, "p1").await, "SUCCESS");
    let (_, after) = merchant.control("GET", "journal", None).await;
    assert_eq!(after["written"], json!(before["written"].as_u64().expect("a number") + 1));
    merchant.control("POST", "clock/advance", Some(json!({"seconds": 119}))).await;
    assert_eq!(shop.take().len(), 0);
    merchant.control("POST", "clock/advance", Some(json!({"seconds": 1}))).await;
    assert_eq!(shop.take().len(), 2, "the second sends, two minutes after the first ones");
    assert_eq!(process.terminate(), Some(0));
}

#[tokio::test]
async fn an_unreadable_state_ends_the_process_with_5_and_says_why() {
    let place = Place::new();
    std::fs::write(place.state(), "{").expect("written");
    let mut process = Process::start(&place);
    assert_eq!(process.ready, Value::Null);
    assert_eq!(process.child.wait().expect("ended").code(), Some(5));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut process.child.stderr.take().expect("stderr"), &mut said)
        .expect("text");
    assert!(said.contains("state.json cannot be read as a simulator's state"), "{said}");
    assert_eq!(std::fs::read_to_string(place.state()).expect("still there"), "{");
}
