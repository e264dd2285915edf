//! What a shell sees of the binary: health, help, a quick end whatever is open, and logs without secrets.
//! The ready line and the exit codes of `serve` are tested in `process`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Value,
    folder: tempfile::TempDir,
}

fn binary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antom-simulator"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    binary(arguments).output().expect("the binary runs")
}

fn serve(log: &str) -> Running {
    serve_with(log, &[])
}

fn serve_with(log: &str, flags: &[&str]) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys").to_string_lossy().into_owned();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--keys", &keys];
    let arguments = [&arguments[..], flags].concat();
    let mut child = binary(&arguments).env("RUST_LOG", log).spawn().expect("started");
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    let ready = serde_json::from_str(&line).expect("JSON");
    Running { child, stdout, ready, folder }
}

impl Running {
    fn url(&self, name: &str) -> &str {
        self.ready[name].as_str().expect("an address")
    }

    fn key(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("keys").join(name)).expect("a file")
    }

    /// Sends a request and leaves the connection open.
    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut socket =
            TcpStream::connect(self.url("listening").trim_start_matches("http://")).expect("connected");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        socket.write_all(format!("{head}{body}").as_bytes()).expect("sent");
        socket
    }

    fn ask(&self, path: &str, headers: &str, body: &str) -> String {
        let mut answer = String::new();
        let mut socket = self.send("POST", path, &format!("Connection: close\r\n{headers}"), body);
        socket.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Ends it by SIGTERM and tells its exit code and what it logged; `None` if that takes more than 10 s.
    fn end(mut self) -> Option<(Option<i32>, String)> {
        let sent =
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let mut stderr = self.child.stderr.take().expect("stderr");
        let (done, is_done) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut log, mut rest) = (String::new(), String::new());
            stderr.read_to_string(&mut log).expect("the log");
            self.stdout.read_to_string(&mut rest).expect("the end");
            assert_eq!(rest, "", "nothing follows the ready line");
            let code = self.child.wait().expect("ended").code();
            done.send((code, log))
        });
        is_done.recv_timeout(Duration::from_secs(10)).ok()
    }
}

#[test]
fn health_tells_whether_a_simulator_serves() {
    let running = serve("info");
    let url = running.url("listening").to_owned();
    let well = run(&["health", "--url", &url]);
    assert_eq!(well.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&well.stdout).contains(running.url("client_id")));
    let told = run(&["health", "--url", &url, "--json"]);
    let health: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(health["status"], "ok");
    let ca = running.folder.path().join("keys/ca.pem").to_string_lossy().into_owned();
    let tls = running.url("tls").to_owned();
    assert_eq!(run(&["health", "--url", &tls, "--ca-file", &ca]).status.code(), Some(0));
    let strange = run(&["health", "--url", &tls]);
    assert_eq!(strange.status.code(), Some(1), "no authority is trusted unasked");
    assert_eq!(running.end().expect("in time").0, Some(0));
    let gone = run(&["health", "--url", &url]);
    assert_eq!((gone.status.code(), gone.stdout.is_empty()), (Some(1), true));
    assert!(String::from_utf8_lossy(&gone.stderr).contains(&url));
    assert_eq!(run(&["health", "--url", "nowhere"]).status.code(), Some(64));
    assert_eq!(run(&["health", "--url", "ftp://localhost"]).status.code(), Some(64));
    assert_eq!(run(&["health", "--ca-file", "/no/such/file"]).status.code(), Some(2));
}

#[test]
fn somebody_else_on_the_port_is_no_healthy_simulator() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", other.local_addr().expect("an address"));
    let answering = std::thread::spawn(move || {
        let (mut socket, _) = other.accept().expect("asked");
        let _request = socket.read(&mut [0; 1024]).expect("a request");
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").expect("answered");
    });
    let told = run(&["health", "--url", &url]);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("200"));
    answering.join().expect("answered");
}

