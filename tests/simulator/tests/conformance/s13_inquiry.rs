//! Inquiries and consult.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::scene::{Scene, capture, refund};

// rules 13.1
#[test]
fn an_inquiry_tells_the_status_with_code_message_and_amount() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "");
    let answer =
        scene.call(Operation::InquiryPayment, &json!({"paymentId": payment, "paymentRequestId": "none"}));
    assert_eq!(answer["paymentStatus"], "SUCCESS", "the gateway's own id wins");
    for field in ["paymentResultCode", "paymentResultMessage", "paymentTime"] {
        assert!(answer[field].is_string(), "{field}");
    }
    assert_eq!(answer["paymentAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert!(answer["cardInfo"].is_object() && answer["paymentResultInfo"].is_object());
}

// rules 13.2
#[test]
fn every_status_has_its_word() {
    let mut scene = Scene::new();
    for (id, act, word) in [
        ("a1", Some(Outcome::Success), "SUCCESS"),
        ("b1", Some(Outcome::Fail), "FAIL"),
        ("c1", Some(Outcome::Pending), "PENDING"),
        ("d1", None, "PROCESSING"),
    ] {
        scene.pay(id, "");
        if let Some(act) = act {
            scene.act(id, act).expect("done");
        }
        assert_eq!(scene.status(id), word);
    }
    scene.call(Operation::Cancel, &json!({"paymentRequestId": "d1"}));
    assert_eq!(scene.status("d1"), "CANCELLED");
}

// rules 13.3
#[test]
fn transactions_name_what_moved() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "MANUAL");
    scene.call(Operation::Capture, &capture("c1", &payment, "4200"));
    scene.advance(5);
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    scene.advance(5);
    for kind in ["CAPTURE", "REFUND"] {
        let entry = &scene.transactions("a1", kind)[0];
        assert_eq!(entry["transactionResult"]["resultStatus"], "S", "{entry}");
    }
    scene.authorized("b1", "MANUAL");
    scene.advance(7 * 86_400);
    assert_eq!(scene.transactions("b1", "VOID").len(), 1);
}

// rules 13.4
#[test]
fn a_refund_is_inquired_by_either_id() {
    let mut scene = Scene::new();
    let payment = scene.authorized("a1", "");
    scene.advance(5);
    scene.call(Operation::Refund, &refund("r1", &payment, "100"));
    scene.advance(5);
    let by_request = scene.call(Operation::InquiryRefund, &json!({"refundRequestId": "r1"}));
    let id = by_request["refundId"].clone();
    let both = json!({"refundId": id, "refundRequestId": "none"});
    assert_eq!(
        scene.call(Operation::InquiryRefund, &both)["refundStatus"],
        "SUCCESS",
        "the gateway's own id wins"
    );
    assert_eq!(scene.code(Operation::InquiryRefund, &json!({"refundRequestId": "none"})), "ORDER_NOT_EXIST");
}

// rules 13.5
#[test]
fn the_payment_time_is_that_of_a_success() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    assert_eq!(scene.inquire("a1").get("paymentTime"), None);
    scene.act("a1", Outcome::Fail).expect("failed");
    assert_eq!(scene.inquire("a1").get("paymentTime"), None);
    scene.authorized("b1", "");
    assert_eq!(scene.inquire("b1")["paymentTime"], "2026-01-10T10:00:00+08:00");
}

// rules 13.6
#[test]
fn consult_lists_methods_with_logos_and_brands() {
    let mut scene = Scene::new();
    let request = json!({"productCode": "CASHIER_PAYMENT", "paymentAmount": {"currency": "PHP", "value": "5000"},
                         "env": {"terminalType": "WEB"}});
    let answer = scene.call(Operation::Consult, &request);
    let options = answer["paymentOptions"].as_array().expect("options");
    let find = |kind: &str| options.iter().find(|one| one["paymentMethodType"] == kind).expect("the method");
    assert!(find("GCASH")["logo"]["logoUrl"].is_string());
    assert!(find("CARD")["paymentOptionDetail"]["supportCardBrands"].is_array());
    assert!(options.iter().all(|one| one["enabled"].is_boolean()));
    for field in ["productCode", "paymentAmount", "env"] {
        let mut without = request.clone();
        without[field] = Value::Null;
        assert_eq!(scene.code(Operation::Consult, &without), "PARAM_ILLEGAL", "{field}");
    }
}
