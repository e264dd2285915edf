//! How orders and payments are shown: identifiers, phases and amounts, never tokens or session data.
//! The stored forms are the domain's; this is the public one.

use antom_domain::order::{Attempt, Event, Order, Policy, Recorded};
use serde_json::{Map, Value, json};

pub(super) fn order(order: &Order, policy: &Policy) -> Value {
    json!({
        "referenceOrderId": order.reference_order_id,
        "amount": order.amount,
        "description": order.description,
        "buyer": { "referenceBuyerId": order.reference_buyer_id },
        "phase": order.phase().as_str(),
        "shippable": order.shippable().is_ok(),
        "createdAt": order.created_at,
        "attempts": order.attempts.iter().map(|one| attempt(one, policy)).collect::<Vec<_>>(),
    })
}

pub(super) fn order_with_timeline(shown: &Order, history: &[Recorded], policy: &Policy) -> Value {
    let mut view = order(shown, policy);
    if let Some(members) = view.as_object_mut() {
        if let Some(Event::OrderCreated { details: Some(details), .. }) =
            history.first().map(|first| &first.event)
        {
            members.insert("goods".to_owned(), json!(details.goods));
        }
        members.insert("timeline".to_owned(), history.iter().map(entry).collect());
    }
    view
}

//= I-6, B-6
pub(super) fn attempt(attempt: &Attempt, policy: &Policy) -> Value {
    json!({
        "paymentRequestId": attempt.payment_request_id,
        "paymentId": attempt.payment.payment_id,
        "integration": attempt.integration,
        "paymentMethodType": attempt.payment_method_type,
        "captureMode": attempt.capture_mode,
        "amount": attempt.amount,
        "role": attempt.role,
        "phase": attempt.payment.phase,
        "resultCode": attempt.payment.result_code,
        "authorization": attempt.authorization,
        "disputed": attempt.disputed,
        "details": attempt.payment.details,
        "captures": attempt.captures,
        "cancels": attempt.cancels,
        "refunds": attempt.refunds,
        "supportsRefunds": !policy.knows_no_refunds(attempt),
        "storageAgreedAt": attempt.storage_agreed_at,
    })
}

pub(super) fn refunds(attempt: &Attempt, policy: &Policy) -> Value {
    let supported = !policy.knows_no_refunds(attempt);
    json!({
        "refunds": attempt.refunds,
        "supportsRefunds": supported,
        "refundable": attempt.refundable().filter(|_| supported),
    })
}

/// One entry of the timeline, without what only the buyer's client may have.
pub(in crate::inbound) fn entry(recorded: &Recorded) -> Value {
    let mut entry = serde_json::to_value(recorded).unwrap_or_else(|_| Value::Object(Map::new()));
    if let Some(members) = entry.as_object_mut() {
        members.remove("token");
        members.remove("idempotencyKey");
        members.remove("requestDigest");
        // Personal data of the buyer is not repeated; the goods stand beside the timeline.
        if matches!(recorded.event, Event::OrderCreated { .. }) {
            members.remove("details");
        }
        if let Some(handout) = members.get_mut("handout") {
            *handout = json!({ "kind": handout.get("kind") });
        }
    }
    entry
}
