//! The payment methods of the contract: how consult lists them, which amounts they take, how long a buyer may take.
//! What they allow afterwards is tested in `cancelling` and `refunding`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{Operation, Outcome};
use scene::{CLIENT, Scene, changed, code_of, with_method};
use serde_json::{Value, json};

fn question(currency: &str, value: &str) -> Value {
    json!({"productCode": "CASHIER_PAYMENT", "paymentAmount": {"currency": currency, "value": value},
           "env": {"terminalType": "WEB"}})
}

fn options(scene: &mut Scene, question: &Value) -> Vec<Value> {
    let answer = scene.call(Operation::Consult, question);
    answer["paymentOptions"].as_array().expect("options").clone()
}

fn kinds(scene: &mut Scene, question: &Value) -> Vec<String> {
    let kind = |option: &Value| option["paymentMethodType"].as_str().expect("a type").to_owned();
    options(scene, question).iter().map(kind).collect()
}

#[test]
fn consult_lists_the_methods_of_the_currency() {
    let mut scene = Scene::new();
    assert_eq!(kinds(&mut scene, &question("PHP", "10000")), ["CARD", "ALIPAY_CN", "GCASH", "BILLEASE"]);
    assert_eq!(kinds(&mut scene, &question("JPY", "10000")), ["CARD", "ALIPAY_CN", "KONBINI"]);
}

#[test]
fn consult_heeds_the_regions_and_the_methods_that_the_merchant_names() {
    let mut scene = Scene::new();
    let baht = question("THB", "10000");
    let with = |name: &str, value: Value| changed(&baht, name, value);
    assert_eq!(kinds(&mut scene, &with("allowedPaymentMethodRegions", json!(["CN"]))), ["ALIPAY_CN"]);
    assert_eq!(
        kinds(&mut scene, &with("userRegion", json!("TH"))),
        ["CARD", "TRUEMONEY", "BANKAPP_KTB", "BANKTRANSFER_KTB"]
    );
    let named = with("allowedPaymentMethods", json!(["TRUEMONEY", "CARD", "GCASH"]));
    assert_eq!(kinds(&mut scene, &named), ["CARD", "TRUEMONEY"]);
    let blocked = changed(&named, "blockedPaymentMethods", json!(["CARD"]));
    assert_eq!(kinds(&mut scene, &blocked), ["TRUEMONEY"]);
    let nobody = with("allowedPaymentMethodRegions", json!(["AQ"]));
    assert_eq!(scene.code(Operation::Consult, &nobody), "NO_PAY_OPTIONS");
    let unclear = with("blockedPaymentMethods", json!("CARD"));
    let answer = scene.call(Operation::Consult, &unclear);
    assert_eq!(code_of(&answer), "PARAM_ILLEGAL");
    assert_eq!(answer["result"]["resultMessage"], "blockedPaymentMethods is a string, not a list");
    let app = with("env.terminalType", json!("APP"));
    assert_eq!(scene.code(Operation::Consult, &app), "PARAM_ILLEGAL");
}

#[test]
fn a_card_is_shown_with_its_brands_and_with_instalments_where_there_are_any() {
    let mut scene = Scene::new();
    let in_reais = options(&mut scene, &question("BRL", "10000"))[0].clone();
    assert_eq!(in_reais["paymentMethodCategory"], "CARD");
    assert_eq!(in_reais["paymentMethodRegion"], json!(["GLOBAL"]));
    assert_eq!((&in_reais["enabled"], &in_reais["preferred"]), (&json!(true), &json!(true)));
    assert!(in_reais["logo"]["logoUrl"].as_str().expect("a logo").starts_with("http"));
    let detail = &in_reais["paymentOptionDetail"];
    assert_eq!(detail["supportCardBrands"][0]["cardBrand"], "VISA");
    assert_eq!(detail["funding"], json!(["CREDIT", "DEBIT"]));
    let plans = in_reais["installment"]["plans"].as_array().expect("plans");
    let months: Vec<&Value> = plans.iter().map(|plan| &plan["installmentNum"]).collect();
    assert_eq!(months, ["3", "6", "12"]);
    assert_eq!(options(&mut scene, &question("SGD", "10000"))[0]["installment"], Value::Null);
}

#[test]
fn a_method_that_cannot_be_used_is_listed_with_the_reason() {
    let mut scene = Scene::new();
    scene.gateway.set_contract(CLIENT, &json!({"disabledMethods": ["GCASH"]})).expect("a contract");
    let of = |options: &[Value], kind: &str| {
        options.iter().find(|option| option["paymentMethodType"] == kind).expect("an option").clone()
    };
    let gcash = of(&options(&mut scene, &question("PHP", "10000")), "GCASH");
    assert_eq!(
        (&gcash["enabled"], &gcash["disableReason"]),
        (&json!(false), &json!("CURRENT_CHANNEL_NOT_EXIST"))
    );
    let dear = options(&mut scene, &question("JPY", "300001"));
    assert_eq!(of(&dear, "KONBINI")["disableReason"], "EXCEED_CHANNEL_LIMIT_RULE");
    assert_eq!(
        of(&dear, "KONBINI")["amountLimitInfoMap"]["JPY"]["singleLimit"]["maxAmount"],
        json!({"currency": "JPY", "value": "300000"})
    );
    assert_eq!(of(&dear, "CARD")["enabled"], json!(true));
}

