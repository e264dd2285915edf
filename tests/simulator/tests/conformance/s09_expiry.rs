//! When a payment ends by itself.

use antom_simulator::core::{Operation, Outcome};
use serde_json::json;

use crate::scene::{Scene, body_of, changed, code_of, pay};

// rules 9.1
#[test]
fn a_payment_expires_after_14_minutes_or_when_the_request_says() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    let sooner = changed(&pay("b1", ""), "paymentExpiryTime", json!("2026-01-10T10:05:00+08:00"));
    assert_eq!(scene.code(Operation::Pay, &sooner), "PAYMENT_IN_PROCESS");
    let past = changed(&pay("c1", ""), "paymentExpiryTime", json!("2026-01-10T09:59:59+08:00"));
    assert_eq!(scene.code(Operation::Pay, &past), "PARAM_ILLEGAL");
    scene.advance(300);
    assert_eq!((scene.status("a1").as_str(), scene.status("b1").as_str()), ("PROCESSING", "FAIL"));
    scene.advance(540);
    assert_eq!(scene.status("a1"), "FAIL");
}

// rules 9.2
#[test]
fn the_name_that_one_guide_gives_has_no_effect() {
    let mut scene = Scene::new();
    let misnamed = changed(&pay("a1", ""), "paymentExpireTime", json!("2026-01-10T10:05:00+08:00"));
    assert_eq!(scene.code(Operation::Pay, &misnamed), "PAYMENT_IN_PROCESS");
    scene.advance(14 * 60 - 1);
    assert_eq!(scene.status("a1"), "PROCESSING");
    let noticed = scene.gateway.verdicts_view(None).to_string();
    assert!(noticed.contains("paymentExpireTime"), "{noticed}");
}

// rules 9.3
#[test]
fn an_unpaid_payment_is_told_as_closed() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.advance(14 * 60);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT F"]);
    assert_eq!(code_of(&body_of(&scene.received[0].1)), "ORDER_IS_CLOSED");
}

// rules 9.4
#[test]
fn a_late_payment_of_a_closed_order_is_sent_back_by_the_gateway() {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    scene.advance(14 * 60);
    scene.gateway.succeed_late(scene.now, None, "a1").expect("paid late");
    scene.advance(30 * 86_400);
    let attempt = scene.attempt("a1");
    assert_eq!(attempt["held"], "0", "{attempt}");
    assert!(scene.act("a1", Outcome::Success).is_err());
}
