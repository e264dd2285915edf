//! Keys that change while the service runs: a new version is found, a faulty configuration changes nothing, strangers cannot
//! keep the service reading.
//! A rotation at the gateway is tested with real processes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use antom_adapters::service::{Config, ConfigFault, ConfigFaults, Running};
use antom_domain::testing::MemoryStore;
use support::{BODY, GATEWAY_PUBLIC, PATH, builder, config, exchange, head_with, looks_acknowledged, status};

/// A configuration that can be changed from outside, as a file can.
#[derive(Clone)]
struct File {
    content: Arc<Mutex<Result<Config, ConfigFaults>>>,
    reads: Arc<AtomicUsize>,
}

impl File {
    fn new(content: Config) -> File {
        File { content: Arc::new(Mutex::new(Ok(content))), reads: Arc::default() }
    }

    fn write(&self, content: Result<Config, ConfigFaults>) {
        *self.content.lock().unwrap() = content;
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    async fn serve(&self) -> Running {
        let (file, first) = (self.clone(), self.content.lock().unwrap().clone().unwrap());
        let read = move || {
            file.reads.fetch_add(1, Ordering::SeqCst);
            file.content.lock().unwrap().clone()
        };
        builder(first).storage(Arc::new(MemoryStore::new())).read_again(read).start().await.unwrap()
    }
}

fn with_versions(versions: &[u32]) -> Config {
    let keys: serde_json::Map<String, serde_json::Value> =
        versions.iter().map(|version| (version.to_string(), GATEWAY_PUBLIC.into())).collect();
    config(&[("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &serde_json::Value::from(keys).to_string())])
}

/// The status that a right notification of this key version is answered with.
async fn notified(running: &Running, version: u32) -> u16 {
    let signature = format!("signature: {}", support::signature(PATH, BODY, version));
    let answer = exchange(running.listening, &(head_with(|lines| lines[6] = signature) + BODY)).await;
    assert_eq!(looks_acknowledged(&answer), status(&answer) == 200);
    status(&answer)
}

//= G-3 test
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_added_to_the_configuration_counts_without_a_restart() {
    let file = File::new(with_versions(&[1]));
    let running = file.serve().await;
    assert_eq!(notified(&running, 1).await, 200);
    assert_eq!(file.reads(), 0, "known versions need no look");

    file.write(Ok(with_versions(&[1, 2])));
    assert_eq!(notified(&running, 2).await, 200, "the first message that names it is verified with it");
    assert_eq!(notified(&running, 1).await, 200, "the older key still counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_together_all_find_the_new_key() {
    let file = File::new(with_versions(&[1]));
    let running = Arc::new(file.serve().await);
    file.write(Ok(with_versions(&[1, 2])));
    let together: Vec<_> = (0..20)
        .map(|_| {
            let running = running.clone();
            tokio::spawn(async move { notified(&running, 2).await })
        })
        .collect();
    for one in together {
        assert_eq!(one.await.unwrap(), 200);
    }
    assert_eq!(file.reads(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_cannot_keep_the_service_reading_its_configuration() {
    let file = File::new(with_versions(&[1]));
    let running = file.serve().await;
    for _ in 0..20 {
        assert_eq!(notified(&running, 9).await, 401);
    }
    assert_eq!(file.reads(), 1);
    file.write(Ok(with_versions(&[1, 9])));
    assert_eq!(notified(&running, 9).await, 401, "nor is the next look early");
    running.reload().await;
    assert_eq!(notified(&running, 9).await, 200, "an operator need not wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_with_a_fault_changes_no_key() {
    let file = File::new(with_versions(&[1]));
    let running = file.serve().await;
    let fault = ConfigFault { key: "gateway.antom_public_keys".to_owned(), message: "no key".to_owned() };
    file.write(Err(ConfigFaults(vec![fault])));
    running.reload().await;
    assert_eq!(file.reads(), 1);
    assert_eq!(notified(&running, 1).await, 200);

    file.write(Ok(with_versions(&[2])));
    running.reload().await;
    assert_eq!(
        (notified(&running, 1).await, notified(&running, 2).await),
        (401, 200),
        "a removed key is gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_merchant_key_counts_and_a_removed_one_does_not() {
    const OLD: &str = "50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";
    const NEW: &str = "3b7406b02c5b53cd1b2af0a1ef9a4b1e55a5c1ff1a5b8b4c0eb7a3c5f2a9dd1c";
    let with = |sha256: &str| {
        config(&[(
            "ANTOM__SERVER__API_KEYS",
            &format!(r#"[{{"name":"shop","sha256":"{sha256}","scopes":["read"]}}]"#),
        )])
    };
    let file = File::new(with(OLD));
    let running = file.serve().await;
    let listing = "GET /v1/orders HTTP/1.1\r\nhost: shop.example\r\nauthorization: Bearer example\r\n\r\n";
    assert_eq!(status(&exchange(running.listening, listing).await), 200);
    file.write(Ok(with(NEW)));
    running.reload().await;
    assert_eq!(status(&exchange(running.listening, listing).await), 401);
    file.write(Ok(with(OLD)));
    running.reload().await;
    assert_eq!(status(&exchange(running.listening, listing).await), 200);
}
