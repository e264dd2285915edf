//! Texts that mean something to a log, a database, a shell or a page, through every field that takes a text: given back as
//! they were, or refused by the name of the field; and every line of the log stays one JSON object.
//! Which characters a field may have is decided by its own rules.

use std::collections::BTreeMap;

use antom_tests::flows::Steps;
use antom_tests::http::{Answer, Call, text_at};
use antom_tests::merchant::{hosted_body, order_body};
use antom_tests::{Failure, Proof, Stand, ensure, ledger};
use serde_json::{Value, json};

use crate::fields::{OF_CONSULT, OF_ORDERS, OF_PAYMENTS, TEXTS, put, surroundings};
use crate::{quiet, token, waiting};

fn is_refused_by_name(answer: &Answer, path: &str, text: &str) -> Result<(), Failure> {
    let seen = json!([path, text, answer.status, answer.text]);
    ensure(answer.status == 400, "it is taken or refused", &seen)?;
    answer.expect_problem(400, "invalid_request")?;
    // What consists of parts, as an amount does, may be named as a whole.
    let whole = path.rsplit_once('.').map_or(path, |(whole, _)| whole);
    let is_named = [path, whole].iter().any(|name| answer.expect_field(name).is_ok());
    ensure(is_named, "the field is named", &seen)?;
    let quoted = json!(text).to_string();
    ensure(
        !answer.text.contains(quoted.trim_matches('"')) || text.len() < 4,
        "its value is not repeated",
        &seen,
    )
}

/// Whether a text stands somewhere in a message.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(one) => one == text,
        Value::Array(entries) => entries.iter().any(|entry| holds(entry, text)),
        Value::Object(members) => members.values().any(|member| holds(member, text)),
        _ => false,
    }
}

#[test]
fn every_text_comes_back_as_it_was_or_is_refused_by_the_name_of_its_field() -> Proof {
    Stand::prove_with(&quiet(&[("ANTOM__LOG__LEVEL", "debug,hyper_util=info")]), |stand| {
        let (orders, taken) = orders(stand)?;
        reaches_the_gateway(stand, &taken)?;
        payments(stand)?;
        methods(stand)?;
        money(stand)?;
        elsewhere(stand)?;
        let listed = ledger::order_ids(stand)?.len();
        // One order for each text that was told to the gateway, one for the payments with each text, and two at the end.
        let made = orders + taken.len() + TEXTS.len() + 2;
        ensure(listed == made, "the books hold what was taken, and no more", &json!([listed, made]))?;
        the_log_is_json(stand)
    })
}

/// How many orders were taken, and with which texts in which fields beyond their own id.
fn orders(stand: &Stand) -> Result<(usize, BTreeMap<&'static str, Vec<&'static str>>), Failure> {
    let (mut count, mut taken) = (0, BTreeMap::<&str, Vec<&str>>::new());
    for path in OF_ORDERS {
        for text in TEXTS {
            let mut body = order_body(&stand.next_order_id("injected"), "1000");
            surroundings(path, &mut body);
            put(&mut body, path, text);
            let answer = stand.merchant().create_order(&body)?;
            if answer.status != 201 {
                is_refused_by_name(&answer, path, text)?;
                continue;
            }
            count += 1;
            let id = text_at(&answer.json, "/referenceOrderId");
            let shown = stand.merchant().order(&encoded(id))?.expect_status("the order is shown", &[200])?;
            let is_personal = path.starts_with("buyer.") && path != "buyer.referenceBuyerId";
            ensure(
                is_personal || holds(&shown, text),
                "it comes back as it was",
                &json!([path, text, shown]),
            )?;
            if path != "referenceOrderId" {
                taken.entry(text).or_default().push(path);
            }
        }
    }
    Ok((count, taken))
}