#[test]
fn every_command_has_help_with_examples_and_exit_codes() {
    for arguments in [&["--help"][..], &["serve", "--help"], &["health", "--help"]] {
        let help = run(arguments);
        assert_eq!(help.status.code(), Some(0));
        let text = String::from_utf8_lossy(&help.stdout).into_owned();
        for part in ["Examples:\n  antom-simulator ", "Exit codes: 0 ", "64 "] {
            assert!(text.contains(part), "{arguments:?}: {text}");
        }
    }
}

/// A payment of this amount, and an inquiry of it; an answer that never comes is an empty text.
fn paid(running: &Running, value: &str) -> (String, String) {
    let bearer = format!("Authorization: Bearer {}\r\n", running.key("gateway_api_key"));
    let id = format!("pay-{value}");
    let amount = json!({"currency": "SGD", "value": value});
    let payment = json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": id, "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": "CARD"}, "paymentFactor": {"isAuthorization": true},
        "order": {"referenceOrderId": "o1", "orderDescription": "a chair", "orderAmount": amount},
        "env": {"terminalType": "WEB", "clientIp": "127.0.0.1"},
        "paymentRedirectUrl": "https://shop.test/result", "paymentNotifyUrl": "http://127.0.0.1:1/n",
    });
    let call = |operation: &str, body: &Value| {
        running.ask(&format!("/ams/sandbox/api/v1/payments/{operation}"), &bearer, &body.to_string())
    };
    (call("pay", &payment), call("inquiryPayment", &json!({"paymentRequestId": id})))
}

