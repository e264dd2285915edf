//! Cards.

use antom_simulator::core::Operation;
use serde_json::{Value, json};

use crate::scene::{Scene, changed, pay};

const VISA: &str = "4054695723100768";
const KOREAN: &str = "9490220011669217";

fn with_card(id: &str, number: &str, extra: &Value) -> Value {
    let mut meta = json!({
        "cardNo": number, "expiryYear": "30", "expiryMonth": "12", "cvv": "123",
        "cardholderName": {"firstName": "A", "lastName": "B"},
        "billingAddress": {"region": "US", "address1": "1 Main Street", "zipCode": "94105"},
    });
    for (name, value) in extra.as_object().expect("members") {
        meta[name] = value.clone();
    }
    changed(&pay(id, ""), "paymentMethod.paymentMethodMetaData", meta)
}

fn info(scene: &mut Scene, id: &str) -> Value {
    scene.inquire(id)["paymentResultInfo"].clone()
}

// rules 15.1
#[test]
fn a_merchant_asks_for_3d_secure() {
    let mut scene = Scene::new();
    let asked = with_card("a1", VISA, &json!({"is3DSAuthentication": true}));
    assert_eq!(scene.code(Operation::Pay, &asked), "PAYMENT_IN_PROCESS");
    assert_eq!(scene.code(Operation::Pay, &with_card("b1", VISA, &json!({}))), "SUCCESS");
}

// rules 15.2
#[test]
fn issuer_authentication_asks_for_what_the_bank_knows() {
    let mut scene = Scene::new();
    let wanted = json!({"requireIssuerAuthentication": true, "paymentMethodRegion": "KR", "selectedCardBrand": "HYUNDAI"});
    let answer = scene.call(Operation::Pay, &with_card("a1", KOREAN, &wanted));
    assert_eq!(
        answer["result"]["resultCode"], "PAYMENT_IN_PROCESS",
        "the bank asks on its own page: {answer}"
    );
    assert!(answer["normalUrl"].is_string());
}

// rules 15.3
#[test]
fn a_card_is_stored_where_the_merchant_asks_for_consent() {
    let mut scene = Scene::new();
    let storing = with_card("a1", VISA, &json!({"tokenizeMode": "ASKFORCONSENT"}));
    assert_eq!(scene.code(Operation::Pay, &storing), "SUCCESS");
    assert!(info(&mut scene, "a1")["cardToken"].is_string());
    scene.call(Operation::Pay, &with_card("b1", VISA, &json!({})));
    assert_eq!(info(&mut scene, "b1").get("cardToken"), None);
}

fn stored(scene: &mut Scene) -> (String, String) {
    let storing = with_card("s1", VISA, &json!({"tokenizeMode": "ASKFORCONSENT"}));
    assert_eq!(scene.code(Operation::Pay, &storing), "SUCCESS");
    let info = info(scene, "s1");
    let text = |name: &str| info[name].as_str().expect(name).to_owned();
    (text("cardToken"), text("networkTransactionId"))
}

fn by_token(id: &str, token: &str, meta: Value) -> Value {
    let request = changed(&pay(id, ""), "paymentMethod.paymentMethodMetaData", meta);
    changed(&request, "paymentMethod.paymentMethodId", json!(token))
}