/// An order for each text with the text in every field that takes it; the gateway must be told the same.
fn reaches_the_gateway(stand: &Stand, taken: &BTreeMap<&str, Vec<&str>>) -> Result<(), Failure> {
    let mut told = Vec::new();
    for (text, fields) in taken {
        let order = stand.next_order_id("told");
        let mut body = order_body(&order, "1000");
        fields.iter().for_each(|path| surroundings(path, &mut body));
        fields.iter().for_each(|path| put(&mut body, path, text));
        stand.merchant().create_order(&body)?.expect_status("it is created", &[201])?;
        let answer = stand.merchant().open_payment(&order, &hosted_body("AUTOMATIC"))?;
        answer.expect_status("it is opened, or refused by the gateway", &[200, 201, 202, 422])?;
        told.push((order, text, fields));
    }
    let calls = stand.gateway().all_calls()?;
    for (order, text, fields) in told {
        let sent = calls.iter().find(|call| text_at(&call.request, "/order/referenceOrderId") == order);
        let sent = &sent.ok_or_else(|| Failure::step("the gateway was called", &order))?.request;
        for path in fields {
            let pointer = match *path {
                "description" => "/order/orderDescription".to_owned(),
                path => format!("/order/{}", path.replace("[0]", "/0").replace('.', "/")),
            };
            let is_same = text_at(sent, &pointer) == *text;
            ensure(is_same, "the gateway is told the same", &json!([path, text, sent]))?;
        }
    }
    Ok(())
}

/// One order a text, with an attempt for each field.
fn payments(stand: &Stand) -> Result<(), Failure> {
    let mut taken = Vec::new();
    for text in TEXTS {
        let order = Steps::on(stand).create_order("paid", "1000")?;
        for path in OF_PAYMENTS {
            let mut body = hosted_body("AUTOMATIC");
            surroundings(path, &mut body);
            put(&mut body, path, text);
            let answer = stand.merchant().open_payment(&order, &body)?;
            if answer.status == 400 {
                is_refused_by_name(&answer, path, text)?;
            } else {
                answer.expect_status(&format!("{path} is passed on"), &[200, 201, 202, 422])?;
                taken.push((order.clone(), path, text));
            }
        }
    }
    let calls = stand.gateway().all_calls()?;
    for (order, path, text) in taken {
        let mut of_order =
            calls.iter().filter(|call| text_at(&call.request, "/order/referenceOrderId") == order);
        ensure(
            of_order.any(|call| holds(&call.request, text)),
            "the gateway is told the same",
            &json!([path, text]),
        )?;
    }
    Ok(())
}

fn methods(stand: &Stand) -> Result<(), Failure> {
    for path in OF_CONSULT {
        for text in TEXTS {
            let mut body = json!({"amount": {"currency": "USD", "value": "1000"}, "terminalType": "WEB"});
            surroundings(path, &mut body);
            put(&mut body, path, text);
            let answer = stand.merchant().post("/v1/consult", &body)?;
            if ![200, 422].contains(&answer.status) {
                is_refused_by_name(&answer, path, text)?;
            }
        }
    }
    Ok(())
}

/// Captures and refunds of one payment that is captured already.
fn money(stand: &Stand) -> Result<(), Failure> {
    let opened = waiting(stand, "paid")?;
    Steps::on(stand).buyer(&opened, "success")?;
    Steps::on(stand).wait_until_shippable(&opened.order)?;
    let (capture, refund) = (
        format!("/v1/payments/{}/capture", opened.payment),
        format!("/v1/payments/{}/refunds", opened.payment),
    );
    for text in TEXTS {
        for (url, path) in [
            (&capture, "captureRequestId"),
            (&capture, "amount.value"),
            (&capture, "amount.currency"),
            (&refund, "refundRequestId"),
            (&refund, "reason"),
            (&refund, "amount.value"),
            (&refund, "amount.currency"),
        ] {
            let mut body = json!({"amount": {"currency": "USD", "value": "1"}});
            if path == "captureRequestId" {
                body = json!({});
            }
            put(&mut body, path, text);
            let answer = stand.merchant().post(url, &body)?;
            match answer.status {
                400 => is_refused_by_name(&answer, path, text)?,
                // It is captured already.
                409 if *url == capture => {}
                _ => {
                    let shown = answer.expect_status("it is passed on", &[200, 202])?;
                    ensure(
                        path != "refundRequestId" || holds(&shown, text),
                        "it is shown as it was",
                        &json!([text, shown]),
                    )?;
                }
            }
        }
    }
    let calls = stand.gateway().all_calls()?;
    let reasons = calls.iter().filter(|call| call.operation == "refund");
    let all_known = reasons
        .map(|call| text_at(&call.request, "/refundReason"))
        .all(|reason| reason.is_empty() || TEXTS.contains(&reason));
    ensure(all_known, "reasons are told as they were", &Value::Null)
}

