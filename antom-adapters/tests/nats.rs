//! Events to NATS JetStream, against a real server on loopback.
//! That waiting events come again in sequence is told by the domain's and the service's own tests.
//!
//! The server is the `nats-server` on the path; where there is none, this is SKIPPED.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(unreachable_pub, reason = "a public module of `antom-tests`, which must not be linked here")]
#[path = "../../tests/src/skip.rs"]
mod skip;

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use antom_adapters::outbound::events::nats::{NatsPublisher, NatsServer};
use antom_core::id::ReferenceOrderId;
use antom_core::secret::Secret;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::{EventData, MerchantEvent, MerchantEventKind};
use antom_domain::port::{EventPublisher, PublishFailure, PublishFailureReason};
use async_nats::jetstream;
use tempfile::TempDir;

const WITHIN: Duration = Duration::from_secs(20);

/// A server with JetStream in a folder of its own. Dropping it ends it.
struct Server {
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Server {
    /// `None`: this machine has no `nats-server`.
    fn make() -> Option<Server> {
        if Command::new("nats-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            skip::note("events through NATS: no nats-server").unwrap();
            return None;
        }
        // The port is free again when the listener is dropped; nobody else on loopback is given it so soon.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Server { port, folder: tempfile::tempdir().unwrap(), process: None })
    }

    fn start(&mut self) {
        let (port, folder) = (self.port.to_string(), self.folder.path());
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port, "-js", "-sd"]).arg(folder);
        self.process = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    async fn publisher(&self) -> NatsPublisher {
        let server = NatsServer { url: Secret::from(self.url()), credentials: None };
        NatsPublisher::connect(&server, "antom.events", Duration::from_secs(2)).await.unwrap()
    }

    /// Makes the stream that takes our subjects.
    async fn stream(&self) -> jetstream::stream::Stream {
        let options = async_nats::ConnectOptions::new().retry_on_initial_connect();
        let context = jetstream::new(options.connect(self.url()).await.unwrap());
        let config = || jetstream::stream::Config {
            name: "ANTOM".to_owned(),
            subjects: vec!["antom.events.>".to_owned()],
            ..Default::default()
        };
        let made = async {
            loop {
                if let Ok(stream) = context.get_or_create_stream(config()).await {
                    return stream;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(WITHIN, made).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn event(sequence: u64) -> MerchantEvent {
    MerchantEvent {
        order_id: ReferenceOrderId::parse("ORDER.1").unwrap(),
        sequence,
        kind: MerchantEventKind::OrderPaid,
        at: Timestamp::from_epoch_millis(1_795_000_000_000),
        payment_request_id: None,
        data: EventData::from_stored(r#"{"order":{}}"#.to_owned()),
    }
}

async fn publish(publisher: &NatsPublisher, sequence: u64) -> Result<(), PublishFailure> {
    publisher.publish(&event(sequence), Timestamp::from_epoch_millis(1_795_000_000_000)).await
}

/// Tries until it ends so, as the worker does.
async fn publish_until(publisher: &NatsPublisher, sequence: u64, end: Result<(), PublishFailure>) {
    let mut last = None;
    let tried = async {
        loop {
            let now = publish(publisher, sequence).await;
            last = Some(now);
            if now == end {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::time::timeout(WITHIN, tried).await;
    assert!(ended.is_ok(), "expected {end:?}, last {last:?}");
}

#[tokio::test]
async fn an_event_is_confirmed_by_the_stream_that_stores_it_and_stored_once() {
    let Some(mut server) = Server::make() else { return };
    server.start();
    let mut stream = server.stream().await;
    let publisher = server.publisher().await;

    publish_until(&publisher, 1, Ok(())).await;
    assert_eq!(publish(&publisher, 2).await, Ok(()));
    assert_eq!(publish(&publisher, 1).await, Ok(()), "one that comes again is confirmed again");

    assert_eq!(stream.info().await.unwrap().state.messages, 2, "and stored once");
    for sequence in [1, 2] {
        let stored = stream.get_raw_message(sequence).await.unwrap();
        assert_eq!(stored.subject.as_str(), "antom.events.order.paid");
        assert_eq!(stored.payload, event(sequence).payload().unwrap());
        let id = stored.headers.get("Nats-Msg-Id").unwrap().as_str();
        assert_eq!(id, event(sequence).id().as_str());
    }
}

#[tokio::test]
async fn without_a_stream_nothing_is_confirmed() {
    let Some(mut server) = Server::make() else { return };
    server.start();
    let publisher = server.publisher().await;

    publish_until(&publisher, 1, Err(PublishFailure::new(PublishFailureReason::NoStream))).await;
    server.stream().await;
    publish_until(&publisher, 1, Ok(())).await;
}

#[tokio::test]
async fn a_server_that_is_away_is_found_again_and_gets_what_was_not_confirmed() {
    let Some(mut server) = Server::make() else { return };
    let publisher = server.publisher().await;
    let away = Err(PublishFailure::new(PublishFailureReason::NoConnection));
    assert_eq!(publish(&publisher, 1).await, away);

    server.start();
    server.stream().await;
    publish_until(&publisher, 1, Ok(())).await;
    server.stop();
    publish_until(&publisher, 2, away).await;
    server.start();
    publish_until(&publisher, 2, Ok(())).await;
    let mut stream = server.stream().await;
    assert_eq!(stream.info().await.unwrap().state.messages, 2, "nothing that was given up arrived later");
}
