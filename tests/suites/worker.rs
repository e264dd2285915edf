//! What the worker owes to orders when its process ends, in good order or not: every call and question is taken up again.
//! Faults by the thousand belong to the simulation; here are real processes, sockets and files.

use std::time::Duration;

use antom_tests::flows::{Opened, Steps};
use antom_tests::gateway::ReceivedCall;
use antom_tests::http::{list_at, text_at};
use antom_tests::merchant::{has_event, hosted_body};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, ensure, ledger};
use serde_json::{Value, json};

/// Longer than any end may take.
const HANGS_MS: u64 = 30_000;
/// What the service promises after a start.
const RESUMES_WITHIN: Duration = Duration::from_secs(10);

//= B-8 test
#[test]
fn sigterm_during_a_call_that_hangs_ends_in_time_and_the_call_is_repeated_as_it_was() -> Proof {
    Stand::prove(|stand| {
        let order = Steps::on(stand).create_order("drained", "1000")?;
        hang(stand, &["pay"])?;
        let path = format!("/v1/orders/{order}/payments");
        let _client = stand.merchant().post_and_hold(&path, &hosted_body("AUTOMATIC"), "drained-1")?;
        let opened = attempt_of(stand, &order)?;
        stand.gateway().wait_for_payment(&opened.payment)?;

        let end = stand.service().terminate()?;
        ensure(end.success(), "it ends within 10 s with exit code 0", &json!(end.to_string()))?;
        stand.gateway().clear_faults()?;
        stand.start_service_again()?;

        Steps::on(stand).wait_for_event(&opened, "HandoutReceived")?;
        let calls = stand.gateway().calls("pay", &opened.payment)?;
        let same = calls.len() == 2 && calls.iter().all(|call| call.text == calls[0].text);
        ensure(same, "the call was repeated once, byte for byte", &json!(calls.len()))?;
        Steps::on(stand).buyer(&opened, "success")?;
        Steps::on(stand).wait_until_shippable(&order)?;
        ledger::must_agree(stand)
    })
}

/// Every order is at another place when the process dies, and no notification will help it on.
#[test]
fn after_sigkill_every_order_goes_on_within_ten_seconds() -> Proof {
    Stand::prove(|stand| {
        stand.gateway().set_timings(&json!({"captureMs": 0, "refundMs": 0}))?;
        let steps = Steps::on(stand);
        let opening = steps.create_order("opening", "1000")?;
        let unpaid = open(steps, "unpaid", "AUTOMATIC")?;
        let held = authorized(steps, "held")?;
        let cancelled = authorized(steps, "cancelled")?;
        let refunded = open(steps, "refunded", "AUTOMATIC")?;
        steps.buyer(&refunded, "success")?;
        steps.wait_until_shippable(&refunded.order)?;
        let kept = open(steps, "twice", "MANUAL")?;
        let surplus = steps.open_session(&kept.order, "MANUAL")?;
        steps.buyer(&kept, "success")?;
        steps.wait_for_event(&kept, "AuthorizationHeld")?;

        hang(stand, &["pay", "capture", "cancel", "refund", "inquiryPayment", "inquiryRefund"])?;
        let path = format!("/v1/orders/{opening}/payments");
        let mut clients =
            vec![stand.merchant().post_and_hold(&path, &hosted_body("AUTOMATIC"), "killed-1")?];
        let opening = attempt_of(stand, &opening)?;
        for (payment, act, body) in [
            (&held.payment, "capture", json!({})),
            (&cancelled.payment, "cancel", json!({})),
            (&refunded.payment, "refunds", json!({"amount": {"currency": "USD", "value": "1000"}})),
        ] {
            let path = format!("/v1/payments/{payment}/{act}");
            clients.push(stand.merchant().post_and_hold(&path, &body, &format!("killed-{act}"))?);
        }
        // The service hears of these two from nobody before it dies.
        steps.buyer(&unpaid, "success")?;
        steps.buyer(&surplus, "success")?;
        let under_way =
            [("pay", &opening), ("capture", &held), ("cancel", &cancelled), ("refund", &refunded)];
        for (operation, opened) in under_way {
            until(&format!("{operation} at the gateway"), PATIENCE, || {
                let calls = calls(stand, operation, opened)?.len();
                Ok(if calls == 1 { Look::Found(()) } else { Look::NotYet(calls.to_string()) })
            })?;
        }
        stand.kill_service()?;
        drop(clients);
        lose_notifications(stand)?;
        stand.start_service_again()?;

        let expected = [
            (&opening, "HandoutReceived"),
            (&unpaid, "CaptureSucceeded"),
            (&held, "CaptureSucceeded"),
            (&cancelled, "CancelConfirmed"),
            (&refunded, "RefundSucceeded"),
            (&surplus, "CancelConfirmed"),
        ];
        until("every order where it must come", RESUMES_WITHIN, || {
            let mut missing = Vec::new();
            for (opened, event) in expected {
                let seen = Steps::on(stand).order(&opened.order)?;
                if !has_event(&seen, event, &opened.payment) {
                    missing.push(format!("{event} of {}", opened.order));
                }
            }
            Ok(if missing.is_empty() { Look::Found(()) } else { Look::NotYet(missing.join(", ")) })
        })?;
        for (operation, opened) in under_way {
            let calls = calls(stand, operation, opened)?;
            let same = calls.len() > 1 && calls.iter().all(|call| call.text == calls[0].text);
            ensure(same, &format!("{operation} was repeated byte for byte"), &json!(calls.len()))?;
        }
        ledger::must_agree(stand)
    })
}

