//! The write-ahead log cut off anywhere, as a loss of power cuts it: what is there afterwards is a prefix of whole steps.
//! That a step is on the disk before anybody hears of it is traced on the running service.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use antom_adapters::outbound::sqlite::SqliteStore;
use antom_core::id::ReferenceOrderId;
use antom_core::money::{Currency, Money};
use antom_core::time::Timestamp;
use antom_domain::order::{Command, Event, Integration, NewOrder, OpenAttempt, Order, Policy};
use antom_domain::policy::Retry;
use antom_domain::port::{
    GatewayAnswer, IdKey, NotificationDigest, OrderQuery, OrderStore, Outbox, ReceivedNotification,
};
use antom_domain::reading::notification_keys;
use antom_domain::service::{Books, Dispatcher, Notifications, Orders};
use antom_domain::testing::{ScriptedGateway, SetClock, ports};
use rusqlite::Connection;

const BORDER: usize = 512;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// A store with a schema, whose write-ahead log is empty.
fn prepared(path: &Path) -> Arc<SqliteStore> {
    drop(SqliteStore::open(path).unwrap());
    Arc::new(SqliteStore::open(path).unwrap())
}

fn books(store: &Arc<SqliteStore>) -> (Books, Arc<ScriptedGateway>) {
    let gateway = Arc::new(ScriptedGateway::default());
    let ports = ports(store, gateway.clone(), Arc::new(SetClock::new(now())));
    let policy = Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/");
    (Books::new(ports, Arc::new(policy)), gateway)
}

fn now() -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000)
}

/// What a shop does: orders, attempts, calls with their answers, notifications that fit, and one that fits nothing yet.
async fn trade(store: &Arc<SqliteStore>) {
    let (books, gateway) = books(store);
    let orders = Orders::new(books.clone());
    notify(&books, "PAY-2").await;
    for number in 1..=2 {
        let order = ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap();
        let new = NewOrder {
            reference_order_id: order.clone(),
            amount: Money::from_minor(Currency::parse("USD").unwrap(), 4_200).unwrap(),
            description: "Two cups".to_owned(),
            reference_buyer_id: "BUYER-1".parse().unwrap(),
            details: Default::default(),
        };
        orders.create(&new).await.unwrap();
        let open = OpenAttempt {
            payment_request_id: format!("PAY-{number}").parse().unwrap(),
            token: format!("token-{number}"),
            integration: Integration::Session,
            payment_method_type: "CARD".to_owned(),
            capture_mode: None,
            terminal_type: None,
            os_type: None,
            client_ip: None,
            idempotency_key: Some(format!("key-{number}")),
            terms: Default::default(),
        };
        orders.execute(&order, &Command::OpenAttempt(Box::new(open))).await.unwrap();
        if number == 2 {
            break;
        }
        let answer = r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"paymentSessionData":"a&&b"}"#;
        gateway.answer(GatewayAnswer::CreatePaymentSession(Box::new(serde_json::from_str(answer).unwrap())));
        let dispatcher = Dispatcher::new(books.clone(), Retry::default());
        for claimed in store.claim_due(now(), Duration::from_secs(30), 1).await.unwrap() {
            dispatcher.run(&claimed).await.unwrap();
        }
        notify(&books, &format!("PAY-{number}")).await;
    }
}

/// The gateway says that the payment succeeded.
async fn notify(books: &Books, payment: &str) {
    let body = format!(
        r#"{{"notifyType":"PAYMENT_RESULT","paymentRequestId":"{payment}","paymentId":"G-{payment}",
        "result":{{"resultStatus":"S","resultCode":"SUCCESS"}},"paymentAmount":{{"currency":"USD","value":"4200"}}}}"#
    );
    let message = serde_json::from_str(&body).unwrap();
    let notification = ReceivedNotification {
        digest: NotificationDigest(payment.to_owned()),
        received_at: now(),
        request_time: "1795000000000".to_owned(),
        notify_type: "PAYMENT_RESULT".to_owned(),
        keys: notification_keys(&message),
        body: body.into_bytes(),
        is_fact: true,
    };
    Notifications::new(books.clone()).receive(notification, &message).await.unwrap();
}

/// The lengths of the log at which a transaction is complete, as the frames themselves say it.
fn ends_of_transactions(log: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap()) as usize;
    let frame = FRAME_HEADER + number(8);
    let starts = (WAL_HEADER..log.len() - FRAME_HEADER).step_by(frame);
    // The last frame of a transaction holds the size of the database after it, all others zero.
    starts.filter(|at| number(at + 4) != 0).map(|at| at + frame).collect()
}

