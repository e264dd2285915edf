//! The calls that open a payment, as the gateway received them, and what of its answers reaches the buyer's client.
//! What a card payment may ask for beside that is in `payment_features`.
#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use std::collections::BTreeSet;

use antom_tests::flows::{Opened, Steps};
use antom_tests::gateway::ReceivedCall;
use antom_tests::http::{flag_at, text_at};
use antom_tests::merchant::{has_event, hosted_body, order_body};
use antom_tests::{Failure, Proof, Stand, ensure, ledger};
use serde_json::{Value, json};

//= S-1 test
//= S-2 test
#[test]
fn a_session_request_says_all_that_the_gateway_needs_under_an_id_that_was_never_used() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("session", "1000")?;
        let plain = json!({"integration": "session", "paymentMethodType": "CARD"});
        let opened = open(stand, &order, &plain)?;
        let sent = opening(stand, "createPaymentSession", &opened)?.request;
        let created = order_body(&order, "1000");
        for (path, expected) in [
            ("/productCode", json!("CASHIER_PAYMENT")),
            ("/paymentRequestId", json!(opened.payment)),
            ("/paymentAmount", created["amount"].clone()),
            ("/paymentMethod", json!({"paymentMethodType": "CARD"})),
            ("/order/referenceOrderId", json!(order)),
            ("/order/orderDescription", created["description"].clone()),
            ("/order/orderAmount", created["amount"].clone()),
            ("/order/buyer", json!({"referenceBuyerId": "buyer-1"})),
            ("/paymentFactor", json!({"isAuthorization": true, "captureMode": "AUTOMATIC"})),
        ] {
            ensure(sent.pointer(path) == Some(&expected), path, &sent)?;
        }
        let back = format!("{}/result/", stand.merchant().base());
        ensure(text_at(&sent, "/paymentRedirectUrl").starts_with(&back), "the buyer comes back", &sent)?;

        steps.open_session(&order, "MANUAL")?;
        steps.open_hosted(&order, "AUTOMATIC")?;
        let other = steps.create_order("session", "1000")?;
        steps.open_session(&other, "AUTOMATIC")?;
        let calls = stand.gateway().all_calls()?;
        let opening =
            calls.iter().filter(|call| ["createPaymentSession", "pay"].contains(&call.operation.as_str()));
        let ids: Vec<&str> = opening.map(|call| text_at(&call.request, "/paymentRequestId")).collect();
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        ensure(ids.len() == 4 && different.len() == 4, "each attempt has an id of its own", &json!(ids))
    })
}

//= S-2 test
#[test]
fn the_gateway_captures_by_itself_unless_the_mode_is_manual_and_then_only_when_asked() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("by-itself", "1000")?;
        let plain = json!({"integration": "session", "paymentMethodType": "CARD"});
        let opened = open(stand, &order, &plain)?;
        steps.buyer(&opened, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        steps.both_notifications_acknowledged(&opened, &paid)?;
        let asked = captures_of(stand, &paid)?;
        ensure(asked == 0, "we ask for no capture", &json!(asked))?;
        steps.judge(&opened, &json!({"authorized": "1000", "captured": "1000"}))?;

        let order = steps.create_order("when-asked", "1000")?;
        let opened = steps.open_session(&order, "MANUAL")?;
        let sent = opening(stand, "createPaymentSession", &opened)?.request;
        let factor = json!({"isAuthorization": true, "captureMode": "MANUAL"});
        ensure(sent["paymentFactor"] == factor, "the card is only authorized", &sent)?;
        steps.buyer(&opened, "success")?;
        stand.gateway().wait_for_acknowledged(&[&opened.payment], "PAYMENT_RESULT")?;
        let held = steps.wait_for_event(&opened, "AuthorizationHeld")?;
        ensure(captures_of(stand, &held)? == 0, "nothing is captured by itself", &held)?;
        steps.judge(&opened, &json!({"authorized": "1000", "captured": "0", "held": "1000"}))?;
        stand.merchant().capture(&opened.payment, None)?.expect_status("now it is asked for", &[200, 202])?;
        let paid = steps.wait_until_shippable(&order)?;
        ensure(captures_of(stand, &paid)? == 1, "once", &paid)?;
        ledger::must_agree(stand)
    })
}

//= H-2 test
#[test]
fn a_pay_request_tells_the_buyers_environment_and_asks_of_a_wallet_nothing_that_is_for_cards() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("environment", "1000")?;
        for (terminal, system) in [("WEB", None), ("WAP", Some("IOS")), ("APP", Some("ANDROID"))] {
            let mut body = hosted_body("AUTOMATIC");
            body["terminalType"] = json!(terminal);
            if let Some(system) = system {
                body["osType"] = json!(system);
            }
            let sent = opening(stand, "pay", &open(stand, &order, &body)?)?.request;
            let mut env = json!({"terminalType": terminal, "clientIp": "203.0.113.7"});
            if let Some(system) = system {
                env["osType"] = json!(system);
            }
            ensure(sent["env"] == env, "the environment is told", &sent)?;
            let factor = json!({"isAuthorization": true, "captureMode": "AUTOMATIC"});
            ensure(sent["paymentFactor"] == factor, "a card is authorized", &sent)?;
            for member in ["productCode", "paymentRequestId", "paymentRedirectUrl", "paymentNotifyUrl"] {
                ensure(!text_at(&sent, &format!("/{member}")).is_empty(), member, &sent)?;
            }
        }
        let mut phone = hosted_body("AUTOMATIC");
        phone["terminalType"] = json!("WAP");
        let refused = stand.merchant().open_payment(&order, &phone)?;
        refused.expect_problem(400, "invalid_request")?;
        refused.expect_field("osType")?;

        let order = steps.create_order("wallet", "1000")?;
        let wallet =
            json!({"integration": "hosted", "paymentMethodType": "ALIPAY_CN", "terminalType": "WEB"});
        let opened = open(stand, &order, &wallet)?;
        let sent = opening(stand, "pay", &opened)?.request;
        ensure(sent.get("paymentFactor").is_none(), "no authorization is asked of a wallet", &sent)?;
        steps.buyer(&opened, "success")?;
        paid_with_a_wallet(stand, &order)?;
        steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

