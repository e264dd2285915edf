//! The dashboard through the real service: who gets in, what a button does, and what no text from outside can do.
//! What it looks like and how it is used is judged in a browser.
#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use std::collections::BTreeMap;

use antom_tests::desk::{Desk, after, encoded, form, hidden};
use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{list_at, text_at};
use antom_tests::merchant::{count_events, order_body};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

const PAGES: [&str; 5] = [
    "/dashboard/reconciliations",
    "/dashboard",
    "/dashboard/orders",
    "/dashboard/alerts",
    "/dashboard/orders?phase=paid&buyer=B",
];

/// A browser in which somebody signed in with the key that may do everything.
fn staffed(stand: &Stand) -> Result<Desk, Failure> {
    let mut desk = Desk::at(stand)?;
    let reply = desk.sign_in(&stand.operator_key()?)?;
    ensure(reply.status == 303, "the key opens the dashboard", &json!(reply.body))?;
    Ok(desk)
}

/// An order whose money was captured.
fn paid(steps: Steps<'_>, about: &str) -> Result<Opened, Failure> {
    let order = steps.create_order(about, "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&opened, "success")?;
    steps.wait_until_shippable(&order)?;
    Ok(opened)
}

/// What was recorded, without what differs from one order to the next.
fn story(seen: &Value) -> Vec<Value> {
    let told = |entry: &Value| json!([entry["event"], entry["amount"], entry["reason"]]);
    list_at(seen, "/timeline").iter().map(told).collect()
}

#[test]
fn only_a_right_key_with_both_scopes_opens_the_dashboard() -> Proof {
    Stand::prove(|stand| {
        let no_admin = stand.admit("no-admin", &["read", "write"])?;
        let no_read = stand.admit("no-read", &["admin"])?;
        let right = stand.admit("right", &["read", "admin"])?;
        let mut desk = Desk::at(stand)?;
        for path in PAGES {
            let reply = desk.get(path)?;
            let is_led = reply.status == 303 && reply.header("location") == "/dashboard/sign-in";
            ensure(is_led, "nobody is led to the way in", &json!([path, reply.status]))?;
        }
        desk.cookies.insert("antom_dashboard".to_owned(), "0".repeat(48));
        ensure(desk.get("/dashboard")?.status == 303, "no such session", &Value::Null)?;
        for (key, status) in [("", 401), ("wrong", 401), (no_admin.as_str(), 403), (no_read.as_str(), 403)] {
            let reply = desk.sign_in(key)?;
            ensure(reply.status == status, "this key does not open it", &json!([key, reply.status]))?;
            ensure(desk.get("/dashboard")?.status == 303, "there is no session", &json!(key))?;
        }
        let forged = desk.post("/dashboard/sign-in", &[("csrf", ""), ("key", &right)])?;
        ensure(forged.status == 403, "a form of another site signs nobody in", &json!(forged.body))?;
        let reply = desk.sign_in(&right)?;
        let cookie = reply
            .headers
            .iter()
            .find(|(name, line)| name == "set-cookie" && line.starts_with("antom_dashboard="));
        let line = cookie.map_or("", |(_, line)| line.as_str());
        let is_safe = ["HttpOnly", "SameSite=Strict", "Path=/dashboard", "Max-Age=3600"];
        ensure(is_safe.iter().all(|word| line.contains(word)), "the cookie is guarded", &json!(line))?;
        ensure(desk.get("/dashboard")?.status == 200, "the right key opens it", &json!(reply.status))?;

        let page = desk.get("/dashboard/orders")?;
        let csrf = hidden(&page.body, "csrf").to_owned();
        ensure(
            desk.post("/dashboard/sign-out", &[("csrf", "x")])?.status == 403,
            "no own form",
            &Value::Null,
        )?;
        let old = desk.cookies.clone();
        ensure(
            desk.post("/dashboard/sign-out", &[("csrf", &csrf)])?.status == 303,
            "it leaves",
            &Value::Null,
        )?;
        desk.cookies = old;
        ensure(desk.get("/dashboard")?.status == 303, "the old cookie is worth nothing", &Value::Null)?;
        let log = stand.service_log()?;
        let is_told = [&right, &no_admin, &no_read].iter().all(|key| !log.contains(key.as_str()));
        ensure(is_told, "no key is in the log", &Value::Null)
    })
}

#[test]
fn a_key_that_is_taken_away_takes_its_sessions_along() -> Proof {
    Stand::prove(|stand| {
        let mut desk = staffed(stand)?;
        ensure(desk.get("/dashboard")?.status == 200, "it is in", &Value::Null)?;
        let file = stand.keys().join("antom.toml");
        let text = std::fs::read_to_string(&file)?;
        std::fs::write(&file, text.replacen(", \"admin\"]", "]", 1))?;
        stand.service().hang_up()?;
        until("the session is over", PATIENCE, || {
            let status = desk.get("/dashboard")?.status;
            Ok(if status == 303 { Look::Found(()) } else { Look::NotYet(status.to_string()) })
        })
    })
}

#[test]
fn every_page_has_a_policy_and_nothing_that_it_forbids() -> Proof {
    Stand::prove(|stand| {
        let mut desk = staffed(stand)?;
        let opened = paid(Steps::on(stand), "policy")?;
        let order = format!("/dashboard/orders/{}", opened.order);
        let missing = "/dashboard/orders/unknown".to_owned();
        let pages = PAGES.iter().map(|page| (*page).to_owned());
        for path in pages.chain([order.clone(), missing, "/dashboard/sign-in".to_owned()]) {
            for (lang, tag) in [("en", "en"), ("zh", "zh-CN"), ("fr, en;q=0.4, zh;q=0.5", "zh-CN")] {
                let reply = desk.get_with(&path, &[("accept-language", lang)])?;
                let policy = reply.header("content-security-policy").to_owned();
                let is_strict = policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'")
                    && policy.contains("frame-ancestors 'none'")
                    && !policy.contains("unsafe");
                ensure(is_strict, "the policy is strict", &json!([path, policy]))?;
                ensure(reply.header("cache-control") == "no-store", "nobody keeps it", &json!(path))?;
                let tag = format!("<html lang=\"{tag}\">");
                ensure(reply.body.contains(&tag), "its language", &json!(path))?;
                for forbidden in [
                    " style=",
                    "<style",
                    " onclick=",
                    " onload=",
                    "javascript:",
                    "//cdn",
                    "http://",
                    "https://",
                ] {
                    ensure(
                        !reply.body.contains(forbidden),
                        "nothing inline or foreign",
                        &json!([path, forbidden]),
                    )?;
                }
                ensure(
                    !reply.body.replace("<script src=\"/dashboard/page.js\" defer>", "").contains("<script"),
                    "one script",
                    &json!(path),
                )?;
            }
        }
        let page = desk.get(&order)?;
        let again = desk.get_with(&order, &[("if-none-match", page.header("etag"))])?;
        ensure(again.status == 304, "a page without news is not sent again", &json!(again.status))?;
        let secret = text_at(&opened.answer, "/session/paymentSessionData");
        ensure(!secret.is_empty() && !page.body.contains(secret), "session data is not shown", &Value::Null)
    })
}

#[test]
fn a_button_does_what_the_merchant_api_does_and_leaves_a_line_of_audit() -> Proof {
    let loud = ("ANTOM__LOG__LEVEL".to_owned(), "error".to_owned());
    let options = StandOptions { service_environment: vec![loud], ..StandOptions::default() };
    Stand::prove_with(&options, |stand| {
        let mut desk = staffed(stand)?;
        let steps = Steps::on(stand);
        let (api, page) = (paid(steps, "api")?, paid(steps, "page")?);
        let amount = json!({"currency": "USD", "value": "400"});
        let body = json!({"amount": amount, "reason": "two cups too many"});
        stand.merchant().refund(&api.payment, &body)?.expect_status("it is refunded", &[200, 202])?;
        let more = [("amount", "4.00"), ("reason", "two cups too many")];
        let reply = desk.press(&page, "refund", &more)?;
        let location = reply.header("location").to_owned();
        let is_led =
            reply.status == 303 && location.starts_with(&format!("/dashboard/orders/{}?", page.order));
        ensure(is_led, "it leads back to the order", &json!([reply.status, location]))?;
        let refunded =
            |seen: &Value, opened: &Opened| count_events(seen, "RefundSucceeded", &opened.payment) == 1;
        let by_api = steps.wait(&api.order, "the refund", |seen| refunded(seen, &api))?;
        let by_page = steps.wait(&page.order, "the refund", |seen| refunded(seen, &page))?;
        let told = |seen: &Value| {
            let mut told = story(seen);
            told.sort_by_key(Value::to_string);
            told
        };
        ensure(
            told(&by_api) == told(&by_page),
            "both orders have the same story",
            &json!([by_api, by_page]),
        )?;
        let calls = stand.gateway().all_calls()?.into_iter().filter(|call| call.operation == "refund");
        let sent: Vec<Value> =
            calls.map(|call| json!([call.request["refundAmount"], call.request["refundReason"]])).collect();
        ensure(sent.len() == 2 && sent[0] == sent[1], "one call each, with the same content", &json!(sent))?;

        let order = steps.create_order("held", "1000")?;
        let held = steps.open_hosted(&order, "MANUAL")?;
        ensure(desk.press(&held, "inquire", &[])?.status == 303, "it is asked about", &Value::Null)?;
        steps.buyer(&held, "success")?;
        steps.wait_for_event(&held, "AuthorizationHeld")?;
        ensure(desk.press(&held, "capture", &[])?.status == 303, "all of it is captured", &Value::Null)?;
        steps.wait_until_shippable(&order)?;
        let order = steps.create_order("cancelled", "1000")?;
        let cancelled = steps.open_hosted(&order, "MANUAL")?;
        ensure(desk.press(&cancelled, "cancel", &[])?.status == 303, "it is cancelled", &Value::Null)?;
        steps.wait_for_event(&cancelled, "CancelConfirmed")?;

        let log = stand.service_log()?;
        let lines = log.lines().filter(|line| line.contains("\"target\":\"audit\"")).collect::<Vec<_>>();
        for (act, opened) in
            [("refund", &page), ("inquire", &held), ("capture", &held), ("cancel", &cancelled)]
        {
            let is_line = |line: &&&str| {
                [
                    format!("\"act\":\"{act}\""),
                    format!("\"subject\":\"{}\"", opened.payment),
                    "\"key\":\"operator\"".to_owned(),
                ]
                .iter()
                .all(|part| line.contains(part.as_str()))
            };
            let is_once = lines.iter().filter(is_line).count() == 1;
            ensure(is_once, "one line of audit, whatever the level", &json!([act, lines]))?;
        }
        ledger::must_agree(stand)
    })
}

#[test]
fn a_refund_that_is_sent_twice_is_made_once() -> Proof {
    Stand::prove(|stand| {
        let mut desk = staffed(stand)?;
        let steps = Steps::on(stand);
        let opened = paid(steps, "twice")?;
        let page = desk.get(&format!("/dashboard/orders/{}", opened.order))?;
        let fields = form(&page.body, "refund", &[("amount", "3.00")]);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = format!("/dashboard/orders/{}/act", opened.order);
        for _ in 0..3 {
            let reply = desk.post(&path, &fields)?;
            ensure(reply.status == 303, "it is the same refund", &json!(reply.body))?;
        }
        let more: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| if *name == "amount" { (*name, "4.00") } else { (*name, *value) })
            .collect();
        let other = desk.post(&path, &more)?;
        ensure(other.status == 409, "another amount from the same page is refused", &json!(other.body))?;
        let seen = steps.wait(&opened.order, "the refund", |seen| {
            count_events(seen, "RefundSucceeded", &opened.payment) == 1
        })?;
        ensure(count_events(&seen, "RefundRequested", &opened.payment) == 1, "one was decided", &seen)?;
        let further = desk.press(&opened, "refund", &[("amount", "3.00")])?;
        ensure(further.status == 303, "the page as it is now asks for another one", &json!(further.body))?;
        let seen = steps.wait(&opened.order, "the second refund", |seen| {
            count_events(seen, "RefundSucceeded", &opened.payment) == 2
        })?;
        ensure(count_events(&seen, "RefundRequested", &opened.payment) == 2, "two were decided", &seen)?;
        steps.judge(&opened, &json!({"refunded": "600"}))?;
        ledger::must_agree(stand)
    })
}

