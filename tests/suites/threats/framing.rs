//! Requests whose two readings differ, headers that try to reach an answer, and addresses that try to lead away.
//! The parsing itself is hyper's; that nothing of ours weakens it is judged here.

use antom_tests::http::text_at;
use antom_tests::wire::{Reply, Wire, exchange, request};
use antom_tests::{Failure, Proof, Stand, ensure};
use serde_json::{Value, json};

use crate::{quiet, token, waiting};

/// What a smuggler hides behind the first request.
const SECOND: &str = "GET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[test]
fn a_request_that_can_be_read_in_two_ways_is_answered_once_at_most_and_ends_its_connection() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        for (what, bytes) in ambiguous() {
            let mut wire = Wire::to(stand.merchant().base())?;
            wire.send(&bytes)?;
            let first = wire.reply()?;
            let seen = json!([what, format!("{first:?}")]);
            ensure(first.as_ref().is_none_or(|answer| answer.status >= 400), "it opens nothing", &seen)?;
            let second = wire.reply()?;
            ensure(
                second.is_none(),
                "nothing behind it is a request",
                &json!([what, format!("{second:?}")]),
            )?;
        }
        for (what, bytes) in malformed() {
            let mut wire = Wire::to(stand.merchant().base())?;
            wire.send(&bytes)?;
            let answer = wire.reply()?;
            let seen = json!([what, format!("{answer:?}")]);
            ensure(answer.is_none_or(|answer| answer.status == 400), "it is refused", &seen)?;
            ensure(wire.reply()?.is_none(), "and the connection is closed", &json!(what))?;
        }
        stand.merchant().orders("")?.expect_status("the service answers", &[200]).map(drop)
    })
}

/// Lengths and chunks at once: the chunks count, and what follows them is never looked at.
fn ambiguous() -> Vec<(&'static str, Vec<u8>)> {
    let with = |headers: &str, body: &str| {
        format!("POST /v1/orders HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n{body}{SECOND}").into_bytes()
    };
    vec![
        ("a length, then chunks", with("content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n")),
        ("chunks, then a length", with("transfer-encoding: chunked\r\ncontent-length: 5\r\n", "0\r\n\r\n")),
        (
            "chunks, a length, and a wish to go on",
            with(
                "connection: keep-alive\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n",
                "0\r\n\r\n",
            ),
        ),
    ]
}

fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let with = |headers: &str| {
        format!("POST /v1/orders HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n0\r\n\r\n{SECOND}").into_bytes()
    };
    let line = |line: &str| format!("{line}\r\nhost: localhost\r\n\r\n").into_bytes();
    vec![
        ("two lengths", with("content-length: 0\r\ncontent-length: 5\r\n")),
        ("two lengths in one", with("content-length: 0, 5\r\n")),
        ("a length with a sign", with("content-length: +5\r\n")),
        ("a negative length", with("content-length: -1\r\n")),
        ("a hexadecimal length", with("content-length: 0x5\r\n")),
        ("a length beyond all", with("content-length: 99999999999999999999\r\n")),
        ("an empty length", with("content-length: \r\n")),
        ("another coding", with("transfer-encoding: identity\r\n")),
        ("chunks that are not last", with("transfer-encoding: chunked, gzip\r\n")),
        ("a word that is nearly the coding", with("transfer-encoding: xchunked\r\n")),
        ("a blank before the colon", with("content-length : 5\r\n")),
        ("a folded header", with("x-a: b\r\n c: d\r\n")),
        ("a NUL in a header", with("x-a: \0\r\n")),
        ("a bare carriage return in a header", with("x-a: b\rc: d\r\n")),
        ("a header without a name", with(": x\r\n")),
        ("a line without a colon", with("no header\r\n")),
        ("no version", line("GET /v1/orders")),
        ("another version", line("GET /v1/orders HTTP/3.0")),
        ("a blank in the path", line("GET /v1/orders /x HTTP/1.1")),
        ("no path", line("GET HTTP/1.1")),
        ("a NUL in the path", line("GET /v1/\0orders HTTP/1.1")),
        ("a method that is none", line("G\u{1}T /v1/orders HTTP/1.1")),
        ("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no request\r\n\r\n".to_vec()),
        ("HTTP/2 without being asked", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        (
            "chunks in an old version",
            b"POST /v1/orders HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
        ),
    ]
}

#[test]
fn broken_chunks_are_never_a_body() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let bodies = [
            "5\r\n{}\r\n\r\n0\r\n\r\n",
            "zz\r\n{}\r\n0\r\n\r\n",
            "-1\r\n",
            "ffffffffffffffffff\r\n",
            "0x2\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}0\r\n\r\n",
            "2 2\r\n{}\r\n0\r\n\r\n",
        ];
        for body in bodies {
            let headers = [("content-type", "application/json"), ("transfer-encoding", "chunked")];
            let bytes =
                request("POST", "/notifications/antom", &headers, format!("{body}{SECOND}").as_bytes());
            let mut wire = Wire::to(stand.merchant().base())?;
            wire.send(&bytes)?;
            let answer = wire.reply()?;
            let seen = json!([body, format!("{answer:?}")]);
            ensure(answer.is_none_or(|answer| (400..500).contains(&answer.status)), "it is refused", &seen)?;
            ensure(wire.reply()?.is_none(), "nothing behind it is a request", &json!(body))?;
        }
        Ok(())
    })
}

