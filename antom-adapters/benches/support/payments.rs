//! Card payments with automatic capture, carried through the domain's services, with every commit that they cause.
//! Where the commits are written is left to the benchmarks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use antom_adapters::outbound::clock::SystemClock;
use antom_core::id::ReferenceOrderId;
use antom_core::money::{Currency, Money};
use antom_core::outcome::CaptureMode;
use antom_domain::order::{Command, Integration, NewOrder, OpenAttempt, OrderPhase, Policy, Recorded};
use antom_domain::policy::Retry;
use antom_domain::port::{
    Commit, CommitError, GatewayAnswer, IdKey, NotificationDigest, OrderPage, OrderQuery, OrderStore, Outbox,
    ReceivedNotification, StoreError, StoredOrder, Version,
};
use antom_domain::reading::notification_keys;
use antom_domain::service::{Books, Dispatched, Dispatcher, Notifications, Orders, Ports};
use antom_domain::testing::{MemoryStore, ScriptedGateway, ports};
use async_trait::async_trait;

/// One payment.
pub struct Payment {
    /// What it commits, in this order: the order, the attempt with its call, the answer, the payment's result, the
    /// capture's result.
    pub commits: Vec<Commit>,
    /// The bodies of the two notifications.
    pub notifications: [String; 2],
}

/// How many commits a payment causes.
pub const COMMITS: usize = 5;
/// How many of them come before the notifications.
pub const BEFORE_NOTIFICATIONS: usize = 3;

/// The policy under which the payments are decided.
pub fn policy() -> Policy {
    Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
}

/// Payments of orders whose ids begin with `about`.
pub async fn payments(about: &str, count: usize) -> Vec<Payment> {
    let mut all = Vec::with_capacity(count);
    for number in 0..count {
        all.push(payment(&format!("{about}-{number}")).await);
    }
    all
}

async fn payment(name: &str) -> Payment {
    let (store, gateway) = (Arc::new(Recorder::default()), Arc::new(ScriptedGateway::default()));
    let memory = Arc::new(store.memory.clone());
    let ports = Ports { store: store.clone(), ..ports(&memory, gateway.clone(), Arc::new(SystemClock)) };
    let books = Books::new(ports, Arc::new(policy()));
    let order_id = ReferenceOrderId::parse(name).unwrap();
    let orders = Orders::new(books.clone());
    orders.create(&new_order(&order_id)).await.unwrap();
    orders.execute(&order_id, &Command::OpenAttempt(Box::new(attempt(name)))).await.unwrap();
    gateway.answer(GatewayAnswer::CreatePaymentSession(Box::new(serde_json::from_str(SESSION).unwrap())));
    let now = books.ports().clock.now();
    let claimed = memory.claim_due(now, Duration::from_secs(30), 1).await.unwrap().remove(0);
    let dispatched = Dispatcher::new(books.clone(), Retry::default()).run(&claimed).await.unwrap();
    assert_eq!(dispatched, Dispatched::Answered);
    let notifications = [PAID, CAPTURED].map(|body| body.replace("{name}", name));
    for body in &notifications {
        let message = serde_json::from_str(body).unwrap();
        let received = ReceivedNotification {
            digest: NotificationDigest(format!("{:064x}", fnv(body))),
            received_at: now,
            request_time: now.epoch_millis().to_string(),
            notify_type: "PAYMENT_RESULT".to_owned(),
            keys: notification_keys(&message),
            body: body.clone().into_bytes(),
            is_fact: true,
        };
        Notifications::new(books.clone()).receive(received, &message).await.unwrap();
    }
    assert_eq!(books.load(&order_id).await.unwrap().order.phase(), OrderPhase::Paid);
    let commits = std::mem::take(&mut *store.commits.lock().unwrap());
    assert_eq!(commits.len(), COMMITS);
    Payment { commits, notifications }
}

fn new_order(id: &ReferenceOrderId) -> NewOrder {
    NewOrder {
        reference_order_id: id.clone(),
        amount: Money::from_minor(Currency::parse("USD").unwrap(), 4_200).unwrap(),
        description: "Two cups and a tea pot".to_owned(),
        reference_buyer_id: "BUYER-1".parse().unwrap(),
        details: Default::default(),
    }
}

fn attempt(name: &str) -> OpenAttempt {
    OpenAttempt {
        payment_request_id: format!("{name}-attempt").parse().unwrap(),
        token: format!("{name}-0123456789abcdef0123456789abcdef"),
        integration: Integration::Session,
        payment_method_type: "CARD".to_owned(),
        capture_mode: Some(CaptureMode::Automatic),
        terminal_type: None,
        os_type: None,
        client_ip: None,
        idempotency_key: Some(format!("{name}-key")),
        terms: Default::default(),
    }
}

/// Different texts, different numbers: enough to tell benchmark notifications apart.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

const SESSION: &str = r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"success"},
    "paymentSessionData":"c2Vzc2lvbi1kYXRhLW9mLWEtcmVhbGlzdGljLWxlbmd0aA==&&c2Vzc2lvbi1kYXRh&&U0c=&&ZA==",
    "paymentSessionExpiryTime":"2026-11-22T10:30:01+08:00","paymentSessionId":"c2Vzc2lvbi1pZA"}"#;
const PAID: &str = r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"paymentRequestId":"{name}-attempt","paymentId":"{name}-20260101194010800100188820291234567","paymentAmount":{"currency":"USD","value":"4200"},"actualPaymentAmount":{"currency":"USD","value":"4200"},"paymentCreateTime":"2026-01-01T12:01:00+08:00","paymentTime":"2026-01-01T12:01:04+08:00","authExpiryTime":"2099-01-08T12:01:04+08:00","paymentResultInfo":{"avsResultRaw":"A","cvvResultRaw":"Y","networkTransactionId":"461259873456127","cardBrand":"VISA","cardNo":"************8888","issuingCountry":"SG","funding":"CREDIT","paymentMethodRegion":"GLOBAL","threeDSResult":{"eci":"05","threeDSVersion":"2.2.0","cavv":"AAABCSIIAAAAAAACcwgAEMCoNh+=","dsTransactionId":"f25084f0-5b16-4c0a-ae5d-b24808a95e4b"}},"acquirerReferenceNo":"74537606001000000000012","pspCustomerInfo":{"pspName":"CARD","displayCustomerId":"b***@example.com"},"paymentMethodType":"CARD"}"#;
const CAPTURED: &str = r#"{"notifyType":"CAPTURE_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"captureRequestId":"{name}-gateway-made","paymentId":"{name}-20260101194010800100188820291234567","captureId":"{name}-20260101194010900100188820291234567","captureAmount":{"currency":"USD","value":"4200"},"captureTime":"2026-01-01T12:01:06+08:00","acquirerReferenceNo":"74537606001000000000012"}"#;

/// A store in memory that keeps every commit.
#[derive(Debug, Default)]
struct Recorder {
    memory: MemoryStore,
    commits: Mutex<Vec<Commit>>,
}

#[async_trait]
impl OrderStore for Recorder {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        self.memory.load(id).await
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        self.memory.find(key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        let version = self.memory.commit(commit.clone()).await?;
        self.commits.lock().unwrap().push(commit);
        Ok(version)
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.memory.history(id).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        self.memory.list(query).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        self.memory.unresolved(after, limit).await
    }
}
