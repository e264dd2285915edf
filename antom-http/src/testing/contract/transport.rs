//! The suite of the transport port, over real sockets on loopback.
//! Certificates, proxies and speed are left to the author's own tests.

use std::time::Duration;

use super::server::{Act, Server};
use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError};

const PATH: &str = "/ams/api/v1/payments/pay?q=%20x";
/// With characters of two and three bytes: lengths are counted in bytes.
const BODY: &str = "{\"text\":\"\u{e9}\u{20ac}\"}\n";
const LIMIT: usize = 1024;

/// Proves a transport that `make` builds.
///
/// It needs a loopback interface, and calls plain http on it; `make` is called several times.
///
/// # Panics
/// When the adapter breaks the contract of [`Transport`].
pub async fn transport<T: Transport>(make: impl Fn() -> T) {
    bytes_arrive_and_come_back(&make()).await;
    every_status_is_an_answer(&make()).await;
    redirects_are_not_followed(&make()).await;
    long_answers_are_not_read(&make()).await;
    broken_answers_may_have_been_sent_and_are_not_repeated(&make()).await;
    silence_ends_at_the_deadline(&make()).await;
    no_connection_is_not_sent(&make()).await;
    plain_http_stays_on_this_machine(&make()).await;
    nothing_is_said_before_the_handshake(&make()).await;
}

fn request(url: String) -> HttpRequest {
    HttpRequest {
        url,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("signature", "a=b, c=d%2F".to_owned()),
        ],
        body: BODY.as_bytes().to_vec(),
        deadline: Duration::from_secs(5),
        max_response: LIMIT,
    }
}

async fn post(adapter: &impl Transport, server: &Server) -> Result<HttpResponse, TransportError> {
    adapter.send(request(server.url("http", PATH))).await
}

async fn answered(adapter: &impl Transport, server: &Server, what: &str) -> HttpResponse {
    match post(adapter, server).await {
        Ok(response) => response,
        Err(error) => panic!("{what} is an answer: {error:?}"),
    }
}

async fn bytes_arrive_and_come_back(adapter: &impl Transport) {
    let body = b"\x1f\x8b\x00{}\n";
    let head =
        "HTTP/1.1 200 OK\r\nX-Odd: a\r\nx-odd: b\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\n";
    let server = Server::saying([head.as_bytes(), body].concat());
    let response = answered(adapter, &server, "a whole answer").await;
    assert_eq!(response.body, body, "the body comes back as it is, neither decompressed nor converted");
    let odd = response.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-odd"));
    assert_eq!(
        odd.map(|(_, value)| value.as_slice()).collect::<Vec<_>>(),
        [b"a", b"b"],
        "every header comes back"
    );

    let heard = server.finish();
    let [sent] = heard.as_slice() else { panic!("exactly one request, not {}", heard.len()) };
    let sent = String::from_utf8_lossy(sent).into_owned();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap_or_default();
    assert!(head.starts_with(&format!("POST {PATH} HTTP/1.1\r\n")), "path and query arrive as given: {head}");
    assert_eq!(body, BODY, "the body arrives as given");
    let value_of = |wanted: &str| {
        let values = head.lines().filter_map(|line| line.split_once(':'));
        values
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
            .collect::<Vec<_>>()
    };
    assert_eq!(value_of("content-type"), ["application/json"], "each header arrives once");
    assert_eq!(value_of("signature"), ["a=b, c=d%2F"], "values arrive as given");
}

async fn every_status_is_an_answer(adapter: &impl Transport) {
    for status in [200, 201, 302, 400, 401, 403, 404, 429, 500, 502, 503] {
        let server = Server::saying(format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}"));
        let response = answered(adapter, &server, &status.to_string()).await;
        assert_eq!(
            (response.status, response.body.as_slice()),
            (status, &b"{}"[..]),
            "{status} keeps its body"
        );
        assert_eq!(server.finish().len(), 1, "{status} is not repeated");
    }
}

