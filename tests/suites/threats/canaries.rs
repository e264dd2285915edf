//! Card data and secrets through every route, in every place that a request has: afterwards they are searched in every
//! answer, in everything that the service printed at its most talkative, and in every file that it wrote.
//! Data that the books must hold, such as a session for the buyer's browser, may stand there and nowhere else.

use std::path::Path;

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::text_at;
use antom_tests::wire::{Reply, exchange, request};
use antom_tests::{Failure, Proof, Stand, ensure};
use serde_json::{Map, Value, json};

use crate::routes::{Door, ROUTES, Route};
use crate::{quiet, token, waiting};

/// No card: the check digit is right, the issuer does not exist.
const CARD: &str = "9999412345678909";
const CVV: &str = "cvv-4927-canary";
const SECRET: &str = "isak_LIVE_canary_f00dfeed";
const CANARIES: [&str; 3] = [CARD, CVV, SECRET];
/// What card data is called, in several hands.
const CARD_NAMES: [&str; 12] = [
    "cardNo",
    "card_number",
    "CardNumber",
    "card-no",
    "PAN",
    "cvv",
    "CVC",
    "cvv2",
    "securityCode",
    "expiryMonth",
    "expiry_year",
    "expirationDate",
];

#[test]
fn card_data_and_secrets_that_are_sent_anywhere_are_found_nowhere_afterwards() -> Proof {
    Stand::prove_with(&quiet(&[("ANTOM__LOG__LEVEL", "trace")]), |stand| {
        let opened = waiting(stand, "canary")?;
        let key = std::fs::read_to_string(stand.keys().join("api_key"))?.trim().to_owned();
        let before = Steps::on(stand).order(&opened.order)?;
        let admin = stand.service().told("admin")?.to_owned();
        let mut tried = 0;
        for route in &ROUTES {
            let base = if route.door == Door::Admin { &admin } else { stand.merchant().base() };
            let path = route.path_of(&opened.order, &opened.payment, token(&opened));
            for (what, bytes) in requests(route, &path, &key) {
                let answer = exchange(base, &bytes)?;
                let seen = || json!([route.method, route.path, what, format!("{answer:?}")]);
                if let Some(answer) = &answer {
                    ensure(answer.status < 500, "it is no failure of ours", &seen())?;
                    ensure(!says(answer, &CANARIES), "nothing of it is in the answer", &seen())?;
                }
                tried += 1;
            }
        }
        ensure(tried > 500, "every place was tried", &json!(tried))?;
        let after = Steps::on(stand).order(&opened.order)?;
        ensure(after == before, "the order is as before", &after)?;
        is_nowhere(stand, &CANARIES)
    })
}

//= P-1 test
#[test]
fn card_data_is_refused_by_its_name_wherever_it_stands() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let opened = waiting(stand, "named")?;
        let journal = stand.gateway().journal_length()?;
        // The stand's key has not the scope `admin`, whose routes take an empty body.
        let is_open = |route: &&Route| matches!(route.door, Door::Key(scope) if scope != "admin");
        for route in posts().filter(is_open) {
            let path = route.path_of(&opened.order, &opened.payment, "");
            for name in CARD_NAMES {
                for place in places(&route.body()) {
                    let body = with_member(&route.body(), &place, name, &json!(CARD));
                    let answer = stand.merchant().post(&path, &body)?;
                    answer.expect_problem(400, "invalid_request")?;
                    let field = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
                    answer.expect_field(&field)?;
                    let says_why = answer.text.contains("card data must not be sent here");
                    ensure(says_why, "it says why", &answer.json)?;
                }
            }
        }
        ensure(stand.gateway().journal_length()? == journal, "the gateway was not called", &json!(journal))
    })
}

#[test]
fn no_key_token_or_session_of_a_payment_is_printed_and_no_key_is_stored() -> Proof {
    Stand::prove_with(&quiet(&[("ANTOM__LOG__LEVEL", "trace")]), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("secrets", "1000")?;
        let opened = steps.open_session(&order, "MANUAL")?;
        let hosted = steps.create_order("secrets", "1000")?;
        let hosted = steps.open_hosted(&hosted, "MANUAL")?;
        steps.buyer(&opened, "success")?;
        stand.gateway().wait_for_acknowledged(&[&opened.payment], "PAYMENT_RESULT")?;
        stand.merchant().capture(&opened.payment, None)?.expect_status("it is captured", &[200, 202])?;
        steps.wait_until_shippable(&order)?;
        let body = json!({"integration": "hosted", "paymentMethodType": "CARD", "terminalType": "WEB",
            "card": {"cardToken": "card-token-canary-5511", "recurringType": "UNSCHEDULED"}});
        let third = steps.create_order("secrets", "1000")?;
        stand.merchant().open_payment(&third, &body)?;

        let keys = stand.keys();
        let read = |name: &str| std::fs::read_to_string(keys.join(name)).map(|text| text.trim().to_owned());
        let pem = read("merchant_private.pem")?;
        let line = pem.lines().nth(3).unwrap_or_default().to_owned();
        ensure(line.len() == 64, "a line of the private key is known", &json!(line.len()))?;
        let never = [read("api_key")?, read("gateway_api_key")?, line];
        is_nowhere(stand, &never.each_ref().map(String::as_str))?;

        let session = text_at(&opened.answer, "/session/paymentSessionData").to_owned();
        let url = text_at(&hosted.answer, "/redirect/normalUrl").to_owned();
        ensure(!session.is_empty() && !url.is_empty(), "both were handed out", &hosted.answer)?;
        let session = session.get(..60).unwrap_or(&session);
        let unprinted = [session, &url, token(&opened), token(&hosted), "card-token-canary-5511"];
        is_not_printed(stand, &unprinted)
    })
}

