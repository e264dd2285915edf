//! Compares the table of currencies with its one source, `data/currencies.json`.
//! What the exponents lead to is tested in `money`.

use antom_core::{Currency, Money, MoneyError};
use serde_json::{Value, json};

fn source() -> Value {
    serde_json::from_str(include_str!("../../data/currencies.json")).unwrap()
}

#[test]
fn every_active_currency_has_the_exponent_of_the_source() {
    let ours: serde_json::Map<String, Value> =
        Currency::all().map(|currency| (currency.code().to_owned(), json!(currency.exponent()))).collect();
    assert_eq!(&Value::Object(ours), &source()["exponent"]);
    let codes: Vec<_> = Currency::all().map(Currency::code).collect();
    assert!(codes.is_sorted(), "the search needs alphabetical order");
}

#[test]
fn funds_codes_are_exactly_those_that_nobody_pays_with() {
    let ours: Vec<_> =
        Currency::all().filter(|currency| !currency.is_for_payments()).map(Currency::code).collect();
    assert_eq!(json!(ours), source()["fund_or_accounting_codes"]["codes"]);
}

#[test]
fn withdrawn_codes_and_units_without_exponent_are_refused() {
    let source = source();
    let withdrawn = source["withdrawn"]["codes"].as_object().unwrap().keys().map(String::as_str);
    let without_exponent =
        source["no_minor_unit"]["codes"].as_array().unwrap().iter().filter_map(Value::as_str);
    for code in withdrawn.chain(without_exponent) {
        assert!(Currency::parse(code).is_err(), "{code}");
    }
}

#[test]
fn steps_and_minima_of_methods_are_those_of_the_source() {
    let source = source();
    for rule in source["antom"]["value_rules"].as_array().unwrap() {
        let currency = Currency::parse(rule["currency"].as_str().unwrap()).unwrap();
        let step = rule["multiple_of"].as_u64().unwrap();
        let method = rule["paymentMethodType"].as_str().unwrap_or("ANY");
        let odd = Money::from_minor(currency, step * 1000 + 1).unwrap();
        assert_eq!(odd.require_chargeable_by(method), Err(MoneyError::WrongStep { currency, step }));
        assert!(Money::from_minor(currency, step * 1000).unwrap().require_chargeable_by(method).is_ok());
    }
    for rule in source["antom"]["minimum_value_minor_units_by_method"].as_array().unwrap() {
        let currency = Currency::parse(rule["currency"].as_str().unwrap()).unwrap();
        let (method, minimum) = (rule["paymentMethodType"].as_str().unwrap(), rule["min"].as_u64().unwrap());
        assert!(
            Money::from_minor(currency, minimum).unwrap().require_chargeable_by(method).is_ok(),
            "{method}"
        );
        assert!(
            Money::from_minor(currency, minimum - 1).unwrap().require_chargeable_by(method).is_err(),
            "{method}"
        );
    }
}

#[test]
fn money_is_written_as_the_gateway_writes_it_and_read_strictly() {
    let money = Money::parse_minor(Currency::parse("SGD").unwrap(), "4200").unwrap();
    let printed = r#"{"currency":"SGD","value":"4200"}"#;
    assert_eq!(serde_json::to_string(&money).unwrap(), printed);
    assert_eq!(serde_json::from_str::<Money>(printed).unwrap(), money);
    assert_eq!(serde_json::from_str::<Money>(r#"{"currency":"SGD","value":"\u0034200"}"#).unwrap(), money);
    for odd in [
        r#"{"currency":"SGD","value":4200}"#,
        r#"{"currency":"SGD","value":"42.00"}"#,
        r#"{"currency":"sgd","value":"4200"}"#,
        r#"{"currency":"SGD"}"#,
        r#"{"currency":"SGD","value":"4200","scale":3}"#,
    ] {
        assert!(serde_json::from_str::<Money>(odd).is_err(), "{odd}");
    }
}