/// Paths, queries, headers, what browsers report and what the gateway notifies.
fn elsewhere(stand: &Stand) -> Result<(), Failure> {
    let merchant = stand.merchant();
    let opened = waiting(stand, "elsewhere")?;
    let url = format!("{}{}", merchant.base(), crate::WEBHOOK);
    for text in TEXTS {
        let escaped = encoded(text);
        merchant.get(&format!("/v1/payments/{escaped}"))?.expect_problem(404, "not_found")?;
        let order = merchant.order(&escaped)?;
        // Such an order was made above, if its id was taken.
        let is_itself = order.status == 200 && text_at(&order.json, "/referenceOrderId") == text;
        if !is_itself {
            order.expect_problem(404, "not_found")?;
        }
        for name in ["phase", "cursor", "limit"] {
            let refused = merchant.orders(&format!("?{name}={escaped}"))?;
            refused.expect_problem(400, "invalid_request")?;
            refused.expect_field(name)?;
        }
        merchant.orders(&format!("?{escaped}=1"))?.expect_problem(400, "invalid_request")?;
        let lost = merchant.send_without_key(Call::new("GET", &format!("/status/{escaped}")))?;
        ensure(lost.status == 404, "no attempt has such a token", &json!([text, lost.status]))?;
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            let path = format!("/v1/orders/{}/payments", opened.order);
            let call = Call::new("POST", &path).json(&json!({"unknown": 1})).header("idempotency-key", text);
            merchant.send(call)?.expect_problem(400, "invalid_request")?;
        }
        let report = json!({"code": text, "message": text, "result": {"paymentResultCode": text, "paymentStatus": text}});
        let events = format!("/status/{}/events", token(&opened));
        let told = merchant.send_without_key(Call::new("POST", &events).json(&report))?;
        told.expect_status("a report is answered", &[200])?;
        let body = json!({"paymentRequestId": text, "paymentId": text, "captureRequestId": text, "acquirerReferenceNo": text});
        stand.gateway().trigger(&json!({"url": url, "notifyType": "CAPTURE_RESULT", "body": body}))?;
        stand.gateway().trigger(
            &json!({"url": url, "notifyType": text, "body": {"paymentRequestId": opened.payment}}),
        )?;
    }
    let seen = Steps::on(stand).order(&opened.order)?;
    ensure(text_at(&seen, "/phase") == "awaitingPayment", "the order waits as before", &seen)
}

/// Text as it must be written in a path.
fn encoded(text: &str) -> String {
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(letter).collect()
}

fn the_log_is_json(stand: &Stand) -> Result<(), Failure> {
    let log = std::fs::read(stand.folder().join("antom.log"))?;
    let mut lines = 0;
    for line in log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let is_object = serde_json::from_slice::<Value>(line)
            .is_ok_and(|line| line.is_object() && line["level"] != "ERROR");
        ensure(
            is_object,
            "each line of the log is one JSON object, none of an error",
            &json!(String::from_utf8_lossy(line)),
        )?;
        let is_plain = line.iter().all(|byte| !byte.is_ascii_control());
        ensure(is_plain, "no line controls a terminal", &json!(String::from_utf8_lossy(line)))?;
        lines += 1;
    }
    ensure(lines > 100, "the log was written", &json!(lines))
}