#[test]
fn a_form_of_nobody_or_of_another_session_or_order_moves_nothing() -> Proof {
    Stand::prove(|stand| {
        let reader = stand.admit("reader", &["read", "admin"])?;
        let mut desk = staffed(stand)?;
        let steps = Steps::on(stand);
        let (opened, other) = (paid(steps, "mine")?, paid(steps, "other")?);
        let before = steps.order(&opened.order)?;
        let page = desk.get(&format!("/dashboard/orders/{}", opened.order))?;
        let right = form(&page.body, "refund", &[]);
        let path = format!("/dashboard/orders/{}/act", opened.order);
        let mut weak = Desk { base: desk.base.clone(), cookies: BTreeMap::new() };
        let try_with = |desk: &mut Desk, path: &str, change: &[(&str, &str)], status: u16| {
            let mut fields = right.clone();
            fields.extend(change.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let reply = desk.post(path, &fields)?;
            let seen = json!([path, change, reply.status, reply.body]);
            ensure(reply.status == status, "it is refused", &seen)
        };
        try_with(&mut weak, &path, &[], 401)?;
        ensure(weak.sign_in(&reader)?.status == 303, "the reader is in", &Value::Null)?;
        try_with(&mut weak, &path, &[], 403)?;
        let shown = weak.get(&format!("/dashboard/orders/{}", opened.order))?;
        ensure(!shown.body.contains("value=\"refund\""), "the reader has no such button", &Value::Null)?;
        let own = hidden(&shown.body, "csrf").to_owned();
        try_with(&mut weak, &path, &[("csrf", &own)], 403)?;
        for (change, status) in [
            (("csrf", ""), 403),
            (("csrf", "0"), 403),
            (("once", ""), 400),
            (("act", "delete"), 400),
            (("payment", other.payment.as_str()), 400),
            (("amount", "10.01"), 400),
            (("amount", "-1"), 400),
            (("amount", "1e3"), 400),
            (("amount", "0"), 400),
        ] {
            try_with(&mut desk, &path, &[change], status)?;
        }
        try_with(&mut desk, "/dashboard/orders/unknown/act", &[], 400)?;
        let large = "x".repeat(20_000);
        try_with(&mut desk, &path, &[("reason", &large)], 400)?;
        let event = json!({"csrf": hidden(&page.body, "csrf"), "id": format!("evt_{}_1", other.order)});
        let resend = desk.post(
            &path,
            &[("csrf", text_at(&event, "/csrf")), ("act", "resend"), ("event", text_at(&event, "/id"))],
        )?;
        ensure(
            resend.status == 400,
            "another order's event is not sent again from here",
            &json!(resend.body),
        )?;
        let after = steps.order(&opened.order)?;
        ensure(before == after, "nothing has changed", &after)
    })
}

#[test]
fn texts_from_outside_stay_texts_on_every_page() -> Proof {
    const WEAPONS: [&str; 6] = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus='alert(1)",
        "</title><svg/onload=alert(1)>",
        "javascript:alert(1)",
        "{{7-7}}<!--",
    ];
    Stand::prove(|stand| {
        let mut desk = staffed(stand)?;
        let steps = Steps::on(stand);
        for (number, weapon) in WEAPONS.iter().enumerate() {
            let order = format!("xss-{number}");
            let mut body = order_body(&order, "1000");
            body["description"] = json!(weapon);
            // Ids have no blanks.
            body["buyer"]["referenceBuyerId"] = json!(weapon.replace(' ', "/"));
            stand.merchant().create_order(&body)?.expect_status("the order is created", &[201])?;
            let opened = steps.open_session(&order, "AUTOMATIC")?;
            let unheard = json!({
                "paymentRequestId": opened.payment, "notifyType": weapon, "body": {"paymentRequestId": opened.payment},
            });
            stand.gateway().trigger(&unheard)?;
            let quoted =
                weapon.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            let page = desk.get(&format!("/dashboard/orders/{order}"))?;
            ensure(page.body.contains(&quoted), "it is shown as a text", &json!([weapon, page.body]))?;
            let times = page.body.matches(&quoted).count();
            ensure(times > 2, "the gateway's word for it as well", &json!([weapon, times]))?;
            let query = format!("/dashboard/orders?buyer={0}&id={0}&from={0}", encoded(weapon));
            let refused =
                desk.post(&format!("/dashboard/orders/{order}/act"), &[("csrf", weapon), ("act", weapon)])?;
            let csrf = hidden(&page.body, "csrf").to_owned();
            let odd = desk.post(
                &format!("/dashboard/orders/{order}/act"),
                &[
                    ("csrf", &csrf),
                    ("act", "refund"),
                    ("payment", &opened.payment),
                    ("once", "o"),
                    ("amount", weapon),
                ],
            )?;
            let found = desk.get(&query)?;
            let list = desk.get("/dashboard/orders")?;
            for reply in [&page, &refused, &odd, &found, &list] {
                let is_raw = weapon.contains(['<', '"']) && reply.body.contains(weapon);
                ensure(!is_raw, "nowhere as it came", &json!([weapon, reply.body]))?;
            }
        }
        Ok(())
    })
}

