//! A payment as JSON for programs and for the scripts of the pages, and a test's act on it.
//! The words for people are in `language`, what an act leads to in `core`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::shell::Shell;
use crate::core::{
    CheckoutStanding, CheckoutView, Completion, CompletionError, Outcome, Submitted, Time, payment_result,
};

/// Carries out an act that decides the outcome itself, and says what became of it in the words of a card's try.
pub(super) fn act_on(
    shell: &Arc<Shell>,
    view: &CheckoutView,
    outcome: Outcome,
) -> Result<Submitted, CompletionError> {
    let act = Completion::of(outcome);
    let client = Some(view.client_id.as_str());
    let id = view.payment_request_id.as_str();
    let done = shell.work(|gateway, now| match view.stores_only {
        true => gateway.complete_vaulting(now, client, id, &act),
        false => gateway.complete(now, client, id, &act),
    })?;
    let last_code = done.pointer("/tries").and_then(Value::as_array).and_then(|tries| tries.last());
    let last_code = last_code.and_then(|last| last.get("resultCode")).and_then(Value::as_str);
    let result_code = last_code.unwrap_or("PROCESS_FAIL").to_owned();
    Ok(match outcome {
        Outcome::Success => Submitted::Authorized,
        Outcome::Decline => Submitted::Declined { result_code },
        Outcome::Fail => Submitted::Failed { result_code },
        Outcome::Pending => Submitted::Pending,
        // Nobody can ask for a challenge; it comes of a card.
        Outcome::Cancel | Outcome::Challenged => Submitted::Left,
    })
}

/// A payment as a program sees it that stands in a buyer's place.
pub(super) fn described(view: &CheckoutView) -> Value {
    let mut json = told(view, None);
    let own = json!({
        "storesOnly": view.stores_only,
        "paymentRequestId": view.payment_request_id,
        "paymentId": view.payment_id,
        "referenceOrderId": view.reference_order_id,
        "orderDescription": view.order_description,
        "paymentAmount": {"currency": view.currency, "value": view.value.to_string()},
        "paymentMethodType": view.payment_method_type,
        "expiresAt": view.expires_at.map(Time::to_utc),
        "asksToStore": view.asks_to_store,
    });
    if let (Some(members), Value::Object(own)) = (json.as_object_mut(), own) {
        members.extend(own);
    }
    json
}

/// What became of an act, beside where the payment stood before it.
pub(super) fn submitted_json(view: &CheckoutView, submitted: &Submitted) -> Value {
    told(view, Some(submitted))
}

/// `paymentStatus`, the code behind it, whether the buyer may try (again), and where the way leads.
fn told(view: &CheckoutView, submitted: Option<&Submitted>) -> Value {
    let (status, code, can_try) = match submitted {
        None => of_standing(&view.standing),
        Some(Submitted::Authorized) => ("SUCCESS", "SUCCESS", false),
        Some(Submitted::Declined { result_code }) => ("FAIL", result_code.as_str(), true),
        Some(Submitted::Failed { result_code }) => ("FAIL", result_code.as_str(), false),
        Some(Submitted::Pending) => ("PENDING", "PAYMENT_IN_PROCESS", false),
        Some(Submitted::Challenge { .. } | Submitted::Left) => ("PROCESSING", "PAYMENT_IN_PROCESS", true),
    };
    let result = payment_result(code);
    let challenge = match (submitted, &view.standing) {
        (Some(Submitted::Challenge { id, .. }), _) | (None, CheckoutStanding::Challenged { id, .. }) => {
            json!({"id": id, "path": format!("/checkout/3ds/{id}")})
        }
        _ => Value::Null,
    };
    json!({
        "paymentStatus": status,
        "paymentResultCode": code,
        "paymentResultMessage": result.get("resultMessage"),
        "result": result,
        "canTryAgain": can_try,
        "challenge": challenge,
        "redirectUrl": view.redirect_url,
    })
}

fn of_standing(standing: &CheckoutStanding) -> (&'static str, &str, bool) {
    match standing {
        CheckoutStanding::Open | CheckoutStanding::Challenged { .. } => {
            ("PROCESSING", "PAYMENT_IN_PROCESS", true)
        }
        CheckoutStanding::Pending => ("PENDING", "PAYMENT_IN_PROCESS", false),
        CheckoutStanding::Succeeded => ("SUCCESS", "SUCCESS", false),
        CheckoutStanding::Failed { result_code } => ("FAIL", result_code.as_str(), false),
        CheckoutStanding::Cancelled => ("CANCELLED", "ORDER_IS_CANCELED", false),
        CheckoutStanding::Expired => ("EXPIRED", "ORDER_IS_CLOSED", false),
    }
}
