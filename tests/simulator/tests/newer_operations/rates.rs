//! `inquireExchangeRate`: prices that hold for a day.

use antom_simulator::core::Operation;
use serde_json::{Value, json};

use crate::scene::*;

fn ask(scene: &mut Scene, request: &Value) -> Value {
    scene.call(Operation::InquireExchangeRate, request)
}

fn pair(sell: &str, buy: &str) -> Value {
    json!({"currencyPairs": [{"sellCurrency": sell, "buyCurrency": buy}]})
}

#[test]
fn a_rate_says_what_one_of_the_sold_currency_brings_as_decimal_text() {
    let mut scene = Scene::new();
    let answer = ask(&mut scene, &pair("JPY", "USD"));
    let told = &answer["paymentQuotes"][0];
    // 155 yen for a dollar: 1 / 155 = 0.00645161290...
    assert_eq!(told["exchangeRate"], "0.0064516129");
    assert_eq!((&told["sellCurrency"], &told["buyCurrency"]), (&json!("JPY"), &json!("USD")));
    let quote = &answer["quotes"][0];
    assert_eq!((&quote["quoteCurrencyPair"], &quote["quotePrice"]), (&json!("USD/JPY"), &json!("155.0000")));
    assert_eq!(quote["quoteId"], told["quoteId"]);
    // It is 10:00 in UTC+8.
    assert_eq!(quote["quoteStartTime"], "2026-01-10T00:00:00+08:00");
    assert_eq!(quote["quoteExpiryTime"], "2026-01-11T00:00:00+08:00");
}

#[test]
fn a_quote_is_the_same_all_day_and_another_one_tomorrow_at_the_same_price() {
    let mut scene = Scene::new();
    let quote = |scene: &mut Scene| ask(scene, &pair("EUR", "USD"))["quotes"][0].clone();
    let morning = quote(&mut scene);
    scene.advance(13 * 3_600);
    assert_eq!(quote(&mut scene), morning);
    scene.advance(3_600);
    let tomorrow = quote(&mut scene);
    assert_ne!(tomorrow["quoteId"], morning["quoteId"]);
    assert_eq!(tomorrow["quotePrice"], morning["quotePrice"]);
}

#[test]
fn only_a_rate_for_trade_is_guaranteed() {
    let mut scene = Scene::new();
    for (kind, guaranteed) in [(None, true), (Some("TRADE"), true), (Some("REFERENCE"), false)] {
        let mut request = pair("EUR", "USD");
        request["rateType"] = json!(kind);
        assert_eq!(ask(&mut scene, &request)["quotes"][0]["guaranteed"], json!(guaranteed), "{kind:?}");
    }
}

#[test]
fn a_single_currency_is_quoted_against_the_usual_settlement_currencies() {
    let mut scene = Scene::new();
    let answer = ask(&mut scene, &json!({"paymentCurrency": "USD", "productCode": "CASHIER_PAYMENT"}));
    let bought: Vec<&Value> = answer["paymentQuotes"]
        .as_array()
        .expect("quotes")
        .iter()
        .map(|quote| {
            assert_eq!(quote["sellCurrency"], "USD");
            &quote["buyCurrency"]
        })
        .collect();
    assert_eq!(bought, ["EUR", "GBP", "SGD", "HKD", "JPY", "AUD", "CAD"]);
    let answer = ask(&mut scene, &json!({"sellCurrency": "IDR", "buyCurrency": "SGD"}));
    assert_eq!(answer["paymentQuotes"].as_array().expect("quotes").len(), 1);
}

#[test]
fn what_cannot_be_quoted_is_refused_by_name() {
    let mut scene = Scene::new();
    let many: Vec<Value> = (0..101).map(|_| json!({"sellCurrency": "EUR", "buyCurrency": "USD"})).collect();
    for (request, code, hint) in [
        (json!({}), "PARAM_ILLEGAL", "currencyPairs"),
        (pair("USD", "USD"), "PARAM_ILLEGAL", "both USD"),
        (pair("USD", "XXY"), "CURRENCY_NOT_SUPPORT", "XXY"),
        (json!({"currencyPairs": "EUR/USD"}), "PARAM_ILLEGAL", "currencyPairs"),
        (json!({"currencyPairs": [{"sellCurrency": "EUR"}]}), "PARAM_ILLEGAL", "currencyPairs"),
        (json!({"currencyPairs": many}), "PARAM_ILLEGAL", "100"),
        (json!({"sellCurrency": "EURO", "buyCurrency": "USD"}), "PARAM_ILLEGAL", "sellCurrency"),
        (
            json!({"sellCurrency": "EUR", "buyCurrency": "USD", "rateType": "BEST"}),
            "PARAM_ILLEGAL",
            "rateType",
        ),
    ] {
        let answer = ask(&mut scene, &request);
        let message = answer["result"]["resultMessage"].as_str().expect("a message").to_owned();
        assert_eq!(code_of(&answer), code, "{message}");
        assert!(message.contains(hint), "{message}");
    }
}