// rules 15.4
#[test]
fn a_stored_card_pays_by_its_token() {
    let mut scene = Scene::new();
    let (token, _) = stored(&mut scene);
    let request = by_token("a1", &token, json!({"isCardOnFile": true}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS");
    assert_eq!(info(&mut scene, "a1")["lastFour"], "0768");
    let unknown = scene.call(Operation::Pay, &by_token("b1", "no-token", json!({"isCardOnFile": true})));
    assert_eq!(unknown["result"]["resultStatus"], "F");
}

// rules 15.5
#[test]
fn the_merchant_charges_a_stored_card_with_the_networks_id_of_the_first_payment() {
    let mut scene = Scene::new();
    let (token, network) = stored(&mut scene);
    let meta = json!({"isCardOnFile": true, "recurringType": "SCHEDULED", "networkTransactionId": network});
    assert_eq!(scene.code(Operation::Pay, &by_token("a1", &token, meta)), "SUCCESS");
    let foreign = json!({"isCardOnFile": true, "recurringType": "SCHEDULED", "networkTransactionId": "0"});
    let answer = scene.call(Operation::Pay, &by_token("b1", &token, foreign));
    assert_eq!(answer["result"]["resultStatus"], "F", "{answer}");
}

// rules 15.6
#[test]
fn an_authentication_made_elsewhere_needs_a_version_and_an_eci() {
    let mut scene = Scene::new();
    let mpi = |data: Value| with_card("a1", VISA, &json!({"is3DSAuthentication": false, "mpiData": data}));
    assert_eq!(scene.code(Operation::Pay, &mpi(json!({"eci": "05"}))), "PARAM_ILLEGAL");
    assert_eq!(scene.code(Operation::Pay, &mpi(json!({"threeDSVersion": "2.2.0"}))), "PARAM_ILLEGAL");
    let unknown = json!({"threeDSVersion": "2.2.0", "eci": "99", "cavv": "AAAB", "dsTransactionId": "d"});
    assert_eq!(scene.code(Operation::Pay, &mpi(unknown)), "PARAM_ILLEGAL");
    let right = json!({"threeDSVersion": "2.2.0", "eci": "05", "cavv": "AAABBEg0VhI0VniQEjRWAAAAAAA=",
                       "dsTransactionId": "c4e59ceb-a382-4d6a-bc87-385d591fa09d"});
    assert_eq!(scene.code(Operation::Pay, &mpi(right)), "SUCCESS");
}

// rules 15.7
#[test]
fn avs_answers_about_street_and_zip() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &with_card("a1", VISA, &json!({})));
    let letter = info(&mut scene, "a1")["avsResultRaw"].clone();
    assert!(letter.as_str().is_some_and(|text| text.len() == 1), "{letter}");
    let bare = json!({"billingAddress": {"zipCode": "94105"}});
    assert_eq!(scene.code(Operation::Pay, &with_card("b1", VISA, &bare)), "PARAM_ILLEGAL");
}

// rules 15.8
#[test]
fn a_brand_that_the_card_does_not_bear_is_refused() {
    let mut scene = Scene::new();
    let request = with_card("a1", VISA, &json!({"selectedCardBrand": "JCB"}));
    assert_eq!(scene.code(Operation::Pay, &request), "SELECTED_CARD_BRAND_NOT_AVAILABLE");
}

// rules 15.9
#[test]
fn the_cvv_is_checked_and_never_comes_back() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &with_card("a1", VISA, &json!({"cvv": "987"})));
    let answer = scene.inquire("a1").to_string();
    assert!(!answer.contains("987\"") && !answer.contains(VISA), "{answer}");
    assert!(info(&mut scene, "a1")["cvvResultRaw"].is_string());
}

// rules 15.10
#[test]
fn instalments_are_between_2_and_36() {
    let mut scene = Scene::new();
    let with = |id: &str, number: Value| {
        let plan = json!({"installmentNum": number, "creditPayFeeType": "PERCENTAGE", "feePercentage": 0});
        changed(&with_card(id, VISA, &json!({})), "creditPayPlan", plan)
    };
    for number in [json!("1"), json!("37"), json!("x")] {
        assert_eq!(
            scene.call(Operation::Pay, &with("a1", number.clone()))["result"]["resultStatus"],
            "F",
            "{number}"
        );
    }
}

// rules 15.11
#[test]
fn fields_without_published_rules_are_taken_and_change_nothing() {
    let mut scene = Scene::new();
    let extra = json!({"request3DS": "true", "paymentMethodRegion": "GLOBAL"});
    let request = with_card("a1", VISA, &extra);
    let request = changed(&request, "paymentFactor.presentmentMode", json!("BUNDLE"));
    let answer = scene.call(Operation::Pay, &request);
    assert_eq!(answer["result"]["resultStatus"], "S", "{answer}");
    assert_eq!(scene.attempt("a1")["authorized"], "4200");
}

// rules 15.12
#[test]
fn a_card_is_shown_masked() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &with_card("a1", VISA, &json!({})));
    let told = info(&mut scene, "a1");
    assert_eq!(told["cardNo"], "************0768");
    assert_eq!((&told["cardBrand"], &told["lastFour"]), (&json!("VISA"), &json!("0768")));
    assert!(told["cardBin"].as_str().is_some_and(|bin| bin.len() <= 8 && VISA.starts_with(bin)));
    for field in ["issuingCountry", "funding", "cardCategory", "networkTransactionId"] {
        assert!(told[field].is_string(), "{field}");
    }
}

// rules 15.13
#[test]
fn without_3d_secure_there_is_no_result_of_it() {
    let mut scene = Scene::new();
    scene.call(Operation::Pay, &with_card("a1", VISA, &json!({})));
    assert_eq!(info(&mut scene, "a1").get("threeDSResult"), None);
    let exempt = with_card("b1", "4035501000000008", &json!({"is3DSAuthentication": true}));
    scene.call(Operation::Pay, &exempt);
    let told = info(&mut scene, "b1")["threeDSResult"].clone();
    assert!(told["eci"].is_string() && told["threeDSVersion"].is_string(), "{told}");
}
