//! The simulator as a part of somebody's test: started on free ports, several side by side, gone without a trace.
//! What it answers is tested in `shell`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use antom_simulator::core::{Completion, Outcome};
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::json;
use support::{Merchant, request_for};
use tokio::runtime::Handle;

fn address(simulator: &Simulator) -> String {
    simulator.base_url().trim_start_matches("http://").to_owned()
}

/// Waits until something is so, for less than the 10 s that a merchant may take to acknowledge.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(8), waiting).await.expect(what);
}

#[tokio::test]
async fn two_simulators_side_by_side_share_nothing() {
    let (one, other) = (Simulator::start().await, Simulator::start().await);
    let (one, other) = (one.expect("a simulator"), other.expect("a second one"));
    assert_ne!(one.base_url(), other.base_url());
    assert_ne!(one.client_id(), other.client_id());
    assert_ne!(one.antom_public_key(), other.antom_public_key());
    let merchant = Merchant::of(&one);
    let request = request_for("a1", "http://127.0.0.1:1/n");
    assert_eq!(merchant.call("createPaymentSession", &request).await.body["result"]["resultStatus"], "S");
    one.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    assert_eq!(one.ledger()["orders"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(other.ledger()["orders"], json!({}));
    drop(other);
    assert_eq!(merchant.call("createPaymentSession", &request).await.status, 200, "the first one lives on");
}

#[tokio::test]
async fn a_stopped_simulator_leaves_no_port_and_no_task() {
    let before = Handle::current().metrics().num_alive_tasks();
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        clock: ClockMode::Manual,
        tls_listen: Some("127.0.0.1:0".parse().expect("an address")),
        keys: Some(folder.path().to_owned()),
        ..Settings::default()
    };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let http = address(&simulator);
    let tls = simulator.tls_url().expect("TLS").trim_start_matches("https://").to_owned();
    // A long poll of the clock, an idle connection, and a merchant who takes a notification and never answers.
    let mut poll = TcpStream::connect(&http).expect("a connection");
    let after = simulator.now().epoch_millis();
    write!(poll, "GET /_simulator/clock?after={after} HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let idle = TcpStream::connect(&tls).expect("a connection");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    silent.set_nonblocking(true).expect("set");
    let url = format!("http://{}/n", silent.local_addr().expect("an address"));
    let trigger = json!({"url": url}).to_string();
    let length = trigger.len();
    let mut control = TcpStream::connect(&http).expect("a connection");
    let path = "/_simulator/notifications/trigger";
    write!(control, "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{trigger}")
        .expect("sent");
    let mut accepted = None;
    until("a notification is on its way", || {
        accepted = accepted.take().or_else(|| silent.accept().ok());
        accepted.is_some()
    })
    .await;
    assert!(Handle::current().metrics().num_alive_tasks() > before);
    simulator.stop().await;
    for closed in [&http, &tls] {
        assert!(TcpStream::connect(closed).is_err(), "{closed} is closed");
    }
    let mut rest = Vec::new();
    poll.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    assert!(poll.read_to_end(&mut rest).is_ok_and(|read| read == 0), "the long poll ends without an answer");
    // What the HTTP client of the notifications started ends with its last connection.
    until("no task is left", || Handle::current().metrics().num_alive_tasks() == before).await;
    drop((idle, control));
}

#[tokio::test]
async fn a_dropped_simulator_closes_its_port() {
    let simulator = Simulator::start().await.expect("a simulator");
    let http = address(&simulator);
    assert!(TcpStream::connect(&http).is_ok());
    drop(simulator);
    until("the port is closed", || TcpStream::connect(&http).is_err()).await;
    let freed = TcpListener::bind(&http);
    assert!(freed.is_ok(), "somebody else may listen there");
}

#[test]
fn the_buyer_may_act_from_a_thread_that_knows_no_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/n", silent.local_addr().expect("an address"));
    let simulator = runtime.block_on(Simulator::start()).expect("a simulator");
    let merchant = Merchant::of(&simulator);
    runtime.block_on(async {
        merchant.control("PUT", "timings", Some(json!({"paymentResultMs": 0}))).await;
        merchant.call("createPaymentSession", &request_for("a1", &url)).await;
    });
    // Nobody drives the runtime now, so that it is this thread that lets the notification go out.
    let ledger = std::thread::scope(|scope| {
        let acting = scope.spawn(|| {
            simulator.complete("a1", &Completion::of(Outcome::Fail)).expect("an act");
            simulator.ledger()
        });
        acting.join().expect("no panic")
    });
    assert_eq!(ledger["orders"]["order-1"]["attempts"][0]["status"], "FAIL");
    runtime.block_on(async {
        let path = "notifications?wait=0&paymentRequestId=a1";
        let log = merchant.control("GET", path, None).await.1;
        assert_eq!(log["notifications"][0]["tries"].as_array().map(Vec::len), Some(1));
        simulator.stop().await;
    });
}
