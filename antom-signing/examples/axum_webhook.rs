//! A web server with the notify URL of one merchant: axum, one key, one acknowledgement.
//! Storing durably is the embedding program's part; here a file takes every notification, one line each.
//!
//! `cargo run -p antom-signing --example axum_webhook -- antom_public.pem CLIENT_ID notifications.log 127.0.0.1:8080`
#![allow(clippy::print_stderr, reason = "a command line program talks to its terminal")]

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use antom_core::{ClientId, Timestamp};
use antom_signing::{
    KeyEntry, KeyRing, KeyVersion, NotificationPolicy, PublicKey, SharedKeyRing, VerifiedNotification,
    acknowledgement, verify_notification,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;

/// The path of the notify URL, as the gateway knows it. A proxy in front may change the path of the request, never this.
const PATH: &str = "/notifications/antom";

#[derive(Clone)]
struct Webhook {
    /// Shared, so that a new key of the gateway can be put in while the server runs.
    keys: SharedKeyRing,
    policy: NotificationPolicy,
    log: Arc<Mutex<File>>,
}

async fn receive(State(webhook): State<Webhook>, headers: HeaderMap, body: Bytes) -> Response {
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let keys = webhook.keys.current();
    let verified = match verify_notification("POST", PATH, pairs, &body, &keys, now(), &webhook.policy) {
        Ok(verified) => verified,
        Err(refused) => {
            eprintln!("refused: {refused}; {}", refused.next_step());
            return StatusCode::UNAUTHORIZED.into_response();
        }
    };
    // Only what is stored may be acknowledged: the gateway sends anything else again.
    if let Err(error) = store(&webhook.log, &verified) {
        eprintln!("not stored: {error}");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let answer = acknowledgement();
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

/// The same notification may come up to nine times: whoever reads this file must do nothing for the second.
fn store(log: &Mutex<File>, verified: &VerifiedNotification) -> std::io::Result<()> {
    let believed = if verified.freshness().is_fact() { "fact" } else { "hint" };
    let body = String::from_utf8_lossy(verified.body()).replace(['\r', '\n'], " ");
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(log, "{} {believed} {body}", verified.request_time())?;
    log.sync_data()
}

#[expect(clippy::disallowed_methods, reason = "the one place of this program that reads the clock")]
fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, client_id, log_file, address] = arguments.as_slice() else {
        return Err("usage: axum_webhook PUBLIC_KEY_FILE CLIENT_ID LOG_FILE ADDRESS".into());
    };
    let key = PublicKey::parse(&std::fs::read_to_string(key_file)?)?;
    let ring = KeyRing::new().with(ClientId::parse(client_id)?, KeyEntry::new(KeyVersion::FIRST, key));
    let log = OpenOptions::new().create(true).append(true).open(log_file)?;
    let policy = NotificationPolicy::default();
    let webhook = Webhook { keys: SharedKeyRing::new(ring), policy, log: Arc::new(Mutex::new(log)) };
    let router = Router::new()
        .route(PATH, post(receive))
        .layer(DefaultBodyLimit::max(policy.max_body))
        .with_state(webhook);

    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        eprintln!("listening on http://{}{PATH}", listener.local_addr()?);
        axum::serve(listener, router).await?;
        Ok(())
    })
}
