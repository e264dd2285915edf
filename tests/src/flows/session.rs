//! Flow a: a card payment by the client SDK with automatic capture.
//! How the notifications are verified and stored is the service's; here their acknowledgement is seen.

use serde_json::json;

use super::{FlowReport, Steps};
use crate::failure::{Failure, ensure};
use crate::http::{flag_at, text_at};
use crate::merchant::has_event;
use crate::stand::Stand;

/// Order, session, the buyer pays, both notifications are acknowledged; shippable only after the capture.
pub fn session_automatic_capture(stand: &Stand) -> Result<FlowReport, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order("session", "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    let before = steps.order(&order)?;
    let waits = text_at(&before, "/phase") == "awaitingPayment";
    ensure(
        waits && flag_at(&before, "/shippable") == Some(false),
        "the order waits for the buyer's payment",
        &before,
    )?;

    steps.buyer(&opened, "success")?;
    let paid = steps.wait_for_event(&opened, "PaymentSucceeded")?;
    let captured = has_event(&paid, "CaptureSucceeded", &opened.payment);
    ensure(
        captured || flag_at(&paid, "/shippable") == Some(false),
        "an authorization alone ships nothing",
        &paid,
    )?;

    steps.wait_until_shippable(&order)?;
    let end = steps.order(&order)?;
    steps.both_notifications_acknowledged(&opened, &end)?;
    let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
    let books = json!({"authorized": "1000", "captured": "1000", "held": "1000", "executed": executed});
    steps.judge(&opened, &books)?;
    Ok(FlowReport { orders: vec![steps.order(&order)?] })
}