fn body_of(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn every_flag_that_shapes_the_gateway_reaches_it() {
    let flags =
        ["--clock", "manual", "--start", "2026-01-10T10:00:00+08:00", "--seed", "7", "--journal", "3"];
    let flags = [&flags[..], &["--magic-amounts", "--tls-name", "pay.test", "--json"]].concat();
    let ids: Vec<Value> = (0..2)
        .map(|_| {
            let running = serve_with("info", &flags);
            let (plain, _) = paid(&running, "4200");
            let id = body_of(&plain)["paymentId"].clone();
            let (strange, _) = paid(&running, "9901");
            assert!(strange.contains("UNKNOWN_EXCEPTION"), "{strange}");
            assert_eq!(paid(&running, "9902").0, "", "no answer");
            assert!(paid(&running, "9903").1.contains("UNKNOWN_EXCEPTION"));
            assert_eq!(paid(&running, "9904").1, "", "no answer");
            let get = |path: &str| {
                let mut answer = String::new();
                let mut socket = running.send("GET", path, "Connection: close\r\n", "");
                socket.read_to_string(&mut answer).expect("an answer");
                body_of(&answer)
            };
            let clock = get("/_simulator/clock");
            assert_eq!(
                (&clock["mode"], &clock["now"]),
                (&json!("manual"), &json!("2026-01-10T02:00:00.000Z"))
            );
            assert_eq!(get("/_simulator/journal")["entries"].as_array().expect("entries").len(), 3);
            assert_eq!(running.end().expect("in time").0, Some(0));
            id
        })
        .collect();
    assert!(ids[0].as_str().is_some_and(|id| !id.is_empty()), "{ids:?}");
    assert_eq!(ids[0], ids[1], "the same seed draws the same ids");
}

#[test]
fn without_magic_amounts_they_are_amounts_like_others() {
    let running = serve("info");
    for value in ["9901", "9902", "9903", "9904"] {
        let (answer, inquiry) = paid(&running, value);
        assert!(answer.contains("PAYMENT_IN_PROCESS"), "{value}: {answer}");
        assert!(inquiry.contains("PROCESSING"), "{value}: {inquiry}");
    }
    assert_eq!(running.end().expect("in time").0, Some(0));
}

#[test]
fn a_signal_ends_it_in_time_although_polls_are_open_and_a_merchant_never_answers() {
    let running = serve("info");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = format!("http://{}/n", silent.local_addr().expect("an address"));
    let slow = json!({"notificationTimeoutMs": 600_000}).to_string();
    let put = running.send("PUT", "/_simulator/timings", "", &slow);
    let trigger =
        running.send("POST", "/_simulator/notifications/trigger", "", &json!({"url": target}).to_string());
    let (merchant, _) = silent.accept().expect("the notification is under way");
    let clock = running.send("GET", "/_simulator/clock?after=99999999999999", "", "");
    let log = running.send("GET", "/_simulator/notifications?wait=60&paymentRequestId=none", "", "");
    let events = running.send("GET", "/_simulator/events", "", "");
    let tls =
        TcpStream::connect(running.url("tls").trim_start_matches("https://")).expect("a handshake begun");
    let (code, _) = running.end().expect("it ends within 10 s");
    assert_eq!(code, Some(0));
    drop((put, trigger, merchant, clock, log, events, tls));
}

#[test]
fn logs_hold_no_key_no_signature_and_no_card_number_however_much_is_logged() {
    const CARD: &str = "4054695723100768";
    const PAY: &str = "/ams/sandbox/api/v1/payments/pay";
    let running = serve("trace");
    let merchant = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = format!("http://{}/n", merchant.local_addr().expect("an address"));
    let api_key = running.key("gateway_api_key");
    let payment = json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": "a1",
        "paymentAmount": {"currency": "SGD", "value": "4200"},
        "paymentMethod": {"paymentMethodType": "CARD", "paymentMethodMetaData": {
            "cardNo": CARD, "cvv": "737", "expiryYear": "30", "expiryMonth": "12"}},
        "paymentFactor": {"isAuthorization": true},
        "order": {"referenceOrderId": "o1", "orderDescription": "a chair",
            "orderAmount": {"currency": "SGD", "value": "4200"}},
        "env": {"terminalType": "WEB", "clientIp": "127.0.0.1"},
        "paymentRedirectUrl": "https://shop.test/result", "paymentNotifyUrl": target,
    });
    let bearer = format!("Authorization: Bearer {api_key}\r\n");
    let answer = running.ask(PAY, &bearer, &payment.to_string());
    assert!(answer.contains("resultStatus"), "{answer}");
    let client = running.url("client_id").to_owned();
    let signed = format!(
        "client-id: {client}\r\nrequest-time: 1\r\nsignature: algorithm=RSA256,keyVersion=1,signature=QUJDREVGR0g\r\n"
    );
    assert!(running.ask(PAY, &signed, &payment.to_string()).contains("INVALID_SIGNATURE"));
    let trigger =
        running.send("POST", "/_simulator/notifications/trigger", "", &json!({"url": target}).to_string());
    let (notified, _) = merchant.accept().expect("a notification");
    let headers = BufReader::new(notified).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let signature =
        headers.filter_map(|line| line.split_once("signature=").map(|(_, value)| value.to_owned())).last();
    let signature = signature.expect("signed");
    let journal = {
        let mut text = String::new();
        let mut socket = running.send("GET", "/_simulator/journal", "Connection: close\r\n", "");
        socket.read_to_string(&mut text).expect("the journal");
        text
    };
    let private = running.key("merchant_private.base64");
    let keys = [
        private[60..120].to_owned(),
        running.key("api_key"),
        running.key("antom_private.pem")[60..100].to_owned(),
    ];
    let (code, log) = running.end().expect("in time");
    assert_eq!(code, Some(0));
    assert!(log.contains("ended by a signal") && log.lines().count() > 3, "much is logged: {log}");
    let secret = api_key.rsplit('_').next().expect("a secret").to_owned();
    let mut hidden = vec![CARD.to_owned(), "QUJDREVGR0g".to_owned(), signature, secret.clone()];
    hidden.extend(keys);
    for text in &hidden {
        assert!(!log.contains(text.as_str()), "{text} is logged");
    }
    assert!(
        journal.contains("cardNo") && journal.contains("0768"),
        "the journal shows the request: {journal}"
    );
    assert!(journal.contains(r#"\"cvv\":\"***\""#), "{journal}");
    for text in [CARD, secret.as_str()] {
        assert!(!journal.contains(text), "{text} is in the journal");
    }
    drop(trigger);
}
