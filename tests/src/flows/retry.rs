//! Flow c: a payment fails for good and is tried again for the same order.
//! Which failures a buyer may try again after is the service's advice, not judged here.

use serde_json::json;

use super::{FlowReport, Steps};
use crate::failure::{Failure, ensure};
use crate::http::flag_at;
use crate::stand::Stand;

/// The second attempt has a new id under the same order, and succeeds.
pub fn retry_after_failure(stand: &Stand) -> Result<FlowReport, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order("retry", "1990")?;
    let first = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&first, "fail")?;
    let failed = steps.wait_for_event(&first, "PaymentFailed")?;
    ensure(flag_at(&failed, "/shippable") == Some(false), "a failed payment ships nothing", &failed)?;

    let second = steps.open_session(&order, "AUTOMATIC")?;
    ensure(second.payment != first.payment, "the new attempt has a new id", &second.answer)?;
    steps.buyer(&second, "success")?;
    let end = steps.wait_until_shippable(&order)?;
    steps.both_notifications_acknowledged(&second, &end)?;
    stand.gateway().wait_for_acknowledged(&[&first.payment], "PAYMENT_RESULT")?;

    steps.judge(&first, &json!({"status": "FAIL", "authorized": "0", "held": "0"}))?;
    steps.judge(&second, &json!({"status": "SUCCESS", "captured": "1990", "held": "1990"}))?;
    let again = stand.merchant().open_payment(&order, &crate::merchant::session_body("AUTOMATIC"))?;
    ensure(again.status == 409, "a paid order takes no further attempt", &again.json)?;
    Ok(FlowReport { orders: vec![steps.order(&order)?] })
}
