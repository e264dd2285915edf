//! Codes that a test asks for: failures of the buyer, of captures and refunds, and notifications made by hand.
//! Everything goes through what the control API offers.

use antom_simulator::core::{Completion, Operation, Outcome};
use serde_json::{Value, json};

use crate::book::Book;
use crate::scene::{Scene, capture, pay, refund};

pub(crate) fn reach(book: &mut Book) {
    payments(book);
    refusals(book);
    captures(book);
    refunds(book);
    by_hand(book);
}

/// The buyer fails, or leaves it open: inquiry, notification and a repeated `pay` tell the code.
fn payments(book: &mut Book) {
    for (status, phase, outcome) in [("F", "FAIL", Outcome::Fail), ("U", "PENDING", Outcome::Pending)] {
        for code in book.codes("paymentResultCode", status) {
            let mut scene = failed(outcome, &code);
            let answer = scene.inquire("a1");
            assert_eq!(
                (&answer["paymentResultCode"], &answer["paymentStatus"]),
                (&json!(code), &json!(phase))
            );
            assert!(answer["paymentResultMessage"].is_string(), "{answer}");
            book.note("paymentResultCode", &code, "the buyer's act with this code, then an inquiry");
        }
    }
    let mut scene = Scene::new();
    scene.authorized("a1", "");
    assert_eq!(scene.inquire("a1")["paymentResultCode"], "SUCCESS");
    book.note("paymentResultCode", "SUCCESS", "the buyer has paid");
    scene.advance(3);
    book.reached(
        "notifyPayment",
        "SUCCESS",
        "the buyer has paid",
        &scene.told("PAYMENT_RESULT")[0]["result"],
    );
    for code in book.codes("notifyPayment", "F") {
        let mut scene = failed(Outcome::Fail, &code);
        let answer = scene.call(Operation::Pay, &pay("a1", ""));
        if book.has("pay", &code) {
            book.reached("pay", &code, "the buyer fails with this code, then a repeat", &answer["result"]);
        }
        scene.advance(3);
        let told = scene.told("PAYMENT_RESULT");
        book.reached("notifyPayment", &code, "the buyer fails with this code", &told[0]["result"]);
    }
}

fn failed(outcome: Outcome, code: &str) -> Scene {
    let mut scene = Scene::new();
    scene.pay("a1", "");
    let act = Completion::of(outcome).with_result_code(code);
    scene.gateway.complete(scene.now, None, "a1", &act).expect("an act of the buyer");
    scene
}

/// `pay`, `capture` and `refund` answer a failure that is arranged for the payment.
fn refusals(book: &mut Book) {
    for code in book.codes("pay", "F") {
        let mut scene = Scene::new();
        scene.arrange("a1", json!({"pay": {"answer": "fail", "resultCode": code}}));
        let answer = scene.call(Operation::Pay, &pay("a1", ""));
        book.reached("pay", &code, "an arranged answer", &answer["result"]);
    }
    for code in book.codes("capture", "F") {
        let answer = captured(&json!({"outcome": "refuse", "resultCode": code})).1;
        book.reached("capture", &code, "an arranged refusal", &answer["result"]);
    }
    for code in book.codes("refund", "F") {
        let answer = refunded(&json!({"outcome": "refuse", "resultCode": code})).1;
        book.reached("refund", &code, "an arranged refusal", &answer["result"]);
    }
}

/// A manual capture with this end arranged for it, ten seconds later.
fn captured(fate: &Value) -> (Scene, Value) {
    let mut scene = Scene::new();
    let id = scene.authorized("a1", "MANUAL");
    scene.arrange("a1", json!({"capture": fate}));
    let answer = scene.call(Operation::Capture, &capture("c1", &id, "4200"));
    scene.advance(10);
    (scene, answer)
}

/// A refund of a card with this end arranged for it, ten seconds later.
fn refunded(fate: &Value) -> (Scene, Value) {
    let mut scene = Scene::new();
    let id = scene.authorized("a1", "");
    scene.advance(5);
    scene.arrange("a1", json!({"refund": fate}));
    let answer = scene.call(Operation::Refund, &refund("r1", &id, "100"));
    scene.advance(10);
    (scene, answer)
}

