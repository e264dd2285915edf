//! What a stored card's token is good for, and how long.

use antom_simulator::core::Operation;
use serde_json::{Value, json};

use crate::scene::*;
use crate::vaulting::vault_card;

const GOOD: &str = "4054695723100768";

fn stored(scene: &mut Scene, id: &str) -> String {
    let answer = scene.call(Operation::VaultPaymentMethod, &vault_card(id, GOOD));
    answer["paymentMethodDetail"]["card"]["cardToken"].as_str().expect("a token").to_owned()
}

/// A `pay` with this token.
fn charge(scene: &mut Scene, id: &str, token: &str) -> String {
    let meta = json!({"isCardOnFile": true});
    let method = json!({
        "paymentMethodType": "CARD", "paymentMethodId": token, "paymentMethodMetaData": meta,
    });
    scene.code(Operation::Pay, &changed(&pay(id, ""), "paymentMethod", method))
}

fn inquire(scene: &mut Scene, token: &str) -> Value {
    scene.call(Operation::InquireToken, &json!({"token": token}))
}

#[test]
fn a_vaulted_card_is_paid_with_by_its_token_until_the_token_is_deleted() {
    let mut scene = Scene::new();
    let token = stored(&mut scene, "v1");
    assert_eq!(charge(&mut scene, "a1", &token), "SUCCESS");
    scene.advance(5);
    assert_eq!(scene.attempt("a1")["captured"], "4200");
    let request = json!({"token": token});
    assert_eq!(scene.code(Operation::DeleteToken, &request), "SUCCESS");
    assert_eq!(charge(&mut scene, "b1", &token), "INVALID_ACCESS_TOKEN");
    assert_eq!(scene.attempt("b1")["held"], "0");
    assert_eq!(scene.code(Operation::DeleteToken, &request), "SUCCESS", "deleted already");
    assert_eq!(code_of(&inquire(&mut scene, &token)), "INVALID_ACCESS_TOKEN");
    let renewed = json!({"token": token, "email": "ada@shop.test"});
    assert_eq!(scene.code(Operation::UpdateToken, &renewed), "INVALID_ACCESS_TOKEN");
    assert_eq!(scene.code(Operation::DeleteToken, &json!({"token": "never seen"})), "INVALID_ACCESS_TOKEN");
    assert_eq!(scene.code(Operation::DeleteToken, &json!({})), "PARAM_ILLEGAL");
}

#[test]
fn a_token_is_told_with_what_is_kept_beside_it() {
    let mut scene = Scene::new();
    let token = stored(&mut scene, "v1");
    let answer = inquire(&mut scene, &token);
    assert_eq!((code_of(&answer).as_str(), &answer["token"]), ("SUCCESS", &json!(token)));
    assert_eq!(answer["accountHolderName"], json!({"fullName": "Ada Byron"}));
    assert_eq!((&answer["issuingCountry"], &answer["tokenExpiryTime"]), (&json!("US"), &Value::Null));
    let change = json!({
        "token": token, "email": "ada@shop.test", "tokenExpiryTime": "2026-02-01T00:00:00+08:00",
        "accountHolderName": {"firstName": "Ada", "lastName": "Lovelace"},
    });
    let changed = scene.call(Operation::UpdateToken, &change);
    assert_eq!((code_of(&changed).as_str(), &changed["token"]), ("SUCCESS", &json!(token)));
    let answer = inquire(&mut scene, &token);
    for name in ["accountHolderName", "email", "tokenExpiryTime"] {
        assert_eq!(answer[name], change[name], "{name}");
    }
    let only_email = json!({"token": token, "email": "lovelace@shop.test"});
    assert_eq!(scene.code(Operation::UpdateToken, &only_email), "SUCCESS");
    let answer = inquire(&mut scene, &token);
    assert_eq!(answer["email"], "lovelace@shop.test");
    assert_eq!(answer["tokenExpiryTime"], change["tokenExpiryTime"], "what is not named stays");
    let view = &scene.gateway.token_views(None)[0];
    assert_eq!((&view["token"], &view["lastFour"]), (&json!(token), &json!("0768")));
}

