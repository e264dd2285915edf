//! The same paths written otherwise, directly and behind a proxy that takes a prefix away: no way around a key, and none
//! to the webhook but its own.
//! Which path the gateway signs is a matter of the configuration.

use antom_tests::flows::Steps;
use antom_tests::merchant::has_event;
use antom_tests::wire::{Reply, exchange, request};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure};
use serde_json::json;

use crate::proxy::Proxy;
use crate::routes::{Door, ROUTES};
use crate::{WEBHOOK, quiet, token, waiting};

const PREFIX: &str = "/pay/v2";

/// Other ways to write a path, of which a proxy or a framework may make the same.
fn variants(path: &str) -> Vec<String> {
    let inner = path.get(1..).unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let encoded = |from: char, to: &str| path.replace(from, to);
    let every: String = inner
        .chars()
        .map(|letter| if letter == '/' { "/".to_owned() } else { format!("%{:02x}", u32::from(letter)) })
        .collect();
    let mut all = vec![
        format!("{path}/"),
        format!("{path}//"),
        format!("/{path}"),
        format!("//{path}"),
        format!("/.{path}"),
        format!("/./{inner}"),
        format!("{path}/."),
        format!("{path}/./"),
        format!("{path}/x/.."),
        format!("{path}/../{last}"),
        format!("/x/..{path}"),
        format!("/..{path}"),
        format!("/../..{path}"),
        format!("/%2e{path}"),
        format!("/x/%2e%2e{path}"),
        format!("/x/%2E%2E{path}"),
        format!("/x/.%2e{path}"),
        format!("/x/..;{path}"),
        format!("/x%2f..{path}"),
        format!("/x%5c..{path}"),
        format!("/healthz/..{path}"),
        format!("/result/..{path}"),
        format!("/status/x/../..{path}"),
        format!("/notifications/antom/../..{path}"),
        format!("{path};"),
        format!("{path};a=b"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path}%09"),
        format!("{path}%0a"),
        format!("{path}%2f"),
        format!("{path}%2f."),
        format!("{path}%3f"),
        format!("{path}%3fa=b"),
        format!("{path}%23"),
        format!("{path}.json"),
        format!("{path}.html"),
        format!("{path}~"),
        format!("{path}*"),
        format!("{path}\\"),
        encoded('/', "//"),
        encoded('/', "/./"),
        encoded('/', "\\"),
        encoded('o', "%6f"),
        encoded('o', "%6F"),
        encoded('o', "%256f"),
        encoded('o', "%u006f"),
        encoded('a', "%61"),
        encoded('e', "\u{435}"),
        format!("/{}", inner.replace('/', "%2f")),
        format!("/{}", inner.replace('/', "%2F")),
        format!("/{}", inner.replace('/', "%252f")),
        format!("/{}", inner.replace('/', "%5c")),
        format!("/{every}"),
        path.to_uppercase(),
        path.replacen('v', "V", 1),
        path.replacen('n', "N", 1),
        inner.to_owned(),
        "*".to_owned(),
    ];
    all.retain(|variant| variant != path);
    all
}

/// Other ways to name the same resource, which are read as the path itself.
fn same(path: &str) -> Vec<String> {
    vec![
        path.to_owned(),
        format!("{path}?"),
        format!("{path}?a=b"),
        format!("{path}?/../admin"),
        format!("http://localhost{path}"),
        format!("http://evil.example{path}"),
    ]
}

#[test]
fn no_way_to_write_a_path_goes_around_the_key() -> Proof {
    with_prefix(|stand, proxy| {
        let victim = waiting(stand, "victim")?;
        let before = Steps::on(stand).order(&victim.order)?;
        let journal = stand.gateway().journal_length()?;
        for route in ROUTES.iter().filter(|route| matches!(route.door, Door::Key(_))) {
            let path = route.path_of(&victim.order, &victim.payment, "");
            let body = if route.method == "POST" { route.body().to_string() } else { String::new() };
            let headers = [("content-type", "application/json")];
            for target in variants(&path).into_iter().chain(same(&path)) {
                let answer = exchange(
                    stand.merchant().base(),
                    &request(route.method, &target, &headers, body.as_bytes()),
                )?;
                is_kept_out(&target, &answer)?;
            }
            // The proxy adds nothing that opens a door either.
            for target in [&path, &format!("/{path}"), &format!("/..{path}"), &format!("{path}/")] {
                let target = format!("{PREFIX}{target}");
                let answer =
                    exchange(proxy.base(), &request(route.method, &target, &headers, body.as_bytes()))?;
                is_kept_out(&target, &answer)?;
            }
        }
        let after = Steps::on(stand).order(&victim.order)?;
        ensure(after == before, "the order is as before", &after)?;
        ensure(stand.gateway().journal_length()? == journal, "the gateway was not called", &json!(journal))
    })
}

fn is_kept_out(target: &str, answer: &Option<Reply>) -> Result<(), Failure> {
    let is_out = answer.as_ref().is_none_or(|answer| [400, 401, 404, 405].contains(&answer.status));
    ensure(is_out, "it is kept out", &json!([target, format!("{answer:?}")]))
}

