//! What the merchant API shows, read from a store while no service runs.
//! Who may read is decided by the file's owner or the database; nothing can be changed this way.

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_domain::order::Policy;
use antom_domain::port::{IdKey, Inbox, InboxQuery, OrderQuery, OrderStore, StoreError};
use serde_json::{Value, json};

use super::{notifications, view};

/// As `GET /v1/orders`.
pub(in crate::inbound) async fn orders(
    store: &dyn OrderStore,
    query: &OrderQuery,
    policy: &Policy,
) -> Result<Value, StoreError> {
    let page = store.list(query).await?;
    let orders: Vec<Value> = page.orders.iter().map(|order| view::order(order, policy)).collect();
    Ok(json!({ "orders": orders, "next": page.next }))
}

/// As `GET /v1/orders/{id}`; `None` where there is no such order.
pub(in crate::inbound) async fn order(
    store: &dyn OrderStore,
    id: &str,
    policy: &Policy,
) -> Result<Option<Value>, StoreError> {
    let Ok(id) = ReferenceOrderId::parse(id) else { return Ok(None) };
    let Some(stored) = store.load(&id).await? else { return Ok(None) };
    let history = store.history(&id).await?;
    Ok(Some(view::order_with_timeline(&stored.order, &history, policy)))
}

/// As `GET /v1/payments/{id}`; `None` where there is no such payment.
pub(in crate::inbound) async fn payment(
    store: &dyn OrderStore,
    id: &str,
    policy: &Policy,
) -> Result<Option<Value>, StoreError> {
    let Ok(payment) = PaymentRequestId::parse(id) else { return Ok(None) };
    let Some(order_id) = store.find(&IdKey::PaymentRequest(payment.to_string())).await? else {
        return Ok(None);
    };
    let Some(stored) = store.load(&order_id).await? else { return Ok(None) };
    Ok(stored.order.attempt(&payment).map(|attempt| {
        let mut shown = view::attempt(attempt, policy);
        if let Some(members) = shown.as_object_mut() {
            members.insert("referenceOrderId".to_owned(), json!(order_id));
        }
        shown
    }))
}

/// As `GET /v1/notifications`.
pub(in crate::inbound) async fn notifications(
    inbox: &dyn Inbox,
    query: &InboxQuery,
) -> Result<Value, StoreError> {
    Ok(notifications::page_view(&inbox.notifications(query).await?))
}
