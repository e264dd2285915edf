//! Which card does what, and what the merchant is told about it.

use antom_simulator::core::{BillingAddress, CardForm, Checkout, Operation, Submitted};
use serde_json::{Value, json};

use crate::forms::{declined, form, session_key, with_meta};
use crate::scene::{Scene, changed, code_of, pay, session};

const GOOD: &str = "4054695723100768";

/// `pay` of a merchant that takes the card by itself.
pub(crate) fn pay_by_card(id: &str, number: &str, more: &Value) -> Value {
    let mut meta = json!({"cardNo": number, "expiryYear": "30", "expiryMonth": "12", "cvv": "123"});
    let members = meta.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    with_meta(&pay(id, ""), meta)
}

/// `paymentResultInfo` as an inquiry tells it.
pub(crate) fn info(scene: &mut Scene, id: &str) -> Value {
    scene.call(Operation::InquiryPayment, &json!({"paymentRequestId": id}))["paymentResultInfo"].clone()
}

#[test]
fn every_published_number_does_the_same_in_a_request_and_on_a_form() {
    let mut scene = Scene::new();
    for (number, brand, country, region, outcome) in [
        ("4054695723100768", "VISA", "US", "GLOBAL", None),
        ("5162774114974622", "MASTERCARD", "US", "GLOBAL", None),
        ("4294097400915107", "VISA", "BR", "BR", None),
        ("4006055482525268", "VISA", "MX", "MX", None),
        ("4600729331819383", "VISA", "CL", "CL", None),
        ("4310377720003234", "VISA", "PE", "PE", None),
        ("9490220011669217", "HYUNDAI", "KR", "KR", None),
        ("4035501000000008", "VISA", "US", "GLOBAL", None),
        ("4054692760174822", "VISA", "", "", Some("DO_NOT_HONOR")),
        ("5162770472561357", "MASTERCARD", "", "", Some("DO_NOT_HONOR")),
        ("4111111111111111", "", "", "", Some("INVALID_CARD_NUMBER")),
    ] {
        let by_request = format!("r-{brand}-{country}-{}", &number[12..]);
        let answer = scene.call(Operation::Pay, &pay_by_card(&by_request, number, &json!({})));
        assert_eq!(code_of(&answer), outcome.unwrap_or("SUCCESS"), "{number}");
        assert!(!answer.to_string().contains(number), "card numbers are never echoed");
        let on_form = by_request.replacen('r', "f", 1);
        let key = session_key(&mut scene, &session(&on_form, ""));
        let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form(number));
        assert_eq!(submitted, Ok(outcome.map_or(Submitted::Authorized, declined)), "{number}");
        if outcome.is_none() {
            for id in [by_request, on_form] {
                let info = info(&mut scene, &id);
                let told =
                    ["cardBrand", "issuingCountry", "paymentMethodRegion"].map(|name| info[name].as_str());
                assert_eq!(told, [Some(brand), Some(country), Some(region)], "{number}");
                assert_eq!(info["lastFour"].as_str(), number.get(12..), "{number}");
            }
        }
    }
}

#[test]
fn a_refused_card_is_final_for_a_pay_that_carries_it_and_replayed() {
    let mut scene = Scene::new();
    for (id, more, code) in [
        ("a1", json!({"expiryMonth": "13"}), "INVALID_EXPIRATION_DATE"),
        ("b1", json!({"cvv": "99"}), "INVALID_PAYMENT_METHOD_META_DATA"),
        ("c1", json!({"cardNo": "4111111111111111"}), "INVALID_CARD_NUMBER"),
        ("d1", json!({"cardNo": "4054692760174822"}), "DO_NOT_HONOR"),
    ] {
        let request = pay_by_card(id, GOOD, &more);
        assert_eq!(scene.code(Operation::Pay, &request), code);
        assert_eq!(scene.code(Operation::Pay, &request), code, "the same again");
        assert_eq!(scene.status(id), "FAIL");
    }
    let again = changed(&pay_by_card("d2", GOOD, &json!({})), "order.referenceOrderId", json!("order-d"));
    assert_eq!(scene.code(Operation::Pay, &again), "SUCCESS", "the same order under a new id");
}

#[test]
fn an_amount_of_11_is_refused_as_risky_for_good_with_and_without_a_card() {
    let mut scene = Scene::new();
    let risky = |request: Value| changed(&request, "paymentAmount.value", json!("11"));
    assert_eq!(scene.code(Operation::Pay, &risky(pay("a1", ""))), "RISK_REJECT");
    assert_eq!(scene.code(Operation::Pay, &risky(pay_by_card("b1", GOOD, &json!({})))), "RISK_REJECT");
    let key = session_key(&mut scene, &risky(session("c1", "")));
    let failed = Submitted::Failed { result_code: "RISK_REJECT".to_owned() };
    assert_eq!(scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form(GOOD)), Ok(failed));
    assert_eq!(scene.status("c1"), "FAIL");
}

