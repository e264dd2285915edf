//! Notifications at the service's public door: what is signed is acknowledged, anything else is inert.
//! The signature itself is tried out bit by bit in the signing crate.

use std::time::Duration;

use antom_tests::catcher::{ACKNOWLEDGEMENT, Catcher, Caught};
use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Answer, Call, flag_at, list_at, text_at};
use antom_tests::merchant::has_event;
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

const PATH: &str = "/notifications/antom";
const SIGNED: [&str; 3] = ["client-id", "request-time", "signature"];

//= N-2 test
#[test]
fn a_notification_without_a_right_signature_is_refused_and_changes_nothing() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("forged", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        let genuine = signed_by_the_gateway(stand, &opened)?;
        let before = steps.order(&order)?;
        for forged in forgeries(&genuine) {
            ensure(forged != genuine, "it is forged", &json!(forged.headers))?;
            let answer = deliver(stand, &forged)?;
            let seen = json!([answer.status, answer.text, forged.headers, forged.body]);
            ensure(answer.status == 401 && answer.text.is_empty(), "it is refused with an empty 401", &seen)?;
        }
        let after = steps.order(&order)?;
        ensure(after == before, "the order is as before", &after)
    })
}

//= N-3 test
#[test]
fn a_right_notification_is_answered_with_exactly_the_acknowledgement() -> Proof {
    Stand::prove(|stand| {
        let (opened, before) = paid_order(stand)?;
        let genuine = signed_by_the_gateway(stand, &opened)?;
        for _ in 0..3 {
            let answer = deliver(stand, &genuine)?;
            let expected: Value = serde_json::from_str(ACKNOWLEDGEMENT).unwrap_or(Value::Null);
            let is_exact = answer.status == 200 && answer.json == expected;
            ensure(is_exact, "it is acknowledged", &json!([answer.status, answer.text]))?;
        }
        let after = Steps::on(stand).order(&opened.order)?;
        ensure(after.get("timeline") == before.get("timeline"), "a duplicate changes nothing", &after)
    })
}

//= N-4 test
#[test]
fn notifications_sent_again_doubled_or_out_of_order_are_acknowledged_and_change_nothing() -> Proof {
    Stand::prove(|stand| {
        stand.gateway().plant_faults(&json!([
            {"target": "notification:PAYMENT_RESULT", "script": [true], "do": {"kind": "reorder", "ms": 4000}},
            {"target": "notification:CAPTURE_RESULT", "do": {"kind": "duplicate"}},
        ]))?;
        let (opened, _) = paid_order(stand)?;
        let order = Steps::on(stand).order(&opened.order)?;
        Steps::on(stand).both_notifications_acknowledged(&opened, &order)?;
        let before = Steps::on(stand).order(&opened.order)?;
        for sent in stand.gateway().notifications(&opened.payment, "")? {
            let log = stand.gateway().resend(text_at(&sent, "/id"))?;
            let all = list_at(&log, "/tries").iter().all(|one| flag_at(one, "/acknowledged") == Some(true));
            ensure(all, "every send is acknowledged", &log)?;
        }
        let after = Steps::on(stand).order(&opened.order)?;
        ensure(after.get("timeline") == before.get("timeline"), "a duplicate changes nothing", &after)?;
        ledger::must_agree(stand)
    })
}

#[test]
fn an_unknown_type_and_an_unknown_payment_are_acknowledged_and_change_nothing() -> Proof {
    Stand::prove(|stand| {
        let (opened, before) = paid_order(stand)?;
        let url = format!("{}{PATH}", stand.merchant().base());
        let unknown_type = json!({
            "paymentRequestId": opened.payment, "notifyType": "SOMETHING_NEW", "body": {"somethingNew": {"a": [1]}},
        });
        let unknown_payment = json!({
            "url": url, "notifyType": "CAPTURE_RESULT",
            "body": {"paymentRequestId": "never-made", "paymentId": "never-made", "captureRequestId": "never-made"},
        });
        stand.gateway().trigger(&unknown_type)?;
        stand.gateway().trigger(&unknown_payment)?;
        stand.gateway().wait_for_acknowledged(&[&opened.payment], "SOMETHING_NEW")?;
        stand.gateway().wait_for_acknowledged(&["never-made"], "CAPTURE_RESULT")?;
        let after = Steps::on(stand).order(&opened.order)?;
        ensure(after.get("timeline") == before.get("timeline"), "the order is as before", &after)?;
        ledger::must_agree(stand)
    })
}

//= X-1 test
#[test]
fn a_pending_payment_is_acknowledged_and_not_paid_until_its_success_comes() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("pending", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "pending")?;
        stand.gateway().wait_for_acknowledged(&[&opened.payment], "PAYMENT_PENDING")?;
        let seen = steps.order(&order)?;
        let paid = has_event(&seen, "PaymentSucceeded", &opened.payment);
        ensure(!paid && text_at(&seen, "/phase") == "awaitingPayment", "pending is not paid", &seen)?;
        ensure(flag_at(&seen, "/shippable") == Some(false), "pending ships nothing", &seen)?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        ledger::must_agree(stand)
    })
}