#[test]
fn what_calls_for_somebody_is_on_the_alerts_page_until_it_is_settled() -> Proof {
    let away =
        |target: &str| json!({"target": target, "probability": 1.0, "do": {"kind": "status", "status": 503}});
    let wrong = |target: &str| json!({"target": target, "probability": 1.0, "do": {"kind": "wrong_amount"}});
    let options = StandOptions { follows_the_simulators_clock: true, ..StandOptions::default() };
    Stand::prove_with(&options, |stand| {
        let mut desk = staffed(stand)?;
        let steps = Steps::on(stand);
        is_called(&mut desk, &[])?;

        let order = steps.create_order("forgotten", "1000")?;
        let forgotten = steps.open_session(&order, "MANUAL")?;
        steps.buyer(&forgotten, "success")?;
        steps.wait_for_event(&forgotten, "AuthorizationHeld")?;
        stand.gateway().advance(6 * DAY + HOUR)?;
        steps.wait_for_event(&forgotten, "CaptureDeadlineNear")?;
        // An hour is what a session lasts.
        let mut desk = Desk::at(stand)?;
        desk.sign_in(&stand.operator_key()?)?;
        is_called(&mut desk, &[("Capture soon", &forgotten)])?;

        // What the gateway says wrong is only questioned while it answers no question.
        let contradicted = paid(steps, "contradicted")?;
        let order = steps.create_order("mismatched", "1000")?;
        let mismatched = steps.open_session(&order, "AUTOMATIC")?;
        let order = steps.create_order("twice", "1000")?;
        let twice = [steps.open_session(&order, "MANUAL")?, steps.open_session(&order, "MANUAL")?];
        stand.gateway().plant_faults(&json!([
            away("inquiryPayment"),
            away("cancel"),
            wrong("notification:PAYMENT_RESULT")
        ]))?;
        steps.buyer(&mismatched, "success")?;
        steps.wait_for_event(&mismatched, "AmountMismatch")?;
        stand.gateway().plant_faults(&json!([away("inquiryPayment"), away("cancel")]))?;
        for attempt in &twice {
            steps.buyer(attempt, "success")?;
        }
        let seen = steps.wait(&twice[0].order, "the surplus", |seen| {
            twice.iter().any(|one| count_events(seen, "CancelInDoubt", &one.payment) == 1)
        })?;
        let is_surplus = |one: &&Opened| count_events(&seen, "AttemptSurplus", &one.payment) == 1;
        let surplus = twice.iter().find(is_surplus).ok_or_else(|| Failure::step("one is surplus", &seen))?;
        stand.gateway().trigger(&json!({
            "paymentRequestId": contradicted.payment, "notifyType": "PAYMENT_RESULT", "body": {
                "notifyType": "PAYMENT_RESULT",
                "result": {"resultCode": "USER_BALANCE_NOT_ENOUGH", "resultStatus": "F", "resultMessage": "no money"},
                "paymentRequestId": contradicted.payment,
                "paymentAmount": {"currency": "USD", "value": "1000"},
            },
        }))?;
        steps.wait_for_event(&contradicted, "Contradicted")?;
        is_called(
            &mut desk,
            &[
                ("Contradiction", &contradicted),
                ("Another amount", &mismatched),
                ("Surplus on its way back", surplus),
                ("Capture soon", &forgotten),
            ],
        )?;
        let page = desk.get("/dashboard/alerts?lang=zh")?;
        for word in ["答复矛盾", "金额不一致", "多付款退回中", "请款期限将至"] {
            ensure(page.body.contains(word), "in Chinese, too", &json!([word, page.body]))?;
        }
        desk.get("/dashboard?lang=en")?;

        stand.gateway().clear_faults()?;
        stand.merchant().capture(&forgotten.payment, None)?.expect_status("it is captured", &[200, 202])?;
        is_called(&mut desk, &[])?;
        ledger::must_agree(stand)
    })
}

