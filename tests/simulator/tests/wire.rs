//! The judge's eye on the wire: what does not agree with the catalogue of messages, and what the gateway makes of it.
//! What a single value may be is tested beside the catalogue.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{Gateway, GatewaySettings, Operation};
use scene::{CLIENT, Scene, changed, code_of, pay, session, wallet};
use serde_json::{Value, json};

/// Path and kind of every verdict of the last call.
fn verdicts(gateway: &Gateway) -> Vec<(String, String)> {
    let journal = gateway.journal_view(None);
    let entry = journal["entries"].as_array().and_then(|entries| entries.last()).expect("an entry");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let listed = entry["verdicts"].as_array().expect("verdicts").iter();
    listed.map(|one| (text(&one["path"]), text(&one["kind"]))).collect()
}

fn message(answer: &Value) -> String {
    answer["result"]["resultMessage"].as_str().expect("a message").to_owned()
}

/// The verdicts on a `pay` with this one change, and the result code.
fn judged(path: &str, value: Value) -> (Vec<(String, String)>, String) {
    let mut scene = Scene::new();
    let code = scene.code(Operation::Pay, &changed(&pay("a1", ""), path, value));
    (verdicts(&scene.gateway), code)
}

fn finding(path: &str, kind: &str) -> Vec<(String, String)> {
    vec![(path.to_owned(), kind.to_owned())]
}

#[test]
fn a_request_as_the_documents_have_it_gets_no_verdict() {
    let mut scene = Scene::new();
    for (operation, request) in [
        (Operation::Pay, pay("a1", "MANUAL")),
        (Operation::Pay, wallet("w1")),
        (Operation::CreatePaymentSession, session("s1", "")),
    ] {
        scene.call(operation, &request);
        assert_eq!(verdicts(&scene.gateway), []);
    }
    assert_eq!(scene.gateway.verdicts_summary(), json!({"requests": 3, "withFindings": 0}));
}

#[test]
fn a_field_that_the_gateway_does_not_know_is_told_and_passed_over() {
    let (verdicts, code) = judged("paymentExpireTime", json!("2026-01-10T10:10:00+08:00"));
    assert_eq!(verdicts, finding("paymentExpireTime", "unknown_field"));
    assert_eq!(code, "PAYMENT_IN_PROCESS");
    let (verdicts, _) = judged("order.buyer.shoeSize", json!(44));
    assert_eq!(verdicts, finding("order.buyer.shoeSize", "unknown_field"));
}

#[test]
fn a_name_with_a_slip_in_it_gets_a_hint() {
    let mut scene = Scene::new();
    for (wrong, right) in [
        ("paymentExpireTime", Some("paymentExpiryTime")),
        ("paymentrequestid", Some("paymentRequestId")),
        ("appID", Some("appId")),
        ("weather", None),
    ] {
        scene.call(Operation::Pay, &changed(&pay(wrong, ""), wrong, json!("x")));
        let journal = scene.gateway.journal_view(None);
        let last = journal["entries"].as_array().and_then(|entries| entries.last()).expect("an entry");
        let detail = last["verdicts"][0]["detail"].as_str().expect("a detail");
        assert_eq!(detail.contains("meant"), right.is_some(), "{detail}");
        assert!(right.is_none_or(|right| detail.contains(&format!("is {right} meant"))), "{detail}");
    }
}

#[test]
fn the_strict_wire_refuses_unknown_fields_by_name() {
    let settings = GatewaySettings { strict_wire: true, ..GatewaySettings::default() };
    let mut scene = Scene::with(settings);
    let answer = scene.call(Operation::Pay, &changed(&pay("a1", ""), "order.shoeSize", json!(44)));
    assert_eq!(code_of(&answer), "PARAM_ILLEGAL");
    assert!(message(&answer).starts_with("order.shoeSize is not a field"), "{answer}");
    let twice = pay("a1", "").to_string().replacen('{', "{\"productCode\":\"CASHIER_PAYMENT\",", 1);
    let handled = scene.gateway.call(scene.now, CLIENT, Operation::Pay, twice.as_bytes());
    assert!(format!("{handled:?}").contains("productCode stands twice"), "{handled:?}");
    // Words of open enumerations may be newer than the catalogue.
    let brand = changed(&pay("a1", ""), "paymentMethod.funding", json!("LOAN"));
    assert_eq!(scene.code(Operation::Pay, &brand), "PAYMENT_IN_PROCESS");
}

