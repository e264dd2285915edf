//! Storing a card without a payment: sessions, the gateway's page, cards that the merchant sends.

use antom_simulator::core::{
    Answer, CardForm, ChallengeAnswer, Checkout, CheckoutStanding, Completion, CompletionError, Operation,
    Outcome, Submitted,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::scene::*;

const GOOD: &str = "4054695723100768";
const BAD: &str = "4054692760174822";
const EXEMPT: &str = "4035501000000008";
const WANTS_AUTHENTICATION: &str = "4035501000000107";

pub(crate) fn vault(id: &str) -> Value {
    json!({
        "vaultingRequestId": id,
        "vaultingNotificationUrl": "http://127.0.0.1:1/vaulted",
        "redirectUrl": "https://shop.test/cards",
        "paymentMethodDetail": {"paymentMethodType": "CARD"},
        "env": {"terminalType": "WEB", "clientIp": "127.0.0.1"},
        "metadata": "buyer 7",
    })
}

/// The same with a card that the merchant took from the buyer.
pub(crate) fn vault_card(id: &str, number: &str) -> Value {
    let card = json!({
        "cardNo": number, "expiryYear": "30", "expiryMonth": "12", "cvv": "123",
        "cardholderName": {"firstName": "Ada", "lastName": "Byron"},
    });
    changed(&vault(id), "paymentMethodDetail.card", card)
}

fn session(id: &str) -> Value {
    json!({
        "paymentMethodType": "CARD", "vaultingRequestId": id, "redirectUrl": "https://shop.test/cards",
        "vaultingNotificationUrl": "http://127.0.0.1:1/vaulted",
    })
}

fn form(number: &str) -> CardForm {
    CardForm {
        card_no: number.to_owned(),
        expiry_month: "12".to_owned(),
        expiry_year: "30".to_owned(),
        cvv: "123".to_owned(),
        ..CardForm::default()
    }
}

fn inquire(scene: &mut Scene, id: &str) -> Value {
    scene.call(Operation::InquireVaulting, &json!({"vaultingRequestId": id}))
}

/// The last part of `normalUrl`.
fn page_of(answer: &Value) -> String {
    let url = answer["normalUrl"].as_str().expect("an address");
    url.rsplit('/').next().expect("an id").to_owned()
}

fn act(scene: &mut Scene, id: &str, act: &Completion) -> Result<Value, CompletionError> {
    scene.gateway.complete_vaulting(scene.now, None, id, act)
}

fn told(scene: &Scene) -> Vec<Value> {
    scene.received.iter().map(|(_, send)| body_of(send)).collect()
}

#[test]
fn a_session_is_for_the_sdks_vaulting_form_and_stores_what_the_buyer_enters() {
    let mut scene = Scene::new();
    let made = scene.call(Operation::CreateVaultingSession, &session("v1"));
    assert_eq!(code_of(&made), "SUCCESS");
    assert_eq!(made["vaultingSessionExpiryTime"], "2026-01-10T11:00:00+08:00");
    assert_eq!(made["vaultingSessionId"].as_str().expect("an id").len(), 64);
    let data = made["vaultingSessionData"].as_str().expect("data");
    let parts: Vec<&str> = data.split("&&").collect();
    assert_eq!((parts.len(), data.len() <= 4_096), (4, true));
    let part: Value = serde_json::from_slice(&STANDARD.decode(parts[3]).expect("base64")).expect("JSON");
    let config = &part["paymentSessionConfig"];
    let sign = format!(
        "{}_{}",
        config["productScene"].as_str().expect("a scene"),
        config["paymentMethodCategoryType"].as_str().expect("a category")
    );
    assert_eq!(sign, "VAULTING_CARD", "the page that AMSVaulting opens");
    let key = parts[..3].join("&&");
    let view = scene.gateway.checkout_view(Checkout::Session(&key)).expect("a view");
    assert_eq!((view.stores_only, view.payment_request_id.as_str()), (true, "v1"));
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "PROCESSING");
    let done = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form(GOOD));
    assert_eq!(done, Ok(Submitted::Authorized));
    let answer = inquire(&mut scene, "v1");
    assert_eq!(
        (&answer["vaultingStatus"], &answer["vaultingResultCode"]),
        (&json!("SUCCESS"), &json!("SUCCESS"))
    );
    let card = &answer["paymentMethodDetail"]["card"];
    assert_eq!((&card["lastFour"], &card["brand"]), (&json!("0768"), &json!("VISA")));
    assert!(card["cardToken"].is_string());
    assert_eq!(scene.gateway.ledger(None)["orders"], json!({}), "no money moves");
}

