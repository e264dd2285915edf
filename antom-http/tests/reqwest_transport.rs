//! The reqwest transport against a raw TCP server on loopback: every failure maps to the right reach.
//! What the client makes of it is tested with scripted answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use antom_http::{
    HttpRequest, HttpResponse, ReqwestBuildError, ReqwestOptions, ReqwestTransport, Transport as _,
    TransportError, TransportFault,
};
use support::{PATH, client_at, pay, result_body, signed_headers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn transport() -> ReqwestTransport {
    ReqwestTransport::new(&ReqwestOptions::default()).unwrap()
}

fn request(url: &str, deadline: Duration, max_response: usize) -> HttpRequest {
    let headers = vec![("content-type", "application/json; charset=UTF-8".to_owned())];
    HttpRequest { url: url.to_owned(), headers, body: b"{\"a\":1}".to_vec(), deadline, max_response }
}

async fn send(url: &str) -> Result<HttpResponse, TransportError> {
    transport().send(request(url, Duration::from_secs(5), 1024)).await
}

fn not_sent(outcome: Result<HttpResponse, TransportError>) -> TransportFault {
    match outcome {
        Err(TransportError::NotSent { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

fn maybe_sent(outcome: Result<HttpResponse, TransportError>) -> TransportFault {
    match outcome {
        Err(TransportError::MaybeSent { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

/// Reads one request with its body.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&received).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")
                        .map(|n| n.trim().parse().unwrap())
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        if count == 0 {
            return text;
        }
        received.extend_from_slice(&buffer[..count]);
    }
}

/// Answers the first connection with these bytes after reading the request, and closes. Gives back its URL and what it read.
async fn server(answer: Vec<u8>) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The client may have given up already: that is what some of the tests are about.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        request
    });
    (url, task)
}

async fn answered(answer: &[u8]) -> Result<HttpResponse, TransportError> {
    let (url, _task) = server(answer.to_vec()).await;
    send(&format!("{url}{PATH}")).await
}

#[tokio::test]
async fn the_bytes_arrive_and_come_back_as_they_are() {
    let answer = b"HTTP/1.1 200 OK\r\nX-Odd: a\r\nx-odd: b\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\n\x1f\x8b\x00{}\n";
    let (url, task) = server(answer.to_vec()).await;
    let response = send(&format!("{url}{PATH}?q=%20x")).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.body, b"\x1f\x8b\x00{}\n", "not decompressed");
    let odd: Vec<&[u8]> = response
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-odd"))
        .map(|(_, value)| value.as_slice())
        .collect();
    assert_eq!(odd, [b"a", b"b"]);
    let sent = task.await.unwrap();
    assert!(sent.starts_with(&format!("POST {PATH}?q=%20x HTTP/1.1\r\n")), "{sent}");
    assert!(sent.ends_with("\r\n\r\n{\"a\":1}"));
    assert_eq!(sent.to_ascii_lowercase().matches("content-type:").count(), 1);
    assert!(!sent.to_ascii_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(not_sent(send(&format!("http://{address}/")).await), TransportFault::Connect);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_sent_a_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = vec![0; 4096];
        let count = stream.read(&mut hello).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
        hello.truncate(count);
        hello
    });
    assert_eq!(not_sent(send(&url).await), TransportFault::Connect);
    let hello = task.await.unwrap();
    assert!(!hello.windows(4).any(|window| window == b"POST"));
}

#[tokio::test]
async fn plain_http_to_elsewhere_is_refused_before_connecting() {
    for url in [
        "http://gateway.example/x",
        "http://10.255.255.1/x",
        "http://127.0.0.1.gateway.example/",
        "http://user@127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/hosts",
        "/x",
        "",
        "http://0.0.0.0:1/",
    ] {
        assert_eq!(not_sent(send(url).await), TransportFault::ForbiddenUrl, "{url}");
    }
}

#[tokio::test]
async fn broken_answers_may_have_been_sent() {
    let cases: [(&str, &[u8], TransportFault); 7] = [
        ("closed at once", b"", TransportFault::Broken),
        ("half a status line", b"HTTP/1.1 2", TransportFault::Broken),
        ("half the headers", b"HTTP/1.1 200 OK\r\nContent-Le", TransportFault::Broken),
        ("no http", b"SSH-2.0-OpenSSH_9.2\r\n", TransportFault::Broken),
        ("half a body", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"res", TransportFault::Incomplete),
        (
            "half a chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"res",
            TransportFault::Incomplete,
        ),
        (
            "no last chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            TransportFault::Incomplete,
        ),
    ];
    for (name, answer, expected) in cases {
        assert_eq!(maybe_sent(answered(answer).await), expected, "{name}");
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read_to_its_end() {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{}".to_vec();
    assert_eq!(maybe_sent(answered(&announced).await), TransportFault::TooLarge);
    let mut streamed = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..64 {
        streamed.extend_from_slice(b"40\r\n");
        streamed.extend_from_slice(&[b' '; 64]);
        streamed.extend_from_slice(b"\r\n");
    }
    assert_eq!(maybe_sent(answered(&streamed).await), TransportFault::TooLarge);
    let mut exact = b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n".to_vec();
    exact.extend_from_slice(&[b' '; 1024]);
    assert_eq!(answered(&exact).await.unwrap().body.len(), 1024);
}

#[tokio::test]
async fn redirects_come_back_and_are_not_followed() {
    let visits = Arc::new(AtomicUsize::new(0));
    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target_url = format!("http://{}/", target.local_addr().unwrap());
    let counter = Arc::clone(&visits);
    let watching = tokio::spawn(async move {
        while target.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Moved\r\nLocation: {target_url}\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(answered(answer.as_bytes()).await.unwrap().status, status);
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0);
    watching.abort();
}

#[tokio::test]
async fn a_silent_server_ends_at_the_deadline_as_maybe_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let holding = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        // Holds the connection open until the client goes.
        read_request(&mut stream).await
    });
    let outcome = transport().send(request(&url, Duration::from_millis(200), 1024)).await;
    assert_eq!(maybe_sent(outcome), TransportFault::Deadline);
    holding.abort();
}

#[tokio::test]
async fn one_connection_serves_many_calls() {
    let connections = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let counter = Arc::clone(&connections);
    let serving = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                while read_request(&mut stream).await.ends_with("{\"a\":1}") {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
                }
            });
        }
    });
    let transport = transport();
    for _ in 0..100 {
        transport.send(request(&url, Duration::from_secs(5), 1024)).await.unwrap();
    }
    assert!(connections.load(Ordering::SeqCst) <= 2, "{connections:?}");
    serving.abort();
}