fn captures(book: &mut Book) {
    for code in book.codes("notifyCapture", "F") {
        let (scene, _) = captured(&json!({"outcome": "fail", "resultCode": code}));
        let told = scene.told("CAPTURE_RESULT");
        book.reached("notifyCapture", &code, "an arranged failure", &told[0]["result"]);
    }
    for code in book.codes("transactionResult", "F") {
        let (mut scene, _) = captured(&json!({"outcome": "fail", "resultCode": code}));
        let entry = &scene.transactions("a1", "CAPTURE")[0];
        assert_eq!(entry["transactionStatus"], "FAIL");
        book.reached(
            "transactionResult",
            &code,
            "an arranged failure of a capture",
            &entry["transactionResult"],
        );
    }
    for code in book.codes("transactionResult", "U") {
        let (mut scene, answer) = captured(&json!({"outcome": "stay", "resultCode": code}));
        if book.has("capture", &code) {
            book.reached("capture", &code, "an arranged unknown outcome", &answer["result"]);
        }
        let entry = &scene.transactions("a1", "CAPTURE")[0];
        assert_eq!(entry["transactionStatus"], "PROCESSING");
        let how = "an arranged unknown outcome of a capture";
        book.reached("transactionResult", &code, how, &entry["transactionResult"]);
    }
    let (mut scene, _) = captured(&json!({"outcome": "succeed"}));
    let entry = &scene.transactions("a1", "CAPTURE")[0];
    book.reached("transactionResult", "SUCCESS", "a capture", &entry["transactionResult"]);
    book.reached("notifyCapture", "SUCCESS", "a capture", &scene.told("CAPTURE_RESULT")[0]["result"]);
}

/// A refund's own code is told by its notification, and by the payment's transactions.
fn refunds(book: &mut Book) {
    for code in book.codes("refundResultCode", "F") {
        let (mut scene, _) = refunded(&json!({"outcome": "fail", "resultCode": code}));
        let status = &scene.call(Operation::InquiryRefund, &json!({"refundRequestId": "r1"}))["refundStatus"];
        assert_eq!(status, "FAIL");
        let entry = &scene.transactions("a1", "REFUND")[0];
        book.reached("refundResultCode", &code, "an arranged failure", &entry["transactionResult"]);
    }
    for code in book.codes("refundResultCode", "U") {
        let (mut scene, answer) = refunded(&json!({"outcome": "stay", "resultCode": code}));
        book.reached("refund", &code, "an arranged unknown outcome", &answer["result"]);
        let entry = &scene.transactions("a1", "REFUND")[0];
        book.reached("refundResultCode", &code, "an arranged unknown outcome", &entry["transactionResult"]);
    }
    let (mut scene, _) = refunded(&json!({"outcome": "succeed"}));
    let entry = &scene.transactions("a1", "REFUND")[0];
    book.reached("refundResultCode", "SUCCESS", "a refund", &entry["transactionResult"]);
    book.reached("notifyRefund", "SUCCESS", "a refund", &scene.told("REFUND_RESULT")[0]["result"]);
    for code in book.codes("notifyRefund", "F") {
        let (scene, _) = refunded(&json!({"outcome": "fail", "resultCode": code}));
        let told = &scene.told("REFUND_RESULT")[0];
        assert_eq!(told["refundStatus"], "FAIL");
        book.reached("notifyRefund", &code, "an arranged failure", &told["result"]);
    }
}

/// Results that no payment comes to, in notifications made by hand.
fn by_hand(book: &mut Book) {
    for (api, kind) in [
        ("notifyPayment", "PAYMENT_RESULT"),
        ("notifyCapture", "CAPTURE_RESULT"),
        ("notifyRefund", "REFUND_RESULT"),
        ("notifyVaulting", "VAULTING_RESULT"),
    ] {
        for code in book.missing_of(api) {
            let mut scene = Scene::new();
            let input = json!({"url": "http://127.0.0.1:1/n", "notifyType": kind, "resultCode": code});
            scene.gateway.trigger_notification(scene.now, "SANDBOX_TEST", input).expect("a notification");
            scene.advance(1);
            book.reached(api, &code, "a notification made by hand", &scene.told(kind)[0]["result"]);
        }
    }
}