/// What the gateway needs to know of a buyer passes through; with a data key it stands nowhere in the clear, whatever was done
/// with the payment.
#[test]
fn with_a_data_key_buyers_data_are_printed_and_stored_nowhere() -> Proof {
    const BUYER: [&str; 5] =
        ["Zephyrine", "zephyrine@canary.example", "999555123456", "buyer-canary-77", "7 Canary Wharf"];
    /// 32 times the same byte: nobody's key.
    const DATA_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let settings = [("ANTOM__LOG__LEVEL", "trace"), ("ANTOM__DATABASE__DATA_KEY", DATA_KEY)];
    Stand::prove_with(&quiet(&settings), |stand| {
        let [name, email, phone, reference, street] = BUYER;
        let steps = Steps::on(stand);
        let order = stand.next_order_id("personal");
        let mut body = antom_tests::merchant::order_body(&order, "1000");
        body["description"] = json!("a cage for canaries");
        body["buyer"] = json!({"referenceBuyerId": reference, "buyerName": {"firstName": name},
            "buyerEmail": email, "buyerPhoneNo": phone});
        stand.merchant().create_order(&body)?.expect_status("the order is created", &[201])?;
        let payment = json!({"integration": "hosted", "paymentMethodType": "CARD", "terminalType": "WEB",
            "clientIp": "203.0.113.77", "card": {"billingAddress": {"address1": street, "city": "London", "region": "GB"}}});
        let answer = stand.merchant().open_payment(&order, &payment)?;
        let answer = answer.expect_status("it is opened", &[200, 201])?;
        let opened = Opened { payment: text_at(&answer, "/paymentRequestId").to_owned(), order, answer };
        steps.buyer(&opened, "success")?;
        stand.gateway().wait_for_acknowledged(&[&opened.payment], "PAYMENT_RESULT")?;
        let shown = steps.order(&opened.order)?;
        let card_no = text_at(&shown, "/attempts/0/details/cardNo").to_owned();
        ensure(!card_no.is_empty(), "the card is known", &shown)?;
        let url = text_at(&opened.answer, "/redirect/normalUrl").to_owned();
        ensure(!url.is_empty(), "an address was handed out", &opened.answer)?;
        let more = ["a cage for canaries", "203.0.113.77", &card_no, &url, DATA_KEY];
        is_nowhere(stand, &[&BUYER[..], &more].concat())
    })
}

fn posts() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.method == "POST")
}

/// Every way to send the canaries to a route.
fn requests(route: &Route, path: &str, key: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bearer = format!("Bearer {key}");
    let usual = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let valid = route.body();
    let body = if route.method == "POST" { valid.to_string() } else { String::new() };
    // Refused for another reason, so that nothing else keeps the canary out.
    let unknown = if route.method == "POST" { "{\"unknown\":1}" } else { "" };
    let send = |target: &str, more: &[(&str, &str)], body: &str| {
        let headers: Vec<_> = usual.iter().chain(more).copied().collect();
        request(route.method, target, &headers, body.as_bytes())
    };
    let mut all = Vec::new();
    for canary in CANARIES {
        for name in ["cardNo", "cvv", "key", "cursor", "phase", "limit", canary] {
            all.push(("the query", send(&format!("{path}?{name}={canary}"), &[], unknown)));
        }
        all.push(("a segment of the path", send(&format!("{path}/{canary}"), &[], unknown)));
        let told = route.path.replace("{id}", canary).replace("{token}", canary);
        all.push(("the id", send(&told, &[], unknown)));
        for name in [
            "x-card-no",
            "cookie",
            "user-agent",
            "referer",
            "idempotency-key",
            "x-request-id",
            "traceparent",
            canary,
        ] {
            all.push(("a header", send(path, &[(name, canary)], unknown)));
        }
        let signature = format!("algorithm=RSA256,keyVersion=1,signature={canary}");
        let forged = [("client-id", canary), ("request-time", canary), ("signature", &signature)];
        all.push(("the signed headers", send(path, &forged, unknown)));
        let wrong = [("authorization", canary), ("content-type", canary)];
        all.push(("a wrong key", request(route.method, path, &wrong, body.as_bytes())));
        let wrong = format!("Bearer {canary}");
        all.push(("a wrong key", request(route.method, path, &[("authorization", &wrong)], body.as_bytes())));
        if route.method == "POST" {
            all.extend(bodies(&valid, canary).into_iter().map(|(what, body)| (what, send(path, &[], &body))));
        }
    }
    all
}