#[test]
fn a_card_that_the_merchant_sends_is_stored_at_once_and_never_shown_whole() {
    let mut scene = Scene::new();
    let answer = scene.call(Operation::VaultPaymentMethod, &vault_card("v1", GOOD));
    assert_eq!((code_of(&answer).as_str(), &answer["vaultingRequestId"]), ("SUCCESS", &json!("v1")));
    let card = &answer["paymentMethodDetail"]["card"];
    assert_eq!(card["maskedCardNo"], "************0768");
    assert_eq!(card["cardholderName"]["fullName"], "Ada Byron");
    assert_eq!((&card["expiryYear"], &card["expiryMonth"]), (&json!("30"), &json!("12")));
    assert!(!answer.to_string().contains(GOOD), "{answer}");
    assert_eq!(answer["normalUrl"], Value::Null);
    scene.advance(3);
    let news = told(&scene);
    assert_eq!(news.len(), 1);
    assert_eq!((&news[0]["vaultingRequestId"], &news[0]["metadata"]), (&json!("v1"), &json!("buyer 7")));
    assert_eq!(news[0]["result"]["resultStatus"], "S");
    assert_eq!(news[0]["paymentMethodDetail"], answer["paymentMethodDetail"]);
    assert_eq!(news[0]["notifyType"], Value::Null, "the published message has none");
}

#[test]
fn without_a_card_the_buyer_goes_to_the_gateways_page() {
    let mut scene = Scene::new();
    let request = vault("v1");
    let answer = scene.call(Operation::VaultPaymentMethod, &request);
    assert_eq!(
        (code_of(&answer).as_str(), &answer["result"]["resultStatus"]),
        ("PAYMENT_IN_PROCESS", &json!("U"))
    );
    let page = page_of(&answer);
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &request), "PAYMENT_IN_PROCESS");
    assert_eq!(page_of(&inquire(&mut scene, "v1")), page);
    let place = Checkout::Payment(&page);
    let declined = scene.gateway.submit_card(scene.now, place, &form(BAD));
    assert_eq!(declined, Ok(Submitted::Declined { result_code: "DO_NOT_HONOR".to_owned() }));
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "PROCESSING", "another card may be tried");
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Ok(Submitted::Authorized));
    let replayed = scene.call(Operation::VaultPaymentMethod, &request);
    assert_eq!(code_of(&replayed), "SUCCESS");
    assert!(replayed["paymentMethodDetail"]["card"]["cardToken"].is_string());
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Err(CompletionError::Final));
    let view = scene.gateway.checkout_view(place).expect("a view");
    assert_eq!(view.standing, CheckoutStanding::Succeeded);
    let app = changed(&vault("v2"), "env", json!({"terminalType": "APP", "osType": "IOS"}));
    let answer = scene.call(Operation::VaultPaymentMethod, &app);
    assert_eq!(answer["applinkUrl"], answer["normalUrl"]);
    assert!(answer["applinkUrl"].is_string());
}

