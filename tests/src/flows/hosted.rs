//! Flow b: a card payment on the gateway's page, captured by the merchant.
//! What the buyer sees on that page is the gateway's.

use serde_json::json;

use super::{FlowReport, Opened, Steps};
use crate::failure::{Failure, ensure};
use crate::http::{flag_at, text_at};
use crate::stand::Stand;

/// `pay` answers that the payment is in process and where to; the buyer pays, the merchant captures, the order ships.
pub fn hosted_manual_capture(stand: &Stand) -> Result<FlowReport, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order("hosted", "2500")?;
    let opened = steps.open_hosted(&order, "MANUAL")?;
    pay_was_in_process(stand, &opened)?;

    steps.buyer(&opened, "success")?;
    let held = steps.wait(&order, "the authorized order", |seen| text_at(seen, "/phase") == "authorized")?;
    ensure(flag_at(&held, "/shippable") == Some(false), "an authorization alone ships nothing", &held)?;
    let refused = stand.merchant().shippable(&order)?;
    ensure(
        flag_at(&refused.json, "/shippable") == Some(false),
        "shipping is refused before the capture",
        &refused.json,
    )?;
    steps.judge(&opened, &json!({"authorized": "2500", "captured": "0", "held": "2500"}))?;

    let capture = stand.merchant().capture(&opened.payment, None)?;
    capture.expect_status("the full amount is captured", &[200, 202])?;
    steps.wait_for_event(&opened, "CaptureSucceeded")?;
    let end = steps.wait_until_shippable(&order)?;
    steps.both_notifications_acknowledged(&opened, &end)?;
    let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
    steps.judge(&opened, &json!({"captured": "2500", "held": "2500", "executed": executed}))?;
    Ok(FlowReport { orders: vec![steps.order(&order)?] })
}

fn pay_was_in_process(stand: &Stand, opened: &Opened) -> Result<(), Failure> {
    let calls = stand.gateway().calls("pay", &opened.payment)?;
    let [call] = calls.as_slice() else {
        return Err(Failure::step("the gateway received one pay call", format_args!("{calls:?}")));
    };
    let in_process = text_at(&call.answer, "/result/resultStatus") == "U"
        && text_at(&call.answer, "/result/resultCode") == "PAYMENT_IN_PROCESS";
    ensure(in_process, "pay answers U / PAYMENT_IN_PROCESS", &call.answer)
}
