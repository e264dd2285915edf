//! Lengths and contents.

use antom_simulator::core::Operation;
use serde_json::{Value, json};

use crate::scene::{Scene, capture, changed, pay, refund, session};

fn refused(scene: &mut Scene, field: &str, value: Value) {
    let request = changed(&pay("a1", ""), field, value);
    assert_eq!(scene.code(Operation::Pay, &request), "PARAM_ILLEGAL", "{field}");
}

fn taken(scene: &mut Scene, id: &str, field: &str, value: Value) {
    let request = changed(&pay(id, ""), field, value);
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS", "{field}");
}

// rules 4.1
#[test]
fn ids_have_at_most_64_characters_and_no_special_ones() {
    let mut scene = Scene::new();
    taken(&mut scene, "a1", "paymentRequestId", json!("x".repeat(64)));
    refused(&mut scene, "paymentRequestId", json!("x".repeat(65)));
    refused(&mut scene, "order.referenceOrderId", json!("x".repeat(65)));
    for id in ["a#1", "a*1"] {
        assert_eq!(scene.code(Operation::InquiryPayment, &json!({"paymentRequestId": id})), "PARAM_ILLEGAL");
    }
    let long = "x".repeat(65);
    assert_eq!(scene.code(Operation::Capture, &capture(&long, "1", "1")), "PARAM_ILLEGAL");
    assert_eq!(scene.code(Operation::Refund, &refund(&long, "1", "1")), "PARAM_ILLEGAL");
}

// rules 4.2
#[test]
fn addresses_have_at_most_2048_characters_and_that_of_refunds_1024() {
    let mut scene = Scene::new();
    let url = |length: usize| json!(format!("https://shop.test/{}", "x".repeat(length - 18)));
    taken(&mut scene, "a1", "paymentRedirectUrl", url(2_048));
    refused(&mut scene, "paymentRedirectUrl", url(2_049));
    refused(&mut scene, "paymentNotifyUrl", url(2_049));
    let payment = scene.authorized("b1", "");
    scene.advance(5);
    let with = |length: usize| changed(&refund("r1", &payment, "100"), "refundNotifyUrl", url(length));
    assert_eq!(scene.code(Operation::Refund, &with(1_025)), "PARAM_ILLEGAL");
    assert_eq!(scene.code(Operation::Refund, &with(1_024)), "REFUND_IN_PROCESS");
}

// rules 4.3
#[test]
fn an_order_has_at_most_100_goods_and_its_amount_is_not_compared() {
    let mut scene = Scene::new();
    let goods = |count: usize, name: usize| {
        let one = json!({"referenceGoodsId": "g", "goodsName": "n".repeat(name)});
        json!(vec![one; count])
    };
    taken(&mut scene, "a1", "order.goods", goods(100, 256));
    refused(&mut scene, "order.goods", goods(101, 1));
    refused(&mut scene, "order.goods", goods(1, 257));
    refused(&mut scene, "order.orderDescription", json!("d".repeat(257)));
    taken(&mut scene, "b1", "order.orderAmount", json!({"currency": "SGD", "value": "1"}));
}

// rules 4.4
#[test]
fn the_reason_of_a_refund_has_at_most_256_characters() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "");
    scene.advance(5);
    let with =
        |length: usize| changed(&refund("r1", &payment, "100"), "refundReason", json!("x".repeat(length)));
    assert_eq!(scene.code(Operation::Refund, &with(257)), "PARAM_ILLEGAL");
    assert_eq!(scene.code(Operation::Refund, &with(256)), "REFUND_IN_PROCESS");
}

// rules 4.5
#[test]
fn what_is_told_of_a_device_has_limits() {
    let mut scene = Scene::new();
    refused(&mut scene, "env.clientIp", json!("1".repeat(65)));
    refused(&mut scene, "env.deviceTokenId", json!("1".repeat(65)));
    refused(&mut scene, "env.extendInfo", json!("1".repeat(2_049)));
}

// rules 4.6
#[test]
fn names_and_contacts_of_a_buyer_have_limits() {
    let mut scene = Scene::new();
    refused(&mut scene, "order.buyer.buyerEmail", json!("e".repeat(65)));
    refused(&mut scene, "order.buyer.buyerPhoneNo", json!("1".repeat(25)));
    refused(&mut scene, "order.buyer.buyerName", json!({"firstName": "f".repeat(33)}));
}

// rules 4.7
#[test]
fn parts_of_an_address_have_limits() {
    let mut scene = Scene::new();
    let with = |part: &str, length: usize| {
        let mut address = json!({"region": "US"});
        address[part] = json!("x".repeat(length));
        json!({"billingAddress": address})
    };
    for (part, longest) in [("region", 2), ("city", 32), ("address1", 256), ("zipCode", 32)] {
        refused(&mut scene, "paymentMethod.paymentMethodMetaData", with(part, longest + 1));
    }
}

// rules 4.8
#[test]
fn card_data_has_limits() {
    let mut scene = Scene::new();
    refused(&mut scene, "paymentMethod.paymentMethodId", json!("t".repeat(2_049)));
    let meta = |name: &str, value: &str| {
        let mut meta =
            json!({"cardNo": "4054695723100768", "expiryYear": "30", "expiryMonth": "12", "cvv": "123"});
        meta[name] = json!(value);
        meta
    };
    for (name, value) in [("cvv", "12345"), ("expiryYear", "2030"), ("cardNo", "4054-6957-2310-0768")] {
        let request = changed(&pay("a1", ""), "paymentMethod.paymentMethodMetaData", meta(name, value));
        let code = scene.code(Operation::Pay, &request);
        assert_ne!(code, "SUCCESS", "{name}");
    }
}

// rules 4.9
#[test]
fn a_korean_card_password_has_two_digits() {
    let mut scene = Scene::new();
    let meta = json!({"cardPasswordDigest": "123", "paymentMethodRegion": "KR"});
    refused(&mut scene, "paymentMethod.paymentMethodMetaData", meta);
}

// rules 4.10
#[test]
fn chinese_text_is_refused_and_counted_against_the_merchant() {
    let mut scene = Scene::new();
    refused(&mut scene, "order.orderDescription", json!("\u{4E24}\u{676F}"));
    let request = changed(&session("b1", ""), "order.orderDescription", json!("\u{8336}"));
    assert_eq!(scene.code(Operation::CreatePaymentSession, &request), "PARAM_ILLEGAL");
    assert_eq!(scene.violations()[0]["rule"], "chinese_characters");
}