#[test]
fn whatever_a_request_says_of_its_host_no_address_that_is_handed_out_leads_elsewhere() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let key = std::fs::read_to_string(stand.keys().join("api_key"))?;
        let bearer = format!("Bearer {}", key.trim());
        let base = stand.merchant().base();
        let liars = [
            "host",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-prefix",
            "x-original-url",
            "x-rewrite-url",
            "x-host",
            "forwarded",
            "referer",
            "origin",
            "x-forwarded-for",
        ];
        for name in liars {
            let order = antom_tests::flows::Steps::on(stand).create_order("host", "1000")?;
            let evil = "evil.example";
            let headers =
                [("authorization", bearer.as_str()), ("content-type", "application/json"), (name, evil)];
            let body = antom_tests::merchant::session_body("AUTOMATIC").to_string();
            let path = format!("/v1/orders/{order}/payments");
            let mut bytes = request("POST", &path, &headers, body.as_bytes());
            if name == "host" {
                bytes = String::from_utf8_lossy(&bytes).replacen("host: localhost\r\n", "", 1).into_bytes();
            }
            let answer = answered(base, &bytes)?;
            ensure(answer.status == 201, "it is opened", &json!([name, answer.status, answer.body]))?;
            let opened = answer.json();
            for url in ["/checkoutUrl", "/statusUrl"] {
                let is_ours = text_at(&opened, url).starts_with(&format!("{base}/"));
                ensure(is_ours, "the buyer stays here", &json!([name, url, opened]))?;
            }
            let sent =
                stand.gateway().calls("createPaymentSession", text_at(&opened, "/paymentRequestId"))?;
            let sent = sent.first().map(|call| call.text.clone()).unwrap_or_default();
            ensure(
                !sent.is_empty() && !sent.contains(evil),
                "the gateway is told our own",
                &json!([name, sent]),
            )?;
        }
        Ok(())
    })
}

#[test]
fn no_path_or_query_leads_a_buyer_away_or_adds_a_header() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let opened = waiting(stand, "led")?;
        let (base, token) = (stand.merchant().base(), token(&opened));
        for page in ["/result/", "/status/"] {
            for lure in lures() {
                for target in [
                    format!(
                        "{page}{token}?redirect={lure}&url={lure}&next={lure}&return_to={lure}&status=SUCCESS"
                    ),
                    format!("{page}{lure}"),
                    format!("{page}{token}/{lure}"),
                    format!("/{lure}"),
                    format!("//{lure}/{page}{token}"),
                ] {
                    let answer = answered(base, &request("GET", &target, &[], b""))?;
                    let seen = json!([target, answer.status, answer.headers, answer.body]);
                    ensure(answer.status < 300 || answer.status >= 400, "it is no redirect", &seen)?;
                    let names = ["location", "refresh", "set-cookie", "x-injected", "link"];
                    let led = names.iter().any(|name| !answer.header(name).is_empty());
                    ensure(!led && !answer.body.contains("evil"), "nothing of it is in the answer", &seen)?;
                    ensure(
                        !answer.body.contains("paid") || answer.status >= 400,
                        "nothing is paid by it",
                        &seen,
                    )?;
                }
            }
        }
        let page = answered(base, &request("GET", &format!("/result/{token}"), &[], b""))?;
        let policy = page.header("content-security-policy").contains("default-src 'none'");
        ensure(
            policy && page.header("cache-control") == "no-store",
            "the page loads and keeps nothing",
            &Value::from(page.body),
        )
    })
}

/// Percent-encoded where a request line could not hold them.
fn lures() -> [&'static str; 16] {
    [
        "https://evil.example",
        "//evil.example",
        "/%5cevil.example",
        "%2f%2fevil.example",
        "https:evil.example",
        "https://localhost@evil.example",
        "https://localhost%23@evil.example",
        "javascript:alert(%27evil%27)",
        "data:text/html,%3Cscript%3Eevil%3C/script%3E",
        "%0d%0aLocation:%20https://evil.example",
        "%0d%0aSet-Cookie:%20evil=1",
        "%0aX-Injected:%20evil",
        "%E5%98%8A%E5%98%8DX-Injected:%20evil",
        "%22%3E%3Cscript%3Eevil()%3C/script%3E",
        "%3Cmeta%20http-equiv=refresh%20content=0;url=https://evil.example%3E",
        "..%2f..%2fevil",
    ]
}

fn answered(base: &str, bytes: &[u8]) -> Result<Reply, Failure> {
    exchange(base, bytes)?.ok_or_else(|| Failure::step("there is an answer", String::from_utf8_lossy(bytes)))
}
