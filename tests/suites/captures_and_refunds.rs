//! Captures and refunds that the merchant asks for: what may go to the gateway, and what is refused before.
//! Captures and refunds that the service decides by itself are part of the main flows.

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{flag_at, list_at, text_at};
use antom_tests::merchant::{count_events, has_event};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

//= A-3 test
#[test]
fn a_capture_of_another_amount_than_the_authorized_one_is_refused_before_sending() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("capture", "1000")?;
        let opened = steps.open_hosted(&order, "MANUAL")?;
        let early = stand.merchant().capture(&opened.payment, None)?;
        early.expect_problem(409, "conflict")?;
        steps.buyer(&opened, "success")?;
        steps.wait_for_event(&opened, "AuthorizationHeld")?;
        for value in ["1", "999", "1001"] {
            let answer = stand.merchant().capture(&opened.payment, Some(&usd(value)))?;
            answer.expect_problem(400, "invalid_request")?;
            answer.expect_field("amount.value")?;
        }
        let euros = json!({"currency": "EUR", "value": "1000"});
        stand.merchant().capture(&opened.payment, Some(&euros))?.expect_problem(400, "invalid_request")?;
        let seen = steps.order(&order)?;
        ensure(!has_event(&seen, "CaptureRequested", &opened.payment), "no capture was decided", &seen)?;
        steps.judge(&opened, &json!({"captured": "0", "held": "1000"}))?;

        let answer = stand.merchant().capture(&opened.payment, Some(&usd("1000")))?;
        answer.expect_status("the authorized amount is captured", &[200, 202])?;
        let again = stand.merchant().capture(&opened.payment, None)?;
        ensure([200, 202, 409].contains(&again.status), "a second capture is no new one", &again.json)?;
        let end = steps.wait_until_shippable(&order)?;
        let once = count_events(&end, "CaptureRequested", &opened.payment) == 1;
        ensure(once, "one capture was decided", &end)?;
        ledger::must_agree(stand)
    })
}

