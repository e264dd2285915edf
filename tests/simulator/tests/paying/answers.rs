//! What `pay` answers at once: results, addresses for the terminal, codes; and results that come later.

use antom_simulator::core::{Checkout, Operation, Outcome, Submitted};
use serde_json::{Value, json};

use crate::cards::pay_by_card;
use crate::forms::{form, session_key};
use crate::scene::{CLIENT, Scene, changed, code_of, pay, session, wallet};

const VISA: &str = "4054695723100768";

fn arrange(scene: &mut Scene, id: &str, areas: &Value) {
    scene.gateway.arrange(scene.now, None, CLIENT, id, areas).expect("arranged");
}

fn has_url(answer: &Value) -> bool {
    ["normalUrl", "applinkUrl", "schemeUrl"].iter().any(|name| answer.get(name).is_some())
}

#[test]
fn a_success_without_an_address_is_paid_and_one_with_an_address_is_not_yet() {
    let mut scene = Scene::new();
    arrange(&mut scene, "a1", &json!({"pay": {"answer": "success"}}));
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!((code_of(&answer).as_str(), has_url(&answer)), ("SUCCESS", false));
    assert_eq!(answer["paymentResultInfo"]["cardBrand"], "VISA");
    assert_eq!(scene.status("a1"), "SUCCESS");
    arrange(&mut scene, "b1", &json!({"pay": {"answer": "success", "withUrl": true}}));
    for _ in 0..2 {
        let answer = scene.call(Operation::Pay, &pay("b1", ""));
        assert_eq!((code_of(&answer).as_str(), has_url(&answer)), ("SUCCESS", true));
        assert_eq!(answer.get("paymentTime"), None);
    }
    assert_eq!(scene.status("b1"), "PROCESSING");
    assert_eq!(scene.attempt("b1")["authorized"], "0");
    scene.act("b1", Outcome::Success).expect("paid after all");
    assert_eq!(scene.status("b1"), "SUCCESS");
}

#[test]
fn an_arranged_failure_is_final_for_its_id_and_replayed() {
    let mut scene = Scene::new();
    arrange(
        &mut scene,
        "a1",
        &json!({"pay": {"answer": "fail", "resultCode": "PAYMENT_COUNT_EXCEED_LIMIT"}}),
    );
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(code_of(&answer), "PAYMENT_COUNT_EXCEED_LIMIT");
    assert_eq!(answer.as_object().expect("an object").len(), 1, "a failure has nothing but its result");
    assert_eq!(scene.call(Operation::Pay, &pay("a1", "")), answer);
    assert_eq!(scene.status("a1"), "FAIL");
    arrange(&mut scene, "b1", &json!({"pay": {"answer": "fail"}}));
    assert_eq!(scene.code(Operation::Pay, &pay("b1", "")), "PROCESS_FAIL");
}

#[test]
fn an_unknown_outcome_has_no_address_and_a_repeat_tells_the_current_state() {
    let mut scene = Scene::new();
    arrange(&mut scene, "a1", &json!({"pay": {"answer": "unknown"}}));
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!((code_of(&answer).as_str(), has_url(&answer)), ("PAYMENT_IN_PROCESS", false));
    let later = json!({"outcome": "success", "afterMs": 60_000});
    let unknown = json!({"answer": "unknown", "resultCode": "UNKNOWN_EXCEPTION", "result": later});
    arrange(&mut scene, "b1", &json!({"pay": unknown}));
    let answer = scene.call(Operation::Pay, &pay("b1", ""));
    assert_eq!(
        (code_of(&answer).as_str(), &answer["result"]["resultStatus"]),
        ("UNKNOWN_EXCEPTION", &json!("U"))
    );
    assert_eq!(answer.get("paymentId"), None, "only the merchant's own id is known");
    assert_eq!(scene.code(Operation::Pay, &pay("b1", "")), "PAYMENT_IN_PROCESS");
    scene.advance(59);
    assert_eq!(scene.status("b1"), "PROCESSING");
    scene.advance(1);
    assert_eq!(scene.code(Operation::Pay, &pay("b1", "")), "SUCCESS");
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S"]);
}

#[test]
fn a_result_comes_by_itself_unless_the_buyer_or_the_merchant_was_faster() {
    let mut scene = Scene::new();
    let coming = |outcome: &str| json!({"pay": {"result": {"outcome": outcome, "afterMs": 10_000}}});
    for id in ["a1", "b1", "c1"] {
        arrange(&mut scene, id, &coming("success"));
        assert_eq!(scene.code(Operation::Pay, &pay(id, "")), "PAYMENT_IN_PROCESS");
    }
    arrange(&mut scene, "d1", &coming("pending"));
    arrange(
        &mut scene,
        "e1",
        &json!({"pay": {"result": {"outcome": "fail", "resultCode": "USER_NOT_EXIST"}}}),
    );
    for id in ["d1", "e1"] {
        scene.call(Operation::Pay, &wallet(id));
    }
    scene.act("b1", Outcome::Fail).expect("failed");
    assert_eq!(scene.code(Operation::Cancel, &json!({"paymentRequestId": "c1"})), "SUCCESS");
    scene.advance(10);
    let states: Vec<String> = ["a1", "b1", "c1", "d1", "e1"].iter().map(|id| scene.status(id)).collect();
    assert_eq!(states, ["SUCCESS", "FAIL", "CANCELLED", "PENDING", "FAIL"]);
    // Arranged later, it counts from now.
    scene.call(Operation::Pay, &pay("f1", ""));
    scene.advance(30);
    arrange(&mut scene, "f1", &coming("success"));
    scene.advance(9);
    assert_eq!(scene.status("f1"), "PROCESSING");
    scene.advance(1);
    assert_eq!(scene.status("f1"), "SUCCESS");
}

