//! `inquireInstallment`: the plans that `pay` accepts in `creditPayPlan`.

use antom_simulator::core::{CardForm, Checkout, Operation, Submitted};
use serde_json::{Value, json};

use crate::scene::*;

const BRAZILIAN: &str = "4294097400915107";
const AMERICAN: &str = "4054695723100768";

fn banks(scene: &mut Scene, request: &Value) -> Vec<Value> {
    let answer = scene.call(Operation::InquireInstallment, request);
    answer["installmentBanks"].as_array().expect("banks").clone()
}

fn counts(bank: &Value) -> Vec<String> {
    let plans = bank["plans"].as_array().expect("plans").iter();
    let usable = plans.filter(|plan| plan["enabled"] == true);
    usable.map(|plan| plan["installmentNum"].as_str().expect("a number").to_owned()).collect()
}

/// A `pay` in so many parts.
fn in_parts(id: &str, currency: &str, value: &str, count: Value) -> Value {
    let amount = json!({"currency": currency, "value": value});
    let request = changed(&pay(id, ""), "paymentAmount", amount.clone());
    let plan = json!({"installmentNum": count, "creditPayFeeType": "PERCENTAGE", "feePercentage": 0});
    changed(&changed(&request, "order.orderAmount", amount), "creditPayPlan", plan)
}

#[test]
fn plans_are_narrowed_down_by_card_amount_and_region() {
    let mut scene = Scene::new();
    assert_eq!(banks(&mut scene, &json!({})).len(), 5);
    for request in [
        json!({"cardBin": &BRAZILIAN[..6]}),
        json!({"cardBin": &BRAZILIAN[..8]}),
        json!({"merchantRegion": "BR"}),
        json!({"paymentAmount": {"currency": "BRL", "value": "10000"}}),
    ] {
        let listed = banks(&mut scene, &request);
        assert_eq!(listed.len(), 1, "{request}");
        assert_eq!(
            (&listed[0]["bins"], counts(&listed[0])),
            (&json!(["429409"]), ["3", "6", "12"].map(str::to_owned).to_vec())
        );
    }
    let small = banks(&mut scene, &json!({"paymentAmount": {"currency": "BRL", "value": "6"}}));
    assert_eq!(counts(&small[0]), ["3", "6"], "a part is at least one smallest unit");
    for request in [
        json!({"cardBin": &AMERICAN[..6]}),
        json!({"merchantRegion": "SG"}),
        json!({"paymentAmount": {"currency": "SGD", "value": "10000"}}),
        json!({"merchantRegion": "BR", "paymentAmount": {"currency": "MXN", "value": "10000"}}),
    ] {
        assert_eq!(scene.code(Operation::InquireInstallment, &request), "NO_PAY_OPTIONS", "{request}");
    }
    let unknown = json!({"paymentMethodId": "nothing"});
    assert_eq!(scene.code(Operation::InquireInstallment, &unknown), "INVALID_ACCESS_TOKEN");
}

#[test]
fn pay_accepts_exactly_the_plans_that_are_listed() {
    let mut scene = Scene::new();
    for (currency, value) in [("BRL", "10000"), ("BRL", "6"), ("KRW", "10000"), ("SGD", "10000")] {
        let amount = json!({"paymentAmount": {"currency": currency, "value": value}});
        let answer = scene.call(Operation::InquireInstallment, &amount);
        let listed = answer["installmentBanks"].as_array().map(|banks| counts(&banks[0])).unwrap_or_default();
        for count in 2..=36_u8 {
            let id = format!("{currency}-{value}-{count}");
            let code = scene.code(Operation::Pay, &in_parts(&id, currency, value, json!(count)));
            let expected =
                if listed.contains(&count.to_string()) { "PAYMENT_IN_PROCESS" } else { "PARAM_ILLEGAL" };
            assert_eq!(code, expected, "{id}");
        }
    }
}

#[test]
fn a_plan_that_is_no_plan_is_refused_by_name() {
    let mut scene = Scene::new();
    for count in [json!(1), json!(37), json!("three"), json!(null), json!(3.5)] {
        let answer = scene.call(Operation::Pay, &in_parts("a1", "BRL", "10000", count.clone()));
        let message = answer["result"]["resultMessage"].as_str().expect("a message");
        assert_eq!(code_of(&answer), "PARAM_ILLEGAL");
        assert!(message.contains("creditPayPlan.installmentNum"), "{count}: {message}");
    }
    assert_eq!(scene.code(Operation::Pay, &in_parts("a1", "BRL", "10000", json!("3"))), "PAYMENT_IN_PROCESS");
}

#[test]
fn only_cards_of_the_bank_can_be_paid_with_in_parts() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::Pay, &in_parts("a1", "BRL", "10000", json!(3)));
    let payment_id = answer["paymentId"].as_str().expect("an id").to_owned();
    let mut submit = |number: &str| {
        let form = CardForm {
            card_no: number.to_owned(),
            expiry_month: "12".to_owned(),
            expiry_year: "30".to_owned(),
            cvv: "123".to_owned(),
            ..CardForm::default()
        };
        scene.gateway.submit_card(scene.now, Checkout::Payment(&payment_id), &form).expect("a try")
    };
    assert_eq!(submit(AMERICAN), Submitted::Declined { result_code: "CARD_NOT_SUPPORTED".to_owned() });
    assert_eq!(submit(BRAZILIAN), Submitted::Authorized);
    assert_eq!(scene.attempt("a1")["authorized"], "10000", "an instalment payment counts once, in full");
}