//= A-3 test
//= A-5 test
#[test]
fn parts_are_captured_up_to_what_is_held_and_ship_with_the_last_one() -> Proof {
    Stand::prove_with(&allowing("multiple"), |stand| {
        let steps = Steps::on(stand);
        let (order, opened) = held(steps)?;
        let part = |id: &str, value: &str, is_last: bool| {
            let body = json!({"captureRequestId": id, "amount": usd(value), "isLast": is_last});
            stand.merchant().capture_part(&opened.payment, &body)
        };
        let nameless = stand.merchant().capture(&opened.payment, Some(&usd("300")))?;
        nameless.expect_problem(400, "invalid_request")?;
        nameless.expect_field("captureRequestId")?;
        for _ in 0..3 {
            part("c-1", "300", false)?.expect_status("a part is captured", &[200, 202])?;
        }
        part("c-1", "301", false)?.expect_problem(409, "capture_id_reused")?;
        let exceeding = part("c-2", "701", false)?;
        exceeding.expect_problem(400, "invalid_request")?;
        exceeding.expect_field("amount.value")?;
        let seen =
            steps.wait(&order, "the first part", |seen| text_at(seen, "/phase") == "partlyCaptured")?;
        ensure(flag_at(&seen, "/shippable") == Some(false), "a part ships nothing", &seen)?;
        steps.judge(&opened, &json!({"captured": "300", "held": "1000"}))?;

        part("c-3", "200", true)?.expect_status("the last part is captured", &[200, 202])?;
        part("c-4", "1", false)?.expect_problem(409, "last_capture_made").or_else(|_| {
            // The last part may be confirmed by now: then nothing is held.
            part("c-4", "1", false)?.expect_problem(409, "conflict")
        })?;
        steps.wait_until_shippable(&order)?;
        steps.judge(&opened, &json!({"captured": "500", "voided": "500", "held": "500"}))?;

        let over_two = refund(stand, &opened, "r-0", "301")?;
        over_two.expect_problem(400, "invalid_request")?;
        over_two.expect_field("amount.value")?;
        for (id, value) in [("r-1", "250"), ("r-2", "200")] {
            refund(stand, &opened, id, value)?.expect_status("each part is refunded", &[200, 202])?;
        }
        steps.wait(&order, "both refunds", |seen| {
            count_events(seen, "RefundSucceeded", &opened.payment) == 2
        })?;
        let executed = json!({"pay": 1, "capture": 2, "cancel": 0, "refund": 2});
        steps.judge(&opened, &json!({"refunded": "450", "held": "50", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

//= A-3 test
#[test]
fn a_single_capture_of_a_part_ships_and_lets_the_rest_go() -> Proof {
    Stand::prove_with(&allowing("single"), |stand| {
        let steps = Steps::on(stand);
        let (order, opened) = held(steps)?;
        let capture = stand.merchant().capture(&opened.payment, Some(&usd("400")))?;
        capture.expect_status("a part is captured", &[200, 202])?;
        let second = stand.merchant().capture(&opened.payment, Some(&usd("600")))?;
        second.expect_problem(409, "captured_once")?;
        steps.wait_until_shippable(&order)?;
        steps.judge(&opened, &json!({"captured": "400", "voided": "600", "held": "400"}))?;
        ledger::must_agree(stand)
    })
}

//= B-8 test
#[test]
fn refunds_never_exceed_what_was_captured_and_the_same_id_is_the_same_refund() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("refund", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        refund(stand, &opened, "early-1", "400")?.expect_problem(409, "conflict")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;

        for _ in 0..3 {
            let first = refund(stand, &opened, "refund-1", "400")?;
            first.expect_status("a part is refunded", &[200, 202])?;
        }
        refund(stand, &opened, "refund-1", "300")?.expect_problem(409, "conflict")?;
        let exceeding = refund(stand, &opened, "refund-2", "601")?;
        exceeding.expect_problem(400, "invalid_request")?;
        exceeding.expect_field("amount.value")?;
        refund(stand, &opened, "refund-3", "600")?.expect_status("the rest is refunded", &[200, 202])?;
        let end = steps.wait(&order, "both refunds", |seen| {
            count_events(seen, "RefundSucceeded", &opened.payment) == 2
        })?;
        ensure(
            count_events(&end, "RefundRequested", &opened.payment) == 2,
            "two refunds were decided",
            &end,
        )?;
        ensure(text_at(&end, "/phase") == "refunded", "the order is refunded", &end)?;
        let listed =
            stand.merchant().refunds(&opened.payment)?.expect_status("refunds are listed", &[200])?;
        ensure(list_at(&listed, "/refunds").len() == 2, "both are listed", &listed)?;
        steps.judge(&opened, &json!({"captured": "1000", "refunded": "1000", "held": "0"}))?;
        ledger::must_agree(stand)
    })
}

#[test]
fn an_attempt_that_the_merchant_cancels_holds_nothing_and_the_order_can_be_paid_again() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("cancel", "1000")?;
        let first = steps.open_hosted(&order, "MANUAL")?;
        steps.buyer(&first, "success")?;
        steps.wait_for_event(&first, "AuthorizationHeld")?;
        stand.merchant().cancel(&first.payment)?.expect_status("it is cancelled", &[200, 202])?;
        steps.wait_for_event(&first, "CancelConfirmed")?;
        stand.merchant().capture(&first.payment, None)?.expect_problem(409, "conflict")?;

        let second = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&second, "success")?;
        steps.wait_until_shippable(&order)?;
        let executed = json!({"pay": 1, "capture": 0, "cancel": 1, "refund": 0});
        steps.judge(&first, &json!({"held": "0", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

/// A service whose contract allows captures in parts.
fn allowing(captures: &str) -> StandOptions {
    let setting = ("ANTOM__PAYMENT__CAPTURES".to_owned(), captures.to_owned());
    StandOptions { service_environment: vec![setting], ..StandOptions::default() }
}

/// An order of USD 10.00 whose money is held.
fn held(steps: Steps<'_>) -> Result<(String, Opened), Failure> {
    let order = steps.create_order("parts", "1000")?;
    let opened = steps.open_hosted(&order, "MANUAL")?;
    steps.buyer(&opened, "success")?;
    steps.wait_for_event(&opened, "AuthorizationHeld")?;
    Ok((order, opened))
}

fn usd(value: &str) -> Value {
    json!({"currency": "USD", "value": value})
}

fn refund(
    stand: &Stand,
    opened: &Opened,
    id: &str,
    value: &str,
) -> Result<antom_tests::http::Answer, Failure> {
    stand.merchant().refund(&opened.payment, &json!({"refundRequestId": id, "amount": usd(value)}))
}
