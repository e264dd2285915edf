//! `updateAmount`: raising an authorization, and what captures, cancels and expiry make of it.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::*;

fn raise(id: &str, payment_id: &str, value: &str) -> Value {
    json!({"updateRequestId": id, "paymentId": payment_id, "amount": {"currency": "SGD", "value": value}})
}

/// A manual authorization of 4200 that the merchant knows of.
fn authorized(scene: &mut Scene) -> String {
    let payment_id = scene.authorized("a1", "MANUAL");
    scene.advance(10);
    scene.received.clear();
    payment_id
}

fn increments(scene: &mut Scene, payment_id: &str) -> Vec<Value> {
    let answer = scene.call(Operation::InquiryPayment, &json!({"paymentId": payment_id}));
    let entries = answer["transactions"].as_array().cloned().unwrap_or_default();
    entries.into_iter().filter(|entry| entry["transactionType"] == "INCREMENTAL").collect()
}

fn told(scene: &Scene) -> Vec<Value> {
    let bodies = scene.received.iter().map(|(_, send)| body_of(send));
    bodies.filter(|body| body["notifyType"] == "UPDATE_AMOUNT_RESULT").collect()
}

#[test]
fn a_raise_is_taken_on_first_and_its_outcome_is_told_later() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    let answer = scene.call(Operation::UpdateAmount, &raise("u1", &payment_id, "5000"));
    assert_eq!(code_of(&answer), "SUCCESS");
    assert_eq!((&answer["updateRequestId"], &answer["paymentId"]), (&json!("u1"), &json!(payment_id)));
    assert_eq!(answer["amount"], json!({"currency": "SGD", "value": "5000"}));
    let entry = increments(&mut scene, &payment_id)[0].clone();
    assert_eq!(
        (&entry["transactionStatus"], &entry["transactionResult"]["resultStatus"]),
        (&json!("PROCESSING"), &json!("U"))
    );
    assert_eq!(scene.attempt("a1")["authorized"], "4200", "not raised yet");
    scene.advance(2);
    let entry = increments(&mut scene, &payment_id)[0].clone();
    assert_eq!(
        (&entry["transactionStatus"], &entry["transactionRequestId"]),
        (&json!("SUCCESS"), &json!("u1"))
    );
    assert_eq!(entry["transactionAmount"], json!({"currency": "SGD", "value": "5000"}));
    assert_eq!(entry["transactionResult"]["resultStatus"], "S");
    let attempt = scene.attempt("a1");
    assert_eq!((&attempt["authorized"], &attempt["held"]), (&json!("5000"), &json!("5000")));
    let news = told(&scene);
    assert_eq!(news.len(), 1);
    assert_eq!((&news[0]["updateRequestId"], &news[0]["paymentId"]), (&json!("u1"), &json!(payment_id)));
    assert_eq!(news[0]["result"]["resultStatus"], "S");
    assert_eq!(news[0]["paymentAmount"]["value"], "5000");
    let inquiry = scene.call(Operation::InquiryPayment, &json!({"paymentId": payment_id}));
    assert_eq!(inquiry["paymentAmount"]["value"], "4200", "what was asked for at first");
}

#[test]
fn the_same_request_changes_nothing_more_and_another_one_under_its_id_is_refused() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    let request = raise("u1", &payment_id, "5000");
    assert_eq!(scene.code(Operation::UpdateAmount, &request), "SUCCESS");
    assert_eq!(scene.code(Operation::UpdateAmount, &request), "SUCCESS");
    scene.advance(2);
    assert_eq!(scene.code(Operation::UpdateAmount, &request), "SUCCESS");
    assert_eq!(scene.violations(), json!([]));
    let other = raise("u1", &payment_id, "6000");
    assert_eq!(scene.code(Operation::UpdateAmount, &other), "REPEAT_REQ_INCONSISTENT");
    scene.advance(2);
    assert_eq!(increments(&mut scene, &payment_id).len(), 1);
    assert_eq!(scene.attempt("a1")["authorized"], "5000");
    assert_eq!(scene.violations(), json!([{"rule": "same_id_other_content", "id": "u1"}]));
    assert_eq!(told(&scene).len(), 1);
}

