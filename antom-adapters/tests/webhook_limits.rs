//! Clients that send slowly, too much, in the wrong form or nothing at all: they are refused, and honest notifications are
//! acknowledged meanwhile.
//! What a notification changes is told in the domain's own tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use antom_adapters::outbound::sqlite::SqliteStore;
use antom_adapters::service::Limits;
use antom_domain::testing::MemoryStore;
use support::{
    BODY, PATH, builder, config, connect, exchange, head_with, honest, looks_acknowledged,
    odd_notifications_are_kept, rest, service, status,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const SHORT: Duration = Duration::from_millis(150);
/// Long enough for a busy machine; whoever waits as long waits in vain.
const IN_TIME: Duration = Duration::from_secs(20);
const MIB: usize = 1024 * 1024;

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(IN_TIME, what).await.unwrap()
}

#[test]
fn the_limits_are_those_that_are_documented() {
    let limits = Limits::default();
    assert_eq!((limits.header, limits.body), (Duration::from_secs(5), Duration::from_secs(10)));
    assert_eq!((limits.handler, limits.connections), (Duration::from_secs(10), 512));
}

//= N-3 test
#[tokio::test(flavor = "multi_thread")]
async fn an_honest_notification_is_acknowledged_again_and_again_on_one_connection() {
    let running = service(Limits::default()).await;
    let mut stream = connect(running.listening).await;
    for _ in 0..3 {
        stream.write_all(honest().as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let count = in_time(stream.read(&mut answer)).await.unwrap();
        assert!(looks_acknowledged(std::str::from_utf8(&answer[..count]).unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_before_the_body_was_read_hears_that_the_connection_ends() {
    let running = service(Limits::default()).await;
    let refused = "POST /v1/orders HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
    let mut stream = connect(running.listening).await;
    stream.write_all(refused.as_bytes()).await.unwrap();
    let answer = in_time(rest(&mut stream)).await;
    assert_eq!(status(&answer), 401, "{answer}");
    assert!(answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
}

//= N-3 test
#[tokio::test(flavor = "multi_thread")]
async fn odd_texts_in_a_notification_are_acknowledged_and_kept_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    odd_notifications_are_kept(Arc::new(SqliteStore::open(&folder.path().join("orders.db")).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_drips_is_cut_off_and_an_idle_connection_is_not() {
    let running = service(limits(|limits| limits.header = SHORT)).await;
    let mut idle = connect(running.listening).await;
    let (mut reader, mut writer) = connect(running.listening).await.into_split();
    let drip = async {
        for byte in honest().bytes().cycle() {
            if byte != b'\n' && writer.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let mut answer = Vec::new();
    let cut_off = async {
        let _reset = reader.read_to_end(&mut answer).await;
    };
    in_time(async {
        tokio::select! { () = drip => {} () = cut_off => {} }
    })
    .await;
    assert!(!looks_acknowledged(std::str::from_utf8(&answer).unwrap()));

    idle.write_all(head_with(|lines| lines.insert(1, "connection: close".to_owned())).as_bytes())
        .await
        .unwrap();
    idle.write_all(BODY.as_bytes()).await.unwrap();
    assert!(looks_acknowledged(&in_time(rest(&mut idle)).await), "the idle one was left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_to_its_end_is_refused() {
    let running = service(limits(|limits| limits.body = SHORT)).await;
    let mut stream = connect(running.listening).await;
    stream.write_all(head_with(|_| ()).as_bytes()).await.unwrap();
    stream.write_all(&BODY.as_bytes()[..10]).await.unwrap();
    let answer = in_time(rest(&mut stream)).await;
    assert_eq!((status(&answer), looks_acknowledged(&answer)), (408, false), "{answer}");
}

/// The most memory that this process has used, in bytes.
fn peak_memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_gibibyte_next_to_nothing_is_read() {
    let running = service(Limits::default()).await;
    let before = peak_memory();
    let announced = |lines: &mut Vec<String>| lines[3] = format!("content-length: {}", 1024 * MIB);
    let chunked = |lines: &mut Vec<String>| lines[3] = "transfer-encoding: chunked".to_owned();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
    for (head, part) in [(head_with(announced), "x".repeat(0x1_0000)), (head_with(chunked), chunk)] {
        let (mut reader, mut writer) = connect(running.listening).await.into_split();
        let send = async {
            writer.write_all(head.as_bytes()).await.unwrap();
            let mut sent = 0;
            while sent < 1024 * MIB && writer.write_all(part.as_bytes()).await.is_ok() {
                sent += part.len();
            }
            sent
        };
        let mut answer = Vec::new();
        let (sent, _) = in_time(async { tokio::join!(send, reader.read_to_end(&mut answer)) }).await;
        assert!(sent < 64 * MIB, "{sent} bytes were taken");
        assert!(!looks_acknowledged(std::str::from_utf8(&answer).unwrap()));
    }
    let grown = peak_memory() - before;
    assert!(grown < 16 * MIB, "memory grew by {grown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_one_byte_too_many_is_refused_and_the_largest_is_judged() {
    let running = service(Limits::default()).await;
    for (size, expected) in [(256 * 1024, 401), (256 * 1024 + 1, 413)] {
        let head = head_with(|lines| lines[3] = format!("content-length: {size}"));
        let answer = in_time(exchange(running.listening, &(head + &"x".repeat(size)))).await;
        assert_eq!((status(&answer), looks_acknowledged(&answer)), (expected, false), "{size}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_says_nothing_does_not_keep_an_honest_notification_out() {
    let running = service(limits(|limits| limits.connections = 64)).await;
    let mut crowd = Vec::new();
    for number in 0..200 {
        let mut stream = connect(running.listening).await;
        if number % 2 == 0 {
            // Half of them begin to speak and never end.
            stream.write_all(b"POST /notifications/antom HTTP/1.1\r\n").await.unwrap();
        }
        crowd.push(stream);
    }
    let answer = in_time(exchange(running.listening, &honest())).await;
    assert!(looks_acknowledged(&answer), "{answer}");
    let (_, kept) = crowd.split_at(150);
    let open = kept.iter().filter(|stream| matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock));
    assert!(open.count() > 40, "those that came last were not driven out for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_packed_is_not_unpacked() {
    let running = service(Limits::default()).await;
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "x-unknown"] {
        // Even rightly signed: the bytes on the wire are the bytes that were signed.
        let request = head_with(|lines| lines.push(format!("content-encoding: {coding}"))) + BODY;
        let answer = in_time(exchange(running.listening, &request)).await;
        assert_eq!((status(&answer), looks_acknowledged(&answer)), (415, false), "{coding}: {answer}");
    }
    let request = head_with(|lines| lines.push("content-encoding: identity".to_owned())) + BODY;
    assert!(looks_acknowledged(&in_time(exchange(running.listening, &request)).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_json_post_to_the_exact_path_is_acknowledged() {
    let running = service(Limits::default()).await;
    let line = |line: &str| {
        let line = line.to_owned();
        head_with(|lines| lines[0] = line) + BODY
    };
    let kind = |kind: &str| {
        let kind = kind.to_owned();
        head_with(|lines| lines[2] = kind) + BODY
    };
    let refused = [
        (line(&format!("GET {PATH} HTTP/1.1")), 405),
        (line(&format!("PUT {PATH} HTTP/1.1")), 405),
        (line(&format!("POST {PATH}/ HTTP/1.1")), 404),
        (line(&format!("POST /{PATH} HTTP/1.1")), 404),
        (line("POST /notifications/Antom HTTP/1.1"), 404),
        (line("POST /notifications%2Fantom HTTP/1.1"), 404),
        (kind("content-type: text/plain"), 415),
        (kind("content-type: application/jsonp"), 415),
        (kind("accept: application/json"), 415),
    ];
    for (request, expected) in refused {
        let answer = in_time(exchange(running.listening, &request)).await;
        let (first, _) = request.split_once("\r\nhost").unwrap();
        assert_eq!((status(&answer), looks_acknowledged(&answer)), (expected, false), "{first}: {answer}");
    }
}

//= X-14 test
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_prefix_both_kinds_of_proxy_work_and_only_the_configured_path_is_verified() {
    let behind = config(&[("ANTOM__SERVER__PUBLIC_URL", "https://shop.example/pay/v2")]);
    let running = builder(behind).storage(Arc::new(MemoryStore::new())).start().await.unwrap();
    let prefixed = format!("/pay/v2{PATH}");
    for (called, signed, expected) in [
        (PATH, prefixed.as_str(), 200),
        (&prefixed, &prefixed, 200),
        (PATH, PATH, 401),
        (&prefixed, PATH, 401),
        ("/pay/notifications/antom", &prefixed, 404),
    ] {
        let request = head_with(|lines| {
            lines[0] = format!("POST {called} HTTP/1.1");
            lines[6] = format!("signature: {}", support::signature(signed, BODY, 1));
        }) + BODY;
        let answer = in_time(exchange(running.listening, &request)).await;
        assert_eq!(
            (status(&answer), looks_acknowledged(&answer)),
            (expected, expected == 200),
            "{called} {signed}"
        );
    }
}

//= N-3 test
#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_is_not_stored_in_time_is_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = Arc::new(SqliteStore::open(&path).unwrap());
    let limits = limits(|limits| limits.handler = SHORT);
    let running = builder(config(&[])).storage(store).limits(limits).start().await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let answer = in_time(exchange(running.listening, &honest())).await;
    assert_eq!((status(&answer), looks_acknowledged(&answer)), (503, false), "{answer}");

    other.execute_batch("ROLLBACK").unwrap();
    let again = async { while !looks_acknowledged(&exchange(running.listening, &honest()).await) {} };
    in_time(again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_wait_do_not_hold_up_the_end() {
    let running = service(Limits::default()).await;
    let _untouched = connect(running.listening).await;
    let mut kept = connect(running.listening).await;
    kept.write_all(honest().as_bytes()).await.unwrap();
    assert!(in_time(kept.read(&mut [0; 4096])).await.unwrap() > 0);
    // Its own patience would be 8 s.
    tokio::time::timeout(Duration::from_secs(4), running.stop()).await.unwrap();
}
