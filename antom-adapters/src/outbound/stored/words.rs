//! The domain's words as they stand in columns, and how they are read back.
//! Whole rows are read by the adapters.

use antom_core::id::ReferenceOrderId;
use antom_core::outcome::Api;
use antom_core::time::Timestamp;
use antom_domain::order::stored::{NotRead, read_event, read_snapshot};
use antom_domain::order::{CallSubject, GatewayCall, Order, Recorded, RequestBody};
use antom_domain::port::{
    IdKey, InboxMark, InboxVerdict, NotificationDigest, ReceivedNotification, StoreError,
};
use serde::de::DeserializeOwned;

use crate::outbound::data_keys::{Cell, DataKeys};

/// The kinds of ids, each with the one id kind that bears its word.
const KINDS: [fn(String) -> IdKey; 6] = [
    IdKey::PaymentRequest,
    IdKey::CaptureRequest,
    IdKey::RefundRequest,
    IdKey::Payment,
    IdKey::Token,
    IdKey::Idempotency,
];

/// A stored part that this program cannot read.
pub(in crate::outbound) fn unreadable(what: &'static str, id: impl Into<String>) -> StoreError {
    StoreError::Unreadable { what, id: id.into() }
}

fn json<T: DeserializeOwned>(what: &'static str, id: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| unreadable(what, id))
}

pub(in crate::outbound) fn time(millis: i64) -> Timestamp {
    Timestamp::from_epoch_millis(millis)
}

/// A count or limit as the database takes it.
pub(in crate::outbound) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(in crate::outbound) fn order_id(text: &str) -> Result<ReferenceOrderId, StoreError> {
    ReferenceOrderId::parse(text).map_err(|_| unreadable("order id", text))
}

/// The order; `None` if a newer program wrote the snapshot, and the log has to tell how far it can be read.
pub(in crate::outbound) fn snapshot(
    id: &str,
    text: &str,
    keys: &DataKeys,
) -> Result<Option<Order>, StoreError> {
    let damaged = || unreadable("snapshot", id);
    let text = keys.open_text(Cell::Snapshot { order: id }, text).ok_or_else(damaged)?;
    known(read_snapshot(&text)).map_err(|_| damaged())
}

/// The event; `None` if a newer program wrote it.
pub(in crate::outbound) fn event(
    order: &str,
    seq: i64,
    text: &str,
    keys: &DataKeys,
) -> Result<Option<Recorded>, StoreError> {
    let damaged = || unreadable("event", format!("{order} {seq}"));
    let text = keys.open_text(Cell::Event { order, seq }, text).ok_or_else(damaged)?;
    known(read_event(&text)).map_err(|_| damaged())
}

fn known<T>(read: Result<T, NotRead>) -> Result<Option<T>, NotRead> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(NotRead::Newer) => Ok(None),
        Err(damage) => Err(damage),
    }
}

/// An order whose snapshot a newer program wrote: its log, up to the first event of the newer one.
pub(in crate::outbound) fn read_only(id: &str, log: &[Recorded]) -> Result<Order, StoreError> {
    let order = Order::fold(log).map_err(|_| unreadable("snapshot", id))?;
    Ok(Order { is_read_only: true, ..order })
}

pub(in crate::outbound) fn call(
    call_id: &str,
    api: &str,
    subject: &str,
    body: Vec<u8>,
    keys: &DataKeys,
) -> Result<GatewayCall, StoreError> {
    let body =
        keys.open_bytes(Cell::Call { id: call_id }, body).ok_or_else(|| unreadable("call", call_id))?;
    let api = Api::ALL.iter().find(|known| known.name() == api).ok_or_else(|| unreadable("call", call_id))?;
    let subject: CallSubject = json("call", call_id, subject)?;
    Ok(GatewayCall { api: *api, subject, body: RequestBody::new(body) })
}

/// The ids that a notification names, as one JSON column.
pub(in crate::outbound) fn keys_text(keys: &[IdKey]) -> String {
    serde_json::Value::from_iter(keys.iter().map(|key| vec![key.kind(), key.value()])).to_string()
}

pub(super) fn keys(digest: &str, text: &str) -> Result<Vec<IdKey>, StoreError> {
    let pairs: Vec<(String, String)> = json("notification", digest, text)?;
    pairs
        .into_iter()
        .map(|(kind, id)| KINDS.iter().map(|make| make(id.clone())).find(|key| key.kind() == kind))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| unreadable("notification", digest))
}

/// A notification as it is stored.
pub(in crate::outbound) fn sealed_mark(
    mut mark: InboxMark,
    keys: &DataKeys,
) -> Result<InboxMark, StoreError> {
    if keys.is_sealing() {
        let cell = Cell::Notification { digest: &mark.notification.digest.0 };
        let body = keys.seal_bytes(cell, std::mem::take(&mut mark.notification.body));
        mark.notification.body = body.ok_or(StoreError::Unavailable)?;
    }
    Ok(mark)
}

/// A row of the inbox, not yet understood.
pub(in crate::outbound) struct StoredMark {
    pub(in crate::outbound) digest: String,
    pub(in crate::outbound) received_at: i64,
    pub(in crate::outbound) request_time: String,
    pub(in crate::outbound) notify_type: String,
    pub(in crate::outbound) keys: String,
    pub(in crate::outbound) body: Vec<u8>,
    pub(in crate::outbound) is_fact: bool,
    pub(in crate::outbound) verdict: String,
}

impl StoredMark {
    pub(in crate::outbound) fn understand(self, data_keys: &DataKeys) -> Result<InboxMark, StoreError> {
        let verdict = InboxVerdict::from_word(&self.verdict)
            .ok_or_else(|| unreadable("notification", self.digest.as_str()))?;
        let keys = keys(&self.digest, &self.keys)?;
        let body = data_keys.open_bytes(Cell::Notification { digest: &self.digest }, self.body);
        let body = body.ok_or_else(|| unreadable("notification", self.digest.as_str()))?;
        let notification = ReceivedNotification {
            digest: NotificationDigest(self.digest),
            received_at: time(self.received_at),
            request_time: self.request_time,
            notify_type: self.notify_type,
            keys,
            body,
            is_fact: self.is_fact,
        };
        Ok(InboxMark { notification, verdict })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_id_is_read_back() {
        let ids: Vec<IdKey> = KINDS.iter().map(|make| make("a\"b\u{0}é".to_owned())).collect();

        assert_eq!(keys("d", &keys_text(&ids)), Ok(ids));
    }

    #[test]
    fn an_unknown_kind_of_id_is_unreadable_and_not_left_out() {
        let text = r#"[["paymentId","P"],["disputeId","D"]]"#;

        assert_eq!(keys("d", text), Err(unreadable("notification", "d")));
    }

    #[test]
    fn an_unknown_operation_is_unreadable() {
        let subject = r#"{"about":"inquire","paymentRequestId":"P"}"#;
        let none = DataKeys::default();

        assert!(call("c", "inquiryPayment", subject, Vec::new(), &none).is_ok());
        assert_eq!(call("c", "fly", subject, Vec::new(), &none), Err(unreadable("call", "c")));
        assert_eq!(call("c", "inquiryPayment", "{}", Vec::new(), &none), Err(unreadable("call", "c")));
    }
}