#[test]
fn the_raised_sum_and_no_more_can_be_captured() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    scene.call(Operation::UpdateAmount, &raise("u1", &payment_id, "5000"));
    let early = capture("c1", &payment_id, "5000");
    assert_eq!(scene.code(Operation::Capture, &early), "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT", "not raised yet");
    scene.advance(2);
    let over = capture("c2", &payment_id, "5001");
    assert_eq!(scene.code(Operation::Capture, &over), "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT");
    assert_eq!(scene.code(Operation::Capture, &capture("c3", &payment_id, "5000")), "CAPTURE_IN_PROCESS");
    scene.advance(2);
    let attempt = scene.attempt("a1");
    assert_eq!((&attempt["captured"], &attempt["held"]), (&json!("5000"), &json!("5000")));
    let late = raise("u2", &payment_id, "6000");
    assert_eq!(scene.code(Operation::UpdateAmount, &late), "INCREMENTAL_NOT_SUPPORT", "captured");
}

#[test]
fn a_cancel_or_the_end_of_the_authorization_gives_the_raised_sum_free() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    scene.call(Operation::UpdateAmount, &raise("u1", &payment_id, "5000"));
    scene.advance(2);
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentId": payment_id})), "SUCCESS");
    let attempt = scene.attempt("a1");
    assert_eq!((&attempt["voided"], &attempt["held"]), (&json!("5000"), &json!("0")));
    assert_eq!(scene.code(Operation::UpdateAmount, &raise("u2", &payment_id, "6000")), "AUTH_CANCELLED");
    let other = scene.authorized("b1", "MANUAL");
    scene.call(Operation::UpdateAmount, &raise("u3", &other, "4300"));
    scene.advance(7 * 86_400);
    let attempt = scene.attempt("b1");
    assert_eq!((&attempt["voided"], &attempt["held"]), (&json!("4300"), &json!("0")));
    assert_eq!(scene.code(Operation::UpdateAmount, &raise("u4", &other, "6000")), "AUTH_EXPIRED");
}

#[test]
fn a_raise_that_is_overtaken_by_a_cancel_or_a_capture_fails_and_leaves_no_money_behind() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    scene.call(Operation::UpdateAmount, &raise("u1", &payment_id, "5000"));
    scene.call(Operation::Cancel, &json!({"paymentId": payment_id}));
    scene.advance(2);
    assert_eq!(scene.attempt("a1")["held"], "0");
    assert_eq!(told(&scene)[0]["result"]["resultCode"], "AUTH_CANCELLED");
    scene.received.clear();
    let other = scene.authorized("b1", "MANUAL");
    scene.call(Operation::UpdateAmount, &raise("u2", &other, "5000"));
    scene.call(Operation::Capture, &capture("c1", &other, "4200"));
    scene.advance(5);
    let news = told(&scene);
    assert_eq!(news[0]["result"]["resultCode"], "INCREMENTAL_NOT_SUPPORT");
    assert_eq!(news[0]["paymentAmount"]["value"], "4200", "what is authorized now");
    assert_eq!(scene.attempt("b1")["held"], "4200");
    assert_eq!(increments(&mut scene, &other)[0]["transactionStatus"], "FAIL");
}