#[test]
fn the_bank_asks_where_the_merchant_wants_3d_secure() {
    let mut scene = Scene::new();
    let asking = |id: &str, number: &str| {
        changed(&vault_card(id, number), "paymentMethodDetail.card.is3DSAuthentication", json!(true))
    };
    let answer = scene.call(Operation::VaultPaymentMethod, &asking("v1", GOOD));
    assert_eq!(code_of(&answer), "PAYMENT_IN_PROCESS");
    let id = page_of(&answer);
    let view = scene.gateway.challenge_view(&id).expect("a question");
    assert_eq!((view.open, view.last_four.as_str()), (true, "0768"));
    let mut answered = |id: &str, answer| scene.gateway.answer_challenge(scene.now, id, answer);
    assert_eq!(answered(&id, ChallengeAnswer::Abandon), Ok(Submitted::Left));
    assert_eq!(answered(&id, ChallengeAnswer::Approve), Ok(Submitted::Authorized));
    assert_eq!(answered(&id, ChallengeAnswer::Approve), Err(CompletionError::Final));
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "SUCCESS");
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &asking("v2", EXEMPT)), "SUCCESS");
    let refused = page_of(&scene.call(Operation::VaultPaymentMethod, &asking("v3", GOOD)));
    scene.gateway.answer_challenge(scene.now, &refused, ChallengeAnswer::Decline).expect("an answer");
    let answer = inquire(&mut scene, "v3");
    assert_eq!(answer["vaultingStatus"], "FAIL");
    assert_eq!(answer["vaultingResultCode"], "USER_PAYMENT_VERIFICATION_FAILED");
    assert_eq!(
        scene.code(Operation::VaultPaymentMethod, &asking("v3", GOOD)),
        "USER_PAYMENT_VERIFICATION_FAILED"
    );
}

#[test]
fn another_card_makes_the_banks_question_void() {
    let mut scene = Scene::new();
    let request = changed(&vault("v1"), "paymentMethodDetail.card", json!({"is3DSAuthentication": true}));
    let page = page_of(&scene.call(Operation::VaultPaymentMethod, &request));
    let mut submit = |number: &str| {
        scene.gateway.submit_card(scene.now, Checkout::Payment(&page), &form(number)).expect("a try")
    };
    let Submitted::Challenge { id, .. } = submit(GOOD) else { panic!("no question") };
    assert!(matches!(submit(BAD), Submitted::Declined { .. }));
    assert!(!scene.gateway.challenge_view(&id).expect("a question").open);
    let answered = scene.gateway.answer_challenge(scene.now, &id, ChallengeAnswer::Approve);
    assert_eq!(answered, Err(CompletionError::Final));
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "PROCESSING");
}

#[test]
fn a_bank_that_wants_authentication_declines_or_asks_as_the_merchant_chose() {
    let mut scene = Scene::new();
    let plain = vault_card("v1", WANTS_AUTHENTICATION);
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &plain), "AUTHENTICATION_REQUIRED");
    let upgrade = changed(
        &vault_card("v2", WANTS_AUTHENTICATION),
        "paymentMethodDetail.card.enableAuthenticationUpgrade",
        json!("true"),
    );
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &upgrade), "PAYMENT_IN_PROCESS");
}

#[test]
fn card_data_that_cannot_be_right_fails_the_vaulting_for_good() {
    let mut scene = Scene::new();
    let with = |id: &str, name: &str, value: &str| {
        changed(&vault_card(id, GOOD), &format!("paymentMethodDetail.card.{name}"), json!(value))
    };
    for (request, code) in [
        (vault_card("v1", BAD), "DO_NOT_HONOR"),
        (vault_card("v2", "4054695723100769"), "INVALID_CARD_NUMBER"),
        (with("v3", "expiryMonth", "13"), "INVALID_EXPIRATION_DATE"),
        (with("v4", "expiryYear", "25"), "INVALID_EXPIRATION_DATE"),
        (with("v5", "cvv", "99"), "INVALID_PAYMENT_METHOD_META_DATA"),
        (with("v6", "selectedCardBrand", "JCB"), "SELECTED_CARD_BRAND_NOT_AVAILABLE"),
    ] {
        let answer = scene.call(Operation::VaultPaymentMethod, &request);
        assert_eq!((code_of(&answer).as_str(), &answer["result"]["resultStatus"]), (code, &json!("F")));
        assert_eq!(scene.code(Operation::VaultPaymentMethod, &request), code, "the same answer again");
    }
    assert_eq!(scene.gateway.token_views(None), Vec::<Value>::new());
    scene.advance(3);
    assert!(told(&scene).iter().all(|news| news["result"]["resultStatus"] == "F"));
    assert_eq!(told(&scene).len(), 6);
}