/// Every row of every table.
fn contents(path: &Path) -> String {
    let connection = Connection::open(path).unwrap();
    // Closing moves the log into a file that nobody reads again.
    connection.pragma_update(None, "synchronous", "off").unwrap();
    let tables = ["orders", "order_events", "request_ids", "outbox", "fences", "inbox", "inbox_keys"];
    let rows = tables.iter().flat_map(|table| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let width = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            (0..width)
                .map(|column| row.get::<_, rusqlite::types::Value>(column))
                .collect::<Result<Vec<_>, _>>()
        };
        let rows: Vec<_> = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
        rows.into_iter().map(|row| format!("{table} {row:?}\n")).collect::<Vec<_>>()
    });
    rows.collect()
}

/// What stands or falls together stands together.
async fn assert_whole(store: &SqliteStore, path: &Path) {
    let page = store.list(&OrderQuery { limit: 200, ..OrderQuery::default() }).await.unwrap();
    for order in &page.orders {
        let id = &order.reference_order_id;
        let stored = store.load(id).await.unwrap().unwrap();
        let log = store.history(id).await.unwrap();
        assert_eq!(stored.version, log.len() as u64, "{id}");
        assert_eq!(Order::fold(&log).unwrap(), *stored.order, "the snapshot of {id} is its folded log");
        for recorded in &log {
            let keys = match &recorded.event {
                Event::AttemptOpened { payment_request_id, token, idempotency_key, .. } => vec![
                    IdKey::PaymentRequest(payment_request_id.to_string()),
                    IdKey::Token(token.clone()),
                    IdKey::Idempotency(idempotency_key.clone().unwrap()),
                ],
                Event::PaymentIdLearnt { payment_id, .. } => vec![IdKey::Payment(payment_id.to_string())],
                _ => Vec::new(),
            };
            for key in keys {
                // The merchant's own keys count for one order; all others are found as they are.
                let is_found = store.find(&key).await.unwrap().as_ref() == Some(id);
                assert!(is_found || matches!(key, IdKey::Idempotency(_)), "{key} leads to {id}");
            }
        }
        let unanswered = order.attempts.iter().filter(|attempt| attempt.handed_out_at.is_none()).count();
        let is_settled = order.attempts.iter().any(|attempt| attempt.payment.settled_at.is_some());
        let calls = count(path, "outbox", id.as_ref());
        assert!(
            is_settled || calls == unanswered,
            "{id} has {calls} calls for {unanswered} unanswered attempts"
        );
    }
}

fn count(path: &Path, table: &str, order: &str) -> usize {
    let sql = format!("SELECT count(*) FROM {table} WHERE order_id = ?1");
    let rows: i64 = Connection::open(path).unwrap().query_row(&sql, [order], |row| row.get(0)).unwrap();
    usize::try_from(rows).unwrap()
}

fn log_of(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

//= N-3 test
#[tokio::test]
async fn a_log_cut_at_any_sector_reopens_to_whole_steps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = prepared(&path);
    trade(&store).await;
    let (file, log) = (fs::read(&path).unwrap(), fs::read(log_of(&path)).unwrap());
    let ends = ends_of_transactions(&log);
    assert_eq!(ends.len() as u64, store.stats().groups, "each group is one transaction");
    assert!(ends.len() >= 8, "there is something to cut");

    let mut seen: BTreeMap<usize, String> = BTreeMap::new();
    let cuts = (0..log.len()).step_by(BORDER).chain([log.len()]);
    for cut in cuts {
        let copy = folder.path().join("cut.db");
        let cut_off = || {
            fs::write(&copy, &file).unwrap();
            fs::write(log_of(&copy), &log[..cut]).unwrap();
        };
        cut_off();
        let found = contents(&copy);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        match seen.get(&whole) {
            Some(same) => assert!(*same == found, "cut at {cut}: a part of the next step is visible"),
            None => {
                cut_off();
                assert_whole(&SqliteStore::open(&copy).unwrap(), &copy).await;
                seen.insert(whole, found);
            }
        }
    }
    assert_eq!(seen.len(), ends.len() + 1, "every number of whole transactions was met");
    assert!(*seen.last_key_value().unwrap().1 == contents(&path), "the uncut log shows all");
}