async fn redirects_are_not_followed(adapter: &impl Transport) {
    for status in [301, 302, 303, 307, 308] {
        let target = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        let location = target.url("http", "/");
        let server = Server::saying(format!(
            "HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        ));
        assert_eq!(answered(adapter, &server, "a redirect").await.status, status);
        assert_eq!(server.finish().len(), 1);
        assert!(target.finish().is_empty(), "{status} is not followed");
    }
}

async fn long_answers_are_not_read(adapter: &impl Transport) {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{}".to_vec();
    let mut streamed = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..64 {
        streamed.extend_from_slice(b"40\r\n");
        streamed.extend_from_slice(&[b' '; 64]);
        streamed.extend_from_slice(b"\r\n");
    }
    streamed.extend_from_slice(b"0\r\n\r\n");
    for (what, answer) in [("announced", announced), ("streamed", streamed)] {
        let server = Server::saying(answer);
        may_have_been_sent(post(adapter, &server).await, &format!("too long an answer, {what}"));
    }
    let mut exact = format!("HTTP/1.1 200 OK\r\nContent-Length: {LIMIT}\r\n\r\n").into_bytes();
    exact.extend_from_slice(&[b' '; LIMIT]);
    let server = Server::saying(exact);
    assert_eq!(answered(adapter, &server, "the longest answer that is allowed").await.body.len(), LIMIT);
}

async fn broken_answers_may_have_been_sent_and_are_not_repeated(adapter: &impl Transport) {
    let cases: [(&str, &[u8]); 6] = [
        ("closed at once", b""),
        ("half a status line", b"HTTP/1.1 2"),
        ("half the headers", b"HTTP/1.1 200 OK\r\nContent-Le"),
        ("no http", b"SSH-2.0-OpenSSH_9.2\r\n"),
        ("half a body", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"res"),
        ("half a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"res"),
    ];
    for (what, answer) in cases {
        let server = Server::saying(answer);
        may_have_been_sent(post(adapter, &server).await, what);
        assert_eq!(server.finish().len(), 1, "{what}: the request is sent once");
    }
}

async fn silence_ends_at_the_deadline(adapter: &impl Transport) {
    let server = Server::start(Act::Hold);
    let mut request = request(server.url("http", PATH));
    request.deadline = Duration::from_millis(200);
    may_have_been_sent(adapter.send(request).await, "silence");
    assert_eq!(server.finish().len(), 1, "a silent server is asked once");
}

async fn no_connection_is_not_sent(adapter: &impl Transport) {
    let server = Server::saying("");
    let url = server.url("http", PATH);
    server.finish();
    not_sent(adapter.send(request(url)).await, "a refused connection");
}

async fn plain_http_stays_on_this_machine(adapter: &impl Transport) {
    for url in
        ["http://gateway.example/x", "http://10.255.255.1/x", "http://127.0.0.1.gateway.example/", "/x", ""]
    {
        not_sent(adapter.send(request(url.to_owned())).await, url);
    }
}

async fn nothing_is_said_before_the_handshake(adapter: &impl Transport) {
    let server = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let outcome = adapter.send(request(server.url("https", PATH))).await;
    assert!(outcome.is_err(), "a server without TLS is no gateway");
    for heard in server.finish() {
        let says = |word: &[u8]| heard.windows(word.len()).any(|window| window == word);
        assert!(!says(b"POST") && !says(b"signature"), "no byte of the request without TLS");
    }
}

fn may_have_been_sent(outcome: Result<HttpResponse, TransportError>, what: &str) {
    assert!(
        matches!(outcome, Err(TransportError::MaybeSent { .. })),
        "{what} may have been sent: {outcome:?}"
    );
}

fn not_sent(outcome: Result<HttpResponse, TransportError>, what: &str) {
    assert!(matches!(outcome, Err(TransportError::NotSent { .. })), "{what} is not sent: {outcome:?}");
}