#[test]
fn what_is_wrong_with_a_request_is_said_by_name_and_keeps_the_id_free() {
    let mut scene = Scene::new();
    for (request, code, hint) in [
        (changed(&vault("v1"), "vaultingRequestId", Value::Null), "PARAM_ILLEGAL", "vaultingRequestId"),
        (changed(&vault("v1"), "paymentMethodDetail", json!({})), "PARAM_ILLEGAL", "paymentMethodType"),
        (
            changed(&vault("v1"), "paymentMethodDetail.paymentMethodType", json!("GCASH")),
            "PAYMENT_METHOD_NOT_SUPPORTED",
            "GCASH",
        ),
        (changed(&vault("v1"), "redirectUrl", json!("x".repeat(2_049))), "PARAM_ILLEGAL", "redirectUrl"),
        (changed(&vault("v1"), "vaultingCurrency", json!("XXY")), "CURRENCY_NOT_SUPPORT", ""),
        (
            changed(&vault_card("v1", GOOD), "paymentMethodDetail.card.billingAddress", json!({"city": "X"})),
            "PARAM_ILLEGAL",
            "billingAddress.region",
        ),
    ] {
        let answer = scene.call(Operation::VaultPaymentMethod, &request);
        let message = answer["result"]["resultMessage"].as_str().expect("a message").to_owned();
        assert_eq!(code_of(&answer), code, "{message}");
        assert!(message.contains(hint), "{message}");
    }
    let wallet = changed(&session("v1"), "paymentMethodType", json!("GCASH"));
    assert_eq!(scene.code(Operation::CreateVaultingSession, &wallet), "PAYMENT_METHOD_NOT_SUPPORTED");
    assert_eq!(code_of(&inquire(&mut scene, "v1")), "ORDER_NOT_EXIST");
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &vault_card("v1", GOOD)), "SUCCESS");
}

#[test]
fn one_id_stands_for_one_thing_to_store() {
    let mut scene = Scene::new();
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &vault_card("v1", GOOD)), "SUCCESS");
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &vault_card("v1", GOOD)), "SUCCESS");
    assert_eq!(scene.gateway.token_views(None).len(), 1);
    assert_eq!(scene.violations(), json!([]));
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &vault_card("v1", BAD)), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(scene.code(Operation::CreateVaultingSession, &session("v1")), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(scene.violations(), json!([{"rule": "same_id_other_content", "id": "v1"}]));
    let made = scene.call(Operation::CreateVaultingSession, &session("v2"));
    let again = scene.call(Operation::CreateVaultingSession, &session("v2"));
    assert_eq!(made["vaultingSessionData"], again["vaultingSessionData"]);
    assert_eq!(scene.code(Operation::VaultPaymentMethod, &vault("v2")), "REPEAT_REQ_INCONSISTENT");
}

#[test]
fn vaultings_and_tokens_are_their_clients_own() {
    let mut scene = Scene::new();
    scene.call(Operation::VaultPaymentMethod, &vault_card("v1", GOOD));
    let mut other = |operation, body: Value| {
        let body = body.to_string();
        match scene.gateway.call(scene.now, "SANDBOX_OTHER", operation, body.as_bytes()).answer {
            Answer::Body(text, _) => code_of(&serde_json::from_str(&text).expect("JSON")),
            answer => panic!("no answer: {answer:?}"),
        }
    };
    assert_eq!(other(Operation::InquireVaulting, json!({"vaultingRequestId": "v1"})), "ORDER_NOT_EXIST");
    assert_eq!(other(Operation::VaultPaymentMethod, vault("v1")), "PAYMENT_IN_PROCESS");
    assert_eq!(scene.gateway.vaulting_views(Some(CLIENT)).len(), 1);
    assert_eq!(scene.gateway.vaulting_views(None).len(), 2);
    assert_eq!(scene.gateway.token_views(Some("SANDBOX_OTHER")), Vec::<Value>::new());
}

