//! Every point at which a call can fail, over real sockets, with what the caller is told: nothing sent, or nothing known.
//! Scripted answers of more kinds are tested with the calls.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::time::Duration;

use antom_core::Api;
use antom_http::{
    CallError, Client, MaybeSentReason, NotSentReason, ReqwestOptions, ReqwestTransport, TransportError,
    TransportFault,
};
use antom_signing::ResponseRefused;
use support::{CLIENT, PATH, REQUEST, client_at, result_body, signed_headers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the gateway's side does with the connection.
enum Side {
    /// Nobody listens.
    Absent,
    /// Goes away before the request is read.
    Resets,
    /// Reads the request and says this.
    Says(Vec<u8>),
    /// Reads the request and says nothing.
    Silent,
}

struct Point {
    name: &'static str,
    scheme: &'static str,
    side: Side,
    expected: fn(&CallError) -> bool,
    unknown: bool,
    code: Option<&'static str>,
}

fn point(name: &'static str, side: Side, expected: fn(&CallError) -> bool) -> Point {
    Point { name, scheme: "http", side, expected, unknown: true, code: None }
}

fn http(status: u16, headers: &[(&str, String)], body: &str) -> Side {
    let mut text =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nMgw-TraceId: trace-7\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    Side::Says(format!("{text}\r\n{body}").into_bytes())
}

fn without(name: &str, body: &str) -> Side {
    let headers: Vec<_> =
        signed_headers(PATH, CLIENT, body).into_iter().filter(|(header, _)| *header != name).collect();
    http(200, &headers, body)
}

fn maybe(error: &CallError, fault: TransportFault) -> bool {
    matches!(error, CallError::MaybeSent {
        reason: MaybeSentReason::Transport(TransportError::MaybeSent { fault: found, .. }), ..
    } if *found == fault)
}

fn is_unconnected(error: &CallError) -> bool {
    matches!(
        error,
        CallError::NotSent {
            reason: NotSentReason::Transport(TransportError::NotSent { fault: TransportFault::Connect, .. }),
            ..
        }
    )
}

fn reason(error: &CallError) -> Option<&MaybeSentReason> {
    match error {
        CallError::MaybeSent { reason, .. } => Some(reason),
        _ => None,
    }
}

fn is_status(error: &CallError, expected: u16) -> bool {
    matches!(reason(error), Some(MaybeSentReason::Status { status, .. }) if *status == expected)
}

fn refused(error: &CallError) -> Option<&ResponseRefused> {
    match reason(error)? {
        MaybeSentReason::Refused(refused) => Some(refused),
        _ => None,
    }
}

fn points_of_the_connection() -> Vec<Point> {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"result\":".to_vec();
    vec![
        Point { unknown: false, ..point("connect", Side::Absent, is_unconnected) },
        Point {
            unknown: false,
            scheme: "https",
            ..point("TLS", Side::Says(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), is_unconnected)
        },
        point("write", Side::Resets, |error| maybe(error, TransportFault::Broken)),
        point("read, closed", Side::Says(Vec::new()), |error| maybe(error, TransportFault::Broken)),
        point("read, silent", Side::Silent, |error| maybe(error, TransportFault::Deadline)),
        point("half a head", Side::Says(b"HTTP/1.1 200".to_vec()), |error| {
            maybe(error, TransportFault::Broken)
        }),
        point("half an answer", Side::Says(half), |error| maybe(error, TransportFault::Incomplete)),
    ]
}

fn points_of_the_answer() -> Vec<Point> {
    let (success, failure) = (result_body("SUCCESS", "S"), result_body("INVALID_SIGNATURE", "F"));
    let signed = |status, body: &str| http(status, &signed_headers(PATH, CLIENT, body), body);
    let over_another_body = http(200, &signed_headers(PATH, CLIENT, &failure), &success);
    let for_another_client = http(200, &signed_headers(PATH, "SANDBOX_OTHER", &success), &success);
    let is_unsigned = |error: &CallError| matches!(reason(error), Some(MaybeSentReason::Unsigned));
    let is_missing = |error: &CallError| matches!(refused(error), Some(ResponseRefused::Headers(_)));
    vec![
        point("bad JSON", signed(200, "{\"result\":"), |error| {
            matches!(reason(error), Some(MaybeSentReason::Unreadable { .. }))
        }),
        point("no JSON", signed(200, "<html>"), |error| {
            matches!(reason(error), Some(MaybeSentReason::Unreadable { .. }))
        }),
        point("bad signature", over_another_body, |error| {
            matches!(refused(error), Some(ResponseRefused::Signature { .. }))
        }),
        point("foreign client id", for_another_client, |error| {
            matches!(refused(error), Some(ResponseRefused::ForeignClientId))
        }),
        point("no response-time", without("response-time", &success), is_missing),
        point("no signature", without("signature", &success), is_missing),
        point("unsigned success", http(200, &[], &success), is_unsigned),
        Point {
            code: Some("INVALID_SIGNATURE"),
            ..point("unsigned failure", http(200, &[], &failure), is_unsigned)
        },
        point("500 with a signed success", signed(500, &success), |error| is_status(error, 500)),
        Point {
            code: Some("INVALID_SIGNATURE"),
            ..point("503 with a signed failure", signed(503, &failure), |error| is_status(error, 503))
        },
        Point {
            code: Some("INVALID_SIGNATURE"),
            ..point("500 with an unsigned failure", http(500, &[], &failure), |error| is_status(error, 500))
        },
        point("502 without a body", http(502, &[], ""), |error| is_status(error, 502)),
        point("another payment", signed(200, &success.replace("R-1", "R-2")), |error| {
            matches!(reason(error), Some(MaybeSentReason::ForeignId { field: "paymentRequestId" }))
        }),
    ]
}

//= X-3 test
//= B-2 test
//= G-2 test
#[tokio::test]
async fn every_failure_point_tells_how_far_the_call_got() {
    for point in points_of_the_connection() {
        let error = fail(&point).await;
        assert_eq!(error.trace_id(), None, "{}", point.name);
    }
    for point in points_of_the_answer() {
        let error = fail(&point).await;
        assert_eq!(error.trace_id().map(|id| id.as_str()), Some("trace-7"), "{}", point.name);
    }
}

async fn fail(point: &Point) -> CallError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client_at(
        &format!("{}://{}", point.scheme, listener.local_addr().unwrap()),
        ReqwestTransport::new(&ReqwestOptions::default()).unwrap(),
    );
    let error = match &point.side {
        Side::Absent => {
            drop(listener);
            pay(&client, point).await
        }
        side => tokio::select! {
            error = pay(&client, point) => error,
            () = serve(listener, side) => panic!("{}: the gateway's side never ends", point.name),
        },
    };
    let name = point.name;
    assert!((point.expected)(&error), "{name}: {error:?}");
    assert_eq!(error.is_outcome_unknown(), point.unknown, "{name}");
    assert_eq!(error.result_code(), point.code, "{name}");
    error
}

async fn pay(client: &Client, point: &Point) -> CallError {
    // More than the buffers of both sides hold, so that the reset comes while the request is being written.
    let filler = if matches!(point.side, Side::Resets) { "x".repeat(32 << 20) } else { String::new() };
    let body = REQUEST.replace("}}", &format!("}},\"filler\":\"{filler}\"}}"));
    let millis = if matches!(point.side, Side::Silent) { 200 } else { 5_000 };
    client.call(Api::Pay, body.into_bytes(), Duration::from_millis(millis)).await.unwrap_err()
}

async fn serve(listener: TcpListener, side: &Side) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        match side {
            Side::Resets => {
                // Data that nobody has read turns the close into a reset.
                stream.readable().await.unwrap();
            }
            Side::Says(answer) => {
                read_some(&mut stream).await;
                let _gone = stream.write_all(answer).await;
                let _gone = stream.shutdown().await;
            }
            Side::Silent | Side::Absent => {
                read_some(&mut stream).await;
                read_some(&mut stream).await;
            }
        }
    }
}

async fn read_some(stream: &mut TcpStream) {
    let mut buffer = vec![0; 64 << 10];
    let _gone = stream.read(&mut buffer).await;
}