#[test]
fn what_the_gateway_cannot_take_is_refused_with_every_field_named() {
    for (path, value, kind, hint) in [
        ("order.goods", json!([{"goodsName": 7}]), "wrong_type", "order.goods[0].goodsName is a number"),
        ("order.goods", json!({}), "wrong_type", "order.goods is an object, not a list"),
        ("order.goods", json!(vec![json!({}); 101]), "too_many_entries", "has 101 entries, at most 100"),
        ("order.shipping", json!("by sea"), "wrong_type", "order.shipping is a string, not an object"),
        ("order.shipping", json!({"shippingPhoneNo": "1".repeat(17)}), "too_long", "at most 16"),
        ("env.screenWidth", json!(1.5), "wrong_type", "env.screenWidth is a number, not an integer"),
        ("env.timeZoneOffset", json!("two"), "wrong_type", "env.timeZoneOffset is a string, not an integer"),
        ("paymentFactor.isAuthorization", json!(1), "wrong_type", "isAuthorization is a number"),
        ("order.orderDescription", json!("é".repeat(257)), "too_long", "has 257 characters, at most 256"),
        ("order.orderAmount.value", json!(1.0), "wrong_type", "is a number, not a string of digits"),
    ] {
        let mut scene = Scene::new();
        let answer = scene.call(Operation::Pay, &changed(&pay("a1", ""), path, value));
        assert_eq!(code_of(&answer), "PARAM_ILLEGAL", "{path}");
        assert!(message(&answer).contains(hint), "{answer}");
        assert_eq!(verdicts(&scene.gateway)[0].1, kind, "{path}");
        assert_eq!(scene.gateway.payment_views(None), Vec::<Value>::new(), "nothing has happened");
    }
    let both = changed(
        &changed(&pay("a1", ""), "env.osVersion", json!(12)),
        "order.transit",
        json!({"legs": [{"carrierNo": []}]}),
    );
    let answer = Scene::new().call(Operation::Pay, &both);
    assert_eq!(
        message(&answer),
        "env.osVersion is a number, not a string; order.transit.legs[0].carrierNo is a list, not a string"
    );
}

#[test]
fn what_is_right_in_another_form_is_right() {
    for (path, value) in [
        ("order.orderDescription", json!("é".repeat(256))),
        ("paymentFactor.isAuthorization", json!("true")),
        ("env.timeZoneOffset", json!("-120")),
        ("env.colorDepth", json!(24)),
        ("env.colorDepth", json!("24")),
        ("order.goods", json!([{"goodsQuantity": 2}, {"goodsQuantity": "2"}])),
        ("order.shipping", Value::Null),
        ("paymentMethod.paymentMethodMetaData", json!({"is3DSAuthentication": "false", "cvv": "1234"})),
    ] {
        let (verdicts, code) = judged(path, value);
        assert_eq!((verdicts, code.as_str()), (vec![], "PAYMENT_IN_PROCESS"), "{path}");
    }
}

#[test]
fn words_that_no_list_has_and_amounts_as_numbers_are_told_and_let_pass() {
    let (verdicts, code) = judged("paymentMethod.funding", json!("LOAN"));
    assert_eq!(
        (verdicts, code.as_str()),
        (finding("paymentMethod.funding", "unlisted_value"), "PAYMENT_IN_PROCESS")
    );
    let (verdicts, code) = judged("order.orderAmount.value", json!(4_200));
    assert_eq!(
        (verdicts, code.as_str()),
        (finding("order.orderAmount.value", "unquoted_amount"), "PAYMENT_IN_PROCESS")
    );
}

#[test]
fn what_a_card_payment_says_about_its_card_is_looked_at_and_what_others_say_is_not() {
    let data = "paymentMethod.paymentMethodMetaData";
    let (verdicts, code) = judged(data, json!({"is3DSAuthentification": true}));
    let place = format!("{data}.is3DSAuthentification");
    assert_eq!((verdicts, code.as_str()), (finding(&place, "unknown_field"), "PAYMENT_IN_PROCESS"));
    let mut scene = Scene::new();
    let request = changed(&wallet("w1"), data, json!({"is3DSAuthentification": true, "anything": [1]}));
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
    assert_eq!(verdicts_of(&scene), []);
}

