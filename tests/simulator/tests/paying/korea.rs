//! Korean cards whose bank verifies the buyer, and payments in instalments.

use antom_simulator::core::{
    CardForm, ChallengeAnswer, ChallengeKind, Checkout, Operation, Outcome, Submitted,
};
use serde_json::{Value, json};

use crate::cards::{info, pay_by_card};
use crate::forms::{form, session_key, with_meta};
use crate::scene::{Scene, changed, code_of, pay, session};

const KOREAN: &str = "9490220011669217";
const BRAZILIAN: &str = "4294097400915107";

fn verified(request: &Value, meta: Value) -> Value {
    let request = with_meta(request, meta);
    changed(&request, "paymentMethod.requireIssuerAuthentication", json!(true))
}

#[test]
fn the_bank_of_a_korean_card_asks_the_buyer_on_its_own_page() {
    let mut scene = Scene::new();
    let request = verified(&pay("a1", "AUTOMATIC"), json!({"selectedCardBrand": "KOOKMIN"}));
    let answer = scene.call(Operation::Pay, &request);
    let url = answer["normalUrl"].as_str().expect("an address");
    let id = url.rsplit('/').next().expect("an id").to_owned();
    let view = scene.gateway.challenge_view(&id).expect("a challenge");
    assert_eq!((view.kind, view.card_brand.as_str()), (ChallengeKind::IssuerAuthentication, "KOOKMIN"));
    scene.gateway.answer_challenge(scene.now, &id, ChallengeAnswer::Approve).expect("answered");
    let told = info(&mut scene, "a1");
    assert_eq!((&told["cardBrand"], &told["paymentMethodRegion"]), (&json!("KOOKMIN"), &json!("KR")));
    assert_eq!(told.get("threeDSResult"), None, "that is not 3-D Secure");
    let request = verified(&pay("b1", ""), json!({"selectedCardBrand": "HYUNDAI"}));
    assert_eq!(scene.code(Operation::Pay, &request), "PAYMENT_IN_PROCESS");
    scene.act("b1", Outcome::Success).expect("paid");
    assert_eq!(info(&mut scene, "b1").get("threeDSResult"), None);
}

#[test]
fn a_session_asks_the_bank_once_the_card_is_known() {
    let mut scene = Scene::new();
    let key = session_key(&mut scene, &verified(&session("a1", ""), json!({"selectedCardBrand": "HYUNDAI"})));
    let place = Checkout::Session(&key);
    let other = scene.gateway.submit_card(scene.now, place, &form("4054695723100768"));
    let code = "SELECTED_CARD_BRAND_NOT_AVAILABLE".to_owned();
    assert_eq!(other, Ok(Submitted::Declined { result_code: code }));
    let korean = CardForm { cvv: String::new(), ..form(KOREAN) };
    assert!(matches!(scene.gateway.submit_card(scene.now, place, &korean), Ok(Submitted::Challenge { .. })));
}

#[test]
fn a_merchant_that_asked_the_buyer_itself_needs_no_page() {
    let mut scene = Scene::new();
    let given = |id: &str, data: Value| {
        let mut meta = json!({"selectedCardBrand": "HYUNDAI", "requireIssuerAuthentication": true});
        meta.as_object_mut().expect("an object").extend(data.as_object().expect("an object").clone());
        pay_by_card(id, KOREAN, &meta)
    };
    for (id, data, code) in [
        ("a1", json!({"cardPasswordDigest": "12", "dateOfBirth": "1990-01-31"}), "SUCCESS"),
        ("a2", json!({"cardPasswordDigest": "12", "businessNo": "1234567890"}), "SUCCESS"),
        ("a3", json!({}), "PAYMENT_IN_PROCESS"),
        ("a4", json!({"cardPasswordDigest": "12"}), "PARAM_ILLEGAL"),
        ("a5", json!({"dateOfBirth": "1990-01-31"}), "PARAM_ILLEGAL"),
        ("a6", json!({"cardPasswordDigest": "1", "dateOfBirth": "1990-01-31"}), "PARAM_ILLEGAL"),
        ("a7", json!({"cardPasswordDigest": "12", "dateOfBirth": "1990-02-31"}), "PARAM_ILLEGAL"),
        ("a8", json!({"cardPasswordDigest": "12", "dateOfBirth": "31-01-1990"}), "PARAM_ILLEGAL"),
        ("a9", json!({"cardPasswordDigest": "12", "businessNo": "123456789"}), "PARAM_ILLEGAL"),
    ] {
        assert_eq!(scene.code(Operation::Pay, &given(id, data.clone())), code, "{id} {data}");
    }
}

