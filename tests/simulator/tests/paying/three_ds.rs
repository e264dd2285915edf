//! 3-D Secure: who is asked, what the merchant is told, and authentications made elsewhere.

use antom_simulator::core::{ChallengeAnswer, Checkout, Operation, Outcome, Submitted};
use serde_json::{Value, json};

use crate::cards::{info, pay_by_card};
use crate::forms::{form, session_key, with_meta};
use crate::scene::{CLIENT, Scene, code_of, session};

const VISA: &str = "4054695723100768";
const MASTERCARD: &str = "5162774114974622";
const EXEMPT: &str = "4035501000000008";
const SOFT_DECLINE: &str = "4035501000000107";

/// The id at the end of the page's address.
fn challenge_in(answer: &Value) -> String {
    let url = answer["normalUrl"].as_str().expect("an address");
    let id = url.strip_prefix("http://127.0.0.1:4010/checkout/3ds/").expect("the bank's page");
    id.to_owned()
}

#[test]
fn a_pay_with_a_card_sends_the_buyer_to_the_banks_page_and_goes_on_there() {
    let mut scene = Scene::new();
    let request = pay_by_card("a1", VISA, &json!({"is3DSAuthentication": "true"}));
    let answer = scene.call(Operation::Pay, &request);
    assert_eq!(code_of(&answer), "PAYMENT_IN_PROCESS");
    let challenge = challenge_in(&answer);
    assert_eq!(challenge_in(&scene.call(Operation::Pay, &request)), challenge, "the same page again");
    let submitted = scene.gateway.answer_challenge(scene.now, &challenge, ChallengeAnswer::Approve);
    assert_eq!(submitted, Ok(Submitted::Authorized));
    let told = info(&mut scene, "a1")["threeDSResult"].clone();
    assert_eq!(
        (&told["eci"], &told["challenged"], &told["threeDSVersion"]),
        (&json!("05"), &json!(true), &json!("2.2.0"))
    );
    assert!(told["cavv"].is_string() && told["dsTransactionId"].is_string());
    assert_eq!(code_of(&scene.call(Operation::Pay, &request)), "SUCCESS");
}

#[test]
fn without_3ds_there_is_no_result_of_it() {
    let mut scene = Scene::new();
    assert_eq!(scene.code(Operation::Pay, &pay_by_card("a1", VISA, &json!({}))), "SUCCESS");
    assert_eq!(info(&mut scene, "a1").get("threeDSResult"), None);
}

#[test]
fn an_exempt_card_is_not_challenged_and_says_so() {
    let mut scene = Scene::new();
    let request = pay_by_card("a1", EXEMPT, &json!({"is3DSAuthentication": true}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS");
    let told = info(&mut scene, "a1")["threeDSResult"].clone();
    assert_eq!(
        (&told["challenged"], &told["exemptionType"], &told["eci"]),
        (&json!(false), &json!("transactionRiskAnalysis"), &json!("07"))
    );
}

#[test]
fn every_way_of_3ds_has_the_eci_of_its_scheme() {
    let mut scene = Scene::new();
    for (way, visa, mastercard, has_proof) in [
        ("frictionless", "05", "02", true),
        ("attempted", "06", "01", true),
        ("not_authenticated", "07", "00", false),
        ("low_value", "07", "00", false),
        ("data_only", "07", "04", false),
    ] {
        for (number, eci) in [(VISA, visa), (MASTERCARD, mastercard)] {
            let id = format!("{way}-{eci}-{}", &number[..1]);
            let area = json!({"card": {"threeDS": way}});
            scene.gateway.arrange(scene.now, None, CLIENT, &id, &area).expect("arranged");
            let request = pay_by_card(&id, number, &json!({"is3DSAuthentication": true}));
            assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS", "{id}");
            let told = info(&mut scene, &id)["threeDSResult"].clone();
            assert_eq!((told["eci"].as_str(), told["cavv"].is_string()), (Some(eci), has_proof), "{id}");
        }
    }
    let nobody = json!({"card": {"threeDS": "failed"}});
    scene.gateway.arrange(scene.now, None, CLIENT, "x", &nobody).expect_err("only a buyer can fail");
}

#[test]
fn a_soft_decline_becomes_a_challenge_where_the_merchant_allows_the_upgrade() {
    let mut scene = Scene::new();
    let plain = pay_by_card("a1", SOFT_DECLINE, &json!({}));
    assert_eq!(scene.code(Operation::Pay, &plain), "AUTHENTICATION_REQUIRED");
    let upgradable = pay_by_card("b1", SOFT_DECLINE, &json!({"enableAuthenticationUpgrade": "true"}));
    let answer = scene.call(Operation::Pay, &upgradable);
    assert_eq!(code_of(&answer), "PAYMENT_IN_PROCESS");
    let challenge = challenge_in(&answer);
    scene.gateway.answer_challenge(scene.now, &challenge, ChallengeAnswer::Approve).expect("answered");
    assert_eq!(info(&mut scene, "b1")["threeDSResult"]["challenged"], true);
    let at_once = pay_by_card("c1", SOFT_DECLINE, &json!({"is3DSAuthentication": true}));
    assert_eq!(scene.code(Operation::Pay, &at_once), "PAYMENT_IN_PROCESS");
    // A bank that wants authentication is not content with none.
    let area = json!({"card": {"threeDS": "not_authenticated"}});
    scene.gateway.arrange(scene.now, None, CLIENT, "d1", &area).expect("arranged");
    let unproven = pay_by_card("d1", SOFT_DECLINE, &json!({"is3DSAuthentication": true}));
    assert_eq!(scene.code(Operation::Pay, &unproven), "AUTHENTICATION_REQUIRED");
    // On a page the buyer may take another card.
    let key = session_key(&mut scene, &session("e1", ""));
    let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form(SOFT_DECLINE));
    let code = "AUTHENTICATION_REQUIRED".to_owned();
    assert_eq!(submitted, Ok(Submitted::Declined { result_code: code }));
    let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form(VISA));
    assert_eq!(submitted, Ok(Submitted::Authorized));
}