//= H-3 test
#[test]
fn each_attempt_hands_out_its_own_addresses_and_the_gateways_id_serves_later_calls() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("addresses", "1000")?;
        let (first, second) =
            (steps.open_hosted(&order, "AUTOMATIC")?, steps.open_hosted(&order, "AUTOMATIC")?);
        let url = |opened: &Opened| text_at(&opened.answer, "/redirect/normalUrl").to_owned();
        ensure(url(&first) != url(&second), "each attempt has its own address", &second.answer)?;
        ensure(first.payment != second.payment, "and its own call", &second.answer)?;
        steps.buyer(&second, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        let at_gateway = stand.gateway().wait_for_payment(&second.payment)?;
        let payment_id = text_at(&at_gateway, "/paymentId");
        ensure(text_at(&paid, "/attempts/1/paymentId") == payment_id, "the gateway's id is kept", &paid)?;
        let part = json!({"amount": {"currency": "USD", "value": "1000"}});
        stand.merchant().refund(&second.payment, &part)?.expect_status("it is given back", &[200, 202])?;
        steps.wait_for_event(&second, "RefundSucceeded")?;
        let refunds = stand.gateway().calls("refund", payment_id)?.len();
        ensure(refunds == 1, "the refund names the payment by it", &json!(refunds))?;

        let order = steps.create_order("app", "1000")?;
        let app = json!({"integration": "hosted", "paymentMethodType": "ALIPAY_CN", "terminalType": "APP",
            "osType": "ANDROID"});
        let opened = open(stand, &order, &app)?;
        let given = opening(stand, "pay", &opened)?.answer;
        for name in ["normalUrl", "schemeUrl", "applinkUrl"] {
            let handed_out = text_at(&opened.answer, &format!("/redirect/{name}"));
            let is_whole = !handed_out.is_empty() && handed_out == text_at(&given, &format!("/{name}"));
            ensure(is_whole, name, &opened.answer)?;
        }
        steps.buyer(&opened, "success")?;
        paid_with_a_wallet(stand, &order)?;
        ledger::must_agree(stand)
    })
}

//= X-8 test
#[test]
fn a_session_is_no_payment_and_the_buyer_may_try_again_in_it() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("tries", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        let nothing_is_paid = |seen: &Value| {
            ensure(text_at(seen, "/phase") == "awaitingPayment", "it is awaited", seen)?;
            let ended =
                ["PaymentSucceeded", "PaymentFailed"].iter().any(|end| has_event(seen, end, &opened.payment));
            ensure(!ended, "nothing has ended", seen)
        };
        nothing_is_paid(&steps.order(&order)?)?;
        let ledger = stand.gateway().ledger_attempt(&order, &opened.payment)?;
        ensure(["", "0"].contains(&text_at(&ledger, "/authorized")), "a session takes no money", &ledger)?;
        for _ in 0..2 {
            steps.buyer(&opened, "decline")?;
            stand.merchant().inquire(&opened.payment)?.expect_status("the gateway is asked", &[200, 202])?;
            nothing_is_paid(&steps.order(&order)?)?;
        }
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
        steps.judge(&opened, &json!({"captured": "1000", "executed": executed}))?;
        ledger::must_agree(stand)
    })
}

//= T-7 test
#[test]
fn session_data_reaches_the_client_with_every_sign_that_the_gateway_wrote() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("signs", "1000")?;
        let mut seen = String::new();
        for _ in 0..5 {
            let opened = steps.open_session(&order, "AUTOMATIC")?;
            let given = opening(stand, "createPaymentSession", &opened)?.answer;
            let data = text_at(&given, "/paymentSessionData");
            let handed_out = text_at(&opened.answer, "/session/paymentSessionData");
            ensure(data == handed_out, "it is the same text", &opened.answer)?;
            seen.push_str(data);
        }
        let has_all = seen.contains("&&") && seen.contains('=') && seen.contains(['/', '+']);
        ensure(has_all, "there were signs that somebody may decode, trim or split", &json!(seen))
    })
}

/// A wallet takes the money at once, so that no capture is awaited.
fn paid_with_a_wallet(stand: &Stand, order: &str) -> Result<Value, Failure> {
    let is_paid = |seen: &Value| flag_at(seen, "/shippable") == Some(true);
    stand.merchant().wait_for_order(order, "the paid order", |_| Ok(()), is_paid)
}

fn open(stand: &Stand, order: &str, body: &Value) -> Result<Opened, Failure> {
    let answer = stand.merchant().open_payment(order, body)?;
    Ok(Opened::new(order, answer.expect_status("a payment is opened", &[201])?))
}

/// The call that opened a payment, as the gateway received it.
fn opening(stand: &Stand, operation: &str, opened: &Opened) -> Result<ReceivedCall, Failure> {
    stand.gateway().first_call(operation, &opened.payment)
}

/// How often the gateway was asked to capture the order's only payment.
fn captures_of(stand: &Stand, order: &Value) -> Result<usize, Failure> {
    Ok(stand.gateway().calls("capture", text_at(order, "/attempts/0/paymentId"))?.len())
}