#[test]
fn issuer_authentication_needs_a_korean_brand_and_automatic_capture() {
    let mut scene = Scene::new();
    for (request, code) in [
        (verified(&pay("a1", "MANUAL"), json!({"selectedCardBrand": "HYUNDAI"})), "PARAM_ILLEGAL"),
        (verified(&pay("a2", ""), json!({})), "PARAM_ILLEGAL"),
        (verified(&pay("a3", ""), json!({"selectedCardBrand": "VISA"})), "PARAM_ILLEGAL"),
        (verified(&pay("a4", "AUTOMATIC"), json!({"selectedCardBrand": "BC"})), "PAYMENT_IN_PROCESS"),
    ] {
        assert_eq!(scene.code(Operation::Pay, &request), code, "{request}");
    }
}

#[test]
fn a_payment_in_instalments_counts_once_and_in_full() {
    let mut scene = Scene::new();
    let amount = json!({"currency": "BRL", "value": "4200"});
    let planned = |id: &str, plan: Value| {
        let request = changed(&pay_by_card(id, BRAZILIAN, &json!({})), "creditPayPlan", plan);
        changed(&request, "paymentAmount", amount.clone())
    };
    let plan = json!({"installmentNum": "6", "creditPayFeeType": "PERCENTAGE", "feePercentage": 5});
    let answer = scene.call(Operation::Pay, &planned("a1", plan));
    assert_eq!((code_of(&answer).as_str(), &answer["paymentAmount"]), ("SUCCESS", &amount));
    assert_eq!(info(&mut scene, "a1")["creditPayPlan"], json!({"installmentNum": 6, "interval": "MONTH"}));
    scene.advance(2);
    let attempt = scene.attempt("a1");
    assert_eq!((&attempt["captured"], &attempt["executed"]["capture"]), (&json!("4200"), &json!(1)));
    for (number, wrong) in [
        json!({}),
        json!({"installmentNum": 1}),
        json!({"installmentNum": 37}),
        json!({"installmentNum": "six"}),
        json!({"installmentNum": 6, "creditPayFeeType": "FIXED"}),
        json!({"installmentNum": 6, "creditPayFeeType": "PERCENTAGE", "feePercentage": 101}),
    ]
    .into_iter()
    .enumerate()
    {
        let request = planned(&format!("b{number}"), wrong.clone());
        assert_eq!(scene.code(Operation::Pay, &request), "PARAM_ILLEGAL", "{wrong}");
    }
}

#[test]
fn a_buyer_chooses_the_instalments_where_the_merchant_lets_the_page_ask() {
    let mut scene = Scene::new();
    let mut submitted = |id: &str, collects: bool, number: u8| {
        let request = changed(&session(id, ""), "enableInstallmentCollection", json!(collects));
        let request = changed(&request, "paymentAmount", json!({"currency": "BRL", "value": "4200"}));
        let key = session_key(&mut scene, &request);
        let view = scene.gateway.checkout_view(Checkout::Session(&key)).expect("a view");
        assert_eq!(view.collects_instalments, collects);
        let form = CardForm { installment_num: Some(number), ..form(BRAZILIAN) };
        let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form);
        (submitted.expect("submitted"), info(&mut scene, id)["creditPayPlan"]["installmentNum"].as_u64())
    };
    assert_eq!(submitted("a1", true, 3), (Submitted::Authorized, Some(3)));
    assert_eq!(submitted("b1", false, 3), (Submitted::Authorized, None));
    let refused = Submitted::Declined { result_code: "CARD_NOT_SUPPORTED".to_owned() };
    assert_eq!(submitted("c1", true, 7), (refused, None), "nobody offers seven parts");
}
