//! What broken and hostile clients write on the gateway's sockets: each gets an answer or a closed connection, and the next
//! one is served. What stands in a well signed body is in `hostile`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use std::time::Duration;

use antom_simulator::{Patience, Settings, Simulator};
use serde_json::Value;
use support::Merchant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATH: &str = "/ams/sandbox/api/v1/payments/inquiryPayment";
const BODY: &str = "{\"paymentRequestId\":\"none\"}";
const SHORT: Patience = Patience { header: Duration::from_millis(60), body: Duration::from_millis(60) };

async fn simulator() -> Simulator {
    Simulator::start().await.expect("a simulator")
}

/// One connection.
struct Line(TcpStream);

impl Line {
    async fn to(simulator: &Simulator) -> Self {
        let address = simulator.base_url().trim_start_matches("http://");
        Self(TcpStream::connect(address).await.expect("a connection"))
    }

    async fn write(&mut self, bytes: &[u8]) {
        // A server that has had enough may close while a client still writes.
        let _may_be_closed = self.0.write_all(bytes).await;
    }

    /// All that comes until the server closes.
    async fn rest(mut self) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(30), self.0.read_to_end(&mut bytes)).await;
        // A connection that is closed with unread bytes ends in a reset, after the answer.
        let _may_be_reset = read.expect("the connection ends");
        String::from_utf8(bytes).expect("text")
    }
}