fn verdicts_of(scene: &Scene) -> Vec<(String, String)> {
    verdicts(&scene.gateway)
}

#[test]
fn a_name_that_stands_twice_is_told() {
    let mut scene = Scene::new();
    let twice = pay("a1", "").to_string().replacen('{', "{\"productCode\":\"OTHER\",", 1);
    let handled = scene.gateway.call(scene.now, CLIENT, Operation::Pay, twice.as_bytes());
    assert!(format!("{handled:?}").contains("PAYMENT_IN_PROCESS"), "the later one counts");
    assert_eq!(verdicts_of(&scene), finding("productCode", "duplicate_field"));
}

#[test]
fn verdicts_are_counted_by_client_operation_and_field() {
    let mut scene = Scene::new();
    let goods = |count: usize| json!(vec![json!({"colour": "red"}); count]);
    scene.call(Operation::Pay, &changed(&pay("a1", ""), "order.goods", goods(3)));
    scene.call(Operation::Pay, &changed(&pay("a2", ""), "order.goods", goods(2)));
    scene.call(Operation::Pay, &pay("a3", ""));
    let now = scene.now;
    scene.gateway.call(now, "OTHER", Operation::Cancel, br#"{"paymentId": 7}"#);
    let view = scene.gateway.verdicts_view(Some(CLIENT));
    assert_eq!((&view["requests"], &view["withFindings"]), (&json!(3), &json!(2)));
    assert_eq!(view["kinds"], json!({"unknown_field": 5}));
    let one = &view["findings"][0];
    assert_eq!((&one["path"], &one["count"]), (&json!("order.goods[].colour"), &json!(5)));
    let all = scene.gateway.verdicts_view(None);
    assert_eq!(all["kinds"], json!({"unknown_field": 5, "wrong_type": 1}));
    assert_eq!(scene.gateway.verdicts_summary(), json!({"requests": 4, "withFindings": 3}));
    scene.gateway.reset();
    assert_eq!(scene.gateway.verdicts_summary(), json!({"requests": 0, "withFindings": 0}));
}

#[test]
fn a_client_that_invents_fields_without_end_fills_neither_the_journal_nor_the_memory() {
    let mut scene = Scene::new();
    let mut request = pay("a1", "");
    for number in 0..100_000 {
        request[format!("field{number}")] = json!(1);
    }
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
    let journal = verdicts_of(&scene);
    assert_eq!((journal.len(), journal[50].1.as_str()), (51, "more"));
    for number in 0..100 {
        let mut request = pay("a1", "");
        for field in 0..50 {
            request[format!("field{number}x{field}")] = json!(1);
        }
        scene.call(Operation::Pay, &request);
    }
    let view = scene.gateway.verdicts_view(None);
    assert_eq!(view["findings"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(view["notListed"], json!(50 + 5_000 - 1_000));
}

#[test]
fn an_error_scenario_answers_whatever_the_body_is_and_the_verdicts_are_noted_all_the_same() {
    let mut scene = Scene::new();
    let input = json!({"api": "pay", "resultCode": "RISK_REJECT", "minutes": 30});
    scene.gateway.start_scenario(scene.now, input).expect("a scenario");
    assert_eq!(scene.code(Operation::Pay, &json!({"paymentRequestId": 5})), "RISK_REJECT");
    assert_eq!(verdicts_of(&scene), finding("paymentRequestId", "wrong_type"));
}

#[test]
fn bodies_that_are_no_requests_are_refused_for_what_they_are() {
    let mut scene = Scene::new();
    for (body, hint) in [
        ("", "the body is empty"),
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("\"pay\"", "not a JSON object"),
    ] {
        let handled = scene.gateway.call(scene.now, CLIENT, Operation::Pay, body.as_bytes());
        let text = format!("{handled:?}");
        assert!(text.contains("PARAM_ILLEGAL") && text.contains(hint), "{text}");
    }
    let handled = scene.gateway.call(scene.now, CLIENT, Operation::Pay, b"{\"a\": \"\xff\"}");
    assert!(format!("{handled:?}").contains("not UTF-8"));
}