#[tokio::test]
async fn a_whole_call_over_a_socket_is_signed_sent_verified_and_read() {
    let body = result_body("SUCCESS", "S");
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in signed_headers(PATH, support::CLIENT, &body) {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str(&format!("\r\n{body}"));
    let (url, task) = server(answer.into_bytes()).await;
    let verified = pay(&client_at(&url, transport())).await.unwrap();
    assert!(verified.result().unwrap().is_success());
    let sent = task.await.unwrap();
    assert!(sent.contains("\r\nclient-id: SANDBOX_5X00000000000000\r\n"), "{sent}");
    assert!(sent.contains("\r\nsignature: algorithm=RSA256,keyVersion=1,signature="));
    assert!(sent.ends_with(support::REQUEST));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let build = |options: ReqwestOptions| ReqwestTransport::new(&options).unwrap_err();
    assert_eq!(build(ReqwestOptions::default().with_ca_pem("")), ReqwestBuildError::CaPem);
    assert_eq!(build(ReqwestOptions::default().with_ca_pem("no certificate")), ReqwestBuildError::CaPem);
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(build(ReqwestOptions::default().with_ca_pem(damaged)), ReqwestBuildError::CaPem);
    assert_eq!(build(ReqwestOptions::default().with_proxy("::")), ReqwestBuildError::Proxy);
}