async fn exchanged(simulator: &Simulator, bytes: &[u8]) -> String {
    let mut line = Line::to(simulator).await;
    line.write(bytes).await;
    line.rest().await
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn code(answer: &str) -> String {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body["result"]["resultCode"].as_str().unwrap_or("none").to_owned()
}

fn is_signed(answer: &str) -> bool {
    answer.to_ascii_lowercase().contains("\r\nsignature: algorithm=")
}

/// The headers of a good request, for a request that is written by hand.
fn signed(merchant: &Merchant, body: &str) -> String {
    let headers = merchant.headers(PATH, body);
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

fn request(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

/// The simulator serves on, and nothing of the refused is in its books.
async fn lives_on(simulator: &Simulator) {
    let merchant = Merchant::of(simulator);
    let answer = exchanged(simulator, request(&signed(&merchant, BODY), BODY).as_bytes()).await;
    assert_eq!((status(&answer), code(&answer).as_str()), (200, "ORDER_NOT_EXIST"), "{answer}");
    assert!(is_signed(&answer));
    assert_eq!(simulator.ledger()["orders"], serde_json::json!({}));
}

#[tokio::test]
async fn credentials_in_any_wrong_form_get_an_unsigned_failure() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let good = signed(&merchant, BODY);
    let signature = good.lines().find_map(|line| line.strip_prefix("signature: ")).expect("a signature");
    let with = |value: &str| good.replace(signature, value);
    let name = simulator.client_id();
    for (headers, expected) in [
        (String::new(), "CLIENT_INVALID"),
        (good.replace(name, &"x".repeat(20_000)), "CLIENT_INVALID"),
        (good.replace(name, "\u{e9}\u{4e2d}"), "CLIENT_INVALID"),
        (good.replace("client-id", "client_id"), "CLIENT_INVALID"),
        (with(""), "INVALID_SIGNATURE"),
        (with(",,,==,"), "INVALID_SIGNATURE"),
        (with(&"=".repeat(20_000)), "INVALID_SIGNATURE"),
        (with("algorithm=RSA256,keyVersion=1,signature=%ZZ%"), "INVALID_SIGNATURE"),
        (with("algorithm=RSA256,keyVersion=1,signature=!!!!"), "INVALID_SIGNATURE"),
        (with("algorithm=RSA256,keyVersion=1,signature=AAAA"), "INVALID_SIGNATURE"),
        (with(&signature.replace("RSA256", "none")), "INVALID_SIGNATURE"),
        (with(&signature.replace("RSA256", "RSA512")), "INVALID_SIGNATURE"),
        (with(&signature.replace("keyVersion=1", "keyVersion=2")), "KEY_NOT_FOUND"),
        (with(&signature.replace("keyVersion=1", "keyVersion=-1")), "INVALID_SIGNATURE"),
        (with(&signature.replace("keyVersion=1", "keyVersion=99999999999")), "INVALID_SIGNATURE"),
        (good.replace("1767924000000", "yesterday"), "INVALID_SIGNATURE"),
        (format!("authorization: Bearer isak_TEST_x_y\r\n{good}"), "KEY_NOT_FOUND"),
        (format!("authorization: Bearer {}\r\n{good}", "_".repeat(9_999)), "KEY_NOT_FOUND"),
    ] {
        let answer = exchanged(&simulator, request(&headers, BODY).as_bytes()).await;
        let shown: String = headers.chars().take(400).collect();
        assert_eq!((status(&answer), code(&answer).as_str()), (200, expected), "{shown}");
        assert!(!is_signed(&answer), "{shown}");
    }
    lives_on(&simulator).await;
}

#[tokio::test]
async fn signed_requests_that_no_operation_takes_get_a_signed_failure() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    for (method, path, kind, body, expected) in [
        ("GET", PATH, "application/json", "", "METHOD_NOT_SUPPORTED"),
        ("DELETE", PATH, "application/json", BODY, "METHOD_NOT_SUPPORTED"),
        ("BREW", PATH, "application/json", BODY, "METHOD_NOT_SUPPORTED"),
        ("POST", "/ams/nothing", "application/json", BODY, "NO_INTERFACE_DEF"),
        ("POST", "/ams/api/v2/payments/pay", "application/json", BODY, "NO_INTERFACE_DEF"),
        ("POST", "/ams/api/v1/payments/pay%00", "application/json", BODY, "NO_INTERFACE_DEF"),
        ("POST", "/ams/%ff/../", "application/json", BODY, "NO_INTERFACE_DEF"),
        ("POST", PATH, "text/xml", BODY, "MEDIA_TYPE_NOT_ACCEPTABLE"),
        ("POST", PATH, "multipart/form-data; boundary=x", BODY, "MEDIA_TYPE_NOT_ACCEPTABLE"),
        ("POST", PATH, "application/json", "", "PARAM_ILLEGAL"),
        ("POST", PATH, "application/json", "[]", "PARAM_ILLEGAL"),
    ] {
        let mut headers = merchant.headers_for(method, path, body);
        headers.retain(|(name, _)| name != "content-type");
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        text.push_str(&format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len()));
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let answer = exchanged(&simulator, format!("{text}\r\n{body}").as_bytes()).await;
        assert_eq!((status(&answer), code(&answer).as_str()), (200, expected), "{method} {path}: {answer}");
        assert!(is_signed(&answer), "{method} {path}");
    }
    lives_on(&simulator).await;
}

#[tokio::test]
async fn chunks_older_http_and_requests_in_a_row_are_answered() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let good = signed(&merchant, BODY);
    let (first, second) = BODY.split_at(9);
    let chunked = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n{good}\r\n\
         {:x}\r\n{first}\r\n{:x};ext=1\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    let older = format!("POST {PATH} HTTP/1.0\r\ncontent-length: {}\r\n{good}\r\n{BODY}", BODY.len());
    for text in [chunked, older] {
        let answer = exchanged(&simulator, text.as_bytes()).await;
        assert_eq!((status(&answer), code(&answer).as_str()), (200, "ORDER_NOT_EXIST"), "{answer}");
    }
    let last = request(&good, BODY);
    let open = last.replace("connection: close\r\n", "");
    let answers = exchanged(&simulator, format!("{open}{open}{last}").as_bytes()).await;
    assert_eq!(answers.matches("ORDER_NOT_EXIST").count(), 3, "{answers}");
}

