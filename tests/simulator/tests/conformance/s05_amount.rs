//! Amounts.

use antom_simulator::core::Operation;
use serde_json::{Value, json};

use crate::scene::{Scene, capture, changed, pay, refund, with_method};

fn code(scene: &mut Scene, amount: Value) -> String {
    scene.code(Operation::Pay, &changed(&pay("a1", ""), "paymentAmount", amount))
}

// rules 5.1
#[test]
fn a_value_is_a_positive_integer_of_at_most_16_digits_in_a_string() {
    let mut scene = Scene::new();
    for value in ["", "0", "-1", "+1", "1.0", "1e3", "007", " 1", "12345678901234567", "١"] {
        assert_eq!(
            code(&mut scene, json!({"currency": "SGD", "value": value})),
            "PARAM_ILLEGAL",
            "{value:?}"
        );
    }
    for currency in ["sgd", "SG", "SGDX", ""] {
        assert_eq!(
            code(&mut scene, json!({"currency": currency, "value": "1"})),
            "PARAM_ILLEGAL",
            "{currency:?}"
        );
    }
    assert_eq!(code(&mut scene, json!({"currency": "SGD", "value": "1"})), "PAYMENT_IN_PROCESS");
}

// rules 5.2
#[test]
fn the_smallest_unit_follows_iso_4217() {
    let mut scene = Scene::new();
    for (id, currency) in [("a1", "JPY"), ("b1", "KWD"), ("c1", "USD")] {
        let request = changed(&pay(id, ""), "paymentAmount", json!({"currency": currency, "value": "1"}));
        assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS", "{currency}");
    }
    assert_eq!(code(&mut scene, json!({"currency": "XXX", "value": "1"})), "CURRENCY_NOT_SUPPORT");
}

// rules 5.3
#[test]
fn some_amounts_come_in_steps() {
    let mut scene = Scene::new();
    assert_eq!(scene.code(Operation::Pay, &with_method("a1", "DANA", "IDR", "1000050")), "PARAM_ILLEGAL");
    assert_eq!(
        scene.code(Operation::Pay, &with_method("a1", "DANA", "IDR", "1000000")),
        "PAYMENT_IN_PROCESS"
    );
    assert_eq!(scene.code(Operation::Pay, &with_method("b1", "JKOPAY", "TWD", "10050")), "PARAM_ILLEGAL");
    assert_eq!(
        scene.code(Operation::Pay, &with_method("b1", "JKOPAY", "TWD", "10000")),
        "PAYMENT_IN_PROCESS"
    );
}

// rules 5.4
#[test]
fn nothing_is_paid_captured_or_refunded_for_zero() {
    let mut scene = Scene::new();
    assert_eq!(code(&mut scene, json!({"currency": "SGD", "value": "0"})), "PARAM_ILLEGAL");
    let payment = scene.authorized("b1", "MANUAL");
    assert_eq!(scene.code(Operation::Capture, &capture("c1", &payment, "0")), "PARAM_ILLEGAL");
    scene.code(Operation::Capture, &capture("c2", &payment, "4200"));
    scene.advance(5);
    assert_eq!(scene.code(Operation::Refund, &refund("r1", &payment, "0")), "PARAM_ILLEGAL");
    assert_eq!(scene.attempt("b1")["refunded"], "0");
}

// rules 5.6
#[test]
fn a_method_may_have_a_least_amount_and_cards_have_none() {
    let mut scene = Scene::new();
    let least = with_method("a1", "GCASH", "PHP", "100");
    let below = with_method("b1", "GCASH", "PHP", "99");
    assert_eq!(scene.code(Operation::Pay, &least), "PAYMENT_IN_PROCESS");
    assert_eq!(scene.call(Operation::Pay, &below)["result"]["resultStatus"], "F");
    let card = changed(&pay("c1", ""), "paymentAmount", json!({"currency": "PHP", "value": "1"}));
    assert_eq!(scene.code(Operation::Pay, &card), "PAYMENT_IN_PROCESS");
}
