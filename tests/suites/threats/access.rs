//! Every route with no key, a wrong key, a key without the scope, and another order's token.
//! Keys are found and compared in the service; which scope a route needs is told by the table.

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Answer, Call, text_at};
use antom_tests::wire::{Reply, exchange, request};
use antom_tests::{Failure, Proof, Stand, ensure};
use serde_json::{Value, json};

use crate::routes::{Door, KEYS, ROUTES, Route};
use crate::{quiet, token, waiting};

/// Keyed routes, with the scope of each.
fn keyed() -> impl Iterator<Item = (&'static Route, &'static str)> {
    ROUTES.iter().filter_map(|route| match route.door {
        Door::Key(scope) => Some((route, scope)),
        Door::Token | Door::Anyone | Door::Signature | Door::Admin => None,
    })
}

/// What the books and the gateway know; equal before and after whatever had no effect.
fn everything(stand: &Stand) -> Result<Value, Failure> {
    let orders = stand.merchant().orders("")?.expect_status("the orders are listed", &[200])?;
    let mut shown = Vec::new();
    for order in antom_tests::http::list_at(&orders, "/orders") {
        shown.push(Steps::on(stand).order(text_at(order, "/referenceOrderId"))?);
    }
    Ok(json!([orders, shown, stand.gateway().journal_length()?]))
}

#[test]
fn without_a_right_key_no_route_of_the_merchant_opens_and_nothing_changes() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let victim = waiting(stand, "victim")?;
        let other = waiting(stand, "other")?;
        let right = std::fs::read_to_string(stand.keys().join("api_key"))?.trim().to_owned();
        let secrets = wrong_headers(stand, &right, &other)?;
        let before = everything(stand)?;
        for (route, _) in keyed() {
            let path = route.path_of(&victim.order, &victim.payment, "");
            for values in &secrets {
                let headers: Vec<_> = values.iter().map(|value| ("authorization", value.as_str())).collect();
                is_problem(&ask(stand, route, &path, &headers)?, 401, "unauthorized")?;
            }
            for query in ["key", "api_key", "access_token", "authorization"] {
                let path = format!("{path}?{query}={right}");
                is_problem(&ask(stand, route, &path, &[])?, 401, "unauthorized")?;
            }
            let names = [
                "x-api-key",
                "proxy-authorization",
                "cookie",
                "x-forwarded-user",
                "x-original-authorization",
            ];
            for name in names {
                let answer = ask(stand, route, &path, &[(name, &format!("Bearer {right}"))])?;
                is_problem(&answer, 401, "unauthorized")?;
            }
        }
        let after = everything(stand)?;
        ensure(after == before, "books and gateway are as before", &after)
    })
}

