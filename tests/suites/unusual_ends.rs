//! What the gateway makes of a payment beside success and failure: reviews, closing, late success, odd order, reused ids.
//! The usual flows are in `main_flows`, what a payment may ask for in `payment_features`.

#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use std::time::Duration;

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Call, flag_at, text_at};
use antom_tests::merchant::{count_events, has_event, hosted_body};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_mins(1);
/// After its first question about a payment the service asks nothing for an hour: what it learns then, it is told.
const DEAF: (&str, &str) = ("ANTOM__PAYMENT__POLLING", "{\"fast_window\": \"0s\", \"sweep\": \"1h\"}");

//= X-2 test
#[test]
fn while_the_gateway_reviews_a_payment_nothing_is_captured_or_shipped_and_its_approval_frees_both() -> Proof {
    Stand::prove(|stand| {
        let opened = under_review(stand, "MANUAL")?;
        let steps = Steps::on(stand);
        stand.merchant().capture(&opened.payment, None)?.expect_problem(409, "conflict")?;
        let answer = stand.merchant().shippable(&opened.order)?.expect_status("it is answered", &[200])?;
        ensure(flag_at(&answer, "/shippable") == Some(false), "nothing is shipped", &answer)?;

        stand.gateway().review(&opened.payment, "ACCEPT")?;
        steps.wait_for_event(&opened, "AuthorizationHeld")?;
        ensure(
            stand.gateway().calls("capture", &opened.payment)?.is_empty(),
            "no capture went out",
            &answer,
        )?;
        stand
            .merchant()
            .capture(&opened.payment, None)?
            .expect_status("now it may be captured", &[200, 202])?;
        steps.wait_until_shippable(&opened.order)?;
        let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

//= X-2 test
#[test]
fn a_payment_that_the_review_rejects_is_cancelled_once_and_the_buyer_may_pay_again() -> Proof {
    Stand::prove(|stand| {
        let opened = under_review(stand, "AUTOMATIC")?;
        let steps = Steps::on(stand);
        stand.gateway().review(&opened.payment, "REJECT")?;
        let seen = steps.wait_for_event(&opened, "CancelConfirmed")?;
        ensure(has_event(&seen, "ReviewRejected", &opened.payment), "the rejection is recorded", &seen)?;
        ensure(text_at(&seen, "/phase") == "open", "the buyer may pay again", &seen)?;
        let executed = json!({"pay": 1, "capture": 0, "cancel": 1, "refund": 0});
        steps
            .judge(&opened, &json!({"captured": "0", "voided": "1000", "held": "0", "executed": executed}))?;

        let again = steps.open_session(&opened.order, "AUTOMATIC")?;
        steps.buyer(&again, "success")?;
        steps.wait_until_shippable(&opened.order)?;
        ledger::must_agree(stand)
    })
}

//= N-6 test
//= X-6 test
#[test]
fn a_payment_that_the_gateway_closed_after_14_minutes_and_that_is_paid_late_goes_back() -> Proof {
    Stand::prove_with(&moved(&[]), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("closed", "1000")?;
        let opened = steps.open_hosted(&order, "MANUAL")?;
        stand.gateway().advance(13 * MINUTE)?;
        let seen = steps.order(&order)?;
        ensure(text_at(&seen, "/phase") == "awaitingPayment", "13 minutes close nothing", &seen)?;
        stand.gateway().advance(2 * MINUTE)?;
        let seen = steps.wait_for_event(&opened, "PaymentFailed")?;
        ensure(text_at(&seen, "/phase") == "open", "the buyer may pay again", &seen)?;
        ensure(
            text_at(&seen, "/attempts/0/resultCode") == "ORDER_IS_CLOSED",
            "the gateway closed it, not our clock",
            &seen,
        )?;

        stand.gateway().succeed_late(&opened.payment)?;
        let seen = steps.wait_for_event(&opened, "CancelConfirmed")?;
        ensure(has_event(&seen, "LateSuccess", &opened.payment), "the late success is recorded", &seen)?;
        ensure(!has_event(&seen, "AttemptKept", &opened.payment), "and never counts", &seen)?;
        ensure(flag_at(&seen, "/shippable") == Some(false), "nothing is shipped for it", &seen)?;
        let executed = json!({"pay": 1, "capture": 0, "cancel": 1, "refund": 0});
        steps.judge(&opened, &json!({"voided": "1000", "held": "0", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

//= X-6 test
#[test]
fn a_success_after_our_cancel_leads_to_one_more_cancel_and_never_to_a_paid_order() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("cancelled", "1000")?;
        let opened = steps.open_hosted(&order, "MANUAL")?;
        stand.merchant().cancel(&opened.payment)?.expect_status("it is cancelled", &[200, 202])?;
        steps.wait_for_event(&opened, "PaymentCancelled")?;

        stand.gateway().succeed_late(&opened.payment)?;
        let seen = steps.wait(&order, "one more cancel", |seen| {
            count_events(seen, "CancelConfirmed", &opened.payment) == 2
        })?;
        ensure(count_events(&seen, "LateSuccess", &opened.payment) == 1, "it is recorded once", &seen)?;
        ensure(text_at(&seen, "/phase") == "open", "the order is not paid", &seen)?;
        steps.judge(&opened, &json!({"captured": "0", "held": "0"}))?;
        ledger::must_agree(stand)
    })
}

//= N-6 test
#[test]
fn neither_the_usual_closing_time_nor_the_usual_delay_of_a_success_ends_a_payment_by_itself() -> Proof {
    Stand::prove_with(&moved(&[DEAF]), |stand| {
        stand.gateway().set_timings(&json!({"paymentExpiryMs": 3_600_000, "paymentResultMs": 540_000}))?;
        let steps = Steps::on(stand);
        let order = steps.create_order("slow", "1000")?;
        let opened = steps.open_hosted(&order, "AUTOMATIC")?;
        first_question(stand, &opened)?;
        stand.gateway().advance(20 * MINUTE)?;
        let open = |what: &str| {
            let seen = steps.order(&order)?;
            ensure(text_at(&seen, "/phase") == "awaitingPayment", what, &seen)
        };
        open("a buyer who takes longer than usual can still pay")?;
        steps.buyer(&opened, "success")?;
        stand.gateway().advance(5 * MINUTE)?;
        open("a success that is not told yet is neither believed nor given up")?;
        stand.gateway().advance(5 * MINUTE)?;
        let paid = steps.wait_until_shippable(&order)?;
        steps.both_notifications_acknowledged(&opened, &paid)?;
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

//= A-2 test
#[test]
fn held_money_that_nobody_captures_is_told_once_a_day_ahead_and_once_when_the_gateway_lets_it_go() -> Proof {
    Stand::prove_with(&moved(&[]), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("forgotten", "1000")?;
        let opened = steps.open_session(&order, "MANUAL")?;
        steps.buyer(&opened, "success")?;
        steps.wait_for_event(&opened, "AuthorizationHeld")?;
        let said = |what: &str| {
            let lines = stand.service_log()?;
            let found = lines.lines().filter(|line| line.contains("\"ERROR\"") && line.contains(what));
            Ok::<_, Failure>(found.filter(|line| line.contains(&opened.payment)).count())
        };
        let (near, passed) = ("held money must be captured soon", "the time to capture has passed");
        stand.gateway().advance(Duration::from_hours(5 * 24))?;
        ensure((said(near)?, said(passed)?) == (0, 0), "five days are early", &json!(said(near)?))?;
        stand.gateway().advance(Duration::from_hours(25))?;
        let seen = steps.wait_for_event(&opened, "CaptureDeadlineNear")?;
        ensure(
            count_events(&seen, "CaptureDeadlineNear", &opened.payment) == 1,
            "it is recorded once",
            &seen,
        )?;
        stand.gateway().advance(Duration::from_hours(1))?;
        ensure((said(near)?, said(passed)?) == (1, 0), "it is said once", &json!(said(near)?))?;

        stand.gateway().advance(Duration::from_hours(24))?;
        let seen = steps.wait(&order, "the end of the hold", |seen| text_at(seen, "/phase") == "open")?;
        ensure(count_events(&seen, "CaptureRequested", &opened.payment) == 0, "nothing was captured", &seen)?;
        ensure(said(near)? == 1, "nothing is said twice", &json!(said(near)?))?;
        steps.judge(&opened, &json!({"captured": "0", "voided": "1000", "held": "0"}))?;
        ledger::must_agree(stand)
    })
}

//= X-9 test
#[test]
fn an_id_that_the_gateway_calls_reused_concludes_nothing_is_asked_about_and_somebody_is_called() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("reused", "1000")?;
        stand.gateway().start_scenario("pay", "REPEAT_REQ_INCONSISTENT")?;
        let opening = stand.merchant().post_and_hold(
            &format!("/v1/orders/{order}/payments"),
            &hosted_body("AUTOMATIC"),
            "reused-1",
        )?;
        let seen = steps.wait(&order, "an attempt in doubt", |seen| {
            has_event(seen, "PaymentInDoubt", text_at(seen, "/attempts/0/paymentRequestId"))
        })?;
        let payment = text_at(&seen, "/attempts/0/paymentRequestId").to_owned();
        let opened = Opened { order: order.clone(), payment, answer: Value::Null };
        first_question(stand, &opened)?;
        let seen = steps.order(&order)?;
        ensure(!has_event(&seen, "PaymentFailed", &opened.payment), "nothing is concluded", &seen)?;
        until("the alert", PATIENCE, || {
            let metrics = stand.admin()?.send(Call::new("GET", "/metrics"))?.text;
            let counted = metrics.lines().any(|line| {
                line.strip_prefix("antom_ids_reused_total{api=\"pay\"} ").is_some_and(|count| count != "0")
            });
            let log = stand.service_log()?;
            let is_told = log.lines().any(|line| {
                line.contains("\"ERROR\"") && line.contains(&opened.payment) && line.contains("other content")
            });
            Ok(if counted && is_told { Look::Found(()) } else { Look::NotYet(log) })
        })?;

        stand.gateway().end_scenarios()?;
        stand.gateway().wait_for_payment(&opened.payment)?;
        steps.wait_for_event(&opened, "HandoutReceived")?;
        drop(opening);
        let calls = stand.gateway().calls("pay", &opened.payment)?;
        let is_same = calls
            .windows(2)
            .all(|pair| pair.first().map(|one| &one.text) == pair.last().map(|one| &one.text));
        ensure(calls.len() > 1 && is_same, "the call was repeated as it was", &json!(calls.len()))?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
        steps.judge(&opened, &json!({"captured": "1000", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

//= X-16 test
//= N-10 test
#[test]
fn a_capture_that_is_told_before_its_payment_is_known_is_parked_and_counts_once_the_payment_is() -> Proof {
    Stand::prove_with(&with(&[DEAF]), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("early", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        first_question(stand, &opened)?;
        let later = json!({"notifications": {"notifyType": "PAYMENT_RESULT", "afterMs": 10_000}});
        stand.gateway().arrange(&opened.payment, &later)?;
        steps.buyer(&opened, "success")?;
        let at_gateway = stand.gateway().wait_for_payment(&opened.payment)?;
        let payment_id = text_at(&at_gateway, "/paymentId").to_owned();
        stand.gateway().wait_for_acknowledged(&[&payment_id], "CAPTURE_RESULT")?;
        let seen = steps.order(&order)?;
        let knows_nothing = text_at(&seen, "/phase") == "awaitingPayment"
            && text_at(&seen, "/attempts/0/paymentId").is_empty();
        ensure(knows_nothing, "nobody can tell yet whose capture it is", &seen)?;
        let metrics = stand.admin()?.send(Call::new("GET", "/metrics"))?.text;
        ensure(
            metrics.contains("antom_notifications_total{verdict=\"parked\"} 1"),
            "it is parked",
            &json!(metrics),
        )?;

        let paid = steps.wait_until_shippable(&order)?;
        ensure(count_events(&paid, "CaptureSucceeded", &opened.payment) == 1, "it counts once", &paid)?;
        let asked = stand.gateway().calls("inquiryPayment", &opened.payment)?.len();
        ensure(asked == 1, "and nobody had to be asked", &json!(asked))?;
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

//= X-16 test
#[test]
fn notifications_that_overtake_the_answers_to_pay_and_capture_count_once() -> Proof {
    Stand::prove(|stand| {
        let first =
            |target: &str| json!({"target": target, "script": [true], "do": {"kind": "notify_first"}});
        let steps = Steps::on(stand);
        let token = steps.store_card()?;
        stand.gateway().set_timings(&json!({"paymentResultMs": 0, "captureMs": 0}))?;
        stand.gateway().plant_faults(&json!([first("pay"), first("capture")]))?;
        let order = steps.create_order("overtaken", "1000")?;
        let mut body = hosted_body("MANUAL");
        body["card"] = json!({"cardToken": token});
        let answer = stand.merchant().open_payment(&order, &body)?;
        let answer = answer.expect_status("the card is charged", &[200, 201])?;
        let opened = Opened::new(&order, answer);
        let seen = steps.wait_for_event(&opened, "AuthorizationHeld")?;
        ensure(count_events(&seen, "PaymentSucceeded", &opened.payment) == 1, "it is paid once", &seen)?;
        stand.merchant().capture(&opened.payment, None)?.expect_status("it is captured", &[200, 202])?;
        let paid = steps.wait_until_shippable(&order)?;
        ensure(count_events(&paid, "CaptureSucceeded", &opened.payment) == 1, "it counts once", &paid)?;
        steps.both_notifications_acknowledged(&opened, &paid)?;
        let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
        steps.judge(&opened, &json!({"captured": "1000", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

//= B-6 test
#[test]
fn a_method_without_refunds_is_cancelled_before_another_attempt_is_opened() -> Proof {
    let without = ("ANTOM__PAYMENT__METHODS_WITHOUT_REFUNDS", "[\"ALIPAY_CN\"]");
    Stand::prove_with(&with(&[without]), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("first-cancelled", "1000")?;
        let wallet =
            json!({"integration": "hosted", "paymentMethodType": "ALIPAY_CN", "terminalType": "WEB"});
        let first = stand.merchant().open_payment(&order, &wallet)?.expect_status("it is opened", &[201])?;
        let first = Opened::new(&order, first);
        let answer = until("the second attempt", PATIENCE, || {
            let answer = stand.merchant().open_payment(&order, &hosted_body("AUTOMATIC"))?;
            if answer.status == 201 {
                return Ok(Look::Found(answer.json));
            }
            answer.expect_problem(409, "earlier_payment_being_cancelled")?;
            Ok(Look::NotYet(answer.text))
        })?;
        let second = Opened::new(&order, answer);
        let calls = stand.gateway().all_calls()?;
        let place = |operation: &str, payment: &str| {
            calls.iter().position(|call| {
                call.operation == operation && text_at(&call.request, "/paymentRequestId") == payment
            })
        };
        let (cancelled, opened) = (place("cancel", &first.payment), place("pay", &second.payment));
        let is_first = cancelled.is_some() && cancelled < opened;
        ensure(is_first, "the cancel goes out before the second pay", &json!([cancelled, opened]))?;
        steps.buyer(&second, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        ensure(has_event(&paid, "CancelConfirmed", &first.payment), "the first one is cancelled", &paid)?;
        steps.judge(&first, &json!({"authorized": "0", "held": "0"}))?;
        steps.judge(&second, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

/// A card payment that the buyer made and that the gateway reviews.
fn under_review(stand: &Stand, capture_mode: &str) -> Result<Opened, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order("reviewed", "1000")?;
    let opened = steps.open_session(&order, capture_mode)?;
    stand.gateway().arrange(&opened.payment, &json!({"review": {}}))?;
    steps.buyer(&opened, "success")?;
    let seen = steps.wait_for_event(&opened, "ReviewPending")?;
    ensure(text_at(&seen, "/phase") == "underReview", "the order says so", &seen)?;
    steps.judge(&opened, &json!({"authorized": "1000", "captured": "0", "held": "1000"}))?;
    Ok(opened)
}

/// Waits until the gateway was asked about the payment.
fn first_question(stand: &Stand, opened: &Opened) -> Result<(), Failure> {
    until("the first question", PATIENCE, || {
        let asked = stand.gateway().calls("inquiryPayment", &opened.payment)?.len();
        Ok(if asked > 0 { Look::Found(()) } else { Look::NotYet("none".to_owned()) })
    })
}

fn with(environment: &[(&str, &str)]) -> StandOptions {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    StandOptions { service_environment: environment.iter().map(pair).collect(), ..StandOptions::default() }
}

/// A stand whose time the test moves.
fn moved(environment: &[(&str, &str)]) -> StandOptions {
    StandOptions { follows_the_simulators_clock: true, ..with(environment) }
}