#[test]
fn a_bank_that_refuses_the_raise_leaves_the_authorization_as_it_was() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    let arranged = json!({"updateAmount": {"resultCode": "USER_BALANCE_NOT_ENOUGH"}});
    scene.gateway.arrange(scene.now, None, CLIENT, "a1", &arranged).expect("arranged");
    assert_eq!(scene.code(Operation::UpdateAmount, &raise("u1", &payment_id, "5000")), "SUCCESS");
    scene.advance(2);
    let news = told(&scene);
    assert_eq!(news[0]["result"]["resultCode"], "USER_BALANCE_NOT_ENOUGH");
    assert_eq!(news[0]["result"]["resultStatus"], "F");
    assert_eq!(scene.attempt("a1")["authorized"], "4200");
    scene.gateway.arrange(scene.now, None, CLIENT, "a1", &json!({"updateAmount": {}})).expect("arranged");
    assert_eq!(scene.code(Operation::UpdateAmount, &raise("u2", &payment_id, "5000")), "SUCCESS");
    scene.advance(2);
    assert_eq!(scene.attempt("a1")["authorized"], "5000");
    let wrong = json!({"updateAmount": {"resultCode": "SUCCESS"}});
    let error = scene.gateway.arrange(scene.now, None, CLIENT, "a1", &wrong).expect_err("no failure");
    assert!(error.contains("updateAmount.resultCode"), "{error}");
}

#[test]
fn raises_are_refused_with_the_code_that_says_why() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    let automatic = scene.authorized("b1", "");
    let unpaid = scene.pay("c1", "MANUAL");
    let paid_by_wallet = {
        let answer = scene.call(Operation::Pay, &wallet("d1"));
        scene.act("d1", Outcome::Success).expect("paid");
        answer["paymentId"].as_str().expect("an id").to_owned()
    };
    for (request, code) in [
        (raise("r1", "nothing", "5000"), "AUTH_NOT_FOUND"),
        (raise("r2", &unpaid, "5000"), "AUTH_NOT_FOUND"),
        (raise("r3", &automatic, "5000"), "INCREMENTAL_NOT_SUPPORT"),
        (raise("r4", &paid_by_wallet, "5000"), "INCREMENTAL_NOT_SUPPORT"),
        (raise("r5", &payment_id, "4200"), "INVALID_AMOUNT"),
        (raise("r6", &payment_id, "4199"), "INVALID_AMOUNT"),
        (changed(&raise("r7", &payment_id, "5000"), "amount.currency", json!("USD")), "CURRENCY_NOT_SUPPORT"),
        (json!({"updateRequestId": "r8", "paymentId": payment_id}), "PARAM_ILLEGAL"),
        (
            changed(&raise("r9", &payment_id, "5000"), "updateRequestId", json!("x".repeat(65))),
            "PARAM_ILLEGAL",
        ),
    ] {
        assert_eq!(scene.code(Operation::UpdateAmount, &request), code, "{request}");
    }
    assert_eq!(scene.code(Operation::UpdateAmount, &raise("u1", &payment_id, "5000")), "SUCCESS");
    assert_eq!(
        scene.code(Operation::UpdateAmount, &raise("u2", &payment_id, "6000")),
        "ORDER_STATUS_INVALID"
    );
    assert_eq!(scene.attempt("a1")["authorized"], "4200");
}

#[test]
fn an_authorization_is_raised_ten_times_and_no_more() {
    let mut scene = Scene::new();
    let payment_id = authorized(&mut scene);
    for step in 1..=10 {
        let request = raise(&format!("u{step}"), &payment_id, &(4_200 + step * 100).to_string());
        assert_eq!(scene.code(Operation::UpdateAmount, &request), "SUCCESS");
        scene.advance(2);
    }
    assert_eq!(
        scene.code(Operation::UpdateAmount, &raise("u11", &payment_id, "9000")),
        "INCREMENTAL_NOT_SUPPORT"
    );
    assert_eq!(scene.attempt("a1")["authorized"], "5200");
}

#[test]
fn the_merchant_is_told_from_the_start_whether_an_authorization_can_be_raised() {
    let mut scene = Scene::new();
    for (id, mode, available) in [("a1", "MANUAL", true), ("b1", "", false)] {
        scene.authorized(id, mode);
        let answer = scene.call(Operation::InquiryPayment, &json!({"paymentRequestId": id}));
        let told = &answer["paymentResultInfo"]["incrementalAuthorizationAvailable"];
        assert_eq!(told, &json!(available), "{mode}");
    }
}