/// Wrong in every way that a stranger may try first; each is the list of the `authorization` headers of one request.
fn wrong_headers(stand: &Stand, right: &str, other: &Opened) -> Result<Vec<Vec<String>>, Failure> {
    let config = std::fs::read_to_string(stand.keys().join("antom.toml"))?;
    let hash = config.split("sha256 = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    ensure(hash.len() == 64, "the configuration holds the hash of the key", &json!(hash))?;
    let gateway = std::fs::read_to_string(stand.keys().join("gateway_api_key"))?;
    let cut = right.get(..right.len() - 1).unwrap_or_default();
    let wrong = [
        "",
        "x",
        hash,
        cut,
        &format!("{right}x"),
        &right.to_uppercase(),
        &format!("{right} {right}"),
        &format!("\"{right}\""),
        gateway.trim(),
        token(other),
        &other.payment,
        "null",
        "undefined",
        "*",
        "%",
        "' OR '1'='1",
        &"k".repeat(8_000),
    ]
    .map(|key| vec![format!("Bearer {key}")]);
    let mut all: Vec<Vec<String>> = vec![Vec::new(), vec![String::new()], vec!["Bearer".to_owned()]];
    all.extend(wrong);
    all.extend(["Basic", "Token", "Digest", "Negotiate"].map(|scheme| vec![format!("{scheme} {right}")]));
    all.push(vec![right.to_owned()]);
    // Which of two counts is a matter of taste, and tastes of proxies differ.
    all.push(vec![format!("Bearer {right}"), "Bearer x".to_owned()]);
    all.push(vec!["Bearer x".to_owned(), format!("Bearer {right}")]);
    Ok(all)
}

#[test]
fn a_key_without_the_scope_opens_no_route_and_nothing_changes() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        stand.add_keys(&KEYS)?;
        let victim = waiting(stand, "victim")?;
        let before = everything(stand)?;
        for (route, scope) in keyed() {
            let path = route.path_of(&victim.order, &victim.payment, "");
            for (key, ..) in KEYS.iter().filter(|(_, has, _)| *has != scope) {
                let answer = ask(stand, route, &path, &[("authorization", &format!("Bearer {key}"))])?;
                is_problem(&answer, 403, "forbidden")?;
                let names_it = text_at(&answer.json(), "/detail").contains(&format!("`{scope}`"));
                ensure(names_it, "the missing scope is named", &json!([route.method, path, answer.body]))?;
            }
        }
        let after = everything(stand)?;
        ensure(after == before, "books and gateway are as before", &after)?;
        for (route, scope) in keyed() {
            let key = KEYS.iter().find(|(_, has, _)| *has == scope).map_or("", |(key, ..)| key);
            let path = route.path_of("no-order", "no-payment", "");
            let answer = ask(stand, route, &path, &[("authorization", &format!("Bearer {key}"))])?;
            let seen = json!([route.method, path, answer.status, answer.body]);
            ensure(![401, 403].contains(&answer.status), "the scope itself opens it", &seen)?;
        }
        Ok(())
    })
}

#[test]
fn a_token_shows_its_own_attempt_and_opens_nothing_else() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let (paid, open) = (waiting(stand, "paid")?, waiting(stand, "open")?);
        Steps::on(stand).buyer(&paid, "success")?;
        stand.merchant().inquire(&paid.payment)?.expect_status("the payment is asked about", &[200, 202])?;
        Steps::on(stand).wait_until_shippable(&paid.order)?;
        let told = |token: &str| status(stand, token);
        ensure(
            text_at(&told(token(&paid))?.json, "/status") == "paid",
            "the paid one is paid",
            &Value::Null,
        )?;
        let other = told(token(&open))?;
        ensure(text_at(&other.json, "/status") == "processing", "the other one is not", &other.json)?;

        for route in ROUTES.iter().filter(|route| route.door == Door::Token) {
            for wrong in wrong_tokens(&paid, &open) {
                let path = route.path_of("", "", &wrong);
                let answer = ask(stand, route, &path, &[])?;
                let seen = json!([route.method, path, answer.status, answer.body]);
                ensure([400, 404].contains(&answer.status), "it names no attempt", &seen)?;
                let tells = ["paid", "processing", "failed", &paid.order]
                    .iter()
                    .any(|word| answer.body.contains(word));
                ensure(!tells, "and nothing is told", &seen)?;
            }
        }
        // As an id, and for whoever has a key, a token is nothing either.
        // The usual key has not the scope of operators.
        let usual = || keyed().filter(|(_, scope)| *scope != "admin");
        for (route, _) in usual().filter(|(route, _)| route.path.contains("{id}")) {
            let path = route.path_of(token(&paid), token(&paid), "");
            stand.merchant().send(with_body(route, &path))?.expect_problem(404, "not_found")?;
        }
        for (route, _) in keyed().filter(|(route, _)| route.path.starts_with("/v1/payments/{id}")) {
            let path = route.path_of("", &paid.order, "");
            stand.merchant().send(with_body(route, &path))?.expect_problem(404, "not_found")?;
        }
        Ok(())
    })
}

fn status(stand: &Stand, token: &str) -> Result<Answer, Failure> {
    stand.merchant().send_without_key(Call::new("GET", &format!("/status/{token}")))
}