#[tokio::test]
async fn what_is_no_http_ends_with_a_4xx_or_a_closed_connection() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let good = signed(&merchant, BODY);
    let many: String = (0..200).map(|index| format!("x-{index}: 1\r\n")).collect();
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"\x00\x01\x02\xff\xfe\r\n\r\n".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nx y: 1\r\n\r\n".to_vec(),
        format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(70_000)).into_bytes(),
        format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(600_000)).into_bytes(),
        request(&many, BODY).into_bytes(),
        request(&good, BODY).replace("content-length: ", "transfer-encoding: gzip\r\nx: ").into_bytes(),
    ] {
        let answer = exchanged(&simulator, &bytes).await;
        assert!(answer.is_empty() || (400..500).contains(&status(&answer)), "{answer}");
    }
    lives_on(&simulator).await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_413_and_one_at_the_limit_is_read() {
    const LIMIT: usize = 1024 * 1024;
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let at = format!("{{\"paymentRequestId\":\"none\"}}{}", " ".repeat(LIMIT - BODY.len()));
    let answer = exchanged(&simulator, request(&signed(&merchant, &at), &at).as_bytes()).await;
    assert_eq!(code(&answer), "ORDER_NOT_EXIST");
    // The length alone is enough: nothing of the body has to come.
    let above = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", LIMIT + 1);
    let answer = exchanged(&simulator, above.as_bytes()).await;
    assert_eq!(status(&answer), 413);
    assert!(answer.contains("1048576"), "{answer}");
    let chunk = format!("{LIMIT:x}\r\n{}\r\n1\r\nx\r\n0\r\n\r\n", " ".repeat(LIMIT));
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    let answer = exchanged(&simulator, format!("{head}{chunk}").as_bytes()).await;
    assert_eq!(status(&answer), 413);
    lives_on(&simulator).await;
}

#[tokio::test]
async fn a_request_that_breaks_off_has_no_effect() {
    let simulator = simulator().await;
    let merchant = Merchant::of(&simulator);
    let whole = request(&signed(&merchant, BODY), BODY);
    for length in [1, 4, 40, whole.len() / 2, whole.len() - BODY.len() - 1, whole.len() - 1] {
        let mut line = Line::to(&simulator).await;
        line.write(&whole.as_bytes()[..length]).await;
        line.0.shutdown().await.expect("closed");
        let answer = line.rest().await;
        assert!(answer.is_empty() || status(&answer) == 400, "{length}: {answer}");
    }
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    let answer = exchanged(&simulator, head.as_bytes()).await;
    assert!(answer.is_empty() || status(&answer) == 400, "{answer}");
    lives_on(&simulator).await;
}

#[tokio::test]
async fn headers_and_bodies_that_do_not_end_are_not_waited_for() {
    let settings = Settings { patience: SHORT, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let slow_head = exchanged(&simulator, b"POST / HTTP/1.1\r\nhost:").await;
    assert!(slow_head.is_empty() || status(&slow_head) == 408, "{slow_head}");
    let slow_body = request("", BODY);
    let answer = exchanged(&simulator, &slow_body.as_bytes()[..slow_body.len() - 1]).await;
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(answer.contains("too_slow"), "{answer}");
    lives_on(&simulator).await;
}

#[tokio::test]
async fn a_connection_may_be_idle_between_requests_but_not_within_one() {
    let settings = Settings { patience: SHORT, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let mut line = Line::to(&simulator).await;
    let open = request("", BODY).replace("connection: close\r\n", "");
    let mut answer = vec![0; 4_096];
    line.write(open.as_bytes()).await;
    let length = line.0.read(&mut answer).await.expect("an answer");
    assert!(length > 0);
    // Longer than any of the limits; that nothing comes is what is waited for.
    let nothing = tokio::time::timeout(Duration::from_millis(150), line.0.read(&mut answer)).await;
    assert!(nothing.is_err(), "the connection is open: {nothing:?}");
    line.write(open.as_bytes()).await;
    assert!(line.0.read(&mut answer).await.expect("an answer") > 0);
    line.write(b"POST ").await;
    assert_eq!(line.rest().await, "", "headers that have begun end");
}