#[test]
fn a_failed_challenge_ends_the_session_and_a_new_one_is_needed() {
    let mut scene = Scene::new();
    let request = with_meta(&session("a1", ""), json!({"is3DSAuthentication": true}));
    let key = session_key(&mut scene, &request);
    let place = Checkout::Session(&key);
    let Ok(Submitted::Challenge { id, .. }) = scene.gateway.submit_card(scene.now, place, &form(VISA)) else {
        panic!("no challenge")
    };
    scene.gateway.answer_challenge(scene.now, &id, ChallengeAnswer::Decline).expect("answered");
    let answer = scene.call(Operation::InquiryPayment, &json!({"paymentRequestId": "a1"}));
    assert_eq!(
        (&answer["paymentStatus"], &answer["paymentResultCode"]),
        (&json!("FAIL"), &json!("USER_PAYMENT_VERIFICATION_FAILED"))
    );
    let told = &answer["paymentResultInfo"]["threeDSResult"];
    assert_eq!((&told["eci"], &told["threeDStransactionStatusReason"]), (&json!("07"), &json!("01")));
    assert!(scene.gateway.submit_card(scene.now, place, &form(VISA)).is_err());
    let again = session_key(&mut scene, &with_meta(&session("a2", ""), json!({})));
    let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&again), &form(VISA));
    assert_eq!(submitted, Ok(Submitted::Authorized));
}

#[test]
fn a_buyer_who_leaves_the_banks_page_may_come_back_until_the_payment_expires() {
    let mut scene = Scene::new();
    let request = pay_by_card("a1", VISA, &json!({"is3DSAuthentication": true}));
    let challenge = challenge_in(&scene.call(Operation::Pay, &request));
    let answer = ChallengeAnswer::Abandon;
    assert_eq!(scene.gateway.answer_challenge(scene.now, &challenge, answer), Ok(Submitted::Left));
    scene.advance(14 * 60 - 1);
    assert_eq!(scene.status("a1"), "PROCESSING");
    scene.advance(1);
    assert_eq!(scene.status("a1"), "FAIL");
    scene.gateway.answer_challenge(scene.now, &challenge, ChallengeAnswer::Approve).expect_err("too late");
}

#[test]
fn a_buyer_for_whom_a_test_acts_passes_the_challenge() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &pay_by_card("a1", MASTERCARD, &json!({"is3DSAuthentication": true})));
    scene.act("a1", Outcome::Success).expect("paid");
    let told = info(&mut scene, "a1");
    assert_eq!((&told["cardBrand"], &told["threeDSResult"]["eci"]), (&json!("MASTERCARD"), &json!("02")));
}

#[test]
fn an_authentication_made_elsewhere_is_taken_over_if_it_is_complete() {
    let mpi = json!({"threeDSVersion": "2.2.0", "eci": "06", "cavv": "AAAB", "dsTransactionId": "ds-1"});
    let with = |name: &str, value: Value| {
        let mut changed = mpi.clone();
        changed[name] = value;
        json!({"mpiData": changed})
    };
    let mut scene = Scene::new();
    let request = pay_by_card("a1", SOFT_DECLINE, &json!({"mpiData": mpi, "is3DSAuthentication": false}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS");
    assert_eq!(info(&mut scene, "a1")["threeDSResult"], mpi);
    for (number, wrong) in [
        with("threeDSVersion", json!("3.0")),
        with("threeDSVersion", Value::Null),
        with("eci", json!("04")),
        with("eci", json!("")),
        with("cavv", json!("x".repeat(65))),
        json!({"mpiData": mpi, "is3DSAuthentication": true}),
    ]
    .into_iter()
    .enumerate()
    {
        let request = pay_by_card(&format!("b{number}"), VISA, &wrong);
        assert_eq!(scene.code(Operation::Pay, &request), "PARAM_ILLEGAL", "{wrong}");
    }
    let hosted = with_meta(&crate::scene::pay("c1", ""), json!({"mpiData": mpi}));
    assert_eq!(scene.code(Operation::Pay, &hosted), "PARAM_ILLEGAL", "no card in the request");
}