#[test]
fn a_co_badged_card_is_used_under_the_brand_or_in_the_region_that_is_asked_for() {
    const CO_BADGED: &str = "4035501000000206";
    let mut scene = Scene::new();
    for (id, more, code, brand, region) in [
        ("a1", json!({}), "SUCCESS", "VISA", "GLOBAL"),
        ("b1", json!({"selectedCardBrand": "CARTES_BANCAIRES"}), "SUCCESS", "CARTES_BANCAIRES", "FR"),
        ("c1", json!({"paymentMethodRegion": "FR"}), "SUCCESS", "CARTES_BANCAIRES", "FR"),
        ("d1", json!({"selectedCardBrand": "JCB"}), "SELECTED_CARD_BRAND_NOT_AVAILABLE", "", ""),
        ("e1", json!({"paymentMethodRegion": "BR"}), "SELECTED_CARD_BRAND_NOT_AVAILABLE", "", ""),
    ] {
        assert_eq!(scene.code(Operation::Pay, &pay_by_card(id, CO_BADGED, &more)), code, "{more}");
        if code == "SUCCESS" {
            let info = info(&mut scene, id);
            assert_eq!((&info["cardBrand"], &info["paymentMethodRegion"]), (&json!(brand), &json!(region)));
        }
    }
    // On a page the buyer's choice comes before the merchant's.
    let asked = with_meta(&session("f1", ""), json!({"selectedCardBrand": "VISA"}));
    let key = session_key(&mut scene, &asked);
    let chosen = Some("CARTES_BANCAIRES".to_owned());
    let form = CardForm { selected_card_brand: chosen, ..form(CO_BADGED) };
    scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form).expect("submitted");
    assert_eq!(info(&mut scene, "f1")["cardBrand"], "CARTES_BANCAIRES");
}

#[test]
fn avs_and_cvv_results_follow_what_was_entered_unless_they_are_arranged() {
    let mut scene = Scene::new();
    let address = json!({"region": "US", "address1": "1 Main St", "zipCode": "AVS-N"});
    let told = |scene: &mut Scene, id: &str, more: &Value| {
        assert_eq!(scene.code(Operation::Pay, &pay_by_card(id, GOOD, more)), "SUCCESS");
        let info = info(scene, id);
        format!(
            "{}{}",
            info["avsResultRaw"].as_str().expect("AVS"),
            info["cvvResultRaw"].as_str().expect("CVV")
        )
    };
    assert_eq!(told(&mut scene, "a1", &json!({})), "0Y");
    assert_eq!(told(&mut scene, "b1", &json!({"billingAddress": address, "cvv": "000"})), "ND");
    let arranged = json!({"card": {"avsResult": "R", "cvvResult": "M"}});
    scene.gateway.arrange(scene.now, None, "SANDBOX_TEST", "c1", &arranged).expect("arranged");
    assert_eq!(told(&mut scene, "c1", &json!({"billingAddress": address})), "RM");
    let key = session_key(&mut scene, &session("d1", ""));
    let zip_code = "048616".to_owned();
    let address = BillingAddress { region: "SG".to_owned(), zip_code, ..BillingAddress::default() };
    let form = CardForm { billing_address: Some(address), cvv: "001".to_owned(), ..form(GOOD) };
    scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form).expect("submitted");
    let info = info(&mut scene, "d1");
    assert_eq!((&info["avsResultRaw"], &info["cvvResultRaw"]), (&json!("P"), &json!("N")));
    let nowhere = pay_by_card("e1", GOOD, &json!({"billingAddress": {"zipCode": "1"}}));
    assert_eq!(scene.code(Operation::Pay, &nowhere), "PARAM_ILLEGAL");
}

#[test]
fn what_the_bank_says_can_be_arranged_before_the_payment_exists() {
    let mut scene = Scene::new();
    let arrange = |scene: &mut Scene, id: &str, areas: Value| {
        scene.gateway.arrange(scene.now, None, "SANDBOX_TEST", id, &areas)
    };
    let declines = json!({"card": {"issuer": "decline", "resultCode": "USER_BALANCE_NOT_ENOUGH"}});
    arrange(&mut scene, "a1", declines).expect("arranged");
    let request = pay_by_card("a1", GOOD, &json!({}));
    assert_eq!(scene.code(Operation::Pay, &request), "USER_BALANCE_NOT_ENOUGH");
    arrange(&mut scene, "b1", json!({"card": {"issuer": "approve"}})).expect("arranged");
    let request = pay_by_card("b1", "4054692760174822", &json!({}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS");
    for wrong in [
        json!([]),
        json!({"weather": {}}),
        json!({"card": {"issuer": "sleeps"}}),
        json!({"card": {"resultCode": "DO_NOT_HONOR"}}),
        json!({"card": {"issuer": "decline", "resultCode": "SUCCESS"}}),
        json!({"card": {"avsResult": "?"}}),
        json!({"card": {"avsResult": "NN"}}),
    ] {
        arrange(&mut scene, "c1", wrong.clone()).expect_err(&wrong.to_string());
    }
    let request = pay_by_card("c1", GOOD, &json!({}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS", "a mistake arranges nothing");
}