const HOUR: std::time::Duration = std::time::Duration::from_hours(1);
const DAY: std::time::Duration = std::time::Duration::from_hours(24);

/// Waits until the page of alerts names exactly these, in this order.
fn is_called(desk: &mut Desk, expected: &[(&str, &Opened)]) -> Result<(), Failure> {
    until("the alerts", PATIENCE, || {
        let page = desk.get("/dashboard/alerts")?;
        ensure(page.status == 200, "the page is shown", &json!(page.status))?;
        let alerts: Vec<&str> = page.body.split("<span class=\"pill bad\">").skip(1).collect();
        let is_right = |(alert, (name, opened)): (&&str, &(&str, &Opened))| {
            let link = format!("href=\"/dashboard/orders/{}\"", opened.order);
            alert.starts_with(name) && alert.contains(&link) && alert.contains(&opened.payment)
        };
        let all = alerts.len() == expected.len() && alerts.iter().zip(expected).all(is_right);
        Ok(if all { Look::Found(()) } else { Look::NotYet(format!("{alerts:?}")) })
    })
}

#[test]
fn orders_are_found_by_phase_id_buyer_and_time_and_page_by_page() -> Proof {
    Stand::prove(|stand| {
        let mut desk = staffed(stand)?;
        let steps = Steps::on(stand);
        let opened = paid(steps, "found")?;
        for number in 0..60 {
            let mut body = order_body(&format!("many-{number}"), "1000");
            body["buyer"]["referenceBuyerId"] = json!(if number < 3 { "rare" } else { "buyer" });
            stand.merchant().create_order(&body)?.expect_status("it is created", &[201])?;
        }
        let mut rows = |query: &str| -> Result<Vec<String>, Failure> {
            let page = desk.get(&format!("/dashboard/orders?{query}"))?;
            ensure(page.status == 200, "it is found", &json!([query, page.status]))?;
            let parts = page.body.split("<th scope=\"row\"><a href=\"/dashboard/orders/").skip(1);
            Ok(parts.map(|part| part.split('"').next().unwrap_or_default().to_owned()).collect())
        };
        ensure(rows("phase=paid")? == [opened.order.as_str()], "by phase", &json!(rows("phase=paid")?))?;
        for id in [&opened.order, &opened.payment] {
            let found = rows(&format!("id={id}"))?;
            ensure(found == [opened.order.as_str()], "by any id", &json!(found))?;
        }
        ensure(rows("id=nothing")?.is_empty(), "no such id", &Value::Null)?;
        let rare = rows("buyer=rare")?;
        ensure(
            rare == ["many-2", "many-1", "many-0"],
            "by buyer, on later pages of the store too",
            &json!(rare),
        )?;
        ensure(
            rows("until=2020-01-01")?.is_empty() && rows("from=2100-01-01")?.is_empty(),
            "by time",
            &Value::Null,
        )?;
        ensure(rows("from=2020-01-01&until=2100-01-01")?.len() == 50, "a page has 50", &Value::Null)?;
        let first = desk.get("/dashboard/orders")?;
        let next = after(&first.body, "class=\"button\" href=\"").replace("&amp;", "&");
        let second = desk.get(&next)?;
        let count = second.body.matches("<th scope=\"row\">").count();
        ensure(count == 11, "the second page has the rest", &json!([next, count]))?;
        for odd in ["phase=x", "from=x", "until=2026-99-99", "cursor=x"] {
            let reply = desk.get(&format!("/dashboard/orders?{odd}"))?;
            ensure(reply.status == 400, "it is told what cannot be looked for", &json!([odd, reply.status]))?;
        }
        Ok(())
    })
}
