//! What a call costs beside what it cannot do without: one signature and one kept-alive `reqwest` call.
//! CPU time of this thread only, both sides in turn in one run, so that the machine's moods cancel out.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a benchmark prints ratios and fails by panicking"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use antom_core::Api;
use antom_http::{Client, ReqwestOptions, ReqwestTransport};
use antom_signing::canonical;
use support::{CLIENT, PATH, REQUEST, client_at, result_body, signed_headers};

/// Batches on each side, and calls in a batch.
const BATCHES: usize = 21;
const CALLS: u32 = 50;
/// How much of a bare call with one signature a call may cost.
const GOAL: f64 = 1.2;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = gateway();
    let client = client_at(&url, ReqwestTransport::new(&ReqwestOptions::default()).unwrap());
    let bare = reqwest::Client::builder().tls_backend_preconfigured(no_roots()).no_proxy().build().unwrap();
    runtime.block_on(async {
        let mut ratios = Vec::new();
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for batch in 0..=BATCHES {
            let called = called(&client).await;
            let floored = bare_call_and_signature(&bare, &url).await;
            if batch > 0 {
                // The first batch opens the connections.
                ours.push(called);
                floor.push(floored);
                ratios.push(called / floored);
            }
        }
        let ratio = median(&mut ratios);
        println!(
            "cpu per call: {:.0} us; bare reqwest call and one signature: {:.0} us; ratio {ratio:.3} (goal <= {GOAL})",
            median(&mut ours),
            median(&mut floor),
        );
        let is_gate = std::env::args().any(|argument| argument == "--gate");
        assert!(!is_gate || ratio <= GOAL, "a call costs {ratio:.3} of the bare call with one signature");
    });
}

/// Microseconds of CPU for one call of ours: build, sign, send, verify, read.
async fn called(client: &Client) -> f64 {
    let before = cpu();
    for _ in 0..CALLS {
        let answer = client.call(Api::Pay, REQUEST.into(), Duration::from_secs(5)).await.unwrap();
        assert!(answer.result().unwrap().is_success());
    }
    per_call(before)
}

/// Microseconds of CPU for one signature and one bare call.
async fn bare_call_and_signature(bare: &reqwest::Client, url: &str) -> f64 {
    let signer = support::signer();
    let url = format!("{url}{PATH}");
    let before = cpu();
    for _ in 0..CALLS {
        let message = canonical("POST", PATH, CLIENT, "1795311000000", REQUEST.as_bytes());
        std::hint::black_box(signer.sign_now(&message).unwrap());
        let response = bare.post(&url).body(REQUEST).send().await.unwrap();
        assert!(!response.bytes().await.unwrap().is_empty());
    }
    per_call(before)
}

fn per_call(before: u64) -> f64 {
    let nanos = u32::try_from(cpu() - before).unwrap();
    f64::from(nanos) / 1_000.0 / f64::from(CALLS)
}

/// Nanoseconds that this thread has been on a processor.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Plain http is called, so that nothing but the client is measured; `reqwest` wants a TLS set-up all the same.
fn no_roots() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

/// A gateway on threads of its own that gives the same signed answer to every request, and keeps connections.
fn gateway() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = result_body("SUCCESS", "S");
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in signed_headers(PATH, CLIENT, &body) {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str(&format!("\r\n{body}"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || converse(stream, answer.as_bytes()));
        }
    });
    url
}

fn converse(mut stream: TcpStream, answer: &[u8]) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 16 << 10];
    let mut held = 0;
    while let Ok(count) = stream.read(&mut buffer[held..]) {
        held += count;
        if count == 0 {
            return;
        }
        if buffer[..held].ends_with(REQUEST.as_bytes()) {
            held = 0;
            stream.write_all(answer).unwrap();
        }
    }
}