fn bodies(valid: &Value, canary: &str) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for place in places(valid) {
        let mut put = |what, name: &str, value: Value| {
            all.push((what, with_member(valid, &place, name, &value).to_string()))
        };
        CARD_NAMES.iter().for_each(|name| put("card data", name, json!(canary)));
        put("an unknown member", "note", json!(canary));
        put("an unknown member", "secret", json!({"deep": [{"deeper": canary}]}));
        put("metadata", "metadata", json!({"note": canary, "cardNo": canary}));
        put(
            "the gateway's own place",
            "paymentMethod",
            json!({"paymentMethodMetaData": {"cardNo": canary, "cvv": canary}}),
        );
        // A name that nobody knows is told, since it is what has to be corrected; unless it looks like a card number.
        if canary == CARD {
            put("the name of a member", canary, json!(1));
            put("the name of a member", &format!("x{canary}x"), json!({canary: canary}));
        }
    }
    for (name, _) in valid.as_object().into_iter().flatten() {
        let mut body = valid.clone();
        for value in
            [json!([canary]), json!({"x": canary}), json!({"value": [canary]}), json!({"cvv": canary})]
        {
            body[name] = value;
            all.push(("a wrong type", body.to_string()));
        }
    }
    all.push(("a text", json!(canary).to_string()));
    all.push(("no JSON", format!("{{\"cardNo\": {canary}")));
    all.push(("a form", format!("cardNo={canary}&cvv={canary}")));
    all
}

/// The objects of a body: the body itself, and one that it has, or could have, inside.
fn places(body: &Value) -> Vec<String> {
    let objects = body.as_object().into_iter().flatten().filter(|(_, value)| value.is_object());
    let mut places: Vec<String> = objects.map(|(name, _)| name.clone()).collect();
    places.extend([
        String::new(),
        "card".to_owned(),
        "card.billingAddress".to_owned(),
        "metadata".to_owned(),
    ]);
    places
}

fn with_member(body: &Value, place: &str, name: &str, value: &Value) -> Value {
    let mut body = body.clone();
    let inner =
        place.split('.').filter(|part| !part.is_empty()).fold(&mut body, |inner, part| &mut inner[part]);
    if inner.is_null() {
        *inner = Value::Object(Map::new());
    }
    inner[name] = value.clone();
    body
}

fn says(answer: &Reply, words: &[&str]) -> bool {
    let heads = answer.headers.iter().flat_map(|(name, value)| [name, value]);
    words.iter().any(|word| answer.body.contains(word) || heads.clone().any(|text| text.contains(word)))
}

/// Neither printed nor in any file of the service.
fn is_nowhere(stand: &mut Stand, words: &[&str]) -> Result<(), Failure> {
    is_not_printed(stand, words)?;
    // Ended in good order, so that everything that it would write is written.
    stand.service().terminate()?;
    is_not_printed(stand, words)?;
    for word in words {
        let files = files_with(stand, word)?;
        ensure(files.is_empty(), "no file holds it", &json!([word, files]))?;
    }
    Ok(())
}

fn is_not_printed(stand: &mut Stand, words: &[&str]) -> Result<(), Failure> {
    let log = text_of(&stand.folder().join("antom.log"))?;
    ensure(log.contains("\"level\":\"TRACE\""), "the service says all that it can say", &Value::Null)?;
    let printed = stand.service().printed_later().concat();
    for word in words {
        let line = log.lines().find(|line| line.contains(word));
        ensure(line.is_none(), "it is not in the log", &json!([word, line]))?;
        ensure(!printed.contains(word), "it is not printed", &json!(printed))?;
    }
    Ok(())
}

/// The names of the service's files, the database with all its parts and the log, that hold a word.
fn files_with(stand: &Stand, word: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(stand.folder())? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && name.starts_with("antom.") && text_of(&path)?.contains(word) {
            found.push(name);
        }
    }
    Ok(found)
}

fn text_of(file: &Path) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&std::fs::read(file)?).into_owned())
}

/// A search that finds nothing anywhere would prove nothing.
#[test]
fn what_the_books_do_hold_is_found_by_the_same_search() -> Proof {
    Stand::prove_with(&quiet(&[("ANTOM__LOG__LEVEL", "trace")]), |stand| {
        let opened = waiting(stand, "searched")?;
        let files = files_with(stand, &opened.payment)?;
        let has = |start: &str| files.iter().any(|name| name.starts_with(start));
        ensure(
            has("antom.sqlite") && has("antom.log"),
            "it is in the database and in the log",
            &json!(files),
        )?;
        let refused = is_not_printed(stand, &[&opened.payment]);
        ensure(refused.is_err(), "and that is told", &json!(files))
    })
}