#[test]
fn a_test_acts_for_the_buyer() {
    let mut scene = Scene::new();
    for (id, completion, status) in [
        ("v1", Completion::of(Outcome::Success), "SUCCESS"),
        ("v2", Completion::of(Outcome::Success).with_card("5162774114974622"), "SUCCESS"),
        ("v3", Completion::of(Outcome::Fail).with_result_code("RISK_REJECT"), "FAIL"),
        ("v4", Completion::of(Outcome::Decline), "PROCESSING"),
        ("v5", Completion::of(Outcome::Cancel), "PROCESSING"),
    ] {
        scene.call(Operation::CreateVaultingSession, &session(id));
        let view = act(&mut scene, id, &completion).expect("an act");
        assert_eq!(view["vaultingStatus"], status, "{id}");
    }
    assert_eq!(inquire(&mut scene, "v2")["paymentMethodDetail"]["card"]["brand"], "MASTERCARD");
    assert_eq!(inquire(&mut scene, "v3")["vaultingResultCode"], "RISK_REJECT");
    let success = Completion::of(Outcome::Success);
    assert_eq!(act(&mut scene, "v1", &success), Err(CompletionError::Final));
    assert_eq!(act(&mut scene, "v9", &success), Err(CompletionError::Unknown));
    let pending = act(&mut scene, "v4", &Completion::of(Outcome::Pending));
    assert!(matches!(pending, Err(CompletionError::Invalid(_))), "{pending:?}");
    let unknown = act(&mut scene, "v4", &success.with_card("1234"));
    assert!(matches!(unknown, Err(CompletionError::Invalid(_))), "{unknown:?}");
    scene.advance(3);
    let ids: Vec<Value> = told(&scene).iter().map(|news| news["vaultingRequestId"].clone()).collect();
    assert_eq!(ids, ["v1", "v2", "v3"], "only final outcomes are told");
}

#[test]
fn a_vaulting_that_nobody_finishes_fails_when_its_time_is_over() {
    let mut scene = Scene::new();
    scene.call(Operation::CreateVaultingSession, &session("v1"));
    scene.call(Operation::CreateVaultingSession, &session("v2"));
    let page = page_of(&scene.call(Operation::VaultPaymentMethod, &vault("v3")));
    act(&mut scene, "v2", &Completion::of(Outcome::Decline)).expect("a failed try");
    scene.advance(14 * 60);
    assert_eq!(inquire(&mut scene, "v3")["vaultingResultCode"], "ORDER_IS_CLOSED");
    let late = scene.gateway.submit_card(scene.now, Checkout::Payment(&page), &form(GOOD));
    assert_eq!(late, Err(CompletionError::Final));
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "PROCESSING");
    scene.advance(3_600);
    for id in ["v1", "v2"] {
        assert_eq!(inquire(&mut scene, id)["vaultingStatus"], "FAIL");
    }
    let ids: Vec<Value> = told(&scene).iter().map(|news| news["vaultingRequestId"].clone()).collect();
    assert_eq!(ids, ["v3", "v2"], "a session that nobody used ends in silence");
}

#[test]
fn faults_and_scenarios_reach_the_newer_operations_and_their_notifications() {
    let mut scene = Scene::new();
    let plan = json!({"rules": [
        {"target": "vaultPaymentMethod", "script": [true], "do": {"kind": "drop", "effect": true}},
        {"target": "inquireVaulting", "script": [true], "do": {"kind": "unknown_enum"}},
        {"target": "notification:VAULTING_RESULT", "script": [true], "do": {"kind": "drop"}},
    ]});
    scene.gateway.set_faults(plan).expect("a plan");
    let request = vault_card("v1", GOOD);
    assert_eq!(scene.raw(Operation::VaultPaymentMethod, request.to_string().as_bytes()), Answer::Close);
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "NEWLY_INVENTED");
    assert_eq!(inquire(&mut scene, "v1")["vaultingStatus"], "SUCCESS", "it took effect all the same");
    scene.advance(3);
    assert_eq!(told(&scene).len(), 0);
    scene.advance(120);
    assert_eq!(told(&scene).len(), 1, "sent again");
    let scenario = json!({"api": "deleteToken", "resultCode": "SYSTEM_ERROR", "minutes": 30});
    scene.gateway.start_scenario(scene.now, scenario).expect("a scenario");
    assert_eq!(scene.code(Operation::DeleteToken, &json!({"token": "any"})), "SYSTEM_ERROR");
    let journal = scene.gateway.journal_view(None);
    let operations: Vec<&Value> =
        journal["entries"].as_array().expect("entries").iter().map(|entry| &entry["operation"]).collect();
    assert!(
        operations.contains(&&json!("vaultPaymentMethod")) && operations.contains(&&json!("deleteToken"))
    );
}
