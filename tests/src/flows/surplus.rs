//! Flow d: an order is paid twice; the second success goes back, by a cancel or, once captured, by a refund.
//! Which of the two is kept is the service's choice: the one that it saw first.

use serde_json::{Value, json};

use super::{FlowReport, Opened, Steps};
use crate::failure::{Failure, ensure};
use crate::http::flag_at;
use crate::merchant::{count_events, has_event};
use crate::stand::Stand;

/// Both attempts are held; one is kept and captured, the other is cancelled exactly once.
pub fn surplus_is_cancelled(stand: &Stand) -> Result<FlowReport, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order("surplus", "4200")?;
    let attempts = [steps.open_session(&order, "MANUAL")?, steps.open_session(&order, "MANUAL")?];
    ensure(attempts[0].payment != attempts[1].payment, "each attempt has its own id", &attempts[1].answer)?;
    for attempt in &attempts {
        steps.buyer(attempt, "success")?;
    }
    let decided = steps.wait(&order, "a cancelled surplus", |seen| {
        attempts.iter().any(|attempt| has_event(seen, "CancelConfirmed", &attempt.payment))
    })?;
    let [kept, surplus] = kept_and_surplus(&decided, &attempts)?;
    ensure(
        flag_at(&decided, "/shippable") == Some(false),
        "the kept authorization alone ships nothing",
        &decided,
    )?;

    stand.merchant().capture(&kept.payment, None)?.expect_status("the kept one is captured", &[200, 202])?;
    let refused = stand.merchant().capture(&surplus.payment, None)?;
    ensure(refused.status == 409, "the surplus cannot be captured", &refused.json)?;
    let end = steps.wait_until_shippable(&order)?;
    ensure(count_events(&end, "CancelRequested", &surplus.payment) == 1, "one cancel was decided", &end)?;
    ensure(count_events(&end, "RefundRequested", &surplus.payment) == 0, "no refund was decided", &end)?;

    let executed = json!({"pay": 1, "capture": 0, "cancel": 1, "refund": 0});
    steps.judge(surplus, &json!({"voided": "4200", "held": "0", "executed": executed}))?;
    let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
    steps.judge(kept, &json!({"captured": "4200", "held": "4200", "executed": executed}))?;
    Ok(FlowReport { orders: vec![steps.order(&order)?] })
}

/// Both attempts are captured at once, so the surplus can no longer be cancelled and is refunded, exactly once.
///
/// The gateway's delays of this stand are changed.
pub fn captured_surplus_is_refunded(stand: &Stand) -> Result<FlowReport, Failure> {
    stand.gateway().set_timings(&json!({"captureMs": 0}))?;
    let steps = Steps::on(stand);
    let order = steps.create_order("surplus-captured", "4200")?;
    let attempts = [steps.open_session(&order, "AUTOMATIC")?, steps.open_session(&order, "AUTOMATIC")?];
    for attempt in &attempts {
        steps.buyer(attempt, "success")?;
    }
    let decided = steps.wait(&order, "a refunded surplus", |seen| {
        attempts.iter().any(|attempt| has_event(seen, "RefundSucceeded", &attempt.payment))
    })?;
    let [kept, surplus] = kept_and_surplus(&decided, &attempts)?;
    let end = steps.wait_until_shippable(&order)?;
    ensure(count_events(&end, "RefundRequested", &surplus.payment) == 1, "one refund was decided", &end)?;
    ensure(count_events(&end, "CancelConfirmed", &surplus.payment) == 0, "no cancel was confirmed", &end)?;

    let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 1});
    steps.judge(surplus, &json!({"refunded": "4200", "held": "0", "executed": executed}))?;
    let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
    steps.judge(kept, &json!({"refunded": "0", "held": "4200", "executed": executed}))?;
    Ok(FlowReport { orders: vec![steps.order(&order)?] })
}

fn kept_and_surplus<'a>(order: &Value, attempts: &'a [Opened; 2]) -> Result<[&'a Opened; 2], Failure> {
    let is = |event: &str, attempt: &Opened| count_events(order, event, &attempt.payment) == 1;
    let [first, second] = attempts;
    let pairs = [[first, second], [second, first]];
    let decided = pairs.into_iter().find(|[kept, surplus]| {
        is("AttemptKept", kept)
            && is("AttemptSurplus", surplus)
            && !has_event(order, "AttemptKept", &surplus.payment)
    });
    decided.ok_or_else(|| Failure::step("one attempt is kept and the other is surplus", order))
}