/// The gateway acts on these calls, and answers long after everybody has gone.
fn hang(stand: &Stand, operations: &[&str]) -> Result<(), Failure> {
    let rule = |operation: &&str| json!({"target": operation, "do": {"kind": "latency", "ms": HANGS_MS}});
    let mut rules: Vec<Value> = operations.iter().map(rule).collect();
    rules.push(lost());
    stand.gateway().plant_faults(&json!(rules))
}

fn lose_notifications(stand: &Stand) -> Result<(), Failure> {
    stand.gateway().plant_faults(&json!([lost()]))
}

fn lost() -> Value {
    json!({"target": "notification:*", "probability": 1.0, "do": {"kind": "drop"}})
}

fn open(steps: Steps<'_>, about: &str, capture_mode: &str) -> Result<Opened, Failure> {
    let order = steps.create_order(about, "1000")?;
    steps.open_session(&order, capture_mode)
}

fn authorized(steps: Steps<'_>, about: &str) -> Result<Opened, Failure> {
    let opened = open(steps, about, "MANUAL")?;
    steps.buyer(&opened, "success")?;
    steps.wait_for_event(&opened, "AuthorizationHeld")?;
    Ok(opened)
}

/// The order's one attempt, once it is in the books.
fn attempt_of(stand: &Stand, order: &str) -> Result<Opened, Failure> {
    let answer = until("the attempt in the books", PATIENCE, || {
        let seen = Steps::on(stand).order(order)?;
        let found = !list_at(&seen, "/attempts").is_empty();
        Ok(if found { Look::Found(seen) } else { Look::NotYet(seen.to_string()) })
    })?;
    let payment = text_at(&answer, "/attempts/0/paymentRequestId").to_owned();
    Ok(Opened { order: order.to_owned(), payment, answer })
}

/// The calls about an attempt, by whichever of its two ids they name it.
fn calls(stand: &Stand, operation: &str, opened: &Opened) -> Result<Vec<ReceivedCall>, Failure> {
    let ours = stand.gateway().calls(operation, &opened.payment)?;
    if !ours.is_empty() {
        return Ok(ours);
    }
    let order = Steps::on(stand).order(&opened.order)?;
    let attempts = list_at(&order, "/attempts").iter();
    let mut named = attempts.filter(|one| text_at(one, "/paymentRequestId") == opened.payment);
    let id = named.next().map(|one| text_at(one, "/paymentId")).unwrap_or_default();
    stand.gateway().calls(operation, id)
}