#[test]
fn a_payment_keeps_to_the_currency_the_step_and_the_limits_of_its_method() {
    let mut scene = Scene::new();
    for (kind, currency, value, code) in [
        ("JKOPAY", "TWD", "10050", "PARAM_ILLEGAL"),
        ("JKOPAY", "TWD", "10100", "PAYMENT_IN_PROCESS"),
        ("OCTOPUS", "HKD", "1005", "PARAM_ILLEGAL"),
        ("GCASH", "PHP", "99", "PARAM_ILLEGAL"),
        ("GCASH", "USD", "10000", "CURRENCY_NOT_SUPPORT"),
        ("TRUEMONEY", "THB", "3000001", "PAYMENT_AMOUNT_EXCEED_LIMIT"),
    ] {
        let request = with_method("a1", kind, currency, value);
        let answer = scene.call(Operation::Pay, &request);
        assert_eq!(code_of(&answer), code, "{kind} {currency} {value}");
        let session =
            scene.call(Operation::CreatePaymentSession, &changed(&request, "paymentRequestId", json!("s1")));
        assert_eq!(code_of(&session), code.replace("PAYMENT_IN_PROCESS", "SUCCESS"), "{kind} in a session");
    }
}

#[test]
fn a_method_closes_an_unpaid_payment_after_its_own_time() {
    let mut scene = Scene::new();
    for (id, kind, currency, value, seconds) in [
        ("a1", "GCASH", "PHP", "10000", 14 * 60),
        ("a2", "BANKTRANSFER_KTB", "THB", "10000", 48 * 3_600),
        ("a3", "KONBINI", "JPY", "1000", 7 * 86_400),
    ] {
        let mut scene_of = Scene::new();
        assert_eq!(
            scene_of.code(Operation::Pay, &with_method(id, kind, currency, value)),
            "PAYMENT_IN_PROCESS"
        );
        scene_of.advance(seconds - 1);
        assert_ne!(scene_of.status(id), "FAIL", "{kind}");
        scene_of.advance(1);
        assert_eq!(scene_of.status(id), "FAIL", "{kind}");
    }
    let week = changed(
        &with_method("a4", "KONBINI", "JPY", "1000"),
        "paymentExpiryTime",
        json!("2026-01-17T02:00:00Z"),
    );
    assert_eq!(scene.code(Operation::Pay, &week), "PAYMENT_IN_PROCESS");
    let week = changed(
        &with_method("a5", "GCASH", "PHP", "1000"),
        "paymentExpiryTime",
        json!("2026-01-17T02:00:00Z"),
    );
    let answer = scene.call(Operation::Pay, &week);
    assert_eq!(
        answer["result"]["resultMessage"],
        "paymentExpiryTime does not lie between now and 2026-01-12T10:00:00+08:00"
    );
}

#[test]
fn a_payment_whose_buyer_pays_later_is_pending_until_then() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &with_method("a1", "KONBINI", "JPY", "1000"));
    assert_eq!(code_of(&answer), "PAYMENT_IN_PROCESS");
    assert!(answer["normalUrl"].is_string());
    assert_eq!(scene.status("a1"), "PENDING");
    scene.advance(86_400);
    assert_eq!(scene.kinds(), ["PAYMENT_PENDING S"]);
    scene.act("a1", Outcome::Success).expect("paid in a shop");
    assert_eq!(scene.status("a1"), "SUCCESS");
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_PENDING S", "PAYMENT_RESULT S"]);
}

#[test]
fn a_contract_with_a_mistake_changes_nothing_and_says_what_is_wrong() {
    let mut scene = Scene::new();
    let before = scene.gateway.contract_view(CLIENT);
    for (changes, hint) in [
        (json!({"cardRefunds": "some"}), "some"),
        (json!({"disabledMethods": ["CASH"]}), "CASH"),
        (json!({"sides": 2}), "sides"),
        (json!([]), "object"),
    ] {
        let error = scene.gateway.set_contract(CLIENT, &changes).expect_err("a mistake");
        assert!(error.contains(hint), "{error}");
    }
    assert_eq!(scene.gateway.contract_view(CLIENT), before);
    scene.gateway.set_contract(CLIENT, &json!({"cardRefunds": "synchronous"})).expect("a contract");
    assert_eq!(scene.gateway.contract_view(CLIENT)["cardRefunds"], "synchronous");
    assert_eq!(scene.gateway.contract_view("SANDBOX_OTHER")["cardRefunds"], "asynchronous");
    scene.gateway.reset();
    assert_eq!(scene.gateway.contract_view(CLIENT), before);
}