#[test]
fn the_result_of_the_buyers_act_may_take_its_time() {
    let mut scene = Scene::new();
    arrange(&mut scene, "a1", &json!({"pay": {"resultDelayMs": 20_000}}));
    let key = session_key(&mut scene, &session("a1", ""));
    let place = Checkout::Session(&key);
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(VISA)), Ok(Submitted::Pending));
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(VISA)), Ok(Submitted::Pending), "not twice");
    scene.advance(19);
    assert_eq!(scene.status("a1"), "PROCESSING");
    scene.advance(1);
    assert_eq!(scene.status("a1"), "SUCCESS");
    assert_eq!(scene.attempt("a1")["executed"]["pay"], 1);
}

#[test]
fn what_is_arranged_for_pay_must_make_sense() {
    let mut scene = Scene::new();
    for wrong in [
        json!({"answer": "fail", "resultCode": "PAYMENT_IN_PROCESS"}),
        json!({"answer": "unknown", "resultCode": "PROCESS_FAIL"}),
        json!({"answer": "success", "resultCode": "SUCCESS"}),
        json!({"answer": "fail", "withUrl": true}),
        json!({"withUrl": true}),
        json!({"result": {"outcome": "success", "resultCode": "PROCESS_FAIL"}}),
        json!({"result": {"outcome": "fail", "resultCode": "SUCCESS"}}),
        json!({"result": {}}),
    ] {
        let areas = json!({"pay": wrong});
        scene.gateway.arrange(scene.now, None, CLIENT, "a1", &areas).expect_err(&areas.to_string());
    }
}

#[test]
fn each_terminal_gets_the_addresses_that_it_can_open() {
    let mut scene = Scene::new();
    let mut urls = |id: &str, request: Value, terminal: &str| {
        let mut env = json!({"terminalType": terminal, "clientIp": "114.121.121.01"});
        if terminal != "WEB" {
            env["osType"] = json!("ANDROID");
        }
        let request = changed(&changed(&request, "env", env), "appId", json!("app-1"));
        let answer = scene.call(Operation::Pay, &request);
        assert_eq!(code_of(&answer), "PAYMENT_IN_PROCESS", "{id}");
        ["normalUrl", "applinkUrl", "schemeUrl", "appIdentifier"].map(|name| answer[name].is_string())
    };
    assert_eq!(urls("w1", wallet("w1"), "WEB"), [true, false, false, false]);
    assert_eq!(urls("w2", wallet("w2"), "WAP"), [true, true, false, false]);
    assert_eq!(urls("w3", wallet("w3"), "APP"), [true, true, true, true]);
    assert_eq!(urls("w4", wallet("w4"), "MINI_APP"), [true, true, true, true]);
    for (id, terminal) in [("c1", "WEB"), ("c2", "WAP"), ("c3", "APP")] {
        assert_eq!(urls(id, pay(id, ""), terminal), [true, false, false, false], "no app pays by card");
    }
}

#[test]
fn a_method_that_is_paid_over_the_counter_gives_a_code_and_is_pending() {
    let mut scene = Scene::new();
    let request = changed(&wallet("k1"), "paymentMethod.paymentMethodType", json!("KONBINI"));
    let request = changed(&request, "paymentAmount", json!({"currency": "JPY", "value": "4200"}));
    let answer = scene.call(Operation::Pay, &request);
    let form = &answer["orderCodeForm"];
    assert_eq!(form["paymentMethodType"], "KONBINI");
    assert_eq!(form["expireTime"], "2026-01-17T10:00:00+08:00");
    let code = &form["codeDetails"][0];
    assert_eq!((&code["codeValueType"], &code["displayType"]), (&json!("BARCODE"), &json!("TEXT")));
    assert_eq!(code["codeValue"].as_str().map(str::len), Some(13));
    assert_eq!(scene.status("k1"), "PENDING");
    assert_eq!(scene.call(Operation::Pay, &request)["orderCodeForm"], *form, "the same code again");
    assert_eq!(scene.call(Operation::Pay, &wallet("w1")).get("orderCodeForm"), None);
}

#[test]
fn an_inquiry_tells_where_the_buyer_goes_on_while_that_is_open() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    let url = |scene: &mut Scene| {
        let answer = scene.call(Operation::InquiryPayment, &json!({"paymentRequestId": "a1"}));
        answer["redirectActionForm"]["redirectUrl"].clone()
    };
    assert_eq!(url(&mut scene), answer["normalUrl"]);
    scene.act("a1", Outcome::Success).expect("paid");
    assert_eq!(url(&mut scene), Value::Null);
    let paid_at_once = pay_by_card("b1", VISA, &json!({}));
    assert!(!has_url(&scene.call(Operation::Pay, &paid_at_once)));
}
