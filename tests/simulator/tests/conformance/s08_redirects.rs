//! Where the buyer goes.

use antom_simulator::core::{Completion, Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, changed, pay, with_method};

// rules 8.1
#[test]
fn a_payment_that_needs_the_buyer_gives_an_address() {
    let mut scene = Scene::new();
    for (id, terminal) in [("a1", "WEB"), ("b1", "WAP"), ("c1", "APP")] {
        let env = json!({"terminalType": terminal, "osType": "IOS", "clientIp": "1.2.3.4"});
        let answer = scene.call(Operation::Pay, &changed(&pay(id, ""), "env", env));
        let has = ["normalUrl", "applinkUrl", "schemeUrl"].iter().any(|name| answer[*name].is_string());
        assert!(has, "{terminal}: {answer}");
    }
}

// rules 8.3
#[test]
fn a_code_to_pay_with_has_a_value_and_an_end() {
    let mut scene = Scene::new();
    let methods = scene.call(
        Operation::Consult,
        &json!({"productCode": "CASHIER_PAYMENT", "paymentAmount": {"currency": "JPY", "value": "5000"},
                "env": {"terminalType": "WEB"}}),
    );
    let options = methods["paymentOptions"].as_array().cloned().unwrap_or_default();
    let kinds: Vec<&str> = options.iter().filter_map(|one| one["paymentMethodType"].as_str()).collect();
    let mut forms = Vec::new();
    for (number, kind) in kinds.iter().enumerate().filter(|(_, kind)| **kind != "CARD") {
        let answer = scene.call(Operation::Pay, &with_method(&format!("x{number}"), kind, "JPY", "5000"));
        forms.extend(answer.get("orderCodeForm").cloned());
    }
    assert!(!forms.is_empty(), "one of {kinds:?} is paid with a code");
    for form in forms {
        assert!(form["expireTime"].is_string(), "{form}");
        let details = form["codeDetails"].as_array().expect("details");
        assert!((1..=4).contains(&details.len()) && details.iter().all(|one| one["codeValue"].is_string()));
    }
}

// rules 8.4
#[test]
fn an_inquiry_still_tells_the_address_in_the_older_form() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &pay("a1", ""));
    assert_eq!(answer.get("redirectActionForm"), None, "not in the answer any more");
    assert_eq!(scene.inquire("a1")["redirectActionForm"]["redirectUrl"], answer["normalUrl"]);
}

// rules 8.5
#[test]
fn a_challenge_is_an_address_like_any_other() {
    let mut scene = Scene::new();
    let meta = json!({"cardNo": "4054695723100768", "expiryYear": "30", "expiryMonth": "12", "cvv": "123",
                      "is3DSAuthentication": true, "cardholderName": {"firstName": "A", "lastName": "B"}});
    let request = changed(&pay("a1", ""), "paymentMethod.paymentMethodMetaData", meta);
    let answer = scene.call(Operation::Pay, &request);
    assert_eq!(answer["result"]["resultCode"], "PAYMENT_IN_PROCESS");
    assert!(answer["normalUrl"].as_str().is_some_and(|url| url.contains("3ds")), "{answer}");
}

// rules 8.6
#[test]
fn the_return_of_the_buyer_carries_no_result() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    let view =
        scene.gateway.complete(scene.now, None, "a1", &Completion::of(Outcome::Success)).expect("paid");
    assert_eq!(view["paymentRedirectUrl"], "imeituan://", "unchanged, as the merchant gave it");
}

// rules 8.7
#[test]
fn a_buyer_who_does_not_finish_leaves_the_payment_in_process_until_it_expires() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.act("a1", Outcome::Cancel).expect("left");
    assert_eq!(scene.status("a1"), "PROCESSING");
    scene.advance(14 * 60);
    assert_eq!(scene.status("a1"), "FAIL");
    assert_ne!(scene.inquire("a1")["paymentResultCode"], Value::Null);
}
