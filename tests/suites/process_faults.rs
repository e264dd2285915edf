//! Clients that go away, processes that are killed: nothing is lost, nothing is done twice.
//! Faults of the network and of the store, by the thousand, belong to the simulation suites.

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{flag_at, list_at, text_at};
use antom_tests::merchant::{count_events, has_event, hosted_body, session_body};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, ensure, ledger};
use serde_json::{Value, json};

/// Longer than the test needs to act, shorter than the service's API timeout of 10 s.
const SLOW_MS: u64 = 6_000;

#[test]
fn a_client_that_goes_away_in_the_middle_of_a_payment_call_cancels_nothing() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("left", "1000")?;
        answers_slowly(stand, "createPaymentSession")?;
        let path = format!("/v1/orders/{order}/payments");
        let body = session_body("AUTOMATIC");
        let connection = stand.merchant().post_and_hold(&path, &body, "left-1")?;
        let opened = only_attempt(stand, &order)?;
        stand.gateway().wait_for_payment(&opened.payment)?;
        not_yet_answered(stand, &opened)?;
        drop(connection);

        steps.wait_for_event(&opened, "HandoutReceived")?;
        stand.gateway().clear_faults()?;
        let again = stand.merchant().post_once(&path, &body, "left-1")?;
        let again = again.expect_status("the client comes back with its key", &[200, 201])?;
        let same = text_at(&again, "/paymentRequestId") == opened.payment;
        ensure(same, "the same key is answered with the same attempt", &again)?;

        pays_once(stand, &opened)?;
        let calls = stand.gateway().calls("createPaymentSession", &opened.payment)?;
        ensure(calls.len() == 1, "the gateway was called once", &json!(calls.len()))
    })
}

//= B-8 test
#[test]
fn a_service_killed_between_the_call_and_its_answer_repeats_the_call_with_the_same_id() -> Proof {
    Stand::prove(|stand| {
        let order = Steps::on(stand).create_order("killed", "1000")?;
        answers_slowly(stand, "pay")?;
        let path = format!("/v1/orders/{order}/payments");
        let connection = stand.merchant().post_and_hold(&path, &hosted_body("AUTOMATIC"), "killed-1")?;
        let opened = only_attempt(stand, &order)?;
        stand.gateway().wait_for_payment(&opened.payment)?;
        not_yet_answered(stand, &opened)?;
        stand.kill_service()?;
        drop(connection);
        stand.gateway().clear_faults()?;
        stand.start_service_again()?;

        Steps::on(stand).wait_for_event(&opened, "HandoutReceived")?;
        let again = only_attempt(stand, &order)?;
        ensure(again.payment == opened.payment, "no new id was made", &again.answer)?;
        let calls = stand.gateway().calls("pay", &opened.payment)?;
        let repeated = calls.len() > 1 && calls.iter().all(|call| call.request == calls[0].request);
        ensure(repeated, "the call was repeated with the same content", &json!(calls.len()))?;
        pays_once(stand, &opened)
    })
}

//= N-3 test
#[test]
fn what_was_acknowledged_survives_the_death_of_the_service() -> Proof {
    Stand::prove(|stand| {
        let deaf = json!([{"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}}]);
        stand.gateway().plant_faults(&deaf)?;
        let steps = Steps::on(stand);
        let order = steps.create_order("kept", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        for notify_type in ["PAYMENT_RESULT", "CAPTURE_RESULT"] {
            stand.gateway().wait_for_acknowledged(&[&opened.payment], notify_type)?;
        }
        stand.kill_service()?;
        stand.start_service_again()?;
        let seen = Steps::on(stand).order(&order)?;
        for event in ["PaymentSucceeded", "CaptureSucceeded"] {
            ensure(
                count_events(&seen, event, &opened.payment) == 1,
                &format!("{event} is recorded once"),
                &seen,
            )?;
        }
        ensure(
            flag_at(&seen, "/shippable") == Some(true),
            "notifications alone bring the order to its end",
            &seen,
        )?;
        ledger::must_agree(stand)
    })
}

#[test]
fn both_programs_print_one_line_and_end_with_zero_on_sigterm() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("quiet", "1000")?;
        steps.open_session(&order, "AUTOMATIC")?;
        for end in [stand.service().terminate()?, stand.simulator().terminate()?] {
            ensure(end.success(), "SIGTERM ends it with exit code 0", &json!(end.to_string()))?;
        }
        let later = [stand.service().printed_later(), stand.simulator().printed_later()].concat();
        ensure(later.is_empty(), "nothing follows the ready line", &json!(later))
    })
}

fn answers_slowly(stand: &Stand, operation: &str) -> Result<(), Failure> {
    stand.gateway().plant_faults(&json!([{"target": operation, "do": {"kind": "latency", "ms": SLOW_MS}}]))
}

/// Waits until the order has an attempt, and demands that it has no second one.
fn only_attempt(stand: &Stand, order: &str) -> Result<Opened, Failure> {
    let answer = until("the attempt in the books", PATIENCE, || {
        let seen = Steps::on(stand).order(order)?;
        let found = list_at(&seen, "/attempts").len();
        Ok(if found > 0 { Look::Found(seen) } else { Look::NotYet(seen.to_string()) })
    })?;
    let attempts = list_at(&answer, "/attempts");
    ensure(attempts.len() == 1, "the order has one attempt", &answer)?;
    let payment = text_at(&answer, "/attempts/0/paymentRequestId").to_owned();
    Ok(Opened { order: order.to_owned(), payment, answer })
}

fn not_yet_answered(stand: &Stand, opened: &Opened) -> Result<(), Failure> {
    let seen = Steps::on(stand).order(&opened.order)?;
    let early = !has_event(&seen, "HandoutReceived", &opened.payment);
    ensure(early, "the gateway has the call and has not answered it", &seen)
}

/// The attempt can be paid, and afterwards both sides know exactly one payment.
fn pays_once(stand: &Stand, opened: &Opened) -> Result<(), Failure> {
    let steps = Steps::on(stand);
    steps.buyer(opened, "success")?;
    let end = steps.wait_until_shippable(&opened.order)?;
    let attempts: &[Value] = list_at(&end, "/attempts");
    ensure(attempts.len() == 1, "the order has one attempt", &end)?;
    let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
    steps.judge(opened, &json!({"held": "1000", "executed": executed}))?;
    let known = stand.gateway().payments()?;
    ensure(known.len() == 1, "the gateway knows one payment", &json!(known))?;
    ledger::must_agree(stand)
}