//= X-14 test
#[test]
fn behind_a_proxy_that_takes_a_prefix_away_the_gateways_own_notifications_are_acknowledged() -> Proof {
    with_prefix(|stand, proxy| {
        let steps = Steps::on(stand);
        let order = steps.create_order("proxied", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        let told = antom_tests::http::text_at(&opened.answer, "/statusUrl");
        let is_public = told == format!("{}{PREFIX}/status/{}", proxy.base(), token(&opened));
        ensure(is_public, "buyers are sent to the public address", &json!(told))?;
        let seen = exchange(
            proxy.base(),
            &request("GET", &format!("{PREFIX}/status/{}", token(&opened)), &[], b""),
        )?;
        ensure(seen.is_some_and(|answer| answer.status == 200), "where they are served", &json!(told))?;
        steps.buyer(&opened, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        steps.both_notifications_acknowledged(&opened, &paid)?;
        Ok(())
    })
}

//= X-14 test
#[test]
fn no_other_path_leads_to_the_webhook_and_none_lets_an_unsigned_notification_in() -> Proof {
    with_prefix(|stand, proxy| {
        let opened = waiting(stand, "webhook")?;
        let before = Steps::on(stand).order(&opened.order)?;
        let (signed_inside, body) = (signature(stand, WEBHOOK, &opened.payment)?, body(&opened.payment));
        let public = format!("{PREFIX}{WEBHOOK}");
        let signed = signature(stand, &public, &opened.payment)?;
        for path in [WEBHOOK, public.as_str()] {
            for target in variants(path) {
                for base in [stand.merchant().base(), proxy.base()] {
                    let genuine = exchange(base, &notification(&target, &signed, &body))?;
                    is_not_acknowledged(&target, &genuine)?;
                }
            }
        }
        // Signed for the path behind the proxy, it was not signed for us, wherever it arrives.
        for (what, headers) in [("the inner path", &signed_inside), ("nothing", &Vec::new())] {
            for target in same(WEBHOOK).into_iter().chain(same(&public)) {
                for base in [stand.merchant().base(), proxy.base()] {
                    let forged = exchange(base, &notification(&target, headers, &body))?;
                    is_not_acknowledged(&format!("{target}, signed: {what}"), &forged)?;
                }
            }
        }
        let after = Steps::on(stand).order(&opened.order)?;
        ensure(after == before, "the order is as before", &after)?;

        let genuine = exchange(proxy.base(), &notification(&public, &signed, &body))?;
        let is_taken = genuine.as_ref().is_some_and(|answer| answer.status == 200);
        ensure(is_taken, "the genuine one is taken at its own path", &json!(format!("{genuine:?}")))?;
        let paid = Steps::on(stand).order(&opened.order)?;
        ensure(has_event(&paid, "PaymentSucceeded", &opened.payment), "and it counts", &paid)
    })
}

fn is_not_acknowledged(target: &str, answer: &Option<Reply>) -> Result<(), Failure> {
    let is_refused =
        answer.as_ref().is_none_or(|answer| answer.status >= 400 && !answer.body.contains("SUCCESS"));
    ensure(is_refused, "it is not acknowledged", &json!([target, format!("{answer:?}")]))
}

/// A success that the gateway's own key signed for this path; the program's own command signs it.
fn signature(stand: &Stand, path: &str, payment: &str) -> Result<Vec<(&'static str, String)>, Failure> {
    let file = stand.folder().join("body.json");
    std::fs::write(&file, body(payment))?;
    let (file, key) =
        (file.display().to_string(), stand.keys().join("antom_private.pem").display().to_string());
    let client = std::fs::read_to_string(stand.keys().join("client_id"))?.trim().to_owned();
    let time = stand.gateway().now()?;
    let arguments = [
        "sign",
        "--private-key",
        &key,
        "--path",
        path,
        "--client-id",
        &client,
        "--time",
        &time,
        "--body",
        &file,
    ];
    let signature = stand.run(&arguments)?.trim().to_owned();
    Ok(vec![("client-id", client), ("request-time", time), ("signature", signature)])
}

fn body(payment: &str) -> String {
    json!({
        "notifyType": "PAYMENT_RESULT",
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"},
        "paymentRequestId": payment,
        "paymentId": "20261122194010890100111111111111",
        "paymentAmount": {"currency": "USD", "value": "1000"},
        "paymentTime": "2026-11-22T01:30:00Z",
    })
    .to_string()
}

fn notification(target: &str, signed: &[(&'static str, String)], body: &str) -> Vec<u8> {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signed.iter().map(|(name, value)| (*name, value.as_str())));
    request("POST", target, &headers, body.as_bytes())
}

fn with_prefix(proof: impl FnOnce(&Stand, &Proxy) -> Result<(), Failure>) -> Proof {
    let proxy = Proxy::start(PREFIX)?;
    let public = format!("{}{PREFIX}", proxy.base());
    let options: StandOptions = quiet(&[("ANTOM__SERVER__PUBLIC_URL", &public)]);
    Stand::prove_with(&options, |stand| {
        proxy.stand_before(stand.merchant().base());
        proof(stand, &proxy)
    })
}
