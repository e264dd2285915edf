//! Words of the gateway that are genuine and must not be believed as they stand: another amount than ours.
//! Words of an unlikely age are in `webhook`, answers that are not genuine in `payment_features` and `http_client`.
#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Call, flag_at, text_at};
use antom_tests::merchant::{count_events, has_event};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

/// After its first question about a payment the service asks nothing for an hour, unless somebody gives it a reason.
const DEAF: (&str, &str) = ("ANTOM__PAYMENT__POLLING", "{\"fast_window\": \"0s\", \"sweep\": \"1h\"}");

//= N-7 test
#[test]
fn a_notified_payment_in_another_amount_is_no_success_is_written_down_and_somebody_is_alerted() -> Proof {
    let options = StandOptions {
        service_environment: vec![(DEAF.0.to_owned(), DEAF.1.to_owned())],
        ..StandOptions::default()
    };
    Stand::prove_with(&options, |stand| {
        let steps = Steps::on(stand);
        let opened = opened_session(steps, "notified")?;
        asked(stand, &opened, 1)?;
        // The inquiry that the difference leads to is not answered for now, so that nothing hides what it leaves.
        stand
            .gateway()
            .plant_faults(&json!([wrong("notification:PAYMENT_RESULT"), away("inquiryPayment")]))?;
        steps.buyer(&opened, "success")?;
        let seen = steps.wait_for_event(&opened, "AmountMismatch")?;
        nothing_counts(&seen, &opened)?;
        alerted(stand)?;
        asked(stand, &opened, 2)?;

        stand.gateway().clear_faults()?;
        steps.wait_until_shippable(&opened.order)?;
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

//= I-3 test
#[test]
fn an_inquired_payment_in_another_amount_is_no_success_and_is_asked_about_again() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let opened = opened_session(steps, "inquired")?;
        let lost = json!({"target": "notification:*", "probability": 1.0, "do": {"kind": "drop"}});
        stand.gateway().plant_faults(&json!([wrong("inquiryPayment"), lost]))?;
        steps.buyer(&opened, "success")?;
        let seen = steps.wait_for_event(&opened, "AmountMismatch")?;
        nothing_counts(&seen, &opened)?;
        alerted(stand)?;
        let before = stand.gateway().calls("inquiryPayment", &opened.payment)?.len();
        asked(stand, &opened, before + 2)?;
        let seen = steps.order(&opened.order)?;
        nothing_counts(&seen, &opened)?;
        ensure(
            count_events(&seen, "AmountMismatch", &opened.payment) == 1,
            "it is written down once",
            &seen,
        )?;

        stand.gateway().plant_faults(&json!([lost]))?;
        steps.wait_until_shippable(&opened.order)?;
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

//= N-7 test
#[test]
fn a_capture_in_another_amount_than_the_authorized_one_ships_nothing() -> Proof {
    let options = StandOptions {
        service_environment: vec![(DEAF.0.to_owned(), DEAF.1.to_owned())],
        ..StandOptions::default()
    };
    Stand::prove_with(&options, |stand| {
        let steps = Steps::on(stand);
        let opened = opened_session(steps, "captured")?;
        asked(stand, &opened, 1)?;
        stand
            .gateway()
            .plant_faults(&json!([wrong("notification:CAPTURE_RESULT"), away("inquiryPayment")]))?;
        steps.buyer(&opened, "success")?;
        let seen = steps.wait_for_event(&opened, "AmountMismatch")?;
        ensure(!has_event(&seen, "CaptureSucceeded", &opened.payment), "nothing is captured for us", &seen)?;
        ensure(flag_at(&seen, "/shippable") == Some(false), "nothing is shipped", &seen)?;
        alerted(stand)?;

        stand.gateway().clear_faults()?;
        steps.wait_until_shippable(&opened.order)?;
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

fn opened_session(steps: Steps<'_>, about: &str) -> Result<Opened, Failure> {
    let order = steps.create_order(about, "1000")?;
    steps.open_session(&order, "AUTOMATIC")
}

fn wrong(target: &str) -> Value {
    json!({"target": target, "probability": 1.0, "do": {"kind": "wrong_amount"}})
}

fn away(target: &str) -> Value {
    json!({"target": target, "probability": 1.0, "do": {"kind": "status", "status": 503}})
}

fn nothing_counts(order: &Value, opened: &Opened) -> Result<(), Failure> {
    ensure(!has_event(order, "PaymentSucceeded", &opened.payment), "it is no success", order)?;
    ensure(text_at(order, "/phase") == "onHold", "the order waits for an explanation", order)?;
    ensure(flag_at(order, "/shippable") == Some(false), "nothing is shipped", order)
}

/// What the alert rule `AntomContradiction` looks at.
fn alerted(stand: &Stand) -> Result<(), Failure> {
    until("the alert", PATIENCE, || {
        let metrics = stand.admin()?.send(Call::new("GET", "/metrics"))?.text;
        let is_told = metrics.contains("antom_order_events_total{event=\"AmountMismatch\"} 1")
            && metrics.contains("antom_tasks{task=\"settleDispute\"} 1");
        Ok(if is_told { Look::Found(()) } else { Look::NotYet(metrics) })
    })
}

/// Waits until the gateway was asked so often about the payment.
fn asked(stand: &Stand, opened: &Opened, times: usize) -> Result<(), Failure> {
    until("the question", PATIENCE, || {
        let asked = stand.gateway().calls("inquiryPayment", &opened.payment)?.len();
        Ok(if asked >= times { Look::Found(()) } else { Look::NotYet(asked.to_string()) })
    })
}