//= X-4 test
#[test]
fn a_notification_of_the_day_before_or_from_the_future_is_asked_about_and_not_believed() -> Proof {
    // After its first question the service asks nothing by itself for an hour.
    let polling = "{\"fast_window\": \"0s\", \"sweep\": \"1h\"}";
    for (is_old, by) in [(true, Duration::from_hours(26)), (false, Duration::from_mins(11))] {
        let options = StandOptions {
            service_environment: vec![("ANTOM__PAYMENT__POLLING".to_owned(), polling.to_owned())],
            follows_the_simulators_clock: is_old,
            ..StandOptions::default()
        };
        Stand::prove_with(&options, |stand| {
            let steps = Steps::on(stand);
            let order = steps.create_order("aged", "1000")?;
            let opened = steps.open_session(&order, "AUTOMATIC")?;
            let untold =
                ["PAYMENT_RESULT", "CAPTURE_RESULT"].map(|one| json!({"notifyType": one, "never": true}));
            stand.gateway().arrange(&opened.payment, &json!({ "notifications": untold }))?;
            let away = json!({"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}});
            stand.gateway().plant_faults(&json!([away]))?;
            steps.buyer(&opened, "success")?;
            // Either the notification is from before the service's time moved, or from after the gateway's did.
            let early = signed_by_the_gateway(stand, &opened)?;
            stand.gateway().advance(by)?;
            let genuine = if is_old { early } else { signed_by_the_gateway(stand, &opened)? };
            let answer = deliver(stand, &genuine)?;
            ensure(answer.status == 200, "it is acknowledged", &json!(answer.text))?;
            let seen = steps.wait_for_event(&opened, "HintReceived")?;
            ensure(!has_event(&seen, "PaymentSucceeded", &opened.payment), "it is not believed", &seen)?;
            let metrics = stand.admin()?.send(Call::new("GET", "/metrics"))?.text;
            let counted = metrics.contains("antom_notifications_total{verdict=\"hint\"} 1");
            ensure(counted, "it is counted for the alert", &json!(metrics))?;
            let log = stand.service_log()?;
            ensure(log.contains("notification of an unlikely age"), "and told", &json!(log))?;

            stand.gateway().clear_faults()?;
            steps.wait_until_shippable(&order)?;
            steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
            ledger::must_agree(stand)
        })?;
    }
    Ok(())
}

#[test]
fn only_a_post_reaches_the_door() -> Proof {
    Stand::prove(|stand| {
        for method in ["GET", "DELETE", "HEAD"] {
            let answer = stand.merchant().send_without_key(Call::new(method, PATH))?;
            ensure(answer.status == 405, &format!("{method} is not allowed"), &json!(answer.status))?;
        }
        Ok(())
    })
}

fn paid_order(stand: &Stand) -> Result<(Opened, Value), Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order("paid", "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&opened, "success")?;
    let paid = steps.wait_until_shippable(&order)?;
    steps.both_notifications_acknowledged(&opened, &paid)?;
    Ok((opened, steps.order(&order)?))
}

/// A notification of success about the payment with a right signature, caught on its way to another port.
fn signed_by_the_gateway(stand: &Stand, opened: &Opened) -> Result<Caught, Failure> {
    let catcher = Catcher::start()?;
    let wish = json!({
        "paymentRequestId": opened.payment, "notifyType": "PAYMENT_RESULT", "url": catcher.url(PATH),
    });
    // The simulator answers the wish only after the delivery has ended.
    std::thread::scope(|scope| {
        let caught = scope.spawn(|| catcher.catch());
        stand.gateway().trigger(&wish)?;
        caught.join().map_err(|_| Failure::step("the listener takes the notification", "a panic"))?
    })
}

fn deliver(stand: &Stand, caught: &Caught) -> Result<Answer, Failure> {
    let mut call =
        Call::new("POST", PATH).header("content-type", "application/json").text(caught.body.clone());
    for (name, value) in caught.headers.iter().filter(|(name, _)| SIGNED.contains(&name.as_str())) {
        call = call.header(name, value);
    }
    stand.merchant().send_without_key(call)
}

/// The genuine one with one thing changed, in every way that a forger may try first.
fn forgeries(genuine: &Caught) -> Vec<Caught> {
    let with = |name: &str, value: Option<&str>| {
        let mut headers: Vec<(String, String)> =
            genuine.headers.iter().filter(|(one, _)| one != name).cloned().collect();
        headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        Caught { headers, body: genuine.body.clone(), ..genuine.clone() }
    };
    let signature = genuine.header("signature");
    let (start, _) = signature.split_once("signature=").unwrap_or((signature, ""));
    let changed_letter = signature.replacen("signature=", "signature=A", 1);
    let other_key = format!("{start}signature={}", "A".repeat(342) + "%3D%3D");
    let mut forged: Vec<Caught> = SIGNED.iter().map(|name| with(name, None)).collect();
    forged.extend(SIGNED.iter().map(|name| with(name, Some(""))));
    let signatures = [
        "algorithm=RSA256",
        "algorithm=none,keyVersion=1,signature=",
        "not a signature",
        changed_letter.as_str(),
        other_key.as_str(),
        &signature.replace("RSA256", "HS256"),
        &signature.replace("keyVersion=1", "keyVersion=9"),
    ]
    .map(|value| with("signature", Some(value)));
    forged.extend(signatures);
    forged.push(with("client-id", Some("SANDBOX_OTHER")));
    forged.push(with("request-time", Some("1700000000000")));
    let bodies = [
        genuine.body.replace("\"1000\"", "\"9000\""),
        format!("{} ", genuine.body),
        "{}".to_owned(),
        String::new(),
    ];
    forged.extend(bodies.map(|body| Caught { body, ..genuine.clone() }));
    forged
}