fn wrong_tokens(paid: &Opened, open: &Opened) -> Vec<String> {
    let token = token(paid);
    let cut = token.get(..token.len() - 1).unwrap_or_default();
    let swapped = token.to_uppercase();
    let mut wrong: Vec<String> = [
        &paid.order,
        &paid.payment,
        &open.payment,
        cut,
        "%25",
        "_",
        "*",
        "..",
        "%2e%2e",
        "%00",
        "%ff",
        "null",
        "0",
    ]
    .map(str::to_owned)
    .to_vec();
    wrong.extend([format!("{token}%00"), format!("{token}%20"), format!("{token}'"), format!("{cut}_")]);
    wrong.extend((swapped != token).then_some(swapped));
    wrong
}

#[test]
fn what_the_admin_listener_shows_is_not_shown_at_the_public_one_and_the_other_way_round() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let victim = waiting(stand, "victim")?;
        let admin = stand.service().told("admin")?.to_owned();
        for route in &ROUTES {
            let path = route.path_of(&victim.order, &victim.payment, token(&victim));
            let other = if route.door == Door::Admin { stand.merchant().base() } else { &admin };
            let answer = exchange(other, &request(route.method, &path, &[], b""))?;
            let status = answer.map(|answer| answer.status);
            let seen = json!([route.method, path, status]);
            ensure(status == Some(404), "the other listener does not know it", &seen)?;
        }
        Ok(())
    })
}

#[test]
fn another_method_opens_no_route() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let victim = waiting(stand, "victim")?;
        let before = everything(stand)?;
        let key = std::fs::read_to_string(stand.keys().join("api_key"))?;
        let bearer = [("authorization", format!("Bearer {}", key.trim()))];
        let bearer = bearer.each_ref().map(|(name, value)| (*name, value.as_str()));
        for route in ROUTES.iter().filter(|route| route.door != Door::Admin) {
            let path = route.path_of(&victim.order, &victim.payment, token(&victim));
            for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "Post"] {
                let answer = exchange(stand.merchant().base(), &request(method, &path, &bearer, b"{}"))?;
                let is_refused = answer.as_ref().is_some_and(|answer| answer.status == 405);
                ensure(is_refused, "it is not allowed", &json!([method, path, format!("{answer:?}")]))?;
            }
            for name in ["x-http-method-override", "x-method-override", "x-http-method"] {
                if route.door != Door::Token {
                    let answer = ask(stand, route, &path, &[(name, "GET")])?;
                    let seen = json!([route.method, path, name, answer.status]);
                    ensure(answer.status >= 400, "the method is the one of the request", &seen)?;
                }
            }
        }
        let after = everything(stand)?;
        ensure(after == before, "books and gateway are as before", &after)
    })
}

fn with_body<'a>(route: &Route, path: &'a str) -> Call<'a> {
    let call = Call::new(route.method, path);
    if route.method == "POST" { call.json(&route.body()) } else { call }
}

/// Over a connection of its own: whoever is refused before his body is read cannot go on with the same one.
fn ask(stand: &Stand, route: &Route, path: &str, more: &[(&str, &str)]) -> Result<Reply, Failure> {
    let is_post = route.method == "POST";
    let body = if is_post { route.body().to_string() } else { String::new() };
    let kind = is_post.then_some(("content-type", "application/json"));
    let headers: Vec<_> = kind.iter().chain(more).copied().collect();
    let answer = exchange(stand.merchant().base(), &request(route.method, path, &headers, body.as_bytes()))?;
    answer.ok_or_else(|| Failure::step("there is an answer", path))
}

fn is_problem(answer: &Reply, status: u16, code: &str) -> Result<(), Failure> {
    let is_problem = answer.header("content-type").starts_with("application/problem+json");
    let is_it = answer.status == status && text_at(&answer.json(), "/code") == code;
    ensure(is_problem && is_it, &format!("it is refused as {code}"), &json!(format!("{answer:?}")))
}