#[test]
fn an_expired_token_is_told_and_renewed_but_not_paid_with() {
    let mut scene = Scene::new();
    let token = stored(&mut scene, "v1");
    let until = json!({"token": token, "tokenExpiryTime": "2026-01-10T10:00:10+08:00"});
    assert_eq!(scene.code(Operation::UpdateToken, &until), "SUCCESS");
    assert_eq!(charge(&mut scene, "a1", &token), "SUCCESS");
    scene.advance(10);
    assert_eq!(charge(&mut scene, "b1", &token), "INVALID_ACCESS_TOKEN");
    assert_eq!(inquire(&mut scene, &token)["tokenExpiryTime"], until["tokenExpiryTime"]);
    let renewed = json!({"token": token, "tokenExpiryTime": "2026-01-11T00:00:00+08:00"});
    assert_eq!(scene.code(Operation::UpdateToken, &renewed), "SUCCESS");
    assert_eq!(charge(&mut scene, "c1", &token), "SUCCESS");
}

#[test]
fn a_change_that_changes_nothing_or_makes_no_sense_is_refused_by_name() {
    let mut scene = Scene::new();
    let token = stored(&mut scene, "v1");
    for (change, hint) in [
        (json!({}), "tokenExpiryTime"),
        (json!({"tokenExpiryTime": "yesterday"}), "tokenExpiryTime"),
        (json!({"tokenExpiryTime": "2026-01-10T09:59:59+08:00"}), "tokenExpiryTime"),
        (json!({"email": "x".repeat(65)}), "email"),
        (json!({"accountHolderName": {}}), "accountHolderName"),
        (json!({"accountHolderName": {"firstName": "x".repeat(33)}}), "accountHolderName.firstName"),
    ] {
        let mut request = change;
        request["token"] = json!(token);
        let answer = scene.call(Operation::UpdateToken, &request);
        let message = answer["result"]["resultMessage"].as_str().expect("a message").to_owned();
        assert_eq!(code_of(&answer), "PARAM_ILLEGAL", "{message}");
        assert!(message.contains(hint), "{message}");
    }
    assert_eq!(inquire(&mut scene, &token)["email"], Value::Null);
}

#[test]
fn a_token_that_a_payment_made_is_like_one_that_was_vaulted() {
    let mut scene = Scene::new();
    let meta = json!({
        "tokenizeMode": "ASKFORCONSENT", "cardNo": GOOD, "expiryYear": "30", "expiryMonth": "12", "cvv": "123",
    });
    let request = changed(&pay("a1", ""), "paymentMethod.paymentMethodMetaData", meta);
    let answer = scene.call(Operation::Pay, &request);
    let token = answer["paymentResultInfo"]["cardToken"].as_str().expect("a token").to_owned();
    assert_eq!(code_of(&inquire(&mut scene, &token)), "SUCCESS");
    assert_eq!(scene.code(Operation::DeleteToken, &json!({"token": token})), "SUCCESS");
    assert_eq!(charge(&mut scene, "b1", &token), "INVALID_ACCESS_TOKEN");
}

#[test]
fn a_stored_card_finds_the_instalments_of_its_bank() {
    let mut scene = Scene::new();
    let brazilian = vault_card("v1", "4294097400915107");
    let answer = scene.call(Operation::VaultPaymentMethod, &brazilian);
    let token = answer["paymentMethodDetail"]["card"]["cardToken"].clone();
    let answer = scene.call(Operation::InquireInstallment, &json!({"paymentMethodId": token}));
    assert_eq!(answer["installmentBanks"][0]["bankShortName"], "SIMBR");
    let american = stored(&mut scene, "v2");
    let asked = json!({"paymentMethodId": american});
    assert_eq!(scene.code(Operation::InquireInstallment, &asked), "NO_PAY_OPTIONS");
}
