//! Conditions on the fields of a request that no list of types and lengths holds.

use antom_simulator::core::Operation;
use serde_json::{Value, json};

use crate::forms::with_meta;
use crate::scene::{Scene, changed, pay, session, wallet};

#[test]
fn a_field_that_cannot_be_right_is_refused_by_name() {
    let mut scene = Scene::new();
    for (path, value, named) in [
        ("env.colorDepth", json!("25"), "env.colorDepth"),
        ("env.timeZoneOffset", json!(721), "env.timeZoneOffset"),
        ("env.timeZoneOffset", json!("-721"), "env.timeZoneOffset"),
        ("env.screenHeight", json!("0"), "env.screenHeight"),
        ("env.screenWidth", json!("-1"), "env.screenWidth"),
        ("merchantRegion", json!("sg"), "merchantRegion"),
        ("userRegion", json!("S1"), "userRegion"),
        ("paymentNotifyUrl", json!("shop.test/notify"), "paymentNotifyUrl"),
        ("paymentNotifyUrl", json!("ftp://shop.test/notify"), "paymentNotifyUrl"),
        ("paymentNotifyUrl", json!("https:///notify"), "paymentNotifyUrl"),
        ("paymentRedirectUrl", json!("shop.test"), "paymentRedirectUrl"),
        ("paymentRedirectUrl", json!("https://shop.test/a b"), "paymentRedirectUrl"),
        ("paymentExpiryTime", json!("1768010700000"), "paymentExpiryTime"),
        ("paymentExpiryTime", json!("2026-01-12T10:00:01+08:00"), "paymentExpiryTime"),
        ("env", json!({"terminalType": "WAP"}), "env.osType"),
        ("env", json!({"terminalType": "MINI_APP", "osType": "IOS"}), "appId"),
        ("env", json!({"osType": "IOS"}), "env.terminalType"),
    ] {
        let answer = scene.call(Operation::Pay, &changed(&pay("a1", ""), path, value.clone()));
        let message = answer["result"]["resultMessage"].as_str().expect("a message");
        assert_eq!(answer["result"]["resultCode"], "PARAM_ILLEGAL", "{path} {value}");
        assert!(message.contains(named), "{path} {value}: {message}");
    }
    assert_eq!(scene.gateway.payment_views(None).len(), 0);
}

#[test]
fn what_is_unusual_and_right_is_taken() {
    let mut scene = Scene::new();
    for (number, (path, value)) in [
        ("env.colorDepth", json!("24")),
        ("env.colorDepth", json!(30)),
        ("env.timeZoneOffset", json!(-480)),
        ("env.timeZoneOffset", json!("720")),
        ("env.screenHeight", json!("844")),
        ("merchantRegion", json!("SG")),
        ("merchantRegion", json!("")),
        ("paymentRedirectUrl", json!("imeituan://")),
        ("paymentRedirectUrl", json!("http://www.yourRedirectUrl.com")),
        ("paymentNotifyUrl", json!("http://www.yourNotifyUrl.com")),
        ("paymentNotifyUrl", Value::Null),
        ("paymentExpiryTime", json!("2026-01-10T03:00:00Z")),
        ("order.orderDescription", json!("50% off: chairs & “tables”, ünïcode – いす 의자")),
    ]
    .into_iter()
    .enumerate()
    {
        let request = changed(&pay(&format!("a{number}"), ""), path, value.clone());
        assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS", "{path} {value}");
    }
}

#[test]
fn chinese_text_is_refused_wherever_it_stands() {
    let mut scene = Scene::new();
    let text = json!("椅子");
    for path in
        ["order.buyer.referenceBuyerId", "order.referenceOrderId", "paymentMethod.extendInfo", "env.clientIp"]
    {
        assert_eq!(
            scene.code(Operation::Pay, &changed(&pay("a1", ""), path, text.clone())),
            "PARAM_ILLEGAL",
            "{path}"
        );
    }
    let goods = json!([{"referenceGoodsId": "1", "goodsName": "椅"}]);
    assert_eq!(scene.code(Operation::Pay, &changed(&pay("a1", ""), "order.goods", goods)), "PARAM_ILLEGAL");
    let address = json!({"billingAddress": {"region": "CN", "city": "杭州"}});
    let request = with_meta(&session("a1", ""), address);
    assert_eq!(scene.code(Operation::CreatePaymentSession, &request), "PARAM_ILLEGAL");
    assert_eq!(scene.violations(), json!([{"rule": "chinese_characters", "id": "a1"}]));
}

#[test]
fn the_rules_of_cards_do_not_hold_for_other_methods() {
    let mut scene = Scene::new();
    let meta = json!({"recurringType": "WEEKLY", "mpiData": {}, "billingAddress": {}, "cardNo": "4"});
    assert_eq!(scene.code(Operation::Pay, &with_meta(&wallet("w1"), meta)), "PAYMENT_IN_PROCESS");
    assert_eq!(
        scene.code(Operation::Pay, &changed(&pay("c1", ""), "paymentFactor", Value::Null)),
        "PARAM_ILLEGAL"
    );
}

#[test]
fn a_session_has_a_buyer_and_takes_no_recurring_charge() {
    let mut scene = Scene::new();
    let meta = json!({"isCardOnFile": true, "recurringType": "SCHEDULED"});
    let request =
        changed(&with_meta(&session("a1", ""), meta), "paymentMethod.paymentMethodId", json!("TOKEN"));
    assert_eq!(scene.code(Operation::CreatePaymentSession, &request), "PARAM_ILLEGAL");
}
